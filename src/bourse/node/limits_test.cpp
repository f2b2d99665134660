#include <bourse/net/http_client.hpp>
#include <bourse/node/node.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace bourse::node {
namespace {

TEST(Limits, reference_page_is_current) {
    std::ifstream file(std::string(BOURSE_TEST_DATA) + "/../../docs/reference/limits.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(text.str() == limits_reference()) << "run: bourse node limits-docs > docs/reference/limits.md";
}

TEST(Limits, every_value_is_an_option_of_its_own) {
    std::set<std::string_view> names;
    ServerLimits limits;
    std::uint64_t n = 1'000'000;
    for (const auto& row : limit_rows()) {
        EXPECT_TRUE(names.insert(row.option).second) << row.option;
        EXPECT_LT(limits.*row.value, 1'000'000'000U);
        limits.*row.value = ++n;
    }
    // Each value was set once: no two rows share one, none is left out.
    std::set<std::uint64_t> values;
    for (const auto& row : limit_rows()) values.insert(limits.*row.value);
    EXPECT_EQ(values.size(), limit_rows().size());
    EXPECT_EQ(limit_rows().size() * sizeof(std::uint64_t), sizeof(ServerLimits));
    const auto rpc = rpc_limits(limits);
    net::ServerConfig server;
    apply(limits, server);
    for (const std::uint64_t value : {std::uint64_t{rpc.batch_calls},
                                      std::uint64_t{rpc.batch_answer_bytes},
                                      rpc.log_blocks,
                                      std::uint64_t{rpc.log_results},
                                      std::uint64_t{rpc.subscriptions},
                                      std::uint64_t{rpc.filters},
                                      std::uint64_t{rpc.all_filters},
                                      rpc.filter_lifetime_ms,
                                      std::uint64_t{rpc.pending_hashes},
                                      rpc.call_gas,
                                      rpc.call_time_ms,
                                      std::uint64_t{rpc.proof_keys},
                                      rpc.old_state_work,
                                      rpc.fee_history_blocks,
                                      std::uint64_t{server.max_body_bytes},
                                      std::uint64_t{server.max_connections},
                                      std::uint64_t{server.max_ws_queue_bytes},
                                      server.idle_timeout_ms,
                                      server.header_timeout_ms,
                                      std::uint64_t{server.requests_per_minute}})
        EXPECT_EQ(values.erase(value), 1U) << value;
    EXPECT_TRUE(values.empty());
}

TEST(Limits, reach_the_server_and_the_methods) {
    const sys::TempDir folder;
    NodeOptions options;
    options.data_dir = folder.path();
    options.dev = true;
    options.port = 0;
    options.heartbeat_ms = 0;
    options.limits.body_bytes = 1'000;
    options.limits.batch_calls = 2;
    const auto node = Node::open(options);
    ASSERT_TRUE(node) << node.error().message;
    ASSERT_TRUE((*node)->start());
    net::ClientRequest request;
    request.method = "POST";
    request.url = "http://127.0.0.1:" + std::to_string((*node)->port()) + "/";
    const std::string call = R"({"jsonrpc":"2.0","id":1,"method":"eth_chainId"})";
    request.body = "[" + call + "," + call + "," + call + "]";
    EXPECT_NE(net::http_request(request)->body.find("batch too large: at most 2 calls"), std::string::npos);
    request.body = std::string(1'001, ' ');
    EXPECT_EQ(net::http_request(request)->status, 413);
}

}  // namespace
}  // namespace bourse::node
