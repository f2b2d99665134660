#include <bourse/net/http_client.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <thread>

namespace bourse::net {
namespace {

/// A server on a free port with the routes of these tests.
class ServerTest : public testing::Test {
protected:
    void start(ServerConfig config = {}) {
        server_ = std::make_unique<HttpServer>(std::move(config));
        server_->route("GET", "/hello", [](const Request&) { return Response::text(200, "hello"); });
        server_->route("POST", "/echo", [](const Request& r) { return Response::text(200, r.body); });
        server_->route(
            "POST", "/spool",
            [](const Request& r) { return Response::text(200, sys::read_file(r.body_file).value_or("none") + r.body); },
            {.spool_body = true, .max_body_bytes = 8 << 20});
        server_->route("GET", "/file", [this](const Request&) {
            Response out;
            out.file = folder_.path() / "f";
            return out;
        });
        server_->route("GET", "/nothing", [this](const Request&) {
            Response out;
            out.status = 404;
            out.file = folder_.path() / "f";
            return out;
        });
        server_->route("GET", "/stream", [](const Request& r) {
            Response out;
            out.stream = [n = 0, breaks = r.query_value("break").has_value()](std::string& part) mutable {
                if (breaks && n == 3) throw std::runtime_error("the source is gone");
                part = std::string(50'000, static_cast<char>('a' + n));
                return ++n < 20;
            };
            return out;
        });
        server_->route("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("secret"); });
        server_->route("GET", "/wait", [this](const Request&) {
            ++waiting_;
            released_.wait();
            return Response::text(200, "waited");
        });
        const auto status = server_->start();
        ASSERT_TRUE(status) << status.error().message;
    }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
    }

    Result<Response> ask(const std::string& method, const std::string& path, std::string body = {},
                         Headers headers = {}) {
        ClientRequest request;
        request.method = method;
        request.url = url(path);
        request.body = std::move(body);
        request.headers = std::move(headers);
        return http_request(request);
    }

    int open_socket() const {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(server_->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return fd;
    }

    /// Sends text as it is and reads until the server closes.
    std::string raw(const std::string& text) const {
        const int fd = open_socket();
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
        const auto out = read_all(fd);
        ::close(fd);
        return out;
    }

    static std::string read_all(int fd) {
        std::string out;
        char buffer[4096];
        for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
            out.append(buffer, static_cast<std::size_t>(n));
        return out;
    }

    static void wait_until(const std::function<bool()>& condition) {
        const auto end_ms = sys::steady_ms() + 60'000;
        while (!condition() && sys::steady_ms() < end_ms) std::this_thread::yield();
        ASSERT_TRUE(condition());
    }

    sys::TempDir folder_;
    std::promise<void> release_;
    std::shared_future<void> released_ = release_.get_future().share();
    std::atomic<int> waiting_{0};
    std::unique_ptr<HttpServer> server_;
};

TEST_F(ServerTest, answers_and_keeps_the_connection) {
    start();
    for (int i = 0; i < 100; ++i) {
        const auto answer = ask("GET", "/hello");
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->status, 200);
        EXPECT_EQ(answer->body, "hello");
        EXPECT_EQ(answer->headers.count("connection"), 0U);
    }
}

TEST_F(ServerTest, bodies_of_any_size_come_back_whole) {
    start();
    for (const std::size_t size : {0U, 1U, 4096U, 65'535U, 65'536U, 1'000'001U, 5U << 20}) {
        std::string body(size, '\0');
        for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>(i * 31 + i / 251);
        const auto answer = ask("POST", "/echo", body);
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_TRUE(answer->body == body) << size;
    }
}

TEST_F(ServerTest, too_large_bodies_get_413_by_length_and_by_chunks) {
    start();
    const auto answer = ask("POST", "/echo", std::string((5 << 20) + 1, 'x'));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 413);
    server_->stop();
    ServerConfig config;
    config.max_body_bytes = 10;
    start(config);
    const auto text =
        raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
            "chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n");
    EXPECT_TRUE(text.starts_with("HTTP/1.1 413 ")) << text;
}

TEST_F(ServerTest, chunked_bodies_are_joined) {
    start();
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(raw(head + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n").ends_with("\r\n\r\nabcdefg"));
    // One byte at a time.
    const int fd = open_socket();
    for (const char c : head + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n") ASSERT_EQ(::send(fd, &c, 1, MSG_NOSIGNAL), 1);
    EXPECT_TRUE(read_all(fd).ends_with("\r\n\r\nabcdefg"));
    ::close(fd);
}

TEST_F(ServerTest, spooled_bodies_lie_in_a_file) {
    start();
    const std::string body(6 << 20, 'z');
    const auto answer = ask("POST", "/spool", body);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_TRUE(answer->body == body);
    EXPECT_EQ(ask("POST", "/spool", std::string((8 << 20) + 1, 'z'))->status, 413);
}

TEST_F(ServerTest, upload_and_download_stream_files) {
    start();
    const auto source = folder_.path() / "source";
    const std::string body(3'000'000, 'q');
    ASSERT_TRUE(sys::write_file_atomic(source, body));
    ClientRequest request;
    request.method = "POST";
    request.url = url("/spool");
    request.body_file = source;
    request.save_to = folder_.path() / "target";
    const auto answer = http_request(request);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->file, request.save_to);
    EXPECT_TRUE(*sys::read_file(request.save_to) == body);
    request.url = url("/none");
    const auto refused = http_request(request);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 404);
    EXPECT_NE(refused->body.find("no such path"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(request.save_to));
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_order) {
    start();
    const auto text =
        raw("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /echo HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Length: 3\r\n\r\nabcGET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const auto first = text.find("hello");
    const auto second = text.find("\r\n\r\nabc");
    const auto third = text.find("404 Not Found");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, std::string::npos);
}

TEST_F(ServerTest, unknown_paths_and_methods_are_told_apart) {
    start();
    const auto unknown = ask("GET", "/nowhere");
    EXPECT_EQ(unknown->status, 404);
    EXPECT_EQ(unknown->body, R"({"ok":false,"error":"no such path"})");
    const auto wrong = ask("PUT", "/hello", "x");
    EXPECT_EQ(wrong->status, 405);
    EXPECT_EQ(wrong->headers.at("allow"), "GET");
    const auto head = ask("HEAD", "/hello");
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->headers.at("content-length"), "5");
    EXPECT_EQ(head->body, "");
}

TEST_F(ServerTest, failures_of_handlers_are_500_without_details) {
    start();
    const auto answer = ask("GET", "/throws");
    EXPECT_EQ(answer->status, 500);
    EXPECT_EQ(answer->body.find("secret"), std::string::npos);
    EXPECT_EQ(ask("GET", "/hello")->status, 200);
}

TEST_F(ServerTest, files_have_ranges_tags_and_conditions) {
    ASSERT_TRUE(sys::write_file_atomic(folder_.path() / "f", "0123456789"));
    start();
    const auto whole = ask("GET", "/file");
    EXPECT_EQ(whole->body, "0123456789");
    EXPECT_EQ(whole->headers.at("accept-ranges"), "bytes");
    const auto etag = whole->headers.at("etag");
    const auto part = ask("GET", "/file", {}, {{"range", "bytes=2-4"}});
    EXPECT_EQ(part->status, 206);
    EXPECT_EQ(part->body, "234");
    EXPECT_EQ(part->headers.at("content-range"), "bytes 2-4/10");
    EXPECT_EQ(ask("GET", "/file", {}, {{"range", "bytes=-2"}})->body, "89");
    EXPECT_EQ(ask("GET", "/file", {}, {{"range", "bytes=20-"}})->status, 416);
    EXPECT_EQ(ask("GET", "/file", {}, {{"if-none-match", etag}})->status, 304);
    EXPECT_EQ(ask("GET", "/file", {}, {{"range", "bytes=2-4"}, {"if-range", "\"other\""}})->status, 200);
    const auto head = ask("HEAD", "/file");
    EXPECT_EQ(head->headers.at("content-length"), "10");
    EXPECT_EQ(head->body, "");
    const auto own = ask("GET", "/nothing");  // a file that says in words that there is nothing
    EXPECT_EQ(own->status, 404);
    EXPECT_EQ(own->body, "0123456789");
    std::filesystem::remove(folder_.path() / "f");
    EXPECT_EQ(ask("GET", "/file")->status, 404);
    EXPECT_EQ(ask("GET", "/nothing")->body.find("0123456789"), std::string::npos);
}

TEST_F(ServerTest, malformed_requests_get_400_and_large_headers_431) {
    start();
    EXPECT_TRUE(raw("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(raw("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(raw("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n")
                    .starts_with("HTTP/1.1 431 "));
}

TEST_F(ServerTest, foreign_hosts_and_origins_are_refused) {
    start();
    EXPECT_EQ(ask("GET", "/hello", {}, {{"host", "evil.example"}})->status, 403);
    EXPECT_EQ(ask("GET", "/hello", {}, {{"origin", "https://evil.example"}})->status, 403);
    const auto local = ask("GET", "/hello", {}, {{"origin", "http://localhost:5173"}});
    EXPECT_EQ(local->status, 200);
    EXPECT_EQ(local->headers.at("access-control-allow-origin"), "http://localhost:5173");
}

TEST_F(ServerTest, cors_opens_every_origin) {
    ServerConfig config;
    config.cors = true;
    start(config);
    const auto answer = ask("GET", "/hello", {}, {{"origin", "https://app.example"}});
    EXPECT_EQ(answer->headers.at("access-control-allow-origin"), "*");
    const auto preflight = ask("OPTIONS", "/echo", {}, {{"access-control-request-headers", "authorization"}});
    EXPECT_EQ(preflight->status, 204);
    EXPECT_EQ(preflight->headers.at("access-control-allow-headers"), "authorization");
}

TEST_F(ServerTest, slow_headers_are_cut_off) {
    ServerConfig config;
    config.header_timeout_ms = 100;
    start(config);
    const int fd = open_socket();
    ASSERT_EQ(::send(fd, "GET /he", 7, MSG_NOSIGNAL), 7);
    EXPECT_EQ(read_all(fd), "");
    ::close(fd);
    wait_until([&] {  // on a busy machine this client can be too slow as well
        const auto answer = ask("GET", "/hello");
        return answer && answer->status == 200;
    });
}

TEST_F(ServerTest, idle_connections_are_cut_off) {
    ServerConfig config;
    config.idle_timeout_ms = 500;
    start(config);
    EXPECT_TRUE(raw("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").ends_with("hello"));
}

TEST_F(ServerTest, connections_beyond_the_limit_get_503) {
    ServerConfig config;
    config.max_connections = 2;
    start(config);
    const int a = open_socket();
    const int b = open_socket();
    EXPECT_TRUE(
        raw("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 503 "));
    ::close(a);
    ::close(b);
    wait_until([&] {
        return raw("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 ");
    });
}

TEST_F(ServerTest, rate_limit_spares_loopback_itself) {
    ServerConfig config;
    config.requests_per_minute = 1;
    start(config);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("GET", "/hello")->status, 200);
}

TEST_F(ServerTest, many_connections_at_once) {
    start();
    std::atomic<int> good{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 32; ++i) {
        clients.emplace_back([&, i] {
            for (int j = 0; j < 20; ++j) {
                const auto body = std::to_string(i * 1000 + j);
                const auto answer = ask("POST", "/echo", body);
                if (answer && answer->body == body) ++good;
            }
        });
    }
    for (auto& client : clients) client.join();
    EXPECT_EQ(good, 640);
}

TEST_F(ServerTest, stop_lets_a_busy_request_finish) {
    start();
    auto busy = std::async(std::launch::async, [&] { return ask("GET", "/wait"); });
    wait_until([&] { return waiting_ == 1; });
    const int idle = open_socket();
    auto stopping = std::async(std::launch::async, [&] { server_->stop(); });
    EXPECT_EQ(read_all(idle), "");  // the idle connection is closed at once
    ::close(idle);
    release_.set_value();
    const auto answer = busy.get();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "waited");
    stopping.get();
    server_->stop();
    EXPECT_EQ(ask("GET", "/hello").error().code, "HTTP_CONNECT_FAILED");
}

TEST_F(ServerTest, a_taken_port_is_named) {
    start();
    ServerConfig config;
    config.port = server_->port();
    HttpServer second(config);
    const auto status = second.start();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, "PORT_TAKEN");
    config.bind = "nowhere";
    HttpServer third(config);
    EXPECT_EQ(third.start().error().code, "BIND_FAILED");
}

TEST_F(ServerTest, standard_routes_answer) {
    server_ = std::make_unique<HttpServer>(ServerConfig{});
    serve_metrics(*server_);
    serve_version(*server_, "test");
    ASSERT_TRUE(server_->start());
    EXPECT_EQ(ask("GET", "/version")->body.find(R"({"ok":true,"role":"test","version":")"), 0U);
    EXPECT_NE(ask("GET", "/metrics")->body.find("bourse_http_requests_total"), std::string::npos);
}

TEST_F(ServerTest, client_limits_answers_addresses_and_time) {
    start();
    ClientRequest request;
    request.url = url("/hello");
    request.max_body_bytes = 4;
    EXPECT_EQ(http_request(request).error().code, "HTTP_TOO_LARGE");
    request.max_body_bytes = 100;
    request.allow_address = [](const std::string& ip, std::uint16_t) { return ip != "127.0.0.1"; };
    EXPECT_EQ(http_request(request).error().code, "HTTP_FORBIDDEN_ADDRESS");
    request.allow_address = [this](const std::string& ip, std::uint16_t port) {
        return ip == "127.0.0.1" && port == server_->port();
    };
    EXPECT_EQ(http_request(request)->body, "hello");
    request.allow_address = nullptr;
    request.url = url("/wait");
    request.timeout_ms = 50;
    EXPECT_EQ(http_request(request).error().code, "HTTP_TIMEOUT");
    release_.set_value();
    request.url = "ws://127.0.0.1/";
    EXPECT_EQ(http_request(request).error().code, "URL_INVALID");
    request.url = "http://127.0.0.1:1/";
    EXPECT_EQ(http_request(request).error().code, "HTTP_CONNECT_FAILED");
}

}  // namespace
TEST_F(ServerTest, a_long_answer_is_streamed_in_chunks) {
    start();
    const auto answer = ask("GET", "/stream");
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(answer->body.size(), 1'000'000U);
    EXPECT_EQ(answer->body.front(), 'a');
    EXPECT_EQ(answer->body.back(), 't');
    EXPECT_EQ(answer->headers.at("transfer-encoding"), "chunked");
    const auto old = raw("GET /stream HTTP/1.0\r\nhost: localhost\r\n\r\n");
    EXPECT_EQ(old.find("chunked"), std::string::npos);
    EXPECT_GT(old.size(), 1'000'000U);
    EXPECT_EQ(old.back(), 't');
}

TEST_F(ServerTest, a_stream_that_fails_is_not_taken_for_whole) {
    start();
    EXPECT_FALSE(ask("GET", "/stream?break=1"));
    EXPECT_EQ(ask("GET", "/hello")->body, "hello");
}

}  // namespace bourse::net
