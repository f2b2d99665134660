#include <bourse/client/outbox.hpp>

#include <bourse/codec/transaction.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <thread>

namespace bourse::client {
namespace {

crypto::PrivateKey wallet() {
    Bytes32 bytes;
    bytes.data.fill(0x31);
    return *crypto::PrivateKey::from(bytes);
}

/// A chain of one account: a pool by nonce, blocks when mine() is called.
class FakeChain final : public OutboxChain {
public:
    std::map<std::uint64_t, Bytes> pool;
    std::map<Hash, Receipt> mined;
    std::uint64_t next = 0;
    std::uint64_t height = 0;
    std::uint64_t time = 1'000;
    Uint256 price;
    bool down = false;
    bool lose_answers = false;    ///< takes what is sent, but the answer does not arrive
    std::set<Bytes> reverting;    ///< call data that reverts
    std::set<Bytes> refused;      ///< call data that the node refuses to take
    std::vector<Bytes> executed;  ///< call data in order of execution
    std::uint64_t sends = 0;

    Result<std::uint64_t> chain_id() override { return 65535; }
    Result<std::uint64_t> time_s() override { return time; }
    Result<std::uint64_t> block_number() override { return height; }
    Result<std::uint64_t> nonce(const Address&, bool pending) override {
        if (down) return unreachable();
        auto nonce = next;
        while (pending && pool.contains(nonce)) ++nonce;
        return nonce;
    }
    Result<Uint256> gas_price() override { return price; }
    Result<std::uint64_t> estimate_gas(const CallRequest& request) override {
        if (reverting.contains(request.data)) return fail("CALL_REVERTED", "not today");
        return 50'000;
    }
    Result<Bytes> call(const CallRequest& request) override {
        if (reverting.contains(request.data)) return fail("CALL_REVERTED", "not today");
        return Bytes{};
    }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        if (down) return unreachable();
        std::vector<Result<Hash>> out;
        for (const auto& raw : raws) out.push_back(take(raw));
        if (lose_answers) return unreachable();
        return out;
    }
    Result<std::vector<Result<std::optional<Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        if (down) return unreachable();
        std::vector<Result<std::optional<Receipt>>> out;
        for (const auto& hash : hashes) {
            const auto found = mined.find(hash);
            out.push_back(found == mined.end() ? std::optional<Receipt>{} : std::optional<Receipt>{found->second});
        }
        return out;
    }

    void mine() {
        ++height;
        while (!pool.empty() && pool.begin()->first == next) {
            const auto raw = pool.begin()->second;
            const auto tx = *decode_transaction(raw);
            Receipt receipt;
            receipt.tx_hash = transaction_hash(raw);
            receipt.block_number = height;
            receipt.ok = !reverting.contains(tx.data);
            receipt.gas_used = 21'000;
            mined[receipt.tx_hash] = receipt;
            if (receipt.ok && tx.to != wallet().address()) executed.push_back(tx.data);
            pool.erase(pool.begin());
            ++next;
        }
    }
    void foreign(std::uint64_t nonce, Uint256 gas_price = {}) {
        Transaction tx;
        tx.chain_id = 65535;
        tx.nonce = nonce;
        tx.gas_price = gas_price;
        tx.gas_limit = 21'000;
        tx.to = wallet().address();
        tx.data = Bytes{0xff};
        sign_transaction(tx, wallet());
        pool[nonce] = encode_transaction(tx);
    }

private:
    static tl::unexpected<Error> unreachable() { return fail("NODE_UNREACHABLE", "The node does not answer."); }
    Result<Hash> take(const Bytes& raw) {
        ++sends;
        const auto tx = *decode_transaction(raw);
        if (refused.contains(tx.data)) return fail("RPC_ERROR", "insufficient funds for gas * price + value");
        if (tx.nonce < next) return fail("RPC_ERROR", "nonce too low");
        const auto waiting = pool.find(tx.nonce);
        if (waiting != pool.end()) {
            if (waiting->second == raw) return fail("RPC_ERROR", "already known");
            const auto old = *decode_transaction(waiting->second);
            if (tx.gas_price <= old.gas_price) return fail("RPC_ERROR", "replacement transaction underpriced");
        }
        pool[tx.nonce] = raw;
        return transaction_hash(raw);
    }
};

Intent intent_of(std::uint8_t n, int priority = 0) {
    Intent intent;
    intent.key = "k" + std::to_string(n);
    intent.to.data.fill(9);
    intent.data = Bytes{n};
    intent.gas_limit = 60'000;
    intent.priority = priority;
    return intent;
}

class OutboxTest : public ::testing::Test {
protected:
    OutboxTest() {
        database = *db::Database::open("sqlite::memory:");
        EXPECT_TRUE(database->migrate({outbox_schema()}));
        reopen();
    }
    void reopen() {
        outbox.reset();
        OutboxConfig config;
        config.max_attempts = 3;
        config.on_outcome = [this](const Outcome& outcome) { outcomes.push_back(outcome); };
        const auto needed = [this](std::span<const Intent> intents) -> Result<std::vector<bool>> {
            std::vector<bool> out;
            for (const auto& intent : intents) out.push_back(!unneeded.contains(intent.key));
            return out;
        };
        outbox = std::make_unique<Outbox>(*database, chain, wallet(), needed, config);
        outbox->load();
    }
    void step(std::uint64_t later_ms = 0) {
        now += later_ms;
        outbox->step(now);
    }
    IntentState state(const std::string& key) { return outbox->outcome(key).value().state; }

    FakeChain chain;
    std::unique_ptr<db::Database> database;
    std::unique_ptr<Outbox> outbox;
    std::vector<Outcome> outcomes;
    std::set<std::string> unneeded;
    std::uint64_t now = 10'000;
};

TEST_F(OutboxTest, SendsOnceAndSettles) {
    outbox->submit(intent_of(1));
    outbox->submit(intent_of(1));
    step();
    EXPECT_EQ(chain.pool.size(), 1U);
    EXPECT_EQ(state("k1"), IntentState::kSent);
    chain.mine();
    step();
    EXPECT_EQ(state("k1"), IntentState::kDone);
    outbox->submit(intent_of(1));
    step();
    EXPECT_TRUE(chain.pool.empty());
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].block_number, 1U);
}

TEST_F(OutboxTest, BatchesInOrderOfPriority) {
    for (std::uint8_t n = 1; n <= 5; ++n) outbox->submit(intent_of(n, n == 4 ? 10 : 0));
    step();
    chain.mine();
    EXPECT_EQ(chain.executed, (std::vector<Bytes>{{4}, {1}, {2}, {3}, {5}}));
}

TEST_F(OutboxTest, RestartGoesOnFromTheTable) {
    outbox->submit(intent_of(1));
    outbox->submit(intent_of(2));
    chain.lose_answers = true;
    step();
    reopen();
    chain.lose_answers = false;
    step(5'000);
    chain.mine();
    step();
    EXPECT_EQ(state("k1"), IntentState::kDone);
    EXPECT_EQ(state("k2"), IntentState::kDone);
    EXPECT_EQ(chain.executed.size(), 2U);  // the same transactions, not new ones
}

TEST_F(OutboxTest, NodeDownIsWaitedFor) {
    chain.down = true;
    outbox->submit(intent_of(1));
    for (int i = 0; i < 20; ++i) step(1'000);
    EXPECT_EQ(state("k1"), IntentState::kQueued);
    chain.down = false;
    step(1'000);
    chain.mine();
    step();
    EXPECT_EQ(state("k1"), IntentState::kDone);
}

TEST_F(OutboxTest, DroppedTransactionIsSentAgain) {
    outbox->submit(intent_of(1));
    step();
    chain.pool.clear();
    step(3'000);
    EXPECT_EQ(chain.pool.size(), 1U);
}

TEST_F(OutboxTest, UnneededIntentIsNeverSent) {
    unneeded.insert("k1");
    outbox->submit(intent_of(1));
    step();
    EXPECT_EQ(state("k1"), IntentState::kObsolete);
    EXPECT_EQ(chain.sends, 0U);
    unneeded.clear();
    outbox->submit(intent_of(1));  // asked for again: it counts again
    step();
    EXPECT_EQ(state("k1"), IntentState::kSent);
}

TEST_F(OutboxTest, RevertIsTriedAgainAndThenReported) {
    chain.reverting.insert(Bytes{1});
    outbox->submit(intent_of(1));
    for (int i = 0; i < 8; ++i) {
        step(10'000);
        chain.mine();
    }
    step(10'000);
    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].state, IntentState::kReverted);
    EXPECT_EQ(outcomes[0].reason, "not today");
    EXPECT_EQ(outcomes[0].attempts, 3U);
}

TEST_F(OutboxTest, RevertBecauseAnotherDidItIsObsolete) {
    chain.reverting.insert(Bytes{1});
    outbox->submit(intent_of(1));
    step();
    chain.mine();
    unneeded.insert("k1");
    step();
    EXPECT_EQ(state("k1"), IntentState::kObsolete);
}

TEST_F(OutboxTest, EstimateFindsTheRevertBeforeSending) {
    chain.reverting.insert(Bytes{1});
    auto intent = intent_of(1);
    intent.gas_limit = 0;
    outbox->submit(intent);
    for (int i = 0; i < 5; ++i) step(10'000);
    EXPECT_EQ(state("k1"), IntentState::kReverted);
    EXPECT_EQ(chain.sends, 0U);
}

TEST_F(OutboxTest, NonceTakenByAForeignTransaction) {
    outbox->submit(intent_of(1));
    step();
    chain.pool.clear();
    chain.foreign(0);
    chain.mine();
    for (int i = 0; i < 4; ++i) step(3'000);
    chain.mine();
    step();
    EXPECT_EQ(state("k1"), IntentState::kDone);
    EXPECT_EQ(chain.executed, std::vector<Bytes>{{1}});
}

TEST_F(OutboxTest, WaitingForeignTransactionIsRespected) {
    outbox->submit(intent_of(1));
    step();
    chain.mine();
    step();
    chain.foreign(1);
    outbox->submit(intent_of(2));
    step();
    step(1'000);
    chain.mine();
    step();
    EXPECT_EQ(state("k2"), IntentState::kDone);
}

TEST_F(OutboxTest, GapLeftByAForeignTransactionIsFilled) {
    chain.foreign(0);
    outbox->submit(intent_of(1));
    step();
    chain.pool.erase(0);  // the foreign one is dropped, ours waits behind a gap
    chain.mine();
    EXPECT_TRUE(chain.executed.empty());
    step(3'000);
    chain.mine();
    step(100);
    EXPECT_EQ(state("k1"), IntentState::kDone);
}

TEST_F(OutboxTest, RefusedTransactionDoesNotBlockOthers) {
    chain.refused.insert(Bytes{1});
    outbox->submit(intent_of(1, 5));
    outbox->submit(intent_of(2));
    outbox->submit(intent_of(3));
    for (int i = 0; i < 8; ++i) {
        step(4'000);
        chain.mine();
    }
    step(100);
    EXPECT_EQ(state("k1"), IntentState::kReverted);
    EXPECT_EQ(state("k2"), IntentState::kDone);
    EXPECT_EQ(state("k3"), IntentState::kDone);
}

TEST_F(OutboxTest, PriceOfWhatIsStuckIsRaised) {
    chain.price = Uint256{800};
    outbox->submit(intent_of(1));
    step();
    step(16'000);
    const auto tx = *decode_transaction(chain.pool.at(0));
    EXPECT_EQ(tx.gas_price, Uint256{901});
    chain.mine();
    step();
    EXPECT_EQ(state("k1"), IntentState::kDone);
}

TEST_F(OutboxTest, DeadlineEndsIt) {
    auto intent = intent_of(1);
    intent.deadline_s = 1'000;
    outbox->submit(intent);
    step();
    EXPECT_EQ(state("k1"), IntentState::kExpired);
}

TEST_F(OutboxTest, OwnersTransactionDecides) {
    EXPECT_THROW(database->transaction([&] {
        const auto intent = intent_of(1);
        outbox->insert(std::span<const Intent>(&intent, 1));
        throw std::runtime_error("rolled back");
    }),
                 std::runtime_error);
    step();
    EXPECT_FALSE(outbox->outcome("k1"));
    EXPECT_EQ(chain.sends, 0U);
}

TEST_F(OutboxTest, ThreadSendsAtOnce) {
    outbox->start();
    const auto begin = sys::steady_ms();
    outbox->submit(intent_of(1));
    while (sys::steady_ms() < begin + 60'000 && outbox->outcome("k1")->state != IntentState::kSent)
        std::this_thread::yield();
    outbox->stop();
    chain.mine();
    reopen();
    outbox->start();
    EXPECT_EQ(outbox->wait("k1", 60'000).state, IntentState::kDone);
    outbox->stop();
}

}  // namespace
}  // namespace bourse::client
