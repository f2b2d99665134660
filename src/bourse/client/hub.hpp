// Typed views of the hub, the token, the registries and resources, over JSON-RPC. Calls that write are encoded by
// poco/contracts.hpp and sent by transaction_sender.hpp or the outbox.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/poco/orders.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bourse::client {

/// Facts of a hub that never change on a chain; read once, in one batch.
struct HubFacts {
    Hash domain_separator;
    Address token;
    Address app_registry;
    Address dataset_registry;
    Address workerpool_registry;
};

/// Reads at the latest block. Safe from any thread. Errors: those of RpcClient, HUB_MISSING (no hub at the address),
/// DEAL_NOT_FOUND, TASK_NOT_FOUND, RESOURCE_NOT_FOUND, CATEGORY_NOT_FOUND.
class Hub {
public:
    Hub(RpcClient& rpc, const Address& hub);

    RpcClient& rpc() const noexcept { return *rpc_; }
    const Address& address() const noexcept { return address_; }
    Result<HubFacts> facts() const;

    Result<poco::Deal> deal(const poco::DealId& id) const;
    /// A task that was never initialised is an error; tasks() gives it with status UNSET.
    Result<poco::Task> task(const poco::TaskId& id) const;
    Result<std::vector<poco::Task>> tasks(std::span<const poco::TaskId> ids) const;
    Result<poco::Contribution> contribution(const poco::TaskId& task, const Address& worker) const;
    Result<std::vector<poco::Contribution>> contributions(const poco::TaskId& task,
                                                          std::span<const Address> workers) const;
    Result<poco::Account> account(const Address& owner) const;
    Result<std::vector<poco::Account>> accounts(std::span<const Address> owners) const;
    Result<std::uint64_t> score(const Address& worker) const;
    Result<Uint256> consumed(const poco::OrderHash& order) const;
    Result<std::vector<Uint256>> consumed(std::span<const poco::OrderHash> orders) const;
    Result<poco::Category> category(std::uint64_t id) const;
    Result<std::uint64_t> count_category() const;
    /// The hub's own check; false also for signatures of a wrong length.
    Result<bool> verify_signature(const Address& signer, const Hash& digest, ByteView signature) const;

    Result<Uint256> token_balance(const Address& owner) const;
    Result<std::vector<Uint256>> token_balances(std::span<const Address> owners) const;

    Result<bool> is_registered(const Address& registry, const Address& resource) const;
    /// The current owner of an app, dataset or pool.
    Result<Address> resource_owner(const Address& resource) const;
    Result<poco::AppInfo> app(const Address& app) const;
    Result<poco::DatasetInfo> dataset(const Address& dataset) const;
    Result<poco::WorkerpoolInfo> workerpool(const Address& pool) const;
    /// Number of resources of an owner in a registry, and the n-th of them.
    Result<std::uint64_t> count_resources(const Address& registry, const Address& owner) const;
    Result<Address> resource_by_index(const Address& registry, const Address& owner, std::uint64_t index) const;

private:
    struct Cache;
    RpcClient* rpc_;
    Address address_;
    std::shared_ptr<Cache> cache_;
};

/// UNSET, ACTIVE, REVEALING, COMPLETED, FAILED, and TIMEOUT for an active or revealing task whose final deadline has
/// passed at `chain_time_s` (RpcClient::pending_time_s).
std::string task_status_name(const poco::Task& task, std::uint64_t chain_time_s);

}  // namespace bourse::client
