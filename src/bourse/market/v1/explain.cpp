#include <bourse/market/v1/explain.hpp>

#include <bourse/broker/explain.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/poco/consensus.hpp>

#include <fmt/format.h>
#include <algorithm>

namespace bourse::market {

namespace {

Json text_or_nothing(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string clock_text(std::int64_t seconds) {
    if (seconds >= 3'600) return fmt::format("{} h {} m", seconds / 3'600, seconds % 3'600 / 60);
    if (seconds >= 60) return fmt::format("{} m", seconds / 60);
    return fmt::format("{} s", seconds);
}

/// The strongest group and the total, as the hub counts (poco.md §9).
poco::Credibility best_of(const std::vector<explorer::ContributionRow>& contributions) {
    std::map<Hash, Uint256> groups;
    Uint256 total(poco::kInitialTotal);
    for (const auto& c : contributions) {
        if (c.status == 3 || c.weight == 0) continue;
        const auto after =
            poco::add_contribution({groups[c.hash], total}, Uint256(static_cast<std::uint64_t>(c.weight)));
        if (!after) break;
        groups[c.hash] = after->group;
        total = after->total;
    }
    Uint256 best;
    for (const auto& [hash, weight] : groups) best = std::max(best, weight);
    return {best, total};
}

void explain_running(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions,
                     std::int64_t now_s, Json& reasons) {
    const auto best = best_of(contributions);
    const Uint256 trust(static_cast<std::uint64_t>(std::max<std::int64_t>(task.trust, 1)));
    const auto newcomers = poco::contributions_needed(best, trust, Uint256(2));
    const auto group = contributions.empty()
                           ? std::string("no contribution yet")
                           : fmt::format("{} of {} weight agree", to_decimal(best.group), to_decimal(best.total));
    const auto needed = task.trust <= 1
                            ? std::string("one contribution")
                            : fmt::format("{:.4g} % confidence", 100.0 - 100.0 / static_cast<double>(task.trust));
    std::string gain;
    if (newcomers) {
        gain = fmt::format("{} more agreeing {}", *newcomers, *newcomers == 1 ? "newcomer" : "newcomers");
        if (*newcomers > 1 && task.trust >= 3)
            gain += fmt::format(", or fewer workers with a higher score (one with {} alone)", 3 * task.trust + 3);
    }
    reasons.push_back(
        plain_reason("NEEDS_CONFIDENCE", "workers", "Waiting for consensus: " + group + ".", group, needed, gain));
    if (now_s >= task.contribution_s)
        reasons.push_back(plain_reason(
            "CONTRIBUTION_CLOSED", "workerpool",
            "The time for contributions is over; without consensus the task can only be claimed "
            "back after the final deadline.",
            "closed", "", fmt::format("claim in {}", clock_text(std::max<std::int64_t>(0, task.final_s - now_s)))));
}

void explain_revealing(const explorer::TaskRow& task, std::int64_t now_s, Json& reasons) {
    const auto left = [&](std::int64_t until_s) { return clock_text(std::max<std::int64_t>(0, until_s - now_s)); };
    const bool all = task.revealed == task.winners && task.winners > 0;
    reasons.push_back(
        plain_reason("REVEALING", "workers",
                     fmt::format("Consensus is reached; {} of {} workers have revealed.", task.revealed, task.winners),
                     std::to_string(task.revealed), std::to_string(task.winners),
                     all ? std::string("the scheduler can finalise as soon as the store has the result")
                         : "revealing closes in " + left(task.reveal_s)));
    if (task.winners == 1)
        reasons.push_back(plain_reason(
            "SINGLE_WORKER", "workers",
            "One worker alone made the consensus (trust " + std::to_string(task.trust) +
                "): nobody has checked it. If it cheated, there is no result that fits what it voted for, nobody can "
                "finalise the task, and it stays REVEALING until the final deadline.",
            "1 worker", "trust 2 or more has a second worker agree",
            "in " + left(task.final_s) + " anyone can claim the task: the requester gets everything back"));
}

void explain_task(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions,
                  std::int64_t now_s, Json& out) {
    auto& reasons = out["reasons"];
    const auto shown = task.shown(now_s);
    out["state"] = std::string(explorer::to_text(shown));
    switch (shown) {
        case explorer::ShownStatus::kNotStarted:
            reasons.push_back(
                plain_reason("NOT_INITIALISED", "scheduler",
                             "The pool's scheduler has not initialised this task yet: it does so as workers "
                             "come free.",
                             "", "",
                             fmt::format("a refund is possible in {}",
                                         clock_text(std::max<std::int64_t>(0, task.final_s - now_s)))));
            break;
        case explorer::ShownStatus::kRunning:
        case explorer::ShownStatus::kLate:
            explain_running(task, contributions, now_s, reasons);
            break;
        case explorer::ShownStatus::kRevealing:
            explain_revealing(task, now_s, reasons);
            break;
        case explorer::ShownStatus::kClaimable:
            reasons.push_back(plain_reason("CLAIMABLE", "anyone", "The final deadline has passed without a result.", "",
                                           "", "claim: the requester gets everything back"));
            break;
        case explorer::ShownStatus::kComplete:
            for (const auto& c : contributions)
                if (c.faulty || c.status != 2)
                    reasons.push_back(plain_reason("NOT_PAID", to_checksum(c.worker),
                                                   c.status == 3 ? "Not paid: its group was rejected by a reopening."
                                                   : task.consensus && c.hash == *task.consensus
                                                       ? "Not paid: it did not reveal in time."
                                                       : "Not paid: its contribution is in the losing group.",
                                                   fmt::format("lost {} nRLC", c.loss)));
            if (reasons.empty())
                reasons.push_back(plain_reason("DONE", "everybody", "Completed; every worker was paid."));
            break;
        case explorer::ShownStatus::kFailed:
            reasons.push_back(plain_reason(
                "REFUNDED", "workerpool",
                "Claimed after the final deadline: the requester got everything back, the pool lost its stake."));
            break;
    }
}

}  // namespace

Json render_reason(const broker::Reason& reason) {
    Json out = {{"code", reason.code},
                {"who", poco::to_text(reason.concerns)},
                {"text", reason.text},
                {"now", text_or_nothing(reason.now)},
                {"needed", text_or_nothing(reason.needed)},
                {"field", nullptr},
                {"fix", nullptr},
                {"gain", nullptr},
                {"links", Json::array()}};
    if (!reason.fix) return out;
    out["field"] = text_or_nothing(reason.fix->field);
    out["fix"] = {{"action", reason.fix->action},
                  {"order", poco::to_text(reason.concerns)},
                  {"field", text_or_nothing(reason.fix->field)},
                  {"value", text_or_nothing(reason.fix->value)},
                  {"text", reason.fix->text}};
    return out;
}

Json plain_reason(const std::string& code, const std::string& who, const std::string& text, const std::string& now,
                  const std::string& needed, const std::string& gain) {
    return {{"code", code},
            {"who", who},
            {"text", text},
            {"now", text_or_nothing(now)},
            {"needed", text_or_nothing(needed)},
            {"field", nullptr},
            {"fix", nullptr},
            {"gain", text_or_nothing(gain)},
            {"links", Json::array()}};
}

Result<Json> Api::explain(Call& call) const {
    const auto& subject = call.segment("subject");
    Json out = {{"subject", subject}, {"id", call.segment("id")}, {"state", ""}, {"reasons", Json::array()}};
    if (subject == "worker") {
        BOURSE_TRY(const auto address, call.segment_address("id"));
        const auto row = parts_.index.account(address);
        out["state"] = row && row->contributions > 0 ? "known" : "unknown";
        out["reasons"] = ops_.worker_reasons(address, row);
        return out;
    }
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    if (subject == "order") {
        if (desk == nullptr) return fail("NOT_FOUND", "This market matches no orders itself.");
        const auto found = desk->explain_order(id);
        out["state"] = found.state;
        out["reasons"].push_back(plain_reason(found.state, "order", found.text));
        for (const auto& miss : found.near_misses) {
            for (const auto& reason : miss.reasons) {
                auto row = render_reason(reason);
                row["gain"] = text_or_nothing(miss.gain);
                for (const auto* hash : {&miss.workerpool, &miss.request, &miss.app, &miss.dataset})
                    if (*hash && **hash != id) row["links"].push_back(to_hex(**hash));
                out["reasons"].push_back(std::move(row));
            }
        }
        return out;
    }
    if (subject == "task") {
        const auto task = parts_.index.task(id);
        if (!task) return fail("NOT_FOUND", "There is no task " + to_hex(id) + " on this chain yet.");
        explain_task(*task, parts_.index.contributions_of(*task), call.now_s(), out);
        for (auto& reason : ops_.task_reasons(id)) out["reasons"].push_back(std::move(reason));
        return out;
    }
    if (subject != "deal") return bad_parameter("subject", "must be order, deal, task or worker");
    const auto deal = parts_.index.deal(id);
    if (!deal) return fail("NOT_FOUND", "There is no deal " + to_hex(id) + " on this chain.");
    out["state"] = std::string(explorer::to_text(deal->status(call.now_s())));
    for (const auto& task : parts_.index.tasks_of(*deal, deal->first_index, 20)) {
        Json one = {{"state", ""}, {"reasons", Json::array()}};
        explain_task(task,
                     task.seq == 0 ? std::vector<explorer::ContributionRow>{} : parts_.index.contributions_of(task),
                     call.now_s(), one);
        if (task.status == 3) continue;
        for (auto& reason : one["reasons"]) {
            reason["links"].push_back(to_hex(task.id));
            out["reasons"].push_back(std::move(reason));
        }
    }
    if (out["reasons"].empty())
        out["reasons"].push_back(plain_reason("DONE", "everybody", "Every task of this deal is done."));
    return out;
}

}  // namespace bourse::market
