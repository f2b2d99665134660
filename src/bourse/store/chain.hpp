// What the store asks of the chain: a seam, so that tests need no node.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/poco/contracts.hpp>

#include <memory>
#include <vector>

namespace bourse::store {

/// Errors as of client::RpcClient and client::Hub. Safe from any thread.
class StoreChain {
public:
    virtual ~StoreChain() = default;
    virtual Result<poco::Task> task(const poco::TaskId& id) = 0;
    virtual Result<poco::Deal> deal(const poco::DealId& id) = 0;
    /// Time of the pending block: the chain's clock, which runs on an idle chain too.
    virtual Result<std::uint64_t> time_s() = 0;
    /// Number of the last block.
    virtual Result<std::uint64_t> head() = 0;
    /// Multiaddrs of the datasets registered in these blocks, both included.
    virtual Result<std::vector<Bytes>> dataset_places(std::uint64_t first_block, std::uint64_t last_block) = 0;
    /// Free and locked, nRLC.
    virtual Result<poco::Account> account(const Address& owner) = 0;
    /// The hub's check, for owners that are contracts.
    virtual Result<bool> verify_signature(const Address& signer, const Hash& hash, ByteView signature) = 0;
};

/// The rpc client must outlive it.
std::unique_ptr<StoreChain> make_store_chain(client::RpcClient& rpc, const Address& hub);

}  // namespace bourse::store
