#include <bourse/client/log_follower.hpp>

#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace bourse::client {
namespace {

/// Blocks with any number of logs each; the newest can be replaced.
class FakeBlocks final : public FollowerChain {
public:
    struct Block {
        BlockHead head;
        std::vector<LogEntry> logs;
    };
    std::vector<Block> blocks;
    std::uint64_t forks = 0;
    std::size_t max_results = 1'000;
    bool down = false;
    std::uint64_t queries = 0;

    FakeBlocks() { add(0); }
    void add(std::size_t logs) {
        Block block;
        block.head.number = blocks.size();
        block.head.time_s = 100 + blocks.size();
        block.head.hash = crypto::keccak256(std::to_string(forks) + "/" + std::to_string(blocks.size()));
        for (std::size_t i = 0; i < logs; ++i) {
            LogEntry log;
            log.block_number = block.head.number;
            log.block_hash = block.head.hash;
            log.log_index = i;
            log.tx_hash = crypto::keccak256(to_hex(block.head.hash) + std::to_string(i));
            block.logs.push_back(log);
        }
        blocks.push_back(std::move(block));
    }
    void replace(std::size_t depth) {
        ++forks;
        blocks.resize(blocks.size() - std::min(depth, blocks.size() - 1));
    }
    std::vector<Hash> all() const {
        std::vector<Hash> out;
        for (const auto& block : blocks) {
            for (const auto& log : block.logs) out.push_back(log.tx_hash);
        }
        return out;
    }

    Result<BlockHead> head() override {
        if (down) return fail("NODE_UNREACHABLE", "down");
        return blocks.back().head;
    }
    Result<BlockHead> block(std::uint64_t number) override {
        if (down || number >= blocks.size()) return fail("NODE_BAD_ANSWER", "no such block");
        return blocks[number].head;
    }
    Result<std::vector<LogEntry>> logs(const LogFilter& filter) override {
        ++queries;
        std::vector<LogEntry> out;
        for (auto n = filter.from_block; n <= filter.to_block && n < blocks.size(); ++n) {
            out.insert(out.end(), blocks[n].logs.begin(), blocks[n].logs.end());
        }
        if (out.size() > max_results) return fail("RPC_ERROR", "query returned more than 1000 results");
        return out;
    }
};

/// An owner that keeps cursor and facts together, as a database would.
struct Owner {
    struct Row {
        Cursor cursor;
        std::vector<Hash> facts;
    };
    std::vector<Row> rows;
    bool refuse = false;

    FollowerCallbacks callbacks() {
        FollowerCallbacks out;
        out.deliver = [this](const BlockBatch& batch) {
            if (refuse) return false;
            Row row{{batch.last.number, batch.last.hash}, {}};
            for (const auto& log : batch.logs) row.facts.push_back(log.tx_hash);
            rows.push_back(std::move(row));
            return true;
        };
        out.recent = [this] {
            std::vector<Cursor> cursors;
            for (auto row = rows.rbegin(); row != rows.rend(); ++row) cursors.push_back(row->cursor);
            return cursors;
        };
        out.roll_back = [this](const Cursor& to) {
            while (!rows.empty() && rows.back().cursor.number > to.number) rows.pop_back();
            return true;
        };
        return out;
    }
    std::vector<Hash> facts() const {
        std::vector<Hash> out;
        for (const auto& row : rows) out.insert(out.end(), row.facts.begin(), row.facts.end());
        return out;
    }
    std::optional<Cursor> cursor() const {
        if (rows.empty()) return std::nullopt;
        return rows.back().cursor;
    }
};

void catch_up(LogFollower& follower) {
    for (int i = 0; i < 200; ++i) {
        const auto more = follower.step();
        if (more && !*more) return;
    }
}

TEST(LogFollower, DeliversEveryLogOnceAcrossRestarts) {
    FakeBlocks chain;
    Owner owner;
    for (std::size_t round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < 7; ++i) chain.add((i * round) % 4);
        FollowerConfig config;
        config.cursor = owner.cursor();
        config.max_range = 3;
        LogFollower follower(chain, config, owner.callbacks());
        catch_up(follower);
        EXPECT_EQ(follower.cursor(), owner.cursor());
    }
    EXPECT_EQ(owner.facts(), chain.all());
    EXPECT_EQ(owner.cursor()->number, 35U);
}

TEST(LogFollower, RefusedBatchComesAgain) {
    FakeBlocks chain;
    chain.add(2);
    Owner owner;
    LogFollower follower(chain, {}, owner.callbacks());
    owner.refuse = true;
    EXPECT_FALSE(follower.step());
    owner.refuse = false;
    EXPECT_TRUE(*follower.step());
    EXPECT_EQ(owner.facts(), chain.all());
}

TEST(LogFollower, AsksForLessWhenTheNodeRefuses) {
    FakeBlocks chain;
    for (int i = 0; i < 64; ++i) chain.add(1);
    chain.max_results = 5;
    Owner owner;
    LogFollower follower(chain, {}, owner.callbacks());
    catch_up(follower);
    EXPECT_EQ(owner.facts(), chain.all());
    EXPECT_LT(chain.queries, 64U);
}

TEST(LogFollower, StartsWhereItIsTold) {
    FakeBlocks chain;
    for (int i = 0; i < 9; ++i) chain.add(1);
    Owner owner;
    FollowerConfig config;
    config.start_block = 5;
    LogFollower follower(chain, config, owner.callbacks());
    catch_up(follower);
    EXPECT_EQ(owner.facts().size(), 5U);
}

TEST(LogFollower, ReplacedBlocksAreRolledBack) {
    rc::check([](std::vector<std::pair<std::uint8_t, std::uint8_t>> rounds) {
        FakeBlocks chain;
        Owner owner;
        FollowerConfig config;
        config.rollback_depth = 1'000;
        config.max_range = 1;
        LogFollower follower(chain, config, owner.callbacks());
        catch_up(follower);
        for (const auto& [added, replaced] : rounds) {
            chain.replace(replaced % 6);
            for (int i = 0; i < added % 6; ++i) chain.add(1);
            catch_up(follower);
            RC_ASSERT(owner.facts() == chain.all());
        }
    });
}

TEST(LogFollower, TooDeepAReplacementIsAnError) {
    FakeBlocks chain;
    for (int i = 0; i < 5; ++i) chain.add(1);
    Owner owner;
    FollowerConfig config;
    config.rollback_depth = 2;
    LogFollower follower(chain, config, owner.callbacks());
    catch_up(follower);
    chain.replace(4);
    for (int i = 0; i < 6; ++i) chain.add(1);
    EXPECT_EQ(follower.step().error().code, "REORG_TOO_DEEP");
}

TEST(LogFollower, ThreadNoticesBlocksSoon) {
    FakeBlocks chain;
    Owner owner;
    std::mutex mutex;
    std::condition_variable changed;
    auto callbacks = owner.callbacks();
    const auto inner = callbacks.deliver;
    callbacks.deliver = [&](const BlockBatch& batch) {
        const std::lock_guard lock(mutex);
        changed.notify_one();
        return inner(batch);
    };
    FollowerConfig config;
    config.poll_ms = 5;
    chain.add(3);
    LogFollower follower(chain, config, callbacks);
    follower.start();
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return owner.facts().size() == 3; }));
    lock.unlock();
    follower.stop();
}

TEST(LogFollower, WebSocketUrl) {
    EXPECT_EQ(websocket_url("http://127.0.0.1:8545"), "ws://127.0.0.1:8545");
    EXPECT_EQ(websocket_url("https://node.example/x"), "wss://node.example/x");
}

}  // namespace
}  // namespace bourse::client
