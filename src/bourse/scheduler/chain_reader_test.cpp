#include <bourse/scheduler/chain_reader.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/events.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {
namespace {

namespace events = poco::events;

class FakeViews final : public ChainViews {
public:
    poco::Deal the_deal;
    poco::Task the_task;
    bool down = false;
    int task_reads = 0;

    Result<poco::Deal> deal(const DealId&) override {
        if (down) return fail("NODE_UNREACHABLE", "down");
        return the_deal;
    }
    Result<std::uint64_t> category_time_s(const Uint256&) override { return 300; }
    Result<std::vector<poco::Task>> tasks(const std::vector<TaskId>& ids) override {
        ++task_reads;
        return std::vector<poco::Task>(ids.size(), the_task);
    }
    Result<std::uint64_t> block_time_s(std::uint64_t number) override { return 1'000 + number; }
};

class ChainReaderTest : public ::testing::Test {
protected:
    ChainReaderTest() : reader(views, pool_of(1)) {
        views.the_deal.trust = Uint256{3};
        views.the_deal.bot_size = Uint256{4};
        views.the_deal.bot_first = Uint256{2};
        views.the_deal.start_time = Uint256{1'000};
        batch.first = 1;
        batch.last.number = 9;
        batch.last.time_s = 5'000;
    }
    static Address pool_of(std::uint8_t n) {
        Address pool;
        pool.data.fill(n);
        return pool;
    }
    template <class Event>
    void emit(const Event& event, std::uint64_t block = 9) {
        const auto encoded = poco::encode_event(event);
        client::LogEntry log;
        log.topics.assign(encoded.topics.begin(), encoded.topics.end());
        log.data = encoded.data;
        log.block_number = block;
        batch.logs.push_back(std::move(log));
    }
    Result<std::vector<Fact>> read() {
        return reader.facts_of(
            batch, [this](const TaskId& id) { return known.contains(id) ? std::optional(known.at(id)) : std::nullopt; },
            77);
    }

    FakeViews views;
    ChainReader reader;
    client::BlockBatch batch;
    std::map<TaskId, std::pair<DealId, std::uint64_t>> known;
    DealId deal{crypto::keccak256("deal")};
    TaskId task{crypto::keccak256("task")};
};

TEST_F(ChainReaderTest, DealsOfOurPoolOnly) {
    emit(events::SchedulerNotice{pool_of(1), deal});
    emit(events::SchedulerNotice{pool_of(2), deal});
    const auto facts = read();
    ASSERT_TRUE(facts);
    ASSERT_EQ(facts->size(), 1U);
    const auto& seen = std::get<DealSeen>(facts->front());
    EXPECT_EQ(seen.first, 2U);
    EXPECT_EQ(seen.count, 4U);
    EXPECT_EQ(seen.time_ref_s, 300U);
    EXPECT_EQ(seen.block, 9U);
}

TEST_F(ChainReaderTest, UnreachableNodeLosesNothing) {
    emit(events::SchedulerNotice{pool_of(1), deal});
    views.down = true;
    EXPECT_EQ(read().error().code, "NODE_UNREACHABLE");
    views.down = false;
    EXPECT_EQ(read()->size(), 1U);
}

TEST_F(ChainReaderTest, DealBeyondOurIntegersIsPassedOver) {
    views.the_deal.bot_size = Uint256::max();
    emit(events::SchedulerNotice{pool_of(1), deal});
    EXPECT_TRUE(read()->empty());
}

TEST_F(ChainReaderTest, TasksInitializedByOthersAreLookedUp) {
    views.the_task.dealid = deal;
    views.the_task.idx = Uint256{3};
    emit(events::TaskInitialize{task, pool_of(1)});
    emit(events::TaskContribute{task, pool_of(7), crypto::keccak256("v")});
    auto facts = read();
    ASSERT_EQ(facts->size(), 2U);
    EXPECT_EQ(std::get<TaskInitialized>(facts->at(0)).index, 3U);
    EXPECT_EQ(std::get<TaskContributed>(facts->at(1)).worker, pool_of(7));
    EXPECT_EQ(views.task_reads, 1);
    known[task] = {deal, 5};
    facts = read();
    EXPECT_EQ(std::get<TaskInitialized>(facts->at(0)).index, 5U);
    EXPECT_EQ(views.task_reads, 1);
}

TEST_F(ChainReaderTest, OtherPoolsTasksAreIgnored) {
    emit(events::TaskInitialize{task, pool_of(2)});
    emit(events::TaskContribute{task, pool_of(7), {}});
    emit(events::TaskConsensus{task, {}});
    emit(events::TaskReveal{task, pool_of(7), {}});
    emit(events::TaskReopen{task});
    emit(events::TaskFinalize{task, {}});
    emit(events::TaskClaimed{task});
    EXPECT_TRUE(read()->empty());
}

TEST_F(ChainReaderTest, LifeOfATaskInOrder) {
    known[task] = {deal, 5};
    emit(events::TaskConsensus{task, crypto::keccak256("v")}, 4);
    emit(events::TaskReveal{task, pool_of(7), crypto::keccak256("d")});
    emit(events::TaskReopen{task});
    emit(events::TaskConsensus{task, crypto::keccak256("v")});
    emit(events::AccurateContribution{pool_of(7), task});
    emit(events::FaultyContribution{pool_of(8), task});
    emit(events::TaskFinalize{task, Bytes{1, 2}});
    emit(events::TaskClaimed{task});
    const auto facts = read();
    ASSERT_EQ(facts->size(), 8U);
    EXPECT_EQ(std::get<ConsensusReached>(facts->at(0)).time_s, 1'004U);  // of its own block
    EXPECT_EQ(std::get<ConsensusReached>(facts->at(3)).time_s, 5'000U);
    EXPECT_TRUE(std::get<ScoreMoved>(facts->at(4)).accurate);
    EXPECT_FALSE(std::get<ScoreMoved>(facts->at(5)).accurate);
    EXPECT_EQ(std::get<TaskFinalized>(facts->at(6)).results, (Bytes{1, 2}));
    EXPECT_TRUE(std::holds_alternative<TaskClaimed>(facts->at(7)));
}

}  // namespace
}  // namespace bourse::scheduler
