#include <bourse/client/market_client.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/poco/order_json.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

using nlohmann::json;

class MarketClientTest : public testing::Test {
protected:
    MarketClientTest() : server_({}) {
        server_.route("GET", "/apporders", [this](const net::Request& request) { return page(request); });
        server_.route("GET", "/challenge", [](const net::Request&) {
            return net::Response::json(
                200, json{{"ok", true}, {"data", challenge_typed_data("iExec Gateway", 65535, "c")}}.dump());
        });
        server_.route("POST", "/apporders", [this](const net::Request& request) { return publish(request); });
        server_.route("POST", "/v1/faucet", [](const net::Request&) {
            return net::Response::json(429, R"({"ok":false,"error":"next at noon"})");
        });
        server_.route("GET", "/v1/explain/:subject/:id", [](const net::Request& request) {
            if (request.params.at("subject") != "deal")
                return net::Response::json(404, R"({"code":"NOT_FOUND","message":"There is none."})");
            return net::Response::json(200, R"({"subject":"deal","state":"running","reasons":[]})");
        });
        server_.route("PUT", "/apporders", [this](const net::Request&) {
            if (++withdrawals_ == 1)
                return net::Response::json(403, R"({"ok":false,"error":"an order rests at least 500 ms"})");
            return net::Response::json(200, json{{"ok", true}, {"unpublished", {to_hex(Hash{})}}}.dump());
        });
        EXPECT_TRUE(server_.start());
    }
    ~MarketClientTest() override { server_.stop(); }

    net::Response page(const net::Request& request) const {
        const auto index = std::stoul(request.query_value("pageIndex").value_or("0"));
        const auto size = std::stoul(request.query_value("pageSize").value_or("20"));
        json rows = json::array();
        for (std::size_t i = index * size; i < std::min(total_, (index + 1) * size); ++i) {
            poco::AppOrder order;
            order.appprice = i;
            order.volume = 5;
            rows.push_back({{"order", poco::to_json(order)},
                            {"orderHash", to_hex(Hash{})},
                            {"remaining", 5},
                            {"status", "open"},
                            {"publicationTimestamp", "2026-06-01T12:00:00.000Z"},
                            {"signer", to_hex(Address{})},
                            {"chainId", 65535}});
        }
        json body{{"ok", true}, {"orders", rows}, {"count", total_}};
        if (rows.size() == size) body["nextPage"] = (index + 1) * size;
        return net::Response::json(200, body.dump());
    }
    net::Response publish(const net::Request& request) {
        const auto authorized = verify_authorization(request.header("authorization"));
        if (!authorized || authorized->address != key_.address())
            return net::Response::json(403, R"({"ok":false,"error":"invalid authorization"})");
        if (request.query_value("chainId") != "65535")
            return net::Response::json(400, R"({"ok":false,"error":"wrong chain"})");
        return net::Response::json(200, json{{"ok", true}, {"published", {{"orderHash", to_hex(Hash{})}}}}.dump());
    }
    int withdrawals_ = 0;
    MarketClient client() const { return MarketClient("http://127.0.0.1:" + std::to_string(server_.port()), 65535); }

    net::HttpServer server_;
    std::size_t total_ = 0;
    crypto::PrivateKey key_ = *crypto::PrivateKey::from(Bytes(32, 7));
};

TEST_F(MarketClientTest, all_pages_are_read_up_to_the_limit) {
    for (const std::size_t total :
         {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{101}, std::size_t{250}}) {
        total_ = total;
        const auto orders = client().app_orders({}, 200);
        ASSERT_TRUE(orders) << orders.error().message;
        EXPECT_EQ(orders->size(), std::min<std::size_t>(total, 200));
        for (std::size_t i = 0; i < orders->size(); ++i) EXPECT_EQ((*orders)[i].order.appprice, Uint256(i));
    }
}

TEST_F(MarketClientTest, publication_carries_a_valid_authorization) {
    EXPECT_TRUE(client().publish(OrderKind::kApp, poco::to_json_strings(poco::AppOrder{}), key_));
}

TEST_F(MarketClientTest, refusals_carry_the_markets_sentence) {
    const auto refused = client().publish(OrderKind::kApp, json::object(), *crypto::PrivateKey::from(Bytes(32, 8)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "MARKET_REFUSED");
    EXPECT_NE(refused.error().message.find("invalid authorization"), std::string::npos);
    EXPECT_EQ(client().faucet(Address{}).error(), (Error{"FAUCET_WAIT", "next at noon"}));
    EXPECT_EQ(client().order(OrderKind::kDataset, Hash{}).error().code, "ORDER_NOT_FOUND");
    EXPECT_EQ(MarketClient("http://127.0.0.1:1", 1).app_orders({}).error().code, "MARKET_UNREACHABLE");
}

TEST_F(MarketClientTest, explanation_or_not_found) {
    const auto found = client().explain("deal", to_hex(Hash{}));
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)["state"], "running");
    EXPECT_EQ(client().explain("task", to_hex(Hash{})).error().code, "NOT_FOUND");
}

TEST_F(MarketClientTest, withdrawal_waits_out_the_rest_time) {
    const auto gone = client().unpublish(OrderKind::kApp, MarketClient::Unpublish::kOne, Hash{}, {}, key_);
    ASSERT_TRUE(gone) << gone.error().message;
    EXPECT_EQ(gone->size(), 1U);
}

}  // namespace
}  // namespace bourse::client
