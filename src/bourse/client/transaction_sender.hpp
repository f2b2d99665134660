// Transactions of a client verb: nonce, gas, signature, sending, waiting; a revert becomes an Error with its reason.
// One object for one wallet in one process. Services use client/outbox.hpp instead.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <functional>

namespace bourse::client {

struct TransactionRequest {
    Address to;
    Bytes data;
    Uint256 value;
    std::uint64_t gas_limit = 0;  ///< 0: estimated (a revert is then found before anything is sent)
};

class TransactionSender {
public:
    TransactionSender(RpcClient& rpc, crypto::PrivateKey key);

    const Address& address() const noexcept { return address_; }
    /// Estimates, signs, sends and waits for the receipt. A nonce that another process took meanwhile is read again,
    /// three times at most. Errors: those of RpcClient; CALL_REVERTED with the decoded reason, before or after mining.
    Result<Receipt> send(const TransactionRequest& request);
    Result<Receipt> send(const Address& to, Bytes data) { return send(TransactionRequest{to, std::move(data), {}, 0}); }
    /// Signs and sends without waiting.
    Result<Hash> submit(const TransactionRequest& request);
    /// Told each transaction's hash after it has been accepted by the node (progress lines).
    void on_sent(std::function<void(const Hash&)> callback) { on_sent_ = std::move(callback); }

private:
    Result<Hash> submit_once(const TransactionRequest& request, std::uint64_t gas_limit);

    RpcClient* rpc_;
    crypto::PrivateKey key_;
    Address address_;
    std::function<void(const Hash&)> on_sent_;
};

}  // namespace bourse::client
