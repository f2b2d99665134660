#include <bourse/net/http_client.hpp>

#include <bourse/net/router.hpp>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace bourse::net {

namespace {

/// Error answers are short; more of them is not kept.
constexpr std::size_t kMaxErrorBody = 64 * 1024;

struct FileCloser {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, FileCloser>;
struct SlistFree {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

/// One easy handle a thread: it keeps its connections between requests.
CURL* thread_handle() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    struct Holder {
        CURL* easy = curl_easy_init();
        ~Holder() { curl_easy_cleanup(easy); }
    };
    thread_local Holder holder;
    curl_easy_reset(holder.easy);
    return holder.easy;
}

struct Exchange {
    const ClientRequest& request;
    CURL* easy = nullptr;
    Response response;
    FilePtr upload;
    FilePtr download;
    std::uint64_t received = 0;
    bool too_large = false;
    bool disk_full = false;
    bool forbidden = false;
    bool cancelled = false;
};

bool is_success(const Exchange& exchange) noexcept {
    return exchange.response.status >= 200 && exchange.response.status < 300;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
    auto& exchange = *static_cast<Exchange*>(user);
    std::string_view line(data, size);
    if (line.starts_with("HTTP/")) {  // of each answer: interim, redirects, the last
        exchange.response.headers.clear();
        const auto space = line.find(' ');
        exchange.response.status = space == std::string_view::npos ? 0 : std::atoi(data + space);
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return size;
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
        value.remove_suffix(1);
    const std::string name(line.substr(0, colon));
    auto [it, fresh] = exchange.response.headers.try_emplace(name, value);
    if (!fresh) it->second.append(", ").append(value);
    return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& exchange = *static_cast<Exchange*>(user);
    exchange.received += size;
    if (exchange.download && is_success(exchange)) {
        if (exchange.received > exchange.request.max_body_bytes) {
            exchange.too_large = true;
            return 0;
        }
        exchange.disk_full = std::fwrite(data, 1, size, exchange.download.get()) != size;
        return exchange.disk_full ? 0 : size;
    }
    const bool error_to_file = exchange.download != nullptr;
    const auto limit =
        error_to_file ? std::min(kMaxErrorBody, exchange.request.max_body_bytes) : exchange.request.max_body_bytes;
    if (exchange.received > limit) {
        exchange.too_large = !error_to_file;
        return error_to_file ? size : 0;
    }
    exchange.response.body.append(data, size);
    return size;
}

std::size_t on_upload(char* into, std::size_t, std::size_t size, void* user) {
    auto& exchange = *static_cast<Exchange*>(user);
    return std::fread(into, 1, size, exchange.upload.get());
}

int on_rewind(void* user, curl_off_t offset, int origin) {
    auto& exchange = *static_cast<Exchange*>(user);
    return ::fseeko(exchange.upload.get(), offset, origin) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

int on_progress(void* user, curl_off_t total_down, curl_off_t down, curl_off_t total_up, curl_off_t up) {
    auto& exchange = *static_cast<Exchange*>(user);
    const bool uploads = total_up > 0 && total_down == 0;
    const auto done = static_cast<std::uint64_t>(std::max<curl_off_t>(0, uploads ? up : down));
    const auto total = static_cast<std::uint64_t>(std::max<curl_off_t>(0, uploads ? total_up : total_down));
    exchange.cancelled = !exchange.request.progress(done, total);
    return exchange.cancelled ? 1 : 0;
}

/// The address as resolved, at the moment of the connect: nothing can change it between check and use.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(user);
    char text[INET6_ADDRSTRLEN] = {};
    std::uint16_t port = 0;
    if (address->family == AF_INET) {
        sockaddr_in in = {};
        std::memcpy(&in, &address->addr, sizeof in);
        ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
        port = ntohs(in.sin_port);
    } else if (address->family == AF_INET6) {
        sockaddr_in6 in = {};
        std::memcpy(&in, &address->addr, std::min<std::size_t>(sizeof in, address->addrlen));
        ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
        port = ntohs(in.sin6_port);
    }
    if (exchange.request.allow_address && !exchange.request.allow_address(text, port)) {
        exchange.forbidden = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

template <class Value>
void set_option(CURL* easy, CURLoption option, Value value) {
    curl_easy_setopt(easy, option, value);
}

void set_method(Exchange& exchange, std::uint64_t upload_bytes) {
    const auto& request = exchange.request;
    CURL* easy = exchange.easy;
    if (exchange.upload) {
        set_option(easy, CURLOPT_UPLOAD, 1L);
        set_option(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(upload_bytes));
        set_option(easy, CURLOPT_READFUNCTION, &on_upload);
        set_option(easy, CURLOPT_READDATA, &exchange);
        set_option(easy, CURLOPT_SEEKFUNCTION, &on_rewind);
        set_option(easy, CURLOPT_SEEKDATA, &exchange);
        set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        set_option(easy, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
    } else if (request.method == "HEAD") {
        set_option(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method == "POST" || !request.body.empty()) {
        set_option(easy, CURLOPT_POST, 1L);
        set_option(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set_option(easy, CURLOPT_POSTFIELDS, request.body.data());
        if (request.method != "POST") set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    } else if (request.method != "GET") {
        set_option(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
}

void set_limits(Exchange& exchange, const Url& url) {
    const auto& request = exchange.request;
    CURL* easy = exchange.easy;
    set_option(easy, CURLOPT_NOSIGNAL, 1L);
    set_option(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set_option(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set_option(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
    set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout_ms));
    set_option(easy, CURLOPT_BUFFERSIZE, 256L * 1024);
    // Below the server's idle limit: a kept connection that the server is about to close is not tried.
    set_option(easy, CURLOPT_MAXAGE_CONN, 50L);
    set_option(easy, CURLOPT_USERAGENT, "bourse/" BOURSE_VERSION);
    if (request.max_redirects > 0) {
        set_option(easy, CURLOPT_FOLLOWLOCATION, 1L);
        set_option(easy, CURLOPT_MAXREDIRS, static_cast<long>(request.max_redirects));
    }
    set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set_option(easy, CURLOPT_OPENSOCKETDATA, &exchange);
    // A proxy would answer for this machine's own services, and would hide the real address from allow_address.
    if (request.allow_address || is_loopback_name(url.host)) set_option(easy, CURLOPT_NOPROXY, "*");
    if (request.allow_address) {
        // A kept connection was allowed by another request's rule, perhaps.
        set_option(easy, CURLOPT_FRESH_CONNECT, 1L);
        set_option(easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (request.progress) {
        set_option(easy, CURLOPT_NOPROGRESS, 0L);
        set_option(easy, CURLOPT_XFERINFOFUNCTION, &on_progress);
        set_option(easy, CURLOPT_XFERINFODATA, &exchange);
    }
}

Error exchange_error(const Exchange& exchange, CURLcode code, const char* detail) {
    const auto& request = exchange.request;
    const std::string what = request.method + " " + request.url.substr(0, 200);
    const std::string reason = *detail != '\0' ? detail : curl_easy_strerror(code);
    if (exchange.forbidden)
        return {"HTTP_FORBIDDEN_ADDRESS", what + ": the address behind this name must not be contacted."};
    if (exchange.too_large)
        return {"HTTP_TOO_LARGE",
                what + ": the answer is larger than " + std::to_string(request.max_body_bytes) + " bytes."};
    if (exchange.disk_full)
        return {"HTTP_PROTOCOL", what + ": the answer cannot be written to " + request.save_to.string() + "."};
    if (exchange.cancelled) return {"HTTP_CANCELLED", what + ": cancelled."};
    // Only the codes that mean something else than a broken exchange are told apart.
    if (code == CURLE_OPERATION_TIMEDOUT)
        return {"HTTP_TIMEOUT", what + ": no answer within " + std::to_string(request.timeout_ms) + " ms."};
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
        return {"HTTP_CONNECT_FAILED", what + ": cannot connect (" + reason + "). Is the service running?"};
    if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
        code == CURLE_SSL_CACERT_BADFILE)
        return {"HTTP_TLS", what + ": the TLS connection was refused (" + reason + ")."};
    return {"HTTP_PROTOCOL", what + ": " + reason + "."};
}

Result<FilePtr> open_file(const std::filesystem::path& path, const char* mode) {
    FilePtr file(std::fopen(path.c_str(), mode));
    if (!file) return fail("HTTP_PROTOCOL", "Cannot open " + path.string() + " for the transfer.");
    return file;
}

}  // namespace

Result<Response> http_request(const ClientRequest& request) {
    BOURSE_TRY(const Url url, parse_url(request.url));
    if (url.scheme != "http" && url.scheme != "https")
        return fail("URL_INVALID", "\"" + request.url.substr(0, 200) + "\" must start with http:// or https://.");
    Exchange exchange{request, thread_handle(), {}, {}, {}};
    exchange.response.status = 0;
    std::uint64_t upload_bytes = 0;
    if (!request.body_file.empty()) {
        BOURSE_TRY(exchange.upload, open_file(request.body_file, "rbe"));
        std::error_code ec;
        upload_bytes = std::filesystem::file_size(request.body_file, ec);
    }
    if (!request.save_to.empty()) {
        BOURSE_TRY(exchange.download, open_file(request.save_to, "wbe"));
    }
    CURL* easy = exchange.easy;
    set_option(easy, CURLOPT_URL, request.url.c_str());
    set_method(exchange, upload_bytes);
    set_limits(exchange, url);
    // "Expect:" without a value: no extra round trip before larger bodies.
    std::unique_ptr<curl_slist, SlistFree> headers(curl_slist_append(nullptr, "Expect:"));
    for (const auto& [name, value] : request.headers) {
        const std::string line = value.empty() ? name + ";" : name + ": " + value;
        if (line.find_first_of("\r\n") != std::string::npos) continue;
        curl_slist_append(headers.get(), line.c_str());
    }
    if (!request.headers.contains("content-type") && (exchange.upload || !request.body.empty()))
        curl_slist_append(headers.get(), "content-type: application/octet-stream");
    set_option(easy, CURLOPT_HTTPHEADER, headers.get());
    set_option(easy, CURLOPT_HEADERFUNCTION, &on_header);
    set_option(easy, CURLOPT_HEADERDATA, &exchange);
    set_option(easy, CURLOPT_WRITEFUNCTION, &on_body);
    set_option(easy, CURLOPT_WRITEDATA, &exchange);
    char detail[CURL_ERROR_SIZE] = {};
    set_option(easy, CURLOPT_ERRORBUFFER, &detail[0]);
    const CURLcode code = curl_easy_perform(easy);
    set_option(easy, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));

    const bool flushed = !exchange.download || std::fflush(exchange.download.get()) == 0;
    exchange.disk_full = exchange.disk_full || !flushed;
    if (code != CURLE_OK || !flushed) {
        exchange.download.reset();
        if (!request.save_to.empty()) ::unlink(request.save_to.c_str());
        return fail(exchange_error(exchange, code, detail));
    }
    if (exchange.download) {
        exchange.download.reset();
        if (is_success(exchange))
            exchange.response.file = request.save_to;
        else
            ::unlink(request.save_to.c_str());
    }
    return std::move(exchange.response);
}

}  // namespace bourse::net
