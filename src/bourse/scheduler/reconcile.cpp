#include <bourse/scheduler/reconcile.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/need.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

using poco::ContributionStatus;
using poco::TaskStatus;

constexpr std::uint64_t kMaxIntentPauseMs = 60'000;

std::uint64_t intent_ready_ms(const IntentMark& mark, const Policy& policy) {
    if (mark.failures == 0) return 0;
    const auto shift = std::min<std::uint64_t>(mark.failures - 1, 6);
    return mark.failed_ms + std::min(policy.intent_retry_ms << shift, kMaxIntentPauseMs);
}

bool may_send(const IntentMark& mark, const Policy& policy, const Now& now) {
    return mark.key.empty() && now.unix_ms >= intent_ready_ms(mark, policy);
}

/// Collects the actions of one task.
class Planner {
public:
    Planner(const Task& task, const Deal& deal, const Policy& policy, const Now& now,
            std::optional<std::uint64_t> usual_ms)
        : task_(task),
          deal_(deal),
          policy_(policy),
          now_(now),
          replacement_ms_(replacement_ms(deal, policy, usual_ms)) {}

    std::vector<Action> plan() {
        switch (task_.status) {
            case TaskStatus::kUnset:
                unset();
                break;
            case TaskStatus::kActive:
                active();
                break;
            case TaskStatus::kRevealing:
                revealing();
                break;
            case TaskStatus::kCompleted:
                end_all(ActionKind::kComplete, "");
                break;
            case TaskStatus::kFailed:
                end_all(ActionKind::kAbort, "TASK_NOT_ACTIVE");
                break;
        }
        return std::move(actions_);
    }

private:
    bool passed(std::uint64_t deadline_s) const { return now_.chain_s >= deadline_s + policy_.margin_s; }

    void unset() {
        if (passed(deal_.final_deadline_s())) {
            if (may_send(task_.claim, policy_, now_)) actions_.push_back({ActionKind::kInitializeAndClaim, {}, {}});
        } else if (now_.chain_s < deal_.contribution_deadline_s() && may_send(task_.initialize, policy_, now_)) {
            actions_.push_back({ActionKind::kInitialize, {}, {}});
        }
    }

    void active() {
        if (passed(deal_.final_deadline_s())) {
            claim();
        } else if (passed(deal_.contribution_deadline_s())) {
            abort_pending("CONTRIBUTION_TIMEOUT");
        } else if (now_.chain_s < deal_.contribution_deadline_s()) {
            const Need need(task_, deal_, replacement_ms_, now_.unix_ms);
            if (!need.is_met()) actions_.push_back({ActionKind::kSupply, {}, {}});
        }
    }

    void revealing() {
        if (passed(deal_.final_deadline_s())) {
            claim();
            return;
        }
        abort_pending("CONSENSUS_REACHED");
        if (now_.chain_s < task_.reveal_deadline_s) command_reveals();
        const auto revealed = task_.revealed();
        if (revealed == 0) {
            const bool late = passed(task_.reveal_deadline_s);
            if (late && may_send(task_.reopen, policy_, now_)) actions_.push_back({ActionKind::kReopen, {}, {}});
            return;
        }
        if (task_.verified_cid.empty()) {
            find_upload();
        } else if ((revealed == task_.winners() || passed(task_.reveal_deadline_s)) &&
                   now_.chain_s < deal_.final_deadline_s() && may_send(task_.finalize, policy_, now_)) {
            actions_.push_back({ActionKind::kFinalize, {}, {}});
        }
    }

    void claim() {
        abort_pending("CONTRIBUTION_TIMEOUT");
        if (may_send(task_.claim, policy_, now_)) actions_.push_back({ActionKind::kClaim, {}, {}});
    }

    void command_reveals() {
        for (const auto& replicate : task_.replicates) {
            if (replicate.chain != ContributionStatus::kContributed || replicate.hash != task_.consensus) continue;
            if (replicate.reveal_commanded || replicate.ended) continue;
            actions_.push_back({ActionKind::kReveal, replicate.worker, {}});
        }
    }

    /// Exactly one upload is under way; a failed, late or silent uploader makes room for the next one.
    void find_upload() {
        const Replicate* next = nullptr;
        for (const auto& replicate : task_.replicates) {
            if (replicate.chain != ContributionStatus::kProved || replicate.ended) continue;
            switch (replicate.upload) {
                case Replicate::Upload::kReported:
                    actions_.push_back({ActionKind::kVerify, replicate.worker, {}});
                    return;
                case Replicate::Upload::kRequested:
                    if (replicate.silent_ms == 0 && now_.unix_ms < replicate.upload_ms + policy_.upload_timeout_ms)
                        return;
                    break;
                case Replicate::Upload::kFailed:
                case Replicate::Upload::kNone:
                    break;
            }
            if (next == nullptr || upload_rank(replicate) < upload_rank(*next)) next = &replicate;
        }
        if (next != nullptr && now_.unix_ms >= upload_ready_ms(*next)) {
            actions_.push_back({ActionKind::kUpload, next->worker, {}});
        }
    }

    /// Heard ones first, then those asked least often, then in order of contribution.
    static std::pair<bool, std::uint64_t> upload_rank(const Replicate& replicate) {
        return {replicate.silent_ms != 0, replicate.upload_tries};
    }

    std::uint64_t upload_ready_ms(const Replicate& replicate) const {
        return replicate.upload_tries == 0 ? 0 : replicate.upload_ms + policy_.upload_retry_ms;
    }

    void abort_pending(const std::string& cause) {
        for (const auto& replicate : task_.replicates) {
            if (replicate.is_pending()) actions_.push_back({ActionKind::kAbort, replicate.worker, cause});
        }
    }

    void end_all(ActionKind kind, const std::string& cause) {
        for (const auto& replicate : task_.replicates) {
            if (!replicate.ended && !replicate.dropped) actions_.push_back({kind, replicate.worker, cause});
        }
    }

    const Task& task_;
    const Deal& deal_;
    const Policy& policy_;
    const Now& now_;
    std::uint64_t replacement_ms_;
    std::vector<Action> actions_;
};

/// Keeps the earliest time that lies in the future.
void keep_earliest(std::optional<std::uint64_t>& kept, std::uint64_t time, std::uint64_t now) {
    if (time > now && (!kept || time < *kept)) kept = time;
}

/// The error result of a cause has the cause's name as content (middleware.md §9.7).
bool is_error_result(const Hash& digest, const std::string& cause, const Deal& deal) {
    if (cause.empty()) return false;
    const bool has_callback = !deal.facts.callback.is_zero();
    return digest == (has_callback ? crypto::keccak256(cause) : crypto::sha256(as_bytes(cause)));
}

}  // namespace

std::string_view to_text(ActionKind kind) noexcept {
    switch (kind) {
        case ActionKind::kInitialize:
            return "initialize";
        case ActionKind::kSupply:
            return "supply";
        case ActionKind::kReveal:
            return "reveal";
        case ActionKind::kUpload:
            return "upload";
        case ActionKind::kVerify:
            return "verify";
        case ActionKind::kFinalize:
            return "finalize";
        case ActionKind::kReopen:
            return "reopen";
        case ActionKind::kClaim:
            return "claim";
        case ActionKind::kInitializeAndClaim:
            return "initialize and claim";
        case ActionKind::kComplete:
            return "complete";
        case ActionKind::kAbort:
            return "abort";
    }
    BOURSE_UNREACHABLE();
}

std::uint64_t replacement_ms(const Deal& deal, const Policy& policy, std::optional<std::uint64_t> usual_ms) noexcept {
    const auto longest = deal.facts.time_ref_s * 1'000;
    if (!usual_ms) return longest;
    return std::min(std::max(*usual_ms * 3 / 2, policy.min_replacement_ms), longest);
}

std::vector<Action> next_actions(const Task& task, const Deal& deal, const Policy& policy, const Now& now,
                                 std::optional<std::uint64_t> usual_ms) {
    return Planner(task, deal, policy, now, usual_ms).plan();
}

Wake next_wake(const Task& task, const Deal& deal, const Policy& policy, const Now& now,
               std::optional<std::uint64_t> usual_ms) {
    Wake wake;
    if (!task.is_open()) return wake;
    keep_earliest(wake.chain_s, deal.contribution_deadline_s() + policy.margin_s, now.chain_s);
    keep_earliest(wake.chain_s, deal.final_deadline_s() + policy.margin_s, now.chain_s);
    if (task.status == TaskStatus::kRevealing) {
        keep_earliest(wake.chain_s, task.reveal_deadline_s + policy.margin_s, now.chain_s);
    }
    for (const auto* mark : {&task.initialize, &task.finalize, &task.reopen, &task.claim}) {
        if (mark->key.empty()) keep_earliest(wake.unix_ms, intent_ready_ms(*mark, policy), now.unix_ms);
    }
    const auto replacement = replacement_ms(deal, policy, usual_ms);
    for (const auto& replicate : task.replicates) {
        if (replicate.is_pending()) keep_earliest(wake.unix_ms, replicate.assigned_ms + replacement, now.unix_ms);
        if (replicate.chain != ContributionStatus::kProved || !task.verified_cid.empty()) continue;
        keep_earliest(wake.unix_ms, replicate.upload_ms + policy.upload_timeout_ms, now.unix_ms);
        keep_earliest(wake.unix_ms, replicate.upload_ms + policy.upload_retry_ms, now.unix_ms);
    }
    return wake;
}

std::string verdict_of(const Task& task, const Deal& deal) {
    if (task.status == TaskStatus::kFailed) return "FAILED";
    if (task.status != TaskStatus::kCompleted) return {};
    for (const auto& replicate : task.replicates) {
        if (replicate.chain == ContributionStatus::kProved && is_error_result(task.digest, replicate.cause, deal)) {
            return "ERROR(" + replicate.cause + ")";
        }
    }
    return "OK";
}

}  // namespace bourse::scheduler
