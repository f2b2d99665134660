// What a pool's operator should know now (web-ui §10.7), found out by the market itself: alerts are raised, and
// webhooks sent, also while nobody looks.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <map>

namespace bourse::market {

namespace {

constexpr std::uint64_t kNobodyMs = 60'000;
constexpr std::uint64_t kPriceHighMs = 3'600'000;
constexpr std::uint64_t kHeadOldMs = 15'000;
constexpr std::int64_t kIndexBehindBlocks = 5;
constexpr std::int64_t kCompletedWindow = 50;
constexpr std::int64_t kCompletedLeast = 20;  ///< fewer say nothing
constexpr std::int64_t kCompletedPercent = 95;
constexpr std::uint64_t kStakeTasks = 10;
constexpr std::uint64_t kDiskPercent = 10;
constexpr std::int64_t kOwnerPercent = 33;
constexpr std::int64_t kOwnerLeastWorkers = 3;
constexpr std::chrono::seconds kWatchEvery{5};

void worker_alerts(const Json& workers, Ops& ops, std::vector<Alert>& out) {
    std::int64_t lost = 0, alive = 0;
    std::uint64_t least_silence = UINT64_MAX;
    std::map<std::string, std::int64_t> by_owner;
    for (const auto& worker : workers) {
        const auto delay = delay_of(worker);
        if (delay.is_number()) least_silence = std::min(least_silence, delay.get<std::uint64_t>());
        if (worker_state(worker) == "lost") {
            ++lost;
            continue;
        }
        ++alive;
        ++by_owner[worker.value("owner", worker.value("worker", std::string()))];
    }
    const auto held = ops.held_ms("nobody", alive == 0);
    if (alive == 0 && std::max(held, least_silence == UINT64_MAX ? 0 : least_silence) >= kNobodyMs)
        out.push_back({"NO_WORKER", "danger", "No worker is alive.", "Start a worker: `bourse worker`."});
    else if (lost > 0)
        out.push_back({"WORKER_LOST", "warning", fmt::format("{} of {} workers are silent.", lost, workers.size()),
                       "Look at the machine and the worker's log."});
    for (const auto& [owner, count] : by_owner)
        if (alive >= kOwnerLeastWorkers && count * 100 > alive * kOwnerPercent)
            out.push_back({"OWNER_SHARE", "warning",
                           fmt::format("{} of {} living workers belong to {}.", count, alive, owner),
                           "Workers of one owner never check each other: trust above theirs needs others. Let more "
                           "owners join."});
}

void task_alerts(const explorer::Index& index, const Address& pool, std::int64_t now, const Json& figures,
                 std::vector<Alert>& out) {
    explorer::TaskFilter f;
    f.pool = pool;
    explorer::Paging last;
    last.limit = kCompletedWindow;
    last.count = false;
    std::int64_t completed = 0, failed = 0, late = 0;
    for (const auto& task : index.tasks(f, last, now).rows) {
        completed += task.status == 3 ? 1 : 0;
        failed += task.status == 4 ? 1 : 0;
        const auto shown = task.shown(now);
        late += shown == explorer::ShownStatus::kLate || shown == explorer::ShownStatus::kClaimable ? 1 : 0;
    }
    const auto ended = completed + failed;
    if (ended >= kCompletedLeast && completed * 100 < ended * kCompletedPercent)
        out.push_back({"COMPLETED_LOW", "warning",
                       fmt::format("Only {} of the last {} tasks were completed.", completed, ended),
                       "Look at the causes under Tasks."});
    const auto at_risk = static_cast<std::int64_t>(risk_of(figures).size());
    if (late > 0)
        out.push_back({"DEADLINE_RISK", "warning", fmt::format("{} tasks are beyond a deadline.", late),
                       "Look at their workers; reopen or let them be claimed."});
    else if (at_risk > 0)
        out.push_back({"DEADLINE_RISK", "warning",
                       fmt::format("{} tasks have less time left than they usually need.", at_risk),
                       "Look at their workers; engage more or faster ones."});
}

}  // namespace

void Api::chain_alerts(std::vector<Alert>& out) const {
    const auto latest =
        parts_.rpc != nullptr ? parts_.rpc->head() : Result<client::BlockHead>(fail("NODE_UNREACHABLE", "none"));
    if (!latest) {
        out.push_back({"NODE_DOWN", "danger", "The node does not answer: " + latest.error().message,
                       "Look at the node's log; start it again."});
        return;
    }
    const auto behind = static_cast<std::int64_t>(latest->number) - parts_.index.height();
    if (behind > kIndexBehindBlocks)
        out.push_back({"INDEX_BEHIND", "warning", fmt::format("The index is {} blocks behind.", behind),
                       "Wait; if it stays, look at the market's log."});
}

/// Our chain makes no blocks where there is nothing to do: one is due while the scheduler's transactions wait.
void Api::head_alert(const PoolState& state, std::vector<Alert>& out) {
    const auto waiting = number_in(state.scheduler, "transactions");
    const auto waited = ops_.held_ms("transactions", waiting > 0);
    const auto age = head_age_ms();
    if (waited > kHeadOldMs && age > static_cast<std::int64_t>(kHeadOldMs))
        out.push_back({"HEAD_OLD", "danger",
                       fmt::format("The last block is {} s old, and {} transactions wait.", age / 1'000, waiting),
                       "Look at the node: does it take transactions? Has its disk room?"});
}

void Api::money_alerts(const PoolState& state, std::vector<Alert>& out) {
    const auto offer = offer_of(state.pool);
    const auto covered = tasks_covered(state.pool, offer);
    if (covered && *covered < kStakeTasks)
        out.push_back({"STAKE_LOW", "warning", fmt::format("The free stake covers {} further tasks.", *covered),
                       "Deposit from the pool owner's wallet, or lower the volume of the orders."});
    std::int64_t places = 0, busy = 0;
    for (const auto& worker : state.workers) {
        if (worker_state(worker) == "lost") continue;
        places += number_in(worker, "slots");
        busy += number_in(worker, "busy");
    }
    const bool high = offer.ask && offer.bid && *offer.ask * 10 > *offer.bid * 12 && places > 0 && busy * 2 < places;
    if (ops_.held_ms("price", high) >= kPriceHighMs && high)
        out.push_back({"PRICE_HIGH", "info",
                       fmt::format("The best ask, {} nRLC, is more than 20 % above the best bid, {} nRLC, for an hour, "
                                   "and most places are idle.",
                                   *offer.ask, *offer.bid),
                       "Lower the price of the pool's orders."});
}

std::vector<Json> Api::alerts_of(const Address& pool) {
    std::vector<Alert> holding;
    const auto state = state_of(pool);
    chain_alerts(holding);
    if (const auto workers = ops_.workers(); !workers)
        holding.push_back({"SCHEDULER_DOWN", "danger", workers.error().message, "Start the scheduler again."});
    else
        worker_alerts(*workers, ops_, holding);
    head_alert(state, holding);
    money_alerts(state, holding);
    task_alerts(parts_.index, pool, now_s(), state.figures, holding);
    const auto condition = health();
    const auto free = condition["diskFree"].get<std::uint64_t>(), total = condition["diskTotal"].get<std::uint64_t>();
    if (total > 0 && free < total / 100 * kDiskPercent)
        holding.push_back({"DISK_LOW", "danger", fmt::format("{} % of the market's disk is free.", free * 100 / total),
                           "Make room: old logs, the content cache, or a larger disk."});
    // While the scheduler is away nobody knows whose pool it is; its operator is to be told all the same.
    const auto told = [&] {
        const std::lock_guard lock(watch_mutex_);
        return watched_.value_or(pool);
    }();
    return ops_.settle(told, holding);
}

void Api::start_watch() {
    if (!ops_.available()) return;
    ops_.on_alert = [this](const Address& pool, bool raised, const Json& alert) {
        hooks_.post(pool, raised ? "alert.raised" : "alert.ended",
                    {{"code", alert["code"]},
                     {"level", alert["level"]},
                     {"text", alert["text"]},
                     {"since", alert["since"]},
                     {"runbook", alert["runbook"]}});
    };
    hooks_.start();
    watch_ = std::thread([this] { watch(); });
}

std::optional<Address> Api::watched_pool() {
    const auto pool = ops_.pool();
    const std::lock_guard lock(watch_mutex_);
    // While the scheduler is away, that is to be told too.
    if (pool) watched_ = address_from_hex(pool->value("pool", ""));
    return watched_;
}

void Api::watch() {
    std::unique_lock lock(watch_mutex_);
    while (!watch_over_) {
        lock.unlock();
        try {
            if (const auto pool = watched_pool(); pool && parts_.index.resource(*pool)) (void)alerts_of(*pool);
        } catch (const std::exception& error) {
            sys::log_error("alerts not looked at", {{"message", error.what()}});
        }
        lock.lock();
        watch_changed_.wait_for(lock, kWatchEvery, [this] { return watch_over_; });
    }
}

void Api::stop_watch() {
    {
        const std::lock_guard lock(watch_mutex_);
        watch_over_ = true;
    }
    watch_changed_.notify_all();
    if (watch_.joinable()) watch_.join();
    hooks_.stop();
}

}  // namespace bourse::market
