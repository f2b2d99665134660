// What to do next for a task: a pure function of its state, the chain's time and the time of day. It is asked again
// after every fact, so nothing depends on having seen a change happen (level-triggered, middleware.md §9.1).
#pragma once

#include <bourse/scheduler/state.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bourse::scheduler {

struct Now {
    std::uint64_t chain_s = 0;  ///< time of the pending block
    std::uint64_t unix_ms = 0;
};

struct Policy {
    std::uint64_t margin_s = 2;                 ///< after a deadline, before it counts as passed
    std::uint64_t upload_timeout_ms = 120'000;  ///< then another revealed worker is asked
    std::uint64_t upload_retry_ms = 2'000;      ///< pause before an uploader that failed is asked again
    std::uint64_t intent_retry_ms = 1'000;      ///< doubled with each failure, up to a minute
    std::uint64_t min_replacement_ms = 10'000;  ///< the replacement timer is never shorter
};

enum class ActionKind : std::uint8_t {
    kInitialize,
    kSupply,  ///< more replicates are wanted
    kReveal,
    kUpload,
    kVerify,  ///< ask the store about the upload of `worker`
    kFinalize,
    kReopen,
    kClaim,
    kInitializeAndClaim,
    kComplete,
    kAbort,
};
std::string_view to_text(ActionKind kind) noexcept;

struct Action {
    ActionKind kind = ActionKind::kInitialize;
    Address worker;     ///< kReveal, kUpload, kVerify, kComplete, kAbort
    std::string cause;  ///< kAbort

    bool operator==(const Action&) const = default;
};

/// `usual_ms`: p95 of this app's engagements, if known; it sets the replacement timer.
std::vector<Action> next_actions(const Task& task, const Deal& deal, const Policy& policy, const Now& now,
                                 std::optional<std::uint64_t> usual_ms = {});

/// When next_actions may give something else although no fact has come: the earliest of each clock.
struct Wake {
    std::optional<std::uint64_t> chain_s;
    std::optional<std::uint64_t> unix_ms;
};
Wake next_wake(const Task& task, const Deal& deal, const Policy& policy, const Now& now,
               std::optional<std::uint64_t> usual_ms = {});

/// Time after which a silent engagement is no longer counted on: p95 × 1.5, at least the policy's minimum, at most the
/// category's time; the category's time while nothing is known.
std::uint64_t replacement_ms(const Deal& deal, const Policy& policy, std::optional<std::uint64_t> usual_ms) noexcept;

/// OK, ERROR(cause) or FAILED for an ended task; empty for an open one.
std::string verdict_of(const Task& task, const Deal& deal);

}  // namespace bourse::scheduler
