// The result store, from outside: download with verification, resumable upload.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/result_digest.hpp>
#include <bourse/client/upload.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace bourse::client {

using TransferProgress =
    std::function<void(std::uint64_t done_bytes, std::uint64_t total_bytes)>;  ///< total 0: unknown

/// Where a result lies, as written on chain by finalize.
struct ResultLink {
    std::string storage;   ///< "ipfs", "dropbox", "ethereum", or "none" when the bytes are no such JSON
    std::string location;  ///< "/ipfs/<cid>"
};
ResultLink parse_result_link(ByteView results);
/// {"storage":"ipfs","location":"/ipfs/<cid>"} without blanks.
Bytes make_result_link(const std::string& cid);

/// A file that a store has taken.
struct StoredFile {
    FileDigests digests;
    std::uint64_t resumed_bytes = 0;          ///< that an earlier call had sent
    std::optional<std::uint64_t> expires_ms;  ///< until then, if no dataset on chain refers to it; none: kept
};

class StoreClient {
public:
    explicit StoreClient(std::string url) : url_(std::move(url)) {}
    const std::string& url() const noexcept { return url_; }

    /// GET <url><location> into a file, checking that the bytes have the CID of the location.
    /// Errors: STORE_UNREACHABLE, RESULT_NOT_FOUND, RESULT_LINK_INVALID, RESULT_CID_MISMATCH (the file is removed).
    Status<> download(const std::string& location, const std::filesystem::path& to,
                      const TransferProgress& progress = {}) const;
    /// download, then compares the result's digest with the task's on chain. Errors also: RESULT_INVALID,
    /// RESULT_DIGEST_MISMATCH (the file stays, with .refused appended to its name). `has_callback`: of the deal.
    Result<ResultFacts> download_result(const std::string& location, const Hash& digest, bool has_callback,
                                        const std::filesystem::path& to, const TransferProgress& progress = {}) const;
    /// Sends a file in chunks, owned by that wallet; goes on where an earlier call stopped. The CID is compared with
    /// our own. Errors: FILE_NOT_FOUND, FILE_UNREADABLE, STORE_UNREACHABLE, STORE_REFUSED, RESULT_CID_MISMATCH.
    Result<StoredFile> upload(const std::filesystem::path& file, const crypto::PrivateKey& owner,
                              const TransferProgress& progress = {}) const;

private:
    std::string url_;
};

}  // namespace bourse::client
