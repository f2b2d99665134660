// What a batch of logs needs of the chain beside itself.
#pragma once

#include <bourse/client/log_follower.hpp>
#include <bourse/explorer/chain.hpp>

#include <map>
#include <utility>

namespace bourse::explorer {

struct BatchFacts {
    client::HubFacts hub;
    std::map<Hash, poco::Deal> deals;  ///< of OrdersMatched
    std::map<Hash, poco::Task> tasks;  ///< of TaskInitialize, and of TaskFinalize for the callback's data
    std::map<std::pair<Hash, Address>, poco::Contribution> contributions;
    std::map<Address, poco::AppInfo> apps;
    std::map<Address, poco::DatasetInfo> datasets;
    std::map<Address, poco::WorkerpoolInfo> pools;
    std::map<std::uint64_t, std::uint64_t> times;         ///< block → seconds
    std::map<std::uint64_t, std::uint64_t> transactions;  ///< block → how many it has; none: 0
};

/// Topics of the logs that the index takes in, for client::FollowerConfig.
std::vector<Bytes32> index_topics();

/// Errors of the chain.
Result<BatchFacts> read_facts(ExplorerChain& chain, const client::BlockBatch& batch);

/// A token id of a registry is the resource's address.
Address address_of_token(const Uint256& token_id);

}  // namespace bourse::explorer
