#include <bourse/client/transaction_sender.hpp>

#include <bourse/codec/transaction.hpp>

#include <fmt/format.h>

namespace bourse::client {

namespace {

constexpr int kNonceTries = 3;

bool is_nonce_taken(const Error& error) {
    return error.code == "RPC_ERROR" && (error.message.find("nonce too low") != std::string::npos ||
                                         error.message.find("underpriced") != std::string::npos ||
                                         error.message.find("already known") != std::string::npos);
}

}  // namespace

TransactionSender::TransactionSender(RpcClient& rpc, crypto::PrivateKey key)
    : rpc_(&rpc), key_(std::move(key)), address_(key_.address()) {}

Result<Hash> TransactionSender::submit_once(const TransactionRequest& request, std::uint64_t gas_limit) {
    BOURSE_TRY(const auto chain_id, rpc_->chain_id());
    BOURSE_TRY(const auto nonce, rpc_->nonce(address_, true));
    BOURSE_TRY(const auto price, rpc_->gas_price());
    Transaction tx;
    tx.type = 0;
    tx.chain_id = chain_id;
    tx.nonce = nonce;
    tx.gas_price = price;
    tx.gas_limit = gas_limit;
    tx.to = request.to;
    tx.value = request.value;
    tx.data = request.data;
    sign_transaction(tx, key_);
    return rpc_->send_raw(encode_transaction(tx));
}

Result<Hash> TransactionSender::submit(const TransactionRequest& request) {
    std::uint64_t gas_limit = request.gas_limit;
    if (gas_limit == 0) {
        BOURSE_TRY(gas_limit, rpc_->estimate_gas({request.to, request.data, address_, request.value}));
        // State may move between the estimate and the block: a fifth more does not cost anything unless it is used.
        gas_limit += gas_limit / 5;
    }
    for (int i = 1;; ++i) {
        auto hash = submit_once(request, gas_limit);
        if (hash) {
            if (on_sent_) on_sent_(*hash);
            return hash;
        }
        if (i == kNonceTries || !is_nonce_taken(hash.error())) return hash;
    }
}

Result<Receipt> TransactionSender::send(const TransactionRequest& request) {
    BOURSE_TRY(const auto hash, submit(request));
    BOURSE_TRY(auto receipt, rpc_->wait_receipt(hash));
    if (receipt.ok) return receipt;
    // The reason is not in the receipt: the same call at the state after the block tells it in all but odd cases.
    auto replay = rpc_->eth_call({request.to, request.data, address_, request.value});
    const std::string reason =
        replay ? "the state changed between the estimate and the block; try again" : replay.error().message;
    return fail("CALL_REVERTED",
                fmt::format("Transaction {} failed in block {}: {}", to_hex(hash), receipt.block_number, reason));
}

}  // namespace bourse::client
