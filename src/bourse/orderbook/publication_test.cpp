#include <bourse/orderbook/publication.hpp>

#include <bourse/orderbook/challenges.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/orderbook/test_database.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::orderbook {
namespace {

using namespace testing;
using Kind = poco::OrderKind;

class PublicationTest : public OverBothDatabases {
protected:
    PublicationTest() {
        EXPECT_TRUE(db_->migrate({kOrdersSchema}));
        chain_.accounts_[wallet("owner")].stake = 1000;
        chain_.accounts_[wallet("buyer")].stake = 1000;
    }
    template <class Order>
    Result<OrderRecord> publish(const Order& order, std::string_view signer) {
        return publication_.publish(poco::OrderTraits<Order>::kKind, poco::to_json_strings(order), wallet(signer));
    }
    template <class Order>
    std::string refusal(const Order& order, std::string_view signer) {
        const auto result = publish(order, signer);
        return result ? "published" : result.error().code;
    }

    FakeMarketChain chain_;
    std::unique_ptr<db::Database> db_ = fresh_database();
    OrderBook book_{*db_};
    std::mutex mutex_;
    std::uint64_t clock_ = 5000;
    Publication publication_{*db_, book_, chain_, mutex_, [this] { return ++clock_; }};
};
BOURSE_OVER_BOTH_DATABASES(PublicationTest);

TEST_P(PublicationTest, good_orders_of_all_kinds_are_published) {
    const auto app = publish(chain_.app_order("app", 1, "seller"), "seller");
    ASSERT_TRUE(app) << app.error().message;
    EXPECT_EQ(app->remaining, 10U);
    EXPECT_TRUE(publish(chain_.dataset_order("data", 1, "seller"), "seller"));
    EXPECT_TRUE(publish(chain_.pool_order("pool", 20, "owner"), "owner"));
    EXPECT_TRUE(publish(chain_.request_order("app", "buyer"), "buyer"));
}

TEST_P(PublicationTest, numbers_beyond_safe_integers_and_missing_signatures_are_malformed) {
    auto order = chain_.app_order("app", 1, "seller");
    order.volume = Uint256(kMaxSafeInteger) + 1;
    EXPECT_EQ(refusal(order, "seller"), "ORDER_INVALID");
    order = chain_.app_order("app", 1, "seller");
    order.sign.clear();
    EXPECT_EQ(refusal(order, "seller"), "ORDER_INVALID");
    EXPECT_EQ(publication_.publish(Kind::kApp, nlohmann::json{{"app", 1}}, wallet("seller")).error().code,
              "ORDER_INVALID");
    EXPECT_EQ(publication_.publish(Kind::kApp, nlohmann::json("text"), wallet("seller")).error().code, "ORDER_INVALID");
}

TEST_P(PublicationTest, known_order_is_refused_unless_it_is_dead) {
    const auto order = chain_.app_order("app", 1, "seller");
    const auto first = publish(order, "seller");
    ASSERT_TRUE(first);
    EXPECT_EQ(refusal(order, "seller"), "ORDER_KNOWN");
    book_.set_state(first->hash, 10, OrderStatus::kDead);
    const auto again = publish(order, "seller");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->published_ms, first->published_ms);
    EXPECT_EQ(book_.find(Kind::kApp, first->hash)->status, OrderStatus::kOpen);
}

TEST_P(PublicationTest, only_the_owner_of_a_deployed_resource_publishes) {
    const auto order = chain_.app_order("app", 1, "seller");
    EXPECT_EQ(refusal(order, "thief"), "NOT_OWNER");
    chain_.unregistered.insert(order.app);
    EXPECT_EQ(refusal(order, "seller"), "RESOURCE_UNREGISTERED");
    publish(chain_.app_order("other", 1, "seller"), "seller").value();
    EXPECT_EQ(refusal(chain_.request_order("other", "buyer"), "thief"), "NOT_OWNER");
}

TEST_P(PublicationTest, signature_must_be_the_owners) {
    auto order = chain_.signed_by(chain_.app_order("app", 1, "seller"), "thief");
    EXPECT_EQ(refusal(order, "seller"), "SIGNATURE_INVALID");
    order.sign = {1, 2, 3};
    EXPECT_EQ(refusal(order, "seller"), "SIGNATURE_INVALID");
}

TEST_P(PublicationTest, a_wallet_has_at_most_fifty_open_orders_of_a_kind) {
    for (std::uint64_t i = 0; i < kMaxOpenOrders; ++i)
        ASSERT_TRUE(publish(chain_.app_order("app", 1, "seller", std::to_string(i)), "seller"));
    EXPECT_EQ(refusal(chain_.app_order("app", 1, "seller", "more"), "seller"), "TOO_MANY_ORDERS");
    EXPECT_TRUE(publish(chain_.dataset_order("data", 1, "seller"), "seller"));
}

TEST_P(PublicationTest, consumed_volume_counts) {
    const auto order = chain_.app_order("app", 1, "seller");
    chain_.consumed_[chain_.hash_of(order)] = 10;
    EXPECT_EQ(refusal(order, "seller"), "ORDER_CONSUMED");
    chain_.consumed_[chain_.hash_of(order)] = 7;
    EXPECT_EQ(publish(order, "seller")->remaining, 3U);
}

TEST_P(PublicationTest, pool_owner_needs_the_floor_of_thirty_percent_a_task) {
    const auto order = chain_.pool_order("pool", 333, "owner");  // floor(99.9) × 10
    chain_.accounts_[wallet("owner")].stake = 989;
    const auto refused = publish(order, "owner");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "STAKE_TOO_LOW");
    EXPECT_NE(refused.error().message.find("990 nRLC"), std::string::npos) << refused.error().message;
    chain_.accounts_[wallet("owner")].stake = 990;
    EXPECT_TRUE(publish(order, "owner"));
}

TEST_P(PublicationTest, request_needs_its_whole_price_and_a_fitting_offer) {
    auto order = chain_.request_order("app", "buyer");  // 5 + 0 + 20
    EXPECT_EQ(refusal(order, "buyer"), "NO_MATCHABLE_ORDER");
    ASSERT_TRUE(publish(chain_.app_order("app", 6, "seller"), "seller"));
    EXPECT_EQ(refusal(order, "buyer"), "NO_MATCHABLE_ORDER");
    ASSERT_TRUE(publish(chain_.app_order("app", 5, "seller", "cheap"), "seller"));
    chain_.accounts_[wallet("buyer")].stake = 24;
    EXPECT_EQ(refusal(order, "buyer"), "STAKE_TOO_LOW");
    chain_.accounts_[wallet("buyer")].stake = 25;
    EXPECT_TRUE(publish(order, "buyer"));
    order.dataset = place("data");
    order = chain_.signed_by(order, "buyer");
    EXPECT_EQ(refusal(order, "buyer"), "NO_MATCHABLE_ORDER");
    ASSERT_TRUE(publish(chain_.dataset_order("data", 0, "seller"), "seller"));
    EXPECT_TRUE(publish(order, "buyer"));
}

TEST_P(PublicationTest, tee_request_needs_a_tee_app) {
    ASSERT_TRUE(publish(chain_.app_order("app", 1, "seller"), "seller"));
    auto order = chain_.request_order("app", "buyer");
    order.tag = poco::with_bit({}, poco::kTagTee);
    EXPECT_EQ(refusal(chain_.signed_by(order, "buyer"), "buyer"), "NO_MATCHABLE_ORDER");
}

TEST_P(PublicationTest, unreachable_node_publishes_nothing) {
    const auto order = chain_.app_order("app", 1, "seller");
    chain_.down = true;
    EXPECT_EQ(refusal(order, "seller"), "NODE_UNREACHABLE");
    chain_.down = false;
    EXPECT_TRUE(publish(order, "seller"));
}

TEST_P(PublicationTest, withdrawal_of_one_last_and_all_by_the_signer_only) {
    const auto a = publish(chain_.app_order("app", 1, "seller", "a"), "seller")->hash;
    const auto b = publish(chain_.app_order("app", 1, "seller", "b"), "seller")->hash;
    const auto c = publish(chain_.app_order("app", 1, "seller", "c"), "seller")->hash;
    using Target = Withdrawal::Target;
    EXPECT_EQ(publication_.withdraw(Kind::kApp, {Target::kOne, a, {}}, wallet("thief")).error().code,
              "ORDER_NOT_FOUND");
    EXPECT_EQ(*publication_.withdraw(Kind::kApp, {Target::kOne, a, {}}, wallet("seller")), std::vector<Hash>{a});
    EXPECT_EQ(*publication_.withdraw(Kind::kApp, {Target::kLast, {}, place("app")}, wallet("seller")),
              std::vector<Hash>{c});
    EXPECT_EQ(*publication_.withdraw(Kind::kApp, {Target::kAll, {}, place("app")}, wallet("seller")),
              std::vector<Hash>{b});
    EXPECT_FALSE(publication_.withdraw(Kind::kApp, {Target::kAll, {}, place("app")}, wallet("seller")));
    EXPECT_FALSE(book_.find(Kind::kApp, a));
}

TEST_P(PublicationTest, withdrawn_app_order_takes_its_requests_along) {
    const auto cheap = publish(chain_.app_order("app", 1, "seller", "a"), "seller")->hash;
    const auto other = publish(chain_.app_order("app", 2, "seller", "b"), "seller")->hash;
    const auto request = publish(chain_.request_order("app", "buyer"), "buyer")->hash;
    ASSERT_TRUE(publication_.withdraw(Kind::kApp, {Withdrawal::Target::kOne, cheap, {}}, wallet("seller")));
    EXPECT_EQ(book_.find(Kind::kRequest, request)->status, OrderStatus::kOpen);
    ASSERT_TRUE(publication_.withdraw(Kind::kApp, {Withdrawal::Target::kOne, other, {}}, wallet("seller")));
    EXPECT_EQ(book_.find(Kind::kRequest, request)->status, OrderStatus::kDead);
}

TEST(Challenges, each_is_used_once_by_its_address_on_its_chain) {
    std::uint64_t now = 0;
    Challenges challenges([&] { return now; });
    const auto key = key_of("seller");
    const auto first = client::authorization_header(challenges.create(kChainId, key.address()), key).value();
    const auto second = client::authorization_header(challenges.create(kChainId, key.address()), key).value();
    EXPECT_FALSE(challenges.redeem(first, 1));
    EXPECT_EQ(challenges.redeem(second, kChainId).value(), key.address());
    EXPECT_EQ(challenges.redeem(first, kChainId).value(), key.address());
    EXPECT_EQ(challenges.redeem(first, kChainId).error().message, "invalid authorization");
}

TEST(Challenges, expire_after_five_minutes_and_refuse_strangers) {
    std::uint64_t now = 0;
    Challenges challenges([&] { return now; });
    const auto key = key_of("seller");
    const auto old = client::authorization_header(challenges.create(kChainId, key.address()), key).value();
    const auto stranger =
        client::authorization_header(challenges.create(kChainId, key.address()), key_of("thief")).value();
    EXPECT_FALSE(challenges.redeem(stranger, kChainId));
    EXPECT_FALSE(challenges.redeem("", kChainId));
    EXPECT_FALSE(challenges.redeem("a_b_c", kChainId));
    now = Challenges::kLifeMs;
    EXPECT_FALSE(challenges.redeem(old, kChainId));
    EXPECT_EQ(challenges.pending(), 0U);
}

}  // namespace
}  // namespace bourse::orderbook
