#include <bourse/engine/sequencer.hpp>

#include <bourse/engine/test_genesis.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace bourse::engine {
namespace {

/// A development chain without market transactions, under clocks of its own.
class SequencerTest : public ::testing::Test {
protected:
    SequencerTest() { open(); }

    void open() {
        sequencer.reset();
        pool.reset();
        application = open_application(*kv, plain_genesis(kind)).value();
        PoolOptions options;
        options.chain_id = 65535;
        options.quotas = false;
        pool = std::make_unique<Pool>(options, [this](const Address& address) {
            const auto account = application->view()->state().account(address);
            return account ? SenderState{account->nonce, account->balance} : SenderState{};
        });
        SequencerOptions sequencer_options;
        sequencer_options.heartbeat_ms = heartbeat_ms;
        sequencer_options.unix_ms = [this] { return unix_ms.load(); };
        if (!real_steady) sequencer_options.steady_ms = [this] { return steady_ms.load(); };
        sequencer = std::make_unique<Sequencer>(*application, *pool, *kv, sequencer_options);
        application->on_commit([this](const CommittedBlock& block) {
            const std::lock_guard lock(mutex);
            head = block.view->head().number;
            signal.notify_all();
        });
        head = application->view()->head().number;
    }
    bool wait_for_block(std::uint64_t number) {
        std::unique_lock lock(mutex);
        return signal.wait_for(lock, std::chrono::seconds(60), [&] { return head >= number; });
    }
    void add(const TestTransaction& spec, std::uint64_t due_ms) {
        ASSERT_TRUE(pool->add(prepared(spec), sequencer->steady_now_ms(), due_ms).has_value());
        sequencer->wake();
    }

    std::unique_ptr<db::KvStore> kv = db::make_memory_store();
    chain::ChainKind kind = chain::ChainKind::kDevelopment;
    std::uint64_t heartbeat_ms = 0;
    bool real_steady = false;
    std::atomic<std::uint64_t> unix_ms{kGenesisS * 1000 + 5'000};
    std::atomic<std::uint64_t> steady_ms{100'000};
    std::unique_ptr<Application> application;
    std::unique_ptr<Pool> pool;
    std::unique_ptr<Sequencer> sequencer;
    std::mutex mutex;
    std::condition_variable signal;
    std::uint64_t head = 0;
};

TEST_F(SequencerTest, seals_due_transactions_only_and_at_once) {
    sequencer->start();
    add({.key = 1}, 200'000);  // not due yet
    add({.key = 2}, 100'000);
    ASSERT_TRUE(wait_for_block(1));
    const auto block = application->view()->blocks().block(1);
    ASSERT_TRUE(block.has_value());
    ASSERT_EQ(block->transactions.size(), 1U);
    EXPECT_EQ(block->transactions[0].sender, test_key(2).address());
    steady_ms = 200'000;
    sequencer->wake();
    ASSERT_TRUE(wait_for_block(2));
    EXPECT_EQ(pool->content().size(), 0U);
}

TEST_F(SequencerTest, heartbeats_when_idle) {
    heartbeat_ms = 20;
    real_steady = true;
    open();
    sequencer->start();
    ASSERT_TRUE(wait_for_block(2));
    sequencer->stop();
    const auto view = application->view();
    const auto first = chain::decode_header(view->blocks().header(1)->rlp);
    const auto genesis = chain::decode_header(view->blocks().header(0)->rlp);
    EXPECT_EQ(first->state_root, genesis->state_root);
}

TEST_F(SequencerTest, mine_takes_everything_executable) {
    add({.key = 1, .nonce = 0}, 900'000);
    add({.key = 1, .nonce = 1}, 900'000);
    add({.key = 2, .nonce = 5}, 0);
    const auto mined = sequencer->mine();
    ASSERT_TRUE(mined.has_value());
    EXPECT_EQ(mined->block->executed.size(), 2U);
    EXPECT_EQ(mined->view->head().time_s, kGenesisS + 5);
    EXPECT_EQ(mined->view->head().time_ms, unix_ms);
}

TEST_F(SequencerTest, block_time_never_falls) {
    unix_ms = kGenesisS * 1000 - 50'000;
    EXPECT_EQ(sequencer->now_ms(), kGenesisS * 1000);
    EXPECT_EQ(sequencer->mine()->view->head().time_s, kGenesisS);
}

TEST_F(SequencerTest, clock_moves_forward_and_survives_a_restart) {
    EXPECT_EQ(sequencer->increase_time(3'000).value(), 3'000);
    EXPECT_EQ(sequencer->now_ms(), unix_ms + 3'000'000);
    EXPECT_EQ(application->view()->pending_context(sequencer->now_ms()).time_s, kGenesisS + 3'005);
    open();
    EXPECT_EQ(sequencer->now_ms(), unix_ms + 3'000'000);
    EXPECT_EQ(sequencer->mine()->view->head().time_s, kGenesisS + 3'005);
}

TEST_F(SequencerTest, next_block_has_exactly_the_wanted_time_and_the_clock_goes_on_from_it) {
    ASSERT_TRUE(sequencer->set_next_block_timestamp(kGenesisS + 777).has_value());
    unix_ms += 4'000;
    EXPECT_EQ(sequencer->mine()->view->head().time_s, kGenesisS + 777);
    unix_ms += 10'000;
    EXPECT_EQ(sequencer->mine()->view->head().time_s, kGenesisS + 787);
    EXPECT_EQ(sequencer->set_next_block_timestamp(kGenesisS + 700).error().code, "TIME_TOO_LOW");
    EXPECT_EQ(sequencer->mine(kGenesisS + 1'000)->view->head().time_s, kGenesisS + 1'000);
    EXPECT_EQ(sequencer->mine(kGenesisS).error().code, "TIME_TOO_LOW");
    EXPECT_EQ(sequencer->increase_time(~0ULL).error().code, "TIME_TOO_HIGH");
}

TEST_F(SequencerTest, development_methods_are_refused_elsewhere) {
    kind = chain::ChainKind::kPublic;
    kv = db::make_memory_store();
    open();
    EXPECT_EQ(sequencer->mine().error().code, "NOT_DEVELOPMENT");
    EXPECT_EQ(sequencer->increase_time(1).error().code, "NOT_DEVELOPMENT");
    EXPECT_EQ(sequencer->set_next_block_timestamp(kGenesisS + 1).error().code, "NOT_DEVELOPMENT");
}

TEST_F(SequencerTest, many_senders_while_blocks_are_made) {
    real_steady = true;
    open();
    sequencer->start();
    std::vector<std::thread> threads;
    for (std::uint64_t key = 1; key < 4; ++key)
        threads.emplace_back([this, key] {
            for (std::uint64_t nonce = 0; nonce < 50; ++nonce) {
                EXPECT_TRUE(pool->add(prepared({.key = key, .nonce = nonce}), 0, 0).has_value());
                sequencer->wake();
            }
        });
    for (auto& thread : threads) thread.join();
    {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(signal.wait_for(lock, std::chrono::seconds(60), [&] { return pool->content().empty(); }));
    }
    sequencer->stop();
    for (std::uint64_t key = 1; key < 4; ++key)
        EXPECT_EQ(application->view()->state().account(test_key(key).address())->nonce, 50U);
}

}  // namespace
}  // namespace bourse::engine
