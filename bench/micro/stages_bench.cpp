// bench: scheduler
// What the console's figures cost a scheduler (web-ui §10.1): a log of tasks is folded, then the durations of stages
// are asked for again and again. One JSON line a figure.
//
//   stages_bench [tasks (100000)]
#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/state.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace bourse;
using namespace bourse::scheduler;

constexpr std::uint64_t kBeginS = 1'700'000'000;
constexpr int kAsked = 1'000;

double us_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

Address bench_worker() {
    Address address;
    address.data.fill(7);
    return address;
}

void live(State& state, const DealId& deal, std::uint64_t index) {
    std::set<TaskId> touched;
    const auto task = poco::task_id(deal, Uint256{index});
    const auto begin_ms = kBeginS * 1'000 + index * 10;
    const auto value = crypto::keccak256("value");
    state.apply(TasksUnfolded{deal, index, 1}, touched);
    state.apply(TaskInitialized{task, deal, index, 2}, touched);
    state.apply(WorkerAssigned{task, bench_worker(), index + 1, Uint256{2}, false, 1, begin_ms}, touched);
    std::uint64_t at_ms = begin_ms;
    for (const auto* status : {"APP_DOWNLOADING", "COMPUTING", "COMPUTED", "CONTRIBUTED"}) {
        WorkerReported report;
        report.worker = bench_worker();
        report.task = task;
        report.status = status;
        report.ms = at_ms += 1 + index % 997;
        state.apply(report, touched);
    }
    state.apply(TaskContributed{task, bench_worker(), value, 3, at_ms}, touched);
    state.apply(ConsensusReached{task, value, 3, kBeginS}, touched);
    state.apply(TaskRevealed{task, bench_worker(), value, 4}, touched);
    state.apply(TaskFinalized{task, {}, 5, at_ms + 50}, touched);
    state.apply(CommandsAcknowledged{bench_worker(), index + 1}, touched);
}

}  // namespace

int main(int argc, char** argv) {
    const auto tasks = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000ULL;
    State state;
    std::set<TaskId> touched;
    DealSeen deal;
    deal.deal = DealId(crypto::keccak256("deal"));
    deal.time_ref_s = 60;
    deal.start_s = kBeginS;
    deal.count = tasks;
    state.apply(deal, touched);
    WorkerJoined joined;
    joined.worker = joined.owner = bench_worker();
    joined.slots = joined.cores = 1;
    state.apply(joined, touched);
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < tasks; ++i) live(state, deal.deal, i);
    std::printf("{\"bench\":\"stages_fold\",\"tasks\":%llu,\"us_per_task\":%.2f}\n",
                static_cast<unsigned long long>(tasks), us_since(begin) / static_cast<double>(std::max(tasks, 1ULL)));
    std::vector<double> took;
    std::uint64_t counted = 0;
    for (int i = 0; i < kAsked; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        counted = state.tally().stages()[static_cast<std::size_t>(Stage::kCompute)].tasks;
        took.push_back(us_since(asked));
    }
    std::ranges::sort(took);
    std::printf("{\"bench\":\"stages\",\"window\":%llu,\"p50_us\":%.1f,\"p95_us\":%.1f}\n",
                static_cast<unsigned long long>(counted), took[took.size() / 2], took[took.size() * 95 / 100]);
    return counted == std::min<std::uint64_t>(tasks, Tally::kWindow) ? 0 : 1;
}
