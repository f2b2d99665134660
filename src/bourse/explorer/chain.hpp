// What the index asks of the chain beside the logs: a seam, so that tests and benches need no node.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/poco/contracts.hpp>

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bourse::explorer {

/// All facts asked for never change once their log is on the chain, so it does not matter when they are read.
/// Errors as of client::RpcClient and client::Hub.
class ExplorerChain {
public:
    virtual ~ExplorerChain() = default;
    virtual const Address& hub() const = 0;
    virtual Result<client::HubFacts> facts() = 0;
    virtual Result<Hash> genesis() = 0;
    virtual Result<std::vector<poco::Deal>> deals(std::span<const poco::DealId> ids) = 0;
    virtual Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId> ids) = 0;
    virtual Result<std::vector<poco::Contribution>> contributions(
        std::span<const std::pair<poco::TaskId, Address>> ids) = 0;
    virtual Result<poco::AppInfo> app(const Address& address) = 0;
    virtual Result<poco::DatasetInfo> dataset(const Address& address) = 0;
    virtual Result<poco::WorkerpoolInfo> workerpool(const Address& address) = 0;
    virtual Result<std::vector<poco::Category>> categories() = 0;
    /// Seconds of each block.
    virtual Result<std::vector<std::uint64_t>> block_times(std::span<const std::uint64_t> numbers) = 0;
    /// Transactions of each of these blocks that has any.
    virtual Result<std::map<std::uint64_t, std::uint64_t>> transaction_counts(std::uint64_t first,
                                                                              std::uint64_t last) = 0;
};

/// The rpc client must outlive it.
std::unique_ptr<ExplorerChain> make_explorer_chain(client::RpcClient& rpc, const Address& hub);

}  // namespace bourse::explorer
