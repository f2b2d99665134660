// The series of web-ui §10.9 for Prometheus. No label holds the id of a task, a deal or an account: the number of
// series does not grow with the market.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/sys/metrics.hpp>

#include <array>

namespace bourse::market {

namespace {

constexpr std::array kTaskStatuses{"RECEIVED",
                                   "INITIALIZING",
                                   "INITIALIZED",
                                   "RUNNING",
                                   "CONSENSUS_REACHED",
                                   "AT_LEAST_ONE_REVEALED",
                                   "RESULT_UPLOADING",
                                   "RESULT_UPLOADED",
                                   "FINALIZING",
                                   "COMPLETED",
                                   "FAILED"};
constexpr std::array kOutcomes{"rewarded", "surplus", "dropped", "lost", "wrong", "unrevealed", "unpaid"};
constexpr std::array<std::pair<const char*, double>, 3> kQuantiles{{{"0.5", 0.5}, {"0.95", 0.95}, {"0.99", 0.99}}};

void set_gauge(const char* name, const char* help, double value, const sys::MetricLabels& labels = {}) {
    sys::Metrics::global().gauge(name, help, value, labels);
}

double figure(const Json& object, const char* name) { return static_cast<double>(number_in(object, name)); }

struct ByState {
    std::map<std::string, double> workers{{"fresh", 0}, {"late", 0}, {"lost", 0}, {"draining", 0}, {"paused", 0}};
    std::map<std::string, double> cores{{"busy", 0}, {"idle", 0}};
    std::map<std::string, double> gpus{{"live", 0}, {"lost", 0}};

    void add(const Json& worker) {
        const auto state = worker_state(worker);
        ++workers[state];
        workers["draining"] += worker.value("draining", false) ? 1 : 0;
        workers["paused"] += worker.value("paused", false) ? 1 : 0;
        const bool gpu = worker.value("gpu", false);
        gpus[state == "lost" ? "lost" : "live"] += gpu ? 1 : 0;
        if (state == "lost") return;
        const auto all = figure(worker, "cores"), places = std::max(figure(worker, "slots"), 1.0);
        const auto busy = all * figure(worker, "busy") / places;
        cores["busy"] += busy;
        cores["idle"] += all - busy;
    }
};

}  // namespace

void Api::publish_pool(const PoolState& state) {
    ByState sums;
    for (const auto& worker : state.workers) sums.add(worker);
    for (const auto& [name, count] : sums.workers)
        set_gauge("pool_workers", "Workers by state; draining and paused ones are counted by their delay too.", count,
                  {{"state", name}});
    for (const auto& [name, count] : sums.cores)
        set_gauge("pool_cores", "Cores of living workers.", count, {{"state", name}});
    for (const auto& [name, count] : sums.gpus)
        set_gauge("pool_gpus", "Workers that serve tasks for GPUs.", count, {{"state", name}});
    const auto& tasks = state.figures.value("tasks", Json::object());
    for (const auto* status : kTaskStatuses)
        set_gauge("pool_tasks", "Tasks by status.", figure(tasks, status), {{"status", status}});
    for (const auto& stage : state.figures.value("stages", Json::array()))
        for (const auto& [member, quantile] :
             {std::pair("p50", "0.5"), std::pair("p95", "0.95"), std::pair("p99", "0.99")})
            set_gauge("pool_stage_seconds", "Duration of stages over the last 1000 completed tasks.",
                      figure(stage, member) / 1'000, {{"stage", stage.value("stage", "")}, {"quantile", quantile}});
    const auto& outcomes = state.figures.value("outcomes", Json::object());
    for (const auto* outcome : kOutcomes)
        set_gauge("pool_replicas_total", "Engagements of workers by how they ended.", figure(outcomes, outcome),
                  {{"outcome", outcome}});
}

void Api::publish_book() const {
    const auto categories = parts_.index.categories();
    for (const auto& category : categories)
        for (const auto& [side, kind] :
             {std::pair("ask", poco::OrderKind::kWorkerpool), std::pair("bid", poco::OrderKind::kRequest)}) {
            orderbook::OrderFilter filter;
            filter.category = static_cast<std::uint64_t>(category.id);
            filter.limit = 1;
            const auto page = parts_.book.list(kind, filter);
            const sys::MetricLabels labels{{"side", side}, {"category", std::to_string(category.id)}};
            set_gauge("book_orders", "Open orders by side and category.", static_cast<double>(page.count), labels);
            const auto best =
                page.orders.empty() ? 0 : orderbook::terms_of(page.orders.front().order).price.saturated_u64();
            set_gauge("book_best_nrlc", "Best price of a side, nRLC a task; 0 where there is none.",
                      static_cast<double>(best), labels);
        }
}

void Api::publish_times() const {
    const std::lock_guard lock(latency_mutex_);
    for (const auto& [route, latencies] : latencies_of_) {
        const auto sorted = latencies.sorted();
        if (sorted.empty()) continue;
        for (const auto& [name, share] : kQuantiles)
            set_gauge("http_requests_seconds", "Time to answer the last 1000 requests of a route.",
                      sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))] / 1'000,
                      {{"route", std::string(route)}, {"quantile", name}});
    }
}

void Api::publish_metrics(std::size_t listeners) {
    set_gauge("ws_clients", "Clients of the live feed.", static_cast<double>(listeners));
    sys::Metrics::global().count("ws_dropped_total", "Backlogs dropped of clients that did not read.", 0);
    set_gauge("chain_head_age_seconds", "Age of the last block in the index.",
              static_cast<double>(head_age_ms()) / 1'000);
    if (const auto lag = event_lag(); lag.is_number())
        set_gauge("chain_events_lag", "Blocks of the chain that the index has not read yet.", lag.get<double>());
    publish_book();
    publish_times();
    const auto pool = served_pool();
    if (!pool) return;
    const auto state = state_of(*pool);
    publish_pool(state);
    const auto earned = earned_in_all(*pool);
    for (const auto& [party, amount] : {std::pair("workers", earned.workers), std::pair("scheduler", earned.scheduler)})
        set_gauge("pool_reward_nrlc_total", "Earned with ended tasks, nRLC.", static_cast<double>(amount),
                  {{"party", party}});
    const auto resource = parts_.index.resource(*pool);
    const auto owner = resource ? parts_.index.account(resource->owner) : std::nullopt;
    if (!owner) return;
    set_gauge("pool_stake_nrlc", "Deposit of the pool's owner, nRLC.", static_cast<double>(owner->staked),
              {{"part", "free"}});
    set_gauge("pool_stake_nrlc", "Deposit of the pool's owner, nRLC.", static_cast<double>(owner->locked),
              {{"part", "locked"}});
}

}  // namespace bourse::market
