// Results of tasks: who may upload what and when (middleware §9.10), and what becomes of it.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/store/blob_store.hpp>
#include <bourse/store/chain.hpp>

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace bourse::store {

/// An upload as it arrived; `archive` is a spooled file.
struct Upload {
    poco::TaskId task;
    Address worker;
    Hash digest;          ///< claimed; recomputed from the archive
    Bytes authorization;  ///< the pool owner's, over poco::authorization_message
    Bytes signature;      ///< the worker's, over poco::upload_message
    std::filesystem::path archive;
};

struct StoredResult {
    poco::TaskId task;
    Address worker;
    Hash digest;
    std::string cid;
    std::uint64_t size_bytes = 0;
    bool verified = false;  ///< the store's own digest equals the task's consensus on chain
};

/// Safe from any thread. All references must outlive it.
class Results {
public:
    Results(BlobStore& blobs, db::Database& database, StoreChain& chain)
        : blobs_(&blobs), db_(&database), chain_(&chain) {}

    /// Checks everything, then stores. The same upload twice gives the same answer; a worker's new upload replaces its
    /// unverified one. Errors: TASK_NOT_FOUND, TASK_NOT_OPEN (status or deadline), AUTHORIZATION_INVALID,
    /// SIGNATURE_INVALID, RESULT_DIGEST_MISMATCH, RESULT_NOT_CONSENSUS, those of client::result_of_zip, STORE_FULL,
    /// CHAIN_UNREACHABLE (try again later), DATA_UNWRITABLE.
    Result<StoredResult> upload(const Upload& upload);

    /// The task's result: the newest verified one, else the newest.
    std::optional<StoredResult> find(const poco::TaskId& task) const;

    /// Marks unverified results whose task has agreed on them since, and deletes those whose task's final deadline has
    /// passed. Returns the number of results changed. Errors: CHAIN_UNREACHABLE.
    Result<std::size_t> sweep();

    std::uint64_t count(bool verified) const;

private:
    /// The facts on chain that an allowed upload rests on.
    struct Facts {
        poco::Task task;
        poco::Deal deal;
    };
    Result<Facts> check(const Upload& upload, std::uint64_t size_bytes);
    Status<> check_authorization(const Upload& upload, const poco::Deal& deal);
    Result<StoredResult> keep(const Upload& upload, const poco::Task& task, bool verified);
    std::optional<StoredResult> find(const poco::TaskId& task, const Address& worker) const;
    void remove(const std::string& task, const std::string& worker, const Hash& multihash);

    BlobStore* blobs_;
    db::Database* db_;
    StoreChain* chain_;
    std::mutex mutex_;  ///< one decision about rows at a time
};

/// True iff the task's workers agreed on this digest (known from REVEALING on).
bool is_consensus(const poco::Task& task, const poco::TaskId& id, const Hash& digest);

}  // namespace bourse::store
