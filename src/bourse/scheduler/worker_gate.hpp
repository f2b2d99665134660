// The scheduler's end of the worker stream: greets, checks logins and seals, and hands what comes in to the core. It
// decides nothing and keeps nothing.
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/scheduler_stream.hpp>
#include <bourse/net/http_server.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <variant>

namespace bourse::scheduler {

/// Number of a connection, unique within the process.
using ConnectionId = std::uint64_t;

struct LoginInput {
    ConnectionId connection = 0;
    client::stream::Login login;
    std::string remote_address;
    Uint256 score;  ///< both at the block `score_block`
    poco::Account account;
    std::uint64_t score_block = 0;
};
struct MessageInput {
    ConnectionId connection = 0;
    Address worker;
    std::uint64_t number = 0;
    client::stream::WorkerMessage message;
};
struct ClosedInput {
    ConnectionId connection = 0;
    Address worker;
};
using GateInput = std::variant<LoginInput, MessageInput, ClosedInput>;

struct GateConfig {
    Address pool;
    Address hub;
    std::uint64_t chain_id = 0;
    std::string stream_id;
    std::size_t max_pending = 2'000;  ///< messages of one worker that the core has not taken yet; more closes
};

class WorkerGate {
public:
    /// Registers the stream's path at the server. `sink` takes inputs from any thread; it calls taken() for each
    /// MessageInput it has dealt with.
    WorkerGate(net::HttpServer& server, const client::Hub& hub, GateConfig config, std::function<void(GateInput)> sink);

    void send(ConnectionId connection, const client::stream::ServerMessage& message);
    /// Sends Refused and closes.
    void refuse(ConnectionId connection, const Error& reason);
    void taken(ConnectionId connection);
    /// Monotonic ms of the last message; 0 for an unknown connection.
    std::uint64_t heard_ms(ConnectionId connection) const;
    /// By how many ms the worker's clock is ahead of ours, as far as its Pings tell.
    std::optional<std::int64_t> clock_ahead_ms(ConnectionId connection) const;
    /// Refuses everybody with SCHEDULER_STOPPING.
    void close_all();

private:
    struct Connection;
    using ConnectionPtr = std::shared_ptr<Connection>;

    void on_open(const net::WsConnectionPtr& socket);
    void on_message(const net::WsConnectionPtr& socket, std::string_view text);
    void on_close(const net::WsConnectionPtr& socket);
    void log_in(const ConnectionPtr& connection, std::string_view text);
    Result<LoginInput> check(const Connection& connection, std::string_view text) const;
    ConnectionPtr find(const net::WsConnectionPtr& socket) const;
    ConnectionPtr find(ConnectionId id) const;

    const client::Hub* hub_;
    GateConfig config_;
    std::function<void(GateInput)> sink_;
    mutable std::mutex mutex_;
    ConnectionId next_id_ = 1;
    std::map<const net::WsConnection*, ConnectionPtr> by_socket_;
    std::map<ConnectionId, ConnectionPtr> by_id_;
};

}  // namespace bourse::scheduler
