// What the chain says about a task, and whether this worker may and wants to take it.
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/scheduler_stream.hpp>
#include <bourse/worker/config.hpp>

#include <map>
#include <memory>
#include <mutex>

namespace bourse::worker {

/// Facts that never change once a deal exists.
struct DealFacts {
    poco::Deal deal;
    poco::AppInfo app;
    poco::DatasetInfo dataset;  ///< empty without one
    bool has_dataset() const noexcept { return !deal.dataset.pointer.is_zero(); }
    bool has_callback() const noexcept { return !deal.callback.is_zero(); }
};

class TaskFacts {
public:
    TaskFacts(client::Hub& hub, const Address& worker, const WorkerConfig& config)
        : hub_(&hub), worker_(worker), config_(&config) {}
    /// Cached. Errors: those of the hub's views.
    Result<std::shared_ptr<const DealFacts>> deal(const poco::DealId& id);
    /// The checks of middleware §3.4 and §9.11 in their order. `reserved_nrlc`: stakes of tasks that were taken before
    /// and have not been contributed to. Errors: their code is the cause to drop the task with
    /// (WORKERPOOL_AUTHORIZATION_NOT_FOUND, TASK_DESCRIPTION_INVALID, TASK_NOT_ACTIVE, CONTRIBUTION_TIMEOUT,
    /// CONTRIBUTION_ALREADY_SET, STAKE_TOO_LOW, STAKE_TOO_HIGH), or CHAIN_UNREACHABLE, which may be tried again.
    Status<> check(const client::stream::Command& assignment, const DealFacts& facts, const Uint256& reserved_nrlc);

private:
    client::Hub* hub_;
    Address worker_;
    const WorkerConfig* config_;
    std::mutex mutex_;
    std::map<poco::DealId, std::shared_ptr<const DealFacts>> deals_;
};

}  // namespace bourse::worker
