#include <bourse/client/fetch.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <fstream>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

TEST(PublicAddressTest, special_ranges_are_closed) {
    for (const char* ip : {"127.0.0.1",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "169.254.169.254",
                           "0.0.0.0",
                           "100.64.0.1",
                           "224.0.0.1",
                           "255.255.255.255",
                           "192.0.2.1",
                           "198.18.0.1",
                           "::1",
                           "::",
                           "fe80::1",
                           "fc00::1",
                           "fd12::1",
                           "ff02::1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:7f00:1::",
                           "2001:db8::1",
                           "not an address",
                           ""})
        EXPECT_FALSE(is_public_address(ip)) << ip;
}
TEST(PublicAddressTest, global_unicast_is_open) {
    for (const char* ip : {"1.1.1.1", "8.8.8.8", "172.32.0.1", "192.167.1.1", "100.128.0.1", "2606:4700::1111",
                           "::ffff:8.8.8.8", "64:ff9b::808:808"})
        EXPECT_TRUE(is_public_address(ip)) << ip;
}
TEST(MultiaddrTest, text_and_binary_forms) {
    EXPECT_EQ(reference_of_multiaddr(as_bytes("https://example.org/data.csv")), "https://example.org/data.csv");
    EXPECT_EQ(reference_of_multiaddr(as_bytes("/ipfs/bafyabc")), "/ipfs/bafyabc");
    EXPECT_EQ(reference_of_multiaddr(as_bytes("/p2p/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG")),
              "/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG");
    // The multihash of QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG in its binary multiaddr.
    const auto binary = *from_hex(
        "a503221220"
        "9d6c2be50f706953479ab9df2ce3edca90b68053c00b3004b7f0accbe1e8eedf");
    const auto reference = reference_of_multiaddr(binary);
    ASSERT_TRUE(reference);
    EXPECT_TRUE(reference->starts_with("/ipfs/Qm"));
    EXPECT_EQ(reference->size(), 6U + 46U);
    EXPECT_FALSE(reference_of_multiaddr(Bytes{}));
    EXPECT_FALSE(reference_of_multiaddr(Bytes{1, 2, 3}));
}

class FetchTest : public testing::Test {
protected:
    void SetUp() override {
        net::ServerConfig config;
        config.handler_threads = 2;
        server_ = std::make_unique<net::HttpServer>(config);
        server_->route("GET", "/data", [](const net::Request&) { return net::Response::text(200, "some data"); });
        server_->route("GET", "/ipfs/:cid",
                       [](const net::Request& r) { return net::Response::text(200, "cid " + r.params.at("cid")); });
        server_->route("GET", "/hop/:n", [this](const net::Request& r) {
            const int n = std::stoi(r.params.at("n"));
            net::Response response = net::Response::text(302, "");
            response.headers["location"] = n == 0 ? "/data" : "/hop/" + std::to_string(n - 1);
            return response;
        });
        server_->route("GET", "/away", [this](const net::Request&) {
            net::Response response = net::Response::text(302, "");
            response.headers["location"] = away_;
            return response;
        });
        ASSERT_TRUE(server_->start());
        policy_.allowed_origins = {origin()};
        policy_.timeout_ms = 60'000;
    }
    std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
    std::string code(const std::string& reference) {
        const auto fetched = fetch_file(reference, file(), policy_);
        EXPECT_EQ(fetched.has_value(), fs::exists(file()));
        return fetched ? "" : fetched.error().code;
    }
    fs::path file() const { return dir_.path() / "file"; }

    sys::TempDir dir_;
    std::unique_ptr<net::HttpServer> server_;
    FetchPolicy policy_;
    std::string away_;
};

TEST_F(FetchTest, a_listed_origin_is_fetched_and_hashed) {
    const auto fetched = fetch_file(origin() + "/data", file(), policy_);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(fetched->sha256, crypto::sha256(as_bytes("some data")));
    EXPECT_EQ(fetched->size_bytes, 9U);
    EXPECT_EQ(*sys::read_file(file()), "some data");
}
TEST_F(FetchTest, unlisted_addresses_and_schemes_are_forbidden) {
    policy_.allowed_origins.clear();
    EXPECT_EQ(code(origin() + "/data"), "FETCH_FORBIDDEN");
    EXPECT_EQ(code("https://127.0.0.1:" + std::to_string(server_->port()) + "/data"), "FETCH_FORBIDDEN");
    EXPECT_EQ(code("https://localhost:" + std::to_string(server_->port()) + "/data"), "FETCH_FORBIDDEN");
    EXPECT_EQ(code("file:///etc/passwd"), "FETCH_FORBIDDEN");
    EXPECT_EQ(code("ftp://example.org/x"), "FETCH_FORBIDDEN");
    EXPECT_EQ(code("nonsense"), "FETCH_FORBIDDEN");
}
TEST_F(FetchTest, redirects_are_followed_five_times_and_checked_each_time) {
    EXPECT_EQ(code(origin() + "/hop/4"), "");
    fs::remove(file());
    EXPECT_EQ(code(origin() + "/hop/5"), "FETCH_FAILED");
    away_ = "http://127.0.0.1:1/secret";
    EXPECT_EQ(code(origin() + "/away"), "FETCH_FORBIDDEN");
    away_ = "https://169.254.169.254/latest";
    EXPECT_EQ(code(origin() + "/away"), "FETCH_FORBIDDEN");
}
TEST_F(FetchTest, failures_are_told_apart) {
    EXPECT_EQ(code(origin() + "/missing"), "FETCH_FAILED");
    policy_.max_bytes = 4;
    EXPECT_EQ(code(origin() + "/data"), "FETCH_TOO_LARGE");
    policy_.allowed_origins.push_back("http://127.0.0.1:1");
    EXPECT_EQ(code("http://127.0.0.1:1/x"), "FETCH_FAILED");
}
TEST_F(FetchTest, ipfs_references_go_to_the_gateways_in_order) {
    EXPECT_EQ(code("/ipfs/bafyabc"), "FETCH_FAILED");
    policy_.allowed_origins.push_back("http://127.0.0.1:1");
    policy_.ipfs_gateways = {"http://127.0.0.1:1", origin()};
    EXPECT_EQ(code("ipfs://bafyabc"), "");
    EXPECT_EQ(*sys::read_file(file()), "cid bafyabc");
}

}  // namespace
}  // namespace bourse::client
