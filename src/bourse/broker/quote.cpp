// The cheapest compatible combination.
//
// A deal takes all that its four orders have left in common (poco.md §7.3), and payer and pool must have the stake for
// that. Orders of an app (or dataset) that agree in tag and restrictions are alike but for price and volume: one that
// is neither cheaper nor smaller than another of its class cannot win. For each pair that is left, the pools' books are
// asked for the first pool order that serves it.
#include <bourse/broker/books.hpp>

#include <algorithm>
#include <tuple>

namespace bourse::broker {

using poco::OrderKind;

namespace {

using Books = Broker::Books;

bool same_class(const Order& a, const Order& b) {
    return a.tag == b.tag && a.app == b.app && a.dataset == b.dataset && a.workerpool == b.workerpool &&
           a.requester == b.requester;
}

/// The offers that fit the ask alone and may win, cheapest first.
std::vector<const Entry*> classes_of(const Books& books, const Ask& ask, OrderKind kind) {
    std::vector<const Entry*> out;
    const bool app = kind == OrderKind::kApp;
    const auto found = books.offers.find({kind, app ? ask.app : ask.dataset});
    if (found == books.offers.end()) return out;
    for (const auto& rank : found->second) {
        const auto& order = rank.entry->order;
        if (order.price > (app ? ask.app_max : ask.dataset_max)) break;
        if (rank.entry->available() < std::max<std::uint64_t>(1, ask.min_volume)) continue;
        if (std::ranges::any_of(out, [&](const Entry* seen) {
                return same_class(seen->order, order) && seen->available() <= rank.entry->available();
            }))
            continue;
        if (!books.allows(order.requester, ask.requester)) continue;
        if (!(app ? books.allows(order.dataset, ask.dataset) : books.allows(order.app, ask.app))) continue;
        out.push_back(rank.entry);
    }
    return out;
}

/// What is asked of a pool once app and dataset are chosen.
struct PoolSearch {
    const Books& books;
    const Ask& ask;
    poco::Tag tag;  ///< of the deal
    std::array<const Address*, 3> pool_restrictions;
    std::uint64_t pair_price = 0;   ///< nRLC a task for app and dataset
    std::uint64_t pair_volume = 0;  ///< tasks that the ask and these two have left
    std::uint64_t limit = 0;        ///< nRLC a task the pool may cost
    std::uint64_t payer_free = 0;
    Rank best;  ///< no entry: none yet

    std::uint64_t volume(const Entry& entry) const { return std::min(pair_volume, entry.available()); }
    /// Is there the stake for all that the chain would match?
    bool affordable(const Entry& entry) const {
        const auto tasks = volume(entry);
        const auto& pool = entry.order;
        const auto stake = stake_per_task(pool.price);
        const bool own_pool = ask.funded && pool.owner == ask.requester;
        const auto payer_cost = pair_price + pool.price + (own_pool ? stake : 0);
        if (payer_free / tasks < payer_cost) return false;
        return own_pool || stake == 0 || books.free_of(pool.owner) / tasks >= stake;
    }
    bool fits(const Entry& entry) const {
        if (entry.available() < ask.min_volume || entry.available() == 0 || !affordable(entry)) return false;
        return std::ranges::all_of(pool_restrictions, [&](const Address* restriction) {
            return books.allows(*restriction, entry.order.workerpool);
        });
    }
    bool may_win(const Rank& rank) const { return rank.price <= limit && (best.entry == nullptr || rank < best); }

    /// The first of a queue that `also` holds for and that fits.
    template <class Also>
    void look_at(const Queue& queue, const Also& also) {
        for (const auto& rank : queue) {
            if (!may_win(rank)) return;
            if (!also(rank.entry->order) || !fits(*rank.entry)) continue;
            best = rank;
            return;
        }
    }
    bool open_to_ask(const Restricted& key) const {
        return books.allows(key.app, ask.app) && books.allows(key.dataset, ask.dataset) &&
               books.allows(key.requester, ask.requester);
    }
    /// One pool only: its own orders, however they are restricted.
    void look_at_pool(const Address& pool) {
        const auto found = books.offers.find({OrderKind::kWorkerpool, pool});
        if (found == books.offers.end()) return;
        look_at(found->second, [&](const Order& order) {
            return order.category == ask.category && order.trust >= ask.trust && poco::is_subset(tag, order.tag) &&
                   open_to_ask(restricted_of(order));
        });
    }
    void look_at_shelf(const Shelf& shelf) {
        for (const auto& [offered, by_trust] : shelf) {
            if (!poco::is_subset(tag, offered)) continue;
            for (auto queue = by_trust.lower_bound(ask.trust); queue != by_trust.end(); ++queue)
                if (may_win(queue->second.front())) look_at(queue->second, [](const Order&) { return true; });
        }
    }
    /// Shelves reserved for the ask's app, dataset and requester, in each combination.
    void look_at_restricted(const CategoryBook& category) {
        if (category.restricted.empty()) return;
        for (unsigned mask = 1; mask < 8; ++mask) {
            if ((mask & 2) != 0 && ask.dataset.is_zero()) continue;
            const Restricted key{(mask & 1) != 0 ? ask.app : Address(), (mask & 2) != 0 ? ask.dataset : Address(),
                                 (mask & 4) != 0 ? ask.requester : Address()};
            const auto found = category.restricted.find(key);
            if (found != category.restricted.end()) look_at_shelf(found->second);
        }
        for (const auto& key : category.with_group)
            if (open_to_ask(key)) look_at_shelf(category.restricted.at(key));
    }
    void run() {
        for (const auto* restriction : pool_restrictions) {
            if (restriction->is_zero()) continue;
            books.ask_about(*restriction);
            const auto group = books.groups.find(*restriction);
            if (group == books.groups.end() || !group->second) return look_at_pool(*restriction);
        }
        const auto category = books.categories.find(ask.category);
        if (category == books.categories.end()) return;
        look_at_shelf(category->second.open);
        look_at_restricted(category->second);
    }
};

struct Triple {
    const Entry* app = nullptr;
    const Entry* dataset = nullptr;
    const Entry* pool = nullptr;
    std::uint64_t price = 0;
    std::uint64_t volume = 0;
};

auto age_of(const Entry* entry) {
    return entry == nullptr ? std::pair<std::uint64_t, Hash>()
                            : std::pair(entry->order.published_ms, entry->order.hash);
}
bool earlier(const Triple& a, const Triple& b) {
    return std::tuple(age_of(a.app), age_of(a.dataset), age_of(a.pool)) <
           std::tuple(age_of(b.app), age_of(b.dataset), age_of(b.pool));
}

const Address kNobody{};

std::uint64_t price_of(const Entry& app, const Entry* dataset) {
    return app.order.price + (dataset != nullptr ? dataset->order.price : 0);
}

/// The best pool for a pair, if the pair's own terms allow any for at most `most` in all.
std::optional<Triple> complete(const Books& books, const Ask& ask, const Entry& app, const Entry* dataset,
                               std::uint64_t payer_free, std::uint64_t most) {
    const auto pair_price = price_of(app, dataset);
    if (pair_price > most) return std::nullopt;
    const auto tag = poco::deal_tag(app.order.tag, dataset != nullptr ? dataset->order.tag : poco::Tag(), ask.tag);
    if (poco::has_bit(tag, poco::kTagTee) != poco::has_bit(app.order.tag, poco::kTagTee)) return std::nullopt;
    const Address& by_dataset = dataset != nullptr ? dataset->order.workerpool : kNobody;
    auto volume = std::min(ask.volume, app.available());
    if (dataset != nullptr) volume = std::min(volume, dataset->available());
    PoolSearch search{books,
                      ask,
                      tag,
                      {&ask.workerpool, &app.order.workerpool, &by_dataset},
                      pair_price,
                      volume,
                      std::min(ask.pool_max, most - pair_price),
                      payer_free,
                      {}};
    search.run();
    const auto* pool = search.best.entry;
    if (pool == nullptr) return std::nullopt;
    return Triple{&app, dataset, pool, pair_price + pool->order.price, search.volume(*pool)};
}

}  // namespace

std::optional<Pick> Broker::Books::quote(const Ask& ask) const {
    if (ask.category >= category_count || ask.volume == 0) return std::nullopt;
    const auto apps = classes_of(*this, ask, OrderKind::kApp);
    if (apps.empty()) return std::nullopt;
    std::vector<const Entry*> datasets{nullptr};
    if (!ask.dataset.is_zero()) datasets = classes_of(*this, ask, OrderKind::kDataset);
    const auto category = categories.find(ask.category);
    if (category == categories.end() || category->second.all_pools.empty()) return std::nullopt;
    const auto cheapest_pool = category->second.all_pools.begin()->price;
    const std::uint64_t payer_free = ask.funded ? free_of(ask.requester) : ~0ULL;
    std::optional<Triple> best;
    for (const auto* app : apps) {
        for (const auto* dataset : datasets) {
            if (best && price_of(*app, dataset) + cheapest_pool > best->price) break;
            const auto triple =
                complete(*this, ask, *app, dataset, payer_free, best ? std::min(payer_free, best->price) : payer_free);
            if (triple && (!best || triple->price < best->price || earlier(*triple, *best))) best = triple;
        }
    }
    if (!best) return std::nullopt;
    Pick pick{best->app->order, std::nullopt, best->pool->order, best->volume, best->price};
    if (best->dataset != nullptr) pick.dataset = best->dataset->order;
    return pick;
}

}  // namespace bourse::broker
