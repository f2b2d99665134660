// What the market asks of the chain: a seam, so that tests need no node.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/poco/contracts.hpp>

#include <memory>
#include <span>
#include <vector>

namespace bourse::orderbook {

/// Reads at the latest block. Errors as of client::RpcClient and client::Hub. Safe from any thread.
class MarketChain {
public:
    virtual ~MarketChain() = default;
    virtual const Address& hub() const = 0;
    virtual Result<std::uint64_t> chain_id() = 0;
    virtual Result<client::HubFacts> facts() = 0;
    virtual Result<bool> is_registered(const Address& registry, const Address& resource) = 0;
    virtual Result<Address> resource_owner(const Address& resource) = 0;
    virtual Result<bool> verify_signature(const Address& signer, const Hash& digest, ByteView signature) = 0;
    virtual Result<std::vector<Uint256>> consumed(std::span<const poco::OrderHash> orders) = 0;
    virtual Result<std::vector<poco::Account>> accounts(std::span<const Address> owners) = 0;
    virtual Result<poco::Deal> deal(const poco::DealId& id) = 0;
    virtual Result<std::uint64_t> count_category() = 0;
    virtual Result<poco::Category> category(std::uint64_t id) = 0;
    virtual Result<client::BlockHead> head() = 0;
    virtual Result<client::BlockHead> block(std::uint64_t number) = 0;
};

/// The rpc client must outlive it.
std::unique_ptr<MarketChain> make_market_chain(client::RpcClient& rpc, const Address& hub);

}  // namespace bourse::orderbook
