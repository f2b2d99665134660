// Methods beyond the ones that service_test.cpp goes through: places in blocks, headers, calls within their limits.
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/rpc/test_chain.hpp>

#include <gtest/gtest.h>

namespace bourse::rpc {
namespace {

using nlohmann::json;

constexpr const char* kNoHash = "0x1111111111111111111111111111111111111111111111111111111111111111";

int code_of(const json& answer) { return answer.at("error").at("code"); }
std::string message_of(const json& answer) { return answer.at("error").at("message"); }

TEST(Methods, a_transaction_is_found_at_its_place_raw_and_whole) {
    TestChain chain;
    const auto raw = to_hex(signed_raw({.type = 2, .data = rlc_transfer("worker1", 7)}));
    const std::string hash = chain.result("eth_sendRawTransaction", {raw});
    const json waiting = chain.result("eth_getTransactionByHash", {hash});
    EXPECT_EQ(chain.result("eth_getTransactionByBlockNumberAndIndex", {"pending", "0x0"}), waiting);
    EXPECT_EQ(chain.result("eth_getRawTransactionByBlockNumberAndIndex", {"pending", "0x0"}), raw);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockNumberAndIndex", {"pending", "0x1"}), nullptr);
    chain.result("evm_mine");
    const json mined = chain.result("eth_getTransactionByHash", {hash});
    const std::string block = mined.at("blockHash");
    EXPECT_EQ(chain.result("eth_getTransactionByBlockNumberAndIndex", {"0x2", "0x0"}), mined);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockHashAndIndex", {block, "0x0"}), mined);
    EXPECT_EQ(chain.result("eth_getRawTransactionByBlockNumberAndIndex", {"latest", "0x0"}), raw);
    EXPECT_EQ(chain.result("eth_getRawTransactionByBlockHashAndIndex", {block, "0x0"}), raw);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockHashAndIndex", {block, "0x1"}), nullptr);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockHashAndIndex", {kNoHash, "0x0"}), nullptr);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockNumberAndIndex", {"pending", "0x0"}), nullptr);
    EXPECT_EQ(chain.result("eth_getRawTransactionByBlockNumberAndIndex", {"0x9", "0x0"}), "0x");
}

TEST(Methods, headers_are_blocks_without_their_bodies) {
    TestChain chain;
    json block = chain.result("eth_getBlockByNumber", {"0x1", false});
    const std::string hash = block.at("hash");
    for (const auto* key : {"size", "totalDifficulty", "uncles", "withdrawals", "transactions"}) block.erase(key);
    EXPECT_EQ(chain.result("eth_getHeaderByNumber", {"0x1"}), block);
    EXPECT_EQ(chain.result("eth_getHeaderByHash", {hash}), block);
    EXPECT_EQ(chain.result("eth_getHeaderByNumber", {"0x7"}), nullptr);
    EXPECT_EQ(chain.result("eth_getHeaderByHash", {kNoHash}), nullptr);
    EXPECT_EQ(chain.result("eth_getHeaderByNumber", {"pending"}).at("number"), "0x2");
}

TEST(Methods, there_are_no_uncles) {
    TestChain chain;
    const std::string hash = chain.result("eth_getBlockByNumber", {"0x1", false}).at("hash");
    EXPECT_EQ(chain.result("eth_getUncleCountByBlockNumber", {"0x1"}), "0x0");
    EXPECT_EQ(chain.result("eth_getUncleCountByBlockHash", {hash}), "0x0");
    EXPECT_EQ(chain.result("eth_getUncleCountByBlockHash", {kNoHash}), nullptr);
    EXPECT_EQ(chain.result("eth_getUncleByBlockHashAndIndex", {hash, "0x0"}), nullptr);
    EXPECT_EQ(chain.result("eth_getUncleByBlockNumberAndIndex", {"0x1", "0x0"}), nullptr);
}

TEST(Methods, the_size_of_a_block_is_that_of_its_encoding) {
    TestChain chain;
    for (std::uint64_t i = 0; i < 3; ++i)
        chain.result("eth_sendRawTransaction",
                     {to_hex(signed_raw(
                         {.nonce = i, .type = static_cast<std::uint8_t>(i), .data = rlc_transfer("worker1", 1)}))});
    chain.result("evm_mine");
    for (std::uint64_t number = 0; number < 3; ++number) {
        const auto stored = *chain.engine().view()->blocks().block(number);
        Bytes transactions;
        for (const auto& tx : stored.transactions) {
            if (tx.raw[0] < 0xc0)
                rlp::append_bytes(transactions, tx.raw);
            else
                transactions.insert(transactions.end(), tx.raw.begin(), tx.raw.end());
        }
        Bytes payload = stored.header.rlp;
        for (const auto& part : {rlp::list(transactions), rlp::list({}), rlp::list({})})
            payload.insert(payload.end(), part.begin(), part.end());
        EXPECT_EQ(chain.result("eth_getBlockByNumber", {to_quantity(number), false}).at("size"),
                  to_quantity(rlp::list(payload).size()));
    }
}

TEST(Methods, an_access_list_names_what_a_call_reads) {
    TestChain chain;
    const std::string rlc = to_hex(poco::kRlc);
    const std::string sender = to_hex(dev_address("requester"));
    const json transfer{{"from", sender}, {"to", rlc}, {"data", to_hex(rlc_transfer("worker1", 1))}};
    const json answer = chain.result("eth_createAccessList", {transfer, "latest"});
    ASSERT_EQ(answer.at("accessList").size(), 1U) << answer.dump();
    EXPECT_EQ(answer.at("accessList")[0].at("address"), rlc);
    const auto& keys = answer.at("accessList")[0].at("storageKeys");
    EXPECT_GE(keys.size(), 2U);  // both balances
    json listed = transfer;
    listed["accessList"] = answer.at("accessList");
    EXPECT_EQ(chain.result("eth_estimateGas", {listed}), answer.at("gasUsed"));
    // A plain transfer of coins touches nothing but its two parties.
    const json coins{{"from", sender}, {"to", to_hex(dev_address("worker1"))}, {"value", "0x1"}};
    EXPECT_EQ(chain.result("eth_createAccessList", {coins}).at("accessList"), json::array());
    const json reverting{{"from", to_hex(dev_address("faucet"))},
                         {"to", to_hex(poco::kHub)},
                         {"data", to_hex(abi::encode_call(poco::selectors::hub::kWithdraw, Uint256(1)))}};
    EXPECT_EQ(
        chain.result("eth_createAccessList", {reverting}).at("error").get<std::string>().find("execution reverted"),
        0U);
}

TEST(Methods, calls_end_when_their_time_is_up) {
    RpcLimits limits;
    limits.call_time_ms = 0;
    TestChain chain({}, limits);
    const json call{{"to", to_hex(poco::kRlc)},
                    {"data", to_hex(abi::encode_call(poco::selectors::rlc::kBalanceOf, dev_address("requester")))}};
    for (const auto* method : {"eth_call", "eth_estimateGas", "eth_createAccessList"}) {
        const auto answer = chain.call(method, {call});
        EXPECT_EQ(code_of(answer), kServerError) << method;
        EXPECT_EQ(message_of(answer), "execution aborted (timeout = 0 ms)") << method;
    }
    EXPECT_TRUE(chain.call("eth_getBalance", {to_hex(dev_address("requester"))}).contains("result"));
}

TEST(Methods, blocks_are_named_by_objects_too) {
    TestChain chain;
    const std::string address = to_hex(dev_address("requester"));
    const std::string hash = chain.result("eth_getBlockByNumber", {"0x1", false}).at("hash");
    const json balance = chain.result("eth_getBalance", {address});
    for (const json& block :
         {json{{"blockNumber", "0x1"}}, json{{"blockNumber", "latest"}}, json{{"blockHash", hash}},
          json{{"blockHash", hash}, {"requireCanonical", true}}, json{{"blockHash", hash}, {"blockNumber", nullptr}}})
        EXPECT_EQ(chain.result("eth_getBalance", {address, block}), balance) << block.dump();
    EXPECT_EQ(code_of(chain.call("eth_getBalance", {address, {{"blockHash", hash}, {"requireCanonical", "yes"}}})),
              kInvalidParams);
    const auto unknown = chain.call("eth_getBalance", {address, {{"blockHash", kNoHash}, {"requireCanonical", true}}});
    EXPECT_EQ(code_of(unknown), kServerError);
    EXPECT_EQ(message_of(unknown), "header for hash not found");
    EXPECT_EQ(message_of(chain.call("eth_getBalance", {address, "0x63"})), "header not found");
}

TEST(Methods, proofs_repeat_keys_and_carry_values_of_any_kept_block) {
    TestChain chain;
    const std::string rlc = to_hex(poco::kRlc);
    const std::string key = "0x11" + std::string(22, '0') + to_hex(dev_address("worker1")).substr(2);  // its balance
    const json before = chain.result("eth_getProof", {rlc, {key}, "latest"});
    chain.mine({.data = rlc_transfer("worker1", 7)});
    const json after = chain.result("eth_getProof", {rlc, {key, "0x5"}, "latest"});
    const auto value = [](const json& proof) {
        return *uint256_from_quantity(proof.at("storageProof")[0].at("value").get<std::string>());
    };
    EXPECT_EQ(value(after), value(before) + 7);
    EXPECT_EQ(after.at("storageProof")[0].at("key"), key);
    EXPECT_EQ(after.at("storageProof")[1].at("key"), "0x5");
    EXPECT_EQ(after.at("storageProof")[1].at("value"), "0x0");
    EXPECT_NE(after.at("storageHash"), before.at("storageHash"));
    EXPECT_EQ(chain.result("eth_getProof", {rlc, {key}, "0x1"}), before);
    // The first node is the root of the block's state.
    for (const auto* number : {"0x0", "0x1", "0x2"}) {
        const auto node = *from_hex(
            chain.result("eth_getProof", {rlc, json::array(), number}).at("accountProof")[0].get<std::string>());
        EXPECT_EQ(to_hex(crypto::keccak256(ByteView(node))),
                  chain.result("eth_getBlockByNumber", {number, false}).at("stateRoot"));
    }
    EXPECT_EQ(chain.result("bourse_keptHistory"), json({{"oldestState", "0x0"}, {"head", "0x2"}}));
    EXPECT_EQ(message_of(chain.call("eth_getProof", {rlc, json::array(), "0x9"})), "header not found");
    RpcLimits limits;
    limits.proof_keys = 1;
    TestChain small({}, limits);
    EXPECT_EQ(code_of(small.call("eth_getProof", {rlc, {key, "0x5"}, "latest"})), kInvalidParams);
}

TEST(Methods, a_pruned_state_is_refused_with_the_kept_range) {
    engine::EngineOptions options;
    options.genesis = chain::development_genesis();
    options.genesis.archive = false;
    options.state.history_blocks = 128;
    TestChain chain(std::move(options));
    chain.mine({.data = rlc_transfer("worker1", 7)});
    for (std::uint64_t i = 1; i < 160; ++i) chain.mine({.nonce = i, .data = rlc_transfer("worker1", 7)});
    const json kept = chain.result("bourse_keptHistory");
    EXPECT_EQ(kept.at("head"), to_quantity(std::uint64_t{161}));
    const auto oldest = uint256_from_quantity(kept.at("oldestState").get<std::string>())->low_u64();
    EXPECT_GE(oldest, 1U);
    EXPECT_LE(oldest, 161U - 128U);
    const std::string address = to_hex(dev_address("worker1"));
    const json call{{"to", to_hex(poco::kRlc)},
                    {"data", to_hex(abi::encode_call(poco::selectors::rlc::kBalanceOf, dev_address("worker1")))}};
    const std::string expected =
        "the state of block 0 is not kept by this node any more; kept are blocks " + std::to_string(oldest) + " to 161";
    for (const auto& [method, params] :
         std::vector<std::pair<std::string, json>>{{"eth_getBalance", {address, "0x0"}},
                                                   {"eth_getTransactionCount", {address, "0x0"}},
                                                   {"eth_getCode", {address, "0x0"}},
                                                   {"eth_getStorageAt", {address, "0x0", "0x0"}},
                                                   {"eth_getProof", {address, json::array(), "0x0"}},
                                                   {"eth_call", {call, "0x0"}},
                                                   {"eth_estimateGas", {call, "0x0"}},
                                                   {"eth_createAccessList", {call, "0x0"}},
                                                   {"bourse_taskConsensus", {kNoHash, "0x0"}}}) {
        const auto answer = chain.call(method, params);
        EXPECT_EQ(code_of(answer), kServerError) << method;
        EXPECT_EQ(message_of(answer), expected) << method;
    }
    // What is kept answers, to the first block; blocks and logs are all kept.
    for (const auto* method : {"eth_call", "eth_estimateGas"})
        EXPECT_TRUE(chain.call(method, {call, to_quantity(oldest)}).contains("result")) << method;
    EXPECT_TRUE(chain.call("eth_getProof", {address, json::array(), to_quantity(oldest)}).contains("result"));
    EXPECT_EQ(chain.result("eth_getBlockByNumber", {"0x0", false}).at("number"), "0x0");
    EXPECT_EQ(chain.result("eth_getLogs", {{{"fromBlock", "0x0"}, {"address", to_hex(poco::kRlc)}}}).size(), 160U);
}

TEST(Methods, going_far_back_is_bounded) {
    RpcLimits limits;
    limits.old_state_work = 200;
    TestChain chain({}, limits);
    for (std::uint64_t i = 0; i < 30; ++i) chain.mine({.nonce = i, .data = rlc_transfer("worker1", 7)});
    const std::string address = to_hex(dev_address("requester"));
    EXPECT_EQ(chain.result("eth_getTransactionCount", {address, "latest"}), "0x1e");
    EXPECT_EQ(chain.result("eth_getTransactionCount", {address, "0x1c"}), "0x1b");
    for (const auto* method : {"eth_getTransactionCount", "eth_getBalance"}) {
        const auto refused = chain.call(method, {address, "0x1"});
        EXPECT_EQ(code_of(refused), kLimitExceeded) << method;
        EXPECT_NE(message_of(refused).find("--old-state-work"), std::string::npos);
    }
    const auto proof = chain.call("eth_getProof", {address, json::array(), "0x1"});
    EXPECT_EQ(code_of(proof), kLimitExceeded);
    EXPECT_NE(message_of(proof).find("since block 1"), std::string::npos) << message_of(proof);
    EXPECT_TRUE(chain.call("eth_getProof", {address, json::array(), "latest"}).contains("result"));
}

TEST(Methods, what_is_not_served_says_why) {
    TestChain chain;
    for (const auto& method : refused_methods()) {
        const auto answer = chain.call(std::string(method.name));
        EXPECT_EQ(code_of(answer), kMethodNotFound);
        EXPECT_EQ(message_of(answer), "the method " + std::string(method.name) +
                                          " does not exist/is not available: " + std::string(method.reason));
    }
}

TEST(Methods, facts_of_a_chain_without_miners) {
    TestChain chain;
    EXPECT_EQ(chain.result("eth_coinbase"), to_hex(Address()));
    EXPECT_EQ(chain.result("eth_mining"), false);
    EXPECT_EQ(chain.result("eth_hashrate"), "0x0");
    EXPECT_EQ(chain.result("eth_syncing"), false);
    EXPECT_EQ(chain.result("eth_blobBaseFee"), "0x1");
    EXPECT_EQ(chain.result("eth_accounts"), json::array());
}

}  // namespace
}  // namespace bourse::rpc
