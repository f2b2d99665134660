#include <bourse/worker/upload.hpp>

#include <bourse/net/http_client.hpp>
#include <bourse/poco/messages.hpp>

#include <fmt/core.h>
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace bourse::worker {
namespace {

constexpr std::uint64_t kUploadTimeoutMs = 600'000;
constexpr std::uint64_t kMaxRetryAfterS = 60;

std::string store_words(const net::Response& response) {
    const auto body = nlohmann::json::parse(response.body, nullptr, false);
    if (body.is_object() && body.contains("error") && body["error"].is_string())
        return body["error"].get<std::string>();
    return response.body.substr(0, 300);
}

}  // namespace

Result<std::string> upload_result(const UploadRequest& upload, const crypto::PrivateKey& wallet,
                                  std::uint64_t& retry_after_s) {
    retry_after_s = 1;
    std::error_code ec;
    const auto size = std::filesystem::file_size(upload.zip, ec);
    if (ec)
        return fail("RESULT_FILE_NOT_FOUND",
                    fmt::format("The archive {} is gone: {}.", upload.zip.string(), ec.message()));
    net::ClientRequest request;
    request.method = "POST";
    request.url = upload.store_url + "/v1/results";
    request.body_file = upload.zip;
    request.timeout_ms = kUploadTimeoutMs;
    const auto message = poco::signed_hash(poco::upload_message(upload.task, upload.digest, size));
    request.headers = {{"content-type", "application/zip"},
                       {"x-bourse-task", to_hex(upload.task)},
                       {"x-bourse-worker", to_hex(wallet.address())},
                       {"x-bourse-digest", to_hex(upload.digest)},
                       {"x-bourse-authorization", to_hex(upload.authorization)},
                       {"x-bourse-signature", to_hex(crypto::sign(wallet, message).to_rsv())}};
    const auto response = net::http_request(request);
    if (!response) return fail("STORE_LATER", response.error().message);
    if (response->status == 507 || response->status == 503 || response->status == 429 || response->status == 502) {
        if (const auto it = response->headers.find("retry-after"); it != response->headers.end())
            retry_after_s =
                std::clamp<std::uint64_t>(std::strtoull(it->second.c_str(), nullptr, 10), 1, kMaxRetryAfterS);
        return fail("STORE_LATER", store_words(*response));
    }
    if (response->status != 200 && response->status != 201)
        return fail("STORE_REFUSED",
                    fmt::format("The store answered {}: {}", response->status, store_words(*response)));
    const auto body = nlohmann::json::parse(response->body, nullptr, false);
    if (!body.is_object() || !body.contains("cid") || !body["cid"].is_string())
        return fail("STORE_BAD_ANSWER", "The store's answer names no CID.");
    return body["cid"].get<std::string>();
}

}  // namespace bourse::worker
