// Deals, tasks, resources, search.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/list_pages.hpp>
#include <bourse/market/v1/render.hpp>

#include <algorithm>
#include <array>

namespace bourse::market {

namespace {

using explorer::ResourceKind;

Result<std::optional<explorer::ShownStatus>> status_of(const Call& call) {
    const auto text = call.text("status");
    if (!text || text->empty()) return std::optional<explorer::ShownStatus>();
    const auto status = explorer::shown_status_from(*text);
    if (!status)
        return bad_parameter("status",
                             "must be one of NOT_STARTED, RUNNING, LATE, REVEALING, COMPLETE, CLAIMABLE, FAILED");
    return status;
}

constexpr std::pair<std::string_view, explorer::DealSort> kDealSorts[] = {{"-time", explorer::DealSort::kNewest},
                                                                          {"time", explorer::DealSort::kOldest},
                                                                          {"-price", explorer::DealSort::kDearest},
                                                                          {"price", explorer::DealSort::kCheapest},
                                                                          {"-volume", explorer::DealSort::kLargest}};
constexpr std::pair<std::string_view, explorer::TaskSort> kTaskSorts[] = {
    {"-time", explorer::TaskSort::kNewest},
    {"deadline", explorer::TaskSort::kFirstDeadline},
    {"-deadline", explorer::TaskSort::kLastDeadline}};
constexpr std::pair<std::string_view, explorer::ResourceFilter::Sort> kResourceSorts[] = {
    {"-index", explorer::ResourceFilter::Sort::kNewest},
    {"name", explorer::ResourceFilter::Sort::kName},
    {"-runs", explorer::ResourceFilter::Sort::kRuns}};
}  // namespace

Result<explorer::DealFilter> deal_filter(const Call& call) {
    explorer::DealFilter f;
    BOURSE_TRY(f.status, status_of(call));
    BOURSE_TRY(f.category, call.count("category"));
    BOURSE_TRY(f.tag, call.tag(explorer::TagClass::kAny));
    BOURSE_TRY(f.min_trust, call.count("minTrust"));
    BOURSE_TRY(f.max_trust, call.count("maxTrust"));
    BOURSE_TRY(f.min_price, call.count("minPrice"));
    BOURSE_TRY(f.max_price, call.count("maxPrice"));
    BOURSE_TRY(f.app, call.address("app"));
    BOURSE_TRY(f.dataset, call.address("dataset"));
    BOURSE_TRY(f.pool, call.address("workerpool"));
    BOURSE_TRY(f.requester, call.address("requester"));
    BOURSE_TRY(f.beneficiary, call.address("beneficiary"));
    BOURSE_TRY(f.owner, call.address("owner"));
    BOURSE_TRY(f.mine, call.address("mine"));
    BOURSE_TRY(f.role, role_of(call));
    BOURSE_TRY(f.order, call.hash("order"));
    BOURSE_TRY(f.from_s, call.seconds("from"));
    BOURSE_TRY(f.to_s, call.seconds("to"));
    BOURSE_TRY(f.sort, sort_of(call, kDealSorts));
    return f;
}

Result<ListPage> Api::deals(Call& call) const {
    BOURSE_TRY(const auto filter, deal_filter(call));
    return page_of_rows(call, parts_.index.deals(filter, call.paging, call.now_s()),
                        [&](FieldWriter& to, const auto& deal) { write_row(to, deal, call.now_s()); });
}

Result<Json> Api::deal(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    const auto deal = parts_.index.deal(id);
    if (!deal) return fail(not_found("deal", to_hex(id)));
    Json out = {{"deal", render(*deal, call.now_s())}, {"events", Json::array()}, {"related", Json::array()}};
    out["events"].push_back({{"block", deal->block},
                             {"logIndex", 0},
                             {"time", ms_of(deal->sealed_s)},
                             {"tx", to_hex(deal->tx)},
                             {"name", "OrdersMatched"},
                             {"actor", to_checksum(deal->requester)},
                             {"value", nullptr}});
    for (const auto& event : parts_.index.events_of_deal(*deal, 1'000)) out["events"].push_back(render(event));
    explorer::DealFilter same;
    same.order = deal->orders[3];
    explorer::Paging few;
    few.limit = 50;
    for (const auto& other : parts_.index.deals(same, few, call.now_s()).rows)
        if (other.id != id) out["related"].push_back(render(other, call.now_s()));
    return out;
}

Result<ListPage> Api::deal_tasks(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    BOURSE_TRY(const auto status, status_of(call));
    BOURSE_TRY(const auto from, call.count("fromIndex"));
    const auto deal = parts_.index.deal(id);
    if (!deal) return fail(not_found("deal", to_hex(id)));
    ListPage page;
    page.total = deal->volume;
    page.as_of = call.paging.as_of.value_or(parts_.index.height());
    const auto end = deal->first_index + deal->volume;
    auto at = std::max(call.paging.after.value_or(from.value_or(deal->first_index)), deal->first_index);
    // With a status the pages are looked through until one is full.
    const auto full = [&] { return page.count + static_cast<std::int64_t>(page.items.size()) >= call.paging.limit; };
    while (at < end && !full()) {
        const auto want = status ? std::int64_t{1'000} : call.paging.limit;
        const auto rows = parts_.index.tasks_of(*deal, at, want);
        for (const auto& task : rows) {
            if (full()) break;
            at = task.index + 1;
            if (!status || task.shown(call.now_s()) == *status)
                call.add(page, [&](FieldWriter& to) { write_row(to, task, call.now_s(), nullptr); });
        }
        if (rows.empty()) break;
    }
    if (at < end) page.next = std::to_string(at);
    return page;
}

Result<Json> Api::deal_strip(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    BOURSE_TRY(const auto wanted, call.count("buckets"));
    const auto deal = parts_.index.deal(id);
    if (!deal) return fail(not_found("deal", to_hex(id)));
    const auto buckets = std::clamp<std::int64_t>(wanted.value_or(1'000), 1, 10'000);
    const auto size = std::max<std::int64_t>(1, (deal->volume + buckets - 1) / buckets);
    Json out = {{"deal", to_hex(id)},
                {"first", count_of(deal->first_index)},
                {"volume", count_of(deal->volume)},
                {"bucketSize", size},
                {"buckets", parts_.index.strip(*deal, size, call.now_s())},
                {"counts", render(deal->tasks, call.now_s() >= deal->final_s)},
                {"throughput", nullptr},
                {"endEarliest", nullptr},
                {"endLatest", nullptr}};
    const auto ends = parts_.index.completion_times(*deal);
    const auto left = deal->tasks.total - deal->tasks.complete - deal->tasks.failed;
    if (ends.size() < 5 || ends.back() == ends.front() || left == 0) return out;
    const auto per_task = [&](std::size_t from) {
        return static_cast<double>(ends.back() - ends[from]) / static_cast<double>(ends.size() - 1 - from);
    };
    const double all = per_task(0), recent = per_task(ends.size() - 5);
    out["throughput"] = all > 0 ? Json(3600.0 / all) : Json(nullptr);
    const auto end_at = [&](double pace) {
        return ms_of(call.now_s() + static_cast<std::int64_t>(pace * static_cast<double>(left)));
    };
    out["endEarliest"] = end_at(std::min(all, recent));
    out["endLatest"] = end_at(std::max(all, recent));
    return out;
}

Result<ListPage> Api::tasks(Call& call) const {
    explorer::TaskFilter f;
    BOURSE_TRY(f.status, status_of(call));
    BOURSE_TRY(f.category, call.count("category"));
    BOURSE_TRY(f.app, call.address("app"));
    BOURSE_TRY(f.pool, call.address("workerpool"));
    BOURSE_TRY(f.requester, call.address("requester"));
    BOURSE_TRY(f.worker, call.address("worker"));
    BOURSE_TRY(f.mine, call.address("mine"));
    BOURSE_TRY(f.deadline_before_s, call.seconds("deadlineBefore"));
    BOURSE_TRY(f.from_s, call.seconds("from"));
    BOURSE_TRY(f.to_s, call.seconds("to"));
    BOURSE_TRY(f.sort, sort_of(call, kTaskSorts));
    return page_of_rows(call, parts_.index.tasks(f, call.paging, call.now_s()),
                        [&](FieldWriter& to, const auto& task) { write_row(to, task, call.now_s(), nullptr); });
}

Json Api::task_detail(const explorer::TaskRow& task) const {
    const auto deal = *parts_.index.deal(task.deal_seq);
    const auto contributions = parts_.index.contributions_of(task);
    Json out = {{"task", render(task, contributions, now_s())},
                {"deal", render(deal, now_s())},
                {"contributions", render(contributions)},
                {"events", Json::array()},
                {"money", Json::array()}};
    for (const auto& event : parts_.index.events_of_task(task)) out["events"].push_back(render(event));
    for (const auto& money : parts_.index.money_of(task, deal)) out["money"].push_back(render(money));
    constexpr std::array kRules{
        "Not started: the requester's price and the pool's stake are locked since the deal was sealed.",
        "Running: everybody's money stays locked until the task is finalised or claimed.",
        "Revealing: everybody's money stays locked until the task is finalised or claimed.",
        "Completed: the requester pays app, dataset and pool; workers that revealed the consensus share the pool's "
        "price "
        "and the stakes of those that did not; the scheduler takes its share.",
        "Refunded: the final deadline passed without a result; the requester gets everything back, the pool loses its "
        "stake, workers get theirs back."};
    out["rule"] = kRules[static_cast<std::size_t>(std::clamp(task.status, 0, 4))];
    return out;
}

Result<Json> Api::task(Call& call) const {
    BOURSE_TRY(const auto id, call.segment_hash("id"));
    const auto task = parts_.index.task(id);
    if (!task)
        return fail("NOT_FOUND", "There is no task " + to_hex(id) +
                                     " on this chain, or its scheduler has not initialised it yet; /v1/deals/:id/tasks "
                                     "lists those of a deal.");
    return task_detail(*task);
}

// ---- resources

ResourceFacts Api::facts_of(const explorer::ResourceRow& row) const {
    const auto kind = row.kind == ResourceKind::kApp       ? poco::OrderKind::kApp
                      : row.kind == ResourceKind::kDataset ? poco::OrderKind::kDataset
                                                           : poco::OrderKind::kWorkerpool;
    ResourceFacts out;
    for (const auto& order : parts_.book.open_on(kind, row.address)) {
        const auto price = orderbook::terms_of(order.order).price;
        if (!out.best_price || price < *out.best_price) out.best_price = price;
    }
    if (row.kind == ResourceKind::kApp) out.lists = lists_store_.lists_with(row.address);
    return out;
}

Result<ListPage> Api::resources(ResourceKind kind, Call& call) const {
    explorer::ResourceFilter f;
    f.kind = kind;
    BOURSE_TRY(f.owner, call.address("owner"));
    f.prefix = call.text("q").value_or("");
    BOURSE_TRY(f.sort, sort_of(call, kResourceSorts));
    BOURSE_TRY(const auto list, call.hash("list"));
    if (list) {
        BOURSE_TRY(f.among, lists_store_.apps_of(*list));
    }
    return page_of_rows(call, parts_.index.resources(f, call.paging),
                        [&](FieldWriter& to, const auto& row) { write_row(to, row, facts_of(row)); });
}

Result<Json> Api::resource(ResourceKind kind, Call& call) const {
    BOURSE_TRY(const auto address, call.segment_address("id"));
    const auto row = parts_.index.resource(address);
    if (!row || row->kind != kind) return fail(not_found(explorer::to_text(kind), to_checksum(address)));
    Json out = {{"resource", render(*row, facts_of(*row))},
                {"owners", Json::array()},
                {"policies", Json::array()},
                {"usedBy", Json::array()},
                {"versions", Json::array()}};
    for (const auto& o : parts_.index.owners_of(*row))
        out["owners"].push_back(
            {{"owner", to_checksum(o.owner)}, {"block", o.block}, {"time", ms_of(o.time_s)}, {"tx", to_hex(o.tx)}});
    for (const auto& p : parts_.index.policies_of(*row))
        out["policies"].push_back({{"stakeRatio", p.stake_ratio},
                                   {"schedulerShare", p.scheduler_share},
                                   {"block", p.block},
                                   {"time", ms_of(p.time_s)},
                                   {"tx", to_hex(p.tx)}});
    for (const auto& use : parts_.index.used_with(*row))
        out["usedBy"].push_back(
            {{"address", to_checksum(use.address)}, {"name", use.name}, {"deals", use.deals}, {"runs", use.runs}});
    const auto order_kind = kind == ResourceKind::kApp       ? poco::OrderKind::kApp
                            : kind == ResourceKind::kDataset ? poco::OrderKind::kDataset
                                                             : poco::OrderKind::kWorkerpool;
    out["orders"] = parts_.book.open_on(order_kind, address).size();
    explorer::ResourceFilter same_owner;
    same_owner.kind = kind;
    same_owner.owner = row->owner;
    for (const auto& other : parts_.index.resources(same_owner, {}).rows)
        if (other.address != address) out["versions"].push_back(render(other));
    return out;
}

// ---- search

Result<Json> Api::search(Call& call) const {
    const auto text = call.text("q").value_or("");
    if (text.empty() || text.size() > 200) return bad_parameter("q", "must be 1 to 200 characters");
    Json out = {
        {"items", Json::array()},
        {"tried",
         {"deal", "task", "app", "dataset", "workerpool", "account", "worker", "transaction", "order", "block"}}};
    const auto chain = envelope().chain;
    const auto add = [&](std::string_view kind, const std::string& id, const std::string& label) {
        out["items"].push_back({{"kind", kind}, {"id", id}, {"chain", chain}, {"label", label}});
    };
    const bool digits = text.find_first_not_of("0123456789") == std::string::npos && text.size() < 16;
    if (digits && std::stoll(text) <= parts_.index.height()) add("block", text, "block " + text);
    for (const auto& hit : parts_.index.search(text, 8)) add(hit.kind, hit.id, hit.label);
    const auto hash = text.starts_with("0x") && text.size() == 66 ? hash_from_hex(text) : std::nullopt;
    if (!hash) return out;
    const auto has = [&](std::string_view kind) {
        return std::ranges::any_of(out["items"], [&](const Json& hit) { return hit["kind"] == kind; });
    };
    for (const auto kind :
         {poco::OrderKind::kApp, poco::OrderKind::kDataset, poco::OrderKind::kWorkerpool, poco::OrderKind::kRequest})
        if (!has("order") && parts_.book.find(kind, *hash))
            add("order", text, std::string(poco::to_text(kind)) + " order");
    if (out["items"].empty() && parts_.rpc != nullptr) {
        const auto receipt = parts_.rpc->receipt(*hash);
        if (receipt && *receipt)
            add("transaction", text, "transaction in block " + std::to_string((*receipt)->block_number));
        const auto block = parts_.rpc->call("eth_getBlockByHash", {text, false});
        if (out["items"].empty() && block && block->is_object()) add("block", text, "block");
    }
    return out;
}

void Api::bind_explorer() {
    bind_list("deals", [this](Call& c) { return deals(c); });
    bind_item("deal", [this](Call& c) { return deal(c); });
    bind_list("deal_tasks", [this](Call& c) { return deal_tasks(c); });
    bind_item("deal_strip", [this](Call& c) { return deal_strip(c); });
    bind_list("tasks", [this](Call& c) { return tasks(c); });
    bind_item("task", [this](Call& c) { return task(c); });
    bind_list("apps", [this](Call& c) { return resources(ResourceKind::kApp, c); });
    bind_item("app", [this](Call& c) { return resource(ResourceKind::kApp, c); });
    bind_list("datasets", [this](Call& c) { return resources(ResourceKind::kDataset, c); });
    bind_item("dataset", [this](Call& c) { return resource(ResourceKind::kDataset, c); });
    bind_list("workerpools", [this](Call& c) { return resources(ResourceKind::kWorkerpool, c); });
    bind_item("workerpool", [this](Call& c) { return resource(ResourceKind::kWorkerpool, c); });
    bind_list("accounts", [this](Call& c) { return accounts(c); });
    bind_item("account", [this](Call& c) { return account(c); });
    bind_list("account_entries", [this](Call& c) { return entries(c); });
    bind_list("workers", [this](Call& c) { return workers(c); });
    bind_item("worker", [this](Call& c) { return worker(c); });
    bind_list("contributions", [this](Call& c) { return contributions(c); });
    bind_list("transfers", [this](Call& c) { return transfers(c); });
    bind_item("search", [this](Call& c) { return search(c); });
}

}  // namespace bourse::market
