#include <bourse/net/ws_client.hpp>
#include <bourse/rpc/test_chain.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

namespace bourse::rpc {
namespace {

using nlohmann::json;

/// A WebSocket client of a served chain that keeps all it hears.
class SocketTest : public testing::Test {
protected:
    void SetUp() override {
        server_ = std::make_unique<net::HttpServer>(net::ServerConfig{});
        chain_.service().mount(*server_);
        ASSERT_TRUE(server_->start());
        client_ = connect();
    }
    void TearDown() override {
        client_.reset();
        server_->stop();
    }
    std::unique_ptr<net::WsClient> connect() {
        auto client = net::WsClient::connect("ws://127.0.0.1:" + std::to_string(server_->port()) + "/",
                                             {[this](std::string_view text) {
                                                  const std::lock_guard lock(mutex_);
                                                  heard_.push_back(json::parse(text));
                                                  changed_.notify_all();
                                              },
                                              {}});
        return std::move(client).value();
    }
    /// The first `n` messages for which `wanted` holds.
    std::vector<json> wait_for(std::size_t n, const std::function<bool(const json&)>& wanted) {
        std::vector<json> found;
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(60), [&] {
            found.clear();
            for (const auto& message : heard_)
                if (found.size() < n && wanted(message)) found.push_back(message);
            return found.size() == n;
        });
        return found;
    }
    json ask(int id, const std::string& method, json params) {
        client_->send(json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}}.dump());
        const auto answers = wait_for(1, [&](const json& m) { return m.contains("id") && m.at("id") == id; });
        return answers.empty() ? json() : answers[0];
    }
    std::vector<json> events(const std::string& id, std::size_t n) {
        return wait_for(n,
                        [&](const json& m) { return m.contains("params") && m.at("params").at("subscription") == id; });
    }

    TestChain chain_;
    std::unique_ptr<net::HttpServer> server_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<json> heard_;
    std::unique_ptr<net::WsClient> client_;
};

TEST_F(SocketTest, new_heads_come_in_order_without_gaps) {
    const std::string id = ask(1, "eth_subscribe", {"newHeads"}).at("result");
    for (std::uint64_t i = 0; i < 20; ++i) chain_.mine({.nonce = i, .data = rlc_transfer("worker1", 1)});
    const auto heads = events(id, 20);
    ASSERT_EQ(heads.size(), 20U);
    auto number = uint256_from_quantity(heads[0].at("params").at("result").at("number").get<std::string>())->low_u64();
    for (const auto& head : heads) {
        EXPECT_EQ(head.at("params").at("result").at("number"), to_quantity(number++));
        EXPECT_EQ(head.at("method"), "eth_subscription");
    }
    EXPECT_EQ(ask(2, "eth_unsubscribe", {id}).at("result"), true);
    EXPECT_EQ(ask(3, "eth_unsubscribe", {id}).at("error").at("code"), kServerError);
}

TEST_F(SocketTest, logs_are_those_of_the_filter_and_of_get_logs) {
    const std::string worker2 = "0x" + std::string(24, '0') + to_hex(dev_address("worker2")).substr(2);
    const std::string all = ask(1, "eth_subscribe", {"logs"}).at("result");
    const std::string some =
        ask(2, "eth_subscribe", {"logs", {{"address", to_hex(poco::kRlc)}, {"topics", {nullptr, nullptr, worker2}}}})
            .at("result");
    chain_.mine({.nonce = 0, .data = rlc_transfer("worker1", 1)});
    chain_.mine({.nonce = 1, .data = rlc_transfer("worker2", 2)});
    const auto everything = events(all, 2);
    const auto filtered = events(some, 1);
    ASSERT_EQ(everything.size(), 2U);
    ASSERT_EQ(filtered.size(), 1U);
    EXPECT_EQ(filtered[0].at("params").at("result"), everything[1].at("params").at("result"));
    EXPECT_EQ(chain_.result("eth_getLogs", {json::object()})[0], filtered[0].at("params").at("result"));
}

TEST_F(SocketTest, pending_transactions_are_announced) {
    const std::string id = ask(1, "eth_subscribe", {"newPendingTransactions"}).at("result");
    const auto hash = chain_.mine({.data = rlc_transfer("worker1", 1)});
    const auto heard = events(id, 1);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].at("params").at("result"), hash);
}

TEST_F(SocketTest, pending_transactions_are_announced_whole_where_that_is_wanted) {
    const std::string whole = ask(1, "eth_subscribe", {"newPendingTransactions", true}).at("result");
    const std::string hashes = ask(2, "eth_subscribe", {"newPendingTransactions", false}).at("result");
    const std::string syncing = ask(3, "eth_subscribe", {"syncing"}).at("result");
    const auto hash = chain_.mine({.data = rlc_transfer("worker1", 1)});
    const auto first = events(whole, 1);
    const auto second = events(hashes, 1);
    ASSERT_EQ(first.size() + second.size(), 2U);
    EXPECT_EQ(first[0].at("params").at("result").at("hash"), hash);
    EXPECT_EQ(first[0].at("params").at("result").at("blockHash"), nullptr);
    EXPECT_EQ(second[0].at("params").at("result"), hash);
    EXPECT_EQ(ask(4, "eth_unsubscribe", {syncing}).at("result"), true);
    EXPECT_EQ(ask(5, "eth_subscribe", {"newPendingTransactions", 5}).at("error").at("code"), kInvalidParams);
}

TEST_F(SocketTest, subscriptions_are_checked_and_limited) {
    EXPECT_EQ(ask(1, "eth_subscribe", {"weather"}).at("error").at("code"), kInvalidParams);
    EXPECT_EQ(ask(2, "eth_unsubscribe", {"0x1"}).at("error").at("code"), kServerError);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(ask(10 + i, "eth_subscribe", {"newHeads"}).contains("result"));
    EXPECT_EQ(ask(200, "eth_subscribe", {"newHeads"}).at("error").at("code"), kLimitExceeded);
}

TEST_F(SocketTest, batches_and_calls_work_over_the_socket) {
    EXPECT_EQ(ask(1, "eth_chainId", json::array()).at("result"), "0xffff");
    client_->send(
        R"([{"jsonrpc":"2.0","id":5,"method":"eth_chainId"},{"jsonrpc":"2.0","id":6,"method":"eth_blockNumber"}])");
    const auto answers = wait_for(1, [](const json& m) { return m.is_array(); });
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].size(), 2U);
}

TEST_F(SocketTest, a_connection_that_ends_is_forgotten) {
    ask(1, "eth_subscribe", {"newHeads"});
    client_.reset();
    chain_.mine({.data = rlc_transfer("worker1", 1)});
    client_ = connect();
    EXPECT_EQ(ask(2, "eth_blockNumber", json::array()).at("result"), "0x2");
}

}  // namespace
}  // namespace bourse::rpc
