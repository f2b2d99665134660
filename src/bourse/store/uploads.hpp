// Files that data providers keep here (web-ui D-05): begun by their owner's signature, sent in chunks, taken up again
// after any break, verified at the end, and kept as long as a dataset on chain refers to them.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/upload.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/store/blob_store.hpp>
#include <bourse/store/dataset_files.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace bourse::store {

struct UploadRules {
    std::string from = "staked";                ///< who may: "nobody", "staked" (a deposit at the hub), "anyone"
    std::uint64_t max_bytes = 5ULL << 30;       ///< of a file
    std::uint64_t owner_bytes = 10ULL << 30;    ///< of an owner's files, unfinished ones by their announced size
    std::uint64_t total_bytes = 25ULL << 30;    ///< of all owners' files
    std::uint64_t keep_ms = 24ULL * 3'600'000;  ///< an unfinished upload after its last chunk; a file without a dataset
};

struct UploadState {
    Hash id;  ///< random: who knows it may send and end the upload
    Address owner;
    Hash sha256;
    std::uint64_t size_bytes = 0;
    std::uint64_t received_bytes = 0;
    std::string cid;                          ///< empty until completed
    std::optional<std::uint64_t> expires_ms;  ///< none: a dataset on chain refers to it
};

/// A chunk is on disk before it is counted, so that a killed store goes on from what it told. Safe from any thread; all
/// references must outlive it.
class Uploads {
public:
    static constexpr std::uint64_t kLeastCharge = 4'096;  ///< what a small file counts as in the quotas
    static const char* const kSchema;

    /// `now_ms`: wall clock. Clears what a killed predecessor left. Errors: DATA_UNWRITABLE.
    static Result<std::unique_ptr<Uploads>> open(const std::filesystem::path& folder, UploadRules rules,
                                                 BlobStore& blobs, db::Database& database, StoreChain& chain,
                                                 std::function<std::uint64_t()> now_ms);

    const UploadRules& rules() const noexcept { return rules_; }

    /// Begins an upload, or finds the one of the same owner, digest and size again. Errors: SIGNATURE_EXPIRED,
    /// SIGNATURE_INVALID, FILE_TOO_LARGE, UPLOADS_CLOSED, STAKE_NEEDED, QUOTA_EXCEEDED, STORE_FULL, CHAIN_UNREACHABLE,
    /// DATA_UNWRITABLE.
    Result<UploadState> begin(const client::UploadRequest& request, ByteView signature);
    /// Errors: UPLOAD_NOT_FOUND.
    Result<UploadState> find(const Hash& id) const;
    /// Adds a chunk (a spooled file). Errors: UPLOAD_NOT_FOUND, UPLOAD_BUSY, UPLOAD_COMPLETE, OFFSET_WRONG (ask where
    /// it stands), CHUNK_INVALID (empty, or beyond the file's end), STORE_FULL, DATA_UNWRITABLE.
    Result<UploadState> append(const Hash& id, std::uint64_t offset, const std::filesystem::path& chunk);
    /// Verifies the whole file and names it. Again and again the same answer. Errors: UPLOAD_NOT_FOUND, UPLOAD_BUSY,
    /// UPLOAD_INCOMPLETE, CHECKSUM_MISMATCH (the upload is gone), STORE_FULL, DATA_UNWRITABLE.
    Result<UploadState> complete(const Hash& id);
    /// Gives an unfinished upload up, or a file that no dataset refers to. Errors: UPLOAD_NOT_FOUND, UPLOAD_BUSY,
    /// UPLOAD_IN_USE.
    Status<> remove(const Hash& id);

    /// Deletes what has expired; returns how many. A file goes only while the chain answers that no dataset refers to
    /// it. Errors: CHAIN_UNREACHABLE (unfinished uploads are deleted all the same).
    Result<std::size_t> sweep();

    std::uint64_t count(bool completed) const;

private:
    /// One request at a time works on an upload.
    class Hold;

    Uploads(std::filesystem::path folder, UploadRules rules, BlobStore& blobs, db::Database& database,
            StoreChain& chain, std::function<std::uint64_t()> now_ms);
    Status<> prepare();
    std::filesystem::path part_of(const Hash& id) const;
    Status<> check_signature(const client::UploadRequest& request, ByteView signature);
    Status<> check_owner(const Address& owner);
    Status<> check_quotas(const client::UploadRequest& request);
    std::optional<UploadState> find_same(const client::UploadRequest& request) const;
    UploadState touch(UploadState state);
    Result<UploadState> create(const client::UploadRequest& request);
    void remove_part(const Hash& id);
    std::size_t remove_expired(bool completed);

    std::filesystem::path folder_;
    UploadRules rules_;
    BlobStore* blobs_;
    db::Database* db_;
    StoreChain* chain_;
    DatasetFiles dataset_files_;
    std::function<std::uint64_t()> now_ms_;
    std::mutex mutex_;  ///< one decision about rows at a time
    std::mutex busy_mutex_;
    std::set<Hash> busy_;
};

}  // namespace bourse::store
