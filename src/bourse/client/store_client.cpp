#include <bourse/client/store_client.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/net/http_client.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bourse::client {

using nlohmann::json;

namespace {

constexpr std::uint64_t kTransferTimeoutMs = 30 * 60'000;
constexpr std::string_view kIpfsPrefix = "/ipfs/";

std::function<bool(std::uint64_t, std::uint64_t)> forward_progress(const TransferProgress& progress) {
    if (!progress) return {};
    return [progress](std::uint64_t done, std::uint64_t total) {
        progress(done, total);
        return true;
    };
}

Error store_unreachable(const std::string& url, const Error& error) {
    return {"STORE_UNREACHABLE",
            fmt::format("No store answers at {} ({}). Is it running? Another address: --store.", url, error.message)};
}

}  // namespace

ResultLink parse_result_link(ByteView results) {
    const auto link = json::parse(as_text(results), nullptr, false);
    if (!link.is_object()) return {"none", ""};
    auto storage = link.find("storage");
    auto location = link.find("location");
    if (storage == link.end() || !storage->is_string()) return {"none", ""};
    return {storage->get<std::string>(),
            location != link.end() && location->is_string() ? location->get<std::string>() : ""};
}

Bytes make_result_link(const std::string& cid) {
    return to_bytes(fmt::format(R"({{"storage":"ipfs","location":"/ipfs/{}"}})", cid));
}

Status<> StoreClient::download(const std::string& location, const std::filesystem::path& to,
                               const TransferProgress& progress) const {
    std::string_view cid = location;
    if (!cid.starts_with(kIpfsPrefix))
        return fail("RESULT_LINK_INVALID",
                    fmt::format("The location '{}' is no /ipfs/<cid>: this program cannot fetch it.", location));
    cid.remove_prefix(kIpfsPrefix.size());
    const auto digest = cid_digest(cid);
    if (!digest)
        return fail("RESULT_LINK_INVALID", fmt::format("'{}' is no content identifier that this program knows.", cid));
    net::ClientRequest request;
    request.url = url_ + location;
    request.headers["accept"] = "application/zip, */*";
    request.save_to = to;
    request.timeout_ms = kTransferTimeoutMs;
    request.max_body_bytes = std::size_t{8} << 30;
    request.progress = forward_progress(progress);
    auto response = net::http_request(request);
    std::error_code ignored;
    if (!response) {
        std::filesystem::remove(to, ignored);
        return fail(store_unreachable(url_, response.error()));
    }
    if (response->status != 200) {
        std::filesystem::remove(to, ignored);
        return fail("RESULT_NOT_FOUND",
                    fmt::format("The store at {} has no {} (status {}).", url_, location, response->status));
    }
    BOURSE_TRY(const auto own, cid_of_file(to));
    // Compared by multihash: other spellings of the identifier mean the same content.
    if (cid_digest(own) != digest) {
        std::filesystem::remove(to, ignored);
        return fail("RESULT_CID_MISMATCH",
                    fmt::format("The store at {} sent other bytes than {} names (theirs: {}). Nothing was kept.", url_,
                                cid, own));
    }
    return {};
}

Result<ResultFacts> StoreClient::download_result(const std::string& location, const Hash& digest, bool has_callback,
                                                 const std::filesystem::path& to,
                                                 const TransferProgress& progress) const {
    BOURSE_CHECK(download(location, to, progress));
    const auto refuse = [&](Error error) -> Result<ResultFacts> {
        std::error_code ignored;
        std::filesystem::rename(to, to.string() + ".refused", ignored);
        return fail(std::move(error));
    };
    auto facts = result_of_zip(to, has_callback);
    if (!facts)
        return refuse({"RESULT_INVALID", fmt::format("The archive is no valid result: {} It was kept as {}.refused.",
                                                     facts.error().message, to.string())});
    if (facts->digest != digest)
        return refuse(
            {"RESULT_DIGEST_MISMATCH",
             fmt::format(
                 "The result has digest {} but the workers agreed on {}. It was kept as {}.refused; do not use it.",
                 to_hex(facts->digest), to_hex(digest), to.string())});
    return facts;
}

}  // namespace bourse::client
