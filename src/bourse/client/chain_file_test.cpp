#include <bourse/client/chain_file.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

namespace bourse::client {
namespace {

class ChainFileTest : public testing::Test {
protected:
    std::filesystem::path write(std::string_view text) {
        const auto path = folder_.path() / "file.json";
        EXPECT_TRUE(sys::write_file_atomic(path, text));
        return path;
    }
    sys::TempDir folder_;
};

constexpr std::string_view kMinimal =
    R"({"default":"bourse","chains":{"bourse":{"id":"65535","host":"http://127.0.0.1:8545/",
        "hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F","iexecGateway":"http://127.0.0.1:8080"}}})";

TEST_F(ChainFileTest, minimal_file_is_read) {
    const auto network = read_chain_file(write(kMinimal));
    ASSERT_TRUE(network) << network.error().message;
    EXPECT_EQ(network->chain_id, 65535U);
    EXPECT_EQ(network->rpc_url, "http://127.0.0.1:8545");
    EXPECT_EQ(network->market_url, "http://127.0.0.1:8080");
    EXPECT_EQ(network->store_url, "");
}

TEST_F(ChainFileTest, written_file_is_read_again) {
    Network network;
    network.name = "mine";
    network.chain_id = 7;
    network.rpc_url = "http://127.0.0.1:1";
    network.hub = *parse_address("0x0165878A594ca255338adfa4d48449f69242Eb8F");
    network.store_url = "http://127.0.0.1:2";
    for (const bool for_sdk8 : {false, true}) {
        const auto again = read_chain_file(write(make_chain_file(network, for_sdk8)));
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(again->name, "mine");
        EXPECT_EQ(again->hub, network.hub);
        EXPECT_EQ(again->store_url, network.store_url);
    }
}

TEST_F(ChainFileTest, faults_are_told_in_one_line_with_the_key) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"[]", "no JSON object"},
        {"{}", "chains"},
        {R"({"chains":{"a":{"host":"http://x","hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F","hosst":1}}})",
         "hosst"},
        {R"({"chains":{"a":{"hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F"}}})", "host"},
        {R"({"chains":{"a":{"host":"ws://x","hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F"}}})", "host"},
        {R"({"chains":{"a":{"host":"http://x","hub":"0x01"}}})", "hub"},
        {R"({"chains":{"a":{"id":65535,"host":"http://x","hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F"}}})", "id"},
        {R"({"default":"b","chains":{"a":{"host":"http://x"}}})", "\"b\""},
        {R"({"chain":{}})", "chain"},
    };
    for (const auto& [text, key] : cases) {
        const auto network = read_chain_file(write(text));
        ASSERT_FALSE(network) << text;
        EXPECT_EQ(network.error().code, "CHAIN_FILE_INVALID");
        EXPECT_NE(network.error().message.find(key), std::string::npos) << network.error().message;
        EXPECT_EQ(network.error().message.find('\n'), std::string::npos);
    }
    EXPECT_EQ(read_chain_file(folder_.path() / "absent.json").error().code, "FILE_NOT_FOUND");
}

TEST_F(ChainFileTest, up_file_with_absent_roles_is_read) {
    const auto up = read_up_file(write(R"({"rpc_url":"http://127.0.0.1:1","ws_url":"ws://127.0.0.1:1","chain_id":65535,
        "hub":"0x0165878A594ca255338adfa4d48449f69242Eb8F","market_url":"http://127.0.0.1:2",
        "secrets_url":null,"bridge_url":null,"vault":null,
        "accounts":[{"name":"requester","address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","key_file":"/k"}],
        "apps":{"hello":{"address":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "multiaddr":"127.0.0.1:5000/hello","checksum":"0x00"}},
        "roles":[{"name":"node","pid":12,"url":"http://127.0.0.1:1",
            "metrics_url":"http://127.0.0.1:1/metrics","log":"/l"}]})"));
    ASSERT_TRUE(up) << up.error().message;
    EXPECT_EQ(up->network.chain_id, 65535U);
    EXPECT_EQ(up->network.secrets_url, "");
    ASSERT_NE(up->account("requester"), nullptr);
    EXPECT_EQ(up->account("nobody"), nullptr);
    EXPECT_EQ(up->apps.at("hello").multiaddr, "127.0.0.1:5000/hello");
    EXPECT_EQ(up->roles.at(0).pid, 12);
}

}  // namespace
}  // namespace bourse::client
