// What a pool's operator should know now (web-ui §10.7), found out by the market itself: alerts are raised, and
// webhooks sent, also while nobody looks.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/alerts.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>

namespace bourse::market {

namespace {

constexpr std::int64_t kIndexBehindBlocks = 5;
constexpr std::int64_t kCompletedWindow = 50;
constexpr std::int64_t kCompletedLeast = 20;  ///< fewer say nothing
constexpr std::int64_t kCompletedPercent = 95;
constexpr std::chrono::seconds kWatchEvery{5};

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

std::vector<Json> Api::alerts_of(const Address& pool) { return alerts_of(state_of(pool)); }

std::vector<Json> Api::alerts_of(const PoolState& state) {
    std::vector<Alert> holding;
    chain_alerts(holding);
    if (state.silent)
        holding.push_back({"SCHEDULER_DOWN", "danger", state.silent->message, "Start the scheduler again."});
    else
        worker_alerts(state.workers, ops_, holding);
    head_alert(number_in(state.scheduler, "transactions"), head_age_ms(), ops_, holding);
    clock_alert(state.scheduler, state.workers, holding);
    const auto offer = offer_of(state.pool);
    stake_alert(tasks_covered(state.pool, offer), holding);
    price_alert(offer, state.workers, ops_, holding);
    task_alerts(parts_.index, state.pool, now_s(), state.figures, holding);
    const auto condition = health();
    disk_alert(condition["diskFree"].get<std::uint64_t>(), condition["diskTotal"].get<std::uint64_t>(), holding);
    // While the scheduler is away nobody knows whose pool it is; its operator is to be told all the same.
    const auto told = [&] {
        const std::lock_guard lock(watch_mutex_);
        return watched_.value_or(state.pool);
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

void Api::look_for_alerts() {
    const auto scheduler = ops_.pool();
    const auto pool = [&] {
        const std::lock_guard lock(watch_mutex_);
        if (scheduler) watched_ = address_from_hex(scheduler->value("pool", ""));
        return watched_;
    }();
    if (pool && parts_.index.resource(*pool)) (void)alerts_of(state_of(*pool, scheduler));
}

void Api::watch() {
    std::unique_lock lock(watch_mutex_);
    while (!watch_over_) {
        lock.unlock();
        try {
            look_for_alerts();
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
