// What the console and Prometheus ask of the pool: workers, stages, faults, risks, seconds computed.
#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>
#include <bourse/scheduler/rest.hpp>
#include <bourse/scheduler/rest_json.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kFailuresShownMs = 86'400'000;
constexpr std::size_t kMostRisks = 50;

/// Engagements that came to nothing by the worker's doing, of the last day.
std::map<Address, std::uint64_t> failures_by_worker(const State& state, std::uint64_t now_ms) {
    std::map<Address, std::uint64_t> out;
    const auto& faults = state.tally().faults();
    for (auto fault = faults.rbegin(); fault != faults.rend() && fault->ms + kFailuresShownMs >= now_ms; ++fault)
        if (!fault->worker.is_zero()) ++out[fault->worker];
    return out;
}

Json stages_of(const std::array<StageFigures, kStages>& stages) {
    auto out = Json::array();
    for (std::size_t i = 0; i < kStages; ++i)
        if (stages[i].tasks > 0)
            out.push_back({{"stage", to_text(static_cast<Stage>(i))},
                           {"p50", stages[i].p50},
                           {"p95", stages[i].p95},
                           {"p99", stages[i].p99},
                           {"tasks", stages[i].tasks}});
    return out;
}

Json faults_of(const Tally& tally, std::uint64_t now_ms) {
    std::map<std::pair<std::string, std::string_view>, std::uint64_t> counts;
    for (const auto& fault : tally.faults())
        if (fault.ms + Tally::kFaultsKeptMs >= now_ms) ++counts[{fault.cause, to_text(fault.payer)}];
    auto out = Json::array();
    for (const auto& [what, count] : counts)
        out.push_back({{"cause", what.first}, {"payer", what.second}, {"count", count}});
    return out;
}

/// Open tasks that have less time left until their next deadline than they usually need, the most urgent first.
Json risks_of(const State& state, const std::array<StageFigures, kStages>& stages, std::uint64_t now_s) {
    struct Risk {
        std::uint64_t left_ms, needed_ms;
        TaskId task;
    };
    std::vector<Risk> risks;
    for (const auto& id : state.open_tasks()) {
        const auto& task = *state.task(id);
        const auto& deal = *state.deal(task.deal);
        const bool agreed = task.status == poco::TaskStatus::kRevealing;
        const auto end_s = agreed ? deal.final_deadline_s() : deal.contribution_deadline_s();
        const auto left_ms = end_s > now_s ? (end_s - now_s) * 1'000 : 0;
        const auto needed = needed_ms(task, stages);
        if (left_ms == 0 || left_ms < needed) risks.push_back({left_ms, needed, id});
    }
    std::ranges::sort(risks, {}, [](const Risk& risk) { return std::pair(risk.left_ms, risk.task); });
    auto out = Json::array();
    for (const auto& risk : risks) {
        if (out.size() == kMostRisks) break;
        out.push_back({{"task", to_hex(risk.task)}, {"left_ms", risk.left_ms}, {"needed_ms", risk.needed_ms}});
    }
    return out;
}

}  // namespace

net::Response RestApi::workers() const {
    const auto offers = core_->offers();
    const auto silences = core_->silences();
    const auto clocks = core_->clocks_ahead_ms();
    const auto now_ms = sys::unix_time_ms();
    const auto list = core_->read([&](const State& state) {
        const auto failed = failures_by_worker(state, now_ms);
        auto rows = Json::array();
        for (const auto& [address, worker] : state.workers()) {
            const auto offer = std::ranges::find(offers, address, &Offer::worker);
            const bool connected = offer != offers.end();
            const auto silence = silences.find(address);
            const auto clock = clocks.find(address);
            const auto silent = silence == silences.end() ? 0 : silence->second;
            rows.push_back({{"worker", to_checksum(address)},
                            {"owner", to_checksum(worker.owner)},
                            {"name", worker.name},
                            {"software", worker.software},
                            {"os", worker.os},
                            {"platform", worker.platform},
                            {"cpu", worker.cpu},
                            {"connected", connected},
                            {"draining", worker.draining},
                            {"paused", worker.paused},
                            {"banned", worker.banned},
                            {"off_hours", !worker.terms.open_at(now_ms)},
                            {"places", worker.places()},
                            {"from_min", worker.terms.from_min},
                            {"to_min", worker.terms.to_min},
                            {"only_idle", worker.terms.only_idle},
                            {"lost", worker.lost},
                            {"silent_ms", silent},
                            {"clock_ahead_ms", clock == clocks.end() ? Json(nullptr) : Json(clock->second)},
                            {"last_seen_ms", now_ms - std::min(now_ms, silent)},
                            {"slots", worker.slots},
                            {"free", connected ? offer->free : 0},
                            {"busy", state.busy_slots(address)},
                            {"cores", worker.cores},
                            {"memory_mib", worker.memory_mib},
                            {"tee", poco::has_bit(worker.tags, poco::kTagTee)},
                            {"gpu", poco::has_bit(worker.tags, poco::kTagGpu)},
                            {"failed_24h", failed.contains(address) ? failed.at(address) : 0},
                            {"score", to_decimal(worker.score)},
                            {"weight", to_decimal(poco::worker_weight(worker.score))},
                            {"tasks", worker.active.size()},
                            {"joined_ms", worker.joined_ms}});
        }
        return rows;
    });
    return net::Response::json(200, dump_json({{"ok", true}, {"workers", list}}));
}

net::Response RestApi::figures() const {
    const auto now_ms = sys::unix_time_ms();
    const auto now_s = core_->chain_now_s();
    const auto json = core_->read([&](const State& state) {
        const auto& tally = state.tally();
        const auto stages = tally.stages();
        std::map<std::string, std::uint64_t> tasks{{"COMPLETED", tally.completed()}, {"FAILED", tally.failed()}};
        for (const auto& id : state.open_tasks()) ++tasks[sdk_task_status(*state.task(id))];
        return Json{{"ok", true},
                    {"stages", stages_of(stages)},
                    {"faults", faults_of(tally, now_ms)},
                    {"risk", risks_of(state, stages, now_s)},
                    {"tasks", tasks},
                    {"outcomes", tally.outcomes()}};
    });
    return net::Response::json(200, dump_json(json));
}

net::Response RestApi::usage(const net::Request& request) const {
    const auto bound = [&](const char* name, std::uint64_t otherwise) {
        const auto value = uint256_from_decimal(request.query_value(name).value_or(""));
        return value ? value->saturated_u64() : otherwise;
    };
    const auto from_s = bound("from", 0), to_s = bound("to", UINT64_MAX);
    const auto rows = core_->read([&](const State& state) {
        auto out = Json::array();
        for (const auto& [key, core_ms] : state.tally().usage())
            if (key.day_s >= from_s && key.day_s < to_s)
                out.push_back({{"day_s", key.day_s},
                               {"worker", to_checksum(key.worker)},
                               {"app", to_checksum(key.app)},
                               {"category", key.category},
                               {"core_ms", core_ms}});
        return out;
    });
    return net::Response::json(200, dump_json({{"ok", true}, {"usage", rows}}));
}

void publish_gauges(const Core& core) {
    auto& metrics = sys::Metrics::global();
    std::map<std::string, double> tasks;
    std::map<std::string, double> replicates;
    std::array<double, 2> workers{};
    double deals = 0;
    core.read([&](const State& state) {
        for (const auto* name :
             {"RECEIVED", "INITIALIZING", "INITIALIZED", "RUNNING", "CONSENSUS_REACHED", "COMPLETED", "FAILED"}) {
            tasks[name] = 0;
        }
        for (const auto& [id, task] : state.tasks()) {
            ++tasks[sdk_task_status(task)];
            for (const auto& replicate : task.replicates) {
                if (task.is_open()) ++replicates[sdk_replicate_status(replicate, task)];
            }
        }
        for (const auto& [address, worker] : state.workers()) ++workers[worker.lost ? 1 : 0];
        deals = static_cast<double>(state.deals().size());
    });
    for (const auto& [status, count] : tasks)
        metrics.gauge("bourse_scheduler_tasks", "Tasks by status", count, {{"status", status}});
    for (const auto& [status, count] : replicates) {
        metrics.gauge("bourse_scheduler_replicates", "Replicates of open tasks by status", count, {{"status", status}});
    }
    metrics.gauge("bourse_scheduler_deals", "Deals of the pool", deals);
    metrics.gauge("bourse_scheduler_workers_live", "Workers that are heard", workers[0]);
    metrics.gauge("bourse_scheduler_workers_lost", "Workers that are silent", workers[1]);
    const auto figures = core.figures();
    metrics.gauge("bourse_scheduler_tasks_waiting", "Tasks that wait for workers",
                  static_cast<double>(figures.waiting_for_workers));
    metrics.gauge("bourse_scheduler_assignments", "Assignments since the start", static_cast<double>(figures.assigned));
    for (const auto& [reason, count] : figures.refusals) {
        metrics.gauge("bourse_scheduler_supply_refusals",
                      "Workers passed over by the supply, by reason, since the start", static_cast<double>(count),
                      {{"reason", reason}});
    }
}

}  // namespace bourse::scheduler
