// What a worker's owner says of its machine (pause, terms), and what its operator says of a worker (ban).
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace bourse::market {

namespace {

constexpr std::uint64_t kMinutesADay = 1'440;
constexpr std::uint64_t kMostPlaces = 1'024;

std::string terms_words(const Json& worker) {
    const auto from = number_in(worker, "from_min"), to = number_in(worker, "to_min");
    const auto clock = [](std::int64_t minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); };
    return fmt::format("{} at a time, {}{}", number_in(worker, "places"),
                       from == to ? "all day" : clock(from) + "-" + clock(to) + " UTC",
                       worker.value("only_idle", false) ? ", only when idle" : "");
}

}  // namespace

/// The scheduler's row of a worker, for the worker itself or its owner.
Result<Json> Api::own_worker(const Address& who, const std::string& target) const {
    const auto worker = parse_address(target);
    if (!worker) return fail("BODY_INVALID", "target: " + worker.error().message);
    BOURSE_TRY(const auto workers, ops_.workers());
    const auto found = std::ranges::find(workers, to_checksum(*worker),
                                         [](const Json& row) { return row.value("worker", std::string()); });
    if (found == workers.end()) return fail("NOT_FOUND", "This worker has never joined the pool.");
    if (!answers_for(who, *found))
        return fail(
            "FORBIDDEN",
            "A worker's own wallet, or that of its owner, says when and how much it works; this session is of " +
                to_checksum(who) + ".");
    return *found;
}

/// Of a worker by its own wallet or its owner's; the operator drains instead.
Result<Json> Api::ops_pause(const Address& who, bool pause, const std::string& target, const std::string& reason) {
    BOURSE_TRY(const auto row, own_worker(who, target));
    const std::string action = pause ? "pause" : "unpause";
    BOURSE_CHECK(ops_.order(action, parse_address(target).value_or(Address{})));
    const auto word = [](bool paused) { return paused ? "paused" : "taking tasks"; };
    ops_.note(who, action, target, word(row.value("paused", false)), word(pause), reason);
    return Json{{"done", true},
                {"message", pause ? "The worker's apps stand still, and it takes no new tasks, until its pause ends."
                                  : "The pause is over."}};
}

/// How much of a machine its owner gives, and when.
Result<Json> Api::ops_terms(const Address& who, const Json& body, const std::string& target,
                            const std::string& reason) {
    BOURSE_TRY(const auto row, own_worker(who, target));
    const auto number = [&](const char* name, std::uint64_t most) -> Result<std::uint64_t> {
        const auto found = body.find(name);
        if (found == body.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > most)
            return fail("BODY_INVALID", fmt::format("{} must be a whole number up to {}", name, most));
        return found->get<std::uint64_t>();
    };
    BOURSE_TRY(const auto places, number("places", kMostPlaces));
    BOURSE_TRY(const auto from, number("fromMinute", kMinutesADay - 1));
    BOURSE_TRY(const auto to, number("toMinute", kMinutesADay - 1));
    const auto idle = body.find("onlyIdle");
    if (idle == body.end() || !idle->is_boolean()) return fail("BODY_INVALID", "onlyIdle must be true or false");
    const Json terms{{"places", places}, {"from_min", from}, {"to_min", to}, {"only_idle", idle->get<bool>()}};
    BOURSE_CHECK(ops_.order("terms", parse_address(target).value_or(Address{}), terms));
    Json after = terms;
    if (places == 0) after["places"] = number_in(row, "slots");
    ops_.note(who, "terms", target, terms_words(row), terms_words(after), reason);
    return Json{{"done", true},
                {"message", "The worker works on these terms from now on: " + terms_words(after) + "."}};
}

/// A worker that the operator wants no connection of, for a reason that stands in the audit list.
Result<Json> Api::ops_ban(const Address& who, bool ban, const std::string& target, const std::string& reason) {
    const auto worker = parse_address(target);
    if (!worker) return fail("BODY_INVALID", "target: " + worker.error().message);
    if (ban && reason.empty()) return fail("BODY_INVALID", "reason: say why the worker is banned");
    BOURSE_CHECK(ops_.order(ban ? "ban" : "unban", *worker));
    ops_.note(who, ban ? "ban" : "unban", target, "", ban ? "banned" : "allowed", reason);
    return Json{{"done", true},
                {"message", ban ? "The worker is disconnected, and refused when it comes again."
                                : "The worker may join the pool again."}};
}

}  // namespace bourse::market
