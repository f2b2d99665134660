// One file's way to a store: begins or takes up the upload, sends chunk after chunk, ends it.
#pragma once

#include <bourse/client/store_client.hpp>
#include <bourse/client/upload.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <fstream>
#include <nlohmann/json_fwd.hpp>

namespace bourse::client {

/// Survives broken connections and a store that starts again; what it gives up, another one for the same file goes on
/// with. For one use by one thread.
class Uploader {
public:
    Uploader(std::string store_url, const std::filesystem::path& file, const crypto::PrivateKey& owner,
             const TransferProgress& progress);
    /// Errors: FILE_NOT_FOUND, FILE_UNREADABLE, STORE_UNREACHABLE, STORE_REFUSED, RESULT_CID_MISMATCH.
    Result<StoredFile> run();

private:
    Result<nlohmann::json> ask(const std::string& method, const std::string& path, std::string body,
                               const char* type) const;
    Status<> begin();
    Status<> send_next();
    Status<> send_rest();
    Result<StoredFile> complete();
    void note(const nlohmann::json& upload);

    std::string url_;
    std::filesystem::path path_;
    const crypto::PrivateKey* owner_;
    TransferProgress progress_;
    FileDigests digests_;
    std::ifstream file_;
    std::string id_;
    std::uint64_t received_ = 0, resumed_ = 0, chunk_bytes_ = 0;
};

}  // namespace bourse::client
