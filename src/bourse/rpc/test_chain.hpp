// A development chain in memory with its RPC service, and transactions of its accounts, for the tests of this folder.
#pragma once

#include <bourse/chain/genesis.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/engine/engine.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/rpc/service.hpp>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace bourse::rpc {

inline crypto::PrivateKey dev_key(std::string_view name) {
    return *crypto::PrivateKey::from(*from_hex(poco::find_dev_account(name)->key));
}
inline Address dev_address(std::string_view name) { return *address_from_hex(poco::find_dev_account(name)->address); }

struct TestTx {
    std::string_view from = "requester";
    std::uint64_t nonce = 0;
    std::uint8_t type = 0;
    Address to = poco::kRlc;
    Bytes data = {};
    Uint256 value = {};
    std::uint64_t price = 0;
    std::uint64_t gas_limit = 200'000;
};

inline Bytes signed_raw(const TestTx& spec) {
    Transaction tx;
    tx.type = spec.type;
    tx.chain_id = 65535;
    tx.nonce = spec.nonce;
    tx.gas_price = tx.max_fee = tx.max_priority_fee = spec.price;
    tx.gas_limit = spec.gas_limit;
    tx.to = spec.to;
    tx.data = spec.data;
    tx.value = spec.value;
    sign_transaction(tx, dev_key(spec.from));
    return encode_transaction(tx);
}

inline Bytes rlc_transfer(std::string_view to, std::uint64_t nrlc) {
    return abi::encode_call(poco::selectors::rlc::kTransfer, dev_address(to), Uint256(nrlc));
}

/// Blocks are made by evm_mine alone (the engine is not started), so that each test knows their numbers.
class TestChain {
public:
    explicit TestChain(engine::EngineOptions options = {}, RpcLimits limits = {},
                       std::function<std::uint64_t()> clock_ms = {}) {
        if (options.genesis.chain_id == 0) options.genesis = chain::development_genesis();
        auto opened = engine::Engine::open(std::move(options));
        if (!opened) throw std::runtime_error(opened.error().message);
        engine_ = std::move(*opened);
        service_ = std::make_unique<RpcService>(*engine_, limits, std::move(clock_ms));
    }

    engine::Engine& engine() { return *engine_; }
    RpcService& service() { return *service_; }

    nlohmann::json ask(std::string_view body) { return nlohmann::json::parse(service_->handle(body)); }
    /// The whole answer: result or error.
    nlohmann::json call(const std::string& method, nlohmann::json params = nlohmann::json::array()) {
        return ask(
            nlohmann::json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}}.dump());
    }
    nlohmann::json result(const std::string& method, nlohmann::json params = nlohmann::json::array()) {
        auto answer = call(method, std::move(params));
        if (!answer.contains("result")) throw std::runtime_error(answer.dump());
        return answer["result"];
    }
    /// Sends and makes the block; gives the hash.
    std::string mine(const TestTx& tx) {
        const std::string hash = result("eth_sendRawTransaction", {to_hex(signed_raw(tx))});
        result("evm_mine");
        return hash;
    }

private:
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<RpcService> service_;
};

}  // namespace bourse::rpc
