// Hands a result archive to the store (middleware §7.5, §9.10).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/ids.hpp>

#include <filesystem>
#include <string>

namespace bourse::worker {

struct UploadRequest {
    std::string store_url;
    poco::TaskId task;
    Hash digest;
    Bytes authorization;  ///< of the pool for this worker and task
    std::filesystem::path zip;
};

/// The CID. Errors: STORE_LATER (507, 503, 429 or no connection: try again, after `retry_after_s` in the message's
/// place), STORE_REFUSED (anything else, with the store's words), STORE_BAD_ANSWER.
Result<std::string> upload_result(const UploadRequest& request, const crypto::PrivateKey& wallet,
                                  std::uint64_t& retry_after_s);

}  // namespace bourse::worker
