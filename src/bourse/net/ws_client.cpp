#include <bourse/net/ws_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace bourse::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kIdle = std::chrono::seconds(30);
constexpr std::size_t kMaxMessageBytes = 64 << 20;
constexpr std::size_t kMaxQueueBytes = 64 << 20;

/// Plain or TLS, decided when it runs: one type keeps Beast's WebSocket templates from being compiled twice.
class ClientStream {
public:
    using executor_type = beast::tcp_stream::executor_type;

    ClientStream(asio::io_context& io, asio::ssl::context& tls, bool use_tls) : tls_(io, tls), use_tls_(use_tls) {}

    executor_type get_executor() noexcept { return tls_.get_executor(); }
    beast::tcp_stream& tcp_layer() noexcept { return tls_.next_layer(); }
    asio::ssl::stream<beast::tcp_stream>& tls_layer() noexcept { return tls_; }
    bool uses_tls() const noexcept { return use_tls_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto&& handler, const Buffers& into) {
                if (use_tls_)
                    tls_.async_read_some(into, std::forward<decltype(handler)>(handler));
                else
                    tls_.next_layer().async_read_some(into, std::forward<decltype(handler)>(handler));
            },
            token, buffers);
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto&& handler, const Buffers& from) {
                if (use_tls_)
                    tls_.async_write_some(from, std::forward<decltype(handler)>(handler));
                else
                    tls_.next_layer().async_write_some(from, std::forward<decltype(handler)>(handler));
            },
            token, buffers);
    }

private:
    asio::ssl::stream<beast::tcp_stream> tls_;
    bool use_tls_;
};

/// Beast asks for these when a WebSocket ends. The TCP connection is closed; a TLS farewell adds nothing after the
/// WebSocket's own close handshake.
template <class TeardownHandler>
void async_teardown(beast::role_type, ClientStream& stream, TeardownHandler&& handler) {
    stream.tcp_layer().close();
    asio::post(stream.get_executor(), beast::bind_front_handler(std::forward<TeardownHandler>(handler), error_code()));
}
void beast_close_socket(ClientStream& stream) { stream.tcp_layer().close(); }

}  // namespace

/// The thread owns the object (with the client); its coroutines live inside io.run() of that thread and use it freely.
struct WsClient::Impl {
    Impl(Url u, Callbacks c) : url(std::move(u)), callbacks(std::move(c)), ws(io, tls, url.scheme == "wss") {}

    Url url;
    Callbacks callbacks;
    asio::io_context io{1};
    asio::ssl::context tls{asio::ssl::context::tls_client};
    websocket::stream<ClientStream> ws;
    asio::steady_timer close_deadline{io};  ///< on the thread
    std::promise<Status<>> connected;
    std::thread thread;

    std::mutex mutex;
    std::deque<std::string> queue;
    std::size_t queued_bytes = 0;
    bool open = false;
    bool writing = false;
    bool close_asked = false;

    asio::awaitable<error_code> handshake(std::uint64_t timeout_ms);
    asio::awaitable<void> run(std::uint64_t timeout_ms);
    asio::awaitable<void> drain();
    bool enqueue(std::string text);
    void ask_close();
    /// With the mutex held.
    void start_drain_locked() {
        if (writing) return;
        writing = true;
        // Posted: on its own thread co_spawn would run drain() at once, under the lock.
        asio::post(io, [this] {
            asio::co_spawn(
                io, [this] { return drain(); }, asio::detached);
        });
    }
};

asio::awaitable<error_code> WsClient::Impl::handshake(std::uint64_t timeout_ms) {
    auto& tcp_layer = ws.next_layer().tcp_layer();
    tcp_layer.expires_after(std::chrono::milliseconds(timeout_ms));
    tcp::resolver resolver(io);
    const auto [resolve_ec, endpoints] = co_await resolver.async_resolve(url.host, std::to_string(url.port), kAwait);
    if (resolve_ec) co_return resolve_ec;
    const auto [connect_ec, endpoint] = co_await tcp_layer.async_connect(endpoints, kAwait);
    if (connect_ec) co_return connect_ec;
    error_code ignored;
    tcp_layer.socket().set_option(tcp::no_delay(true), ignored);
    if (ws.next_layer().uses_tls()) {
        auto& tls_layer = ws.next_layer().tls_layer();
        // SSL_set_tlsext_host_name without the macro's C cast.
        ::SSL_ctrl(tls_layer.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, url.host.data());
        tls_layer.set_verify_callback(asio::ssl::host_name_verification(url.host));
        const auto [tls_ec] = co_await tls_layer.async_handshake(asio::ssl::stream_base::client, kAwait);
        if (tls_ec) co_return tls_ec;
    }
    tcp_layer.expires_never();
    ws.set_option(websocket::stream_base::timeout{std::chrono::milliseconds(timeout_ms), kIdle, true});
    ws.read_message_max(kMaxMessageBytes);
    const std::string host = url.origin().substr(url.scheme.size() + 3);
    const auto [ws_ec] = co_await ws.async_handshake(host, url.target, kAwait);
    co_return ws_ec;
}

asio::awaitable<void> WsClient::Impl::run(std::uint64_t timeout_ms) {
    const auto ec = co_await handshake(timeout_ms);
    if (ec) {
        connected.set_value(fail("WS_CONNECT_FAILED", "Cannot connect to " + url.origin() + url.target + ": " +
                                                          ec.message() + ". Is the service running?"));
        io.stop();
        co_return;
    }
    {
        const std::lock_guard lock(mutex);
        open = true;
    }
    connected.set_value({});
    beast::flat_buffer message;
    error_code end;
    while (true) {
        const auto [read_ec, n] = co_await ws.async_read(message, kAwait);
        if (read_ec) {
            end = read_ec;
            break;
        }
        const auto data = message.data();
        if (callbacks.on_message) callbacks.on_message({static_cast<const char*>(data.data()), data.size()});
        message.consume(message.size());
    }
    {
        const std::lock_guard lock(mutex);
        open = false;
        queue.clear();
    }
    ws.next_layer().tcp_layer().close();
    const std::string reason =
        end == websocket::error::closed ? std::string(ws.reason().reason.c_str()) : end.message();
    if (callbacks.on_close)
        callbacks.on_close(Error{"WS_CLOSED", "The connection to " + url.origin() + " ended" +
                                                  (reason.empty() ? "." : ": " + reason + ".")});
    io.stop();
}

asio::awaitable<void> WsClient::Impl::drain() {
    std::string text;
    while (true) {
        bool close_now = false;
        {
            const std::lock_guard lock(mutex);
            if (queue.empty()) {
                writing = close_asked;
                if (!close_asked) co_return;
                close_now = true;
            } else {
                text = std::move(queue.front());
                queue.pop_front();
                queued_bytes -= text.size();
            }
        }
        if (close_now) {
            co_await ws.async_close(websocket::close_code::normal, kAwait);
            co_return;
        }
        const auto [ec, n] = co_await ws.async_write(asio::buffer(text), kAwait);
        if (ec) co_return;
    }
}

bool WsClient::Impl::enqueue(std::string text) {
    const std::lock_guard lock(mutex);
    if (!open || close_asked || queued_bytes + text.size() > kMaxQueueBytes) return false;
    queued_bytes += text.size();
    queue.push_back(std::move(text));
    start_drain_locked();
    return true;
}

void WsClient::Impl::ask_close() {
    const std::lock_guard lock(mutex);
    if (!open || close_asked) return;
    close_asked = true;
    start_drain_locked();
    asio::post(io, [this] {  // a peer that does not answer the close frame is cut off
        close_deadline.expires_after(std::chrono::seconds(1));
        close_deadline.async_wait([this](error_code ec) {
            if (!ec) ws.next_layer().tcp_layer().close();
        });
    });
}

WsClient::WsClient() = default;

Result<std::unique_ptr<WsClient>> WsClient::connect(const std::string& url, Callbacks callbacks,
                                                    std::uint64_t timeout_ms) {
    BOURSE_TRY(Url parsed, parse_url(url));
    if (parsed.scheme != "ws" && parsed.scheme != "wss")
        return fail("URL_INVALID", "\"" + url.substr(0, 200) + "\" must start with ws:// or wss://.");
    auto impl = std::make_shared<Impl>(std::move(parsed), std::move(callbacks));
    if (impl->url.scheme == "wss") {
        error_code ec;
        impl->tls.set_default_verify_paths(ec);
        impl->ws.next_layer().tls_layer().set_verify_mode(asio::ssl::verify_peer, ec);
    }
    asio::co_spawn(
        impl->io, [raw = impl.get(), timeout_ms] { return raw->run(timeout_ms); }, asio::detached);
    impl->thread = std::thread([impl] { impl->io.run(); });
    auto status = impl->connected.get_future().get();
    if (!status) {
        impl->thread.join();
        return fail(std::move(status).error());
    }
    std::unique_ptr<WsClient> client(new WsClient());
    client->impl_ = std::move(impl);
    return client;
}

WsClient::~WsClient() {
    if (!impl_) return;
    impl_->ask_close();
    if (impl_->thread.get_id() == std::this_thread::get_id())
        impl_->thread.detach();  // destroyed by its own callback: the thread ends by itself and holds the rest alive
    else
        impl_->thread.join();
}

bool WsClient::send(std::string text) { return impl_->enqueue(std::move(text)); }

void WsClient::close() { impl_->ask_close(); }

}  // namespace bourse::net
