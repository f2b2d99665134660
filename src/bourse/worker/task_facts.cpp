#include <bourse/worker/task_facts.hpp>

#include <bourse/poco/messages.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/core.h>

namespace bourse::worker {
namespace {

constexpr std::size_t kMaxCachedDeals = 256;

Error chain_error(const Error& error) { return {"CHAIN_UNREACHABLE", error.message}; }

}  // namespace

Result<std::shared_ptr<const DealFacts>> TaskFacts::deal(const poco::DealId& id) {
    {
        const std::lock_guard lock(mutex_);
        if (const auto it = deals_.find(id); it != deals_.end()) return it->second;
    }
    auto facts = std::make_shared<DealFacts>();
    BOURSE_TRY(facts->deal, hub_->deal(id));
    BOURSE_TRY(facts->app, hub_->app(facts->deal.app.pointer));
    if (facts->has_dataset()) {
        BOURSE_TRY(facts->dataset, hub_->dataset(facts->deal.dataset.pointer));
    }
    const std::lock_guard lock(mutex_);
    if (deals_.size() >= kMaxCachedDeals) deals_.clear();
    deals_[id] = facts;
    return std::shared_ptr<const DealFacts>(facts);
}

Status<> TaskFacts::check(const client::stream::Command& assignment, const DealFacts& facts,
                          const Uint256& reserved_nrlc) {
    const auto message = poco::signed_hash(poco::authorization_message(worker_, assignment.task));
    if (poco::verify_signature(facts.deal.workerpool.owner, message, assignment.authorization) !=
        poco::SignatureVerdict::kValid)
        return fail("WORKERPOOL_AUTHORIZATION_NOT_FOUND",
                    "The assignment is not signed by the owner of the deal's pool.");
    if (poco::task_id(assignment.deal, Uint256{assignment.index}) != assignment.task)
        return fail("TASK_DESCRIPTION_INVALID", "The task does not belong to the deal that the assignment names.");
    if (!facts.deal.tag.is_zero())
        return fail("TEE_NOT_SUPPORTED", "The deal asks for an enclave or a device that this worker lacks.");
    auto task = hub_->task(assignment.task);
    if (!task)
        return fail(task.error().code == "TASK_NOT_FOUND" ? Error{"TASK_NOT_ACTIVE", task.error().message}
                                                          : chain_error(task.error()));
    if (task->status != poco::TaskStatus::kActive)
        return fail("TASK_NOT_ACTIVE", fmt::format("The task is {} on chain.", poco::to_text(task->status)));
    auto now_s = hub_->rpc().pending_time_s();
    if (!now_s) return fail(chain_error(now_s.error()));
    if (Uint256{*now_s} >= task->contribution_deadline)
        return fail("CONTRIBUTION_TIMEOUT", "The time to contribute is over.");
    auto own = hub_->contribution(assignment.task, worker_);
    if (!own) return fail(chain_error(own.error()));
    if (own->status != poco::ContributionStatus::kUnset)
        return fail("CONTRIBUTION_ALREADY_SET", "This wallet has contributed to the task before.");
    // A pool can ask for any stake, and nobody signs its ratio: the worker has its own limit.
    const auto stake = facts.deal.worker_stake;
    if (stake * Uint256{100} > facts.deal.workerpool.price * Uint256{config_->max_stake_percent})
        return fail(
            "STAKE_TOO_HIGH",
            fmt::format("The deal locks {} nRLC for a task of {} nRLC, more than worker.max_stake_percent = {} allows.",
                        to_decimal(stake), to_decimal(facts.deal.workerpool.price), config_->max_stake_percent));
    auto account = hub_->account(worker_);
    if (!account) return fail(chain_error(account.error()));
    if (account->stake < stake + reserved_nrlc)
        return fail("STAKE_TOO_LOW",
                    fmt::format("The free deposit of {} nRLC does not cover the stake of {} nRLC; deposit more.",
                                to_decimal(account->stake), to_decimal(stake)));
    return {};
}

}  // namespace bourse::worker
