#include <bourse/engine/engine.hpp>

#include <bourse/engine/growth_meter.hpp>
#include <bourse/engine/test_transactions.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace bourse::engine {
namespace {

class EngineTest : public ::testing::Test {
protected:
    std::unique_ptr<Engine> open() {
        EngineOptions options;
        options.data_folder = folder.path();
        options.genesis = chain::development_genesis();
        options.compat_delay_ms = compat_delay_ms;
        options.heartbeat_ms = 0;
        auto engine = Engine::open(std::move(options)).value();
        engine->application().on_commit([this](const CommittedBlock& block) {
            const std::lock_guard lock(mutex);
            head = block.view->head().number;
            signal.notify_all();
        });
        return engine;
    }
    void wait_for_block(std::uint64_t number) {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(signal.wait_for(lock, std::chrono::seconds(60), [&] { return head >= number; }));
    }
    static Bytes transfer(std::uint64_t nonce) {
        Transaction tx;
        tx.type = 2;
        tx.chain_id = 65535;
        tx.nonce = nonce;
        tx.gas_limit = 100'000;
        tx.to = poco::kRlc;
        tx.data = abi::encode_call(poco::selectors::rlc::kTransfer, Address{{9}}, Uint256{5});
        sign_transaction(tx, *crypto::PrivateKey::from(*from_hex(poco::find_dev_account("requester")->key)));
        return encode_transaction(tx);
    }
    static Address requester() { return *address_from_hex(poco::find_dev_account("requester")->address); }

    sys::TempDir folder;
    std::uint64_t compat_delay_ms = 100;
    std::mutex mutex;
    std::condition_variable signal;
    std::uint64_t head = 0;
};

TEST_F(EngineTest, submits_executes_and_goes_on_after_a_restart) {
    Hash hash;
    {
        const auto engine = open();
        engine->start();
        hash = engine->submit(transfer(0), true).value();
        wait_for_block(2);  // block 1 holds the categories
        EXPECT_TRUE(engine->view()->blocks().place_of(hash).has_value());
        EXPECT_EQ(engine->pending_nonce(requester()), 1U);
    }
    const auto engine = open();
    EXPECT_EQ(engine->view()->head().number, 2U);
    EXPECT_EQ(engine->view()->state().account(requester())->nonce, 1U);
    const auto record = engine->view()->blocks().transaction(engine->view()->blocks().place_of(hash).value());
    EXPECT_TRUE(record->receipt.success);
    EXPECT_EQ(record->transaction.sender, requester());
}

TEST_F(EngineTest, standard_submissions_are_due_after_the_compatibility_delay) {
    const auto engine = open();
    const std::uint64_t before = engine->sequencer().steady_now_ms();
    ASSERT_TRUE(engine->submit(transfer(0), false).has_value());
    const std::uint64_t due = engine->pool().next_due_ms().value();
    EXPECT_GE(due, before + compat_delay_ms);
    EXPECT_LE(due, engine->sequencer().steady_now_ms() + compat_delay_ms);
    EXPECT_EQ(engine->pending_nonce(requester()), 1U);
    engine->start();
    wait_for_block(2);
    EXPECT_GE(engine->sequencer().steady_now_ms(), due);
}

TEST_F(EngineTest, bad_submissions_have_codes) {
    const auto engine = open();
    EXPECT_EQ(engine->submit(Bytes{1, 2, 3}, true).error().code, "TRANSACTION_INVALID");
    Bytes changed = transfer(0);
    changed.back() = 0xff;  // end of s: another signer without funds or tokens, still well-formed
    EXPECT_TRUE(engine->submit(changed, true).has_value());
    EXPECT_EQ(engine->submit(raw_transaction({.chain_id = 5}), true).error().code, "WRONG_CHAIN");
    ASSERT_TRUE(engine->submit(transfer(0), true).has_value());
    EXPECT_EQ(engine->submit(transfer(0), true).error().message, "already known");
}

TEST_F(EngineTest, a_folder_has_one_user_and_one_chain) {
    {
        const auto engine = open();
        EngineOptions again;
        again.data_folder = folder.path();
        again.genesis = chain::development_genesis();
        EXPECT_EQ(Engine::open(again).error().code, "DATA_LOCKED");
    }
    EngineOptions other;
    other.data_folder = folder.path();
    other.genesis = chain::conformance_genesis();
    EXPECT_EQ(Engine::open(other).error().code, "DATA_FOREIGN");
}

TEST_F(EngineTest, pending_calls_see_the_clock) {
    const auto engine = open();
    const auto before = engine->pending_context();
    EXPECT_EQ(before.number, engine->view()->head().number + 1);
    ASSERT_TRUE(engine->sequencer().increase_time(3'000).has_value());
    EXPECT_GE(engine->pending_context().time_s, before.time_s + 3'000);
    EXPECT_EQ(engine->view()->latest_context().time_s, engine->view()->head().time_s);
}

TEST(GrowthMeter, names_the_largest_first) {
    GrowthMeter meter;
    chain::ExecutedBlock block;
    block.executed.push_back({prepared({.key = 1}), {}, 0, {}, 100});
    block.executed.push_back({prepared({.key = 2}), {}, 0, {}, 300});
    block.executed.push_back({prepared({.key = 1, .nonce = 1}), {}, 0, {}, -40});
    meter.add(block);
    const auto largest = meter.largest(5);
    ASSERT_EQ(largest.size(), 2U);
    EXPECT_EQ(largest[0].first, test_key(2).address());
    EXPECT_EQ(largest[1].second, 60);
}

}  // namespace
}  // namespace bourse::engine
