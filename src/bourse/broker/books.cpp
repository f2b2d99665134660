#include <bourse/broker/books.hpp>

#include <bourse/base/assert.hpp>

#include <array>

namespace bourse::broker {

using poco::OrderKind;

namespace {

/// Requests looked at for one change before others get their turn.
constexpr std::size_t kWakeAtOnce = 1000;

}  // namespace

Entry* Broker::Books::entry(const Hash& hash) const {
    const auto found = by_hash.find(hash);
    return found == by_hash.end() ? nullptr : found->second;
}

std::uint64_t Broker::Books::stake_of(const Address& address) const {
    const auto found = accounts.find(address);
    return found == accounts.end() ? ~0ULL : found->second.stake.value_or(~0ULL);
}

std::uint64_t Broker::Books::free_of(const Address& address) const {
    const auto found = accounts.find(address);
    return found == accounts.end() ? ~0ULL : found->second.free_nrlc();
}

void Broker::Books::insert(const Order& order) {
    if (auto* known = entry(order.hash)) erase(*known);
    if (order.remaining == 0) return;
    Entry* fresh = nullptr;
    if (unused.empty()) {
        fresh = &arena.emplace_back();
    } else {
        fresh = unused.back();
        unused.pop_back();
    }
    *fresh = Entry{order, 0, false, false, 0};
    by_hash.emplace(order.hash, fresh);
    auto& owned = account(order.owner).orders;
    fresh->owner_place = owned.size();
    owned.push_back(fresh);
    for (const auto& [id, reservation] : reservations)
        for (const auto& [hash, volume] : reservation.volumes)
            if (hash == order.hash) fresh->reserved += volume;
    ask_about_all(order);
    refresh(*fresh, true);
}

void Broker::Books::erase(Entry& gone) {
    gone.order.remaining = 0;
    if (gone.listed) refresh(gone, true);
    auto& owned = account(gone.order.owner).orders;
    owned[gone.owner_place] = owned.back();
    owned[gone.owner_place]->owner_place = gone.owner_place;
    owned.pop_back();
    suspensions.erase(gone.order.hash);
    by_hash.erase(gone.order.hash);
    unused.push_back(&gone);
}

bool Broker::Books::can_be_listed(const Entry& e) const {
    if (e.order.remaining == 0 || e.suspended) return false;
    return needed_per_task(e.order) <= stake_of(e.order.owner) / e.order.remaining;
}

void Broker::Books::refresh(Entry& e, bool changed) {
    const bool wanted = can_be_listed(e);
    const bool was = e.listed;
    if (wanted && !was) list(e);
    if (!wanted && was) unlist(e);
    if (on_change && (wanted != was || (wanted && changed))) on_change({e.order, wanted ? e.order.remaining : 0});
}

void Broker::Books::list(Entry& e) {
    e.listed = true;
    if (e.order.kind == OrderKind::kRequest) {
        index_request(e, true);
        if (matching) mark(rank_of(e));
        return;
    }
    offers[{e.order.kind, e.order.subject}].insert(rank_of(e));
    if (e.order.kind == OrderKind::kWorkerpool) index_pool(e, true);
    wake_requests_for(e);
}

void Broker::Books::unlist(Entry& e) {
    e.listed = false;
    if (e.order.kind == OrderKind::kRequest) {
        index_request(e, false);
        dirty.erase(rank_of(e));
        return;
    }
    const auto found = offers.find({e.order.kind, e.order.subject});
    BOURSE_ASSERT(found != offers.end());
    found->second.erase(rank_of(e));
    if (found->second.empty()) offers.erase(found);
    if (e.order.kind == OrderKind::kWorkerpool) index_pool(e, false);
}

void Broker::Books::index_pool(Entry& e, bool add) {
    auto& category = categories[e.order.category];
    const auto rank = rank_of(e);
    const auto key = restricted_of(e.order);
    if (add) {
        category.all_pools.insert(rank);
        auto& shelf = key.is_open() ? category.open : category.restricted[key];
        if (shelf.empty() && !key.is_open() && names_group(key)) category.with_group.push_back(key);
        shelf[e.order.tag][e.order.trust].insert(rank);
        return;
    }
    category.all_pools.erase(rank);
    auto& shelf = key.is_open() ? category.open : category.restricted[key];
    auto& by_trust = shelf[e.order.tag];
    auto& queue = by_trust[e.order.trust];
    queue.erase(rank);
    if (queue.empty()) by_trust.erase(e.order.trust);
    if (by_trust.empty()) shelf.erase(e.order.tag);
    if (!shelf.empty() || key.is_open()) return;
    category.restricted.erase(key);
    std::erase(category.with_group, key);
}

void Broker::Books::index_request(Entry& e, bool add) {
    const auto apply = [&](Queue& queue) {
        if (add)
            queue.insert(rank_of(e));
        else
            queue.erase(rank_of(e));
    };
    apply(categories[e.order.category].requests);
    apply(targets[{OrderKind::kApp, e.order.app}]);
    if (!e.order.dataset.is_zero()) apply(targets[{OrderKind::kDataset, e.order.dataset}]);
}

void Broker::Books::mark(const Rank& request) {
    if (request.entry->available() == 0) return;
    const auto category = categories.find(request.entry->order.category);
    if (category == categories.end()) return;
    const auto& pools = category->second.all_pools;
    if (!pools.empty() && pools.begin()->price <= request.entry->order.price) dirty.insert(request);
}

const Queue* Broker::Books::requests_of(const SweepKey& key) const {
    if (key.kind == OrderKind::kWorkerpool) {
        const auto found = categories.find(key.category);
        return found == categories.end() ? nullptr : &found->second.requests;
    }
    const auto found = targets.find({key.kind, key.subject});
    return found == targets.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> Broker::Books::cheapest_pool(const SweepKey& key) const {
    std::optional<std::uint64_t> out;
    for (const auto& [id, category] : categories) {
        if (category.all_pools.empty() || (key.kind == OrderKind::kWorkerpool && key.category != id)) continue;
        const auto price = category.all_pools.front().price;
        if (!out || price < *out) out = price;
    }
    return out;
}

void Broker::Books::wake(const SweepKey& key, const Place& from) {
    const auto* requests = requests_of(key);
    const auto cheapest = cheapest_pool(key);
    if (requests == nullptr || !cheapest) return;
    Entry probe;
    probe.order.hash = from.hash;
    std::size_t left = kWakeAtOnce;
    for (auto at = requests->lower_bound({from.price, from.published_ms, &probe}); at != requests->end(); ++at) {
        if (kMaxAmount - at->price < *cheapest) return;  // no limit from here on reaches any pool
        if (left-- == 0) {
            const Place next{at->price, at->published_ms, at->entry->order.hash};
            const auto [sweep, fresh] = sweeps.try_emplace(key, next);
            if (!fresh) sweep->second = std::min(sweep->second, next);
            return;
        }
        mark(*at);
    }
}

void Broker::Books::wake_all() {
    for (const auto& [id, category] : categories) wake({OrderKind::kWorkerpool, {}, id}, {});
}

void Broker::Books::wake_requests_of(const Address& account) {
    if (const auto found = accounts.find(account); found != accounts.end())
        for (auto* e : found->second.orders)
            if (e->listed && e->order.kind == OrderKind::kRequest) mark(rank_of(*e));
    for (const auto kind : {OrderKind::kApp, OrderKind::kDataset}) wake({kind, account, 0}, {});
    if (offers.contains({OrderKind::kWorkerpool, account})) wake_all();
}

bool Broker::Books::sweep_on() {
    if (sweeps.empty()) return false;
    const auto [key, from] = *sweeps.begin();
    sweeps.erase(sweeps.begin());
    wake(key, from);
    return true;
}

/// Requests that a newly listed offer may serve: those whose limit reaches its price.
void Broker::Books::wake_requests_for(const Entry& e) {
    if (!matching || e.available() == 0) return;
    if (e.order.kind != OrderKind::kWorkerpool) return wake({e.order.kind, e.order.subject, 0}, {});
    const SweepKey key{OrderKind::kWorkerpool, {}, e.order.category};
    const auto* requests = requests_of(key);
    if (requests == nullptr) return;
    std::size_t left = kWakeAtOnce;
    for (const auto& rank : *requests) {
        const auto& request = rank.entry->order;
        if (request.price < e.order.price) break;
        if (left-- == 0) return wake(key, {rank.price, rank.published_ms, request.hash});
        if (rank.entry->available() == 0 || request.trust > e.order.trust) continue;
        if (!poco::is_subset(request.tag, e.order.tag)) continue;
        if (allows(request.workerpool, e.order.workerpool) && allows(e.order.app, request.app) &&
            allows(e.order.dataset, request.dataset) && allows(e.order.requester, request.requester))
            dirty.insert(rank);
    }
}

void Broker::Books::refresh_account(const Address& address) {
    const auto found = accounts.find(address);
    if (found == accounts.end()) return;
    const auto orders = found->second.orders;  // refresh() tells others, who may look at us
    for (auto* e : orders) {
        const bool was = e->listed;
        refresh(*e, false);
        // More stake may serve a request that rested for want of it.
        if (was && e->listed && matching && e->available() > 0) {
            if (e->order.kind == OrderKind::kRequest)
                mark(rank_of(*e));
            else if (e->order.kind == OrderKind::kWorkerpool)
                wake_requests_for(*e);
        }
    }
}

}  // namespace bourse::broker
