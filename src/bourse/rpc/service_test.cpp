#include <bourse/crypto/hash.hpp>
#include <bourse/rpc/test_chain.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace bourse::rpc {
namespace {

using nlohmann::json;

int error_code(const json& answer) { return answer.at("error").at("code"); }

TEST(JsonRpc, envelope_is_checked) {
    TestChain chain;
    EXPECT_EQ(error_code(chain.ask("")), kParseError);
    EXPECT_EQ(error_code(chain.ask("{")), kParseError);
    EXPECT_EQ(error_code(chain.ask(std::string(5000, '['))), kParseError);
    EXPECT_EQ(error_code(chain.ask("1")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.ask("[]")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.ask(R"({"id":1,"method":"eth_chainId"})")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.ask(R"({"jsonrpc":"1.0","id":1,"method":"eth_chainId"})")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.ask(R"({"jsonrpc":"2.0","id":{},"method":"eth_chainId"})")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.ask(R"({"jsonrpc":"2.0","id":1,"method":5})")), kInvalidRequest);
    EXPECT_EQ(error_code(chain.call("eth_unknown")), kMethodNotFound);
    EXPECT_EQ(error_code(chain.call("eth_call", json::object())), kInvalidParams);
}

TEST(JsonRpc, ids_come_back_as_they_were) {
    TestChain chain;
    for (const auto* id : {"1", "\"a\\\"b\"", "null", "18446744073709551615", "-3"})
        EXPECT_EQ(chain.ask(std::string(R"({"jsonrpc":"2.0","id":)") + id + R"(,"method":"eth_chainId"})").at("id"),
                  json::parse(id));
}

TEST(JsonRpc, answers_are_json_whatever_is_quoted) {
    TestChain chain;
    std::string name(99, 'a');
    name += "\xc3\xa4\xc3\xa4 \\u0001";  // cut within a character
    const auto answer = chain.service().handle(R"({"jsonrpc":"2.0","id":"\u0007\"ä","method":")" + name + R"("})");
    EXPECT_TRUE(json::accept(answer)) << answer;
    EXPECT_EQ(json::parse(answer).at("id"), "\a\"ä");
    EXPECT_EQ(chain.service()
                  .handle("{\"jsonrpc\":\"2.0\",\"id\":\"\xff\"}")
                  .find(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700)"),
              0U);
}

TEST(JsonRpc, notifications_are_not_answered) {
    TestChain chain;
    EXPECT_EQ(chain.service().handle(R"({"jsonrpc":"2.0","method":"eth_chainId"})"), "");
    EXPECT_EQ(chain.service().handle(R"([{"jsonrpc":"2.0","method":"eth_chainId"}])"), "");
}

TEST(JsonRpc, batches_keep_order_and_mix_failures) {
    TestChain chain;
    const auto answers =
        chain.ask(R"([{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},7,{"jsonrpc":"2.0","method":"eth_chainId"},
        {"jsonrpc":"2.0","id":"x","method":"nope"},{"jsonrpc":"2.0","id":2,"method":"net_version","params":[]}])");
    ASSERT_EQ(answers.size(), 4U);
    EXPECT_EQ(answers[0].at("result"), "0xffff");
    EXPECT_EQ(error_code(answers[1]), kInvalidRequest);
    EXPECT_EQ(error_code(answers[2]), kMethodNotFound);
    EXPECT_EQ(answers[2].at("id"), "x");
    EXPECT_EQ(answers[3].at("result"), "65535");
}

std::string batch_of(std::size_t n) {
    std::string body = "[";
    for (std::size_t i = 0; i < n; ++i)
        body += std::string(i > 0 ? "," : "") + R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
                R"(,"method":"eth_blockNumber"})";
    return body + "]";
}

TEST(JsonRpc, batches_are_limited_in_calls_and_bytes) {
    TestChain chain;
    EXPECT_EQ(chain.ask(batch_of(1000)).size(), 1000U);
    EXPECT_EQ(error_code(chain.ask(batch_of(1001))), kInvalidRequest);
    RpcLimits limits;
    limits.batch_answer_bytes = 200;
    TestChain small({}, limits);
    const auto answers = small.ask(batch_of(10));
    ASSERT_EQ(answers.size(), 10U);
    EXPECT_TRUE(answers[0].contains("result"));
    EXPECT_EQ(error_code(answers[9]), kResponseTooLarge);
    EXPECT_EQ(answers[9].at("id"), 9);
}

TEST(JsonRpc, parameters_are_checked_one_by_one) {
    TestChain chain;
    const std::string address = to_hex(dev_address("requester"));
    struct Case {
        const char* method;
        json params;
    };
    for (const auto& [method, params] : std::vector<Case>{
             {"eth_getBalance", json::array()},
             {"eth_getBalance", {nullptr}},
             {"eth_getBalance", {5}},
             {"eth_getBalance", {"0x12"}},
             {"eth_getBalance", {address.substr(2)}},
             {"eth_getBalance", {"0xzz" + address.substr(4)}},
             {"eth_getBalance", {address, "newest"}},
             {"eth_getBalance", {address, "0x01"}},
             {"eth_getBalance", {address, "0x"}},
             {"eth_getBalance", {address, "0x10000000000000000"}},
             {"eth_getBalance", {address, json::object()}},
             {"eth_getBalance",
              {address, {{"blockNumber", "0x0"}, {"blockHash", std::string("0x") + std::string(64, '0')}}}},
             {"eth_getBalance", {address, "latest", "more"}},
             {"eth_getStorageAt", {address, std::string("0x") + std::string(65, '1')}},
             {"eth_getTransactionReceipt", {"0x1234"}},
             {"eth_getBlockByNumber", {"latest", "yes"}},
             {"eth_sendRawTransaction", {"0x123"}},
             {"eth_sendRawTransaction", {"0xgg"}},
             {"eth_call", {"0x"}},
             {"eth_call", {{{"to", "0x1"}}}},
             {"eth_call", {{{"data", "0x01"}, {"input", "0x02"}}}},
             {"eth_call", {{{"gasPrice", "0x1"}, {"maxFeePerGas", "0x1"}}}},
             {"eth_call", {{{"to", address}}, "latest", {{address, {{"balance", "0x1"}}}}}},
             {"eth_estimateGas", {{{"accessList", {{{"address", address}}}}}}},
             {"eth_getLogs", {{{"fromBlock", "0x5"}, {"toBlock", "0x1"}}}},
             {"eth_getLogs", {{{"blockHash", std::string("0x") + std::string(64, '0')}, {"fromBlock", "0x1"}}}},
             {"eth_getLogs", {{{"topics", {nullptr, nullptr, nullptr, nullptr, nullptr}}}}},
             {"eth_getLogs", {{{"address", {"0x12"}}}}},
             {"eth_feeHistory", {"0x1", "latest", {50, 10}}},
             {"evm_increaseTime", {"soon"}},
             {"evm_increaseTime", {-1}},
         }) {
        const auto answer = chain.call(method, params);
        ASSERT_TRUE(answer.contains("error")) << method << " " << params.dump() << " gave " << answer.dump();
        EXPECT_EQ(error_code(answer), kInvalidParams) << method << " " << params.dump() << " gave " << answer.dump();
    }
}

TEST(JsonRpc, state_of_blocks_by_tag_number_and_hash) {
    TestChain chain;
    const std::string address = to_hex(dev_address("requester"));
    chain.mine({.to = dev_address("worker1"), .value = 5});
    const std::string after = chain.result("eth_getBalance", {address});
    const std::string before = chain.result("eth_getBalance", {address, "0x1"});
    EXPECT_EQ(*uint256_from_quantity(before), *uint256_from_quantity(after) + 5);
    const json first = chain.result("eth_getBlockByNumber", {"0x1", false});
    EXPECT_EQ(chain.result("eth_getBalance", {address, {{"blockHash", first.at("hash")}}}), before);
    EXPECT_EQ(chain.result("eth_getBalance", {address, {{"blockNumber", "0x2"}}}), after);
    for (const auto* tag : {"latest", "safe", "finalized", "pending"})
        EXPECT_EQ(chain.result("eth_getBalance", {address, tag}), after);
    EXPECT_EQ(chain.result("eth_getBalance", {address, "earliest"}), before);
    EXPECT_EQ(error_code(chain.call("eth_getBalance", {address, "0x99"})), kServerError);
    EXPECT_EQ(
        chain.call("eth_getBalance", {address, {{"blockHash", "0x" + std::string(64, '1')}}}).at("error").at("message"),
        "header for hash not found");
}

TEST(JsonRpc, blocks_have_every_field) {
    TestChain chain;
    const auto hash = chain.mine({.data = rlc_transfer("worker1", 7)});
    const json block = chain.result("eth_getBlockByNumber", {"latest", false});
    for (const auto* key : {"number",
                            "hash",
                            "parentHash",
                            "nonce",
                            "mixHash",
                            "sha3Uncles",
                            "logsBloom",
                            "transactionsRoot",
                            "stateRoot",
                            "receiptsRoot",
                            "miner",
                            "difficulty",
                            "totalDifficulty",
                            "extraData",
                            "size",
                            "gasLimit",
                            "gasUsed",
                            "timestamp",
                            "transactions",
                            "uncles",
                            "baseFeePerGas",
                            "withdrawals",
                            "withdrawalsRoot",
                            "blobGasUsed",
                            "excessBlobGas",
                            "parentBeaconBlockRoot"})
        EXPECT_TRUE(block.contains(key)) << key;
    EXPECT_EQ(block.at("number"), "0x2");
    EXPECT_EQ(block.at("baseFeePerGas"), "0x0");
    EXPECT_EQ(block.at("transactions"), json({hash}));
    EXPECT_EQ(block.at("extraData").get<std::string>().size(), 18U);
    EXPECT_EQ(chain.result("eth_getBlockByHash", {block.at("hash"), false}), block);
    const json full = chain.result("eth_getBlockByNumber", {"latest", true});
    EXPECT_EQ(full.at("transactions")[0].at("hash"), hash);
    EXPECT_EQ(chain.result("eth_getBlockByNumber", {"0x3", false}), nullptr);
    EXPECT_EQ(chain.result("eth_getBlockTransactionCountByNumber", {"latest"}), "0x1");
    EXPECT_EQ(chain.result("eth_getBlockReceipts", {"latest"})[0].at("transactionHash"), hash);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockNumberAndIndex", {"0x2", "0x0"}).at("hash"), hash);
    EXPECT_EQ(chain.result("eth_getTransactionByBlockHashAndIndex", {block.at("hash"), "0x1"}), nullptr);
}

TEST(JsonRpc, a_transfer_from_sending_to_receipt_and_log) {
    TestChain chain;
    for (std::uint8_t type = 0; type <= 2; ++type) {
        const TestTx spec{.nonce = type, .type = type, .data = rlc_transfer("worker1", 7)};
        const auto raw = to_hex(signed_raw(spec));
        const auto hash = chain.mine(spec);
        EXPECT_EQ(hash, to_hex(transaction_hash(signed_raw(spec))));
        const json receipt = chain.result("eth_getTransactionReceipt", {hash});
        EXPECT_EQ(receipt.at("status"), "0x1");
        EXPECT_EQ(receipt.at("type"), "0x" + std::to_string(type));
        EXPECT_EQ(receipt.at("contractAddress"), nullptr);
        EXPECT_EQ(receipt.at("effectiveGasPrice"), "0x0");
        ASSERT_EQ(receipt.at("logs").size(), 1U);
        const json log = receipt.at("logs")[0];
        EXPECT_EQ(log.at("address"), to_hex(poco::kRlc));
        EXPECT_EQ(log.at("topics").size(), 3U);
        const json tx = chain.result("eth_getTransactionByHash", {hash});
        EXPECT_EQ(tx.at("blockHash"), receipt.at("blockHash"));
        EXPECT_EQ(tx.at("nonce"), "0x" + std::to_string(type));
        EXPECT_EQ(tx.contains("yParity"), type != 0);
        EXPECT_EQ(tx.contains("maxFeePerGas"), type == 2);
        EXPECT_EQ(chain.result("eth_getRawTransactionByHash", {hash}), raw);
        json logs = chain.result("eth_getLogs", {{{"blockHash", receipt.at("blockHash")}}});
        ASSERT_EQ(logs.size(), 1U);
        EXPECT_EQ(logs[0], log);
    }
}

TEST(JsonRpc, refused_transactions_have_geths_texts) {
    TestChain chain;
    const auto send = [&](const TestTx& tx) {
        return chain.call("eth_sendRawTransaction", {to_hex(signed_raw(tx))})
            .at("error")
            .at("message")
            .get<std::string>();
    };
    chain.mine({.data = rlc_transfer("worker1", 7)});
    EXPECT_NE(send({.nonce = 0}).find("nonce too low"), std::string::npos);
    EXPECT_NE(send({.nonce = 1, .gas_limit = 20'000}).find("intrinsic gas too low"), std::string::npos);
    EXPECT_NE(send({.nonce = 1, .value = Uint256(0, 0, 1, 0)}).find("insufficient funds"), std::string::npos);
    chain.result("eth_sendRawTransaction", {to_hex(signed_raw({.nonce = 1}))});
    EXPECT_NE(send({.nonce = 1}).find("already known"), std::string::npos);
    EXPECT_NE(send({.nonce = 1, .gas_limit = 150'000}).find("replacement transaction underpriced"), std::string::npos);
    EXPECT_EQ(error_code(chain.call("eth_sendRawTransaction", {"0x"})), kServerError);
    EXPECT_EQ(error_code(chain.call("eth_sendRawTransaction", {"0x01c0"})), kServerError);
}

TEST(JsonRpc, a_batch_of_transactions_is_answered_in_order) {
    TestChain chain;
    json batch = json::array();
    const auto add = [&](const std::string& raw) {
        batch.push_back(
            {{"jsonrpc", "2.0"}, {"id", batch.size()}, {"method", "eth_sendRawTransaction"}, {"params", {raw}}});
    };
    for (std::uint64_t nonce = 0; nonce < 12; ++nonce) add(to_hex(signed_raw({.nonce = nonce})));
    add("0x01c0");
    add("not hexadecimal");
    batch.push_back({{"jsonrpc", "2.0"}, {"id", batch.size()}, {"method", "eth_sendRawTransaction"}});
    const auto answers = chain.ask(batch.dump());
    ASSERT_EQ(answers.size(), 15U);
    for (std::uint64_t nonce = 0; nonce < 12; ++nonce) {
        EXPECT_EQ(answers[nonce].at("id"), nonce);
        EXPECT_EQ(answers[nonce].at("result"), to_hex(crypto::keccak256(signed_raw({.nonce = nonce}))));
    }
    EXPECT_EQ(error_code(answers[12]), kServerError);
    EXPECT_EQ(error_code(answers[13]), kInvalidParams);
    EXPECT_EQ(error_code(answers[14]), kInvalidParams);
    chain.result("evm_mine");
    EXPECT_EQ(chain.result("eth_getTransactionCount", {to_hex(dev_address("requester")), "latest"}), "0xc");
}

TEST(JsonRpc, pending_transactions_are_seen_before_they_are_mined) {
    TestChain chain;
    const std::string address = to_hex(dev_address("requester"));
    const std::string hash =
        chain.result("eth_sendRawTransaction", {to_hex(signed_raw({.data = rlc_transfer("worker1", 7)}))});
    EXPECT_EQ(chain.result("eth_getTransactionCount", {address, "latest"}), "0x0");
    EXPECT_EQ(chain.result("eth_getTransactionCount", {address, "pending"}), "0x1");
    EXPECT_EQ(chain.result("eth_getTransactionReceipt", {hash}), nullptr);
    EXPECT_EQ(chain.result("eth_getTransactionByHash", {hash}).at("blockNumber"), nullptr);
    const json pending = chain.result("eth_getBlockByNumber", {"pending", false});
    EXPECT_EQ(pending.at("number"), "0x2");
    EXPECT_EQ(pending.at("hash"), nullptr);
    EXPECT_EQ(pending.at("transactions"), json({hash}));
    EXPECT_EQ(chain.result("bourse_mempool").at("executable"), "0x1");
    chain.result("evm_mine");
    EXPECT_EQ(chain.result("eth_getTransactionReceipt", {hash}).at("blockNumber"), "0x2");
}

TEST(JsonRpc, reverts_carry_code_reason_and_data) {
    TestChain chain;
    const json call{{"from", to_hex(dev_address("faucet"))},
                    {"to", to_hex(poco::kHub)},
                    {"data", to_hex(abi::encode_call(poco::selectors::hub::kWithdraw, Uint256(1)))}};
    for (const auto* method : {"eth_call", "eth_estimateGas"}) {
        const auto error = chain.call(method, {call}).at("error");
        EXPECT_EQ(error.at("code"), 3) << error.dump();
        EXPECT_EQ(error.at("message").get<std::string>().find("execution reverted"), 0U);
        EXPECT_TRUE(error.at("data").get<std::string>().starts_with("0x"));
    }
}

TEST(JsonRpc, calls_and_estimates_answer) {
    TestChain chain;
    const std::string to = to_hex(poco::kRlc);
    const auto data = abi::encode_call(poco::selectors::rlc::kBalanceOf, dev_address("requester"));
    const std::string balance = chain.result("eth_call", {{{"to", to}, {"data", to_hex(data)}}, "latest"});
    EXPECT_EQ(*uint256_from_quantity(balance), Uint256(10'000) * 1'000'000'000);
    EXPECT_EQ(chain.result("eth_call", {{{"to", to}, {"input", to_hex(data)}}, "0x1", json::object()}), balance);
    const json transfer{
        {"from", to_hex(dev_address("requester"))}, {"to", to}, {"data", to_hex(rlc_transfer("worker1", 1))}};
    const auto gas = uint256_from_quantity(chain.result("eth_estimateGas", {transfer}).get<std::string>())->low_u64();
    EXPECT_GT(gas, 31'000U);
    EXPECT_LT(gas, 40'000U);
    json listed = transfer;
    listed["accessList"] = {{{"address", to}, {"storageKeys", {"0x" + std::string(64, '0')}}}};
    EXPECT_EQ(uint256_from_quantity(chain.result("eth_estimateGas", {listed}).get<std::string>())->low_u64(),
              gas + 4300);
    EXPECT_EQ(chain.result("eth_getCode", {to}), "0xfe");
    EXPECT_EQ(chain.result("eth_getCode", {to_hex(dev_address("requester"))}), "0x");
    EXPECT_EQ(chain.result("eth_gasPrice"), "0x0");
    EXPECT_EQ(chain.result("eth_getStorageAt", {to, "0x0"}).get<std::string>().size(), 66U);
}

TEST(JsonRpc, logs_are_filtered_and_limited) {
    RpcLimits limits;
    limits.log_results = 4;
    limits.log_blocks = 3;
    TestChain chain({}, limits);
    for (std::uint64_t i = 0; i < 3; ++i)
        chain.mine({.nonce = i, .data = rlc_transfer(i == 1 ? "worker2" : "worker1", 7)});
    const std::string rlc = to_hex(poco::kRlc);
    const std::string worker1 = "0x" + std::string(24, '0') + to_hex(dev_address("worker1")).substr(2);
    EXPECT_EQ(chain.result("eth_getLogs", {{{"fromBlock", "0x2"}, {"toBlock", "latest"}, {"address", rlc}}}).size(),
              3U);
    EXPECT_EQ(chain
                  .result("eth_getLogs",
                          {{{"fromBlock", "0x2"}, {"address", {rlc}}, {"topics", {nullptr, nullptr, worker1}}}})
                  .size(),
              2U);
    EXPECT_EQ(chain.result("eth_getLogs", {{{"fromBlock", "0x2"}, {"topics", {nullptr, nullptr, {worker1, worker1}}}}})
                  .size(),
              2U);
    EXPECT_EQ(chain.result("eth_getLogs", {json::object()}).size(), 1U);
    EXPECT_EQ(chain.result("eth_getLogs", {{{"fromBlock", "0x50"}, {"toBlock", "0x60"}}}).size(), 0U);
    EXPECT_EQ(chain.result("eth_getLogs", {{{"fromBlock", "0x50"}}}).size(), 0U);
    EXPECT_EQ(error_code(chain.call("eth_getLogs", {{{"fromBlock", "0x0"}, {"toBlock", "0x4"}}})), kLimitExceeded);
    EXPECT_EQ(error_code(chain.call("eth_getLogs", {{{"fromBlock", "0x0"}, {"address", {rlc, to_hex(poco::kHub)}}}})),
              kLimitExceeded);
}

TEST(JsonRpc, fee_history_is_all_zero) {
    TestChain chain;
    chain.mine({.data = rlc_transfer("worker1", 7)});
    const json history = chain.result("eth_feeHistory", {"0x5", "latest", {25, 75}});
    EXPECT_EQ(history.at("oldestBlock"), "0x0");
    EXPECT_EQ(history.at("baseFeePerGas").size(), 4U);
    EXPECT_EQ(history.at("gasUsedRatio").size(), 3U);
    EXPECT_EQ(history.at("reward"), json::parse(R"([["0x0","0x0"],["0x0","0x0"],["0x0","0x0"]])"));
    EXPECT_EQ(chain.result("eth_feeHistory", {2, "0x1"}).at("baseFeePerGas").size(), 3U);
}

TEST(JsonRpc, time_moves_on_development_chains) {
    TestChain chain;
    const auto time_of = [&](const char* tag) {
        return uint256_from_quantity(
                   chain.result("eth_getBlockByNumber", {tag, false}).at("timestamp").get<std::string>())
            ->low_u64();
    };
    const auto before = time_of("pending");
    EXPECT_GE(chain.result("evm_increaseTime", {3000}).get<std::int64_t>(), 3000);
    EXPECT_GE(time_of("pending"), before + 3000);
    chain.result("evm_mine");
    EXPECT_GE(time_of("latest"), before + 3000);
    const auto next = time_of("latest") + 500;
    chain.result("evm_setNextBlockTimestamp", {next});
    chain.result("evm_mine");
    EXPECT_EQ(time_of("latest"), next);
    EXPECT_EQ(error_code(chain.call("evm_setNextBlockTimestamp", {1})), kInvalidParams);
    EXPECT_TRUE(chain.result("rpc_modules").contains("evm"));
}

TEST(JsonRpc, time_does_not_move_elsewhere) {
    engine::EngineOptions options;
    options.genesis = chain::development_genesis();
    options.genesis.kind = chain::ChainKind::kPublic;
    TestChain chain(std::move(options));
    EXPECT_EQ(error_code(chain.call("evm_mine")), kMethodNotFound);
    EXPECT_FALSE(chain.result("rpc_modules").contains("evm"));
}

TEST(JsonRpc, consensus_of_an_unknown_task_is_empty) {
    TestChain chain;
    const json view = chain.result("bourse_taskConsensus", {"0x" + std::string(64, '1')});
    EXPECT_EQ(view.at("groups").size(), 0U);
}

TEST(JsonRpc, subscriptions_need_a_socket) {
    TestChain chain;
    EXPECT_EQ(error_code(chain.call("eth_subscribe", {"newHeads"})), kMethodNotFound);
}

TEST(MethodTable, reference_page_is_current) {
    std::ifstream file(std::string(BOURSE_TEST_DATA) + "/../../docs/reference/json-rpc.md");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_TRUE(text.str() == method_reference()) << "run: bourse node rpc-docs > docs/reference/json-rpc.md";
}

TEST(MethodTable, names_are_found_and_unique) {
    const auto& table = method_table();
    for (std::size_t i = 0; i < table.size(); ++i) {
        EXPECT_EQ(find_method(table[i].name), &table[i]);
        EXPECT_TRUE(i == 0 || table[i].name != table[i - 1].name);
    }
    const auto refused = refused_methods();
    for (std::size_t i = 0; i < refused.size(); ++i) {
        EXPECT_EQ(find_refused_method(refused[i].name), &refused[i]);
        EXPECT_EQ(find_method(refused[i].name), nullptr) << refused[i].name;
        EXPECT_TRUE(i == 0 || refused[i].name != refused[i - 1].name);
    }
    EXPECT_EQ(find_refused_method("eth_call"), nullptr);
    EXPECT_EQ(find_method("eth_"), nullptr);
    EXPECT_EQ(find_method("zzz"), nullptr);
}

}  // namespace
}  // namespace bourse::rpc
