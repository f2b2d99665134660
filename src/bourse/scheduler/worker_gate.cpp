#include <bourse/scheduler/worker_gate.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/scheduler/clock_offset.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>
#include <atomic>

namespace bourse::scheduler {

namespace stream = client::stream;

struct WorkerGate::Connection {
    ConnectionId id = 0;
    std::weak_ptr<net::WsConnection> socket;
    stream::Hello hello;
    std::string remote_address;
    std::optional<stream::Opener> opener;  ///< after the login; used by the connection's own callbacks only
    Address worker;
    std::atomic<std::uint64_t> heard_ms{0};
    std::atomic<std::size_t> pending{0};
    ClockOffset clock;
};

namespace {

/// Far beyond any date, and far from an overflow.
constexpr std::uint64_t kLastClockMs = 1ULL << 52;

/// What a Ping that came at `now_ms` says of the two clocks; nothing where it tells no time.
std::optional<OffsetBounds> bounds_of(const stream::Ping& ping, std::uint64_t now_ms) {
    if (std::max({ping.sent_ms, ping.pong_ms, ping.heard_ms}) > kLastClockMs || ping.sent_ms == 0) return std::nullopt;
    const auto ahead = [](std::uint64_t theirs, std::uint64_t ours) {
        return static_cast<std::int64_t>(theirs) - static_cast<std::int64_t>(ours);
    };
    OffsetBounds out;
    out.low = ahead(ping.sent_ms, now_ms);
    if (ping.pong_ms != 0 && ping.heard_ms != 0) out.high = ahead(ping.heard_ms, ping.pong_ms);
    return out;
}

}  // namespace

WorkerGate::WorkerGate(net::HttpServer& server, const client::Hub& hub, GateConfig config,
                       std::function<void(GateInput)> sink)
    : hub_(&hub), config_(std::move(config)), sink_(std::move(sink)) {
    net::WsHandlers handlers;
    handlers.on_open = [this](const net::WsConnectionPtr& socket) { on_open(socket); };
    handlers.on_message = [this](const net::WsConnectionPtr& socket, std::string_view text) {
        on_message(socket, text);
    };
    handlers.on_close = [this](const net::WsConnectionPtr& socket) { on_close(socket); };
    server.websocket(std::string(stream::kStreamPath), std::move(handlers));
}

WorkerGate::ConnectionPtr WorkerGate::find(const net::WsConnectionPtr& socket) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_socket_.find(socket.get());
    return found == by_socket_.end() ? nullptr : found->second;
}

WorkerGate::ConnectionPtr WorkerGate::find(ConnectionId id) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

void WorkerGate::on_open(const net::WsConnectionPtr& socket) {
    auto connection = std::make_shared<Connection>();
    connection->socket = socket;
    connection->remote_address = socket->request().remote_address;
    connection->heard_ms = sys::steady_ms();
    connection->hello.pool = config_.pool;
    connection->hello.hub = config_.hub;
    connection->hello.chain_id = config_.chain_id;
    connection->hello.nonce = crypto::random_bytes32();
    connection->hello.stream_id = config_.stream_id;
    {
        const std::lock_guard lock(mutex_);
        connection->id = next_id_++;
        by_socket_[socket.get()] = connection;
        by_id_[connection->id] = connection;
    }
    socket->send(stream::to_text(stream::ServerMessage(connection->hello)));
}

Result<LoginInput> WorkerGate::check(const Connection& connection, std::string_view text) const {
    BOURSE_TRY(auto login, stream::login_from(text));
    BOURSE_CHECK(stream::check_login(login, connection.hello, sys::unix_time_s()));
    LoginInput input;
    BOURSE_TRY(const auto head, hub_->rpc().head());
    const auto call_of = [&](const Bytes4& selector) {
        client::CallRequest call;
        call.to = config_.hub;
        call.data = abi::encode_call(selector, login.worker);
        return call;
    };
    // Both at one block, which later changes of the score are counted from.
    BOURSE_TRY(const auto views, hub_->rpc().eth_call_batch({call_of(poco::selectors::hub::kViewScore),
                                                             call_of(poco::selectors::hub::kViewAccount)},
                                                            to_quantity(Uint256{head.number})));
    for (const auto& view : views) {
        if (!view) return fail(view.error());
    }
    const auto score = abi::decode<Uint256>(*views[0]);
    const auto account = abi::decode<Uint256, Uint256>(*views[1]);
    if (!score || !account) return fail("NODE_BAD_ANSWER", "The node's views of the worker cannot be read; try again.");
    std::tie(input.account.stake, input.account.locked) = *account;
    input.score = std::get<0>(*score);
    input.score_block = head.number;
    if (input.account.stake.is_zero() && input.account.locked.is_zero()) {
        return fail("STAKE_TOO_LOW", "The wallet " + to_checksum(login.worker) +
                                         " has no deposit at the hub: deposit some RLC, then connect again.");
    }
    input.connection = connection.id;
    input.remote_address = connection.remote_address;
    input.login = std::move(login);
    return input;
}

void WorkerGate::log_in(const ConnectionPtr& connection, std::string_view text) {
    auto input = check(*connection, text);
    if (!input) {
        sys::log_warn("login refused", {{"remote", connection->remote_address}, {"code", input.error().code}});
        sys::Metrics::global().count("bourse_scheduler_logins_refused_total",
                                     "Logins of workers that were refused, by code", 1, {{"code", input.error().code}});
        refuse(connection->id, input.error());
        return;
    }
    connection->worker = input->login.worker;
    connection->opener.emplace(connection->hello.nonce, input->login.session_key);
    sink_(*std::move(input));
}

void WorkerGate::on_message(const net::WsConnectionPtr& socket, std::string_view text) {
    const auto connection = find(socket);
    if (!connection) return;
    connection->heard_ms = sys::steady_ms();
    if (!connection->opener) {
        log_in(connection, text);
        return;
    }
    auto message = connection->opener->open(text);
    if (!message) {
        sys::log_warn("message refused", {{"worker", to_checksum(connection->worker)}, {"code", message.error().code}});
        refuse(connection->id, message.error());
        return;
    }
    if (const auto* ping = std::get_if<stream::Ping>(&*message)) {
        const auto now_ms = sys::unix_time_ms();
        if (const auto bounds = bounds_of(*ping, now_ms)) connection->clock.note(*bounds);
        socket->send(stream::to_text(stream::ServerMessage(stream::Pong{now_ms})));
        return;
    }
    if (connection->pending.fetch_add(1) >= config_.max_pending) {
        refuse(connection->id, {"STREAM_FLOODED", "More messages than the scheduler can take: connect again later."});
        return;
    }
    sink_(MessageInput{connection->id, connection->worker, connection->opener->last_number(), *std::move(message)});
}

void WorkerGate::on_close(const net::WsConnectionPtr& socket) {
    const auto connection = find(socket);
    if (!connection) return;
    {
        const std::lock_guard lock(mutex_);
        by_socket_.erase(socket.get());
        by_id_.erase(connection->id);
    }
    if (connection->opener) sink_(ClosedInput{connection->id, connection->worker});
}

void WorkerGate::send(ConnectionId id, const stream::ServerMessage& message) {
    const auto connection = find(id);
    const auto socket = connection ? connection->socket.lock() : nullptr;
    if (socket) socket->send(stream::to_text(message));
}

void WorkerGate::refuse(ConnectionId id, const Error& reason) {
    const auto connection = find(id);
    const auto socket = connection ? connection->socket.lock() : nullptr;
    if (!socket) return;
    socket->send(stream::to_text(stream::ServerMessage(stream::Refused{reason.code, reason.message})));
    socket->close(1008, reason.code);
}

void WorkerGate::taken(ConnectionId id) {
    if (const auto connection = find(id)) connection->pending.fetch_sub(1);
}

std::uint64_t WorkerGate::heard_ms(ConnectionId id) const {
    const auto connection = find(id);
    return connection ? connection->heard_ms.load() : 0;
}

std::optional<std::int64_t> WorkerGate::clock_ahead_ms(ConnectionId id) const {
    const auto connection = find(id);
    return connection ? connection->clock.ms() : std::nullopt;
}

void WorkerGate::close_all() {
    std::vector<ConnectionId> ids;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, connection] : by_id_) ids.push_back(id);
    }
    for (const auto id : ids) refuse(id, {"SCHEDULER_STOPPING", "The scheduler stops; connect again in a moment."});
}

}  // namespace bourse::scheduler
