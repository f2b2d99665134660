// HTTP/1.1 and WebSocket server (Boost Beast, coroutines). Handlers run on a thread pool and may block.
#pragma once

#include <bourse/net/http.hpp>

#include <functional>
#include <memory>

namespace bourse::net {

using Handler = std::function<Response(const Request&)>;

/// A WebSocket connection on the server's side. Safe from any thread. Sends are queued (limit: see ServerConfig) and
/// done in order; a connection whose queue overflows is closed with 1013. Pointers to it must not outlive the server.
class WsConnection {
public:
    virtual ~WsConnection() = default;
    virtual void send(std::string text) = 0;
    virtual void close(std::uint16_t code = 1000, std::string reason = {}) = 0;
    /// Bytes that wait to be sent, and forgetting them: for senders that would rather skip than be cut off.
    virtual std::size_t queued_bytes() const = 0;
    virtual void discard_queue() = 0;
    virtual const Request& request() const noexcept = 0;  ///< the upgrade request
};
using WsConnectionPtr = std::shared_ptr<WsConnection>;

/// Callbacks of one connection come one after another, in order.
struct WsHandlers {
    std::function<void(const WsConnectionPtr&)> on_open;
    std::function<void(const WsConnectionPtr&, std::string_view message)> on_message;
    std::function<void(const WsConnectionPtr&)> on_close;
};

struct WsOptions {
    std::string protocol;               ///< sub-protocol that is chosen where the client offers it
    std::size_t max_message_bytes = 0;  ///< 0: the server's
    bool check_origin = false;          ///< refuse foreign pages even where the server answers any (cors)
};

struct ServerConfig {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: a free one, see port()
    unsigned io_threads = 1;
    unsigned handler_threads = 8;
    std::size_t max_body_bytes = 5 << 20;  ///< larger: 413
    std::size_t max_connections = 1000;    ///< more: 503 and closed
    std::size_t max_ws_message_bytes = 5 << 20;
    std::size_t max_ws_queue_bytes = 16 << 20;
    std::uint64_t idle_timeout_ms = 60'000;
    std::uint64_t header_timeout_ms = 10'000;
    bool cors = false;  ///< answers OPTIONS and adds Access-Control-* for any origin
    /// Host header must be an address, localhost or one of these names (DNS rebinding); "*" allows any. Without cors
    /// the Origin header, where a browser sends one, must be loopback, an extension, the same host, or one of these
    /// names; such a page may read the answers (Access-Control-*).
    std::vector<std::string> allowed_hosts;
    std::size_t requests_per_minute = 0;   ///< by client address, 429 beyond it; 0: no limit; 127.0.0.1 and ::1 exempt
    std::vector<std::string> rate_exempt;  ///< more exempt addresses (proxies)
    std::filesystem::path spool_dir;       ///< for spooled bodies; empty: the system's temporary folder
};

struct RouteOptions {
    bool spool_body = false;           ///< body goes to a temporary file (Request::body_file), not to memory
    std::uint64_t max_body_bytes = 0;  ///< 0: the server's
};

/// Routes: "/ipfs/:cid", "/v1/tasks/:id/logs"; a trailing "*" matches the rest (param "*"). Unknown path: 404 JSON
/// {"ok":false,"error":…}; known path with another method: 405. An exception in a handler: 500, logged.
class HttpServer {
public:
    /// Errors (from start): PORT_TAKEN, BIND_FAILED.
    explicit HttpServer(ServerConfig config);
    ~HttpServer();
    void route(const std::string& method, const std::string& pattern, Handler handler, RouteOptions options = {});
    void websocket(const std::string& path, WsHandlers handlers, WsOptions options = {});
    Status<> start();
    std::uint16_t port() const noexcept;
    /// Stops accepting, lets requests in progress finish (3 s, then their connections are closed), closes WebSockets
    /// with 1001, joins the threads. Waits for handlers that still run. Idempotent; not to be called from a handler.
    void stop();

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::net
