#include <bourse/net/http_client.hpp>
#include <bourse/node/node.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

namespace bourse::node {
namespace {

class NodeTest : public testing::Test {
protected:
    NodeOptions options() const {
        NodeOptions out;
        out.data_dir = folder_.path();
        out.dev = true;
        out.port = 0;
        out.heartbeat_ms = 0;
        return out;
    }
    static std::string post(const Node& node, const std::string& body) {
        net::ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + std::to_string(node.port()) + "/";
        request.body = body;
        const auto answer = net::http_request(request);
        return answer ? answer->body : answer.error().code;
    }
    sys::TempDir folder_;
};

TEST_F(NodeTest, serves_rpc_metrics_and_version) {
    const auto node = Node::open(options());
    ASSERT_TRUE(node) << node.error().message;
    ASSERT_TRUE((*node)->start());
    EXPECT_EQ(post(**node, R"({"jsonrpc":"2.0","id":1,"method":"eth_chainId"})"),
              R"({"jsonrpc":"2.0","id":1,"result":"0xffff"})");
    net::ClientRequest request;
    const auto base = "http://127.0.0.1:" + std::to_string((*node)->port());
    request.url = base + "/version";
    EXPECT_EQ(net::http_request(request)->status, 200);
    request.url = base + "/metrics";
    EXPECT_NE(net::http_request(request)->body.find("bourse_node_head_block 1"), std::string::npos);
    request.url = base + "/";
    EXPECT_EQ(net::http_request(request)->status, 405);
    request.method = "POST";
    request.body = std::string((5 << 20) + 1, ' ');
    EXPECT_EQ(net::http_request(request)->status, 413);
}

TEST_F(NodeTest, a_restart_goes_on_with_the_same_chain) {
    Hash head;
    {
        const auto node = Node::open(options());
        ASSERT_TRUE(node);
        ASSERT_TRUE((*node)->start());
        ASSERT_TRUE((*node)->engine().sequencer().mine());
        head = (*node)->engine().view()->head_hash();
    }
    auto again = options();
    again.dev = false;  // the folder knows its genesis
    const auto node = Node::open(again);
    ASSERT_TRUE(node) << node.error().message;
    EXPECT_EQ((*node)->engine().view()->head_hash(), head);
    EXPECT_EQ((*node)->engine().view()->head().number, 2U);
}

TEST_F(NodeTest, an_empty_folder_needs_a_genesis) {
    auto bare = options();
    bare.dev = false;
    EXPECT_EQ(Node::open(bare).error().code, "GENESIS_MISSING");
    bare.genesis_file = folder_.path() / "none.json";
    EXPECT_EQ(Node::open(bare).error().code, "FILE_NOT_FOUND");
    ASSERT_TRUE(sys::write_file_atomic(bare.genesis_file, "{}"));
    EXPECT_EQ(Node::open(bare).error().code, "GENESIS_INVALID");
    bare.dev = true;
    EXPECT_EQ(Node::open(bare).error().code, "GENESIS_INVALID");
}

TEST_F(NodeTest, a_genesis_file_makes_the_chain_and_another_is_refused) {
    const auto file = folder_.path() / "other.json";
    auto genesis = chain::development_genesis();
    genesis.time_s += 1;
    ASSERT_TRUE(sys::write_file_atomic(file, chain::to_json(genesis)));
    auto with_file = options();
    with_file.dev = false;
    with_file.genesis_file = file;
    {
        const auto node = Node::open(with_file);
        ASSERT_TRUE(node) << node.error().message;
    }
    EXPECT_EQ(Node::open(options()).error().code, "DATA_FOREIGN");
    // Also when the file that says so is gone.
    std::filesystem::remove(folder_.path() / "genesis.json");
    EXPECT_EQ(Node::open(options()).error().code, "DATA_FOREIGN");
}

TEST_F(NodeTest, a_taken_port_is_named) {
    const auto first = Node::open(options());
    ASSERT_TRUE(first);
    ASSERT_TRUE((*first)->start());
    const sys::TempDir other;
    auto second_options = options();
    second_options.data_dir = other.path();
    second_options.port = (*first)->port();
    const auto second = Node::open(second_options);
    ASSERT_TRUE(second);
    EXPECT_EQ((*second)->start().error().code, "PORT_TAKEN");
}

TEST_F(NodeTest, a_second_process_on_the_same_folder_is_refused) {
    const auto first = Node::open(options());
    ASSERT_TRUE(first);
    const auto second = Node::open(options());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "DATA_LOCKED");
}

}  // namespace
}  // namespace bourse::node
