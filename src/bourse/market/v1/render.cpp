#include <bourse/market/v1/render.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/explorer/writer.hpp>
#include <bourse/poco/consensus.hpp>

#include <algorithm>
#include <map>

namespace bourse::market {

namespace {

constexpr std::int64_t kMaxExact = (1LL << 53) - 1;

Json resource_ref(const explorer::ResourceUse& use) {
    return {{"address", to_checksum(use.address)},
            {"owner", to_checksum(use.owner)},
            {"price", amount_text(use.price)},
            {"name", use.name}};
}

/// The place of a result, from what the scheduler wrote: {"storage", "location"} or a plain path.
Json result_place(const explorer::TaskRow& task) {
    const auto text = readable(task.results);
    const bool printable = !text.starts_with("0x") || task.results.empty();
    Json path = nullptr;
    const auto at = text.find("/ipfs/");
    if (printable && at != std::string::npos) {
        const auto rest = text.substr(at);
        path = rest.substr(
            0, rest.find_first_not_of("/ipfsABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"));
    }
    return {{"raw", to_hex(task.results)},
            {"text", printable ? Json(text) : Json(nullptr)},
            {"path", path},
            {"digest", hash_or_null(task.digest)},
            {"callback", task.callback.empty() ? Json(nullptr) : Json(to_hex(task.callback))}};
}

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

const char* contribution_status(const explorer::ContributionRow& c) {
    if (c.status == 2) return "PROVED";
    if (c.status == 3) return "REJECTED";
    if (c.faulty) return "LOST";
    return c.task_status == 3 || c.task_status == 4 ? "NOT_REVEALED" : "CONTRIBUTED";
}

constexpr std::pair<std::uint32_t, const char*> kRoleNames[] = {
    {explorer::kRequester, "requester"}, {explorer::kBeneficiary, "beneficiary"}, {explorer::kPayer, "payer"},
    {explorer::kAppOwner, "app"},        {explorer::kDatasetOwner, "dataset"},    {explorer::kPoolOwner, "workerpool"},
    {explorer::kWorkerRole, "worker"}};

Json count_or_null(const std::optional<std::int64_t>& value) { return value ? count_of(*value) : Json(nullptr); }

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
    const auto open = counts.initialised - counts.complete - counts.failed;
    return {{"total", count_of(counts.total)},
            {"notStarted", count_of(counts.total - counts.initialised)},
            {"running", count_of(open - counts.revealing)},
            {"revealing", count_of(counts.revealing)},
            {"complete", count_of(counts.complete)},
            {"failed", count_of(counts.failed)},
            {"claimable", count_of(deadline_passed ? open : 0)}};
}

Json render(const explorer::DealRow& deal, std::int64_t now_s) {
    const bool has_dataset = !deal.dataset.address.is_zero();
    return {{"id", to_hex(deal.id)},
            {"index", deal.seq},
            {"tx", to_hex(deal.tx)},
            {"block", deal.block},
            {"time", ms_of(deal.sealed_s)},
            {"status", explorer::to_text(deal.status(now_s))},
            {"app", resource_ref(deal.app)},
            {"dataset", has_dataset ? resource_ref(deal.dataset) : Json(nullptr)},
            {"workerpool", resource_ref(deal.pool)},
            {"price", amount_text(deal.price())},
            {"requester", to_checksum(deal.requester)},
            {"beneficiary", to_checksum(deal.beneficiary)},
            {"payer", to_checksum(deal.payer)},
            {"callback", address_or_null(deal.callback)},
            {"params", deal.params},
            {"category", count_of(deal.category)},
            {"tag", to_hex(deal.tag)},
            {"trust", count_of(deal.trust)},
            {"volume", count_of(deal.volume)},
            {"firstIndex", count_of(deal.first_index)},
            {"workerStake", amount_text(deal.worker_stake)},
            {"schedulerShare", count_of(deal.scheduler_share)},
            {"contributionDeadline", ms_of(deal.contribution_s)},
            {"finalDeadline", ms_of(deal.final_s)},
            {"orders",
             {{"app", to_hex(deal.orders[0])},
              {"dataset", has_dataset ? Json(to_hex(deal.orders[1])) : Json(nullptr)},
              {"workerpool", to_hex(deal.orders[2])},
              {"request", to_hex(deal.orders[3])}}},
            {"tasks", render(deal.tasks, now_s >= deal.final_s)}};
}

Json render(const explorer::TaskRow& task, std::int64_t now_s) {
    return {{"id", to_hex(task.id)},
            {"deal", to_hex(task.deal)},
            {"index", count_of(task.index)},
            {"number", task.seq == 0 ? Json(nullptr) : Json(task.seq)},
            {"status", explorer::to_text(task.shown(now_s))},
            {"category", count_of(task.category)},
            {"trust", count_of(task.trust)},
            {"app", to_checksum(task.app)},
            {"workerpool", to_checksum(task.pool)},
            {"requester", to_checksum(task.requester)},
            {"initialised", ms_or_null(task.initialised_s)},
            {"ended", ms_or_null(task.ended_s)},
            {"contributionDeadline", ms_of(task.contribution_s)},
            {"revealDeadline", ms_or_null(task.reveal_s)},
            {"finalDeadline", ms_of(task.final_s)},
            {"contributions", task.contributions},
            {"winners", task.winners},
            {"revealed", task.revealed},
            {"consensus", hash_or_null(task.consensus)},
            {"digest", hash_or_null(task.digest)},
            {"confidence", nullptr},
            {"result", task.status == 3 ? result_place(task) : Json(nullptr)}};
}

Json render(const explorer::TaskRow& task, const std::vector<explorer::ContributionRow>& contributions,
            std::int64_t now_s) {
    auto out = render(task, now_s);
    if (task.seq != 0) out["confidence"] = confidence_of(task, contributions);
    return out;
}

Json render(const explorer::ContributionRow& c, const std::string& group) {
    return {{"task", to_hex(c.task)},
            {"worker", to_checksum(c.worker)},
            {"status", contribution_status(c)},
            {"hash", to_hex(c.hash)},
            {"group", group},
            {"weight", c.weight},
            {"enclave", c.enclave ? Json(to_checksum(*c.enclave)) : Json(nullptr)},
            {"committed", ms_of(c.time_s)},
            {"revealed", ms_or_null(c.revealed_s)},
            {"block", c.block},
            {"tx", to_hex(c.tx)},
            {"stake", amount_text(c.stake)},
            {"reward", amount_text(c.reward)},
            {"loss", amount_text(c.loss)},
            {"scoreBefore", count_or_null(c.score_before)},
            {"scoreAfter", count_or_null(c.score_after)}};
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

Json render(const explorer::ResourceRow& r) {
    const bool pool = r.kind == explorer::ResourceKind::kWorkerpool;
    const bool app = r.kind == explorer::ResourceKind::kApp;
    return {{"address", to_checksum(r.address)},
            {"kind", explorer::to_text(r.kind)},
            {"owner", to_checksum(r.owner)},
            {"name", r.name},
            {"type", app ? Json(r.type) : Json(nullptr)},
            {"multiaddr", pool ? Json(nullptr) : Json(readable(r.multiaddr))},
            {"checksum", pool ? Json(nullptr) : Json(to_hex(r.checksum))},
            {"mrenclave", app ? Json(readable(r.mrenclave)) : Json(nullptr)},
            {"stakeRatio", pool ? count_of(r.stake_ratio) : Json(nullptr)},
            {"schedulerShare", pool ? count_of(r.scheduler_share) : Json(nullptr)},
            {"index", r.seq},
            {"block", r.block},
            {"time", ms_of(r.time_s)},
            {"tx", to_hex(r.tx)},
            {"deals", r.deals},
            {"runs", count_of(r.runs)},
            {"completed", r.completed},
            {"failed", r.failed},
            {"requesters", r.requesters},
            {"revenue", amount_text(r.revenue)},
            {"lastUsed", ms_or_null(r.last_used_s)},
            {"bestPrice", nullptr},
            {"lists", Json::array()}};
}

Json render(const explorer::AccountRow& a) {
    auto roles = Json::array();
    for (const auto& [bit, name] : kRoleNames)
        if ((a.roles & bit) != 0) roles.push_back(name);
    return {{"address", to_checksum(a.address)}, {"index", a.seq},
            {"staked", amount_text(a.staked)},   {"locked", amount_text(a.locked)},
            {"score", count_of(a.score)},        {"weight", weight_of_score(a.score)},
            {"roles", std::move(roles)},         {"deals", a.deals},
            {"contributions", a.contributions},  {"proved", a.proved},
            {"firstSeen", ms_of(a.first_s)}};
}

Json render_worker(const explorer::AccountRow& a) {
    return {{"address", to_checksum(a.address)},
            {"index", a.seq},
            {"score", count_of(a.score)},
            {"weight", weight_of_score(a.score)},
            {"contributions", a.contributions},
            {"proved", a.proved},
            {"rewards", amount_text(a.rewards)},
            {"slashed", amount_text(a.slashed)},
            {"staked", amount_text(a.staked)},
            {"locked", amount_text(a.locked)},
            {"lastSeen", ms_or_null(a.last_contribution_s)}};
}

Json render(const explorer::EntryRow& e) {
    return {{"index", e.seq},
            {"kind", explorer::to_text(e.kind)},
            {"amount", amount_text(e.amount)},
            {"account", to_checksum(e.account)},
            {"other", e.other ? Json(to_checksum(*e.other)) : Json(nullptr)},
            {"task", hash_or_null(e.task)},
            {"block", e.block},
            {"time", ms_of(e.time_s)},
            {"tx", to_hex(e.tx)}};
}

Json render(const explorer::TransferRow& t) {
    return {{"index", t.seq},
            {"token", t.stake ? "stake" : "rlc"},
            {"from", address_or_null(t.from)},
            {"to", address_or_null(t.to)},
            {"amount", amount_text(t.amount)},
            {"block", t.block},
            {"time", ms_of(t.time_s)},
            {"tx", to_hex(t.tx)}};
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

Json render_trade(const explorer::DealRow& deal) {
    return {{"deal", to_hex(deal.id)},
            {"index", deal.seq},
            {"price", amount_text(deal.pool.price)},
            {"volume", count_of(deal.volume)},
            {"time", ms_of(deal.sealed_s)},
            {"block", deal.block},
            {"tx", to_hex(deal.tx)},
            {"workerpool", to_checksum(deal.pool.address)},
            {"requester", to_checksum(deal.requester)},
            {"category", count_of(deal.category)},
            {"trust", count_of(deal.trust)},
            {"tag", to_hex(deal.tag)}};
}

Json render(const orderbook::OrderRecord& record) {
    const auto terms = orderbook::terms_of(record.order);
    return {{"hash", to_hex(record.hash)},
            {"kind", poco::to_text(record.kind)},
            {"order", std::visit([](const auto& order) { return poco::to_json_strings(order); }, record.order)},
            {"signer", to_checksum(record.signer)},
            {"status", orderbook::to_text(record.status)},
            {"remaining", record.remaining},
            {"volume", terms.volume.saturated_u64()},
            {"price", to_decimal(terms.price)},
            {"published", record.published_ms},
            {"deals", nullptr}};
}

Json render_commodity(const explorer::Commodity& c) {
    return {{"category", c.category},
            {"tag", explorer::to_text(c.tag)},
            {"trust", c.trust},
            {"key",
             std::to_string(c.category) + "-" + std::string(explorer::to_text(c.tag)) + "-" + std::to_string(c.trust)}};
}

}  // namespace bourse::market
