#include <bourse/rpc/test_chain.hpp>

#include <gtest/gtest.h>

namespace bourse::rpc {
namespace {

using nlohmann::json;

std::string topic_of(std::string_view name) {
    return "0x" + std::string(24, '0') + to_hex(dev_address(name)).substr(2);
}

TEST(Filters, logs_come_once_and_only_those_of_the_filter) {
    TestChain chain;
    chain.mine({.nonce = 0, .data = rlc_transfer("worker1", 1)});
    const json arguments{{"address", to_hex(poco::kRlc)}, {"topics", {nullptr, nullptr, topic_of("worker1")}}};
    const std::string id = chain.result("eth_newFilter", {arguments});
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array());
    chain.mine({.nonce = 1, .data = rlc_transfer("worker1", 2)});
    chain.mine({.nonce = 2, .data = rlc_transfer("worker2", 3)});
    chain.mine({.nonce = 3, .data = rlc_transfer("worker1", 4)});
    const json news = chain.result("eth_getFilterChanges", {id});
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0].at("blockNumber"), "0x3");
    EXPECT_EQ(news[1].at("blockNumber"), "0x5");
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array());
    // The filter's range is the latest block, as in eth_getLogs.
    EXPECT_EQ(chain.result("eth_getFilterLogs", {id}), json::array({news[1]}));
}

TEST(Filters, a_range_bounds_what_is_told) {
    TestChain chain;
    const std::string id = chain.result("eth_newFilter", {{{"fromBlock", "0x3"}, {"toBlock", "0x4"}}});
    const std::string open = chain.result("eth_newFilter", {{{"fromBlock", "0x5"}}});
    for (std::uint64_t i = 0; i < 5; ++i) chain.mine({.nonce = i, .data = rlc_transfer("worker1", 1)});
    const json news = chain.result("eth_getFilterChanges", {id});
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0].at("blockNumber"), "0x3");
    EXPECT_EQ(news[1].at("blockNumber"), "0x4");
    EXPECT_EQ(chain.result("eth_getFilterLogs", {id}), news);
    EXPECT_EQ(chain.result("eth_getFilterChanges", {open}).size(), 2U);  // blocks 5 and 6
    chain.mine({.nonce = 5, .data = rlc_transfer("worker1", 1)});
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array());
    EXPECT_EQ(chain.call("eth_newFilter", {{{"fromBlock", "0x4"}, {"toBlock", "0x3"}}}).at("error").at("code"),
              kInvalidParams);
}

TEST(Filters, what_exceeds_an_answer_comes_with_the_next_polls) {
    RpcLimits limits;
    limits.log_results = 3;
    limits.log_blocks = 4;
    TestChain chain({}, limits);
    const std::string logs = chain.result("eth_newFilter", {json::object()});
    const std::string blocks = chain.result("eth_newBlockFilter");
    for (std::uint64_t i = 0; i < 10; ++i) chain.mine({.nonce = i, .data = rlc_transfer("worker1", i)});
    std::vector<std::string> heard;
    std::vector<std::string> hashes;
    for (int poll = 0; poll < 20; ++poll) {
        for (const auto& log : chain.result("eth_getFilterChanges", {logs}))
            heard.push_back(log.at("blockNumber").get<std::string>());
        for (const auto& hash : chain.result("eth_getFilterChanges", {blocks})) hashes.push_back(hash);
    }
    ASSERT_EQ(heard.size(), 10U);
    ASSERT_EQ(hashes.size(), 10U);
    for (std::uint64_t i = 0; i < 10; ++i) {
        EXPECT_EQ(heard[i], to_quantity(i + 2));
        EXPECT_EQ(hashes[i], chain.result("eth_getBlockByNumber", {to_quantity(i + 2), false}).at("hash"));
    }
}

TEST(Filters, one_block_with_more_logs_than_an_answer_holds_is_told_whole) {
    RpcLimits limits;
    limits.log_results = 3;
    TestChain chain({}, limits);
    const std::string id = chain.result("eth_newFilter", {json::object()});
    for (std::uint64_t i = 0; i < 8; ++i)
        chain.result("eth_sendRawTransaction", {to_hex(signed_raw({.nonce = i, .data = rlc_transfer("worker1", 1)}))});
    chain.result("evm_mine");
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}).size(), 8U);
}

TEST(Filters, pending_transactions_are_told_from_the_first_admission_on) {
    RpcLimits limits;
    limits.pending_hashes = 2;
    TestChain chain({}, limits);
    const auto send = [&](std::uint64_t nonce) {
        return chain
            .result("eth_sendRawTransaction",
                    {to_hex(signed_raw({.nonce = nonce, .data = rlc_transfer("worker1", 1)}))})
            .get<std::string>();
    };
    send(0);
    const std::string id = chain.result("eth_newPendingTransactionFilter");
    const auto second = send(1);
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array({second}));
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array());
    send(2);
    const auto fourth = send(3);
    const auto fifth = send(4);
    // Only the newest announcements are kept.
    EXPECT_EQ(chain.result("eth_getFilterChanges", {id}), json::array({fourth, fifth}));
    EXPECT_EQ(chain.call("eth_getFilterLogs", {id}).at("error").at("message"), "filter not found");
    EXPECT_EQ(chain.result("eth_uninstallFilter", {id}), true);
    EXPECT_EQ(chain.result("eth_uninstallFilter", {id}), false);
    send(5);
    const std::string next = chain.result("eth_newPendingTransactionFilter");
    EXPECT_EQ(chain.result("eth_getFilterChanges", {next}), json::array());
}

TEST(Filters, die_without_a_poll_and_live_with_one) {
    std::atomic<std::uint64_t> now_ms{1'000};
    TestChain chain({}, {}, [&] { return now_ms.load(); });
    const std::string polled = chain.result("eth_newBlockFilter");
    const std::string left = chain.result("eth_newBlockFilter");
    now_ms += 200'000;
    EXPECT_EQ(chain.result("eth_getFilterChanges", {polled}), json::array());
    now_ms += 100'001;
    EXPECT_EQ(chain.call("eth_getFilterChanges", {left}).at("error").at("code"), kServerError);
    EXPECT_EQ(chain.call("eth_getFilterChanges", {left}).at("error").at("message"), "filter not found");
    EXPECT_EQ(chain.result("eth_getFilterChanges", {polled}), json::array());
    EXPECT_EQ(chain.result("eth_uninstallFilter", {left}), false);
}

TEST(Filters, are_limited_by_connection_and_in_all) {
    RpcLimits limits;
    limits.filters = 2;
    limits.all_filters = 3;
    std::atomic<std::uint64_t> now_ms{0};
    TestChain chain({}, limits, [&] { return now_ms.load(); });
    const auto make = [&](std::uint64_t connection) {
        return json::parse(chain.service().handle(R"({"jsonrpc":"2.0","id":1,"method":"eth_newBlockFilter"})", nullptr,
                                                  0, connection));
    };
    EXPECT_TRUE(make(1).contains("result"));
    const std::string second = make(1).at("result");
    EXPECT_EQ(make(1).at("error").at("code"), kLimitExceeded);
    EXPECT_TRUE(make(2).contains("result"));
    EXPECT_EQ(make(3).at("error").at("code"), kLimitExceeded);
    // Whoever knows the id may use it, by any connection; room that was given back can be taken.
    EXPECT_EQ(chain.result("eth_uninstallFilter", {second}), true);
    EXPECT_TRUE(make(1).contains("result"));
    now_ms = limits.filter_lifetime_ms + 1;
    EXPECT_TRUE(make(3).contains("result"));
}

TEST(Filters, ids_are_quantities_that_differ) {
    TestChain chain;
    const std::string a = chain.result("eth_newBlockFilter");
    const std::string b = chain.result("eth_newBlockFilter");
    EXPECT_NE(a, b);
    EXPECT_TRUE(uint256_from_quantity(a).has_value());
    EXPECT_EQ(chain.call("eth_getFilterChanges", {"0x1"}).at("error").at("message"), "filter not found");
}

}  // namespace
}  // namespace bourse::rpc
