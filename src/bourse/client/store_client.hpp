// The result store, from outside: download with verification, upload of blobs (development).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/result_digest.hpp>

#include <filesystem>
#include <functional>
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
    /// POST /v1/blobs; the CID is compared with our own. Errors: STORE_UNREACHABLE, STORE_REFUSED, RESULT_CID_MISMATCH.
    Result<std::string> upload_blob(const std::filesystem::path& file, const TransferProgress& progress = {}) const;

private:
    std::string url_;
};

}  // namespace bourse::client
