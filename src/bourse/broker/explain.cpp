#include <bourse/broker/explain.hpp>

#include <bourse/codec/text.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <tuple>

namespace bourse::broker {

using poco::OrderKind;

namespace {

constexpr std::size_t kMisses = 5;
constexpr std::size_t kScanned = 20'000;
constexpr std::size_t kScannedElsewhere = 50;  ///< pool orders of each other category
constexpr std::size_t kVariants = 3;           ///< app and dataset orders tried with each pool
constexpr std::size_t kFinalists = 8;          ///< pools looked at in full

/// How far a counter-order is away: conditions that fail, then whether it is another category's, then the gap in price,
/// then in trust.
struct Distance {
    int failures = 0;
    bool elsewhere = false;
    std::uint64_t price_gap = 0;
    std::uint64_t trust_gap = 0;
    auto operator<=>(const Distance&) const = default;
};

template <class T>
struct Ranked {
    Distance distance;
    T item;
};

std::uint64_t above(std::uint64_t value, std::uint64_t limit) { return value > limit ? value - limit : 0; }

class Explainer {
public:
    Explainer(const Broker& broker, std::uint64_t categories) : broker_(broker), categories_(categories) {}

    OrderExplanation run(const Hash& hash) {
        const auto* order = broker_.find(hash);
        if (order == nullptr) return {"unknown_order", "No open order of this market has this hash.", {}};
        if (const auto reason = broker_.suspended(hash))
            return {"suspended", "The chain refused a match with this order: " + *reason, {}};
        if (!broker_.listed(hash)) return unfunded(*order);
        if (broker_.available(hash) == 0)
            return {"under_way", "A match of what is left of this order has been sent.", {}};
        return order->kind == OrderKind::kRequest ? explain_request(*order) : explain_sell(*order);
    }

    std::size_t count_counters(const Hash& hash, std::size_t limit) const {
        const auto* order = broker_.find(hash);
        if (order == nullptr || !broker_.listed(hash)) return 0;
        const bool request = order->kind == OrderKind::kRequest, pool = order->kind == OrderKind::kWorkerpool;
        const auto others = request ? broker_.book(OrderKind::kWorkerpool, order->category, kScanned)
                            : pool  ? broker_.book(OrderKind::kRequest, order->category, kScanned)
                                    : broker_.requests_for(order->kind, order->subject, kScanned);
        std::size_t count = 0;
        for (const auto& other : others) {
            if (count == limit) break;
            if (would_match(*order, other)) ++count;
        }
        return count;
    }

private:
    /// One of them is a request.
    bool would_match(const Order& order, const Order& other) const {
        const auto& r = order.kind == OrderKind::kRequest ? order : other;
        const auto& offer = order.kind == OrderKind::kRequest ? other : order;
        const auto far = offer.kind == OrderKind::kApp       ? distance_of_app(r, offer)
                         : offer.kind == OrderKind::kDataset ? distance_of_dataset(r, offer)
                                                             : distance_of_pool(r, nullptr, nullptr, offer);
        if (far.failures > 0) return false;
        const auto fixed = [&](OrderKind kind) { return offer.kind == kind ? &offer : nullptr; };
        const auto sets =
            misses_of(r, fixed(OrderKind::kApp), fixed(OrderKind::kDataset), fixed(OrderKind::kWorkerpool), 1);
        return !sets.empty() && sets[0].reasons.empty() && sets[0].app && (sets[0].dataset || r.dataset.is_zero());
    }

    OrderExplanation unfunded(const Order& order) const {
        const auto stake = broker_.funds(order.owner).value_or(0);
        const bool pool = order.kind == OrderKind::kWorkerpool;
        const auto needed = to_decimal(Uint256(needed_per_task(order)) * Uint256(order.remaining));
        const auto missing = to_decimal(Uint256(needed_per_task(order)) * Uint256(order.remaining) - Uint256(stake));
        OrderExplanation out;
        out.state = "unfunded";
        out.text = fmt::format(
            "{} has {} nRLC free, what is left of the order needs {} nRLC. Deposit {} nRLC to bring it back.",
            to_checksum(order.owner), stake, needed, missing);
        Reason reason;
        reason.step = pool ? 33 : 32;
        reason.code = "balance";
        reason.answer = Answer::kFails;
        reason.concerns = order.kind;
        reason.text = out.text;
        reason.now = std::to_string(stake);
        reason.needed = needed;
        reason.fix = Fix{pool ? "notify_pool" : "top_up", "", missing, fmt::format("Deposit {} nRLC.", missing)};
        out.near_misses.push_back({});
        out.near_misses[0].reasons.push_back(std::move(reason));
        return out;
    }

    bool open_to(const Address& restriction, const Address& account) const {
        return broker_.allowed(restriction, account).value_or(false);
    }

    Distance distance_of_app(const Order& r, const Order& a) const {
        Distance out;
        out.price_gap = above(a.price, r.app_max);
        out.failures = (out.price_gap > 0) + !open_to(a.requester, r.requester) + !open_to(a.dataset, r.dataset) +
                       (poco::has_bit(r.tag, poco::kTagTee) && !poco::has_bit(a.tag, poco::kTagTee));
        return out;
    }
    Distance distance_of_dataset(const Order& r, const Order& d) const {
        Distance out;
        out.price_gap = above(d.price, r.dataset_max);
        out.failures = (out.price_gap > 0) + !open_to(d.requester, r.requester) + !open_to(d.app, r.app);
        return out;
    }
    Distance distance_of_pool(const Order& r, const Order* a, const Order* d, const Order& w) const {
        const auto tag =
            poco::deal_tag(a == nullptr ? poco::Tag() : a->tag, d == nullptr ? poco::Tag() : d->tag, r.tag);
        Distance out;
        out.price_gap = above(w.price, r.price);
        out.trust_gap = above(r.trust, w.trust);
        out.elsewhere = r.category != w.category;
        out.failures = (out.price_gap > 0) + (out.trust_gap > 0) + out.elsewhere + !poco::is_subset(tag, w.tag) +
                       !open_to(r.workerpool, w.workerpool) + !open_to(w.app, r.app) + !open_to(w.dataset, r.dataset) +
                       !open_to(w.requester, r.requester) + (a != nullptr && !open_to(a->workerpool, w.workerpool)) +
                       (d != nullptr && !open_to(d->workerpool, w.workerpool));
        return out;
    }

    template <class F>
    static std::vector<Order> closest(const std::vector<Order>& orders, std::size_t limit, const F& distance) {
        std::vector<Ranked<const Order*>> ranked;
        ranked.reserve(orders.size());
        for (const auto& order : orders) ranked.push_back({distance(order), &order});
        const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(limit, ranked.size()));
        std::partial_sort(ranked.begin(), middle, ranked.end(), [](const auto& x, const auto& y) {
            return std::tie(x.distance, x.item->price, x.item->published_ms, x.item->hash) <
                   std::tie(y.distance, y.item->price, y.item->published_ms, y.item->hash);
        });
        std::vector<Order> out;
        for (auto at = ranked.begin(); at != middle; ++at) out.push_back(*at->item);
        return out;
    }

    std::vector<Order> pools_near(const Order& request) const {
        auto out = broker_.book(OrderKind::kWorkerpool, request.category, kScanned);
        // One of another category may be nearer than all of its own.
        for (std::uint64_t id = 0; id < std::min<std::uint64_t>(categories_, 100); ++id) {
            if (id == request.category) continue;
            auto others = broker_.book(OrderKind::kWorkerpool, id, kScannedElsewhere);
            std::ranges::move(others, std::back_inserter(out));
        }
        return out;
    }

    MatchFacts facts_of(const Order& r, const Order* a, const Order* d, const Order& w) const {
        MatchFacts facts;
        facts.categories = categories_;
        facts.allowed = [this](const Address& restriction, const Address& account) {
            return broker_.allowed(restriction, account);
        };
        // On the books are only orders whose resource and signature were checked.
        const auto known = [](const Order* order, MatchFacts::Signed& out) {
            if (order == nullptr) return;
            out = {true, true, true, order->volume - std::min(order->volume, order->remaining), order->owner};
        };
        known(a, facts.app);
        known(d, facts.dataset);
        known(&w, facts.workerpool);
        known(&r, facts.request);
        facts.payer_stake = broker_.funds(r.requester).value_or(~0ULL);
        facts.pool_stake = broker_.funds(w.owner).value_or(~0ULL);
        return facts;
    }

    /// The reasons of one set.
    NearMiss miss_of(const Order& r, const Order* a, const Order* d, const Order& w) const {
        const auto request = as_order<poco::RequestOrder>(r);
        const auto app = a == nullptr ? poco::AppOrder() : as_order<poco::AppOrder>(*a);
        const auto dataset = d == nullptr ? poco::DatasetOrder() : as_order<poco::DatasetOrder>(*d);
        const auto pool = as_order<poco::WorkerpoolOrder>(w);
        NearMiss miss;
        miss.request = r.hash;
        miss.workerpool = w.hash;
        if (a != nullptr) miss.app = a->hash;
        if (d != nullptr) miss.dataset = d->hash;
        const bool whole = a != nullptr && (d != nullptr || r.dataset.is_zero());
        for (auto& reason : check({app, dataset, pool, request}, facts_of(r, a, d, w)).reasons) {
            // With an order missing altogether, conditions on it say nothing.
            if (reason.answer == Answer::kFails && (whole || concerns_pool(reason)))
                miss.reasons.push_back(std::move(reason));
        }
        miss.gain = gain_of(miss);
        return miss;
    }
    static bool concerns_pool(const Reason& reason) {
        return reason.step <= 3 || reason.step == 6 || reason.step == 11 || reason.step >= 18;
    }
    /// The reasons say their fixes themselves.
    static std::string gain_of(const NearMiss& miss) {
        const bool fixable = std::ranges::any_of(miss.reasons, [](const Reason& r) { return r.fix.has_value(); });
        if (!fixable || !miss.workerpool) return {};
        return fmt::format("Then {}… matches at once{}.", to_hex(*miss.workerpool).substr(0, 10),
                           miss.reasons.size() > 1 ? ", with all of these changes" : "");
    }

    /// Sets for a request, the closest first. Fixed orders stand for their kind.
    std::vector<NearMiss> misses_of(const Order& r, const Order* app, const Order* dataset, const Order* pool,
                                    std::size_t limit) const {
        const auto near_apps =
            closest(app != nullptr ? std::vector{*app} : broker_.offers_of(OrderKind::kApp, r.app, kScanned), kVariants,
                    [&](const Order& a) { return distance_of_app(r, a); });
        std::vector<Order> near_datasets;
        if (!r.dataset.is_zero() || dataset != nullptr)
            near_datasets = closest(dataset != nullptr ? std::vector{*dataset}
                                                       : broker_.offers_of(OrderKind::kDataset, r.dataset, kScanned),
                                    kVariants, [&](const Order& d) { return distance_of_dataset(r, d); });
        const Order* first_app = near_apps.empty() ? nullptr : &near_apps[0];
        const Order* first_dataset = near_datasets.empty() ? nullptr : &near_datasets[0];
        const auto near_pools =
            closest(pool != nullptr ? std::vector{*pool} : pools_near(r), kFinalists,
                    [&](const Order& w) { return distance_of_pool(r, first_app, first_dataset, w); });
        return best_sets(r, near_apps, near_datasets, near_pools, limit);
    }

    std::vector<NearMiss> best_sets(const Order& r, const std::vector<Order>& apps, const std::vector<Order>& datasets,
                                    const std::vector<Order>& pools, std::size_t limit) const {
        std::vector<NearMiss> out;
        for (const auto& w : pools) {
            std::optional<NearMiss> best;
            for (std::size_t i = 0; i < std::max<std::size_t>(1, apps.size()); ++i)
                for (std::size_t j = 0; j < std::max<std::size_t>(1, datasets.size()); ++j) {
                    auto miss = miss_of(r, i < apps.size() ? &apps[i] : nullptr,
                                        j < datasets.size() ? &datasets[j] : nullptr, w);
                    if (!best || miss.reasons.size() < best->reasons.size()) best = std::move(miss);
                }
            out.push_back(std::move(*best));
        }
        // Within a number of failures the pools are in the order of their distance.
        std::ranges::stable_sort(
            out, [](const NearMiss& a, const NearMiss& b) { return a.reasons.size() < b.reasons.size(); });
        if (out.size() > limit) out.resize(limit);
        return out;
    }

    OrderExplanation explain_request(const Order& r) const {
        OrderExplanation out;
        auto ask = ask_of(r);
        ask.volume = broker_.available(r.hash);
        if (const auto pick = broker_.quote(ask); pick) {
            out.state = "matchable";
            out.text =
                fmt::format("{} nRLC a task are on offer; nothing is in the way of a match.", pick->price_per_task);
            return out;
        }
        out.near_misses = misses_of(r, nullptr, nullptr, nullptr, kMisses);
        if (broker_.offers_of(OrderKind::kApp, r.app, 1).empty()) {
            out.state = "no_app_order";
            out.text = fmt::format("Nobody sells the app {} now.", to_checksum(r.app));
        } else if (!r.dataset.is_zero() && broker_.offers_of(OrderKind::kDataset, r.dataset, 1).empty()) {
            out.state = "no_dataset_order";
            out.text = fmt::format("Nobody sells the dataset {} now.", to_checksum(r.dataset));
        } else if (broker_.book(OrderKind::kWorkerpool, r.category, 1).empty()) {
            out.state = "no_workerpool_order";
            out.text = fmt::format("No workerpool sells category {} now.", r.category);
        } else {
            out.state = "no_compatible_order";
            out.text = "Offers are there, but none fits the request.";
        }
        return out;
    }

    OrderExplanation explain_sell(const Order& order) const {
        OrderExplanation out;
        const bool pool = order.kind == OrderKind::kWorkerpool;
        const auto requests = pool ? broker_.book(OrderKind::kRequest, order.category, kScanned)
                                   : broker_.requests_for(order.kind, order.subject, kScanned);
        if (requests.empty()) {
            out.state = "no_request_order";
            out.text = pool ? fmt::format("Nobody asks for category {} by a limit order now.", order.category)
                            : fmt::format("No limit order asks for {} now.", to_checksum(order.subject));
            return out;
        }
        const auto near = closest(requests, kMisses, [&](const Order& r) {
            if (pool) return distance_of_pool(r, nullptr, nullptr, order);
            return order.kind == OrderKind::kApp ? distance_of_app(r, order) : distance_of_dataset(r, order);
        });
        for (const auto& r : near)
            for (auto& miss :
                 misses_of(r, order.kind == OrderKind::kApp ? &order : nullptr,
                           order.kind == OrderKind::kDataset ? &order : nullptr, pool ? &order : nullptr, 1))
                out.near_misses.push_back(std::move(miss));
        const bool matchable =
            std::ranges::any_of(out.near_misses, [](const NearMiss& miss) { return miss.reasons.empty() && miss.app; });
        out.state = matchable ? "matchable" : "no_compatible_order";
        out.text = matchable ? "Nothing is in the way of a match; another order may be cheaper or older."
                             : "Requests are there, but none fits this order.";
        return out;
    }

    const Broker& broker_;
    std::uint64_t categories_;
};

}  // namespace

OrderExplanation explain_order(const Broker& broker, const Hash& hash, std::uint64_t categories) {
    return Explainer(broker, categories).run(hash);
}

std::size_t count_counters(const Broker& broker, const Hash& hash, std::uint64_t categories, std::size_t limit) {
    return Explainer(broker, categories).count_counters(hash, limit);
}

}  // namespace bourse::broker
