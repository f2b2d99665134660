// The snapshots that a node offers. They are made from the stored blocks when asked for and take no space; equal nodes
// give equal bytes.
#pragma once

#include <bourse/engine/application.hpp>
#include <bourse/engine/chain_file.hpp>
#include <bourse/engine/snapshot.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bourse::engine {

/// Safe for any thread.
class SnapshotSource {
public:
    /// A snapshot at each block whose number is a multiple of `interval`; 0: none.
    /// Nodes whose snapshots are to be equal have the same size of chunks.
    SnapshotSource(std::string genesis_json, std::uint64_t interval, std::size_t chunk_bytes = kSnapshotChunkBytes)
        : genesis_json_(std::move(genesis_json)), interval_(interval), chunk_bytes_(chunk_bytes) {}

    /// The newest two, newest first. Reads the blocks since the last one it made.
    std::vector<Snapshot> list(const ReadView& view);
    /// nullopt: there is no such snapshot or chunk (any more).
    std::optional<Bytes> chunk(const ReadView& view, std::uint64_t height, std::uint32_t format, std::uint32_t index);

private:
    /// Behind some record of the chain file; before its head where there is no position.
    struct Cut {
        std::uint64_t offset = 0;
        std::optional<ChainFileWriter::Position> position;
    };
    struct Table {
        std::uint64_t end_record = 0;  ///< where it begins; all bytes before are those of a longer chain too
        std::vector<Hash> hashes;      ///< of the chunks
        std::vector<Cut> cuts;         ///< for each chunk: where the record begins in which it begins
    };
    class Records;

    Table make_table(const ReadView& view, std::uint64_t height) const;
    void drop_old();

    std::string genesis_json_;
    std::uint64_t interval_;
    std::size_t chunk_bytes_;
    std::mutex mutex_;
    std::map<std::uint64_t, Table> tables_;  ///< by height
};

}  // namespace bourse::engine
