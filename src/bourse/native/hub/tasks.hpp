// Parts of the task life cycle that its units share (poco.md §8–§11).
#pragma once

#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/hub/task_store.hpp>

namespace bourse::native {

/// A task that is not unset with its deal; the category's time is read with them.
struct OpenTask {
    TaskFile file;
    DealTerms deal;
    Uint256 time_ref;  ///< seconds

    /// start + 7 × time; the deadlines were checked to fit when the task was initialised.
    Uint256 contribution_deadline() const noexcept;
    Uint256 final_deadline() const noexcept;
};
/// An empty revert for unset tasks.
Outcome<OpenTask> open_task(Context& context, const poco::TaskId& id);

// Money (§10), in the order of the official events.
Outcome<void> settle_success(Context& context, const OpenTask& task);
Outcome<void> distribute_rewards(Context& context, OpenTask& task);
Outcome<void> fast_rewards(Context& context, const OpenTask& task);
Outcome<void> settle_failure(Context& context, const OpenTask& task);

/// ERC-1154 push (§11); its outcome is ignored.
void call_back(Context& context, const Address& callback, const poco::TaskId& task, const Bytes& results);
/// What a call back is prepaid with: nothing without a callback.
std::uint64_t callback_gas_rule(const state::State& state, ByteView args);

}  // namespace bourse::native
