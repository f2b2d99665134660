#include <bourse/store/upload_routes.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/store/answers.hpp>
#include <bourse/sys/log.hpp>

#include <charconv>
#include <nlohmann/json.hpp>

namespace bourse::store {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxRequestBytes = 4'096;

json upload_json(const UploadState& upload) {
    const bool whole = !upload.cid.empty();
    return {{"id", to_hex(upload.id)},
            {"owner", to_checksum(upload.owner)},
            {"sha256", to_hex(upload.sha256)},
            {"size", upload.size_bytes},
            {"received", upload.received_bytes},
            {"chunkBytes", client::kUploadChunkBytes},
            {"cid", whole ? json(upload.cid) : json(nullptr)},
            {"location", whole ? json("/ipfs/" + upload.cid) : json(nullptr)},
            {"expires", upload.expires_ms ? json(*upload.expires_ms) : json(nullptr)}};
}

json rules_json(const UploadRules& rules) {
    return {{"from", rules.from},
            {"maxBytes", rules.max_bytes},
            {"ownerBytes", rules.owner_bytes},
            {"chunkBytes", client::kUploadChunkBytes},
            {"keepMs", rules.keep_ms}};
}

std::optional<std::string> text_member(const json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}
std::optional<std::uint64_t> number_member(const json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
}

struct Begin {
    client::UploadRequest request;
    Bytes signature;
};

Result<Begin> parse_begin(const net::Request& request) {
    const auto body = json::parse(request.body, nullptr, false);
    const auto refused =
        fail("BODY_INVALID", "Send {owner, sha256, size, expiry, signature}: 0x hex, whole numbers, expiry in unix s.");
    if (!body.is_object()) return refused;
    const auto owner = address_from_hex(text_member(body, "owner").value_or(""));
    const auto sha256 = hash_from_hex(text_member(body, "sha256").value_or(""));
    const auto size = number_member(body, "size"), expiry = number_member(body, "expiry");
    const auto signature = from_hex(text_member(body, "signature").value_or(""));
    // Sizes stand in 63 bits in the index.
    if (!owner || !sha256 || !size || !expiry || !signature || (*size >> 62) != 0) return refused;
    return Begin{{*owner, *sha256, *size, *expiry}, *signature};
}

Result<std::uint64_t> parse_offset(const net::Request& request) {
    const auto text = request.query_value("offset").value_or("");
    std::uint64_t offset = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), offset);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return fail("OFFSET_INVALID", "offset is the number of bytes that went before.");
    return offset;
}

Result<Hash> parse_upload_id(const net::Request& request) {
    const auto id = hash_from_hex(request.params.at("id"));
    if (!id) return fail("UPLOAD_NOT_FOUND", "An upload's id is 32 bytes of 0x hex.");
    return *id;
}

/// The routes' handlers; the server owns them.
class UploadRoutes {
public:
    UploadRoutes(Uploads& uploads, std::uint64_t retry_after_s) : uploads_(&uploads), retry_after_s_(retry_after_s) {}

    Result<UploadState> begin(const net::Request& request) const {
        BOURSE_TRY(const auto wanted, parse_begin(request));
        auto upload = uploads_->begin(wanted.request, wanted.signature);
        if (upload)
            sys::log_info("upload begun or resumed", {{"owner", to_hex(upload->owner)},
                                                      {"size", std::to_string(upload->size_bytes)},
                                                      {"received", std::to_string(upload->received_bytes)}});
        return upload;
    }
    Result<UploadState> show(const net::Request& request) const {
        BOURSE_TRY(const auto id, parse_upload_id(request));
        return uploads_->find(id);
    }
    Result<UploadState> append(const net::Request& request) const {
        BOURSE_TRY(const auto id, parse_upload_id(request));
        BOURSE_TRY(const auto offset, parse_offset(request));
        if (request.body_file.empty()) return fail("CHUNK_INVALID", "The chunk is empty.");
        return uploads_->append(id, offset, request.body_file);
    }
    Result<UploadState> complete(const net::Request& request) const {
        BOURSE_TRY(const auto id, parse_upload_id(request));
        auto upload = uploads_->complete(id);
        if (upload) sys::log_info("upload completed", {{"owner", to_hex(upload->owner)}, {"cid", upload->cid}});
        return upload;
    }
    Result<UploadState> remove(const net::Request& request) const {
        BOURSE_TRY(const auto id, parse_upload_id(request));
        BOURSE_TRY(const auto upload, uploads_->find(id));
        BOURSE_CHECK(uploads_->remove(id));
        return upload;
    }

    net::Response answer(const net::Request& request,
                         Result<UploadState> (UploadRoutes::*handler)(const net::Request&) const) const {
        if (request.method != "GET" && is_from_foreign_page(request))
            return refusal({"ORIGIN_REFUSED", "Pages of other sites may not upload here."}, retry_after_s_);
        try {
            const auto upload = (this->*handler)(request);
            if (!upload) return refusal(upload.error(), retry_after_s_);
            return net::Response::json(200, upload_json(*upload).dump());
        } catch (const std::exception& error) {  // a full disk shows as an exception of the index
            sys::log_error("upload failed", {{"message", error.what()}});
            return refusal({"DATA_UNWRITABLE", "The store cannot write now. Try again later."}, retry_after_s_);
        }
    }

private:
    Uploads* uploads_;
    std::uint64_t retry_after_s_;
};

}  // namespace

void add_upload_routes(net::HttpServer& server, Uploads& uploads, std::uint64_t retry_after_s) {
    const auto routes = std::make_shared<UploadRoutes>(uploads, retry_after_s);
    const auto bind = [routes](Result<UploadState> (UploadRoutes::*handler)(const net::Request&) const) {
        return [routes, handler](const net::Request& request) { return routes->answer(request, handler); };
    };
    const net::RouteOptions small{.max_body_bytes = kMaxRequestBytes};
    const net::RouteOptions chunk{.spool_body = true, .max_body_bytes = client::kUploadChunkBytes};
    server.route("GET", "/v1/uploads", [&uploads](const net::Request&) {
        return net::Response::json(200, rules_json(uploads.rules()).dump());
    });
    server.route("POST", "/v1/uploads", bind(&UploadRoutes::begin), small);
    server.route("GET", "/v1/uploads/:id", bind(&UploadRoutes::show));
    server.route("PUT", "/v1/uploads/:id", bind(&UploadRoutes::append), chunk);
    server.route("DELETE", "/v1/uploads/:id", bind(&UploadRoutes::remove), small);
    server.route("POST", "/v1/uploads/:id/complete", bind(&UploadRoutes::complete), small);
}

}  // namespace bourse::store
