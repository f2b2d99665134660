// A pool at a glance (web-ui §10.1).
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/explain.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/rewards.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace bourse::market {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kTasksLookedAt = 5'000;   ///< of two days
constexpr std::int64_t kTasksWithWorkers = 500;  ///< of which the contributions are read
constexpr std::uint64_t kStoreAskedMs = 5'000;

/// What the living workers are, and what they do.
struct Fleet {
    std::int64_t alive = 0, cores = 0, busy_cores = 0, paused = 0;
    std::map<std::string, std::map<std::string, std::int64_t>> shares;

    explicit Fleet(const Json& workers) {
        for (const auto& worker : workers) {
            if (worker_state(worker) == "lost") continue;
            ++alive;
            for (const auto* what : {"software", "os", "cpu"}) {
                const auto text = text_or_null(worker, what);
                ++shares[what][text.is_string() && text != "" ? text.get<std::string>() : "unknown"];
            }
            const auto of_it = number_in(worker, "cores");
            const auto places = std::max<std::int64_t>(number_in(worker, "slots"), 1);
            cores += of_it;
            busy_cores += (number_in(worker, "busy") * of_it + places - 1) / places;
            paused += worker.value("paused", false) ? 1 : 0;
        }
    }
    Json share(const char* what) const {
        auto rows = Json::array();
        if (const auto found = shares.find(what); found != shares.end())
            for (const auto& [name, count] : found->second) rows.push_back({{"name", name}, {"count", count}});
        return rows;
    }
};

/// What the pool did in the last day.
struct DayOfPool {
    std::int64_t completed = 0, failed = 0, running = 0, replicas = 0, unrewarded = 0;
    std::set<Address> apps, workers;
    std::map<std::string, std::int64_t> reasons;  ///< of replicas without a reward

    DayOfPool(const explorer::Index& index, const Address& pool, std::int64_t now) {
        explorer::TaskFilter f;
        f.pool = pool;
        f.from_s = now - 2 * kDay;
        explorer::Paging many;
        many.limit = kTasksLookedAt;
        many.count = false;
        for (const auto& task : index.tasks(f, many, now).rows) {
            apps.insert(task.app);
            if (task.status < 3) ++running;
            if (task.ended_s < now - kDay) continue;
            ++(task.status == 3 ? completed : failed);
            if (completed + failed > kTasksWithWorkers) continue;
            for (const auto& contribution : index.contributions_of(task)) take(task, contribution);
        }
    }
    Json ratio() const {
        const auto ended = completed + failed;
        return ended == 0 ? Json(nullptr) : Json(static_cast<double>(completed) / static_cast<double>(ended));
    }
    Json wasted() const {
        auto rows = Json::array();
        for (const auto& [cause, count] : reasons) rows.push_back({{"cause", cause}, {"count", count}});
        const auto share = replicas == 0 ? 0.0 : static_cast<double>(unrewarded) / static_cast<double>(replicas);
        return {{"replicas", replicas}, {"unrewarded", unrewarded}, {"share", share}, {"reasons", std::move(rows)}};
    }

private:
    void take(const explorer::TaskRow& task, const explorer::ContributionRow& contribution) {
        workers.insert(contribution.worker);
        ++replicas;
        if (contribution.reward > 0) return;
        ++unrewarded;
        if (task.status == 4)
            ++reasons["TASK_FAILED"];
        else if (contribution.faulty)
            ++reasons[task.consensus && contribution.hash != *task.consensus ? "WRONG_RESULT" : "NOT_REVEALED"];
        else
            ++reasons["PRICE_ZERO"];
    }
};

/// Of a week, newest first, beside what was earned in all.
Json money_of_pool(const std::vector<explorer::EarningRow>& week, const explorer::EarningRow& all, std::int64_t now) {
    const auto today = now / kDay * kDay;
    std::int64_t of_day = 0, of_week = 0;
    for (const auto& row : week) {
        of_week += row.scheduler;
        if (row.day_s == today) of_day += row.scheduler;
    }
    const auto shown = [](std::int64_t amount) { return amount_text(std::max<std::int64_t>(amount, 0)); };
    return {{"earnedToday", shown(of_day)}, {"earned7d", shown(of_week)}, {"earnedAll", shown(all.scheduler)}};
}

void add_earning(explorer::EarningRow& sum, const explorer::EarningRow& row) {
    sum.gross += row.gross;
    sum.workers += row.workers;
    sum.scheduler += row.scheduler;
    sum.slashed += row.slashed;
    sum.refunds += row.refunds;
    sum.tasks += row.tasks;
}

}  // namespace

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

PoolOffer Api::offer_of(const Address& pool) const {
    PoolOffer out;
    std::map<std::uint64_t, std::optional<std::uint64_t>> bids;
    for (const auto& order : parts_.book.open_on(poco::OrderKind::kWorkerpool, pool)) {
        ++out.orders;
        const auto price = orderbook::terms_of(order.order).price.saturated_u64();
        const auto stake = poco::scheduler_stake(Uint256(price)).value_or(Uint256()).saturated_u64();
        if (stake > 0) out.least_stake = std::min(out.least_stake.value_or(stake), stake);
        const auto category = std::get<poco::WorkerpoolOrder>(order.order).category.saturated_u64();
        const auto [bid, fresh] = bids.try_emplace(category);
        if (fresh) {
            orderbook::OrderFilter f;
            f.category = category;
            f.limit = 1;
            const auto page = parts_.book.list(poco::OrderKind::kRequest, f);
            if (!page.orders.empty())
                bid->second = orderbook::terms_of(page.orders.front().order).price.saturated_u64();
        }
        if (!out.ask || price < *out.ask) {
            out.ask = price;
            out.bid = bid->second;
        }
    }
    return out;
}

std::optional<std::uint64_t> Api::tasks_covered(const Address& pool, const PoolOffer& offer) const {
    const auto resource = parts_.index.resource(pool);
    if (!resource || !offer.least_stake) return std::nullopt;
    const auto owner = parts_.index.account(resource->owner).value_or(explorer::AccountRow{});
    return static_cast<std::uint64_t>(std::max<std::int64_t>(owner.staked, 0)) / *offer.least_stake;
}

Json Api::idle_reasons(const PoolState& state) const {
    auto out = Json::array();
    const auto offer = offer_of(state.pool);
    const Fleet fleet(state.workers);
    if (state.ours && fleet.alive == 0)
        out.push_back(plain_reason("NO_WORKER", "workers", "No worker is alive.", "0", "1"));
    if (offer.orders == 0)
        out.push_back(plain_reason("NO_ORDER", "workerpool", "The pool has no open order at this market.", "0", "1",
                                   "publish one"));
    if (state.ours && state.scheduler.value("draining", false))
        out.push_back(plain_reason("DRAINING", "workerpool", "The pool is draining.", "", "", "resume"));
    if (fleet.alive > 0 && fleet.paused == fleet.alive)
        out.push_back(plain_reason("PAUSED", "workers", "Every living worker is paused by its owner."));
    if (const auto covered = tasks_covered(state.pool, offer); covered == 0U)
        out.push_back(plain_reason("STAKE_SHORT", "workerpool", "The owner's free stake covers no further task.", "0",
                                   std::to_string(*offer.least_stake), "deposit"));
    if (offer.ask && offer.bid && *offer.ask > *offer.bid)
        out.push_back(plain_reason("PRICE_HIGH", "workerpool", "The pool's best price is above the best bid.",
                                   std::to_string(*offer.ask), std::to_string(*offer.bid), "lower the price"));
    if (out.empty())
        out.push_back(plain_reason("NO_REQUEST", "requesters", "Nobody has bought from this pool lately."));
    return out;
}

explorer::EarningRow Api::earned_in_all(const Address& pool) {
    // Tasks end in the order of the chain's time: the days before its last one get no more of them.
    const auto today = parts_.index.block_time_s() / kDay * kDay;
    explorer::EarningRow sum;
    {
        const std::lock_guard lock(earned_mutex_);
        auto& known = earned_before_[pool];
        if (known.day_s > today) known = {};  // blocks were replaced, or the index was begun anew
        for (const auto& row : parts_.index.earnings(pool, known.day_s, today)) add_earning(known, row);
        known.day_s = today;
        sum = known;
    }
    for (const auto& row : parts_.index.earnings(pool, today, INT64_MAX)) add_earning(sum, row);
    return sum;
}

Json Api::health() {
    Json store = nullptr;
    if (!config_.store_url.empty()) store = store_answers();
    std::error_code ec;
    const auto disk = std::filesystem::space(config_.folder.empty() ? "." : config_.folder, ec);
    return {{"diskFree", ec ? 0 : disk.available},
            {"diskTotal", ec ? 0 : disk.capacity},
            {"memory", static_cast<std::uint64_t>(sys::resident_bytes())},
            {"store", std::move(store)},
            {"version", BOURSE_VERSION}};
}

bool Api::store_answers() {
    const auto now = sys::steady_ms();
    {
        const std::lock_guard lock(store_mutex_);
        if (store_asked_ms_ != 0 && now < store_asked_ms_ + kStoreAskedMs) return store_ok_;
    }
    net::ClientRequest ask;
    ask.url = config_.store_url + "/version";
    ask.timeout_ms = 2'000;
    const auto answer = net::http_request(ask);
    const std::lock_guard lock(store_mutex_);
    store_ok_ = answer && answer->status == 200;
    store_asked_ms_ = now;
    return store_ok_;
}

PoolState Api::state_of(const Address& pool, const Result<Json>& scheduler) const {
    PoolState out;
    out.pool = pool;
    if (!scheduler) out.silent = scheduler.error();
    out.ours = scheduler && address_from_hex(scheduler->value("pool", "")) == pool;
    if (!out.ours) return out;
    out.scheduler = *scheduler;
    if (auto workers = ops_.workers())
        out.workers = *std::move(workers);
    else
        out.silent = workers.error();
    out.figures = ops_.figures().value_or(Json::object());
    return out;
}

std::int64_t Api::head_age_ms() const {
    const auto now_ms = static_cast<std::int64_t>(sys::unix_time_ms());
    return std::max<std::int64_t>(0, now_ms - parts_.index.block_time_s() * 1'000);
}

Json Api::event_lag() const {
    if (parts_.rpc == nullptr) return nullptr;
    const auto head = parts_.rpc->head();
    if (!head) return nullptr;
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(head->number) - parts_.index.height());
}

Result<Json> Api::ops_overview(Call& call) {
    BOURSE_TRY(const auto pool, pool_of(call));
    const auto now = call.now_s();
    const auto resource = parts_.index.resource(pool);
    if (!resource) return fail("NOT_FOUND", "There is no workerpool " + to_checksum(pool) + " on this chain.");
    const auto state = state_of(pool);
    const Fleet fleet(state.workers);
    const DayOfPool day(parts_.index, pool, now);
    const auto owner = parts_.index.account(resource->owner).value_or(explorer::AccountRow{});
    const auto covered = tasks_covered(pool, offer_of(pool));
    auto condition = health();
    condition["clockOffsetMs"] = clock_ahead_of(state.scheduler);
    Json out = {{"workerpool", to_checksum(pool)},
                {"draining", state.scheduler.value("draining", false)},
                {"workersAlive", fleet.alive},
                {"workersKnown", state.workers.size()},
                {"workersDay", day.workers.size()},
                {"coresTotal", fleet.cores},
                {"coresBusy", fleet.busy_cores},
                {"running", day.running},
                {"waiting", number_in(state.scheduler, "waiting_for_workers")},
                {"completed24h", day.completed},
                {"failed24h", day.failed},
                {"completedRatio", day.ratio()},
                {"stakeFree", amount_text(owner.staked)},
                {"stakeLocked", amount_text(owner.locked)},
                {"stakeCovers", covered ? Json(*covered) : Json(nullptr)},
                {"headAgeMs", head_age_ms()},
                {"eventLag", event_lag()},
                {"reachableTrust", state.ours ? Json(number_in(state.scheduler, "reachable_trust")) : Json(nullptr)},
                {"apps24h", day.apps.size()},
                {"software", fleet.share("software")},
                {"os", fleet.share("os")},
                {"cpus", fleet.share("cpu")},
                {"series", ops_series(pool, now)},
                {"stages", state.figures.value("stages", Json::array())},
                {"faults", state.figures.value("faults", Json::array())},
                {"risk", risk_of(state.figures)},
                {"health", std::move(condition)},
                {"wasted", day.wasted()},
                {"idle", day.running == 0 ? idle_reasons(state) : Json::array()}};
    out.update(
        money_of_pool(parts_.index.earnings(pool, now / kDay * kDay - 6 * kDay, INT64_MAX), earned_in_all(pool), now));
    return out;
}

Json risk_of(const Json& figures) {
    auto out = Json::array();
    for (const auto& row : figures.value("risk", Json::array()))
        out.push_back({{"task", row.value("task", "")},
                       {"timeLeftMs", row.value("left_ms", std::uint64_t{0})},
                       {"neededMs", row.value("needed_ms", std::uint64_t{0})}});
    return out;
}

}  // namespace bourse::market
