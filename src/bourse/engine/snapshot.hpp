// Snapshots, by which a node that joins late gets the chain from its peers (spec/abci.md §11): the chain as an exported
// file up to a block, in chunks of 4 MiB. It holds no state: who restores it executes the blocks, so that it has the
// whole history afterwards and nothing has to be believed but the application hash.
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstdint>

namespace bourse::engine {

inline constexpr std::uint32_t kSnapshotFormat = 1;  ///< chunks of a chain file (docs/reference/chain-export.md)
inline constexpr std::size_t kSnapshotChunkBytes = 4UL << 20;  ///< all chunks but the last
inline constexpr std::size_t kMaxSnapshotChunks = 100'000;     ///< what a message of 4 MB can name

struct Snapshot {
    std::uint64_t height = 0;
    std::uint32_t format = kSnapshotFormat;
    std::uint32_t chunks = 0;
    Hash hash;       ///< Merkle root of the chunks' hashes
    Bytes metadata;  ///< SHA-256 of each chunk, joined

    bool operator==(const Snapshot&) const = default;
};

/// Numbers of ABCI.
enum class OfferAnswer : std::uint8_t { kAccept = 1, kAbort = 2, kReject = 3, kRejectFormat = 4, kRejectSender = 5 };
enum class ChunkAnswer : std::uint8_t {
    kAccept = 1,
    kAbort = 2,
    kRetry = 3,          ///< this chunk again, from another peer
    kRetrySnapshot = 4,  ///< from the first chunk on
    kRejectSnapshot = 5,
};

/// As the metadata of those hashes says.
Hash snapshot_hash(ByteView metadata);

}  // namespace bourse::engine
