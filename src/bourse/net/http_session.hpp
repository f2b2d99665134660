// One connection of the server: requests one after another, or a WebSocket after an upgrade. Internal; heavy (Beast).
#pragma once

#include <bourse/net/file_answer.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/net/router.hpp>
#include <bourse/net/server_parts.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

namespace bourse::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
/// Reserved once for each connection: Beast's growing buffer costs ten times the rest of a large request (state.md §5).
inline constexpr std::size_t kReadBufferBytes = 32 * 1024;
inline constexpr auto kLinger = std::chrono::seconds(1);

class Session;

struct HttpServer::Impl {
    explicit Impl(ServerConfig c) : config(std::move(c)), rate(config.requests_per_minute, config.rate_exempt) {}

    ServerConfig config;
    Router router;
    RateLimit rate;
    asio::io_context io;
    std::optional<asio::thread_pool> pool;
    std::optional<tcp::acceptor> acceptor;
    std::vector<std::thread> threads;
    std::uint16_t bound_port = 0;
    std::atomic<bool> stopping{false};
    bool started = false;

    std::mutex mutex;  ///< guards what follows
    std::condition_variable changed;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions;
    std::uint64_t next_session = 1;
    std::size_t refusing = 0;

    asio::awaitable<void> accept_loop();
    asio::awaitable<void> refuse(tcp::socket socket);
    void start_session(tcp::socket socket);
    void end_session(std::uint64_t id);
    void stop_sessions(bool hard);
};

/// Waits until the peer has closed or a second has passed, so that an answer to a request that was not read to its end
/// is not lost by a reset.
asio::awaitable<void> linger(beast::tcp_stream& stream);

enum class BodyRead { kOk, kTooLarge, kBroken, kSpoolFailed };

class PushQueue;
class ServerWs;

/// One connection: requests one after another, or a WebSocket after an upgrade.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(HttpServer::Impl& server, tcp::socket socket, std::uint64_t number)
        : server_(server),
          number_(number),
          executor_(socket.get_executor()),
          stream_(std::move(socket)),
          buffer_(kReadBufferBytes * 2) {
        error_code ec;
        remote_ = stream_.socket().remote_endpoint(ec).address().to_string(ec);
        stream_.socket().set_option(tcp::no_delay(true), ec);
        buffer_.reserve(kReadBufferBytes);
    }

    asio::awaitable<void> run();
    /// From any thread. Soft: idle connections end now, others after their answer. Hard: the socket is closed.
    void stop(bool hard);

private:
    asio::awaitable<bool> serve_one(bool first);
    asio::awaitable<bool> read_head(bool first);
    asio::awaitable<bool> read_more();
    std::optional<Response> check_head();
    asio::awaitable<bool> answer_routed(std::uint64_t begin_ms);
    asio::awaitable<BodyRead> read_body(const RouteOptions& options);
    asio::awaitable<BodyRead> read_sized(std::uint64_t size);
    asio::awaitable<BodyRead> read_chunked(std::uint64_t limit);
    bool take_bytes(std::string_view bytes);
    asio::awaitable<Response> run_handler(const Handler& handler);
    asio::awaitable<bool> write_answer(Response answer, bool keep_alive);
    asio::awaitable<bool> write_file(const std::filesystem::path& path, const FilePlan& plan);
    asio::awaitable<bool> write_stream(std::function<bool(std::string&)> stream, bool chunked);
    asio::awaitable<bool> write_text(std::string_view head, std::string_view body);
    asio::awaitable<void> run_websocket(const WsRoute& route);
    asio::awaitable<void> run_events(std::shared_ptr<const WsHandlers> handlers, bool chunked);

    HttpServer::Impl& server_;
    const std::uint64_t number_;
    asio::any_io_executor executor_;  ///< the connection's strand
    beast::tcp_stream stream_;        ///< moved away by an upgrade
    std::string remote_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::buffer_body>> parser_;
    Request request_;
    std::string allow_origin_;
    std::unique_ptr<SpoolFile> spool_;
    std::shared_ptr<PushQueue> pushes_;  ///< after an upgrade; only touched on the strand
    bool idle_ = false;                  ///< only touched on the strand: waits for the first byte of a request
    bool unread_body_ = false;
    bool upgraded_ = false;
};

/// Queue of messages towards a client that the server sends to by itself; the derived classes write them.
class PushQueue : public WsConnection, public std::enable_shared_from_this<PushQueue> {
public:
    PushQueue(const ServerConfig& config, const asio::any_io_executor& executor, Request request)
        : max_queue_bytes_(config.max_ws_queue_bytes),
          executor_(executor),
          request_(std::move(request)),
          deadline_(executor) {}

    void send(std::string text) override;
    void close(std::uint16_t code, std::string reason) override;
    const Request& request() const noexcept override { return request_; }
    std::size_t queued_bytes() const override {
        const std::lock_guard lock(mutex_);
        return queued_bytes_;
    }
    void discard_queue() override {
        const std::lock_guard lock(mutex_);
        queue_.clear();
        queued_bytes_ = 0;
    }

    /// On the strand.
    virtual void close_socket() = 0;
    /// No more sends; on the strand, when the reading side has ended.
    void finish() {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        queue_.clear();
        deadline_.cancel();
    }

protected:
    virtual asio::awaitable<bool> write(const std::string& text) = 0;
    virtual asio::awaitable<void> write_end(const websocket::close_reason& reason) = 0;

private:
    void start_drain_locked();
    asio::awaitable<void> drain();

    const std::size_t max_queue_bytes_;
    const asio::any_io_executor executor_;  ///< the connection's strand
    Request request_;
    asio::steady_timer deadline_;  ///< on the strand: when a closing connection is cut

    mutable std::mutex mutex_;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    bool draining_ = false;
    bool closing_ = false;
    websocket::close_reason close_reason_;
};

class ServerWs final : public PushQueue {
public:
    ServerWs(const ServerConfig& config, beast::tcp_stream stream, Request request)
        : PushQueue(config, stream.get_executor(), std::move(request)), stream_(std::move(stream)) {}

    websocket::stream<beast::tcp_stream>& stream() noexcept { return stream_; }
    void close_socket() override {
        error_code ec;
        beast::get_lowest_layer(stream_).socket().close(ec);
    }

private:
    asio::awaitable<bool> write(const std::string& text) override;
    asio::awaitable<void> write_end(const websocket::close_reason& reason) override;

    websocket::stream<beast::tcp_stream> stream_;
};

/// Server-sent events: each message one event.
class ServerEvents final : public PushQueue {
public:
    ServerEvents(const ServerConfig& config, beast::tcp_stream stream, Request request, bool chunked)
        : PushQueue(config, stream.get_executor(), std::move(request)), stream_(std::move(stream)), chunked_(chunked) {}

    beast::tcp_stream& stream() noexcept { return stream_; }
    void close_socket() override {
        error_code ec;
        stream_.socket().close(ec);
    }

private:
    asio::awaitable<bool> write(const std::string& text) override;
    asio::awaitable<void> write_end(const websocket::close_reason& reason) override;

    beast::tcp_stream stream_;
    const bool chunked_;
};

}  // namespace bourse::net
