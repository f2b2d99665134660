// What the server sends by itself: WebSockets and server-sent events.
#include <bourse/net/http_session.hpp>

#include <bourse/sys/log.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdio>

namespace bourse::net {

// ---- queue

void PushQueue::send(std::string text) {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    if (queued_bytes_ + text.size() > max_queue_bytes_) {
        // The client reads too slowly: nothing of the stream may be left out silently, so the connection ends.
        closing_ = true;
        queue_.clear();
        close_reason_ = websocket::close_reason(websocket::close_code::try_again_later, "too slow: the queue is full");
    } else {
        queued_bytes_ += text.size();
        queue_.push_back(std::move(text));
    }
    start_drain_locked();
}

void PushQueue::close(std::uint16_t code, std::string reason) {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    closing_ = true;
    reason.resize(std::min<std::size_t>(reason.size(), 120));
    close_reason_ = websocket::close_reason(static_cast<websocket::close_code>(code), reason);
    start_drain_locked();
}

void PushQueue::start_drain_locked() {
    if (closing_) {
        asio::post(executor_, [self = shared_from_this()] {
            self->deadline_.expires_after(std::chrono::seconds(2));
            self->deadline_.async_wait([self](error_code ec) {
                if (!ec) self->close_socket();
            });
        });
    }
    if (draining_) return;
    draining_ = true;
    // Posted: on the strand co_spawn would run drain() at once, under the lock.
    asio::post(executor_, [self = shared_from_this()] {
        asio::co_spawn(
            self->executor_, [self] { return self->drain(); }, asio::detached);
    });
}

asio::awaitable<void> PushQueue::drain() {
    std::string text;
    while (true) {
        bool close_now = false;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty()) {
                if (!closing_) {
                    draining_ = false;
                    co_return;
                }
                close_now = true;
            } else {
                text = std::move(queue_.front());
                queue_.pop_front();
                queued_bytes_ -= text.size();
            }
        }
        if (close_now) {
            // draining_ stays true: nothing is written after the close frame.
            co_await write_end(close_reason_);
            co_return;
        }
        if (!co_await write(text)) co_return;
    }
}

asio::awaitable<bool> ServerWs::write(const std::string& text) {
    const auto [ec, n] = co_await stream_.async_write(asio::buffer(text), kTuple);
    co_return !ec;
}

asio::awaitable<void> ServerWs::write_end(const websocket::close_reason& reason) {
    co_await stream_.async_close(reason, kTuple);
}

asio::awaitable<bool> ServerEvents::write(const std::string& text) {
    std::string frame = "data: " + text + "\n\n";
    if (chunked_) {
        std::array<char, 24> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", frame.size());
        frame = size.data() + frame + "\r\n";
    }
    const auto [ec, n] = co_await asio::async_write(stream_, asio::buffer(frame), kTuple);
    co_return !ec;
}

asio::awaitable<void> ServerEvents::write_end(const websocket::close_reason&) {
    static constexpr std::string_view kLast = "0\r\n\r\n";
    if (chunked_) co_await asio::async_write(stream_, asio::buffer(kLast), kTuple);
    close_socket();
}

// ---- connections

asio::awaitable<void> Session::run_websocket(const WsRoute& route) {
    stream_.expires_never();
    const auto& config = server_.config;
    const auto upgrade = parser_->release();
    upgraded_ = true;
    auto ws = std::make_shared<ServerWs>(config, std::move(stream_), std::move(request_));
    pushes_ = ws;
    auto& stream = ws->stream();
    stream.set_option(websocket::stream_base::timeout{std::chrono::milliseconds(config.header_timeout_ms),
                                                      std::chrono::milliseconds(config.idle_timeout_ms), true});
    stream.read_message_max(route.options.max_message_bytes != 0 ? route.options.max_message_bytes
                                                                 : config.max_ws_message_bytes);
    const auto offered = ws->request().header("sec-websocket-protocol");
    if (!route.options.protocol.empty() && offered.find(route.options.protocol) != std::string::npos)
        stream.set_option(
            websocket::stream_base::decorator([protocol = route.options.protocol](websocket::response_type& response) {
                response.set(http::field::sec_websocket_protocol, protocol);
            }));
    const auto [accept_ec] = co_await stream.async_accept(upgrade, kTuple);
    if (accept_ec) co_return;
    const auto guarded = [&](const auto& callback, auto&&... args) {
        try {
            if (callback) callback(ws, args...);
        } catch (const std::exception& e) {
            sys::log_error("websocket handler failed", {{"path", route.path}, {"error", e.what()}});
        }
    };
    const auto to_pool = [this] {
        return asio::post(asio::bind_executor(server_.pool->get_executor(), asio::use_awaitable));
    };
    co_await to_pool();
    guarded(route.handlers.on_open);
    co_await asio::post(executor_, asio::use_awaitable);
    while (true) {
        beast::flat_buffer message;
        const auto [ec, n] = co_await stream.async_read(message, kTuple);
        if (ec) break;
        if (const auto wait_s = server_.rate.refuse_for_s(remote_); wait_s > 0) {
            // Messages count as requests do. Answers would have to be of the handlers' protocol, so the stream ends.
            ws->close(1013, "too many requests from this address; try again in " + std::to_string(wait_s) + " s");
            continue;
        }
        co_await to_pool();
        guarded(route.handlers.on_message,
                std::string_view(static_cast<const char*>(message.data().data()), message.size()));
        co_await asio::post(executor_, asio::use_awaitable);
    }
    ws->finish();
    co_await to_pool();
    guarded(route.handlers.on_close);
    co_await asio::post(executor_, asio::use_awaitable);
    pushes_.reset();
    ws->close_socket();
}

asio::awaitable<void> Session::run_events(std::shared_ptr<const WsHandlers> handlers, bool chunked) {
    stream_.expires_never();
    upgraded_ = true;
    auto events = std::make_shared<ServerEvents>(server_.config, std::move(stream_), std::move(request_), chunked);
    pushes_ = events;
    const auto call = [&](const auto& callback) {
        try {
            if (callback) callback(events);
        } catch (const std::exception& e) {
            sys::log_error("event stream handler failed", {{"error", e.what()}});
        }
    };
    co_await asio::post(asio::bind_executor(server_.pool->get_executor(), asio::use_awaitable));
    call(handlers->on_open);
    co_await asio::post(executor_, asio::use_awaitable);
    std::array<char, 256> ignored{};
    while (true) {  // nothing comes in: reading only notices the end
        const auto [ec, n] = co_await events->stream().async_read_some(asio::buffer(ignored), kTuple);
        if (ec || n == 0) break;
    }
    events->finish();
    co_await asio::post(asio::bind_executor(server_.pool->get_executor(), asio::use_awaitable));
    call(handlers->on_close);
    co_await asio::post(executor_, asio::use_awaitable);
    pushes_.reset();
    events->close_socket();
}

}  // namespace bourse::net
