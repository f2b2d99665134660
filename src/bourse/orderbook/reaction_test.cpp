#include <bourse/orderbook/reaction.hpp>

#include <bourse/orderbook/publication.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/orderbook/test_database.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::orderbook {
namespace {

using namespace testing;
using Kind = poco::OrderKind;
namespace ev = poco::events;

class ReactionTest : public OverBothDatabases {
protected:
    ReactionTest() {
        EXPECT_TRUE(db_->migrate({kOrdersSchema, kCursorSchema}));
        chain_.accounts_[wallet("owner")].stake = 1000;
        chain_.accounts_[wallet("buyer")].stake = 1000;
    }
    template <class Order>
    Hash add(const Order& order, std::string_view signer) {
        OrderRecord record{poco::OrderTraits<Order>::kKind,  chain_.hash_of(order), order,   wallet(signer),
                           terms_of(order).volume.low_u64(), OrderStatus::kOpen,    ++clock_};
        book_.put(record);
        return record.hash;
    }
    OrderStatus status(Kind kind, const Hash& hash) { return book_.find(kind, hash)->status; }
    std::uint64_t remaining(Kind kind, const Hash& hash) { return book_.find(kind, hash)->remaining; }
    void apply(std::vector<client::LogEntry> logs, std::uint64_t number = 1) {
        const auto applied = reaction_.apply(batch_of(std::move(logs), number));
        ASSERT_TRUE(applied) << applied.error().message;
    }
    ev::OrdersMatched match(const Hash& app, const Hash& pool, const Hash& request, std::uint64_t volume) {
        ev::OrdersMatched event{poco::DealId(crypto::keccak256("deal")),
                                poco::OrderHash(app),
                                {},
                                poco::OrderHash(pool),
                                poco::OrderHash(request),
                                volume};
        for (const auto& hash : {app, pool, request}) chain_.consumed_[hash] += volume;
        return event;
    }

    FakeMarketChain chain_;
    std::unique_ptr<db::Database> db_ = fresh_database();
    OrderBook book_{*db_};
    std::mutex mutex_;
    std::uint64_t clock_ = 1000;
    Reaction reaction_{*db_, book_, chain_, mutex_};
};
BOURSE_OVER_BOTH_DATABASES(ReactionTest);

TEST_P(ReactionTest, match_lowers_remaining_and_fills) {
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto pool = add(chain_.pool_order("pool", 20, "owner"), "owner");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");
    apply({log_of(poco::kHub, match(app, pool, request, 1))}, 7);
    EXPECT_EQ(remaining(Kind::kApp, app), 9U);
    EXPECT_EQ(status(Kind::kApp, app), OrderStatus::kOpen);
    EXPECT_EQ(remaining(Kind::kWorkerpool, pool), 9U);
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kFilled);
    EXPECT_EQ(reaction_.cursor()->number, 7U);
}

TEST_P(ReactionTest, orders_of_others_are_passed_over) {
    apply({log_of(poco::kHub, match(crypto::keccak256("x"), crypto::keccak256("y"), crypto::keccak256("z"), 1))}, 7);
    EXPECT_EQ(reaction_.cursor()->number, 7U);
}

TEST_P(ReactionTest, closed_orders_are_canceled) {
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto data = add(chain_.dataset_order("data", 1, "seller"), "seller");
    const auto pool = add(chain_.pool_order("pool", 20, "owner"), "owner");
    for (const auto& hash : {app, data, pool}) chain_.consumed_[hash] = 10;
    apply({log_of(poco::kHub, ev::ClosedAppOrder{poco::OrderHash(app)}),
           log_of(poco::kHub, ev::ClosedDatasetOrder{poco::OrderHash(data)}),
           log_of(poco::kHub, ev::ClosedWorkerpoolOrder{poco::OrderHash(pool)})});
    EXPECT_EQ(status(Kind::kApp, app), OrderStatus::kCanceled);
    EXPECT_EQ(status(Kind::kDataset, data), OrderStatus::kCanceled);
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kCanceled);
    EXPECT_EQ(remaining(Kind::kApp, app), 0U);
}

TEST_P(ReactionTest, cancelled_app_order_takes_its_requests_along) {
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");
    chain_.consumed_[app] = 10;
    apply({log_of(poco::kHub, ev::ClosedAppOrder{poco::OrderHash(app)})});
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kDead);
}

TEST_P(ReactionTest, stake_that_leaves_kills_what_it_covered) {
    const auto pool = add(chain_.pool_order("pool", 20, "owner"), "owner");  // 6 × 10
    add(chain_.app_order("app", 1, "seller"), "seller");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");  // 25
    chain_.accounts_[wallet("owner")].stake = 60;
    chain_.accounts_[wallet("buyer")].stake = 24;
    apply({log_of(poco::kHub, ev::Transfer{wallet("owner"), {}, 940}),
           log_of(poco::kHub, ev::Transfer{wallet("buyer"), {}, 976})});
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kOpen);
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kDead);
    chain_.accounts_[wallet("owner")].stake = 59;
    apply({log_of(poco::kHub, ev::Transfer{{}, wallet("owner"), 1})}, 2);
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kOpen);  // a deposit is no reason to look
    apply({log_of(poco::kHub, ev::Transfer{wallet("owner"), {}, 1})}, 3);
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kDead);
}

TEST_P(ReactionTest, resource_with_a_new_owner_loses_its_orders) {
    const auto mine = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto other = add(chain_.app_order("other", 1, "seller"), "seller");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");
    Bytes32 id;
    const auto app = place("app");
    std::copy(app.begin(), app.end(), id.begin() + 12);
    apply({log_of(poco::kAppRegistry, ev::Erc721Transfer{{}, wallet("seller"), uint256_from_be(id)})});
    EXPECT_EQ(status(Kind::kApp, mine), OrderStatus::kOpen);
    apply({log_of(poco::kAppRegistry, ev::Erc721Transfer{wallet("seller"), wallet("heir"), uint256_from_be(id)})}, 2);
    EXPECT_EQ(status(Kind::kApp, mine), OrderStatus::kDead);
    EXPECT_EQ(status(Kind::kApp, other), OrderStatus::kOpen);
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kDead);
}

TEST_P(ReactionTest, nothing_is_written_while_the_node_is_away) {
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    chain_.consumed_[app] = 10;
    chain_.down = true;
    EXPECT_FALSE(reaction_.apply(batch_of({log_of(poco::kHub, ev::ClosedAppOrder{poco::OrderHash(app)})})));
    EXPECT_FALSE(reaction_.cursor());
    EXPECT_EQ(status(Kind::kApp, app), OrderStatus::kOpen);
    chain_.down = false;
    apply({log_of(poco::kHub, ev::ClosedAppOrder{poco::OrderHash(app)})});
    EXPECT_EQ(status(Kind::kApp, app), OrderStatus::kCanceled);
}

TEST_P(ReactionTest, replaced_blocks_are_undone) {
    EXPECT_TRUE(db_->migrate({kOrdersSchema, kCursorSchema, kUndoSchema, kCountsSchema}));
    reaction_.set_rollback_depth(3);
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto pool = add(chain_.pool_order("pool", 20, "owner"), "owner");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");
    apply({}, 3);
    apply({}, 4);
    apply({log_of(poco::kHub, match(app, pool, request, 1), 5)}, 5);
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kFilled);
    EXPECT_EQ(remaining(Kind::kWorkerpool, pool), 9U);
    const auto recent = reaction_.recent();
    ASSERT_EQ(recent.size(), 3U);
    EXPECT_EQ(recent[0].number, 5U);
    std::vector<Hash> told;
    reaction_.on_applied = [&](const Reaction::Applied& applied) { told = applied.orders; };
    reaction_.roll_back(recent[1]);
    EXPECT_EQ(status(Kind::kRequest, request), OrderStatus::kOpen);
    EXPECT_EQ(remaining(Kind::kRequest, request), 1U);
    EXPECT_EQ(remaining(Kind::kWorkerpool, pool), 10U);
    EXPECT_EQ(reaction_.cursor()->number, 4U);
    EXPECT_EQ(told.size(), 3U);
    apply({log_of(poco::kHub, ev::ClosedWorkerpoolOrder{poco::OrderHash(pool)})}, 5);
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kCanceled);
}

TEST_P(ReactionTest, orders_published_in_replaced_blocks_are_counted_again) {
    EXPECT_TRUE(db_->migrate({kOrdersSchema, kCursorSchema, kUndoSchema, kCountsSchema}));
    reaction_.set_rollback_depth(3);
    Publication publication(*db_, book_, chain_, mutex_, [this] { return ++clock_; });
    publication.note_counts(true);
    apply({}, 1);
    const auto publish = [&](const auto& order, const char* signer) {
        const auto kind = poco::OrderTraits<std::decay_t<decltype(order)>>::kKind;
        chain_.consumed_[chain_.hash_of(order)] = 4;  // by a deal of another market, in the chain's block 1
        const auto published = publication.publish(kind, poco::to_json(order), wallet(signer));
        EXPECT_TRUE(published) << published.error().message;
        EXPECT_EQ(published->remaining, 6U);
        return published->hash;
    };
    const auto app = publish(chain_.app_order("app", 1, "seller"), "seller");
    const auto pool = publish(chain_.pool_order("pool", 20, "owner"), "owner");
    reaction_.roll_back({0, chain_.genesis});
    chain_.consumed_.clear();
    chain_.accounts_[wallet("owner")].stake = 0;
    chain_.down = true;  // the count waits for the node, and is not forgotten
    EXPECT_FALSE(reaction_.apply(batch_of({}, 1)));
    chain_.down = false;
    apply({}, 1);
    EXPECT_EQ(remaining(Kind::kApp, app), 10U);
    EXPECT_EQ(status(Kind::kApp, app), OrderStatus::kOpen);
    EXPECT_EQ(status(Kind::kWorkerpool, pool), OrderStatus::kDead) << "its stake was paid in in those blocks too";
    EXPECT_TRUE(book_.with_stale_counts().empty());
}

TEST_P(ReactionTest, a_batch_twice_changes_nothing_more) {
    const auto app = add(chain_.app_order("app", 1, "seller"), "seller");
    const auto pool = add(chain_.pool_order("pool", 20, "owner"), "owner");
    const auto request = add(chain_.request_order("app", "buyer"), "buyer");
    const auto log = log_of(poco::kHub, match(app, pool, request, 1));
    apply({log});
    apply({log});
    EXPECT_EQ(remaining(Kind::kApp, app), 9U);
}

}  // namespace
}  // namespace bourse::orderbook
