// Submits matches for buyers from a wallet of the market: the chain asks no fee, and a match moves only what the four
// signatures allow.
#pragma once

#include <bourse/client/transaction_sender.hpp>
#include <bourse/orderbook/chain.hpp>
#include <bourse/poco/match.hpp>

#include <map>
#include <mutex>

namespace bourse::market {

class Helper {
public:
    Helper(client::RpcClient& rpc, orderbook::MarketChain& chain, const crypto::PrivateKey& key)
        : rpc_(&rpc), chain_(&chain), sender_(rpc, key) {}

    struct Matched {
        Hash tx;
        poco::DealId deal;
        Uint256 volume;
        std::uint64_t block = 0;
        bool repeated = false;
    };
    /// The same request order is submitted once: a second call gets the first one's answer. Errors: those of the
    /// chain; CALL_REVERTED with the hub's text.
    Result<Matched> match(const poco::OrderSet& orders, const Hash& request_hash);

private:
    client::RpcClient* rpc_;
    orderbook::MarketChain* chain_;
    client::TransactionSender sender_;
    std::mutex mutex_;  ///< one nonce at a time
    std::map<Hash, Matched> done_;
};

}  // namespace bourse::market
