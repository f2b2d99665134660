#include <bourse/explorer/follower.hpp>

#include <bourse/explorer/made_history.hpp>
#include <bourse/sys/clock.hpp>

#include <gtest/gtest.h>

namespace bourse::explorer {

namespace {

using testing::MadeHistory;

/// A chain whose blocks a test replaces; the history's facts answer what the index asks.
class ReplacedChain final : public client::FollowerChain {
public:
    void put(std::vector<client::BlockBatch> batches) {
        const std::lock_guard lock(mutex_);
        batches_ = std::move(batches);
    }
    Result<client::BlockHead> head() override {
        const std::lock_guard lock(mutex_);
        return batches_.back().last;
    }
    Result<client::BlockHead> block(std::uint64_t number) override {
        const std::lock_guard lock(mutex_);
        if (number == 0) return client::BlockHead{0, crypto::keccak256("genesis"), 0};
        for (const auto& batch : batches_)
            if (batch.last.number == number) return batch.last;
        return fail("RPC_ERROR", "no such block");
    }
    Result<std::vector<client::LogEntry>> logs(const client::LogFilter& filter) override {
        const std::lock_guard lock(mutex_);
        std::vector<client::LogEntry> out;
        for (const auto& batch : batches_)
            if (batch.last.number >= filter.from_block && batch.last.number <= filter.to_block)
                out.insert(out.end(), batch.logs.begin(), batch.logs.end());
        return out;
    }

private:
    std::mutex mutex_;
    std::vector<client::BlockBatch> batches_;
};

class FactsChain final : public ExplorerChain {
public:
    explicit FactsChain(const BatchFacts& facts) : facts_(&facts) {}
    const Address& hub() const override { return poco::kHub; }
    Result<client::HubFacts> facts() override { return facts_->hub; }
    Result<Hash> genesis() override { return crypto::keccak256("genesis"); }
    Result<std::vector<poco::Deal>> deals(std::span<const poco::DealId> ids) override {
        std::vector<poco::Deal> out;
        for (const auto& id : ids) out.push_back(facts_->deals.at(id.hash));
        return out;
    }
    Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId> ids) override {
        std::vector<poco::Task> out;
        for (const auto& id : ids) out.push_back(facts_->tasks.at(id.hash));
        return out;
    }
    Result<std::vector<poco::Contribution>> contributions(
        std::span<const std::pair<poco::TaskId, Address>> ids) override {
        std::vector<poco::Contribution> out;
        for (const auto& [task, worker] : ids) out.push_back(facts_->contributions.at({task.hash, worker}));
        return out;
    }
    Result<poco::AppInfo> app(const Address& address) override { return facts_->apps.at(address); }
    Result<poco::DatasetInfo> dataset(const Address& address) override { return facts_->datasets.at(address); }
    Result<poco::WorkerpoolInfo> workerpool(const Address& address) override { return facts_->pools.at(address); }
    Result<std::vector<poco::Category>> categories() override { return MadeHistory::categories(); }
    Result<std::vector<std::uint64_t>> block_times(std::span<const std::uint64_t> numbers) override {
        std::vector<std::uint64_t> out;
        for (const auto number : numbers) out.push_back(facts_->times.at(number));
        return out;
    }
    Result<std::map<std::uint64_t, std::uint64_t>> transaction_counts(std::uint64_t first,
                                                                      std::uint64_t last) override {
        return std::map<std::uint64_t, std::uint64_t>(facts_->transactions.lower_bound(first),
                                                      facts_->transactions.upper_bound(last));
    }

private:
    const BatchFacts* facts_;
};

std::vector<client::BlockBatch> history_of(MadeHistory& history, std::size_t blocks, std::size_t deals) {
    std::vector<client::BlockBatch> out{history.deployment()};
    for (std::size_t i = 0; i < blocks; ++i) out.push_back(history.deals(deals));
    return out;
}

bool eventually(const std::function<bool()>& condition) {
    for (const auto end = sys::steady_ms() + 60'000; sys::steady_ms() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(5)))
        if (condition()) return true;
    return condition();
}

}  // namespace

TEST(IndexFollower, ReplacedBlocksLeaveNothingBehind) {
    MadeHistory history;
    auto batches = history_of(history, 6, 3);
    FactsChain facts(history.facts());
    ReplacedChain blocks;
    blocks.put({batches.begin(), batches.begin() + 5});
    const auto index = *Index::open("sqlite::memory:", poco::kHub);
    std::atomic<int> rebuilt = 0;
    Reverted reverted;
    IndexFollowerCallbacks callbacks;
    callbacks.on_rollback = [&](const Reverted& gone) {
        reverted = gone;
        ++rebuilt;
    };
    IndexFollower follower(*index, facts, blocks, {}, std::move(callbacks));
    follower.set_rollback_depth(3);
    follower.start();
    ASSERT_TRUE(eventually([&] { return index->height() == 5; }));
    // Blocks 4 and 5 are gone; what was block 6 stands in their place.
    auto replaced = std::vector<client::BlockBatch>(batches.begin(), batches.begin() + 3);
    auto other = batches[6];
    other.last.number = 4;
    other.last.hash = crypto::keccak256("another block 4");
    for (auto& log : other.logs) log.block_number = 4;
    replaced.push_back(other);
    blocks.put(replaced);
    ASSERT_TRUE(eventually([&] { return rebuilt == 1 && index->height() == 4; }));
    follower.stop();
    // At least what blocks 4 and 5 had brought; how far back the follower had to look depends on its batches.
    EXPECT_LE(reverted.height, 3);
    EXPECT_GE(reverted.deals.size(), 6U);
    EXPECT_FALSE(reverted.tasks.empty());
    EXPECT_TRUE(reverted.first_s);
    const auto straight = *Index::open("sqlite::memory:", poco::kHub);
    IndexFollower reader(*straight, facts, blocks, {}, {});
    ASSERT_TRUE(reader.run_to_head({}));
    EXPECT_TRUE(index->dump() == straight->dump());
}

}  // namespace bourse::explorer
