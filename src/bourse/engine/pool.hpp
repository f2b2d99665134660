// Transactions that wait for a block (spec/chain.md §7): nonce order, gaps, replacement, limits, quotas, due times.
// Admission policy, not consensus. Keeps no clock: callers give the time (milliseconds of a steady clock).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/chain/execution.hpp>
#include <bourse/chain/prepared_transaction.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace bourse::engine {

struct PoolOptions {
    std::uint64_t chain_id = 0;
    std::uint64_t block_gas_limit = chain::kBlockGasLimit;
    std::size_t max_transactions = 50'000;
    std::size_t max_bytes = 256UL << 20;
    std::uint64_t max_gap = 64;  ///< nonces beyond the next one that are kept
    std::uint64_t gap_lifetime_ms = 600'000;
    std::size_t max_argument_bytes = 64 * 1024;
    bool quotas = true;        ///< false on development and conformance chains
    std::set<Address> exempt;  ///< senders without quota
    /// Stake plus lock of an account in whole RLC, for the quota; absent: nobody has any.
    std::function<std::uint64_t(const Address&)> staked_rlc;
};

/// What the pool must know of a sender's account at the head.
struct SenderState {
    std::uint64_t nonce = 0;
    Uint256 balance;
};

struct PoolStatus {
    std::size_t executable = 0;  ///< next in nonce order, due or not
    std::size_t waiting = 0;     ///< behind a gap
    std::size_t bytes = 0;
};

/// Safe from any thread.
class Pool {
public:
    /// `sender_state` gives an account's state at the head. It is called with the pool's lock held, so that it cannot
    /// miss a block, and must not call the pool.
    Pool(PoolOptions options, std::function<SenderState(const Address&)> sender_state);
    ~Pool();

    /// Admits a transaction that may stand in a block from `due_ms` on. Errors, with geth's texts: ALREADY_KNOWN,
    /// NONCE_TOO_LOW, REPLACEMENT_UNDERPRICED, INTRINSIC_GAS, GAS_LIMIT, WRONG_CHAIN, TIP_ABOVE_FEE_CAP, CREATION,
    /// INSUFFICIENT_FUNDS; ours: NONCE_GAP, ARGUMENT_TOO_LARGE, QUOTA_EXCEEDED, POOL_FULL.
    Status<> add(chain::TransactionPtr tx, std::uint64_t now_ms, std::uint64_t due_ms);

    /// Executable transactions that are due, in order of due time, nonces of a sender ascending, until their intrinsic
    /// gas or size fills a block. They stay in the pool until committed. `all`: also those that are not due yet.
    std::vector<chain::TransactionPtr> select(std::uint64_t now_ms, bool all = false) const;
    /// When the next transaction becomes due; nullopt if none is executable.
    std::optional<std::uint64_t> next_due_ms() const;

    /// Removes what a block executed or found impossible; goes on from the senders' new nonces.
    void committed(const chain::ExecutedBlock& block);
    /// Forgets transactions behind gaps that were not filled in time.
    void expire(std::uint64_t now_ms);

    /// The nonce after the sender's executable transactions, or `head_nonce` if that is larger.
    std::uint64_t next_nonce(const Address& sender, std::uint64_t head_nonce) const;
    chain::TransactionPtr find(const Hash& hash) const;
    PoolStatus status() const;
    /// All transactions, by sender and nonce.
    std::vector<chain::TransactionPtr> content() const;

    /// Listeners are called after each admission, from the admitting thread, and stay for the pool's life. Before the
    /// first admission.
    void on_add(std::function<void(const chain::TransactionPtr&)> listener);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::engine
