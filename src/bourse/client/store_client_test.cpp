#include <bourse/client/store_client.hpp>

#include <bourse/client/archive.hpp>
#include <bourse/client/cid.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

namespace bourse::client {
namespace {

/// A store that serves one file, or other bytes than it should.
class StoreClientTest : public testing::Test {
protected:
    StoreClientTest() : server_({}) {
        server_.route("GET", "/ipfs/:cid", [this](const net::Request& request) {
            if (request.params.at("cid") != cid_) return net::Response::json(404, R"({"ok":false,"error":"not here"})");
            net::Response response;
            response.body = served_;
            return response;
        });
        EXPECT_TRUE(server_.start());
        std::filesystem::create_directories(at("out"));
        EXPECT_TRUE(sys::write_file_atomic(at("out") / "result.txt", "the answer"));
        EXPECT_TRUE(sys::write_file_atomic(at("out") / "computed.json",
                                           R"({"deterministic-output-path":"/iexec_out/result.txt"})"));
        EXPECT_TRUE(create_zip(at("out"), at("result.zip")));
        served_ = *sys::read_file(at("result.zip"));
        cid_ = cid_of(as_bytes(served_));
        digest_ = result_of_folder(at("out"), false)->digest;
    }
    ~StoreClientTest() override { server_.stop(); }
    std::filesystem::path at(const char* name) const { return folder_.path() / name; }
    StoreClient client() const { return StoreClient("http://127.0.0.1:" + std::to_string(server_.port())); }

    sys::TempDir folder_;
    net::HttpServer server_;
    std::string served_, cid_;
    Hash digest_;
};

TEST_F(StoreClientTest, right_result_is_downloaded_and_verified) {
    const auto facts = client().download_result("/ipfs/" + cid_, digest_, false, at("got.zip"));
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->digest, digest_);
    EXPECT_FALSE(facts->error_cause);
    EXPECT_TRUE(std::filesystem::exists(at("got.zip")));
}

TEST_F(StoreClientTest, other_bytes_than_the_identifier_names_are_refused_and_removed) {
    served_ += "x";
    EXPECT_EQ(client().download("/ipfs/" + cid_, at("got.zip")).error().code, "RESULT_CID_MISMATCH");
    EXPECT_FALSE(std::filesystem::exists(at("got.zip")));
}

TEST_F(StoreClientTest, result_with_another_digest_than_the_chains_is_set_aside) {
    EXPECT_EQ(client().download_result("/ipfs/" + cid_, Hash{}, false, at("got.zip")).error().code,
              "RESULT_DIGEST_MISMATCH");
    EXPECT_FALSE(std::filesystem::exists(at("got.zip")));
    EXPECT_TRUE(std::filesystem::exists(at("got.zip.refused")));
}

TEST_F(StoreClientTest, absent_results_and_foreign_links_have_codes) {
    EXPECT_EQ(client().download("/ipfs/" + cid_of(as_bytes("other")), at("got.zip")).error().code, "RESULT_NOT_FOUND");
    EXPECT_EQ(client().download("/dropbox/x", at("got.zip")).error().code, "RESULT_LINK_INVALID");
    EXPECT_EQ(client().download("/ipfs/../../etc/passwd", at("got.zip")).error().code, "RESULT_LINK_INVALID");
    EXPECT_EQ(StoreClient("http://127.0.0.1:1").download("/ipfs/" + cid_, at("got.zip")).error().code,
              "STORE_UNREACHABLE");
    EXPECT_FALSE(std::filesystem::exists(at("got.zip")));
}

TEST(ResultLinks, any_whitespace_is_read_and_anything_else_is_none) {
    const auto link = parse_result_link(as_bytes("{ \"storage\" : \"ipfs\", \"location\" : \"/ipfs/bafy\" }"));
    EXPECT_EQ(link.storage, "ipfs");
    EXPECT_EQ(link.location, "/ipfs/bafy");
    EXPECT_EQ(parse_result_link(make_result_link("bafy")).location, "/ipfs/bafy");
    for (const char* text : {"", "aborted", "[]", "{}", "{\"storage\":1}"})
        EXPECT_EQ(parse_result_link(as_bytes(text)).storage, "none") << text;
}

}  // namespace
}  // namespace bourse::client
