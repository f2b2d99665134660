#include <bourse/scheduler/pool_orders.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {
namespace {

PoolOrdersConfig config_of() {
    PoolOrdersConfig config;
    config.pool.data.fill(8);
    config.offers = {{0, 20}, {1, 40}};
    config.volume = 1'000;
    return config;
}

StandingOrder standing(std::uint64_t category, std::uint64_t price, std::uint64_t trust, std::uint64_t remaining,
                       std::uint8_t n) {
    StandingOrder out;
    out.order.category = Uint256{category};
    out.order.workerpoolprice = Uint256{price};
    out.order.trust = Uint256{trust};
    out.hash.data.fill(n);
    out.remaining = remaining;
    return out;
}

const Uint256 kPlenty{1'000'000'000};

TEST(PoolOrders, PublishesWhatIsMissing) {
    const auto plan = plan_orders(config_of(), {standing(0, 20, 3, 900, 1)}, Uint256{3}, kPlenty, false, true);
    ASSERT_EQ(plan.publish.size(), 1U);
    EXPECT_EQ(plan.publish[0].category, Uint256{1});
    EXPECT_EQ(plan.publish[0].workerpoolprice, Uint256{40});
    EXPECT_EQ(plan.publish[0].trust, Uint256{3});
    EXPECT_EQ(plan.publish[0].volume, Uint256{1'000});
    EXPECT_TRUE(plan.withdraw.empty());
}

TEST(PoolOrders, TrustFollowsTheWorkers) {
    const std::vector<StandingOrder> both{standing(0, 20, 3, 900, 1), standing(1, 40, 3, 900, 2)};
    EXPECT_TRUE(plan_orders(config_of(), both, Uint256{3}, kPlenty, false, true).publish.empty());
    auto plan = plan_orders(config_of(), both, Uint256{2}, kPlenty, false, true);
    EXPECT_EQ(plan.publish.size(), 2U);
    EXPECT_EQ(plan.withdraw.size(), 2U);
    plan = plan_orders(config_of(), both, Uint256{}, kPlenty, false, false);  // just started: wait for the workers
    EXPECT_TRUE(plan.publish.empty() && plan.withdraw.empty());
    plan = plan_orders(config_of(), both, Uint256{}, kPlenty, false, true);
    EXPECT_TRUE(plan.publish.empty());
    EXPECT_EQ(plan.withdraw.size(), 2U);
    const std::vector<StandingOrder> low{standing(0, 20, 2, 900, 1), standing(1, 40, 2, 900, 2)};
    plan = plan_orders(config_of(), low, Uint256{3}, kPlenty, false, true);
    EXPECT_EQ(plan.publish.size(), 2U);
    EXPECT_EQ(plan.withdraw.size(), 2U);
}

TEST(PoolOrders, DepositBoundsTheVolume) {
    // 6 + 12 nRLC a task for the two categories together.
    auto plan = plan_orders(config_of(), {}, Uint256{3}, Uint256{1'800}, false, true);
    ASSERT_EQ(plan.publish.size(), 2U);
    EXPECT_EQ(plan.publish[0].volume, Uint256{100});
    EXPECT_TRUE(plan_orders(config_of(), {}, Uint256{3}, Uint256{17}, false, true).publish.empty());
    plan = plan_orders(config_of(), {standing(0, 20, 3, 900, 1)}, Uint256{3}, Uint256{600}, false, true);
    EXPECT_EQ(plan.withdraw.size(), 1U);  // 900 × 6 nRLC are not there any more
}

TEST(PoolOrders, NearlyUsedUpIsRenewedBesideTheOldOne) {
    const auto plan = plan_orders(config_of(), {standing(0, 20, 3, 99, 1), standing(1, 40, 3, 900, 2)}, Uint256{3},
                                  kPlenty, false, true);
    EXPECT_EQ(plan.publish.size(), 1U);
    EXPECT_TRUE(plan.withdraw.empty());
    const auto after =
        plan_orders(config_of(), {standing(0, 20, 3, 99, 1), standing(0, 20, 3, 1'000, 3), standing(1, 40, 3, 900, 2)},
                    Uint256{3}, kPlenty, false, true);
    EXPECT_TRUE(after.publish.empty() && after.withdraw.empty());
}

TEST(PoolOrders, DrainingOffersNothing) {
    const auto plan = plan_orders(config_of(), {standing(0, 20, 3, 900, 1)}, Uint256{3}, kPlenty, true, true);
    EXPECT_TRUE(plan.publish.empty());
    EXPECT_EQ(plan.withdraw.size(), 1U);
}

TEST(PoolOrders, OrdersWithATagAreLeftAlone) {
    auto tagged = standing(0, 20, 9, 900, 1);
    tagged.order.tag.data[31] = 9;
    EXPECT_TRUE(plan_orders(config_of(), {tagged}, Uint256{3}, kPlenty, false, true).withdraw.empty());
}

}  // namespace
}  // namespace bourse::scheduler
