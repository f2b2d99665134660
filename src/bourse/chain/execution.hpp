// Execution of transactions and blocks: pure functions over state.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/chain/header.hpp>
#include <bourse/chain/prepared_transaction.hpp>
#include <bourse/chain/receipt.hpp>
#include <bourse/chain/validity.hpp>
#include <bourse/state/host.hpp>
#include <bourse/state/store.hpp>

#include <vector>

namespace bourse::chain {

struct TransactionResult {
    bool success = false;
    std::uint64_t gas_used = 0;
    Bytes output;  ///< return or revert data
    std::vector<state::Log> logs;
    std::int64_t state_growth_bytes = 0;  ///< slots and record bodies more than before; for metrics only
};

/// Checks and executes one transaction; on an error the state is unchanged. A transaction that reverts is a success of
/// this function. Aborts when an invariant of the market breaks: a halted node is better than a forked one.
Result<TransactionResult, InvalidTransaction> execute_transaction(state::State& state, const state::BlockContext& block,
                                                                  const PreparedTransaction& tx,
                                                                  std::uint64_t gas_left);

struct BlockInput {
    BlockHeader parent;
    Hash parent_hash;
    std::uint64_t chain_id = 0;
    std::uint64_t time_ms = 0;  ///< raised to the parent's time when below
    Address beneficiary;
    std::vector<TransactionPtr> transactions;  ///< in order of execution
};

struct ExecutedTransaction {
    TransactionPtr transaction;
    Receipt receipt;
    std::uint64_t gas_used = 0;
    Bytes output;
    std::int64_t state_growth_bytes = 0;
};
struct SkippedTransaction {
    TransactionPtr transaction;
    InvalidTransaction reason;
};

struct ExecutedBlock {
    BlockHeader header;
    Hash hash;  ///< once sealed
    std::vector<ExecutedTransaction> executed;
    std::vector<SkippedTransaction> skipped;  ///< not part of the block
    /// For each transaction of the input, in its order: why it was skipped; nothing where it was executed.
    std::vector<std::optional<InvalidTransaction>> verdicts;
    state::ChangeSet changes;
};

/// What a consensus engine is told of one transaction of a decided block (spec/abci.md §13.4).
struct DeliveredResult {
    std::uint32_t code = 0;  ///< 0: executed, successful or not; else the number of InvalidTransaction
    Bytes data;              ///< keccak of the receipt's encoding; empty where there is none
    std::uint64_t gas_wanted = 0;
    std::uint64_t gas_used = 0;

    bool operator==(const DeliveredResult&) const = default;
};
/// As many as the block's input had transactions, in its order.
std::vector<DeliveredResult> delivered_results(const ExecutedBlock& block);

/// The facts that transactions of the next block see.
state::BlockContext block_context(const BlockInput& input);

/// Executes what is executable, skips the rest. All header fields but the state root are set.
ExecutedBlock execute_block(const BlockInput& input, const state::Reader& parent_state);
/// Sets state root and hash.
void seal_block(ExecutedBlock& block, const Hash& state_root);

}  // namespace bourse::chain
