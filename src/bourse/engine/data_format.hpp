// Who a data folder belongs to: written with the first block, checked at every start.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>

#include <optional>

namespace bourse::engine {

/// Layout of keys and values (docs/decisions/0002-state-layout.md). Rises when an older program could not read it.
inline constexpr std::uint32_t kDataFormat = 2;  ///< 2: logs lie in pieces, no longer in bodies

struct DataFormat {
    std::uint32_t version = kDataFormat;
    Hash genesis_hash;  ///< of block 0
};

/// nullopt: the store is empty. Errors: DATA_FOREIGN (it holds something else), DATA_NEWER and DATA_OLDER (written by a
/// later or an earlier program), DATA_DAMAGED.
Result<std::optional<DataFormat>> read_data_format(const db::KvStore& kv);
/// Goes into the batch of block 0.
void put_data_format(db::Batch& batch, const Hash& genesis_hash);

/// Small facts that a start depends on are stored with a checksum: value ‖ first eight bytes of its keccak.
Bytes with_checksum(Bytes value);
/// The value without its checksum, or nullopt where they do not match.
std::optional<Bytes> without_checksum(ByteView stored);

/// Prints that the folder is damaged and what does not fit, and ends the process at once with exit code 1: no answer is
/// better than a wrong one, and nothing more may be written.
[[noreturn]] void data_is_damaged(std::string_view what);

// First letters of the keys.
inline constexpr char kMetaKey = 'm';
inline constexpr char kAccountKey = 'a';  ///< keccak(address)
inline constexpr char kSlotKey = 's';     ///< keccak(address) ‖ keccak(slot)
inline constexpr char kCodeKey = 'c';     ///< keccak(code)
inline constexpr char kDiffKey = 'd';     ///< block number
inline constexpr char kTableKey = 't';    ///< trie (keccak(address), zero for the accounts) ‖ first byte of the path
inline constexpr char kHeaderKey = 'n';   ///< block number
inline constexpr char kBlockKey = 'b';    ///< block number
inline constexpr char kPieceKey = 'e';    ///< block number ‖ number of a piece of its logs
inline constexpr char kBlockHashKey = 'h';  ///< block hash
inline constexpr char kPlaceKey = 'x';      ///< first half of a transaction's hash
inline constexpr char kChunkKey = 'z';      ///< number of a chunk of a snapshot that is being restored
inline constexpr char kLogKey = 'l';        ///< 'a' or 't' ‖ last 20 bytes of address or topic ‖ block number

}  // namespace bourse::engine
