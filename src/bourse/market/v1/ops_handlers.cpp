// The operator console's calls.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/explain.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <map>

namespace bourse::market {

namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::uint64_t kLateMs = 5'000;
constexpr std::uint64_t kLostMs = 15'000;

std::int64_t number_in(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return 0;
    if (found->is_number()) return found->get<std::int64_t>();
    if (!found->is_string()) return 0;
    const auto value = uint256_from_decimal(found->get<std::string>());
    return value ? static_cast<std::int64_t>(std::min<std::uint64_t>(value->saturated_u64(), INT64_MAX)) : 0;
}

Json text_or_null(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? *found : Json(nullptr);
}

/// Delay since the last sign of life, where the scheduler tells it.
Json delay_of(const Json& worker) {
    return worker.contains("silent_ms") && worker["silent_ms"].is_number() ? worker["silent_ms"] : Json(nullptr);
}

std::string worker_state(const Json& worker) {
    const auto delay = delay_of(worker);
    if (!worker.value("connected", false) && delay.is_null()) return "lost";
    if (delay.is_number()) {
        const auto ms = delay.get<std::uint64_t>();
        if (ms > kLostMs) return "lost";
        return ms > kLateMs ? "late" : "fresh";
    }
    return worker.value("lost", false) ? "lost" : "fresh";
}

}  // namespace

std::vector<Address> Api::pools_of(const Address& owner) const {
    std::vector<Address> out;
    explorer::ResourceFilter f;
    f.kind = explorer::ResourceKind::kWorkerpool;
    f.owner = owner;
    explorer::Paging all;
    all.limit = 1'000;
    for (const auto& pool : parts_.index.resources(f, all).rows) out.push_back(pool.address);
    return out;
}

Status<> Api::check_operator(const Address& who, const Address& pool) const {
    const auto owned = pools_of(who);
    if (std::ranges::find(owned, pool) != owned.end()) {
        // The scheduler behind this market runs one pool; owners of others have nothing to see or to do there.
        const auto served = ops_.pool();
        if (!served || address_from_hex(served->value("pool", "")) == pool) return {};
        return fail("FORBIDDEN", "The scheduler of this market runs the pool " + served->value("pool", std::string()) +
                                     "; ask the market beside your own scheduler.");
    }
    const auto row = parts_.index.resource(pool);
    return fail("FORBIDDEN", "Only the owner of this pool" +
                                 (row ? ", " + to_checksum(row->owner) + "," : std::string()) +
                                 " may do that; this session is of " + to_checksum(who) + ".");
}

/// The pool of a call: its parameter, else the scheduler's, else the newest one.
Result<Address> Api::pool_of(const Call& call) const {
    BOURSE_TRY(const auto given, call.address("workerpool"));
    if (given) return *given;
    if (const auto pool = ops_.pool())
        if (const auto address = address_from_hex(pool->value("pool", ""))) return *address;
    explorer::ResourceFilter f;
    f.kind = explorer::ResourceKind::kWorkerpool;
    const auto pools = parts_.index.resources(f, {});
    if (pools.rows.empty()) return fail("NOT_FOUND", "There is no workerpool on this chain.");
    return pools.rows.front().address;
}

Result<Address> Api::operated_pool(const Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    BOURSE_TRY(const auto pool, pool_of(call));
    BOURSE_CHECK(check_operator(session.address, pool));
    return pool;
}

Json Api::ops_series(const Address& pool, std::int64_t now) const {
    constexpr std::int64_t kHour = 3'600;
    constexpr std::size_t kHours = 168;
    const auto from = (now / kHour - static_cast<std::int64_t>(kHours) + 1) * kHour;
    auto out = Json::array();
    for (const auto& hour : parts_.index.load_of(pool, from, kHour, kHours, now))
        out.push_back({{"time", ms_of(hour.time_s)},
                       {"queued", count_of(hour.queued)},
                       {"running", hour.running},
                       {"completed", hour.completed},
                       {"failed", hour.failed}});
    return out;
}

Json Api::ops_stages(const Address& pool, std::int64_t now) const {
    std::map<std::string, std::vector<std::int64_t>> spans;
    explorer::TaskFilter f;
    f.pool = pool;
    f.status = explorer::ShownStatus::kComplete;
    explorer::Paging window;
    window.limit = 200;
    for (const auto& task : parts_.index.tasks(f, window, now).rows) {
        std::map<std::string, std::int64_t> at;
        for (const auto& event : parts_.index.events_of_task(task)) at.try_emplace(event.name, event.time_s);
        const auto span = [&](const char* name, const char* from, const char* to) {
            if (at.contains(from) && at.contains(to)) spans[name].push_back((at[to] - at[from]) * 1'000);
        };
        span("initialise to contribute", "TaskInitialize", "TaskContribute");
        span("contribute to consensus", "TaskContribute", "TaskConsensus");
        span("consensus to reveal", "TaskConsensus", "TaskReveal");
        span("reveal to finalise", "TaskReveal", "TaskFinalize");
    }
    auto out = Json::array();
    for (auto& [name, values] : spans) {
        std::ranges::sort(values);
        const auto at = [&](double share) {
            return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
        };
        out.push_back({{"stage", name}, {"p50", at(0.5)}, {"p95", at(0.95)}, {"p99", at(0.99)}});
    }
    return out;
}

Result<Json> Api::ops_overview(Call& call) const {
    BOURSE_TRY(const auto pool, pool_of(call));
    const auto now = call.now_s();
    const auto resource = parts_.index.resource(pool);
    if (!resource) return fail("NOT_FOUND", "There is no workerpool " + to_checksum(pool) + " on this chain.");
    const auto scheduler = ops_.pool();
    const bool ours = scheduler && address_from_hex(scheduler->value("pool", "")) == pool;
    const auto workers = ours ? ops_.workers().value_or(Json::array()) : Json::array();
    std::int64_t alive = 0, cores = 0, busy = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> shares;  // of what the living ones are
    for (const auto& worker : workers) {
        if (worker_state(worker) == "lost") continue;
        ++alive;
        for (const auto* what : {"software", "os", "cpu"}) {
            const auto text = text_or_null(worker, what);
            ++shares[what][text.is_string() && text != "" ? text.get<std::string>() : "unknown"];
        }
        cores += number_in(worker, "cores");
        busy += std::max<std::int64_t>(0, number_in(worker, "slots") - number_in(worker, "free"));
    }
    std::int64_t completed = 0, failed = 0, running = 0, day_workers = 0, replicas = 0, unrewarded = 0;
    std::map<Address, bool> apps;
    std::map<Address, bool> seen;
    explorer::TaskFilter f;
    f.pool = pool;
    f.from_s = now - 2 * kDaySeconds;
    explorer::Paging many;
    many.limit = 5'000;
    for (const auto& task : parts_.index.tasks(f, many, now).rows) {
        apps[task.app] = true;
        if (task.status < 3) ++running;
        if (task.ended_s < now - kDaySeconds) continue;
        ++(task.status == 3 ? completed : failed);
        if (completed + failed > 500) continue;  // who worked is read for the newest of a day
        for (const auto& c : parts_.index.contributions_of(task)) {
            if (!seen[c.worker]) ++day_workers;
            seen[c.worker] = true;
            ++replicas;
            unrewarded += c.reward == 0 ? 1 : 0;
        }
    }
    const auto sum = [&](std::int64_t from) {
        std::int64_t total = 0;
        for (const auto& row : parts_.index.earnings(pool, from, INT64_MAX)) total += row.scheduler;
        return amount_text(std::max<std::int64_t>(total, 0));
    };
    const auto owner = parts_.index.account(resource->owner).value_or(explorer::AccountRow{});
    const auto open = parts_.book.open_on(poco::OrderKind::kWorkerpool, pool);
    std::optional<std::uint64_t> cheapest;
    for (const auto& order : open) {
        const auto stake = orderbook::terms_of(order.order).price.saturated_u64() * 30 / 100;
        if (stake > 0) cheapest = std::min(cheapest.value_or(stake), stake);
    }
    Json idle = Json::array();
    if (running == 0) {
        if (alive == 0 && ours) idle.push_back(plain_reason("NO_WORKER", "workers", "No worker is alive.", "0", "1"));
        if (open.empty())
            idle.push_back(plain_reason("NO_ORDER", "workerpool", "The pool has no open order at this market.", "0",
                                        "1", "publish one"));
        if (ours && scheduler->value("draining", false))
            idle.push_back(plain_reason("DRAINING", "workerpool", "The pool is draining.", "", "", "resume"));
        if (idle.empty())
            idle.push_back(plain_reason("NO_REQUEST", "requesters", "Nobody has bought from this pool lately."));
    }
    const auto share = [&](const char* what) {
        auto rows = Json::array();
        for (const auto& [name, count] : shares[what]) rows.push_back({{"name", name}, {"count", count}});
        return rows;
    };
    const auto head =
        parts_.rpc != nullptr ? parts_.rpc->head() : Result<client::BlockHead>(fail("NODE_UNREACHABLE", ""));
    const auto head_ms = parts_.index.block_time_s() * 1'000;
    const auto now_ms = static_cast<std::int64_t>(sys::unix_time_ms());
    return Json{
        {"workerpool", to_checksum(pool)},
        {"draining", ours && scheduler->value("draining", false)},
        {"workersAlive", alive},
        {"workersKnown", workers.size()},
        {"workersDay", day_workers},
        {"coresTotal", cores},
        {"coresBusy", busy},
        {"running", running},
        {"waiting", ours ? number_in(*scheduler, "waiting_for_workers") : 0},
        {"completed24h", completed},
        {"failed24h", failed},
        {"completedRatio", completed + failed == 0
                               ? Json(nullptr)
                               : Json(static_cast<double>(completed) / static_cast<double>(completed + failed))},
        {"earnedToday", sum(now / kDaySeconds * kDaySeconds)},
        {"earned7d", sum(now - 7 * kDaySeconds)},
        {"earnedAll", sum(0)},
        {"stakeFree", amount_text(owner.staked)},
        {"stakeLocked", amount_text(owner.locked)},
        {"stakeCovers", cheapest ? Json(static_cast<std::uint64_t>(std::max<std::int64_t>(owner.staked, 0)) / *cheapest)
                                 : Json(nullptr)},
        {"headAgeMs", std::max<std::int64_t>(0, now_ms - head_ms)},
        {"eventLag",
         head ? Json(std::max<std::int64_t>(0, static_cast<std::int64_t>(head->number) - parts_.index.height()))
              : Json(nullptr)},
        {"reachableTrust", ours ? Json(number_in(*scheduler, "reachable_trust")) : Json(nullptr)},
        {"apps24h", apps.size()},
        {"software", share("software")},
        {"os", share("os")},
        {"cpus", share("cpu")},
        {"series", ops_series(pool, now)},
        {"stages", ops_stages(pool, now)},
        {"wasted",
         {{"replicas", replicas},
          {"unrewarded", unrewarded},
          {"share", replicas == 0 ? 0.0 : static_cast<double>(unrewarded) / static_cast<double>(replicas)}}},
        {"idle", std::move(idle)}};
}

Json Api::worker_item(const Json& worker) const {
    const auto address = address_from_hex(worker.value("worker", "")).value_or(Address{});
    const auto account = parts_.index.account(address).value_or(explorer::AccountRow{});
    std::int64_t earned = 0, done = 0;
    explorer::EntryFilter rewards;
    rewards.kind = explorer::EntryKind::kReward;
    rewards.from_s = now_s() - kDaySeconds;
    explorer::Paging many;
    many.limit = 1'000;
    for (const auto& entry : parts_.index.entries(address, rewards, many).rows) {
        earned += entry.amount;
        ++done;
    }
    return {{"address", to_checksum(address)},
            {"name", worker.value("name", std::string())},
            {"owner", worker.value("owner", to_checksum(address))},
            {"software", worker.value("software", std::string())},
            {"connected", worker.value("connected", false)},
            {"state", worker_state(worker)},
            {"delayMs", delay_of(worker)},
            {"os", text_or_null(worker, "os")},
            {"platform", text_or_null(worker, "platform")},
            {"cpu", text_or_null(worker, "cpu")},
            {"draining", worker.value("draining", false)},
            {"lastSeen", worker.contains("last_seen_ms") ? worker["last_seen_ms"] : Json(nullptr)},
            {"cores", number_in(worker, "cores")},
            {"memoryMib", number_in(worker, "memory_mib")},
            {"slots", number_in(worker, "slots")},
            {"free", number_in(worker, "free")},
            {"tasks", number_in(worker, "tasks")},
            {"score", count_of(account.score)},
            {"weight", weight_of_score(account.score)},
            {"joined", number_in(worker, "joined_ms")},
            {"staked", amount_text(account.staked)},
            {"locked", amount_text(account.locked)},
            {"earned24h", amount_text(earned)},
            {"done24h", done}};
}

Result<Json> Api::worker_items() const {
    BOURSE_TRY(const auto workers, ops_.workers());
    Json items = Json::array();
    for (const auto& worker : workers) items.push_back(worker_item(worker));
    return Json{{"items", std::move(items)}};
}

Result<ListPage> Api::ops_workers(Call& call) {
    BOURSE_CHECK(operated_pool(call));
    BOURSE_TRY(const auto workers, ops_.workers());
    ListPage page;
    page.as_of = parts_.index.height();
    for (const auto& worker : workers) page.items.push_back(worker_item(worker));
    page.total = static_cast<std::int64_t>(page.items.size());
    return page;
}

Json Api::pool_task_item(const explorer::TaskRow& task) const {
    const auto record = task.status < 3 ? ops_.task(task.id) : Result<Json>(fail("NOT_FOUND", ""));
    const auto left = std::max<std::int64_t>(0, (task.status == 1 ? task.contribution_s : task.final_s) - now_s());
    const auto deal = parts_.index.deal(task.deal_seq);
    return {
        {"task", render(task, parts_.index.contributions_of(task), now_s())},
        {"phase", record ? record->value("phase", std::string()) : std::string(explorer::to_text(task.shown(now_s())))},
        {"replicates", record ? record->value("replicates", Json::array()) : Json::array()},
        {"risk", task.status < 3 && left < 30},
        {"timeLeftMs", left * 1'000},
        {"reward", amount_text(deal ? deal->pool.price : 0)}};
}

Result<Json> Api::pool_task_items(const Address& pool, std::int64_t limit) const {
    explorer::TaskFilter f;
    f.pool = pool;
    explorer::Paging few;
    few.limit = limit;
    Json items = Json::array();
    for (const auto& task : parts_.index.tasks(f, few, now_s()).rows) items.push_back(pool_task_item(task));
    return Json{{"items", std::move(items)}};
}

Result<ListPage> Api::ops_tasks(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    explorer::TaskFilter f;
    f.pool = pool;
    if (const auto text = call.text("status"); text && !text->empty()) {
        f.status = explorer::shown_status_from(*text);
        if (!f.status) return bad_parameter("status", "is no status of a task");
    }
    const auto page = parts_.index.tasks(f, call.paging, call.now_s());
    ListPage out;
    out.total = page.total;
    out.as_of = page.as_of;
    if (page.next) out.next = std::to_string(*page.next);
    for (const auto& task : page.rows) out.items.push_back(pool_task_item(task));
    return out;
}

Result<ListPage> Api::ops_earnings(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    BOURSE_TRY(const auto from, call.seconds("from"));
    BOURSE_TRY(const auto to, call.seconds("to"));
    ListPage page;
    page.as_of = parts_.index.height();
    for (const auto& row :
         parts_.index.earnings(pool, from.value_or(call.now_s() - 30 * kDaySeconds), to.value_or(INT64_MAX)))
        page.items.push_back({{"day", sys::iso8601_ms(static_cast<std::uint64_t>(row.day_s) * 1'000).substr(0, 10)},
                              {"account", nullptr},
                              {"category", row.category},
                              {"app", to_checksum(row.app)},
                              {"gross", amount_text(row.gross)},
                              {"workers", amount_text(row.workers)},
                              {"scheduler", std::to_string(row.scheduler)},
                              {"slashed", amount_text(row.slashed)},
                              {"tasks", row.tasks}});
    page.total = static_cast<std::int64_t>(page.items.size());
    return page;
}

std::vector<Json> Api::alerts_of(const Address& pool) {
    std::vector<Json> out;
    std::vector<std::string> codes;
    const auto raise = [&](const char* code, const char* level, const std::string& text, const char* runbook) {
        out.push_back(ops_.alert(code, level, text, runbook));
        codes.emplace_back(code);
    };
    const auto head_age = static_cast<std::int64_t>(sys::unix_time_s()) - parts_.index.block_time_s();
    const auto latest =
        parts_.rpc != nullptr ? parts_.rpc->head() : Result<client::BlockHead>(fail("NODE_UNREACHABLE", "none"));
    if (!latest)
        raise("NODE_DOWN", "danger", "The node does not answer: " + latest.error().message,
              "Look at the node's log; start it again.");
    else if (static_cast<std::int64_t>(latest->number) > parts_.index.height() + 5)
        raise("INDEX_BEHIND", "warning",
              "The index is " + std::to_string(static_cast<std::int64_t>(latest->number) - parts_.index.height()) +
                  " blocks behind (last one " + std::to_string(head_age) + " s ago).",
              "Wait; if it stays, look at the market's log.");
    const auto workers = ops_.workers();
    if (!workers) {
        raise("SCHEDULER_DOWN", "danger", workers.error().message, "Start the scheduler again.");
    } else {
        const auto lost = std::ranges::count_if(*workers, [](const Json& w) { return worker_state(w) == "lost"; });
        if (lost == static_cast<std::ptrdiff_t>(workers->size()))
            raise("NO_WORKER", "danger", "No worker is alive.", "Start a worker: `bourse worker`.");
        else if (lost > 0)
            raise("WORKER_LOST", "warning",
                  std::to_string(lost) + " of " + std::to_string(workers->size()) + " workers are silent.",
                  "Look at the machine and the worker's log.");
    }
    explorer::TaskFilter f;
    f.pool = pool;
    explorer::Paging last;
    last.limit = 50;
    std::int64_t completed = 0, failed = 0, late = 0;
    for (const auto& task : parts_.index.tasks(f, last, now_s()).rows) {
        completed += task.status == 3 ? 1 : 0;
        failed += task.status == 4 ? 1 : 0;
        const auto shown = task.shown(now_s());
        late += shown == explorer::ShownStatus::kLate || shown == explorer::ShownStatus::kClaimable ? 1 : 0;
    }
    if (completed + failed >= 20 && completed * 100 < (completed + failed) * 95)
        raise("COMPLETED_LOW", "warning",
              "Only " + std::to_string(completed) + " of the last " + std::to_string(completed + failed) +
                  " tasks were completed.",
              "Look at the causes under Tasks.");
    if (late > 0)
        raise("DEADLINE_RISK", "warning", std::to_string(late) + " tasks are beyond a deadline.",
              "Look at their workers; reopen or let them be claimed.");
    ops_.keep_alerts(codes);
    return out;
}

Result<ListPage> Api::ops_alerts(Call& call) {
    BOURSE_TRY(const auto pool, operated_pool(call));
    ListPage page;
    page.items = alerts_of(pool);
    page.total = static_cast<std::int64_t>(page.items.size());
    page.as_of = parts_.index.height();
    return page;
}

Result<ListPage> Api::ops_audit(Call& call) {
    BOURSE_CHECK(operated_pool(call));
    ListPage page;
    page.items = ops_.audit(call.paging.limit);
    page.total = static_cast<std::int64_t>(page.items.size());
    page.as_of = parts_.index.height();
    return page;
}

/// The pool, or with a target one of its workers.
Result<Json> Api::ops_drain(const Address& who, bool draining, const std::string& target, const std::string& reason) {
    std::optional<Address> worker;
    bool before = false;
    if (target.empty()) {
        const auto pool = ops_.pool();
        before = pool && pool->value("draining", false);
    } else {
        const auto address = parse_address(target);
        if (!address) return fail("BODY_INVALID", "target: " + address.error().message);
        worker = *address;
        const auto workers = ops_.workers().value_or(Json::array());
        const auto found = std::ranges::find(workers, to_checksum(*worker),
                                             [](const Json& row) { return row.value("worker", std::string()); });
        before = found != workers.end() && found->value("draining", false);
    }
    BOURSE_CHECK(ops_.drain(draining, worker));
    const auto word = [](bool drains) { return drains ? "draining" : "taking tasks"; };
    ops_.note(who, draining ? "drain" : "resume", target, word(before), word(draining), reason);
    const std::string subject = worker ? "The worker" : "The pool";
    return Json{{"done", true}, {"message", subject + (draining ? " takes no new tasks." : " takes tasks again.")}};
}

Result<Json> Api::ops_act(Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    BOURSE_TRY(const auto body, body_object(call.request()));
    BOURSE_TRY(auto pool, pool_of(call));
    if (const auto text = body.find("workerpool"); text != body.end() && text->is_string()) {
        const auto given = parse_address(text->get<std::string>());
        if (!given) return fail("BODY_INVALID", "workerpool: " + given.error().message);
        pool = *given;
    }
    BOURSE_CHECK(check_operator(session.address, pool));
    const auto member = [&](const char* name) {
        const auto found = body.find(name);
        return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto action = member("action");
    const auto target = member("target");
    if (action == "drain" || action == "resume") {
        return ops_drain(session.address, action == "drain", target, member("reason"));
    }
    if (action == "acknowledge" || action == "silence") {
        const auto until = body.find("until");
        const auto ms =
            action == "silence" && until != body.end() && until->is_number_unsigned() ? until->get<std::uint64_t>() : 0;
        if (action == "silence" && ms == 0) return fail("BODY_INVALID", "until must be the time in milliseconds");
        BOURSE_CHECK(ops_.acknowledge(target, ms));
        ops_.note(session.address, action, target, "", "", member("reason"));
        return Json{{"done", true}, {"message", "Alert " + target + (ms == 0 ? " is acknowledged." : " is silenced.")}};
    }
    return fail("ACTION_UNKNOWN", "action must be drain, resume, acknowledge or silence");
}

void Api::bind_ops() {
    bind_item("ops_overview", [this](Call& c) { return ops_overview(c); });
    bind_list("ops_workers", [this](Call& c) { return ops_workers(c); });
    bind_list("ops_tasks", [this](Call& c) { return ops_tasks(c); });
    bind_list("ops_earnings", [this](Call& c) { return ops_earnings(c); });
    bind_list("ops_alerts", [this](Call& c) { return ops_alerts(c); });
    bind_list("ops_audit", [this](Call& c) { return ops_audit(c); });
    bind_item("ops_act", [this](Call& c) { return ops_act(c); });
    bind_item("timeline", [this](Call& c) { return timeline(c); });
}

}  // namespace bourse::market
