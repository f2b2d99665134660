// HTTP client (libcurl). Blocking, safe from any thread: each thread keeps its own connections alive.
#pragma once

#include <bourse/net/http.hpp>

#include <functional>

namespace bourse::net {

struct ClientRequest {
    std::string method = "GET";
    std::string url;
    Headers headers;
    std::string body;
    std::filesystem::path body_file;    ///< upload streamed from this file instead of body
    std::uint64_t timeout_ms = 30'000;  ///< whole exchange
    std::uint64_t connect_timeout_ms = 5'000;
    std::size_t max_body_bytes = 64 << 20;  ///< of the answer: HTTP_TOO_LARGE beyond it
    /// A 2xx answer is streamed into this file instead of memory (Response::file then names it); the body of another
    /// status stays in memory, its first 64 KiB. After an error the file is removed.
    std::filesystem::path save_to;
    int max_redirects = 0;
    /// Asked with the resolved address before each connect (redirects too): false refuses with HTTP_FORBIDDEN_ADDRESS.
    std::function<bool(const std::string& ip, std::uint16_t port)> allow_address;
    std::function<bool(std::uint64_t done, std::uint64_t total)> progress;  ///< false cancels
};

/// Any HTTP status is a value. Errors: URL_INVALID, HTTP_CONNECT_FAILED, HTTP_TIMEOUT, HTTP_TOO_LARGE, HTTP_TLS,
/// HTTP_FORBIDDEN_ADDRESS, HTTP_CANCELLED, HTTP_PROTOCOL. Proxies of the environment serve remote hosts only: never
/// loopback, and never a request with allow_address.
Result<Response> http_request(const ClientRequest& request);

}  // namespace bourse::net
