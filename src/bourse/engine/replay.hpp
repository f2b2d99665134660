// Blocks executed again: a chain written to a file and read back, and the check of a whole data folder. The executor is
// the node's own; what it gives is compared with what was sealed then.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/engine/application.hpp>
#include <bourse/engine/chain_file.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>

namespace bourse::engine {

struct ReplayOptions {
    unsigned threads = 1;                               ///< that recover senders; the result does not depend on it
    std::function<void(std::uint64_t block)> progress;  ///< after each block; may be empty
    /// Verification: a folder that does not exist yet, for the replayed state; it stays. Empty: all in memory.
    std::filesystem::path scratch = {};
};

struct ReplayReport {
    std::uint64_t blocks = 0;  ///< executed now; block 0 counts where it was made
    std::uint64_t transactions = 0;
    std::uint64_t known = 0;  ///< import: blocks that were there already, and are the same
};

/// Blocks 0 to the view's head. Errors: those of ChainFileWriter.
Result<ReplayReport> export_chain(const ReadView& view, const std::string& genesis_json, std::ostream& out);

/// Executes the blocks that the application lacks and commits each whose header comes out equal to the file's. The
/// application's genesis must be the file's. An import that was interrupted goes on where it ended. Errors: those of
/// ChainFileReader; IMPORT_MISMATCH, after which the application must not be used any more (the blocks before it are
/// committed).
Result<ReplayReport> import_chain(Application& application, ChainFileReader& in, const ReplayOptions& options);

/// Replays the chain from its genesis in memory and compares every header, receipt and index entry with what is stored,
/// then the stored state at the head, value by value, and the market's books (native/books.hpp). With scratch space the
/// memory is bounded: caches, a batch of blocks, and an entry for each account that has something locked. Errors:
/// VERIFY_FAILED with the block and what differs; those of db::open_rocksdb for the scratch space.
Result<ReplayReport> verify_chain(const chain::GenesisConfig& genesis, const ReadView& view,
                                  const ReplayOptions& options);

}  // namespace bourse::engine
