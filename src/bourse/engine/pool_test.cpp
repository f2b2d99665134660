#include <bourse/engine/pool.hpp>

#include <bourse/engine/pool_rules.hpp>
#include <bourse/engine/sender_quotas.hpp>
#include <bourse/engine/test_transactions.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace bourse::engine {
namespace {

class PoolTest : public ::testing::Test {
protected:
    PoolTest() {
        options.quotas = false;
        options.chain_id = 65535;
    }

    Pool& pool() {
        if (!pool_) pool_ = std::make_unique<Pool>(options, [this](const Address& a) { return accounts[a]; });
        return *pool_;
    }
    std::string add(const TestTransaction& spec, std::uint64_t now = 1000, std::uint64_t due = 1000) {
        const auto status = pool().add(prepared(spec), now, due);
        return status ? "" : status.error().code;
    }
    /// Executes transactions as a block would: nonces rise, the rest is skipped.
    chain::ExecutedBlock execute(const std::vector<chain::TransactionPtr>& transactions) {
        chain::ExecutedBlock block;
        for (const auto& tx : transactions) {
            auto& nonce = accounts[tx->sender].nonce;
            if (tx->tx.nonce != nonce) {
                block.skipped.push_back({tx, tx->tx.nonce < nonce ? chain::InvalidTransaction::kNonceTooLow
                                                                  : chain::InvalidTransaction::kNonceTooHigh});
                continue;
            }
            ++nonce;
            block.executed.push_back({tx, {}, 21'000, {}});
        }
        return block;
    }
    static std::vector<std::uint64_t> nonces(const std::vector<chain::TransactionPtr>& list) {
        std::vector<std::uint64_t> out;
        for (const auto& tx : list) out.push_back(tx->tx.nonce);
        return out;
    }
    using Nonces = std::vector<std::uint64_t>;

    PoolOptions options;
    std::map<Address, SenderState> accounts;

private:
    std::unique_ptr<Pool> pool_;
};

TEST_F(PoolTest, refuses_with_the_texts_of_geth) {
    accounts[test_key(1).address()].nonce = 5;
    const auto text = [&](const TestTransaction& spec) { return pool().add(prepared(spec), 0, 0).error().message; };
    EXPECT_EQ(text({.nonce = 4}).find("nonce too low"), 0U);
    EXPECT_EQ(text({.nonce = 5, .gas_limit = 20'000}), "intrinsic gas too low");
    EXPECT_EQ(text({.nonce = 5, .gas_limit = 300'000'000}), "exceeds block gas limit");
    EXPECT_EQ(text({.nonce = 5, .chain_id = 1}), "invalid chain id for signer");
    EXPECT_EQ(text({.nonce = 5, .value = 1}), "insufficient funds for gas * price + value");
    EXPECT_EQ(add({.nonce = 5}), "");
    EXPECT_EQ(text({.nonce = 5}), "already known");
    EXPECT_EQ(text({.nonce = 5, .gas_limit = 90'000}), "replacement transaction underpriced");
}

TEST_F(PoolTest, replacement_needs_a_tenth_more) {
    accounts[test_key(1).address()].balance = Uint256{1'000'000'000'000};
    EXPECT_EQ(add({.price = 100}), "");
    EXPECT_EQ(add({.price = 109}), "REPLACEMENT_UNDERPRICED");
    EXPECT_EQ(add({.price = 110}), "");
    EXPECT_EQ(pool().content().size(), 1U);
    EXPECT_EQ(pool().content()[0]->tx.gas_price, 110);
}

TEST_F(PoolTest, behind_a_gap_the_newest_wins_at_equal_price) {
    EXPECT_EQ(add({.nonce = 3}), "");
    EXPECT_EQ(add({.nonce = 3, .gas_limit = 90'000}), "");
    ASSERT_EQ(pool().content().size(), 1U);
    EXPECT_EQ(pool().content()[0]->tx.gas_limit, 90'000U);
    EXPECT_EQ(pool().status().waiting, 1U);
}

TEST_F(PoolTest, gaps_up_to_64) {
    EXPECT_EQ(add({.nonce = 64}), "");
    EXPECT_EQ(add({.nonce = 65}), "NONCE_GAP");
    EXPECT_TRUE(pool().select(2000).empty());
    EXPECT_EQ(pool().next_nonce(test_key(1).address(), 0), 0U);
}

TEST_F(PoolTest, gaps_are_forgotten_after_ten_minutes) {
    EXPECT_EQ(add({.nonce = 1}, 1000), "");
    EXPECT_EQ(add({.key = 2}, 1000), "");
    pool().expire(600'999);
    EXPECT_EQ(pool().content().size(), 2U);
    pool().expire(601'000);
    ASSERT_EQ(pool().content().size(), 1U);
    EXPECT_EQ(pool().content()[0]->sender, test_key(2).address());
}

TEST_F(PoolTest, order_is_by_due_time_and_nonces_of_a_sender_ascend) {
    EXPECT_EQ(add({.key = 1, .nonce = 0}, 0, 300), "");
    EXPECT_EQ(add({.key = 1, .nonce = 1}, 0, 100), "");  // waits for its predecessor
    EXPECT_EQ(add({.key = 2, .nonce = 0}, 0, 200), "");
    EXPECT_EQ(add({.key = 3, .nonce = 0}, 0, 400), "");
    EXPECT_EQ(pool().next_due_ms(), 200U);
    EXPECT_TRUE(pool().select(199).empty());
    EXPECT_EQ(pool().select(200).size(), 1U);
    const auto due = pool().select(300);
    ASSERT_EQ(due.size(), 3U);
    EXPECT_EQ(due[0]->sender, test_key(2).address());
    EXPECT_EQ(nonces({due[1], due[2]}), (Nonces{0, 1}));
    EXPECT_EQ(pool().select(0, true).size(), 4U);
}

TEST_F(PoolTest, a_transaction_waits_for_a_predecessor_that_is_not_due) {
    EXPECT_EQ(add({.nonce = 0}, 0, 100), "");
    EXPECT_EQ(add({.nonce = 1}, 0, 500), "");
    EXPECT_EQ(add({.nonce = 2}, 0, 100), "");
    EXPECT_EQ(nonces(pool().select(499)), (Nonces{0}));
    EXPECT_EQ(nonces(pool().select(500)), (Nonces{0, 1, 2}));
}

TEST_F(PoolTest, committed_transactions_leave_and_their_followers_move_up) {
    for (std::uint64_t nonce = 0; nonce < 4; ++nonce) EXPECT_EQ(add({.nonce = nonce}), "");
    EXPECT_EQ(pool().next_nonce(test_key(1).address(), 0), 4U);
    auto first = pool().select(1000);
    first.resize(2);
    pool().committed(execute(first));
    EXPECT_EQ(nonces(pool().select(1000)), (Nonces{2, 3}));
    EXPECT_EQ(pool().status().executable, 2U);
    EXPECT_EQ(add({.nonce = 1, .gas_limit = 77'777}), "NONCE_TOO_LOW");
}

TEST_F(PoolTest, what_cannot_be_executed_leaves_and_what_did_not_fit_stays) {
    EXPECT_EQ(add({.key = 1}), "");
    EXPECT_EQ(add({.key = 2}), "");
    chain::ExecutedBlock block;
    block.skipped.push_back({prepared({.key = 1}), chain::InvalidTransaction::kInsufficientFunds});
    block.skipped.push_back({prepared({.key = 2}), chain::InvalidTransaction::kBlockFull});
    pool().committed(block);
    ASSERT_EQ(pool().content().size(), 1U);
    EXPECT_EQ(pool().content()[0]->sender, test_key(2).address());
}

TEST_F(PoolTest, when_full_the_sender_with_the_most_goes_first) {
    options.max_transactions = 4;
    for (std::uint64_t nonce = 0; nonce < 4; ++nonce) EXPECT_EQ(add({.key = 1, .nonce = nonce}), "");
    EXPECT_EQ(add({.key = 1, .nonce = 4}), "POOL_FULL");
    EXPECT_EQ(add({.key = 2}), "");
    EXPECT_EQ(nonces(pool().select(1000)), (Nonces{0, 1, 2, 0}));
    EXPECT_EQ(add({.key = 3}), "");
    EXPECT_EQ(add({.key = 4}), "");
    EXPECT_EQ(add({.key = 5}), "POOL_FULL");
}

TEST_F(PoolTest, size_is_bounded_too) {
    options.max_bytes = 1000;
    EXPECT_EQ(add({.key = 1, .data = Bytes(500, 1)}), "");
    EXPECT_EQ(add({.key = 1, .nonce = 1, .data = Bytes(500, 1)}), "POOL_FULL");
    EXPECT_EQ(pool().status().executable, 1U);
    EXPECT_LT(pool().status().bytes, 1000U);
}

TEST_F(PoolTest, long_arguments_are_refused) {
    Bytes data(4 + 64 + 70'000);
    data[3 + 32] = 0x20;
    data[4 + 61] = 0x01;  // 65,537
    data[4 + 63] = 0x01;
    EXPECT_TRUE(has_argument_above(data, 65'536));
    EXPECT_EQ(add({.gas_limit = 5'000'000, .data = data}), "ARGUMENT_TOO_LARGE");
    data[4 + 63] = 0x00;  // 65,536
    EXPECT_FALSE(has_argument_above(data, 65'536));
}

TEST_F(PoolTest, random_order_of_arrival_executes_all_once_in_nonce_order) {
    constexpr std::uint64_t kSenders = 30, kEach = 60;
    std::vector<TestTransaction> all;
    for (std::uint64_t key = 0; key < kSenders; ++key)
        for (std::uint64_t nonce = 0; nonce < kEach; ++nonce) all.push_back({.key = key, .nonce = nonce});
    std::mt19937 random(42);
    std::shuffle(all.begin(), all.end(), random);
    std::size_t executed = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(add(all[i]), "");
        if (i % 100 != 99) continue;
        const auto block = execute(pool().select(1000));
        EXPECT_TRUE(block.skipped.empty());
        executed += block.executed.size();
        pool().committed(block);
    }
    executed += execute(pool().select(1000)).executed.size();
    EXPECT_EQ(executed, kSenders * kEach);
}

TEST(SenderQuotas, grow_with_stake_and_refill_by_a_tenth_a_second) {
    EXPECT_EQ(SenderQuotas::bucket_size(0), 256U);
    EXPECT_EQ(SenderQuotas::bucket_size(10), 416U);
    EXPECT_EQ(SenderQuotas::bucket_size(~0ULL), 65'536U);
    SenderQuotas quotas([](const Address&) { return 0; });
    for (int i = 0; i < 256; ++i) EXPECT_EQ(quotas.take({}, 100, 1000), 0U);
    const std::uint64_t wait = quotas.take({}, 100, 1000);
    EXPECT_GT(wait, 0U);
    EXPECT_EQ(quotas.take({}, 100, 1000 + wait), 0U);
    EXPECT_EQ(quotas.take(Address{{1}}, 256 * 1024, 1000), 0U);
    EXPECT_GT(quotas.take(Address{{1}}, 1, 1000), 0U);
    EXPECT_EQ(quotas.take(Address{{1}}, 256 * 1024, 11'000), 0U);
}

TEST_F(PoolTest, quotas_do_not_bind_exempt_senders) {
    options.quotas = true;
    options.exempt.insert(test_key(2).address());
    for (std::uint64_t nonce = 0; nonce < 300; ++nonce) {
        EXPECT_EQ(add({.key = 1, .nonce = nonce}), nonce < 256 ? "" : "QUOTA_EXCEEDED");
        if (nonce >= 256) break;
    }
    for (std::uint64_t nonce = 0; nonce < 300; ++nonce) EXPECT_EQ(add({.key = 2, .nonce = nonce}), "");
}

}  // namespace
}  // namespace bourse::engine
