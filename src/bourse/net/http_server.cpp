#include <bourse/net/http_session.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

namespace bourse::net {

namespace {

constexpr std::size_t kMaxRefusing = 64;
constexpr auto kStopGrace = std::chrono::seconds(3);

}  // namespace

asio::awaitable<void> HttpServer::Impl::accept_loop() {
    while (!stopping) {
        auto [ec, socket] = co_await acceptor->async_accept(asio::make_strand(io), kTuple);
        if (ec == asio::error::operation_aborted || stopping) co_return;
        if (ec) {  // out of descriptors, most likely: connections in progress free some
            asio::steady_timer pause(io, std::chrono::milliseconds(50));
            co_await pause.async_wait(kTuple);
            continue;
        }
        start_session(std::move(socket));
    }
}

void HttpServer::Impl::start_session(tcp::socket socket) {
    const auto executor = socket.get_executor();
    const std::lock_guard lock(mutex);
    if (sessions.size() >= config.max_connections) {
        if (refusing >= kMaxRefusing) return;
        ++refusing;
        asio::co_spawn(executor, refuse(std::move(socket)), [this](std::exception_ptr) {
            const std::lock_guard inner(mutex);
            --refusing;
            changed.notify_all();
        });
        return;
    }
    const auto id = next_session++;
    auto session = std::make_shared<Session>(*this, std::move(socket), id);
    sessions.emplace(id, session);
    asio::co_spawn(
        executor, [session] { return session->run(); }, [this, id, session](std::exception_ptr) { end_session(id); });
}

asio::awaitable<void> HttpServer::Impl::refuse(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(kLinger);
    const auto answer = refusal(503, "too many connections; try again later");
    const std::string allow_origin = config.cors ? "*" : "";
    const HeadFacts facts{false, false, allow_origin, answer.body.size()};
    const auto text = answer_head(answer, facts) + answer.body;
    const auto [ec, n] = co_await asio::async_write(stream, asio::buffer(text), kTuple);
    if (!ec) co_await linger(stream);
}

void HttpServer::Impl::end_session(std::uint64_t id) {
    const std::lock_guard lock(mutex);
    sessions.erase(id);
    changed.notify_all();
}

void HttpServer::Impl::stop_sessions(bool hard) {
    std::vector<std::shared_ptr<Session>> all;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [id, session] : sessions) all.push_back(session);
    }
    for (const auto& session : all) session->stop(hard);
}

HttpServer::HttpServer(ServerConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::route(const std::string& method, const std::string& pattern, Handler handler, RouteOptions options) {
    impl_->router.add(Route{method, pattern, {}, std::move(handler), options});
}

void HttpServer::websocket(const std::string& path, WsHandlers handlers, WsOptions options) {
    impl_->router.add(WsRoute{path, std::move(handlers), std::move(options)});
}

Status<> HttpServer::start() {
    auto& impl = *impl_;
    const auto where = impl.config.bind + " port " + std::to_string(impl.config.port);
    error_code ec;
    const auto address = asio::ip::make_address(impl.config.bind == "localhost" ? "127.0.0.1" : impl.config.bind, ec);
    if (ec) return fail("BIND_FAILED", "\"" + impl.config.bind + "\" is not an IP address to listen on.");
    const tcp::endpoint endpoint(address, impl.config.port);
    tcp::acceptor acceptor(impl.io);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec == asio::error::address_in_use)
        return fail("PORT_TAKEN",
                    "Another program listens on " + where + "; stop it or choose another port with --port.");
    if (ec) return fail("BIND_FAILED", "Cannot listen on " + where + ": " + ec.message() + ".");
    impl.bound_port = acceptor.local_endpoint(ec).port();
    impl.acceptor.emplace(std::move(acceptor));
    impl.pool.emplace(std::max(1U, impl.config.handler_threads));
    asio::co_spawn(impl.io, impl.accept_loop(), asio::detached);
    for (unsigned i = 0; i < std::max(1U, impl.config.io_threads); ++i)
        impl.threads.emplace_back([&impl] { impl.io.run(); });
    impl.started = true;
    return {};
}

std::uint16_t HttpServer::port() const noexcept { return impl_->bound_port; }

void HttpServer::stop() {
    auto& impl = *impl_;
    if (!impl.started || impl.stopping.exchange(true)) return;
    // The io threads end by themselves when the last connection has ended; the guard keeps them until then.
    const auto guard = asio::make_work_guard(impl.io);
    asio::post(impl.io, [&impl] {
        error_code ec;
        impl.acceptor->close(ec);
    });
    impl.stop_sessions(false);
    const auto all_gone = [&impl] { return impl.sessions.empty() && impl.refusing == 0; };
    std::unique_lock lock(impl.mutex);
    if (!impl.changed.wait_for(lock, kStopGrace, all_gone)) {
        lock.unlock();
        impl.stop_sessions(true);
        lock.lock();
        impl.changed.wait(lock, all_gone);
    }
    lock.unlock();
    impl.pool->join();
    impl.io.stop();
    for (auto& thread : impl.threads) thread.join();
    impl.threads.clear();
}

}  // namespace bourse::net
