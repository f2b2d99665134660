// The JSON-RPC service of a node: requests and batches over HTTP POST and WebSocket.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/rpc/method.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace bourse::rpc {

class Subscriptions;

class RpcService {
public:
    /// The engine must outlive the service, and the service every block the engine commits: stop the engine first.
    /// `clock_ms`: monotonic milliseconds by which filters age; absent: the system's.
    explicit RpcService(engine::Engine& engine, RpcLimits limits = {}, std::function<std::uint64_t()> clock_ms = {});
    ~RpcService();

    /// POST / and WebSocket /. Before the server starts; the server must be stopped before the service is destroyed.
    void mount(net::HttpServer& server);

    /// Answer to one request or batch; empty where nothing is to be answered (notifications). Any thread.
    /// `capacity` ≥ body.size() + 64 readable bytes spare a copy of the body. `connection`: net::Request::connection.
    std::string handle(std::string_view body, SubscriptionSink* sink = nullptr, std::size_t capacity = 0,
                       std::uint64_t connection = 0);

private:
    engine::Engine& engine_;
    RpcLimits limits_;
    std::unique_ptr<Subscriptions> subscriptions_;
    std::unique_ptr<Filters> filters_;
};

}  // namespace bourse::rpc
