// A market over a made-up history, for tests of /v1 and of the feed.
#pragma once

#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/explorer/made_history.hpp>
#include <bourse/market/service.hpp>
#include <bourse/market/still_chain.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/net/ws_client.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::market::testing {

using explorer::testing::MadeHistory;
using orderbook::testing::FakeMarketChain;
using orderbook::testing::kChainId;

class V1Test : public ::testing::Test {
protected:
    void start(const std::function<void(MarketConfig&)>& change = {}) {
        {
            auto index = *explorer::Index::open("sqlite://" + (dir_.path() / "explorer.db").string(), poco::kHub);
            for (const auto& category : MadeHistory::categories()) chain_.categories.push_back(category);
            explorer::testing::MadeChain made;
            ASSERT_TRUE(index->prepare(made));
            index->apply(history_.deployment(), history_.facts());
            for (int i = 0; i < 12; ++i) index->apply(history_.deals(6), history_.facts());
        }
        MarketConfig config;
        config.folder = dir_.path();
        if (change) change(config);
        auto service = MarketService::start(config, {chain_, blocks_, transactions_});
        ASSERT_TRUE(service) << service.error().message;
        service_ = *std::move(service);
    }
    void TearDown() override { service_.reset(); }

    std::string url(const std::string& target) const {
        return "http://127.0.0.1:" + std::to_string(service_->port()) + target;
    }
    net::Response ask(const std::string& method, const std::string& target, const Json& body = nullptr,
                      net::Headers headers = {}) const {
        net::ClientRequest request;
        request.method = method;
        request.url = url(target);
        request.headers = std::move(headers);
        if (!body.is_null()) {
            request.body = body.dump();
            request.headers["content-type"] = "application/json";
        }
        const auto answer = net::http_request(request);
        EXPECT_TRUE(answer) << target << (answer ? "" : answer.error().message);
        return answer.value_or(net::Response{});
    }
    Json get(const std::string& target) const {
        const auto answer = ask("GET", target);
        EXPECT_EQ(answer.status, 200) << target << " " << answer.body;
        return Json::parse(answer.body, nullptr, false);
    }
    std::string open_session(const crypto::PrivateKey& key) const {
        const auto challenge = get("/v1/challenge?address=" + to_checksum(key.address()));
        const auto header = client::authorization_header(challenge["typedData"], key);
        const auto session = ask("POST", "/v1/session", {{"authorization", *header}});
        EXPECT_EQ(session.status, 200) << session.body;
        return Json::parse(session.body)["token"];
    }

    sys::TempDir dir_;
    MadeHistory history_;
    FakeMarketChain chain_;
    StillBlocks blocks_;
    StillTransactions transactions_;
    std::unique_ptr<MarketService> service_;
};

struct Listener {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Json> messages;
    bool closed = false;
    std::unique_ptr<net::WsClient> socket;

    explicit Listener(const std::string& url) {
        net::WsClient::Callbacks callbacks;
        callbacks.on_message = [this](std::string_view text) {
            const std::lock_guard lock(mutex);
            messages.push_back(Json::parse(text, nullptr, false));
            changed.notify_all();
        };
        callbacks.on_close = [this](const Error&) {
            const std::lock_guard lock(mutex);
            closed = true;
            changed.notify_all();
        };
        auto made = net::WsClient::connect(url, std::move(callbacks));
        EXPECT_TRUE(made);
        if (made) socket = *std::move(made);
    }
    Json wait(const std::function<bool(const Json&)>& fits) {
        std::unique_lock lock(mutex);
        Json out;
        changed.wait_for(lock, std::chrono::seconds(60), [&] {
            for (const auto& message : messages)
                if (fits(message)) {
                    out = message;
                    return true;
                }
            return closed;
        });
        return out;
    }
    Json op(const std::string& name, const std::string& id = {}) {
        return wait([&](const Json& m) { return m["op"] == name && (id.empty() || m.value("id", "") == id); });
    }
    void send(const Json& message) { socket->send(message.dump()); }
};

/// A client without a socket.
class QuietConnection final : public net::WsConnection {
public:
    explicit QuietConnection(std::uint64_t number) { request_.connection = number; }
    void send(std::string text) override {
        const std::lock_guard lock(mutex_);
        sent_.push_back(Json::parse(text));
    }
    void close(std::uint16_t code, std::string) override { closed_with = code; }
    std::size_t queued_bytes() const override { return queued; }
    void discard_queue() override {
        queued = 0;
        ++discarded;
    }
    const net::Request& request() const noexcept override { return request_; }
    /// Messages of a kind so far.
    std::vector<Json> of(const std::string& op) const {
        const std::lock_guard lock(mutex_);
        std::vector<Json> out;
        for (const auto& message : sent_)
            if (message["op"] == op) out.push_back(message);
        return out;
    }
    std::atomic<std::size_t> queued{0};
    std::atomic<int> discarded{0}, closed_with{0};

private:
    net::Request request_;
    mutable std::mutex mutex_;
    std::vector<Json> sent_;
};

inline bool soon(const std::function<bool()>& condition) {
    for (const auto end = sys::steady_ms() + 60'000; sys::steady_ms() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(2)))
        if (condition()) return true;
    return condition();
}

struct FeedUnderTest {
    FeedUnderTest(Api& api) : feed(api), handlers(feed.handlers()) { feed.start(); }
    void block() {
        ++number;
        feed.on_block({number, crypto::keccak256(std::to_string(number)), 1'000 + number}, true);
    }
    std::shared_ptr<QuietConnection> join(std::uint64_t id, const Json& since = nullptr) {
        auto connection = std::make_shared<QuietConnection>(id);
        handlers.on_open(connection);
        Json message = {{"op", "sub"}, {"id", "s"}, {"ch", "blocks"}};
        if (!since.is_null()) message["since"] = since;
        handlers.on_message(connection, message.dump());
        return connection;
    }
    Feed feed;
    net::WsHandlers handlers;
    std::uint64_t number = 0;
};

/// An HTTP/1.1 connection from any loopback address, read as it comes: for limits by address, and for answers that do
/// not end.
class RawConnection {
public:
    RawConnection(std::uint16_t port, const char* from = "127.0.0.1") : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        ::inet_pton(AF_INET, from, &here.sin_addr);
        sockaddr_in there = here;
        ::inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
        there.sin_port = htons(port);
        timeval patience{60, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const auto* address = reinterpret_cast<const sockaddr*>(&here);
        EXPECT_EQ(::bind(fd_, address, sizeof here), 0);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection() { ::close(fd_); }

    void send(const std::string& text) { EXPECT_EQ(::send(fd_, text.data(), text.size(), 0), std::ssize(text)); }
    /// Everything so far, once `text` is in it; else what there was when the other end closed or fell silent.
    const std::string& read_until(const std::string& text) {
        while (all_.find(text) == std::string::npos) {
            std::array<char, 16'384> buffer{};
            const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n <= 0) break;
            all_.append(buffer.data(), static_cast<std::size_t>(n));
        }
        return all_;
    }
    /// Status of one request; the connection serves no other.
    int status(const std::string& method, const std::string& target, const std::string& body = {}) {
        send(method + " " + target +
             " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json" +
             "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        const auto& text = read_until(std::string("\0", 1));
        return text.size() < 12 ? 0 : std::stoi(text.substr(9, 3));
    }
    const std::string& text() const { return all_; }

private:
    int fd_;
    std::string all_;
};

}  // namespace bourse::market::testing
