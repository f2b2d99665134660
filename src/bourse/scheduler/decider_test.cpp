#include <bourse/scheduler/simulated_pool.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse::scheduler {
namespace {

bool all_are(const Sim& sim, TaskStatus status) {
    return std::ranges::all_of(sim.outcome(), [&](const auto& row) { return row.second == status; });
}

const std::vector<Character> kThreeHonest(3, Character::kHonest);

TEST(Decider, HappyPathAtSeveralTrusts) {
    for (const std::uint64_t trust : {1U, 3U, 8U}) {
        Sim sim(kThreeHonest);
        sim.buy(4, trust);
        ASSERT_TRUE(sim.run(200)) << trust;
        EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
        EXPECT_EQ(sim.chain().refused, 0U);
    }
}

TEST(Decider, BagOfAThousandIsUnfoldedAsItGoes) {
    Sim sim(std::vector<Character>(6, Character::kHonest));
    sim.buy(1'000, 3, 10'000);
    ASSERT_TRUE(sim.run(20'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
    std::uint64_t most = 0;
    std::uint64_t unfolded = 0;
    for (const auto& fact : sim.log()) {
        if (const auto* f = std::get_if<TasksUnfolded>(&fact)) unfolded += f->count;
        if (std::holds_alternative<TaskFinalized>(fact)) --unfolded;
        most = std::max(most, unfolded);
    }
    EXPECT_LT(most, 100U);
}

TEST(Decider, CheatIsOutvoted) {
    Sim sim({Character::kCheat, Character::kHonest, Character::kHonest, Character::kHonest});
    sim.buy(12, 3);
    ASSERT_TRUE(sim.run(1'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
    for (const auto& [id, task] : sim.chain().tasks) EXPECT_EQ(task.consensus, crypto::keccak256("honest"));
}

TEST(Decider, AbortingAndSilentWorkersAreReplaced) {
    Sim sim({Character::kAborts, Character::kSilent, Character::kHonest, Character::kHonest});
    sim.buy(3, 3, 20);
    ASSERT_TRUE(sim.run(4'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
}

TEST(Decider, FailedUploadersAreReplaced) {
    Sim sim({Character::kFailsUploads, Character::kHonest, Character::kFailsUploads});
    sim.buy(3, 8);
    ASSERT_TRUE(sim.run(1'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
}

TEST(Decider, RevealByOneOfThreeIsEnoughAfterTheDeadline) {
    Sim sim({Character::kNeverReveals, Character::kHonest, Character::kNeverReveals});
    sim.buy(1, 8, 20);
    ASSERT_TRUE(sim.run(2'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
}

TEST(Decider, ConsensusWithoutRevealIsReopened) {
    // The first two contributors never reveal; the second round is left to the honest.
    Sim sim({Character::kNeverReveals, Character::kNeverReveals, Character::kHonest, Character::kHonest});
    for (int i = 0; i < 30; ++i) sim.buy(1, 3, 20);
    ASSERT_TRUE(sim.run(6'000));
    const auto reopened =
        std::ranges::count_if(sim.log(), [](const Fact& f) { return std::holds_alternative<TaskReopened>(f); });
    EXPECT_GT(reopened, 0);
    EXPECT_TRUE(all_are(sim, TaskStatus::kCompleted));
}

TEST(Decider, WithoutWorkersEverythingIsClaimed) {
    Sim sim({Character::kSilent});
    sim.buy(13, 3, 10);
    ASSERT_TRUE(sim.run(2'000));
    EXPECT_TRUE(all_are(sim, TaskStatus::kFailed));
}

TEST(Decider, MovedTimeEndsABagInArrays) {
    Sim sim({});
    sim.buy(40, 3, 1'000);
    sim.run(3);
    sim.skip(10'002);
    ASSERT_TRUE(sim.run(100));
    EXPECT_TRUE(all_are(sim, TaskStatus::kFailed));
}

TEST(Decider, ReplayOfTheLogGivesTheSameState) {
    Sim sim({Character::kCheat, Character::kHonest, Character::kHonest, Character::kHonest, Character::kAborts});
    sim.buy(9, 3);
    sim.buy(2, 1);
    ASSERT_TRUE(sim.run(1'000));
    State replayed;
    std::set<TaskId> touched;
    for (const auto& fact : sim.log()) {
        const auto read = fact_from(kind_of(fact), body_of(fact));
        ASSERT_TRUE(read && *read == fact) << body_of(fact);
        replayed.apply(*read, touched);
    }
    EXPECT_TRUE(replayed == sim.state());
}

TEST(Decider, KilledAfterAnyFactItEndsTheSame) {
    const auto make = [] {
        Sim sim({Character::kCheat, Character::kHonest, Character::kHonest, Character::kHonest});
        sim.buy(3, 3);
        sim.buy(1, 1);
        return sim;
    };
    auto undisturbed = make();
    ASSERT_TRUE(undisturbed.run(1'000));
    const auto facts = undisturbed.log().size();
    for (std::size_t at = 0; at < facts; ++at) {
        auto sim = make();
        sim.kill_at(at);
        ASSERT_TRUE(sim.run(2'000)) << "killed at fact " << at;
        EXPECT_EQ(sim.restarts(), 1U);
        EXPECT_EQ(sim.outcome(), undisturbed.outcome()) << "killed at fact " << at;
    }
}

TEST(Decider, AnyMixOfWorkersEndsEveryTask) {
    rc::check([](std::vector<std::uint8_t> kinds, std::uint8_t trust, std::uint8_t tasks, std::uint8_t kill) {
        std::vector<Character> characters;
        for (const auto kind : kinds) characters.push_back(static_cast<Character>(kind % 6));
        characters.resize(std::min<std::size_t>(characters.size(), 7));
        Sim sim(characters);
        sim.buy(1 + tasks % 5, 1 + trust % 8, 10);
        sim.kill_at(kill);
        RC_ASSERT(sim.run(3'000));
    });
}

}  // namespace
}  // namespace bourse::scheduler
