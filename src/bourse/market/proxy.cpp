#include <bourse/market/proxy.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/file.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace bourse::market {

namespace {

net::Response proxy_refusal(int status, const std::string& text) {
    return net::Response::json(status, nlohmann::json{{"ok", false}, {"error", text}}.dump());
}

/// A refusal of the other service, its text limited.
net::Response passed_on(const net::Response& answer, std::string body) {
    net::Response response;
    response.status = answer.status;
    response.body = std::move(body);
    for (const auto* name : {"Content-Type", "Retry-After"})
        if (const auto found = answer.headers.find(name); found != answer.headers.end())
            response.headers[name] = found->second;
    return response;
}

bool is_plain_path(std::string_view path) {
    constexpr std::string_view kPlain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_-";
    return path.find_first_not_of(kPlain) == std::string_view::npos;
}

net::Response cached_content(const std::filesystem::path& file, const std::string& cid) {
    net::Response response;
    response.file = file;
    response.headers["ETag"] = "\"" + cid + "\"";
    response.headers["Cache-Control"] = "public, max-age=29030400, immutable";
    response.headers["X-Content-Type-Options"] = "nosniff";
    response.headers["Content-Type"] = "application/octet-stream";
    return response;
}

}  // namespace

Proxy::Proxy(ProxyConfig config) : config_(std::move(config)) {
    std::error_code ignored;
    std::filesystem::create_directories(config_.cache, ignored);
    for (const auto& entry : std::filesystem::directory_iterator(config_.cache, ignored))
        if (entry.path().filename().string().ends_with(".part")) std::filesystem::remove(entry.path(), ignored);
}

void Proxy::evict(const std::filesystem::path& keep) {
    struct Entry {
        std::filesystem::file_time_type time;
        std::filesystem::path path;
        std::uint64_t size;
    };
    std::vector<Entry> entries;
    std::uint64_t total = 0;
    std::error_code error;
    for (const auto& item : std::filesystem::directory_iterator(config_.cache, error)) {
        entries.push_back({item.last_write_time(error), item.path(), item.file_size(error)});
        total += entries.back().size;
    }
    std::ranges::sort(entries, {}, &Entry::time);
    for (const auto& entry : entries) {
        if (total <= config_.cache_bytes) return;
        if (entry.path == keep || entry.path.extension() == ".part") continue;
        std::filesystem::remove(entry.path, error);
        total -= entry.size;
    }
}

net::Response Proxy::content(const net::Request& request) {
    const auto& cid = request.params.at("cid");
    const auto digest = client::cid_digest(cid);
    if (!digest) return proxy_refusal(400, "this is no content identifier of version 0 or 1 with SHA-256");
    if (config_.store_url.empty()) return proxy_refusal(404, "this market has no store");
    const auto file = config_.cache / to_hex_plain(*digest);
    if (std::filesystem::exists(file)) return cached_content(file, cid);
    net::ClientRequest ask;
    ask.url = config_.store_url + "/ipfs/" + net::percent_encode(cid);
    ask.save_to = file.string() + "." + std::to_string(downloads_++) + ".part";
    ask.max_body_bytes = config_.max_content_bytes;
    ask.timeout_ms = 600'000;
    const auto answer = net::http_request(ask);
    std::error_code ignored;
    if (!answer || answer->status != 200) {
        auto text = answer ? sys::read_file(ask.save_to, 64 << 10).value_or("") : std::string();
        std::filesystem::remove(ask.save_to, ignored);
        if (!answer) return proxy_refusal(502, "the store does not answer: " + answer.error().message);
        return passed_on(*answer, text.empty() ? answer->body : std::move(text));
    }
    std::filesystem::rename(ask.save_to, file, ignored);
    const std::lock_guard lock(mutex_);
    evict(file);
    return cached_content(file, cid);
}

net::Response Proxy::scheduler(const net::Request& request, const std::string& path) const {
    if (config_.scheduler_url.empty()) return proxy_refusal(404, "this market has no scheduler");
    if (!is_plain_path(path)) return proxy_refusal(400, "this path has characters that no task id has");
    net::ClientRequest ask;
    ask.url = config_.scheduler_url + path;
    char separator = '?';
    for (const auto& [name, value] : request.query) {
        ask.url += separator + net::percent_encode(name) + "=" + net::percent_encode(value);
        separator = '&';
    }
    for (const auto* name : {"authorization", "accept"})
        if (const auto value = request.header(name); !value.empty()) ask.headers[name] = value;
    const auto answer = net::http_request(ask);
    if (!answer) return proxy_refusal(502, "the scheduler does not answer: " + answer.error().message);
    return passed_on(*answer, answer->body);
}

Result<net::Response> Proxy::upload(const net::Request& request) const {
    constexpr std::uint64_t kChunkTimeoutMs = 120'000;
    constexpr std::uint64_t kCompleteTimeoutMs = 15 * 60'000;  // the store reads the whole file
    if (config_.store_url.empty()) return fail("NOT_FOUND", "This market has no store.");
    if (!is_plain_path(request.path)) return fail("UPLOAD_NOT_FOUND", "An upload's id is 32 bytes of 0x hex.");
    net::ClientRequest ask;
    ask.method = request.method;
    ask.url = config_.store_url + request.path;
    if (const auto offset = request.query_value("offset")) ask.url += "?offset=" + net::percent_encode(*offset);
    ask.headers["content-type"] = request.body_file.empty() ? "application/json" : "application/octet-stream";
    ask.body = request.body;
    ask.body_file = request.body_file;
    ask.timeout_ms = request.path.ends_with("/complete") ? kCompleteTimeoutMs : kChunkTimeoutMs;
    auto answer = net::http_request(ask);
    if (!answer) return fail("STORE_UNREACHABLE", "The store does not answer: " + answer.error().message);
    return passed_on(*answer, answer->body);
}

}  // namespace bourse::market
