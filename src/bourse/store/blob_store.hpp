// Content by its identifier: files under their SHA-256 multihash, each content once, within a disk budget.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace bourse::store {

struct Blob {
    Hash multihash;   ///< the digest inside the CID; names the file
    std::string cid;  ///< version 1, base32
    std::uint64_t size_bytes = 0;
    std::filesystem::path file;
};

struct BlobStoreConfig {
    std::filesystem::path folder;             ///< blobs/ and tmp/ below it
    std::uint64_t max_bytes = 50ULL << 30;    ///< of all content
    std::uint64_t keep_free_bytes = 1 << 30;  ///< of the disk
};

/// Schema of the index; the tables of results.hpp and uploads.hpp refer to it.
extern const char* const kStoreSchema;

/// A blob's file is written before its row, and removed after it: a killed store leaves at most files without a row,
/// which the next open() removes. Safe from any thread.
class BlobStore {
public:
    /// Clears what a killed predecessor left. Errors: DATA_UNWRITABLE. The database must outlive the store.
    static Result<std::unique_ptr<BlobStore>> open(const BlobStoreConfig& config, db::Database& database);

    /// Where uploads are spooled, on the same file system.
    std::filesystem::path spool_folder() const { return config_.folder / "tmp"; }

    /// Room for that much more content? Errors: STORE_FULL.
    Status<> check_room(std::uint64_t size_bytes) const;
    /// Size and identifier of a file's content; reads it once. Errors: FILE_UNREADABLE.
    Result<Blob> identify(const std::filesystem::path& file) const;
    /// The same where the identifier is known already.
    Blob blob_of(const std::string& cid, std::uint64_t size_bytes) const;
    /// Takes an identified file's content in (the file itself is moved or removed) and runs `with_row` in the
    /// transaction that adds the row, so that the rows that refer to it appear together with it. Errors: STORE_FULL,
    /// DATA_UNWRITABLE.
    Status<> add(const std::filesystem::path& file, const Blob& blob, const std::function<void()>& with_row);
    std::optional<Blob> find(const Hash& multihash) const;
    /// Removes the content unless a result or an upload refers to it.
    void drop_if_unused(const Hash& multihash);

    std::uint64_t used_bytes() const;
    std::uint64_t count() const;

private:
    BlobStore(BlobStoreConfig config, db::Database& database) : config_(std::move(config)), db_(&database) {}
    std::filesystem::path path_of(const Hash& multihash) const;
    Status<> prepare();
    Status<> check_budget(std::uint64_t size_bytes) const;  ///< mutex_ held
    Status<> move_in(const std::filesystem::path& file, const std::filesystem::path& to) const;

    BlobStoreConfig config_;
    db::Database* db_;
    mutable std::mutex mutex_;
    std::uint64_t used_bytes_ = 0;
};

}  // namespace bourse::store
