#include <bourse/orderbook/order_book.hpp>

#include <bourse/orderbook/order_query.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/orderbook/test_database.hpp>
#include <bourse/poco/tags.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::orderbook {
namespace {

using namespace testing;
using Kind = poco::OrderKind;

class OrderBookTest : public OverBothDatabases {
protected:
    OrderBookTest() { EXPECT_TRUE(db_->migrate({kOrdersSchema})); }

    template <class Order>
    Hash add(const Order& order, std::string_view signer, std::uint64_t remaining = 10) {
        OrderRecord record{poco::OrderTraits<Order>::kKind,
                           chain_.hash_of(order),
                           order,
                           wallet(signer),
                           remaining,
                           OrderStatus::kOpen,
                           ++clock_};
        book_.put(record);
        return record.hash;
    }
    static net::Request query(std::initializer_list<std::pair<std::string, std::string>> items) {
        net::Request request;
        for (const auto& [name, value] : items) request.query.emplace(name, value);
        return request;
    }
    OrderPage ask(Kind kind, std::initializer_list<std::pair<std::string, std::string>> items) {
        const auto filter = parse_order_filter(kind, query(items));
        EXPECT_TRUE(filter) << filter.error().message;
        return book_.list(kind, filter.value_or(OrderFilter{}));
    }
    static Error refused(Kind kind, std::initializer_list<std::pair<std::string, std::string>> items) {
        const auto filter = parse_order_filter(kind, query(items));
        EXPECT_FALSE(filter);
        return filter ? Error{} : filter.error();
    }

    FakeMarketChain chain_;
    std::unique_ptr<db::Database> db_ = fresh_database();
    OrderBook book_{*db_};
    std::uint64_t clock_ = 1'000'000;
    const std::string app_ = to_hex(place("app"));
    const std::string pool_ = to_hex(place("pool"));
    const std::string buyer_ = to_hex(wallet("buyer"));
};
BOURSE_OVER_BOTH_DATABASES(OrderBookTest);

TEST_P(OrderBookTest, restriction_omitted_address_strict_and_any) {
    add(chain_.app_order("app", 1, "seller", "free"), "seller");
    auto restricted = chain_.app_order("app", 2, "seller", "bound");
    restricted.workerpoolrestrict = place("pool");
    add(restricted, "seller");
    auto other = chain_.app_order("app", 3, "seller", "other");
    other.workerpoolrestrict = place("other");
    add(other, "seller");
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}}).count, 1U);
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}, {"workerpool", pool_}}).count, 2U);
    const auto strict = ask(Kind::kApp, {{"app", app_}, {"workerpool", pool_}, {"isWorkerpoolStrict", "true"}});
    ASSERT_EQ(strict.count, 1U);
    EXPECT_EQ(terms_of(strict.orders[0].order).price, Uint256(2));
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}, {"workerpool", "any"}}).count, 3U);
}

TEST_P(OrderBookTest, resource_or_owner_is_mandatory_for_apps_and_datasets) {
    add(chain_.app_order("app", 1, "seller"), "seller");
    EXPECT_EQ(refused(Kind::kApp, {}).message, "app or appOwner is required");
    EXPECT_EQ(refused(Kind::kDataset, {}).message, "dataset or datasetOwner is required");
    EXPECT_EQ(ask(Kind::kApp, {{"appOwner", to_hex(wallet("seller"))}}).count, 1U);
    EXPECT_EQ(ask(Kind::kApp, {{"appOwner", buyer_}}).count, 0U);
    EXPECT_EQ(ask(Kind::kApp, {{"app", "any"}}).count, 1U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {}).count, 0U);
}

TEST_P(OrderBookTest, requests_restrict_only_the_pool) {
    add(chain_.request_order("app", "buyer"), "buyer");
    auto bound = chain_.request_order("app", "buyer");
    bound.workerpool = place("pool");
    add(bound, "buyer");
    EXPECT_EQ(ask(Kind::kRequest, {}).count, 1U);
    EXPECT_EQ(ask(Kind::kRequest, {{"workerpool", pool_}}).count, 2U);
    EXPECT_EQ(ask(Kind::kRequest, {{"workerpool", pool_}, {"isWorkerpoolStrict", "true"}}).count, 1U);
    EXPECT_EQ(ask(Kind::kRequest, {{"workerpool", "any"}, {"requester", buyer_}, {"beneficiary", buyer_}}).count, 2U);
    EXPECT_EQ(ask(Kind::kRequest, {{"workerpool", "any"}, {"app", pool_}}).count, 0U);
}

TEST_P(OrderBookTest, tags_are_compared_bit_by_bit) {
    auto tagged = chain_.pool_order("pool", 1, "owner");
    tagged.tag = poco::with_bit(poco::with_bit(poco::with_bit({}, poco::kTagTee), poco::kTagTdx), 200);
    add(tagged, "owner");
    auto plain = chain_.pool_order("pool", 2, "owner");
    add(plain, "owner");
    const auto tag = [](std::initializer_list<unsigned> bits) {
        Bytes32 out;
        for (const auto bit : bits) out = poco::with_bit(out, bit);
        return to_hex(out);
    };
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTag", tag({})}}).count, 2U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTag", tag({0, 3})}}).count, 1U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTag", tag({200})}}).count, 1U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTag", tag({0, 1})}}).count, 0U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"maxTag", tag({})}}).count, 1U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"maxTag", tag({0, 3, 200, 8})}}).count, 2U);
    EXPECT_EQ(refused(Kind::kWorkerpool, {{"minTag", "0x09"}}).code, "QUERY_INVALID");
}

TEST_P(OrderBookTest, volume_trust_category_and_bulk) {
    auto order = chain_.pool_order("pool", 1, "owner");
    order.category = 2;
    add(order, "owner", 4);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minVolume", "4"}, {"minTrust", "3"}, {"category", "2"}}).count, 1U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minVolume", "5"}}).count, 0U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTrust", "4"}}).count, 0U);
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"category", "0"}}).count, 0U);
    auto low_trust = chain_.pool_order("pool", 1, "owner");
    low_trust.trust = 0;
    add(low_trust, "owner");
    EXPECT_EQ(ask(Kind::kWorkerpool, {{"minTrust", "1"}}).count, 2U);
    add(chain_.request_order("app", "buyer"), "buyer");
    EXPECT_EQ(ask(Kind::kRequest, {{"maxTrust", "0"}}).count, 1U);
    auto bulk = chain_.dataset_order("data", 0, "seller");
    bulk.volume = kMaxSafeInteger;
    add(bulk, "seller");
    add(chain_.dataset_order("data", 0, "seller"), "seller");
    EXPECT_EQ(ask(Kind::kDataset, {{"dataset", "any"}}).count, 2U);
    EXPECT_EQ(ask(Kind::kDataset, {{"dataset", "any"}, {"bulkOnly", "true"}}).count, 1U);
}

TEST_P(OrderBookTest, best_price_first_then_oldest) {
    const auto late_cheap = [&] {
        add(chain_.app_order("app", 5, "seller", "a"), "seller");
        add(chain_.app_order("app", 3, "seller", "b"), "seller");
        return add(chain_.app_order("app", 3, "seller", "c"), "seller");
    }();
    const auto page = ask(Kind::kApp, {{"app", app_}});
    ASSERT_EQ(page.orders.size(), 3U);
    EXPECT_EQ(page.orders[1].hash, late_cheap);
    EXPECT_EQ(terms_of(page.orders[2].order).price, Uint256(5));
    auto rich = chain_.request_order("app", "buyer");
    rich.workerpoolmaxprice = 100;
    add(chain_.request_order("app", "buyer"), "buyer");
    add(rich, "buyer");
    EXPECT_EQ(terms_of(ask(Kind::kRequest, {}).orders[0].order).price, Uint256(100));
}

TEST_P(OrderBookTest, pages_and_their_limits) {
    for (int i = 0; i < 25; ++i) add(chain_.app_order("app", 1, "seller", std::to_string(i)), "seller");
    const auto first = ask(Kind::kApp, {{"app", app_}, {"pageIndex", "0"}, {"pageSize", "20"}});
    EXPECT_EQ(first.count, 25U);
    EXPECT_EQ(first.orders.size(), 20U);
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}, {"pageIndex", "1"}, {"pageSize", "20"}}).orders.size(), 5U);
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}, {"page", "24"}}).orders.size(), 1U);
    EXPECT_EQ(refused(Kind::kApp, {{"app", app_}, {"pageSize", "9"}}).code, "QUERY_INVALID");
    EXPECT_EQ(refused(Kind::kApp, {{"app", app_}, {"pageSize", "1001"}}).code, "QUERY_INVALID");
    EXPECT_EQ(refused(Kind::kApp, {{"app", app_}, {"pageIndex", "-1"}}).code, "QUERY_INVALID");
    EXPECT_EQ(refused(Kind::kApp, {{"app", "me"}}).message, "app must be an ethereum address");
}

TEST_P(OrderBookTest, loaded_offers_are_the_published_orders) {
    auto request = chain_.request_order("app", "buyer");
    request.datasetmaxprice = 4;
    request.tag = poco::with_bit(poco::with_bit({}, 0), 200);
    std::map<Hash, broker::Order> expected;
    const auto put = [&](const auto& order, std::string_view signer) {
        const auto hash = add(order, signer, 1);
        expected[hash] = broker::order_from(order, hash, wallet(signer), 1, clock_);
    };
    put(chain_.signed_by(request, "buyer"), "buyer");
    put(chain_.app_order("app", 3, "seller"), "seller");
    put(chain_.dataset_order("data", 5, "seller"), "seller");
    auto pool = chain_.pool_order("pool", 7, "owner");
    pool.requesterrestrict = wallet("buyer");
    pool.category = 3;
    put(chain_.signed_by(pool, "owner"), "owner");
    book_.set_state(add(chain_.app_order("app", 9, "seller"), "seller"), 0, OrderStatus::kFilled);
    std::map<Hash, broker::Order> loaded;
    Hash after;
    for (auto page = book_.offers_after(after, 3); !page.empty(); page = book_.offers_after(after, 3)) {
        for (const auto& order : page) loaded[order.hash] = order;
        after = page.back().hash;
    }
    EXPECT_EQ(loaded, expected);
}

TEST_P(OrderBookTest, only_open_orders_are_listed_but_every_one_is_found) {
    const auto hash = add(chain_.app_order("app", 1, "seller"), "seller");
    book_.set_state(hash, 0, OrderStatus::kFilled);
    EXPECT_EQ(ask(Kind::kApp, {{"app", app_}}).count, 0U);
    const auto found = book_.find(Kind::kApp, hash);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->status, OrderStatus::kFilled);
    EXPECT_FALSE(book_.find(Kind::kDataset, hash));
}

TEST_P(OrderBookTest, wrapper_has_numbers_and_checksums) {
    const auto order = chain_.app_order("app", 4, "seller");
    const auto hash = add(order, "seller", 7);
    const auto json = wrapper_json(*book_.find(Kind::kApp, hash), kChainId);
    EXPECT_EQ(json["orderHash"], to_hex(hash));
    EXPECT_EQ(json["order"]["appprice"], 4);
    EXPECT_EQ(json["order"]["sign"], to_hex(order.sign));
    EXPECT_EQ(json["remaining"], 7);
    EXPECT_EQ(json["status"], "open");
    EXPECT_EQ(json["chainId"], kChainId);
    EXPECT_EQ(json["publicationTimestamp"], "1970-01-01T00:16:40.001Z");
}

TEST_P(OrderBookTest, orders_of_a_signer_in_any_state_newest_first) {
    const auto one = add(chain_.app_order("app", 5, "seller", "1"), "seller");
    const auto two = add(chain_.app_order("app", 1, "seller", "2"), "seller");
    add(chain_.app_order("app", 1, "other", "3"), "other");
    book_.set_state(two, 0, OrderStatus::kCanceled);
    OrderFilter filter;
    filter.owner = wallet("seller");
    filter.newest_first = true;
    const auto hashes = [&] {
        std::vector<Hash> out;
        for (const auto& record : book_.list(poco::OrderKind::kApp, filter).orders) out.push_back(record.hash);
        return out;
    };
    EXPECT_EQ(hashes(), std::vector{one});
    filter.status = OrderStatus::kCanceled;
    EXPECT_EQ(hashes(), std::vector{two});
    filter.status.reset();
    EXPECT_EQ(hashes(), (std::vector{two, one}));
}

}  // namespace
}  // namespace bourse::orderbook
