// The pool against a plain model of spec/chain.md §5 and §7: random legal and illegal steps, everything compared after
// each.
#include <bourse/engine/pool.hpp>
#include <bourse/engine/test_transactions.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kSenders = 4;
constexpr std::uint64_t kNonces = 12;
constexpr std::uint64_t kMaxGap = 5;

struct ModelEntry {
    chain::TransactionPtr tx;
    std::uint64_t due = 0;
    std::uint64_t arrival = 0;
};

class Model {
public:
    /// The code that the pool should answer with.
    std::string add(const chain::TransactionPtr& tx, std::uint64_t due) {
        auto& entries = entries_[tx->sender];
        const std::uint64_t head = heads[tx->sender];
        const auto old = entries.find(tx->tx.nonce);
        if (old != entries.end() && old->second.tx->hash == tx->hash) return "ALREADY_KNOWN";
        if (tx->tx.nonce < head) return "NONCE_TOO_LOW";
        const std::uint64_t next = next_nonce(tx->sender);
        if (tx->tx.nonce > next + kMaxGap) return "NONCE_GAP";
        if (old != entries.end() && tx->tx.nonce < next) {
            const auto price = old->second.tx->tx.gas_price;
            if (price.is_zero() ? tx->tx.gas_price.is_zero() : tx->tx.gas_price * 10 < price * 11)
                return "REPLACEMENT_UNDERPRICED";
        }
        entries[tx->tx.nonce] = {tx, due, arrivals_++};
        return "";
    }
    std::uint64_t next_nonce(const Address& sender) {
        std::uint64_t next = heads[sender];
        while (entries_[sender].contains(next)) ++next;
        return next;
    }
    /// Repeatedly the earliest of the transactions whose predecessors are chosen, all due.
    std::vector<Hash> select(std::uint64_t now) {
        std::vector<Hash> out;
        std::map<Address, std::uint64_t> next = heads, floor;
        while (true) {
            const ModelEntry* best = nullptr;
            std::pair<std::uint64_t, std::uint64_t> best_key;
            for (const auto& [sender, entries] : entries_) {
                const auto it = entries.find(next[sender]);
                if (it == entries.end()) continue;
                const std::pair key{std::max(floor[sender], it->second.due), it->second.arrival};
                if (key.first > now || (best != nullptr && key >= best_key)) continue;
                best = &it->second;
                best_key = key;
            }
            if (best == nullptr) return out;
            out.push_back(best->tx->hash);
            floor[best->tx->sender] = best_key.first;
            ++next[best->tx->sender];
        }
    }
    void execute(const chain::TransactionPtr& tx) {
        entries_[tx->sender].erase(tx->tx.nonce);
        heads[tx->sender] = tx->tx.nonce + 1;
    }
    void drop(const chain::TransactionPtr& tx) { entries_[tx->sender].erase(tx->tx.nonce); }
    std::size_t size() const {
        std::size_t out = 0;
        for (const auto& [sender, entries] : entries_) out += entries.size();
        return out;
    }
    std::size_t bytes() const {
        std::size_t out = 0;
        for (const auto& [sender, entries] : entries_)
            for (const auto& [nonce, entry] : entries) out += entry.tx->raw.size();
        return out;
    }

    std::map<Address, std::uint64_t> heads;

private:
    std::map<Address, std::map<std::uint64_t, ModelEntry>> entries_;
    std::uint64_t arrivals_ = 0;
};

/// Transactions are signed once; a signature costs more than a thousand steps of the pool.
const chain::TransactionPtr& transaction_of(std::uint64_t key, std::uint64_t nonce, std::uint64_t price) {
    static std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, chain::TransactionPtr> cache;
    auto& slot = cache[{key, nonce, price}];
    if (!slot) slot = prepared({.key = key, .nonce = nonce, .price = price});
    return slot;
}

std::vector<Hash> hashes_of(const std::vector<chain::TransactionPtr>& list) {
    std::vector<Hash> out;
    for (const auto& tx : list) out.push_back(tx->hash);
    return out;
}

class PoolModelTest : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(PoolModelTest, agrees_with_the_model) {
    Model model;
    PoolOptions options;
    options.chain_id = 65535;
    options.quotas = false;
    options.max_gap = kMaxGap;
    Pool pool(options, [&](const Address& address) {
        return SenderState{model.heads[address], Uint256{1'000'000'000'000'000'000}};
    });
    std::mt19937 random(GetParam());
    const auto below = [&](std::uint64_t n) { return std::uint64_t{random()} % n; };
    std::uint64_t now = 1000;
    for (int step = 0; step < 1000; ++step) {
        now += below(3);
        const std::uint64_t kind = below(10);
        if (kind < 7) {
            const std::uint64_t key = below(kSenders);
            const std::uint64_t head = model.heads[test_key(key).address()];
            const std::uint64_t nonce = head + below(kNonces) - std::min<std::uint64_t>(head, 2);
            const auto& tx = transaction_of(key, nonce, below(3) * 10);
            const std::uint64_t due = now + below(20);
            const auto status = pool.add(tx, now, due);
            ASSERT_EQ(status ? "" : status.error().code, model.add(tx, due)) << "step " << step;
        } else {
            auto chosen = pool.select(now);
            ASSERT_EQ(hashes_of(chosen), model.select(now)) << "step " << step;
            chain::ExecutedBlock block;
            chosen.resize(std::min<std::size_t>(chosen.size(), below(6)));
            const bool drops_last = !chosen.empty() && below(4) == 0;
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                if (drops_last && i + 1 == chosen.size()) {
                    block.skipped.push_back({chosen[i], chain::InvalidTransaction::kInsufficientFunds});
                    model.drop(chosen[i]);
                } else {
                    block.executed.push_back({chosen[i], {}, 21'000, {}});
                    model.execute(chosen[i]);
                }
            }
            pool.committed(block);
        }
        const auto status = pool.status();
        ASSERT_EQ(status.executable + status.waiting, model.size()) << "step " << step;
        ASSERT_EQ(status.bytes, model.bytes());
        ASSERT_EQ(pool.select(now).empty(), !pool.next_due_ms() || *pool.next_due_ms() > now);
        for (std::uint64_t key = 0; key < kSenders; ++key) {
            const Address sender = test_key(key).address();
            ASSERT_EQ(pool.next_nonce(sender, model.heads[sender]), model.next_nonce(sender)) << "step " << step;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PoolModelTest, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace bourse::engine
