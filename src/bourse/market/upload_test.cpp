// Uploads through the market: everything reaches the store as it was sent, and its refusals come back in the form of
// /v1.
#include <bourse/client/upload.hpp>
#include <bourse/market/v1_fixture.hpp>
#include <bourse/net/http_server.hpp>

namespace bourse::market {
namespace {

class UploadTest : public testing::V1Test {
protected:
    /// A store that tells what it was asked, and refuses offset 1.
    UploadTest()
        : store_([] {
              net::ServerConfig config;
              config.cors = true;
              return config;
          }()) {
        const net::RouteOptions chunk{.spool_body = true, .max_body_bytes = client::kUploadChunkBytes};
        const auto echo = [](const net::Request& request) {
            if (request.query_value("offset") == "1") {
                auto refused = net::Response::json(507, R"({"ok":false,"code":"STORE_FULL","error":"Full."})");
                refused.headers["Retry-After"] = "5";
                return refused;
            }
            const auto spooled = request.body_file.empty() ? "" : sys::read_file(request.body_file).value();
            return net::Response::json(200, Json{{"method", request.method},
                                                 {"path", request.path},
                                                 {"offset", request.query_value("offset").value_or("")},
                                                 {"type", request.header("content-type")},
                                                 {"body", request.body + spooled}}
                                                .dump());
        };
        for (const auto* method : {"GET", "POST"}) store_.route(method, "/v1/uploads", echo);
        for (const auto* method : {"GET", "DELETE"}) store_.route(method, "/v1/uploads/:id", echo);
        store_.route("PUT", "/v1/uploads/:id", echo, chunk);
        store_.route("POST", "/v1/uploads/:id/complete", echo);
        EXPECT_TRUE(store_.start());
    }
    void start_with_store() {
        start([&](MarketConfig& config) { config.store_url = "http://127.0.0.1:" + std::to_string(store_.port()); });
    }
    net::Response put(const std::string& target, const std::string& body, const net::Headers& headers = {}) const {
        net::ClientRequest request;
        request.method = "PUT";
        request.url = url(target);
        request.body = body;
        request.headers = headers;
        return net::http_request(request).value_or(net::Response{});
    }

    net::HttpServer store_;
};

TEST_F(UploadTest, requests_reach_the_store) {
    start_with_store();
    EXPECT_EQ(get("/v1/uploads")["path"], "/v1/uploads");
    const auto begun = Json::parse(ask("POST", "/v1/uploads", {{"size", 5}}).body);
    EXPECT_EQ(begun["body"], R"({"size":5})");
    EXPECT_EQ(Json::parse(ask("POST", "/v1/uploads/0xab/complete").body)["path"], "/v1/uploads/0xab/complete");
    EXPECT_EQ(Json::parse(ask("DELETE", "/v1/uploads/0xab").body)["method"], "DELETE");
    const auto chunk = std::string("\0\r\nany bytes", 12);
    const auto sent = Json::parse(put("/v1/uploads/0xab?offset=7", chunk).body);
    EXPECT_EQ(sent["offset"], "7");
    EXPECT_EQ(sent["body"], chunk);
    EXPECT_EQ(sent["type"], "application/octet-stream");
    EXPECT_EQ(put("/v1/uploads/0xab?offset=0", std::string(client::kUploadChunkBytes + 1, 'x')).status, 413);
}

TEST_F(UploadTest, refusals_keep_code_status_and_patience) {
    start_with_store();
    const auto refused = put("/v1/uploads/0xab?offset=1", "x");
    EXPECT_EQ(refused.status, 507);
    EXPECT_EQ(Json::parse(refused.body)["code"], "STORE_FULL");
    EXPECT_EQ(Json::parse(refused.body)["message"], "Full.");
    EXPECT_EQ(refused.headers.at("retry-after"), "5");
    store_.stop();
    EXPECT_EQ(put("/v1/uploads/0xab?offset=0", "x").status, 503);
}

TEST_F(UploadTest, pages_of_other_sites_and_odd_paths_are_refused_here) {
    start_with_store();
    const net::Headers foreign{{"origin", "https://example.org"}};
    EXPECT_EQ(put("/v1/uploads/0xab?offset=0", "x", foreign).status, 403);
    EXPECT_EQ(ask("POST", "/v1/uploads", {{"size", 5}}, foreign).status, 403);
    EXPECT_EQ(put("/v1/uploads/..%3Fx?offset=0", "x").status, 403);
}

TEST_F(UploadTest, market_without_a_store_takes_none) {
    start();
    EXPECT_EQ(ask("GET", "/v1/uploads").status, 404);
    EXPECT_FALSE(get("/v1/boot")["features"]["uploads"].get<bool>());
}

}  // namespace
}  // namespace bourse::market
