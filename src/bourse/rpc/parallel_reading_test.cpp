// Readers are never blocked by block making: while a block is executed and prepared but not committed, every method
// that reads answers, from other threads, with the state before.
#include <bourse/rpc/test_chain.hpp>

#include <gtest/gtest.h>

#include <future>

namespace bourse::rpc {
namespace {

using nlohmann::json;

/// Fails instead of waiting for ever where an answer is held up.
json ask_elsewhere(RpcService& service, const std::string& method, const json& params) {
    auto answer = std::async(
        std::launch::async,
        [&service, body = json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}}.dump()] {
            return service.handle(body);
        });
    if (answer.wait_for(std::chrono::seconds(120)) != std::future_status::ready) {
        ADD_FAILURE() << method << " is held up by a block in the making";
        std::abort();  // the thread cannot be ended
    }
    return json::parse(answer.get());
}

std::vector<std::pair<std::string, json>> reading_calls(const std::string& mined) {
    const std::string address = to_hex(dev_address("worker1"));
    const std::string rlc = to_hex(poco::kRlc);
    const json call{{"from", to_hex(dev_address("requester"))},
                    {"to", rlc},
                    {"data", to_hex(abi::encode_call(poco::selectors::rlc::kBalanceOf, dev_address("worker1")))}};
    return {{"eth_blockNumber", json::array()},
            {"eth_call", {call, "latest"}},
            {"eth_call", {call, "0x1"}},
            {"eth_estimateGas", {call, "latest"}},
            {"eth_createAccessList", {call, "latest"}},
            {"eth_getBalance", {address, "latest"}},
            {"eth_getTransactionCount", {address, "latest"}},
            {"eth_getCode", {rlc, "latest"}},
            {"eth_getStorageAt", {rlc, "0x0", "latest"}},
            {"eth_getProof", {rlc, {"0x0", "0x1"}, "latest"}},
            {"eth_getProof", {rlc, {"0x0", "0x1"}, "0x1"}},
            {"eth_getBlockByNumber", {"latest", true}},
            {"eth_getBlockReceipts", {"latest"}},
            {"eth_getTransactionByHash", {mined}},
            {"eth_getTransactionReceipt", {mined}},
            {"eth_getLogs", {{{"fromBlock", "0x0"}, {"address", rlc}}}},
            {"eth_feeHistory", {"0x2", "latest", {50}}},
            {"bourse_keptHistory", json::array()}};
}

TEST(ParallelReading, a_block_in_the_making_holds_nobody_up) {
    engine::EngineOptions options;
    options.genesis = chain::development_genesis();
    options.heartbeat_ms = 0;
    auto engine = *engine::Engine::open(std::move(options));  // not started: this test makes the blocks
    RpcService service(*engine);
    auto& application = engine->application();
    const auto proposal = [&](std::uint64_t nonce) {
        engine::Proposal out;
        out.height = application.info().head_number + 1;
        out.time_ms = engine->sequencer().now_ms();
        out.transactions = {
            *chain::prepare_transaction(signed_raw({.nonce = nonce, .data = rlc_transfer("worker1", 5)}))};
        return out;
    };
    const std::string mined = to_hex(application.finalize(proposal(0)).executed[0].transaction->hash);
    application.commit();

    std::vector<json> before;
    for (const auto& [method, params] : reading_calls(mined)) {
        before.push_back(ask_elsewhere(service, method, params));
        EXPECT_TRUE(before.back().contains("result")) << method << " " << before.back().dump();
    }
    const std::string hash = to_hex(application.finalize(proposal(1)).executed[0].transaction->hash);
    std::size_t i = 0;
    for (const auto& [method, params] : reading_calls(mined))
        EXPECT_EQ(ask_elsewhere(service, method, params), before[i++]) << method;
    EXPECT_EQ(ask_elsewhere(service, "eth_getTransactionReceipt", {hash}).at("result"), nullptr);
    application.commit();
    EXPECT_EQ(ask_elsewhere(service, "eth_getTransactionReceipt", {hash}).at("result").at("status"), "0x1");
    EXPECT_EQ(ask_elsewhere(service, "eth_blockNumber", json::array()).at("result"), "0x3");
    EXPECT_NE(ask_elsewhere(service, "eth_getProof", {to_hex(poco::kRlc), {"0x0", "0x1"}, "latest"}), before[9]);
}

}  // namespace
}  // namespace bourse::rpc
