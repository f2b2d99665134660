#include <bourse/client/uploader.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::client {

namespace {

using nlohmann::json;

constexpr int kTriesWithoutProgress = 7;  ///< waits of 0.25, 0.5, 1, 2, 4 and 8 s between them
constexpr std::uint64_t kSignatureLifeS = 3600;
constexpr std::uint64_t kChunkTimeoutMs = 120'000;
constexpr std::uint64_t kCompleteTimeoutMs = 15 * 60'000;  ///< the store reads the whole file
constexpr std::uint64_t kMostChunkBytes = 64 << 20;        ///< whatever a store says

/// Worth another try: the connection broke, the store was away, or it stands elsewhere than was thought.
bool is_passing(const Error& error) {
    for (const auto* code : {"STORE_UNREACHABLE", "STORE_LATER", "OFFSET_WRONG", "UPLOAD_BUSY", "UPLOAD_NOT_FOUND"})
        if (error.code == code) return true;
    return false;
}

Error upload_refused(const net::Response& answer) {
    const auto body = json::parse(answer.body, nullptr, false);
    const auto text = [&](const char* name) {
        return body.is_object() && body.contains(name) && body[name].is_string() ? body[name].get<std::string>()
                                                                                 : std::string();
    };
    const auto code = text("code");
    const auto sentence = text("error").empty() ? fmt::format("status {}", answer.status) : text("error");
    if (answer.status == 503) return {"STORE_LATER", sentence};
    if (answer.status == 409 || code == "UPLOAD_NOT_FOUND") return {code, sentence};
    return {"STORE_REFUSED", "The store refused the file: " + sentence};
}

}  // namespace

Uploader::Uploader(std::string store_url, const std::filesystem::path& file, const crypto::PrivateKey& owner,
                   const TransferProgress& progress)
    : url_(std::move(store_url)), path_(file), owner_(&owner), progress_(progress) {}

Result<json> Uploader::ask(const std::string& method, const std::string& path, std::string body,
                           const char* type) const {
    net::ClientRequest request;
    request.method = method;
    request.url = url_ + "/v1/uploads" + path;
    request.headers["content-type"] = type;
    request.body = std::move(body);
    request.timeout_ms = path.ends_with("/complete") ? kCompleteTimeoutMs : kChunkTimeoutMs;
    const auto answer = net::http_request(request);
    if (!answer)
        return fail("STORE_UNREACHABLE",
                    fmt::format("No store answers at {} ({}). The same command again goes on where "
                                "this one stopped. Another address: --store.",
                                url_, answer.error().message));
    if (answer->status != 200) return fail(upload_refused(*answer));
    auto upload = json::parse(answer->body, nullptr, false);
    if (!upload.is_object() || !upload.contains("id") || !upload["id"].is_string())
        return fail("STORE_REFUSED", fmt::format("What answers at {} is no store.", url_));
    return upload;
}

void Uploader::note(const json& upload) {
    id_ = upload["id"].get<std::string>();
    received_ = std::min(upload.value("received", std::uint64_t{0}), digests_.size_bytes);
    chunk_bytes_ = std::clamp(upload.value("chunkBytes", std::uint64_t{0}), std::uint64_t{1}, kMostChunkBytes);
    if (progress_) progress_(received_, digests_.size_bytes);
}

Status<> Uploader::begin() {
    const UploadRequest wanted{owner_->address(), digests_.sha256, digests_.size_bytes,
                               sys::unix_time_s() + kSignatureLifeS};
    const json body = {{"owner", to_checksum(wanted.owner)},
                       {"sha256", to_hex(wanted.sha256)},
                       {"size", wanted.size_bytes},
                       {"expiry", wanted.expiry_s},
                       {"signature", to_hex(sign_text(*owner_, upload_text(wanted)))}};
    BOURSE_TRY(const auto upload, ask("POST", "", body.dump(), "application/json"));
    note(upload);
    return {};
}

Status<> Uploader::send_next() {
    std::string chunk(std::min(chunk_bytes_, digests_.size_bytes - received_), '\0');
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(received_));
    if (!file_.read(chunk.data(), static_cast<std::streamsize>(chunk.size())))
        return fail("FILE_UNREADABLE", fmt::format("The file {} cannot be read on.", path_.string()));
    const auto path = fmt::format("/{}?offset={}", id_, received_);
    BOURSE_TRY(const auto upload, ask("PUT", path, std::move(chunk), "application/octet-stream"));
    note(upload);
    return {};
}

Status<> Uploader::send_rest() {
    BOURSE_CHECK(begin());
    resumed_ = received_;
    for (int tries = 0; received_ < digests_.size_bytes;) {
        const auto before = received_;
        auto sent = send_next();
        for (; !sent && is_passing(sent.error()); sent = begin()) {
            if (received_ > before) tries = 0;
            if (++tries >= kTriesWithoutProgress) return sent;
            std::this_thread::sleep_for(std::chrono::milliseconds(125LL << tries));
        }
        if (!sent) return sent;
        if (received_ > before) tries = 0;
    }
    return {};
}

Result<StoredFile> Uploader::complete() {
    BOURSE_TRY(const auto upload, ask("POST", "/" + id_ + "/complete", "", "application/json"));
    const auto theirs = upload.contains("cid") && upload["cid"].is_string() ? upload["cid"].get<std::string>() : "";
    if (cid_digest(theirs) != cid_digest(digests_.cid))
        return fail("RESULT_CID_MISMATCH",
                    fmt::format("The store names the file {}, but its content is {}.", theirs, digests_.cid));
    StoredFile out{digests_, resumed_, std::nullopt};
    if (upload.contains("expires") && upload["expires"].is_number_unsigned())
        out.expires_ms = upload["expires"].get<std::uint64_t>();
    return out;
}

Result<StoredFile> Uploader::run() {
    BOURSE_TRY(digests_, digests_of_file(path_));
    file_.open(path_, std::ios::binary);
    BOURSE_CHECK(send_rest());
    return complete();
}

Result<StoredFile> StoreClient::upload(const std::filesystem::path& file, const crypto::PrivateKey& owner,
                                       const TransferProgress& progress) const {
    return Uploader(url_, file, owner, progress).run();
}

}  // namespace bourse::client
