// WebSocket client with a background thread. One object is one connection; the owner reconnects.
#pragma once

#include <bourse/net/http.hpp>

#include <functional>
#include <memory>

namespace bourse::net {

class WsClient {
public:
    struct Callbacks {
        std::function<void(std::string_view message)> on_message;
        std::function<void(const Error& reason)>
            on_close;  ///< once, also when connect succeeded and the peer went away
    };
    /// Connects (ws:// or wss://) and completes the handshake. Pings after 15 s of silence; 30 s of silence close.
    /// Callbacks come on the connection's own thread, one after another; they may send and may destroy the client.
    /// Errors: URL_INVALID, WS_CONNECT_FAILED.
    static Result<std::unique_ptr<WsClient>> connect(const std::string& url, Callbacks callbacks,
                                                     std::uint64_t timeout_ms = 5'000);
    /// Sends what is queued, closes (at most a second), waits for the thread.
    ~WsClient();
    /// Queued; false when the connection is closed.
    bool send(std::string text);
    void close();

private:
    WsClient();
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace bourse::net
