#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/state.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {
namespace {

constexpr std::uint64_t kStart = 1'700'000'000;  // seconds; reports below are ms after it
constexpr std::uint64_t kSealed = kStart * 1'000;

Address tally_worker(std::uint8_t n) {
    Address address;
    address.data.fill(n);
    return address;
}

/// A log that is written by hand.
struct Story {
    State state;
    DealId deal = DealId(crypto::keccak256("deal"));
    std::uint64_t tasks = 0;

    void tell(const Fact& fact) {
        std::set<TaskId> touched;
        state.apply(fact, touched);
    }
    explicit Story(std::uint64_t count = 1) {
        DealSeen seen;
        seen.deal = deal;
        seen.trust = Uint256{1};
        seen.category = Uint256{3};
        seen.time_ref_s = 60;
        seen.start_s = kStart;
        seen.count = count;
        seen.app = tally_worker(99);
        seen.ms = kSealed + 400;
        tell(seen);
        for (std::uint8_t n = 1; n <= 3; ++n) {
            WorkerJoined joined;
            joined.worker = joined.owner = tally_worker(n);
            joined.slots = 2;
            joined.cores = 8;
            tell(joined);
        }
    }
    TaskId begin() {
        const auto index = tasks++;
        const auto id = poco::task_id(deal, Uint256{index});
        tell(TasksUnfolded{deal, index, 1});
        tell(TaskInitialized{id, deal, index, 2});
        return id;
    }
    void engage(const TaskId& task, std::uint8_t worker, std::uint64_t after_ms) {
        tell(WorkerAssigned{task, tally_worker(worker), ++seq, Uint256{2}, false, 1, kSealed + after_ms});
    }
    void report(const TaskId& task, std::uint8_t worker, const char* status, std::uint64_t after_ms,
                const char* cause = "") {
        WorkerReported fact;
        fact.worker = tally_worker(worker);
        fact.task = task;
        fact.status = status;
        fact.cause = cause;
        fact.ms = kSealed + after_ms;
        tell(fact);
    }
    /// Downloads for 100 ms, computes for `compute_ms`, contributes for 50.
    void work(const TaskId& task, std::uint8_t worker, std::uint64_t compute_ms, const char* value) {
        report(task, worker, "APP_DOWNLOADING", 1'000);
        report(task, worker, "COMPUTING", 1'100);
        report(task, worker, "COMPUTED", 1'100 + compute_ms);
        tell(TaskContributed{task, tally_worker(worker), crypto::keccak256(value), 3, kSealed + 1'150 + compute_ms});
        report(task, worker, "CONTRIBUTED", 1'150 + compute_ms);
    }
    void reveal(const TaskId& task, std::uint8_t worker, std::uint64_t after_ms) {
        report(task, worker, "REVEALING", after_ms);
        tell(TaskRevealed{task, tally_worker(worker), crypto::keccak256("digest"), 4});
        report(task, worker, "REVEALED", after_ms + 30);
    }
    const StageFigures& stage(Stage which) {
        figures = state.tally().stages();
        return figures[static_cast<std::size_t>(which)];
    }
    std::array<StageFigures, kStages> figures;
    std::uint64_t seq = 0;
};

std::vector<std::string> causes_of(const Story& story, Payer payer) {
    std::vector<std::string> out;
    for (const auto& fault : story.state.tally().faults())
        if (fault.payer == payer) out.push_back(fault.cause);
    return out;
}

TEST(Tally, AStageLastsAsLongAsWithTheSlowestWinner) {
    Story story;
    const auto task = story.begin();
    for (std::uint8_t n = 1; n <= 3; ++n) story.engage(task, n, 700 + n);
    story.work(task, 1, 200, "right");
    story.work(task, 2, 500, "right");
    story.work(task, 3, 9'000, "wrong");
    story.tell(ConsensusReached{task, crypto::keccak256("right"), 3, kStart + 2});
    story.reveal(task, 1, 2'000);
    story.reveal(task, 2, 2'010);
    story.report(task, 1, "RESULT_UPLOADING", 2'100);
    story.report(task, 1, "RESULT_UPLOADED", 2'400);
    EXPECT_EQ(story.stage(Stage::kCompute).tasks, 0U);
    story.tell(TaskFinalized{task, {}, 5, kSealed + 3'000});
    EXPECT_EQ(story.stage(Stage::kQueue).p50, 301U);  // seen 400 ms after the second in which it was sealed
    EXPECT_EQ(story.stage(Stage::kDownload).p50, 100U);
    EXPECT_EQ(story.stage(Stage::kCompute).p95, 500U);
    EXPECT_EQ(story.stage(Stage::kContribute).p99, 50U);
    EXPECT_EQ(story.stage(Stage::kReveal).p50, 30U);
    EXPECT_EQ(story.stage(Stage::kUpload).p50, 300U);
    EXPECT_EQ(story.stage(Stage::kFinalise).p50, 600U);
    EXPECT_EQ(causes_of(story, Payer::kWorker), std::vector<std::string>{"WRONG_RESULT"});
    EXPECT_EQ(story.state.tally().outcomes().at("rewarded"), 2U);
    // 8 cores over 2 places: each second of computing is four core seconds, also of a result that lost.
    const UsageKey key{kStart / 86'400 * 86'400, tally_worker(3), tally_worker(99), 3};
    EXPECT_EQ(story.state.tally().usage().at(key), 36'000U);
    // The chain may tell it twice.
    story.tell(TaskFinalized{task, {}, 5, kSealed + 4'000});
    EXPECT_EQ(story.state.tally().completed(), 1U);
}

TEST(Tally, TimeInWhichTheAppStoodStillIsNotComputed) {
    Story story;
    const auto task = story.begin();
    story.engage(task, 1, 700);
    story.report(task, 1, "COMPUTING", 1'100);
    WorkerReported computed;
    computed.worker = tally_worker(1);
    computed.task = task;
    computed.status = "COMPUTED";
    computed.ms = kSealed + 10'100;
    computed.paused_ms = 7'000;
    story.tell(computed);
    story.tell(TaskContributed{task, tally_worker(1), crypto::keccak256("right"), 3, kSealed + 10'200});
    story.tell(ConsensusReached{task, crypto::keccak256("right"), 3, kStart + 2});
    story.reveal(task, 1, 11'000);
    story.tell(TaskFinalized{task, {}, 5, kSealed + 12'000});
    const UsageKey key{kStart / 86'400 * 86'400, tally_worker(1), tally_worker(99), 3};
    EXPECT_EQ(story.state.tally().usage().at(key), 8'000U);
    EXPECT_EQ(story.stage(Stage::kCompute).p50, 9'000U);  // what a deadline has to allow for
}

TEST(Tally, TheWindowHasTheNewestThousand) {
    Story story(1'200);
    for (std::uint64_t i = 0; i < 1'200; ++i) {
        const auto task = story.begin();
        story.engage(task, 1, 700);
        story.work(task, 1, i < 200 ? 50'000 : i, "right");
        story.tell(ConsensusReached{task, crypto::keccak256("right"), 3, kStart + 2});
        story.reveal(task, 1, 60'000);
        story.tell(TaskFinalized{task, {}, 5, kSealed + 61'000});
    }
    const auto compute = story.stage(Stage::kCompute);
    EXPECT_EQ(compute.tasks, 1'000U);
    EXPECT_EQ(compute.p50, 699U);  // 200 … 1 199
    EXPECT_EQ(compute.p95, 1'149U);
    EXPECT_EQ(compute.p99, 1'189U);
    EXPECT_EQ(story.stage(Stage::kUpload).tasks, 0U);
}

TEST(Tally, EachFaultHasOneWhoPays) {
    Story story(4);
    const auto dropped = story.begin();
    story.engage(dropped, 1, 700);
    story.report(dropped, 1, "ABORTED", 900, "HOST_DISK_FULL");
    story.engage(dropped, 2, 950);
    story.engage(dropped, 3, 950);
    story.tell(WorkerLost{tally_worker(3), kSealed + 20'000});
    story.report(dropped, 2, "COMPUTED", 20'500, "APP_COMPUTE_FAILED");
    story.work(dropped, 2, 100, "right");
    story.tell(ConsensusReached{dropped, crypto::keccak256("right"), 3, kStart + 2});
    story.reveal(dropped, 2, 21'000);
    story.tell(TaskFinalized{dropped, {}, 5, kSealed + 22'000});
    const auto claimed = story.begin();
    story.engage(claimed, 1, 700);
    story.work(claimed, 1, 100, "right");
    story.tell(TaskClaimed{claimed, 9, kSealed + 700'000});
    const auto reopened = story.begin();
    story.engage(reopened, 1, 700);
    story.work(reopened, 1, 100, "right");
    story.tell(ConsensusReached{reopened, crypto::keccak256("right"), 3, kStart + 2});
    story.tell(TaskReopened{reopened, 10});
    story.tell(TaskClaimed{reopened, 11, kSealed + 800'000});
    EXPECT_EQ(causes_of(story, Payer::kNobody), (std::vector<std::string>{"HOST_DISK_FULL", "WORKER_LOST"}));
    EXPECT_EQ(causes_of(story, Payer::kPool), (std::vector<std::string>{"DEADLINE", "DEADLINE"}));
    EXPECT_EQ(causes_of(story, Payer::kWorker), std::vector<std::string>{"NOT_REVEALED"});
    EXPECT_EQ(story.state.tally().outcomes().at("unpaid"), 1U);
    EXPECT_EQ(story.state.tally().failed(), 2U);
    // A week later only the new one is left.
    const auto late = story.begin();
    story.tell(TaskClaimed{late, 12, kSealed + 800'001 + Tally::kFaultsKeptMs});
    EXPECT_EQ(story.state.tally().faults().size(), 1U);
}

TEST(Tally, WhatATaskStillNeedsFollowsItsWorkers) {
    std::array<StageFigures, kStages> usual;
    for (std::size_t i = 0; i < kStages; ++i) usual[i].p95 = std::uint64_t{1} << i;
    Story story;
    const auto id = story.begin();
    const auto needed = [&] { return needed_ms(*story.state.task(id), usual); };
    EXPECT_EQ(needed(), 0b1111U);  // until its contributions are in
    story.engage(id, 1, 700);
    EXPECT_EQ(needed(), 0b1110U);
    story.report(id, 1, "COMPUTING", 900);
    EXPECT_EQ(needed(), 0b1100U);
    story.work(id, 1, 100, "right");
    story.tell(ConsensusReached{id, crypto::keccak256("right"), 3, kStart + 2});
    EXPECT_EQ(needed(), 0b1110000U);
    story.report(id, 1, "RESULT_UPLOADING", 3'000);
    EXPECT_EQ(needed(), 0b1100000U);
}

}  // namespace
}  // namespace bourse::scheduler
