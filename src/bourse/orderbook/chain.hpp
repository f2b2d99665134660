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
    virtual Result<std::uint64_t> count_category() = 0;
    /// Is the address a contract that answers keyHasPurpose (poco.md §5.5)? Registered resources are not.
    virtual Result<bool> is_group(const Address& address) = 0;
    virtual Result<bool> is_member(const Address& group, const Address& account) = 0;
    /// Who has presigned an order on chain; null: nobody.
    virtual Result<Address> presigner(const poco::OrderHash& order) = 0;
    virtual Result<poco::Task> task(const poco::TaskId& id) = 0;
    virtual Result<poco::Contribution> contribution(const poco::TaskId& task, const Address& worker) = 0;
    virtual Result<std::uint64_t> time_s() = 0;  ///< the chain's clock
    virtual Result<client::BlockHead> head() = 0;
    virtual Result<client::BlockHead> block(std::uint64_t number) = 0;
};

/// The rpc client must outlive it.
std::unique_ptr<MarketChain> make_market_chain(client::RpcClient& rpc, const Address& hub);

}  // namespace bourse::orderbook
