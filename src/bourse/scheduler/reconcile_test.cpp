#include <bourse/scheduler/reconcile.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/need.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse::scheduler {
namespace {

using poco::ContributionStatus;
using poco::TaskStatus;

Address worker_of(std::uint8_t n) {
    Address address;
    address.data.fill(n);
    return address;
}

Hash hash_of(std::string_view text) { return crypto::keccak256(text); }

/// Deal at second 1,000 with a category of 100 s: contribution until 1,700, final 2,000.
class ReconcileTest : public ::testing::Test {
protected:
    ReconcileTest() {
        deal.facts.trust = Uint256{3};
        deal.facts.time_ref_s = 100;
        deal.facts.start_s = 1'000;
        deal.facts.count = 1;
        task.status = TaskStatus::kActive;
        now.chain_s = 1'010;
        now.unix_ms = 5'000'000;
    }
    Replicate& add(std::uint8_t n, ContributionStatus chain = ContributionStatus::kUnset, std::string_view value = "") {
        auto& replicate = task.replicates.emplace_back();
        replicate.worker = worker_of(n);
        replicate.weight = Uint256{2};
        replicate.assigned_ms = now.unix_ms - 10;
        replicate.chain = chain;
        if (!value.empty()) replicate.hash = hash_of(value);
        return replicate;
    }
    void reach_consensus(std::string_view value = "a") {
        task.status = TaskStatus::kRevealing;
        task.consensus = hash_of(value);
        task.consensus_block = 7;
        task.reveal_deadline_s = now.chain_s + 200;
    }
    std::vector<std::string> plan() const {
        std::vector<std::string> out;
        for (const auto& action : next_actions(task, deal, policy, now)) {
            auto text = std::string(to_text(action.kind));
            if (!action.worker.is_zero()) text += " " + std::to_string(action.worker.data[0]);
            if (!action.cause.empty()) text += " " + action.cause;
            out.push_back(std::move(text));
        }
        return out;
    }
    using Plan = std::vector<std::string>;

    Deal deal;
    Task task;
    Policy policy;
    Now now;
};

TEST_F(ReconcileTest, UnsetTaskIsInitializedOnce) {
    task.status = TaskStatus::kUnset;
    EXPECT_EQ(plan(), Plan{"initialize"});
    task.initialize.key = "under way";
    EXPECT_EQ(plan(), Plan{});
    task.initialize.key.clear();
    task.initialize.failures = 3;
    task.initialize.failed_ms = now.unix_ms - 3'000;
    EXPECT_EQ(plan(), Plan{});  // 4 s after the third failure
    now.unix_ms += 1'500;
    EXPECT_EQ(plan(), Plan{"initialize"});
    now.chain_s = 1'700;
    EXPECT_EQ(plan(), Plan{});  // nobody could contribute any more
    now.chain_s = 2'002;
    EXPECT_EQ(plan(), Plan{"initialize and claim"});
}

TEST_F(ReconcileTest, ActiveTaskWantsWorkersUntilItsNeedIsMet) {
    EXPECT_EQ(plan(), Plan{"supply"});
    add(1);
    EXPECT_EQ(plan(), Plan{"supply"});
    auto& second = add(2);
    EXPECT_EQ(plan(), Plan{});
    second.silent_ms = now.unix_ms - 1;
    EXPECT_EQ(plan(), Plan{"supply"});  // a lost worker is replaced at once
    second.silent_ms = 0;
    second.dropped = true;
    EXPECT_EQ(plan(), Plan{"supply"});
    second.dropped = false;
    second.assigned_ms = now.unix_ms - 100'000;
    EXPECT_EQ(plan(), Plan{"supply"});  // and one that outlives the replacement timer
}

TEST_F(ReconcileTest, CheatAmongTheFirstTwoNeedsTwoMore) {
    add(1, ContributionStatus::kContributed, "a");
    add(2, ContributionStatus::kContributed, "cheat");
    EXPECT_EQ(plan(), Plan{"supply"});
    add(3);
    EXPECT_EQ(plan(), Plan{"supply"});
    add(4);
    EXPECT_EQ(plan(), Plan{});
}

TEST_F(ReconcileTest, PassedContributionDeadlineAbortsThePending) {
    add(1, ContributionStatus::kContributed, "a");
    add(2);
    now.chain_s = 1'701;
    EXPECT_EQ(plan(), Plan{});  // within the margin
    now.chain_s = 1'702;
    EXPECT_EQ(plan(), Plan{"abort 2 CONTRIBUTION_TIMEOUT"});
    now.chain_s = 2'002;
    EXPECT_EQ(plan(), (Plan{"abort 2 CONTRIBUTION_TIMEOUT", "claim"}));
}

TEST_F(ReconcileTest, ConsensusIsRevealedAndTheOthersStop) {
    add(1, ContributionStatus::kContributed, "a");
    add(2, ContributionStatus::kContributed, "b");
    add(3, ContributionStatus::kContributed, "a");
    add(4);
    reach_consensus();
    EXPECT_EQ(plan(), (Plan{"abort 4 CONSENSUS_REACHED", "reveal 1", "reveal 3"}));
    task.replicates[0].reveal_commanded = true;
    task.replicates[3].ended = true;
    EXPECT_EQ(plan(), Plan{"reveal 3"});
}

TEST_F(ReconcileTest, FirstRevealedUploadsAndIsVerified) {
    add(1, ContributionStatus::kProved, "a");
    add(2, ContributionStatus::kContributed, "a").reveal_commanded = true;
    reach_consensus();
    EXPECT_EQ(plan(), Plan{"upload 1"});
    task.replicates[0].upload = Replicate::Upload::kRequested;
    task.replicates[0].upload_ms = now.unix_ms;
    task.replicates[0].upload_tries = 1;
    EXPECT_EQ(plan(), Plan{});
    task.replicates[0].upload = Replicate::Upload::kReported;
    EXPECT_EQ(plan(), Plan{"verify 1"});
    task.verified_cid = "bafy";
    EXPECT_EQ(plan(), Plan{});  // the second one still has time to reveal
    task.replicates[1].chain = ContributionStatus::kProved;
    EXPECT_EQ(plan(), Plan{"finalize"});
    task.finalize.key = "under way";
    EXPECT_EQ(plan(), Plan{});
}

TEST_F(ReconcileTest, AnotherUploaderWhenOneFailsIsLateOrSilent) {
    add(1, ContributionStatus::kProved, "a");
    add(2, ContributionStatus::kProved, "a");
    reach_consensus();
    auto& first = task.replicates[0];
    first.upload_tries = 1;
    first.upload_ms = now.unix_ms;
    first.upload = Replicate::Upload::kFailed;
    EXPECT_EQ(plan(), Plan{"upload 2"});
    first.upload = Replicate::Upload::kRequested;
    EXPECT_EQ(plan(), Plan{});
    first.silent_ms = now.unix_ms;
    EXPECT_EQ(plan(), Plan{"upload 2"});
    first.silent_ms = 0;
    now.unix_ms += policy.upload_timeout_ms;
    EXPECT_EQ(plan(), Plan{"upload 2"});
    // Both failed: the one asked least often, after a pause.
    task.replicates[1].upload = Replicate::Upload::kFailed;
    task.replicates[1].upload_tries = 2;
    task.replicates[1].upload_ms = now.unix_ms;
    first.upload = Replicate::Upload::kFailed;
    first.upload_ms = now.unix_ms;
    EXPECT_EQ(plan(), Plan{});
    now.unix_ms += policy.upload_retry_ms;
    EXPECT_EQ(plan(), Plan{"upload 1"});
}

TEST_F(ReconcileTest, MissingRevealsAreNotWaitedForBeyondTheirDeadline) {
    add(1, ContributionStatus::kProved, "a");
    add(2, ContributionStatus::kContributed, "a").reveal_commanded = true;
    reach_consensus();
    task.verified_cid = "bafy";
    now.chain_s = task.reveal_deadline_s + policy.margin_s;
    EXPECT_EQ(plan(), Plan{"finalize"});
}

TEST_F(ReconcileTest, NobodyRevealedReopens) {
    add(1, ContributionStatus::kContributed, "a").reveal_commanded = true;
    reach_consensus();
    now.chain_s = task.reveal_deadline_s;
    EXPECT_EQ(plan(), Plan{});
    now.chain_s += policy.margin_s;
    EXPECT_EQ(plan(), Plan{"reopen"});
    now.chain_s = 2'002;
    EXPECT_EQ(plan(), Plan{"claim"});
}

TEST_F(ReconcileTest, EndedTaskTellsEveryoneOnce) {
    add(1, ContributionStatus::kProved, "a");
    add(2, ContributionStatus::kContributed, "b");
    add(3).dropped = true;
    task.status = TaskStatus::kCompleted;
    EXPECT_EQ(plan(), (Plan{"complete 1", "complete 2"}));
    task.replicates[0].ended = task.replicates[1].ended = true;
    EXPECT_EQ(plan(), Plan{});
    task.replicates[1].ended = false;
    task.status = TaskStatus::kFailed;
    EXPECT_EQ(plan(), Plan{"abort 2 TASK_NOT_ACTIVE"});
}

TEST_F(ReconcileTest, WakesAtDeadlinesAndTimers) {
    add(1);
    auto wake = next_wake(task, deal, policy, now);
    EXPECT_EQ(wake.chain_s, 1'702U);
    EXPECT_EQ(wake.unix_ms, task.replicates[0].assigned_ms + 100'000);
    now.chain_s = 1'800;
    EXPECT_EQ(next_wake(task, deal, policy, now).chain_s, 2'002U);
    task.status = TaskStatus::kCompleted;
    wake = next_wake(task, deal, policy, now);
    EXPECT_FALSE(wake.chain_s || wake.unix_ms);
}

TEST_F(ReconcileTest, ReplacementFollowsTheUsualTime) {
    EXPECT_EQ(replacement_ms(deal, policy, {}), 100'000U);
    EXPECT_EQ(replacement_ms(deal, policy, 20'000), 30'000U);
    EXPECT_EQ(replacement_ms(deal, policy, 10), policy.min_replacement_ms);
    EXPECT_EQ(replacement_ms(deal, policy, 90'000), 100'000U);
}

TEST_F(ReconcileTest, VerdictFollowsTheDigest) {
    auto& first = add(1, ContributionStatus::kProved, "a");
    EXPECT_EQ(verdict_of(task, deal), "");
    task.status = TaskStatus::kCompleted;
    EXPECT_EQ(verdict_of(task, deal), "OK");
    first.cause = "APP_COMPUTE_FAILED";
    EXPECT_EQ(verdict_of(task, deal), "OK");  // claimed, but the digest says otherwise
    task.digest = crypto::sha256(as_bytes("APP_COMPUTE_FAILED"));
    EXPECT_EQ(verdict_of(task, deal), "ERROR(APP_COMPUTE_FAILED)");
    deal.facts.callback = worker_of(9);
    EXPECT_EQ(verdict_of(task, deal), "OK");
    task.digest = crypto::keccak256("APP_COMPUTE_FAILED");
    EXPECT_EQ(verdict_of(task, deal), "ERROR(APP_COMPUTE_FAILED)");
    task.status = TaskStatus::kFailed;
    EXPECT_EQ(verdict_of(task, deal), "FAILED");
}

/// The number of agreeing workers that Need asks for is the number that the hub's rule asks for.
TEST(Need, AgreesWithTheHub) {
    rc::check([](std::uint16_t trust_seed, std::vector<std::uint8_t> weights, std::vector<bool> agree) {
        Deal deal;
        deal.facts.trust = Uint256{std::uint64_t{1} + trust_seed % 2'000};
        deal.facts.time_ref_s = 100;
        Task task;
        poco::Credibility mine{{}, Uint256{1}};
        Uint256 other;
        for (std::size_t i = 0; i < std::min(weights.size(), agree.size()) && i < 8; ++i) {
            auto& replicate = task.replicates.emplace_back();
            replicate.worker = worker_of(static_cast<std::uint8_t>(i + 1));
            replicate.weight = Uint256{std::uint64_t{2} + weights[i] % 30};
            replicate.chain = ContributionStatus::kContributed;
            replicate.hash = hash_of(agree[i] ? "a" : "b");
            auto& group = agree[i] ? mine.group : other;
            group = std::max(group, Uint256{1}) * replicate.weight;
        }
        const auto best = std::max(mine.group, other);
        const auto rest = std::min(mine.group, other);
        mine = {best, Uint256{1} + best + rest};
        Need need(task, deal, 100'000, 0);
        const auto needed = poco::is_consensus(mine, deal.facts.trust).value() && !best.is_zero()
                                ? 0U
                                : poco::contributions_needed(mine, deal.facts.trust, Uint256{2}).value();
        unsigned added = 0;
        while (!need.is_met()) {
            need.add(Uint256{2});
            ++added;
        }
        RC_ASSERT(added == needed);
    });
}

TEST(Need, HugeTrustEngagesNobody) {
    Deal deal;
    deal.facts.trust = Uint256{1} << 255;
    Task task;
    Need need(task, deal, 1'000, 0);
    need.add(Uint256{2});
    EXPECT_TRUE(need.is_met());
}

}  // namespace
}  // namespace bourse::scheduler
