#include <bourse/client/selection.hpp>

#include <bourse/poco/match.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <tuple>

namespace bourse::client {
namespace {

Address address_of(std::uint8_t n) {
    Address out;
    out.data[19] = n;
    return out;
}
Hash hash_of(std::uint8_t n) {
    Hash out;
    out.data[0] = n;
    return out;
}

const Address kApp = address_of(1), kDataset = address_of(2), kPool = address_of(3), kBuyer = address_of(9);

PublishedOrder<poco::AppOrder> app_offer(std::uint64_t price, std::uint64_t remaining = 100) {
    PublishedOrder<poco::AppOrder> out;
    out.order.app = kApp;
    out.order.appprice = price;
    out.order.volume = remaining;
    out.remaining = remaining;
    return out;
}
PublishedOrder<poco::DatasetOrder> dataset_offer(std::uint64_t price, std::uint64_t remaining = 100) {
    PublishedOrder<poco::DatasetOrder> out;
    out.order.dataset = kDataset;
    out.order.datasetprice = price;
    out.order.volume = remaining;
    out.remaining = remaining;
    return out;
}
PublishedOrder<poco::WorkerpoolOrder> pool_offer(std::uint64_t price, std::uint64_t remaining = 100,
                                                 std::uint64_t trust = 3) {
    PublishedOrder<poco::WorkerpoolOrder> out;
    out.order.workerpool = kPool;
    out.order.workerpoolprice = price;
    out.order.volume = remaining;
    out.order.trust = trust;
    out.remaining = remaining;
    return out;
}
Purchase purchase_of(std::uint64_t volume = 1) {
    Purchase out;
    out.requester = kBuyer;
    out.app = kApp;
    out.volume = volume;
    return out;
}

TEST(Selection, cheapest_set_is_chosen) {
    const Offers offers{{app_offer(4), app_offer(1)}, {}, {pool_offer(30), pool_offer(20)}};
    const auto selection = select_orders(purchase_of(3), offers);
    ASSERT_TRUE(selection) << selection.error().message;
    EXPECT_EQ(selection->price_per_task_nrlc, Uint256(21));
    EXPECT_EQ(selection->total_nrlc, Uint256(63));
}

TEST(Selection, budget_is_for_all_tasks_together) {
    const Offers offers{{app_offer(1)}, {}, {pool_offer(20)}};
    auto purchase = purchase_of(3);
    purchase.budget_nrlc = Uint256(63);
    EXPECT_TRUE(select_orders(purchase, offers));
    purchase.budget_nrlc = Uint256(62);
    EXPECT_EQ(select_orders(purchase, offers).error().code, "BUDGET_EXCEEDED");
}

TEST(Selection, ties_go_to_the_first_published_then_to_the_lower_hash) {
    Offers offers{{app_offer(1)}, {}, {pool_offer(20), pool_offer(20), pool_offer(20)}};
    const char* published[] = {"2026-06-01T12:00:01.000Z", "2026-06-01T12:00:00.000Z", "2026-06-01T12:00:00.000Z"};
    const std::uint8_t hashes[] = {1, 7, 5};
    for (std::size_t i = 0; i < 3; ++i) {
        offers.workerpools[i].published = published[i];
        offers.workerpools[i].hash = hash_of(hashes[i]);
        offers.workerpools[i].order.salt = hash_of(hashes[i]);
    }
    const auto selection = select_orders(purchase_of(), offers);
    ASSERT_TRUE(selection);
    EXPECT_EQ(selection->workerpool.salt, hash_of(5));
}

TEST(Selection, restriction_to_somebody_else_excludes_an_order) {
    Offers offers{{app_offer(1), app_offer(2)}, {}, {pool_offer(20)}};
    offers.apps[0].order.requesterrestrict = address_of(77);
    EXPECT_EQ(select_orders(purchase_of(), offers)->app.appprice, Uint256(2));
    offers.apps[1].order.workerpoolrestrict = address_of(78);
    EXPECT_EQ(select_orders(purchase_of(), offers).error().code, "NO_COMPATIBLE_ORDERS");
}

TEST(Selection, refusals_name_the_numbers) {
    EXPECT_EQ(select_orders(purchase_of(), {}).error().code, "NO_APP_ORDER");
    auto with_dataset = purchase_of();
    with_dataset.dataset = kDataset;
    EXPECT_EQ(select_orders(with_dataset, {{app_offer(1)}, {}, {pool_offer(1)}}).error().code, "NO_DATASET_ORDER");
    auto trusting = purchase_of();
    trusting.trust = 5;
    const auto refused = select_orders(trusting, {{app_offer(1)}, {}, {pool_offer(1)}});
    EXPECT_EQ(refused.error().code, "NO_WORKERPOOL_ORDER");
    EXPECT_NE(refused.error().message.find("trust 5"), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("trust 3"), std::string::npos) << refused.error().message;
}

TEST(Selection, request_accepts_exactly_the_selected_prices) {
    auto purchase = purchase_of(2);
    const auto selection = *select_orders(purchase, {{app_offer(1)}, {}, {pool_offer(20)}});
    const auto request = request_for(purchase, selection, kBuyer, {}, "{}");
    EXPECT_EQ(request.appmaxprice, Uint256(1));
    EXPECT_EQ(request.workerpoolmaxprice, Uint256(20));
    EXPECT_EQ(request.volume, Uint256(2));
    EXPECT_TRUE(request.workerpool.is_zero());
}

// ---- property: the choice equals that of brute force over all sets under the hub's own rules ----

Address some_restriction(std::initializer_list<Address> likely) {
    const int pick = *rc::gen::inRange(0, 6);
    if (pick < 3) return {};
    if (pick == 5) return address_of(200);
    return *(likely.begin() + *rc::gen::inRange(0, static_cast<int>(likely.size())));
}
Bytes32 some_tag() {
    Bytes32 out;
    const int pick = *rc::gen::inRange(0, 5);
    if (pick == 1) out.data[31] = 1;
    if (pick == 2) out.data[30] = 1;
    if (pick == 3) out.data[31] = 9;
    return out;
}
std::uint64_t below(int limit) { return static_cast<std::uint64_t>(*rc::gen::inRange(0, limit)); }

template <class Offer>
void some_publication(Offer& offer) {
    offer.published = "2026-06-01T12:00:0" + std::to_string(below(3));
    // Unique, as hashes are: equal ones would leave the choice open.
    static std::uint32_t counter = 0;
    ++counter;
    offer.hash = hash_of(static_cast<std::uint8_t>(below(4)));
    for (std::size_t i = 0; i < 4; ++i) offer.hash.data[4 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
    offer.order.salt = offer.hash;
    offer.order.tag = some_tag();
}

Offers some_offers() {
    Offers offers;
    for (auto n = below(5); n > 0; --n) {
        auto offer = app_offer(below(4), 1 + below(4));
        offer.order.datasetrestrict = some_restriction({kDataset});
        offer.order.workerpoolrestrict = some_restriction({kPool});
        offer.order.requesterrestrict = some_restriction({kBuyer});
        some_publication(offer);
        offers.apps.push_back(offer);
    }
    for (auto n = below(4); n > 0; --n) {
        auto offer = dataset_offer(below(4), 1 + below(4));
        offer.order.apprestrict = some_restriction({kApp});
        offer.order.workerpoolrestrict = some_restriction({kPool});
        some_publication(offer);
        offers.datasets.push_back(offer);
    }
    for (auto n = below(5); n > 0; --n) {
        auto offer = pool_offer(below(4), 1 + below(4), below(5));
        offer.order.workerpool = *rc::gen::inRange(0, 2) == 0 ? kPool : address_of(4);
        offer.order.category = below(2);
        offer.order.apprestrict = some_restriction({kApp});
        offer.order.requesterrestrict = some_restriction({kBuyer});
        some_publication(offer);
        offers.workerpools.push_back(offer);
    }
    return offers;
}

/// Every set that the hub would accept, by its own rules.
std::optional<Selection> brute_force(const Purchase& purchase, const Offers& offers) {
    auto datasets = offers.datasets;
    if (purchase.dataset.is_zero()) datasets = {PublishedOrder<poco::DatasetOrder>{}};
    std::optional<Selection> best;
    std::tuple<Uint256, std::string, Hash, std::string, Hash, std::string, Hash> best_key;
    for (const auto& a : offers.apps)
        for (const auto& d : datasets)
            for (const auto& w : offers.workerpools) {
                if (a.remaining < purchase.volume || w.remaining < purchase.volume) continue;
                if (!purchase.dataset.is_zero() && d.remaining < purchase.volume) continue;
                const Uint256 price = a.order.appprice + d.order.datasetprice + w.order.workerpoolprice;
                const Selection set{a.order, d.order, w.order, price, price * Uint256(purchase.volume)};
                const auto request = request_for(purchase, set, purchase.requester, {}, "");
                if (poco::compatibility_fault({a.order, d.order, w.order, request}, 5)) continue;
                const auto key = std::make_tuple(price, a.published, a.hash, d.published, d.hash, w.published, w.hash);
                if (!best || key < best_key) {
                    best = set;
                    best_key = key;
                }
            }
    return best;
}

TEST(Selection, choice_equals_brute_force) {
    const bool held = rc::check("selection equals brute force", [] {
        const Offers offers = some_offers();
        Purchase purchase = purchase_of(1 + below(3));
        if (*rc::gen::inRange(0, 2) == 0) purchase.dataset = kDataset;
        if (*rc::gen::inRange(0, 3) == 0) purchase.workerpool = kPool;
        purchase.trust = 1 + below(4);
        purchase.category = below(2);
        purchase.tag = some_tag();
        const auto expected = brute_force(purchase, offers);
        const auto selected = select_orders(purchase, offers);
        RC_ASSERT(selected.has_value() == expected.has_value());
        if (!expected) return;
        RC_ASSERT(selected->price_per_task_nrlc == expected->price_per_task_nrlc);
        RC_ASSERT(selected->app == expected->app);
        RC_ASSERT(selected->dataset == expected->dataset);
        RC_ASSERT(selected->workerpool == expected->workerpool);
    });
    EXPECT_TRUE(held);
}

}  // namespace
}  // namespace bourse::client
