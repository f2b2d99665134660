#include <bourse/net/http_client.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/net/ws_client.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace bourse::net {
namespace {

/// Collects what a client hears.
struct Inbox {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> messages;
    std::optional<Error> closed;

    WsClient::Callbacks callbacks() {
        return {[this](std::string_view text) {
                    const std::lock_guard lock(mutex);
                    messages.emplace_back(text);
                    changed.notify_all();
                },
                [this](const Error& reason) {
                    const std::lock_guard lock(mutex);
                    closed = reason;
                    changed.notify_all();
                }};
    }
    bool wait_messages(std::size_t n) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(60), [&] { return messages.size() >= n; });
    }
    bool wait_closed() {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(60), [&] { return closed.has_value(); });
    }
};

class WsTest : public testing::Test {
protected:
    void start(ServerConfig config = {}) {
        server_ = std::make_unique<HttpServer>(std::move(config));
        server_->route("GET", "/", [](const Request&) { return Response::text(200, "plain"); });
        server_->websocket("/", {[this](const WsConnectionPtr& c) {
                                     const std::lock_guard lock(mutex_);
                                     connection_ = c;
                                     ++opened_;
                                     changed_.notify_all();
                                 },
                                 [](const WsConnectionPtr& c, std::string_view text) {
                                     if (text == "close")
                                         c->close(4000, "as you wish");
                                     else
                                         c->send("echo " + std::string(text));
                                 },
                                 [this](const WsConnectionPtr&) {
                                     const std::lock_guard lock(mutex_);
                                     connection_.reset();
                                     ++ended_;
                                     changed_.notify_all();
                                 }});
        ASSERT_TRUE(server_->start());
    }
    void TearDown() override {
        if (server_) server_->stop();
        connection_.reset();
    }
    std::string url(const std::string& path = "/") const {
        return "ws://127.0.0.1:" + std::to_string(server_->port()) + path;
    }
    bool wait_for(const std::function<bool()>& condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60), condition);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    WsConnectionPtr connection_;
    int opened_ = 0;
    int ended_ = 0;
    std::unique_ptr<HttpServer> server_;
};

TEST_F(WsTest, messages_come_back_in_order) {
    start();
    Inbox inbox;
    auto client = WsClient::connect(url(), inbox.callbacks());
    ASSERT_TRUE(client) << client.error().message;
    for (int i = 0; i < 200; ++i) EXPECT_TRUE((*client)->send(std::to_string(i)));
    ASSERT_TRUE(inbox.wait_messages(200));
    for (int i = 0; i < 200; ++i) EXPECT_EQ(inbox.messages[static_cast<std::size_t>(i)], "echo " + std::to_string(i));
    client->reset();
    EXPECT_TRUE(wait_for([&] { return ended_ == 1; }));
}

TEST_F(WsTest, http_and_websocket_share_the_path) {
    start();
    ClientRequest request;
    request.url = "http" + url().substr(2);
    EXPECT_EQ(http_request(request)->body, "plain");
}

TEST_F(WsTest, large_messages_pass_and_too_large_ones_end_the_connection) {
    ServerConfig config;
    config.max_ws_message_bytes = 1 << 20;
    start(config);
    Inbox inbox;
    auto client = WsClient::connect(url(), inbox.callbacks());
    ASSERT_TRUE(client);
    const std::string large(1 << 20, 'x');
    (*client)->send(large);
    ASSERT_TRUE(inbox.wait_messages(1));
    EXPECT_EQ(inbox.messages[0].size(), large.size() + 5);
    (*client)->send(large + "y");
    EXPECT_TRUE(inbox.wait_closed());
    EXPECT_FALSE((*client)->send("more"));
}

TEST_F(WsTest, the_servers_close_reason_arrives) {
    start();
    Inbox inbox;
    auto client = WsClient::connect(url(), inbox.callbacks());
    ASSERT_TRUE(client);
    (*client)->send("close");
    ASSERT_TRUE(inbox.wait_closed());
    EXPECT_EQ(inbox.closed->code, "WS_CLOSED");
    EXPECT_NE(inbox.closed->message.find("as you wish"), std::string::npos);
}

TEST_F(WsTest, a_client_that_does_not_read_is_dropped) {
    ServerConfig config;
    config.max_ws_queue_bytes = 1 << 20;
    start(config);
    std::mutex gate;
    std::unique_lock closed_gate(gate);
    auto client = WsClient::connect(url(), {[&](std::string_view) { const std::lock_guard wait(gate); }, {}});
    ASSERT_TRUE(client);
    ASSERT_TRUE(wait_for([&] { return opened_ == 1; }));
    WsConnectionPtr connection;
    {
        const std::lock_guard lock(mutex_);
        connection = connection_;
    }
    for (int i = 0; i < 400 && ended_ == 0; ++i) connection->send(std::string(100'000, 'x'));
    EXPECT_TRUE(wait_for([&] { return ended_ == 1; }));
    connection->send("ignored");
    connection.reset();
    closed_gate.unlock();
}

TEST_F(WsTest, stopping_the_server_closes_clients) {
    start();
    Inbox inbox;
    auto client = WsClient::connect(url(), inbox.callbacks());
    ASSERT_TRUE(client);
    server_->stop();
    EXPECT_TRUE(inbox.wait_closed());
    EXPECT_TRUE(wait_for([&] { return ended_ == 1; }));
}

TEST_F(WsTest, a_callback_may_destroy_its_client) {
    start();
    std::unique_ptr<WsClient> client;
    std::mutex mutex;
    std::condition_variable changed;
    bool gone = false;
    auto made = WsClient::connect(url(), {[&](std::string_view) {
                                              const std::lock_guard lock(mutex);
                                              client.reset();
                                              gone = true;
                                              changed.notify_all();
                                          },
                                          {}});
    ASSERT_TRUE(made);
    {
        const std::lock_guard lock(mutex);
        client = std::move(*made);
        client->send("x");
    }
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return gone; }));
    lock.unlock();
    EXPECT_TRUE(wait_for([&] { return ended_ == 1; }));
}

TEST_F(WsTest, refused_connections_are_errors) {
    start();
    EXPECT_EQ(WsClient::connect(url("/nowhere"), {}).error().code, "WS_CONNECT_FAILED");
    EXPECT_EQ(WsClient::connect("ws://127.0.0.1:1/", {}).error().code, "WS_CONNECT_FAILED");
    EXPECT_EQ(WsClient::connect("http://127.0.0.1/", {}).error().code, "URL_INVALID");
}

}  // namespace
TEST_F(WsTest, sockets_of_foreign_pages_are_refused_where_asked) {
    ServerConfig config;
    config.cors = true;
    server_ = std::make_unique<HttpServer>(config);
    server_->websocket("/feed", {}, {.protocol = "mkt.v1", .max_message_bytes = 64, .check_origin = true});
    ASSERT_TRUE(server_->start());
    const auto upgrade = [&](const std::string& headers) {
        ClientRequest request;
        request.url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/feed";
        request.timeout_ms = 60'000;
        request.headers = {{"connection", "Upgrade"},
                           {"upgrade", "websocket"},
                           {"sec-websocket-version", "13"},
                           {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
                           {"origin", headers}};
        return http_request(request);
    };
    const auto foreign = upgrade("https://evil.example");
    ASSERT_TRUE(foreign);
    EXPECT_EQ(foreign->status, 403);
}

}  // namespace bourse::net
