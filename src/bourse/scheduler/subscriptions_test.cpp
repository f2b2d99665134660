#include <bourse/scheduler/subscriptions.hpp>

#include <bourse/codec/text.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {
namespace {

Address named(std::uint8_t n) {
    Address out;
    out.data.fill(n);
    return out;
}
Subscription monthly() { return {named(7), 1, 3, 11, 100, 1'000, 1'350, 100}; }

TEST(Subscriptions, EachPeriodHasOneOrderUntilTheEnd) {
    const auto pool = named(9);
    EXPECT_FALSE(order_of_period(monthly(), pool, 999));
    const auto first = order_of_period(monthly(), pool, 1'000);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->workerpool, pool);
    EXPECT_EQ(first->requesterrestrict, named(7));
    EXPECT_EQ(first->volume, Uint256{100});
    EXPECT_EQ(first->workerpoolprice, Uint256{11});
    EXPECT_EQ(first->category, Uint256{1});
    EXPECT_EQ(first->trust, Uint256{3});
    EXPECT_EQ(order_of_period(monthly(), pool, 1'099), first) << "the same again after a restart";
    const auto second = order_of_period(monthly(), pool, 1'100);
    EXPECT_NE(second->salt, first->salt);
    EXPECT_TRUE(order_of_period(monthly(), pool, 1'349)) << "the last period is cut short";
    EXPECT_FALSE(order_of_period(monthly(), pool, 1'350));
}

TEST(Subscriptions, KnowTheirOwnOrders) {
    const auto pool = named(9);
    auto other = monthly();
    other.price_nrlc = 12;
    for (const auto now : {1'000U, 1'100U, 1'349U}) {
        const auto salt = order_of_period(monthly(), pool, now)->salt;
        EXPECT_TRUE(belongs_to(salt, monthly(), pool));
        EXPECT_FALSE(belongs_to(salt, other, pool));
        EXPECT_FALSE(belongs_to(salt, monthly(), named(8)));
    }
}

TEST(Subscriptions, FileIsReadStrictly) {
    const auto who = to_checksum(named(7));
    const auto read = parse_subscriptions(R"([{"requester":")" + who +
                                          R"(","category":1,"trust":3,"price_nrlc":11,"tasks":100,"from":1000,)"
                                          R"("until":1350,"period_s":100}])");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, std::vector{monthly()});
    EXPECT_TRUE(parse_subscriptions("[]")->empty());
    const auto with = [&](const std::string& members) {
        return parse_subscriptions(R"([{"requester":")" + who + "\"" + members + "}]");
    };
    EXPECT_TRUE(with(R"(,"tasks":1,"from":1,"until":2,"period_s":1)"));
    for (const auto& bad :
         {with(""), with(R"(,"tasks":0,"from":1,"until":2,"period_s":1)"),
          with(R"(,"tasks":1,"from":2,"until":2,"period_s":1)"), with(R"(,"tasks":1,"from":1,"until":2,"period_s":0)"),
          with(R"(,"tasks":-1,"from":1,"until":2,"period_s":1)"), parse_subscriptions("{}"), parse_subscriptions("[1]"),
          parse_subscriptions(R"([{"requester":"0x12"}])"), parse_subscriptions("")}) {
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().code, "SUBSCRIPTION_INVALID");
    }
}

}  // namespace
}  // namespace bourse::scheduler
