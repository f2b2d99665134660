#include <bourse/net/http_session.hpp>

#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cstdio>

namespace bourse::net {

namespace {

constexpr std::size_t kHeaderLimit = 16 * 1024;
constexpr std::size_t kBodyStepBytes = 256 * 1024;
/// simdjson reads up to this many bytes beyond the end.
constexpr std::size_t kBodyPadding = 64;
constexpr std::size_t kJoinBodyBytes = 16 * 1024;

void copy_headers(const http::fields& from, Headers& to) {
    for (const auto& field : from) {
        const auto name = field.name_string();
        const auto value = field.value();
        auto [it, fresh] = to.try_emplace(std::string(name.data(), name.size()), value.data(), value.size());
        if (!fresh) it->second.append(", ").append(value.data(), value.size());
    }
}

struct FdCloser {
    int fd;
    ~FdCloser() { ::close(fd); }
};

}  // namespace

asio::awaitable<void> linger(beast::tcp_stream& stream) {
    error_code ec;
    stream.socket().shutdown(tcp::socket::shutdown_send, ec);
    stream.expires_after(kLinger);
    std::string sink(16 * 1024, '\0');
    while (true) {
        const auto [read_ec, n] = co_await stream.async_read_some(asio::buffer(sink), kTuple);
        if (read_ec || n == 0) co_return;
    }
}

asio::awaitable<void> Session::run() {
    bool first = true;
    while (co_await serve_one(first)) first = false;
    if (upgraded_) co_return;
    error_code ec;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ec);
    stream_.close();
}

void Session::stop(bool hard) {
    asio::post(executor_, [self = shared_from_this(), hard] {
        if (self->upgraded_) {
            if (!self->pushes_) return;
            if (hard)
                self->pushes_->close_socket();
            else
                self->pushes_->close(1001, "the server stops");
        } else if (hard || self->idle_) {
            self->stream_.close();
        }
    });
}

asio::awaitable<bool> Session::read_more() {
    const auto room = buffer_.capacity() - buffer_.size();
    if (room == 0) co_return false;
    const auto [ec, n] = co_await stream_.async_read_some(buffer_.prepare(room), kTuple);
    if (ec || n == 0) co_return false;
    buffer_.commit(n);
    co_return true;
}

asio::awaitable<bool> Session::read_head(bool first) {
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(boost::none);
    parser_->eager(false);
    const auto& config = server_.config;
    if (buffer_.size() == 0) {
        // A fresh connection that says nothing gets the header's limit, a kept one the longer idle limit.
        stream_.expires_after(std::chrono::milliseconds(first ? config.header_timeout_ms : config.idle_timeout_ms));
        idle_ = true;
        const bool more = !server_.stopping && co_await read_more();
        idle_ = false;
        if (!more) co_return false;
    }
    stream_.expires_after(std::chrono::milliseconds(config.header_timeout_ms));
    while (true) {
        error_code ec;
        buffer_.consume(parser_->put(buffer_.data(), ec));
        if (!ec && parser_->is_header_done()) co_return true;
        if (ec && ec != http::error::need_more) {
            unread_body_ = true;
            const bool large = ec == http::error::header_limit;
            // g++ 12 destroys some temporaries of a co_await expression twice: arguments of coroutines are named first.
            auto refused = refusal(large ? 431 : 400, large ? "headers above 16 KiB" : "malformed HTTP request");
            co_await write_answer(std::move(refused), false);
            co_return false;
        }
        if (!co_await read_more()) co_return false;
    }
}

std::optional<Response> Session::check_head() {
    const auto& head = parser_->get();
    const auto method = head.method_string();
    const auto target = head.target();
    request_ = Request();
    request_.method.assign(method.data(), method.size());
    request_.remote_address = remote_;
    request_.connection = number_;
    copy_headers(head, request_.headers);
    const auto host = request_.header("host");
    if (!parse_target({target.data(), target.size()}, request_)) return refusal(400, "malformed request target");
    if (head.version() >= 11 && host.empty()) return refusal(400, "the Host header is missing");
    const auto& config = server_.config;
    if (!host.empty() && !host_is_allowed(host, config.allowed_hosts))
        return refusal(403, "this host name is not served here; the operator can allow it");
    allow_origin_.clear();
    const auto origin = request_.header("origin");
    if (!config.cors && !origin_is_allowed(origin, host, config.allowed_hosts))
        return refusal(403, "requests from this web origin are not allowed; the operator can allow its host");
    allow_origin_ = config.cors ? "*" : origin;
    if (const auto wait_s = server_.rate.refuse_for_s(remote_); wait_s > 0) {
        auto answer =
            refusal(429, "too many requests from this address; try again in " + std::to_string(wait_s) + " s");
        answer.headers["retry-after"] = std::to_string(wait_s);
        return answer;
    }
    return std::nullopt;
}

asio::awaitable<bool> Session::serve_one(bool first) {
    spool_.reset();
    if (!co_await read_head(first)) co_return false;
    const auto begin_ms = sys::steady_ms();
    const auto length = parser_->content_length();
    unread_body_ = parser_->chunked() || (length && *length > 0);
    if (auto refused = check_head()) {
        co_await write_answer(std::move(*refused), false);
        co_return false;
    }
    if (websocket::is_upgrade(parser_->get())) {
        if (const auto* route = server_.router.find_ws(request_.path)) {
            if (route->options.check_origin &&
                !origin_is_allowed(request_.header("origin"), request_.header("host"), server_.config.allowed_hosts)) {
                auto refused = refusal(403, "sockets from this web origin are not allowed");
                co_await write_answer(std::move(refused), false);
                co_return false;
            }
            co_await run_websocket(*route);
            co_return false;
        }
    }
    co_return co_await answer_routed(begin_ms);
}

asio::awaitable<bool> Session::answer_routed(std::uint64_t begin_ms) {
    auto match = server_.router.find(request_.method, request_.path);
    const bool keep_alive = parser_->get().keep_alive() && !server_.stopping;
    if (!match.route) {
        Response answer;
        if (match.allow.empty() && !server_.router.find_ws(request_.path)) {
            answer = refusal(404, "no such path");
        } else if (!allow_origin_.empty() && request_.method == "OPTIONS") {
            answer = preflight_answer(request_);
        } else {
            answer = refusal(405, "this path has other methods: " + (match.allow.empty() ? "WebSocket" : match.allow));
            answer.headers["allow"] = match.allow;
        }
        sys::Metrics::global().count("bourse_http_requests_total", "HTTP requests by route and status", 1,
                                     {{"route", "none"}, {"status", std::to_string(answer.status)}});
        co_return co_await write_answer(std::move(answer), keep_alive);
    }
    request_.params = std::move(match.params);
    Response answer;
    switch (co_await read_body(match.route->options)) {
        case BodyRead::kOk:
            answer = co_await run_handler(match.route->handler);
            break;
        case BodyRead::kTooLarge:
            answer = refusal(413, "the body is larger than this path takes");
            break;
        case BodyRead::kSpoolFailed:
            answer = refusal(507, "the body could not be stored; the disk may be full");
            break;
        case BodyRead::kBroken:
            co_return false;
    }
    auto& metrics = sys::Metrics::global();
    metrics.count("bourse_http_requests_total", "HTTP requests by route and status", 1,
                  {{"route", match.route->pattern}, {"status", std::to_string(answer.status)}});
    static const std::vector<double> kBuckets{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10};
    metrics.observe("bourse_http_request_seconds", "Time from a request's head to its answer",
                    static_cast<double>(sys::steady_ms() - begin_ms) / 1000.0, kBuckets,
                    {{"route", match.route->pattern}});
    co_return co_await write_answer(std::move(answer), keep_alive && !server_.stopping);
}

bool Session::take_bytes(std::string_view bytes) {
    if (spool_) return spool_->write(bytes);
    request_.body.append(bytes);
    return true;
}

asio::awaitable<BodyRead> Session::read_body(const RouteOptions& options) {
    const auto limit = options.max_body_bytes != 0 ? options.max_body_bytes : server_.config.max_body_bytes;
    const auto length = parser_->content_length();
    if (!unread_body_) co_return BodyRead::kOk;
    if (length && *length > limit) co_return BodyRead::kTooLarge;
    if (options.spool_body) {
        spool_ = std::make_unique<SpoolFile>(server_.config.spool_dir);
        if (!spool_->ok()) co_return BodyRead::kSpoolFailed;
    }
    if (beast::iequals(request_.header("expect"), "100-continue")) {
        static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        if (!co_await write_text(kContinue, std::string_view())) co_return BodyRead::kBroken;
    }
    stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
    const auto result = length ? co_await read_sized(*length) : co_await read_chunked(limit);
    if (result != BodyRead::kOk) co_return result;
    unread_body_ = false;
    if (spool_) {
        if (!spool_->close()) co_return BodyRead::kSpoolFailed;
        request_.body_file = spool_->path();
    }
    co_return BodyRead::kOk;
}

/// The bytes go straight from the socket into their place; the parser has done its part with the head.
asio::awaitable<BodyRead> Session::read_sized(std::uint64_t size) {
    const auto ready = std::min<std::uint64_t>(size, buffer_.size());
    if (!spool_) request_.body.reserve(size + kBodyPadding);
    const auto at_hand = buffer_.data();
    if (!take_bytes({static_cast<const char*>(at_hand.data()), ready})) co_return BodyRead::kSpoolFailed;
    buffer_.consume(ready);
    std::string step;
    for (auto rest = size - ready; rest > 0;) {
        const auto n = std::min<std::uint64_t>(rest, kBodyStepBytes);
        std::string& into = spool_ ? step : request_.body;
        const auto offset = spool_ ? 0 : into.size();
        into.resize(offset + n);
        const auto [ec, got] = co_await asio::async_read(stream_, asio::buffer(into.data() + offset, n), kTuple);
        if (ec) co_return BodyRead::kBroken;
        if (spool_ && !spool_->write(step)) co_return BodyRead::kSpoolFailed;
        // Large spooled bodies may take long, but each step must come in time.
        if (spool_) stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
        rest -= n;
    }
    co_return BodyRead::kOk;
}

asio::awaitable<BodyRead> Session::read_chunked(std::uint64_t limit) {
    std::string step(64 * 1024, '\0');
    std::uint64_t total = 0;
    while (!parser_->is_done()) {
        auto& body = parser_->get().body();
        body.data = step.data();
        body.size = step.size();
        body.more = true;
        error_code ec;
        buffer_.consume(parser_->put(buffer_.data(), ec));
        const auto got = step.size() - body.size;
        total += got;
        if (total > limit) co_return BodyRead::kTooLarge;
        if (!take_bytes({step.data(), got})) co_return BodyRead::kSpoolFailed;
        if (ec == http::error::need_buffer) continue;
        if (ec && ec != http::error::need_more) co_return BodyRead::kBroken;
        if (parser_->is_done()) break;
        // put() may have stopped after a chunk although the next one is here already.
        if (!ec && buffer_.size() > 0) continue;
        if (!co_await read_more()) co_return BodyRead::kBroken;
        if (spool_) stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
    }
    if (!spool_) request_.body.reserve(request_.body.size() + kBodyPadding);
    co_return BodyRead::kOk;
}

asio::awaitable<Response> Session::run_handler(const Handler& handler) {
    stream_.expires_never();
    co_await asio::post(asio::bind_executor(server_.pool->get_executor(), asio::use_awaitable));
    Response answer;
    try {
        answer = handler(request_);
    } catch (const std::exception& e) {
        sys::log_error("request failed", {{"path", request_.path}, {"error", e.what()}});
        answer = refusal(500, "internal error; the server's log has the reason");
    }
    co_await asio::post(executor_, asio::use_awaitable);
    co_return answer;
}

asio::awaitable<bool> Session::write_text(std::string_view head, std::string_view body) {
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
    const auto [ec, n] = co_await asio::async_write(stream_, parts, kTuple);
    co_return !ec;
}

/// False when the connection must end.
asio::awaitable<bool> Session::write_answer(Response answer, bool keep_alive) {
    keep_alive = keep_alive && !unread_body_;
    HeadFacts facts{keep_alive, parser_->get().version() < 11, allow_origin_, answer.body.size()};
    const bool head_only = request_.method == "HEAD";
    stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
    bool ok = false;
    if (answer.events && !head_only) {
        facts.chunked = true;
        const auto head = answer_head(answer, facts);
        ok = co_await write_text(head, std::string_view());
        if (ok) co_await run_events(answer.events, !facts.http_1_0);
        co_return false;
    }
    if (!answer.file.empty()) {
        const auto plan = plan_file(request_, answer);
        if (plan.missing) {
            answer = refusal(404, "the file is gone");
            if (head_only) answer.body.clear();
            facts.content_length = answer.body.size();
            const auto head = answer_head(answer, facts);
            ok = co_await write_text(head, answer.body);
        } else {
            answer.status = plan.status;
            for (const auto& [name, value] : plan.headers) answer.headers[name] = value;
            facts.content_length = plan.length;
            const auto head = answer_head(answer, facts);
            ok = co_await write_text(head, std::string_view());
            if (ok && !head_only && plan.length > 0) ok = co_await write_file(answer.file, plan);
        }
    } else if (answer.stream) {
        facts.chunked = true;
        if (facts.http_1_0) facts.keep_alive = keep_alive = false;
        const auto head = answer_head(answer, facts);
        ok = co_await write_text(head, std::string_view());
        if (ok && !head_only) {
            auto stream = std::move(answer.stream);
            ok = co_await write_stream(std::move(stream), !facts.http_1_0);
        }
    } else {
        auto head = answer_head(answer, facts);
        if (head_only) answer.body.clear();
        if (answer.body.size() <= kJoinBodyBytes) {
            head += answer.body;
            answer.body.clear();
        }
        ok = co_await write_text(head, answer.body);
    }
    if (ok && !keep_alive) co_await linger(stream_);
    co_return ok&& keep_alive;
}

asio::awaitable<bool> Session::write_file(const std::filesystem::path& path, const FilePlan& plan) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) co_return false;
    const FdCloser closer{fd};
    std::string step(static_cast<std::size_t>(std::min<std::uint64_t>(plan.length, kBodyStepBytes)), '\0');
    auto offset = static_cast<off_t>(plan.offset);
    for (auto rest = plan.length; rest > 0;) {
        const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(rest, step.size()));
        const auto got = ::pread(fd, step.data(), want, offset);
        if (got <= 0) co_return false;  // shorter than announced: only cutting the connection tells the client
        stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
        const std::string_view part(step.data(), static_cast<std::size_t>(got));
        if (!co_await write_text(part, std::string_view())) co_return false;
        offset += got;
        rest -= static_cast<std::uint64_t>(got);
    }
    co_return true;
}

asio::awaitable<bool> Session::write_stream(std::function<bool(std::string&)> stream, bool chunked) {
    bool more = true;
    while (more) {
        std::string part;
        bool failed = false;
        stream_.expires_never();
        co_await asio::post(asio::bind_executor(server_.pool->get_executor(), asio::use_awaitable));
        try {
            more = stream(part);
        } catch (const std::exception& e) {
            sys::log_error("streamed answer failed", {{"path", request_.path}, {"error", e.what()}});
            failed = true;
        }
        co_await asio::post(executor_, asio::use_awaitable);
        if (failed || server_.stopping) co_return false;
        stream_.expires_after(std::chrono::milliseconds(server_.config.idle_timeout_ms));
        std::string frame;
        if (chunked) {
            char size[24];
            std::snprintf(size, sizeof size, "%zx\r\n", part.size());
            if (!part.empty()) frame = size + part + "\r\n";
            if (!more) frame += "0\r\n\r\n";
        } else {
            frame = std::move(part);
        }
        if (!frame.empty() && !co_await write_text(frame, std::string_view())) co_return false;
    }
    co_return true;
}

}  // namespace bourse::net
