// The broker against brute force, over many thousand random books.
#include <bourse/broker/test_books.hpp>

#include <gtest/gtest.h>

namespace bourse::broker {
namespace {

using namespace testing;

constexpr std::uint32_t kBooks = 20'000;

TEST(BrokerProperty, pick_is_the_one_of_brute_force) {
    std::size_t found = 0;
    std::size_t none = 0;
    for (std::uint32_t seed = 0; seed < kBooks; ++seed) {
        const auto world = RandomWorld(seed).make();
        auto broker = broker_of(world, false, false);
        for (const auto& request : world.requests) {
            auto pick = broker.quote(ask_of(request));
            while (answer(broker, world)) pick = broker.quote(ask_of(request));
            const auto expected = world.brute(request);
            ASSERT_EQ(pick.has_value(), expected.has_value()) << "seed " << seed;
            (pick ? found : none) += 1;
            if (!pick) continue;
            EXPECT_EQ(pick->price_per_task, expected->price) << "seed " << seed;
            EXPECT_EQ(pick->app.hash, expected->app->hash) << "seed " << seed;
            EXPECT_EQ(pick->workerpool.hash, expected->pool->hash) << "seed " << seed;
            EXPECT_EQ(pick->dataset.has_value(), expected->dataset != nullptr) << "seed " << seed;
            if (pick->dataset) {
                EXPECT_EQ(pick->dataset->hash, expected->dataset->hash) << "seed " << seed;
            }
            EXPECT_EQ(pick->volume, expected->volume) << "seed " << seed;
        }
    }
    EXPECT_GT(found, kBooks / 20) << "too few books with a match to mean anything";
    EXPECT_GT(none, kBooks / 20);
}

/// A bag is split over orders and pools as brute force splits it, part after part, until nothing fits any more.
TEST(BrokerProperty, bag_is_split_as_brute_force_splits_it) {
    std::size_t split = 0, over_pools = 0, cut_short = 0;
    for (std::uint32_t seed = 0; seed < kBooks / 2; ++seed) {
        auto world = RandomWorld(seed ^ 0xba6).make();
        for (auto& request : world.requests) request.volume = request.remaining = 4 + seed % 12;
        for (auto& [account, stake] : world.funds) stake *= 4;
        auto broker = broker_of(world, false, false);
        for (const auto& request : world.requests) {
            auto parts = broker.fill(ask_of(request));
            while (answer(broker, world)) parts = broker.fill(ask_of(request));
            auto rest = world;
            std::set<Address> pools;
            std::uint64_t filled = 0;
            for (const auto& part : parts) {
                const auto expected = rest.brute(request);
                ASSERT_TRUE(expected) << "seed " << seed;
                ASSERT_EQ(part.app.hash, expected->app->hash) << "seed " << seed;
                ASSERT_EQ(part.workerpool.hash, expected->pool->hash) << "seed " << seed;
                ASSERT_EQ(part.dataset ? part.dataset->hash : Hash(),
                          expected->dataset != nullptr ? expected->dataset->hash : Hash())
                    << "seed " << seed;
                ASSERT_EQ(part.volume, expected->volume) << "seed " << seed;
                rest.take(*expected, request);
                pools.insert(part.workerpool.workerpool);
                filled += part.volume;
            }
            ASSERT_LE(filled, request.remaining) << "seed " << seed;
            EXPECT_FALSE(filled < request.remaining && rest.brute(request)) << "seed " << seed << ": a part was missed";
            split += parts.size() > 1;
            over_pools += pools.size() > 1;
            cut_short += !parts.empty() && filled < request.remaining;
        }
    }
    EXPECT_GT(split, kBooks / 50) << "too few bags in parts to mean anything";
    EXPECT_GT(over_pools, kBooks / 200);
    EXPECT_GT(cut_short, kBooks / 100);
}

/// What the chain does with a match: consumes volumes and locks stakes.
void settle(World& world, Broker& broker, const Match& match) {
    const auto consume = [&](std::vector<Order>& orders, const Hash& hash) {
        for (auto& order : orders)
            if (order.hash == hash) {
                order.remaining -= match.pick.volume;
                broker.set_remaining(hash, order.remaining);
            }
    };
    consume(world.apps, match.pick.app.hash);
    if (match.pick.dataset) consume(world.datasets, match.pick.dataset->hash);
    consume(world.pools, match.pick.workerpool.hash);
    consume(world.requests, match.request.hash);
    const auto lock = [&](const Address& account, std::uint64_t amount) {
        const auto funds = world.funds.find(account);
        if (funds == world.funds.end()) return;
        ASSERT_GE(funds->second, amount) << "the chain would refuse: transfer amount exceeds balance";
        funds->second -= amount;
        broker.set_funds(account, funds->second);
    };
    lock(match.request.requester, match.pick.price_per_task * match.pick.volume);
    lock(match.pick.workerpool.owner, stake_per_task(match.pick.workerpool.price) * match.pick.volume);
    broker.release(match.id);
}

TEST(BrokerProperty, continuous_matching_sends_only_what_the_chain_accepts_and_leaves_nothing_matchable) {
    std::size_t matches = 0;
    for (std::uint32_t seed = 0; seed < kBooks / 2; ++seed) {
        auto world = RandomWorld(seed ^ 0x5eed).make();
        auto broker = broker_of(world, true, true);
        for (int step = 0;; ++step) {
            ASSERT_LT(step, 1000) << "seed " << seed << " does not come to rest";
            const auto match = broker.next_match();
            if (!match) {
                if (answer(broker, world)) continue;
                break;
            }
            ++matches;
            const auto* dataset = match->pick.dataset ? &*match->pick.dataset : nullptr;
            ASSERT_TRUE(world.accepted(match->pick.app, dataset, match->pick.workerpool, match->request))
                << "seed " << seed;
            ASSERT_LE(match->pick.workerpool.price, match->request.price);
            ASSERT_LE(match->pick.app.price, match->request.app_max);
            settle(world, broker, *match);
            if (HasFatalFailure()) FAIL() << "seed " << seed;
        }
        for (const auto& request : world.requests) {
            if (request.remaining == 0 || !broker.listed(request.hash)) continue;
            EXPECT_FALSE(world.brute(request)) << "seed " << seed << ": a match was missed";
        }
    }
    EXPECT_GT(matches, kBooks / 20) << "too few matches to mean anything";
}

TEST(BrokerProperty, books_stay_right_under_random_changes) {
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        RandomWorld random(seed + 77);
        auto world = random.make();
        auto broker = broker_of(world, false, true);
        for (int step = 0; step < 20; ++step) {
            auto& side = random.below(2) == 0 ? world.pools : world.apps;
            if (side.empty()) break;
            auto& order = side[random.below(side.size())];
            switch (random.below(4)) {
                case 0:
                    order.remaining = random.below(order.volume + 1);
                    if (order.remaining == 0)
                        broker.remove(order.hash);
                    else
                        broker.add(order);
                    break;
                case 1:
                    if (broker.find(order.hash) == nullptr) break;
                    order.remaining = random.below(order.volume + 1);
                    broker.set_remaining(order.hash, order.remaining);
                    break;
                case 2:
                    world.funds[order.owner] = random.below(20);
                    broker.set_funds(order.owner, world.funds[order.owner]);
                    break;
                default:
                    world.funds[place("alice")] = random.below(50);
                    broker.set_funds(place("alice"), world.funds[place("alice")]);
            }
            for (const auto& request : world.requests) {
                auto pick = broker.quote(ask_of(request));
                while (answer(broker, world)) pick = broker.quote(ask_of(request));
                const auto expected = world.brute(request);
                ASSERT_EQ(pick.has_value(), expected.has_value()) << "seed " << seed << " step " << step;
                if (pick) {
                    EXPECT_EQ(pick->workerpool.hash, expected->pool->hash);
                }
            }
        }
    }
}

}  // namespace
}  // namespace bourse::broker
