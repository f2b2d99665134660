// The logs of committed blocks: pieces of 32 logs, each under its own key and compressed by itself. A search reads a
// few kilobytes for each match, however large the block is; bodies hold no logs.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/packing.hpp>
#include <bourse/state/state.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace bourse::engine {

struct StoredBlock;

struct FoundLog {
    std::uint64_t block_number = 0;
    Hash block_hash;
    Hash transaction_hash;
    std::uint32_t transaction_index = 0;
    std::uint32_t log_index = 0;  ///< within the block
    state::Log log;
};

inline constexpr std::uint32_t kLogsPerPiece = 32;

/// All logs of a block, into its batch.
void put_log_pieces(db::Batch& batch, const StoredBlock& block);

/// One log after another of a piece. Only those that log() is called for are decoded. What cannot be read ends the
/// process, as in all of this file: the folder is damaged.
class LogCursor {
public:
    LogCursor(std::uint64_t block_number, std::uint32_t piece, ByteView stored);
    LogCursor(LogCursor&&) = default;
    LogCursor(const LogCursor&) = delete;  // it looks into bytes of its own
    LogCursor& operator=(const LogCursor&) = delete;

    /// False behind the last.
    bool next();
    /// To the log at that position of the block, which must lie ahead and in this piece.
    void advance_to(std::uint32_t position);
    FoundLog log() const;
    std::uint64_t block_number() const noexcept { return block_number_; }

private:
    std::uint64_t block_number_;
    Hash block_hash_;
    Bytes plain_;
    Unpacker in_;
    std::uint32_t next_position_;
    std::uint32_t transaction_index_ = 0;
    Hash transaction_hash_;
    ByteView log_;
};

/// The piece in which that log lies; it must exist.
LogCursor open_log_piece(const db::KvStore& kv, std::uint64_t block_number, std::uint32_t position);
/// The logs of a block from position `first` on; they must exist.
std::vector<state::Log> read_logs(const db::KvStore& kv, std::uint64_t block_number, std::uint32_t first,
                                  std::uint32_t count);
/// Calls `visit` for each piece of the blocks, in order, until it returns false.
void each_log_piece(const db::KvStore& kv, std::uint64_t from_block, std::uint64_t to_block,
                    const std::function<bool(LogCursor&)>& visit);

}  // namespace bourse::engine
