#include <bourse/market/v1/render.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/explorer/writer.hpp>
#include <bourse/poco/consensus.hpp>

#include <algorithm>
#include <map>

namespace bourse::market {

namespace {

constexpr std::int64_t kMaxExact = (1LL << 53) - 1;

/// Weights of the groups as the hub counts them (poco.md §9); a group that a reopening emptied counts nothing.
Json confidence_of(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions) {
    std::map<Hash, Uint256> groups;
    Uint256 total(poco::kInitialTotal);
    bool fits = true;
    for (const auto& c : contributions) {
        if (c.status == 3 || c.weight == 0) continue;
        const auto after =
            poco::add_contribution({groups[c.hash], total}, Uint256(static_cast<std::uint64_t>(c.weight)));
        if (!after) {
            fits = false;
            break;
        }
        groups[c.hash] = after->group;
        total = after->total;
    }
    Uint256 best;
    for (const auto& [hash, weight] : groups) best = std::max(best, weight);
    const double share = std::stod(to_decimal(best)) / std::stod(to_decimal(total));
    const auto trust = std::max<std::int64_t>(task.trust, 1);
    return {{"best", to_decimal(best)},
            {"total", to_decimal(total)},
            {"share", fits ? share : 1.0},
            {"needed", 1.0 - 1.0 / static_cast<double>(trust)},
            {"reached", task.status == 2 || task.status == 3}};
}

}  // namespace

Json amount_text(std::int64_t nrlc) { return std::to_string(nrlc); }
Json amount_or_null(const std::optional<std::int64_t>& nrlc) { return nrlc ? amount_text(*nrlc) : Json(nullptr); }
Json ms_of(std::int64_t seconds) { return std::min(seconds, kMaxExact / 1000) * 1000; }
Json ms_or_null(std::int64_t seconds) { return seconds == 0 ? Json(nullptr) : ms_of(seconds); }
Json count_of(std::int64_t value) { return std::clamp<std::int64_t>(value, 0, kMaxExact); }
Json address_or_null(const Address& address) { return address.is_zero() ? Json(nullptr) : Json(to_checksum(address)); }
Json hash_or_null(const std::optional<Hash>& hash) { return hash ? Json(to_hex(*hash)) : Json(nullptr); }

std::string readable(ByteView bytes) {
    const std::string text(as_text(bytes));
    const bool control = std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
    return control || explorer::clean_text(text) != text ? to_hex(bytes) : text;
}

std::int64_t weight_of_score(std::int64_t score) {
    return static_cast<std::int64_t>(poco::worker_weight(Uint256(static_cast<std::uint64_t>(score))).saturated_u64());
}
std::int64_t next_score(std::int64_t score) { return std::max<std::int64_t>(12, (score / 3 + 1) * 3); }

Json render(const explorer::TaskCounts& counts, bool deadline_passed) {
    return as_json([&](FieldWriter& to) { write_row(to, counts, deadline_passed); });
}
Json render(const explorer::DealRow& deal, std::int64_t now_s) {
    return as_json([&](FieldWriter& to) { write_row(to, deal, now_s); });
}
Json render(const explorer::TaskRow& task, std::int64_t now_s) {
    return as_json([&](FieldWriter& to) { write_row(to, task, now_s, nullptr); });
}

Json render(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions,
            std::int64_t now_s) {
    const auto confidence = task.seq == 0 ? Json(nullptr) : confidence_of(task, contributions);
    return as_json([&](FieldWriter& to) { write_row(to, task, now_s, confidence); });
}

Json render(const explorer::ContributionRow& contribution, const std::string& group) {
    return as_json([&](FieldWriter& to) { write_row(to, contribution, group); });
}

Json render(const std::vector<explorer::ContributionRow>& contributions) {
    std::map<Hash, std::string> groups;
    auto out = Json::array();
    for (const auto& c : contributions) {
        const auto number = groups.size();
        const auto [at, fresh] = groups.try_emplace(c.hash);
        if (fresh)
            at->second = number < 26 ? std::string(1, static_cast<char>('A' + number)) : std::to_string(number + 1);
        out.push_back(render(c, at->second));
    }
    return out;
}

Json render(const explorer::EventRow& event) {
    return {{"block", event.block},
            {"logIndex", event.log_index},
            {"time", ms_of(event.time_s)},
            {"tx", to_hex(event.tx)},
            {"name", event.name},
            {"actor", event.actor ? Json(to_checksum(*event.actor)) : Json(nullptr)},
            {"value", event.value.empty() ? Json(nullptr) : Json(event.value)}};
}

Json render(const explorer::MoneyRow& money) {
    return {{"account", to_checksum(money.account)},   {"role", money.role},
            {"locked", amount_text(money.locked)},     {"returned", amount_text(money.returned)},
            {"received", amount_text(money.received)}, {"slashed", amount_text(money.slashed)}};
}

Json render(const explorer::ResourceRow& resource, const ResourceFacts& facts) {
    return as_json([&](FieldWriter& to) { write_row(to, resource, facts); });
}
Json render(const explorer::AccountRow& account) {
    return as_json([&](FieldWriter& to) { write_row(to, account); });
}
Json render(const explorer::EntryRow& entry) {
    return as_json([&](FieldWriter& to) { write_row(to, entry); });
}
Json render_worker(const explorer::AccountRow& account) {
    return as_json([&](FieldWriter& to) { write_worker(to, account); });
}

Json render(const explorer::ScoreRow& s) {
    return {{"time", ms_of(s.time_s)},
            {"score", count_of(s.score)},
            {"task", to_hex(s.task)},
            {"accurate", s.accurate},
            {"block", s.block}};
}

Json render(const explorer::CategoryRow& c) {
    return {{"id", c.id},
            {"name", c.name},
            {"description", c.description},
            {"time", count_of(c.time_s)},
            {"contributionSeconds", count_of(c.time_s > kMaxExact / 10 ? kMaxExact : c.time_s * 7)},
            {"revealSeconds", count_of(c.time_s > kMaxExact / 10 ? kMaxExact : c.time_s * 2)},
            {"finalSeconds", count_of(c.time_s > kMaxExact / 10 ? kMaxExact : c.time_s * 10)},
            {"block", c.block},
            {"tx", hash_or_null(c.tx)}};
}

std::optional<std::int64_t> candle_width_s(std::string_view res) {
    constexpr std::pair<std::string_view, std::int64_t> kWidths[] = {
        {"1m", 60}, {"5m", 300}, {"1h", 3'600}, {"1d", 86'400}};
    for (const auto& [name, width] : kWidths)
        if (name == res) return width;
    return std::nullopt;
}

Json render(const explorer::Candle& c) {
    return {{"time", ms_of(c.time_s)},       {"open", amount_text(c.open)},
            {"high", amount_text(c.high)},   {"low", amount_text(c.low)},
            {"close", amount_text(c.close)}, {"volume", count_of(c.volume)},
            {"value", amount_text(c.value)}, {"trades", c.trades}};
}

Json render(const orderbook::OrderRecord& order) {
    return as_json([&](FieldWriter& to) { write_row(to, order); });
}

Uint256 locked_per_task(const orderbook::OrderRecord& record) {
    if (const auto* pool = std::get_if<poco::WorkerpoolOrder>(&record.order)) return pool->workerpoolprice * 30 / 100;
    const auto& request = std::get<poco::RequestOrder>(record.order);
    return request.appmaxprice + request.datasetmaxprice + request.workerpoolmaxprice;
}

Json render_commodity(const explorer::Commodity& c) {
    return {{"category", c.category},
            {"tag", explorer::to_text(c.tag)},
            {"trust", c.trust},
            {"key",
             std::to_string(c.category) + "-" + std::string(explorer::to_text(c.tag)) + "-" + std::to_string(c.trust)}};
}

}  // namespace bourse::market
