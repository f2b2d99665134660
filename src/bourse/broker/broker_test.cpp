#include <bourse/broker/broker.hpp>

#include <bourse/broker/explain.hpp>
#include <bourse/broker/test_books.hpp>

#include <gtest/gtest.h>
#include <set>

namespace bourse::broker {
namespace {

using namespace testing;

Broker with_app(bool matching = true) {
    Broker broker(matching);
    broker.add(app_order("app", 1));
    return broker;
}
/// Restrictions in these tests are plain addresses unless said.
void no_groups(Broker& broker) {
    for (const auto& question : broker.take_questions()) broker.set_group(question.group, false);
}

TEST(Broker, resting_limit_order_fills_when_a_pool_order_arrives) {
    auto broker = with_app();
    broker.add(request_order("alice", 20));
    EXPECT_FALSE(broker.next_match());
    broker.add(pool_order("pool", 21));
    EXPECT_FALSE(broker.next_match()) << "never above the limit";
    broker.add(pool_order("pool", 20));
    const auto match = broker.next_match();
    ASSERT_TRUE(match);
    EXPECT_EQ(match->pick.price_per_task, 21U);
    EXPECT_EQ(match->pick.workerpool.price, 20U);
    EXPECT_FALSE(broker.next_match()) << "its volume is reserved";
}

TEST(Broker, dearest_request_is_served_first_then_the_oldest) {
    auto broker = with_app();
    auto late = request_order("alice", 20, "late");
    late.published_ms = 5;
    auto early = request_order("bob", 20, "early");
    early.published_ms = 4;
    auto dear = request_order("carol", 30);
    dear.published_ms = 9;
    for (const auto& order : {late, early, dear}) broker.add(order);
    auto pool = pool_order("pool", 10);
    pool.volume = pool.remaining = 2;
    broker.add(pool);
    EXPECT_EQ(broker.next_match()->request.hash, dear.hash);
    EXPECT_EQ(broker.next_match()->request.hash, early.hash);
    EXPECT_FALSE(broker.next_match());
}

TEST(Broker, oldest_of_equally_cheap_pools_is_picked) {
    auto broker = with_app();
    auto young = pool_order("pool 1", 10);
    young.published_ms = 2;
    auto old = pool_order("pool 2", 10);
    old.published_ms = 1;
    broker.add(young);
    broker.add(old);
    broker.add(request_order("alice", 20));
    EXPECT_EQ(broker.next_match()->pick.workerpool.hash, old.hash);
}

TEST(Broker, bag_is_split_over_pools_cheapest_first) {
    auto broker = with_app();
    for (const auto& [name, price, volume] :
         {std::tuple{"pool 1", 10, 3}, std::tuple{"pool 2", 12, 4}, std::tuple{"pool 3", 11, 2}}) {
        auto pool = pool_order(name, static_cast<std::uint64_t>(price));
        pool.volume = pool.remaining = static_cast<std::uint64_t>(volume);
        broker.add(pool);
    }
    auto request = request_order("alice", 20);
    request.volume = request.remaining = 8;
    const auto parts = broker.fill(ask_of(request));
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[0].volume, 3U);
    EXPECT_EQ(parts[1].volume, 2U);
    EXPECT_EQ(parts[1].workerpool.price, 11U);
    EXPECT_EQ(parts[2].volume, 3U);
    EXPECT_EQ(broker.quote(ask_of(request))->volume, 3U) << "a quote reserves nothing";
    broker.add(request);
    std::uint64_t matched = 0;
    while (const auto match = broker.next_match()) matched += match->pick.volume;
    EXPECT_EQ(matched, 8U);
}

TEST(Broker, partial_fill_leaves_the_rest_on_the_book) {
    auto broker = with_app();
    auto request = request_order("alice", 20);
    request.volume = request.remaining = 10;
    broker.add(request);
    auto pool = pool_order("pool", 20);
    pool.volume = pool.remaining = 4;
    broker.add(pool);
    const auto match = broker.next_match();
    ASSERT_EQ(match->pick.volume, 4U);
    broker.set_remaining(pool.hash, 0);
    broker.set_remaining(request.hash, 6);
    broker.release(match->id);
    EXPECT_EQ(broker.available(request.hash), 6U);
    EXPECT_FALSE(broker.next_match());
    broker.add(pool_order("pool", 19));
    EXPECT_EQ(broker.next_match()->pick.volume, 6U);
}

TEST(Broker, refused_match_goes_on_without_the_order_at_fault) {
    auto broker = with_app();
    auto cheap = pool_order("pool 1", 10);
    broker.add(cheap);
    broker.add(pool_order("pool 2", 12));
    broker.add(request_order("alice", 20));
    const auto first = broker.next_match();
    ASSERT_EQ(first->pick.workerpool.hash, cheap.hash);
    broker.suspend(cheap.hash, "iExecV5-matchOrders-0x41");
    broker.release(first->id);
    const auto second = broker.next_match();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->pick.workerpool.price, 12U);
    EXPECT_EQ(explain_order(broker, cheap.hash, 5).state, "suspended");
    broker.resume(cheap.hash);
    EXPECT_TRUE(broker.listed(cheap.hash));
}

TEST(Broker, only_funded_makers_are_on_show) {
    auto broker = with_app();
    std::vector<std::pair<Hash, std::uint64_t>> seen;
    broker.on_change([&](const Change& change) { seen.emplace_back(change.order.hash, change.remaining); });
    auto pool = pool_order("pool", 100);
    pool.volume = pool.remaining = 2;
    broker.set_funds(pool.owner, 59);
    broker.add(pool);
    EXPECT_TRUE(seen.empty());
    EXPECT_TRUE(broker.book(poco::OrderKind::kWorkerpool, 0, 10).empty());
    EXPECT_EQ(explain_order(broker, pool.hash, 5).state, "unfunded");
    broker.set_funds(pool.owner, 60);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0], std::pair(pool.hash, std::uint64_t{2}));
    broker.set_funds(pool.owner, 0);
    EXPECT_EQ(seen.back(), std::pair(pool.hash, std::uint64_t{0}));
}

TEST(Broker, stakes_of_matches_under_way_are_not_spent_twice) {
    auto broker = with_app();
    broker.set_funds(place("alice"), 30);
    broker.add(pool_order("pool", 20));
    broker.add(request_order("alice", 20, "a"));
    broker.add(request_order("alice", 20, "b"));
    const auto first = broker.next_match();
    ASSERT_TRUE(first);
    EXPECT_FALSE(broker.next_match()) << "21 of 30 nRLC are promised already";
    broker.set_funds(place("alice"), 60);
    EXPECT_TRUE(broker.next_match());
}

/// A change looks at a thousand requests at once; those behind get their turn, whatever the change was.
TEST(Broker, every_one_of_very_many_resting_requests_is_woken) {
    constexpr std::uint64_t kRequests = 3'500;
    const auto count_matches = [](Broker& broker) {
        std::set<Hash> requests;
        while (const auto match = broker.next_match()) requests.insert(match->request.hash);
        return requests.size();
    };
    const auto resting = [] {
        Broker broker;
        for (std::uint64_t i = 0; i < kRequests; ++i) {
            auto request = request_order("buyer " + std::to_string(i), 20 + i % 7);
            request.published_ms = i % 11;
            broker.add(request);
        }
        return broker;
    };
    auto app = app_order("app", 1);
    app.volume = app.remaining = 2 * kRequests;
    auto pool = pool_order("pool", 20);
    pool.volume = pool.remaining = 2 * kRequests;

    auto by_pool = resting();
    by_pool.add(app);
    EXPECT_EQ(count_matches(by_pool), 0U);
    by_pool.add(pool);
    EXPECT_EQ(count_matches(by_pool), kRequests) << "a pool order came last";

    auto by_app = resting();
    by_app.add(pool);
    EXPECT_EQ(count_matches(by_app), 0U);
    by_app.add(app);
    EXPECT_EQ(count_matches(by_app), kRequests) << "an app order came last";

    auto by_group = resting();
    by_group.add(app);
    pool.requester = place("members");
    by_group.add(pool);
    by_group.take_questions();
    by_group.set_group(place("members"), true);
    while (by_group.next_match()) {
    }
    for (const auto& question : by_group.take_questions()) by_group.set_member(question.group, *question.account, true);
    EXPECT_EQ(count_matches(by_group), kRequests) << "the group admitted everybody";

    auto switched_on = resting();
    switched_on.set_matching(false);
    pool.requester = {};
    switched_on.add(app);
    switched_on.add(pool);
    EXPECT_EQ(count_matches(switched_on), 0U);
    switched_on.set_matching(true);
    EXPECT_EQ(count_matches(switched_on), kRequests) << "matching was switched on";
}

TEST(Broker, what_was_refused_can_be_asked_again) {
    Broker broker;
    for (const auto* name : {"a", "b", "c"}) broker.set_group(place(name), false);
    broker.set_group(place("group"), true);
    broker.set_member(place("group"), place("alice"), false);
    broker.set_member(place("group"), place("bob"), true);
    EXPECT_EQ(broker.refusals(std::nullopt, 100).size(), 4U);
    const auto some = broker.refusals(std::nullopt, 3);
    ASSERT_EQ(some.size(), 3U);
    EXPECT_EQ(broker.refusals(some.back(), 3).size(), 1U);
    broker.set_member(place("group"), place("alice"), true);
    EXPECT_EQ(broker.refusals(std::nullopt, 100).size(), 3U);
}

// Order kinds beyond bid and ask: the same four signed orders.

TEST(OrderKinds, otc_order_serves_its_requester_only) {
    auto broker = with_app();
    auto otc = pool_order("pool", 5);
    otc.requester = place("alice");
    broker.add(otc);
    broker.add(pool_order("pool", 20));
    no_groups(broker);
    EXPECT_EQ(broker.quote(ask_of(request_order("alice", 50)))->workerpool.hash, otc.hash);
    EXPECT_EQ(broker.quote(ask_of(request_order("bob", 50)))->workerpool.price, 20U);
}

TEST(OrderKinds, group_discount_serves_members_only) {
    auto broker = with_app();
    auto discount = pool_order("pool", 8);
    discount.requester = place("members");
    broker.add(discount);
    broker.add(pool_order("pool", 20));
    for (const auto& question : broker.take_questions()) broker.set_group(question.group, true);
    const auto alice = ask_of(request_order("alice", 50));
    EXPECT_EQ(broker.quote(alice)->workerpool.price, 20U) << "closed until the group has answered";
    const auto questions = broker.take_questions();
    ASSERT_EQ(questions.size(), 1U);
    EXPECT_EQ(questions[0].account, place("alice"));
    broker.set_member(place("members"), place("alice"), true);
    EXPECT_EQ(broker.quote(alice)->workerpool.price, 8U);
    broker.quote(ask_of(request_order("bob", 50)));
    broker.set_member(place("members"), place("bob"), false);
    EXPECT_EQ(broker.quote(ask_of(request_order("bob", 50)))->workerpool.price, 20U);
}

/// "From a volume on": the seller signs a cheaper app order for a resale contract or requester that buys in bulk, or a
/// pool order of large volume that a bag takes whole.
TEST(OrderKinds, volume_discount_is_taken_by_bags_that_reach_it) {
    auto broker = with_app();
    auto bulk = pool_order("pool", 6, "bulk");
    bulk.volume = bulk.remaining = 100;
    auto single = pool_order("pool", 9, "single");
    single.volume = single.remaining = 5;
    broker.add(bulk);
    broker.add(single);
    auto ask = ask_of(request_order("alice", 50));
    ask.volume = ask.min_volume = 100;
    EXPECT_EQ(broker.quote(ask)->workerpool.hash, bulk.hash);
    broker.set_remaining(bulk.hash, 99);
    EXPECT_FALSE(broker.quote(ask)) << "no single order has 100 tasks left";
    ask.min_volume = 1;
    EXPECT_EQ(broker.fill(ask).size(), 2U);
}

/// A subscription is volume over time: the seller's service renews the order of a period, and withdraws it at its end.
TEST(OrderKinds, subscription_is_served_period_by_period_until_its_end) {
    auto broker = with_app();
    const auto period = [&](const char* salt) {
        auto order = pool_order("pool", 7, salt);
        order.requester = place("alice");
        order.volume = order.remaining = 2;
        return order;
    };
    auto request = request_order("alice", 7);
    request.volume = request.remaining = 6;
    broker.add(request);
    std::uint64_t served = 0;
    for (const auto* salt : {"june", "july"}) {
        const auto offer = period(salt);
        broker.add(offer);
        no_groups(broker);
        const auto match = broker.next_match();
        ASSERT_TRUE(match);
        served += match->pick.volume;
        broker.set_remaining(offer.hash, 0);
        broker.set_remaining(request.hash, 6 - served);
        broker.release(match->id);
        EXPECT_FALSE(broker.next_match()) << "nothing more in this period";
    }
    EXPECT_EQ(served, 4U);
    const auto last = period("august");
    broker.add(last);
    broker.remove(last.hash);
    EXPECT_FALSE(broker.next_match()) << "the subscription has ended";
}

TEST(Explain, request_names_the_closest_pool_and_the_smallest_change) {
    auto broker = with_app();
    auto near = pool_order("pool 1", 8);
    auto far = pool_order("pool 2", 30);
    far.trust = 1;
    broker.add(far);
    broker.add(near);
    auto request = request_order("alice", 5);
    request.trust = 2;
    broker.add(request);
    const auto why = explain_order(broker, request.hash, 5);
    EXPECT_EQ(why.state, "no_compatible_order");
    ASSERT_EQ(why.near_misses.size(), 2U);
    EXPECT_EQ(why.near_misses[0].workerpool, near.hash);
    ASSERT_EQ(why.near_misses[0].reasons.size(), 1U);
    EXPECT_EQ(why.near_misses[0].reasons[0].code, "05");
    EXPECT_EQ(why.near_misses[0].reasons[0].fix->value, "8");
    EXPECT_EQ(why.near_misses[0].reasons[0].fix->text, "Raise the workerpool price from 5 to 8.");
    EXPECT_EQ(why.near_misses[0].gain, "Then " + to_hex(near.hash).substr(0, 10) + "… matches at once.");
    ASSERT_EQ(why.near_misses[1].reasons.size(), 2U);
    EXPECT_EQ(why.near_misses[1].reasons[0].code, "02");
}

TEST(Explain, a_dearer_pool_of_its_category_comes_before_one_of_another) {
    auto broker = with_app();
    auto elsewhere = pool_order("pool 1", 5);
    elsewhere.category = 2;
    const auto dearer = pool_order("pool 2", 30);
    broker.add(elsewhere);
    broker.add(dearer);
    const auto request = request_order("alice", 5);
    broker.add(request);
    const auto why = explain_order(broker, request.hash, 5);
    ASSERT_EQ(why.near_misses.size(), 2U);
    EXPECT_EQ(why.near_misses[0].workerpool, dearer.hash);
    EXPECT_EQ(why.near_misses[1].workerpool, elsewhere.hash);
}

TEST(Explain, counter_orders_are_those_that_would_match) {
    auto broker = with_app();
    const auto cheap = pool_order("pool 1", 5), dear = pool_order("pool 2", 30);
    auto other = pool_order("pool 3", 5);
    other.category = 2;
    for (const auto& pool : {cheap, dear, other}) broker.add(pool);
    const auto alice = request_order("alice", 5), bob = request_order("bob", 40);
    auto stranger = request_order("carol", 40);
    stranger.app = stranger.subject;  // an app that nobody sells
    for (const auto& request : {alice, bob, stranger}) broker.add(request);
    EXPECT_EQ(count_counters(broker, alice.hash, 5, 100), 1U);
    EXPECT_EQ(count_counters(broker, bob.hash, 5, 100), 2U);
    EXPECT_EQ(count_counters(broker, bob.hash, 5, 1), 1U);
    EXPECT_EQ(count_counters(broker, stranger.hash, 5, 100), 0U);
    EXPECT_EQ(count_counters(broker, cheap.hash, 5, 100), 2U);
    EXPECT_EQ(count_counters(broker, dear.hash, 5, 100), 1U);
    EXPECT_EQ(count_counters(broker, other.hash, 5, 100), 0U);
    EXPECT_EQ(count_counters(broker, crypto::keccak256("unknown"), 5, 100), 0U);
}

TEST(Explain, what_is_missing_altogether_has_a_state_of_its_own) {
    Broker broker(false);
    const auto request = request_order("alice", 5);
    broker.add(request);
    EXPECT_EQ(explain_order(broker, request.hash, 5).state, "no_app_order");
    broker.add(app_order("app", 1));
    EXPECT_EQ(explain_order(broker, request.hash, 5).state, "no_workerpool_order");
    auto elsewhere = pool_order("pool", 5);
    elsewhere.category = 2;
    broker.add(elsewhere);
    const auto why = explain_order(broker, request.hash, 5);
    EXPECT_EQ(why.state, "no_workerpool_order");
    ASSERT_EQ(why.near_misses.size(), 1U);
    EXPECT_EQ(why.near_misses[0].reasons[0].fix->action, "switch_category");
    const auto pool = pool_order("pool", 5);
    broker.add(pool);
    EXPECT_EQ(explain_order(broker, request.hash, 5).state, "matchable");
    EXPECT_EQ(explain_order(broker, pool.hash, 5).state, "matchable");
    EXPECT_EQ(explain_order(broker, hash_of("nothing"), 5).state, "unknown_order");
}

TEST(Explain, waiting_pool_order_names_requests_it_cannot_serve) {
    auto broker = with_app(false);
    const auto pool = pool_order("pool", 9);
    broker.add(pool);
    EXPECT_EQ(explain_order(broker, pool.hash, 5).state, "no_request_order");
    broker.add(request_order("alice", 7));
    const auto why = explain_order(broker, pool.hash, 5);
    EXPECT_EQ(why.state, "no_compatible_order");
    ASSERT_EQ(why.near_misses.size(), 1U);
    ASSERT_EQ(why.near_misses[0].reasons.size(), 1U);
    EXPECT_EQ(why.near_misses[0].reasons[0].code, "05");
}

}  // namespace
}  // namespace bourse::broker
