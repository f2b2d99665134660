#include <bourse/client/selection.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

namespace bourse::client {

namespace {

using AppOffer = PublishedOrder<poco::AppOrder>;
using DatasetOffer = PublishedOrder<poco::DatasetOrder>;
using WorkerpoolOffer = PublishedOrder<poco::WorkerpoolOrder>;

const Uint256& price_of(const poco::AppOrder& order) { return order.appprice; }
const Uint256& price_of(const poco::DatasetOrder& order) { return order.datasetprice; }
const Uint256& price_of(const poco::WorkerpoolOrder& order) { return order.workerpoolprice; }

template <class Order>
std::vector<const PublishedOrder<Order>*> by_price(const std::vector<PublishedOrder<Order>>& offers) {
    std::vector<const PublishedOrder<Order>*> out;
    out.reserve(offers.size());
    for (const auto& offer : offers) out.push_back(&offer);
    std::ranges::sort(out, [](const auto* a, const auto* b) {
        return std::tie(price_of(a->order), a->published, a->hash) <
               std::tie(price_of(b->order), b->published, b->hash);
    });
    return out;
}

bool fits_app(const Purchase& p, const AppOffer& a) {
    return a.order.app == p.app && a.remaining >= p.volume &&
           poco::plainly_allowed(a.order.datasetrestrict, p.dataset) &&
           poco::plainly_allowed(a.order.requesterrestrict, p.requester);
}

bool fits_dataset(const Purchase& p, const DatasetOffer& d) {
    return d.order.dataset == p.dataset && d.remaining >= p.volume &&
           poco::plainly_allowed(d.order.apprestrict, p.app) &&
           poco::plainly_allowed(d.order.requesterrestrict, p.requester);
}

bool fits_workerpool(const Purchase& p, const WorkerpoolOffer& w) {
    return poco::plainly_allowed(p.workerpool, w.order.workerpool) && w.remaining >= p.volume &&
           w.order.category == Uint256(p.category) && w.order.trust >= Uint256(p.trust) &&
           poco::plainly_allowed(w.order.apprestrict, p.app) &&
           poco::plainly_allowed(w.order.datasetrestrict, p.dataset) &&
           poco::plainly_allowed(w.order.requesterrestrict, p.requester);
}

/// What is left between the three once each fits the purchase alone: pool restrictions and tags.
bool fit_together(const Purchase& p, const poco::AppOrder& a, const poco::DatasetOrder& d,
                  const poco::WorkerpoolOrder& w) {
    const poco::Tag tag = poco::deal_tag(a.tag, d.tag, p.tag);
    return poco::plainly_allowed(a.workerpoolrestrict, w.workerpool) &&
           poco::plainly_allowed(d.workerpoolrestrict, w.workerpool) && poco::is_subset(tag, w.tag) &&
           poco::has_bit(tag, poco::kTagTee) == poco::has_bit(a.tag, poco::kTagTee);
}

template <class Offer, class Fits>
std::vector<const Offer*> keep(std::vector<const Offer*> offers, const Fits& fits) {
    std::erase_if(offers, [&](const Offer* offer) { return !fits(*offer); });
    return offers;
}

/// Ties between sets of equal price.
auto tie_key(const AppOffer& a, const DatasetOffer& d, const WorkerpoolOffer& w) {
    return std::tie(a.published, a.hash, d.published, d.hash, w.published, w.hash);
}

struct Best {
    const AppOffer* app = nullptr;
    const DatasetOffer* dataset = nullptr;
    const WorkerpoolOffer* workerpool = nullptr;
    Uint256 price;
};

std::optional<Best> cheapest(const Purchase& p, const std::vector<const AppOffer*>& apps,
                             const std::vector<const DatasetOffer*>& datasets,
                             const std::vector<const WorkerpoolOffer*>& pools) {
    std::optional<Best> best;
    for (const auto* a : apps) {
        for (const auto* d : datasets) {
            const auto pair_price = checked_add(a->order.appprice, d->order.datasetprice);
            if (!pair_price) break;
            for (const auto* w : pools) {
                const auto price = checked_add(*pair_price, w->order.workerpoolprice);
                // Pools come cheapest first: nothing behind this one can win any more.
                if (!price || (best && *price > best->price)) break;
                if (!fit_together(p, a->order, d->order, w->order)) continue;
                if (!best || *price < best->price ||
                    tie_key(*a, *d, *w) < tie_key(*best->app, *best->dataset, *best->workerpool))
                    best = Best{a, d, w, *price};
                break;  // the first pool that fits is the best one of this pair
            }
        }
    }
    return best;
}

tl::unexpected<Error> no_app_order(const Purchase& p, std::size_t seen) {
    if (seen == 0)
        return fail("NO_APP_ORDER", fmt::format("Nobody sells the app {}. Its owner publishes it with `bourse order "
                                                "sign --app` and `bourse order publish --app`.",
                                                to_checksum(p.app)));
    return fail("NO_APP_ORDER", fmt::format("Of {} orders for the app {} none allows this purchase of {} tasks: too "
                                            "few tasks left, or restricted to another requester or dataset. "
                                            "See `bourse orderbook app {}`.",
                                            seen, to_checksum(p.app), p.volume, to_checksum(p.app)));
}

tl::unexpected<Error> no_dataset_order(const Purchase& p, std::size_t seen) {
    return fail("NO_DATASET_ORDER",
                fmt::format("Of {} orders for the dataset {} none allows this purchase of {} tasks with the app {}. "
                            "See `bourse orderbook dataset {}`.",
                            seen, to_checksum(p.dataset), p.volume, to_checksum(p.app), to_checksum(p.dataset)));
}

tl::unexpected<Error> no_workerpool_order(const Purchase& p, const std::vector<WorkerpoolOffer>& offers) {
    Uint256 most_trust;
    std::uint64_t most_volume = 0;
    std::size_t in_category = 0;
    for (const auto& offer : offers) {
        if (offer.order.category != Uint256(p.category)) continue;
        ++in_category;
        most_trust = std::max(most_trust, offer.order.trust);
        most_volume = std::max(most_volume, offer.remaining);
    }
    if (in_category == 0)
        return fail("NO_WORKERPOOL_ORDER", fmt::format("No workerpool sells category {}. See `bourse orderbook "
                                                       "workerpool`, or choose another with --category.",
                                                       p.category));
    return fail(
        "NO_WORKERPOOL_ORDER",
        fmt::format("Of {} workerpool orders in category {} none fits: you ask for trust {} and {} tasks; the most on "
                    "offer is trust {} and {} tasks. "
                    "Lower --trust or --volume, or look at `bourse orderbook workerpool --category {}`.",
                    in_category, p.category, p.trust, p.volume, to_decimal(most_trust), most_volume, p.category));
}

}  // namespace

Result<Selection> select_orders(const Purchase& purchase, const Offers& offers) {
    const auto apps = keep(by_price(offers.apps), [&](const AppOffer& a) { return fits_app(purchase, a); });
    if (apps.empty()) return no_app_order(purchase, offers.apps.size());
    const DatasetOffer without_dataset{};
    std::vector<const DatasetOffer*> datasets{&without_dataset};
    if (!purchase.dataset.is_zero()) {
        datasets = keep(by_price(offers.datasets), [&](const DatasetOffer& d) { return fits_dataset(purchase, d); });
        if (datasets.empty()) return no_dataset_order(purchase, offers.datasets.size());
    }
    const auto pools =
        keep(by_price(offers.workerpools), [&](const WorkerpoolOffer& w) { return fits_workerpool(purchase, w); });
    if (pools.empty()) return no_workerpool_order(purchase, offers.workerpools);
    const auto best = cheapest(purchase, apps, datasets, pools);
    if (!best)
        return fail("NO_COMPATIBLE_ORDERS",
                    fmt::format("{} app orders, {} dataset orders and {} workerpool orders fit alone, but no set of "
                                "them fits together: "
                                "their tags or workerpool restrictions exclude each other.",
                                apps.size(), purchase.dataset.is_zero() ? 0 : datasets.size(), pools.size()));
    const auto total = checked_mul(best->price, Uint256(purchase.volume));
    const std::string total_text = total ? to_decimal(*total) : "more than all there is of";
    if (!total || (purchase.budget_nrlc && *total > *purchase.budget_nrlc))
        return fail("BUDGET_EXCEEDED",
                    fmt::format("The cheapest offer is {} nRLC a task, {} nRLC for {} task(s); the budget is {} nRLC. "
                                "Raise --budget or lower --volume.",
                                to_decimal(best->price), total_text, purchase.volume,
                                purchase.budget_nrlc ? to_decimal(*purchase.budget_nrlc) : "unlimited"));
    return Selection{best->app->order, best->dataset->order, best->workerpool->order, best->price, *total};
}

poco::RequestOrder request_for(const Purchase& purchase, const Selection& selection, const Address& beneficiary,
                               const Address& callback, std::string params) {
    poco::RequestOrder request;
    request.app = purchase.app;
    request.appmaxprice = selection.app.appprice;
    request.dataset = purchase.dataset;
    request.datasetmaxprice = selection.dataset.datasetprice;
    request.workerpool = purchase.workerpool;
    request.workerpoolmaxprice = selection.workerpool.workerpoolprice;
    request.requester = purchase.requester;
    request.volume = purchase.volume;
    request.tag = purchase.tag;
    request.category = purchase.category;
    request.trust = purchase.trust;
    request.beneficiary = beneficiary;
    request.callback = callback;
    request.params = std::move(params);
    return request;
}

}  // namespace bourse::client
