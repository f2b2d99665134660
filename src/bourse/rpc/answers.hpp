// Shapes of the answers: blocks, transactions, receipts, logs (sdk-interop.md §2.2).
#pragma once

#include <bourse/chain/execution.hpp>
#include <bourse/engine/block_store.hpp>

#include <optional>
#include <string>

namespace bourse::rpc {

/// Where a mined transaction stands; absent for one of the pool.
struct MinedPlace {
    Hash block_hash;
    std::uint64_t block_number = 0;
    std::uint32_t index = 0;
};

/// As newHeads sends it.
std::string header_json(const chain::BlockHeader& header, const Hash& hash);

std::string block_json(const engine::StoredBlock& block, bool full_transactions);
/// Head + 1 as pending_block_json has it, without the fields of a whole block.
std::string pending_header_json(const chain::BlockHeader& parent, const Hash& parent_hash, std::uint64_t time_ms,
                                const std::vector<chain::TransactionPtr>& transactions);
/// Head + 1 with the pool's executable transactions; no hash, nonce and miner, as geth shows
/// it. Nothing is executed for it: gas, bloom, state and receipts are those of an empty block.
std::string pending_block_json(const chain::BlockHeader& parent, const Hash& parent_hash, std::uint64_t time_ms,
                               const std::vector<chain::TransactionPtr>& transactions, bool full_transactions);

void append_transaction(std::string& out, const Transaction& tx, const Hash& hash, const Address& sender,
                        const std::optional<MinedPlace>& place);
std::string transaction_json(const engine::StoredTransaction& stored, const std::optional<MinedPlace>& place);
std::string transaction_json(const chain::PreparedTransaction& tx);

std::string receipt_json(const engine::TransactionRecord& record);
/// All receipts of a block.
std::string receipts_json(const engine::StoredBlock& block);

void append_log(std::string& out, const state::Log& log, const MinedPlace& place, const Hash& transaction_hash,
                std::uint64_t log_index, std::uint64_t time_s_or_zero = 0);

}  // namespace bourse::rpc
