// HTTP heads and WebSocket frames: whatever bytes a client sends, the real server of the node answers or ends the
// connection, and serves the next client. After an even first byte the rest of the input comes behind a valid upgrade,
// as frames; after an odd one it is all that the client says.
#include <bourse/base/assert.hpp>
#include <bourse/net/http_server.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace {

using bourse::net::HttpServer;
using bourse::net::Request;
using bourse::net::Response;
using bourse::net::WsConnectionPtr;

constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
constexpr std::string_view kRequest = "GET /alive HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
constexpr int kPatienceS = 20;

bourse::net::ServerConfig config() {
    bourse::net::ServerConfig out;
    out.handler_threads = 2;
    out.max_body_bytes = out.max_ws_message_bytes = 64 * 1024;
    out.max_ws_queue_bytes = 128 * 1024;
    return out;
}

/// Lives as long as the program.
class Server {
public:
    Server() : server_(config()) {
        server_.route("GET", "/alive", [](const Request&) { return Response::text(200, "alive"); });
        server_.route("POST", "/", [](const Request& request) { return Response::text(200, request.body); });
        bourse::net::WsHandlers handlers;
        handlers.on_message = [](const WsConnectionPtr& connection, std::string_view message) {
            if (message == "close") connection->close(1000, "as asked");
            connection->send(std::string(message));
        };
        server_.websocket("/", std::move(handlers));
        BOURSE_ASSERT(server_.start().has_value());
    }

    /// Upgrades where that is wanted, sends the bytes, says that no more will come, reads to the end. False where the
    /// server does not end in time.
    bool talk(bool upgrade, std::string_view bytes, std::string* answer) const {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        BOURSE_ASSERT(fd >= 0);
        const timeval patience{kPatienceS, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        // Ends by a reset, so that thousands of runs a second leave no port waiting.
        const linger hard{1, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(server_.port());
        BOURSE_ASSERT(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        char buffer[4096];
        if (upgrade) {
            send_all(fd, kUpgrade);
            std::string head;
            // A client waits for the answer before its first frame (RFC 6455 §4.1).
            while (!head.ends_with("\r\n\r\n") && ::recv(fd, buffer, 1, 0) == 1) head += buffer[0];
            BOURSE_ASSERT(head.starts_with("HTTP/1.1 101"));
        }
        send_all(fd, bytes);
        ::shutdown(fd, SHUT_WR);
        ssize_t got = 0;
        while ((got = ::recv(fd, buffer, sizeof buffer, 0)) > 0)
            if (answer != nullptr) answer->append(buffer, static_cast<std::size_t>(got));
        const bool ended = got == 0 || errno != EAGAIN;
        ::close(fd);
        return ended;
    }

private:
    static void send_all(int fd, std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;  // the server has heard enough
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    HttpServer server_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Server server;
    static std::uint64_t runs = 0;
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    BOURSE_ASSERT(server.talk(data[0] % 2 == 0, bytes, nullptr));
    if (runs++ % 64 == 0) {
        std::string answer;
        BOURSE_ASSERT(server.talk(false, kRequest, &answer));
        BOURSE_ASSERT(answer.starts_with("HTTP/1.1 200") && answer.ends_with("alive"));
    }
    return 0;
}
