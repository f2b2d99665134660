#include <bourse/market/v1/rows.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/market/v1/render.hpp>

namespace bourse::market {

namespace {

void write_use(FieldWriter& to, std::string_view name, const explorer::ResourceUse& use) {
    to.begin(name);
    to.address("address", use.address);
    to.address("owner", use.owner);
    to.amount("price", use.price);
    to.text("name", use.name);
    to.end();
}

/// The place of a result, from what the scheduler wrote: {"storage", "location"} or a plain path.
void write_result(FieldWriter& to, const explorer::TaskRow& task) {
    constexpr std::string_view kPathLetters = "/ipfsABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const auto text = readable(task.results);
    const bool printable = !text.starts_with("0x") || task.results.empty();
    const auto at = printable ? text.find("/ipfs/") : std::string::npos;
    to.begin("result");
    to.hex("raw", task.results);
    printable ? to.text("text", text) : to.null("text");
    if (at == std::string::npos)
        to.null("path");
    else
        to.text("path", std::string_view(text).substr(at, text.find_first_not_of(kPathLetters, at) - at));
    to.hash("digest", task.digest);
    task.callback.empty() ? to.null("callback") : to.hex("callback", task.callback);
    to.end();
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

}  // namespace

void write_row(FieldWriter& to, const explorer::TaskCounts& counts, bool deadline_passed) {
    const auto open = counts.initialised - counts.complete - counts.failed;
    to.count("total", counts.total);
    to.count("notStarted", counts.total - counts.initialised);
    to.count("running", open - counts.revealing);
    to.count("revealing", counts.revealing);
    to.count("complete", counts.complete);
    to.count("failed", counts.failed);
    to.count("claimable", deadline_passed ? open : 0);
}

void write_row(FieldWriter& to, const explorer::DealRow& deal, std::int64_t now_s) {
    const bool has_dataset = !deal.dataset.address.is_zero();
    to.hash("id", deal.id);
    to.number("index", deal.seq);
    to.hash("tx", deal.tx);
    to.number("block", deal.block);
    to.ms("time", deal.sealed_s);
    to.word("status", explorer::to_text(deal.status(now_s)));
    write_use(to, "app", deal.app);
    has_dataset ? write_use(to, "dataset", deal.dataset) : to.null("dataset");
    write_use(to, "workerpool", deal.pool);
    to.amount("price", deal.price());
    to.address("requester", deal.requester);
    to.address("beneficiary", deal.beneficiary);
    to.address("payer", deal.payer);
    to.address_or_null("callback", deal.callback);
    to.text("params", deal.params);
    to.count("category", deal.category);
    to.hash("tag", deal.tag);
    to.count("trust", deal.trust);
    to.count("volume", deal.volume);
    to.count("firstIndex", deal.first_index);
    to.amount("workerStake", deal.worker_stake);
    to.count("schedulerShare", deal.scheduler_share);
    to.ms("contributionDeadline", deal.contribution_s);
    to.ms("finalDeadline", deal.final_s);
    to.begin("orders");
    to.hash("app", deal.orders[0]);
    has_dataset ? to.hash("dataset", deal.orders[1]) : to.null("dataset");
    to.hash("request", deal.orders[3]);
    to.hash("workerpool", deal.orders[2]);
    to.end();
    to.begin("tasks");
    write_row(to, deal.tasks, now_s >= deal.final_s);
    to.end();
}

void write_row(FieldWriter& to, const explorer::TaskRow& task, std::int64_t now_s, const nlohmann::json& confidence) {
    to.hash("id", task.id);
    to.hash("deal", task.deal);
    to.count("index", task.index);
    task.seq == 0 ? to.null("number") : to.number("number", task.seq);
    to.word("status", explorer::to_text(task.shown(now_s)));
    to.count("category", task.category);
    to.count("trust", task.trust);
    to.address("app", task.app);
    to.address("workerpool", task.pool);
    to.address("requester", task.requester);
    to.ms_or_null("initialised", task.initialised_s);
    to.ms_or_null("ended", task.ended_s);
    to.ms("contributionDeadline", task.contribution_s);
    to.ms_or_null("revealDeadline", task.reveal_s);
    to.ms("finalDeadline", task.final_s);
    to.number("contributions", task.contributions);
    to.number("winners", task.winners);
    to.number("revealed", task.revealed);
    to.hash("consensus", task.consensus);
    to.hash("digest", task.digest);
    if (confidence.is_null()) {
        to.null("confidence");
    } else {
        to.begin("confidence");
        for (const auto& member : {"best", "total", "share", "needed", "reached"}) to.json(member, confidence[member]);
        to.end();
    }
    task.status == 3 ? write_result(to, task) : to.null("result");
}

void write_row(FieldWriter& to, const explorer::ContributionRow& c, std::string_view group) {
    to.hash("task", c.task);
    to.address("worker", c.worker);
    to.word("status", contribution_status(c));
    to.hash("hash", c.hash);
    to.word("group", group);
    to.number("weight", c.weight);
    c.enclave ? to.address("enclave", *c.enclave) : to.null("enclave");
    to.ms("committed", c.time_s);
    to.ms_or_null("revealed", c.revealed_s);
    to.number("block", c.block);
    to.hash("tx", c.tx);
    to.amount("stake", c.stake);
    to.amount("reward", c.reward);
    to.amount("loss", c.loss);
    to.count("scoreBefore", c.score_before);
    to.count("scoreAfter", c.score_after);
}

void write_row(FieldWriter& to, const explorer::ResourceRow& r, const ResourceFacts& facts) {
    const bool pool = r.kind == explorer::ResourceKind::kWorkerpool;
    const bool app = r.kind == explorer::ResourceKind::kApp;
    to.address("address", r.address);
    to.word("kind", explorer::to_text(r.kind));
    to.address("owner", r.owner);
    to.text("name", r.name);
    app ? to.text("type", r.type) : to.null("type");
    pool ? to.null("multiaddr") : to.text("multiaddr", readable(r.multiaddr));
    pool ? to.null("checksum") : to.hash("checksum", r.checksum);
    app ? to.text("mrenclave", readable(r.mrenclave)) : to.null("mrenclave");
    pool ? to.count("stakeRatio", r.stake_ratio) : to.null("stakeRatio");
    pool ? to.count("schedulerShare", r.scheduler_share) : to.null("schedulerShare");
    to.number("index", r.seq);
    to.number("block", r.block);
    to.ms("time", r.time_s);
    to.hash("tx", r.tx);
    to.number("deals", r.deals);
    to.count("runs", r.runs);
    to.number("completed", r.completed);
    to.number("failed", r.failed);
    to.number("requesters", r.requesters);
    to.amount("revenue", r.revenue);
    to.ms_or_null("lastUsed", r.last_used_s);
    facts.best_price ? to.word("bestPrice", to_decimal(*facts.best_price)) : to.null("bestPrice");
    to.json("lists", facts.lists);
}

void write_row(FieldWriter& to, const explorer::AccountRow& a) {
    to.address("address", a.address);
    to.number("index", a.seq);
    to.amount("staked", a.staked);
    to.amount("locked", a.locked);
    to.count("score", a.score);
    to.number("weight", weight_of_score(a.score));
    auto roles = Json::array();
    for (const auto& [bit, name] : kRoleNames)
        if ((a.roles & bit) != 0) roles.push_back(name);
    to.json("roles", roles);
    to.number("deals", a.deals);
    to.number("contributions", a.contributions);
    to.number("proved", a.proved);
    to.ms("firstSeen", a.first_s);
}

void write_worker(FieldWriter& to, const explorer::AccountRow& a) {
    to.address("address", a.address);
    to.number("index", a.seq);
    to.count("score", a.score);
    to.number("weight", weight_of_score(a.score));
    to.number("contributions", a.contributions);
    to.number("proved", a.proved);
    to.amount("rewards", a.rewards);
    to.amount("slashed", a.slashed);
    to.amount("staked", a.staked);
    to.amount("locked", a.locked);
    to.ms_or_null("lastSeen", a.last_contribution_s);
}

void write_row(FieldWriter& to, const explorer::EntryRow& e) {
    to.number("index", e.seq);
    to.word("kind", explorer::to_text(e.kind));
    to.amount("amount", e.amount);
    to.address("account", e.account);
    e.other ? to.address("other", *e.other) : to.null("other");
    to.hash("task", e.task);
    to.number("block", e.block);
    to.ms("time", e.time_s);
    to.hash("tx", e.tx);
}

void write_row(FieldWriter& to, const explorer::TransferRow& t) {
    to.number("index", t.seq);
    to.word("token", t.stake ? "stake" : "rlc");
    to.address_or_null("from", t.from);
    to.address_or_null("to", t.to);
    to.amount("amount", t.amount);
    to.number("block", t.block);
    to.ms("time", t.time_s);
    to.hash("tx", t.tx);
}

void write_trade(FieldWriter& to, const explorer::DealRow& deal) {
    to.hash("deal", deal.id);
    to.number("index", deal.seq);
    to.amount("price", deal.pool.price);
    to.count("volume", deal.volume);
    to.ms("time", deal.sealed_s);
    to.number("block", deal.block);
    to.hash("tx", deal.tx);
    to.address("workerpool", deal.pool.address);
    to.address("requester", deal.requester);
    to.count("category", deal.category);
    to.count("trust", deal.trust);
    to.hash("tag", deal.tag);
}

void write_row(FieldWriter& to, const orderbook::OrderRecord& record) {
    const auto terms = orderbook::terms_of(record.order);
    to.hash("hash", record.hash);
    to.word("kind", poco::to_text(record.kind));
    to.json("order", std::visit([](const auto& order) { return poco::to_json_strings(order); }, record.order));
    to.address("signer", record.signer);
    to.word("status", orderbook::to_text(record.status));
    to.number("remaining", static_cast<std::int64_t>(record.remaining));
    to.number("volume", static_cast<std::int64_t>(terms.volume.saturated_u64()));
    to.word("price", to_decimal(terms.price));
    to.number("published", static_cast<std::int64_t>(record.published_ms));
    to.null("deals");
}

}  // namespace bourse::market
