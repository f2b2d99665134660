#include <bourse/scheduler/supply.hpp>

#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse::scheduler {
namespace {

Offer offer_of(std::uint8_t n, std::uint64_t free = 1) {
    Offer offer;
    offer.worker.data.fill(n);
    offer.owner = offer.worker;
    offer.weight = Uint256{2};
    offer.slots = offer.free = free;
    offer.spendable = Uint256{1'000};
    offer.connected = true;
    return offer;
}

Deal deal_of(std::uint64_t trust) {
    Deal deal;
    deal.facts.trust = Uint256{trust};
    deal.facts.time_ref_s = 300;
    deal.facts.worker_stake = Uint256{6};
    return deal;
}

class SupplyTest : public ::testing::Test {
protected:
    /// A worker known to the state, with an owner and a prefix.
    void join(std::uint8_t n, std::uint8_t owner, const std::string& prefix = {}) {
        WorkerJoined fact;
        fact.worker.data.fill(n);
        fact.owner.data.fill(owner);
        fact.prefix = prefix;
        std::set<TaskId> touched;
        state.apply(fact, touched);
    }
    Replicate& engage(std::uint8_t n) {
        auto& replicate = task.replicates.emplace_back();
        replicate.worker.data.fill(n);
        replicate.weight = Uint256{2};
        return replicate;
    }
    std::optional<Refusal> why(const Offer& offer) const { return refusal(task, deal, state, offer, policy); }

    State state;
    Task task;
    Deal deal = deal_of(3);
    SupplyPolicy policy;
};

TEST_F(SupplyTest, EligibilityByRule) {
    EXPECT_EQ(why(offer_of(1)), std::nullopt);
    auto offer = offer_of(1);
    offer.connected = false;
    EXPECT_EQ(why(offer), Refusal::kNotConnected);
    EXPECT_EQ(why(offer_of(1, 0)), Refusal::kNoSlot);
    offer = offer_of(1);
    offer.spendable = Uint256{5};
    EXPECT_EQ(why(offer), Refusal::kStake);
    offer = offer_of(1);
    offer.memory_mib = 100;
    EXPECT_EQ(why(offer), Refusal::kMemory);
}

TEST_F(SupplyTest, NoWorkerTwiceInATask) {
    engage(1);
    EXPECT_EQ(why(offer_of(1)), Refusal::kInTask);
    task.replicates[0].dropped = true;
    task.replicates[0].dropped_ms = 1'000;
    EXPECT_EQ(why(offer_of(1)), Refusal::kFailedHere);
    EXPECT_FALSE(may_try_again(task, offer_of(1).worker, policy, 10'999));
    EXPECT_TRUE(may_try_again(task, offer_of(1).worker, policy, 11'000));
    task.replicates[0].chain = poco::ContributionStatus::kContributed;
    EXPECT_EQ(why(offer_of(1)), Refusal::kInTask);
}

TEST_F(SupplyTest, OwnersAndPrefixesAreNotTakenTwice) {
    join(1, 77, "203.0.113");
    engage(1);
    auto same_owner = offer_of(2);
    same_owner.owner.data.fill(77);
    EXPECT_EQ(why(same_owner), Refusal::kSameOwner);
    auto same_prefix = offer_of(3);
    same_prefix.prefix = "203.0.113";
    EXPECT_EQ(why(same_prefix), Refusal::kSamePrefix);
    policy.private_pool = true;
    EXPECT_EQ(why(same_prefix), std::nullopt);
    EXPECT_EQ(why(same_owner), Refusal::kSameOwner);
}

TEST_F(SupplyTest, TagsAreServedBySupersetsOnly) {
    rc::check([&](std::vector<std::uint8_t> wanted, std::vector<std::uint8_t> offered) {
        auto with_tag = deal;
        for (const auto bit : wanted) with_tag.facts.tag = poco::with_bit(with_tag.facts.tag, bit);
        auto offer = offer_of(1);
        for (const auto bit : offered) offer.tags = poco::with_bit(offer.tags, bit);
        const auto refused = refusal(task, with_tag, state, offer, policy) == Refusal::kTag;
        RC_ASSERT(refused == !poco::is_subset(with_tag.facts.tag, offer.tags));
    });
}

TEST_F(SupplyTest, DrawMeetsTheNeedWithDistinctOwnersAndNoMore) {
    rc::check([&](std::uint16_t trust, std::vector<std::uint8_t> owners, std::string seed_text) {
        const auto with_trust = deal_of(1 + trust % 64);
        std::vector<Offer> offers;
        for (std::size_t i = 0; i < owners.size() && i < 40; ++i) {
            auto offer = offer_of(static_cast<std::uint8_t>(i + 1), 1 + owners[i] % 3);
            offer.owner.data.fill(owners[i]);
            offers.push_back(offer);
        }
        const Need need(task, with_trust, 1'000, 0);
        const auto seed = crypto::keccak256(seed_text);
        const auto draw = draw_workers(task, need, offers, seed, policy);
        std::set<Address> seen;
        auto check = need;
        for (std::size_t i = 0; i < draw.chosen.size(); ++i) {
            RC_ASSERT(!check.is_met());  // no worker too many
            const auto at = std::ranges::find(offers, draw.chosen[i], &Offer::worker);
            RC_ASSERT(at != offers.end() && seen.insert(at->owner).second);
            check.add(at->weight);
        }
        RC_ASSERT(draw.enough == check.is_met());
        if (!draw.enough) {
            std::set<Address> all;
            for (const auto& offer : offers) all.insert(offer.owner);
            RC_ASSERT(seen == all);
        }
        // The order in which workers asked changes nothing.
        std::ranges::reverse(offers);
        RC_ASSERT(draw_workers(task, need, offers, seed, policy).chosen == draw.chosen);
    });
}

TEST_F(SupplyTest, DrawIsWeightedByFreeSlots) {
    const auto one = deal_of(1);
    std::map<Address, int> wins;
    for (int i = 0; i < 3'000; ++i) {
        const auto draw = draw_workers(task, Need(task, one, 1'000, 0), {offer_of(1, 1), offer_of(2, 2)},
                                       crypto::keccak256(std::to_string(i)), policy);
        ASSERT_EQ(draw.chosen.size(), 1U);
        ++wins[draw.chosen[0]];
    }
    EXPECT_NEAR(wins[offer_of(2).worker], 2'000, 120);
}

TEST(ReachableTrust, IsTheGreatestThatTheWeightsReach) {
    EXPECT_EQ(reachable_trust({}, Uint256{3}), Uint256{0});
    EXPECT_EQ(reachable_trust({offer_of(1)}, Uint256{3}), Uint256{2});
    EXPECT_EQ(reachable_trust({offer_of(1), offer_of(2)}, Uint256{3}), Uint256{3});
    EXPECT_EQ(reachable_trust({offer_of(1), offer_of(2)}, Uint256{9}), Uint256{4});
    EXPECT_EQ(reachable_trust({offer_of(1), offer_of(2), offer_of(3)}, Uint256{9}), Uint256{8});
    auto same_owner = offer_of(2);
    same_owner.owner = offer_of(1).worker;
    EXPECT_EQ(reachable_trust({offer_of(1), same_owner}, Uint256{9}), Uint256{2});
}

TEST(AddressPrefix, OfPublicAddressesOnly) {
    EXPECT_EQ(address_prefix("203.0.113.9"), "203.0.113");
    EXPECT_EQ(address_prefix("::ffff:203.0.113.9"), "203.0.113");
    EXPECT_EQ(address_prefix("2001:db8:1:2::3"), "20010db80001");
    for (const auto* text : {"127.0.0.1", "10.1.2.3", "192.168.1.1", "172.20.1.1", "169.254.1.1", "100.64.0.1", "::1",
                             "fd00::1", "fe80::1", "nonsense"}) {
        EXPECT_EQ(address_prefix(text), "") << text;
    }
}

}  // namespace
}  // namespace bourse::scheduler
