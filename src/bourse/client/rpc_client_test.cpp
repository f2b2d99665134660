#include <bourse/client/rpc_client.hpp>
#include <bourse/client/transaction_sender.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/net/http_server.hpp>

#include <gtest/gtest.h>
#include <algorithm>
#include <functional>
#include <map>
#include <mutex>

namespace bourse::client {
namespace {

using nlohmann::json;

/// A node whose answers are functions of the params; unknown methods are -32601.
class FakeNode {
public:
    using Method = std::function<json(const json& params)>;

    FakeNode() : server_({}) {
        server_.route("POST", "/", [this](const net::Request& request) {
            return net::Response::json(200, answer(json::parse(request.body)).dump());
        });
        EXPECT_TRUE(server_.start());
    }
    ~FakeNode() { server_.stop(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    void on(const std::string& name, Method method) { methods_[name] = std::move(method); }
    std::size_t requests = 0;

    /// Thrown by a method: the error object of the answer.
    struct Failure {
        json error;
    };

private:
    json answer(const json& body) {
        const std::lock_guard lock(mutex_);
        ++requests;
        if (!body.is_array()) return one(body);
        json out = json::array();
        for (const auto& item : body) out.push_back(one(item));
        std::reverse(out.begin(), out.end());  // a server may answer a batch in any order
        return out;
    }
    json one(const json& call) {
        json out{{"jsonrpc", "2.0"}, {"id", call["id"]}};
        const auto method = methods_.find(call["method"]);
        if (method == methods_.end()) {
            out["error"] = {{"code", -32601}, {"message", "the method does not exist"}};
            return out;
        }
        try {
            out["result"] = method->second(call["params"]);
        } catch (const Failure& failure) {
            out["error"] = failure.error;
        }
        return out;
    }

    net::HttpServer server_;
    std::mutex mutex_;
    std::map<std::string, Method> methods_;
};

TEST(RpcClient, batch_results_come_in_the_order_of_the_calls) {
    FakeNode node;
    node.on("eth_call", [](const json& params) { return params[0]["data"]; });
    RpcClient rpc(node.url());
    std::vector<CallRequest> calls;
    for (std::uint8_t i = 0; i < 200; ++i) calls.push_back({{}, {i}, std::nullopt, {}});
    for (std::uint16_t i = 0; i < 900; ++i) calls.push_back({{}, {7, 7}, std::nullopt, {}});
    const auto answers = rpc.eth_call_batch(calls);
    ASSERT_TRUE(answers) << answers.error().message;
    ASSERT_EQ(answers->size(), calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) EXPECT_EQ(*(*answers)[i], calls[i].data);
    EXPECT_EQ(node.requests, 3U);
}

TEST(RpcClient, revert_data_becomes_its_reason) {
    FakeNode node;
    node.on("eth_call", [](const json&) -> json {
        throw FakeNode::Failure{{{"code", 3},
                                 {"message", "execution reverted"},
                                 {"data", to_hex(abi::encode_error("iExecV5-matchOrders-0x05"))}}};
    });
    node.on("eth_estimateGas", [](const json&) -> json {
        throw FakeNode::Failure{{{"code", 3}, {"message", "execution reverted"}, {"data", "0x"}}};
    });
    RpcClient rpc(node.url());
    const auto reverted = rpc.eth_call({});
    ASSERT_FALSE(reverted);
    EXPECT_EQ(reverted.error().code, "CALL_REVERTED");
    EXPECT_NE(reverted.error().message.find("iExecV5-matchOrders-0x05"), std::string::npos);
    EXPECT_EQ(rpc.estimate_gas({}).error().code, "CALL_REVERTED");
    EXPECT_EQ(rpc.chain_id().error().code, "RPC_ERROR");
}

TEST(RpcClient, closed_port_and_strange_answers_have_codes) {
    RpcClient closed("http://127.0.0.1:1");
    EXPECT_EQ(closed.chain_id().error().code, "NODE_UNREACHABLE");
    FakeNode node;
    node.on("eth_chainId", [](const json&) { return json("sixty-five"); });
    node.on("eth_getBlockByNumber", [](const json&) { return json(nullptr); });
    RpcClient rpc(node.url());
    EXPECT_EQ(rpc.chain_id().error().code, "NODE_BAD_ANSWER");
    EXPECT_EQ(rpc.head().error().code, "NODE_BAD_ANSWER");
}

TEST(RpcClient, receipt_is_waited_for) {
    FakeNode node;
    int asked = 0;
    node.on("eth_getTransactionReceipt", [&](const json& params) -> json {
        if (++asked < 4) return nullptr;
        return {{"transactionHash", params[0]},
                {"blockNumber", "0x2"},
                {"status", "0x1"},
                {"gasUsed", "0x5208"},
                {"logs", json::array()}};
    });
    RpcClient rpc(node.url());
    const auto receipt = rpc.wait_receipt(Hash{});
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_TRUE(receipt->ok);
    EXPECT_EQ(receipt->block_number, 2U);
    EXPECT_EQ(asked, 4);
    EXPECT_EQ(rpc.wait_receipt(Hash{}, 0).has_value(), true);
}

class SenderTest : public testing::Test {
protected:
    SenderTest() {
        node_.on("eth_chainId", [](const json&) { return json("0xffff"); });
        node_.on("eth_gasPrice", [](const json&) { return json("0x0"); });
        node_.on("eth_estimateGas", [](const json&) { return json("0x186a0"); });
        node_.on("eth_getTransactionCount", [this](const json&) { return json(to_quantity(nonce_)); });
        node_.on("eth_getTransactionReceipt", [this](const json& params) -> json {
            return {{"transactionHash", params[0]},
                    {"blockNumber", "0x2"},
                    {"status", succeeds_ ? "0x1" : "0x0"},
                    {"gasUsed", "0x1"},
                    {"logs", json::array()}};
        });
        node_.on("eth_sendRawTransaction", [this](const json& params) { return accept(params[0]); });
    }
    json accept(const json& raw) {
        const auto bytes = from_hex(raw.get<std::string>());
        const auto tx = decode_transaction(*bytes);
        EXPECT_TRUE(tx);
        if (tx->nonce < expected_nonce_) {
            nonce_ = expected_nonce_;
            throw FakeNode::Failure{{{"code", -32000}, {"message", "nonce too low: next nonce 5, tx nonce 3"}}};
        }
        sent_ = *tx;
        return to_hex(transaction_hash(*bytes));
    }

    FakeNode node_;
    std::uint64_t nonce_ = 3, expected_nonce_ = 3;
    bool succeeds_ = true;
    Transaction sent_;
    crypto::PrivateKey key_ = *crypto::PrivateKey::from(Bytes(32, 7));
};

TEST_F(SenderTest, transaction_is_signed_for_the_chain_with_gas_to_spare) {
    RpcClient rpc(node_.url());
    TransactionSender sender(rpc, key_);
    ASSERT_TRUE(sender.send(Address{}, {1, 2, 3}));
    EXPECT_EQ(recover_sender(sent_), key_.address());
    EXPECT_EQ(sent_.chain_id, 65535U);
    EXPECT_EQ(sent_.gas_limit, 120'000U);
    EXPECT_TRUE(sent_.gas_price.is_zero());
}

TEST_F(SenderTest, nonce_taken_meanwhile_is_read_again) {
    expected_nonce_ = 5;
    RpcClient rpc(node_.url());
    TransactionSender sender(rpc, key_);
    ASSERT_TRUE(sender.send(Address{}, {}));
    EXPECT_EQ(sent_.nonce, 5U);
}

TEST_F(SenderTest, failed_transaction_tells_the_reason_of_its_replay) {
    succeeds_ = false;
    node_.on("eth_call", [](const json&) -> json {
        throw FakeNode::Failure{
            {{"code", 3}, {"message", "execution reverted"}, {"data", to_hex(abi::encode_error("too late"))}}};
    });
    RpcClient rpc(node_.url());
    TransactionSender sender(rpc, key_);
    const auto receipt = sender.send(Address{}, {});
    ASSERT_FALSE(receipt);
    EXPECT_EQ(receipt.error().code, "CALL_REVERTED");
    EXPECT_NE(receipt.error().message.find("too late"), std::string::npos);
}

}  // namespace
}  // namespace bourse::client
