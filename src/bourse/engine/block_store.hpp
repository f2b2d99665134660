// Committed blocks: header; body with raw transactions, senders and receipts; logs in pieces of 32; so that a block
// costs few keys. Receipts are kept without their blooms (chain's functions compute them again from the logs).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/log_index.hpp>
#include <bourse/engine/log_pieces.hpp>
#include <bourse/state/state.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace bourse::engine {

struct StoredTransaction {
    Bytes raw;
    Hash hash;  ///< keccak of raw
    Address sender;

    bool operator==(const StoredTransaction&) const = default;
};

struct StoredReceipt {
    std::uint8_t type = 0;
    bool success = false;
    std::uint64_t gas_used = 0;        ///< of this transaction
    std::uint64_t cumulative_gas = 0;  ///< up to and with this transaction
    std::vector<state::Log> logs;

    bool operator==(const StoredReceipt&) const = default;
};

struct StoredHeader {
    std::uint64_t number = 0;
    Hash hash;
    Bytes rlp;

    bool operator==(const StoredHeader&) const = default;
};

struct StoredBlock {
    StoredHeader header;
    std::vector<StoredTransaction> transactions;
    std::vector<StoredReceipt> receipts;  ///< as many as transactions

    bool operator==(const StoredBlock&) const = default;
};

struct TransactionPlace {
    std::uint64_t block_number = 0;
    std::uint32_t index = 0;

    bool operator==(const TransactionPlace&) const = default;
};

/// A transaction with its receipt, and where it stands.
struct TransactionRecord {
    TransactionPlace place;
    StoredHeader header;
    StoredTransaction transaction;
    StoredReceipt receipt;
    std::uint32_t first_log_index = 0;  ///< within the block
};

struct LogLimits {
    std::size_t results = 10'000;
    std::uint64_t blocks = 10'000;  ///< for filters that name neither an address nor a topic
    /// Logs looked at in vain: the index tells that a log has a topic, not at which position.
    std::size_t refused = 100'000;
};

/// All reads may run beside the writer. A value that cannot be decoded ends the process: the folder is damaged.
class BlockStore {
public:
    /// The key-value store must outlive it.
    explicit BlockStore(const db::KvStore& kv) : kv_(kv) {}

    /// Everything of one block, with the head pointer and the log index, into the batch of that block.
    static void put_block(db::Batch& batch, const StoredBlock& block);

    /// The last block put; nullopt in an empty store.
    std::optional<StoredHeader> head() const;
    std::optional<StoredHeader> header(std::uint64_t number) const;
    std::optional<StoredBlock> block(std::uint64_t number) const;
    std::optional<std::uint64_t> number_of(const Hash& block_hash) const;
    std::optional<TransactionPlace> place_of(const Hash& transaction_hash) const;
    /// Decodes only the parts of the block in which it and its logs lie.
    std::optional<TransactionRecord> transaction(const TransactionPlace& place) const;

    /// Logs in order of block and position. Errors: LOG_RANGE_TOO_WIDE, LOG_TOO_MANY_RESULTS; the message names a range
    /// of blocks that fits.
    Result<std::vector<FoundLog>> find_logs(const LogFilter& filter, const LogLimits& limits = {}) const;

private:
    const db::KvStore& kv_;
};

}  // namespace bourse::engine
