// For the tests of this folder: small worlds, random books, and matching by brute force over poco's own rules.
#pragma once

#include <bourse/broker/broker.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/match.hpp>

#include <map>
#include <random>
#include <set>
#include <tuple>

namespace bourse::broker::testing {

/// A name as an address or hash.
inline Hash hash_of(std::string_view name) { return crypto::keccak256(name); }
inline Address place(std::string_view name) { return *Address::from(ByteView(hash_of(name)).first(20)); }

inline Order app_order(std::string_view app, std::uint64_t price, std::string_view salt = "") {
    Order out;
    out.kind = poco::OrderKind::kApp;
    out.hash = hash_of("app order " + std::string(app) + std::to_string(price) + std::string(salt));
    out.subject = out.app = place(app);
    out.owner = place("owner of " + std::string(app));
    out.price = price;
    out.volume = out.remaining = 100;
    return out;
}
inline Order dataset_order(std::string_view dataset, std::uint64_t price, std::string_view salt = "") {
    auto out = app_order(dataset, price, salt);
    out.kind = poco::OrderKind::kDataset;
    out.hash = hash_of("dataset order " + std::string(dataset) + std::to_string(price) + std::string(salt));
    out.app = {};
    out.dataset = out.subject;
    return out;
}
inline Order pool_order(std::string_view pool, std::uint64_t price, std::string_view salt = "") {
    auto out = app_order(pool, price, salt);
    out.kind = poco::OrderKind::kWorkerpool;
    out.hash = hash_of("pool order " + std::string(pool) + std::to_string(price) + std::string(salt));
    out.app = {};
    out.workerpool = out.subject;
    out.trust = 3;
    return out;
}
inline Order request_order(std::string_view requester, std::uint64_t pool_max, std::string_view salt = "") {
    Order out;
    out.kind = poco::OrderKind::kRequest;
    out.hash = hash_of("request " + std::string(requester) + std::to_string(pool_max) + std::string(salt));
    out.subject = out.requester = out.owner = place(requester);
    out.app = place("app");
    out.app_max = 5;
    out.price = pool_max;
    out.volume = out.remaining = 1;
    return out;
}

/// The same facts as a broker has, and the slow way to the same answer.
struct World {
    std::vector<Order> apps, datasets, pools, requests;
    std::map<Address, std::uint64_t> funds;
    std::map<Address, std::uint64_t> locked;  ///< by picks that are taken but not settled
    std::map<Hash, std::uint64_t> taken;      ///< tasks of them, by order
    std::set<Address> groups;
    std::set<std::pair<Address, Address>> members;
    std::uint64_t categories = 3;

    bool allowed(const Address& restriction, const Address& account) const {
        return poco::plainly_allowed(restriction, account) ||
               (groups.contains(restriction) && members.contains({restriction, account}));
    }
    std::uint64_t free_of(const Address& account) const {
        const auto found = funds.find(account);
        if (found == funds.end()) return ~0ULL;
        const auto held = locked.find(account);
        return found->second - (held == locked.end() ? 0 : std::min(found->second, held->second));
    }
    std::uint64_t left(const Order& order) const {
        const auto held = taken.find(order.hash);
        return order.remaining - (held == taken.end() ? 0 : held->second);
    }
    /// What the hub's matchOrders would say of these terms and restrictions, by poco's functions.
    bool accepted(const Order& a, const Order* d, const Order& w, const Order& r) const {
        const auto app = as_order<poco::AppOrder>(a);
        const auto dataset = d == nullptr ? poco::DatasetOrder() : as_order<poco::DatasetOrder>(*d);
        const auto pool = as_order<poco::WorkerpoolOrder>(w);
        const auto request = as_order<poco::RequestOrder>(r);
        const poco::OrderSet set{app, dataset, pool, request};
        if (poco::terms_fault(set, categories)) return false;
        for (const auto& check : poco::restrictions(set))
            if (!allowed(check.restriction, check.account)) return false;
        return true;
    }
    /// Tasks of the deal (poco.md §7.3); 0 where a stake is missing: the hub debits the payer first, then the pool's
    /// owner (§7.6).
    std::uint64_t volume(const Order& a, const Order* d, const Order& w, const Order& r) const {
        auto tasks = std::min({left(a), left(w), left(r)});
        if (d != nullptr) tasks = std::min(tasks, left(*d));
        const auto app = as_order<poco::AppOrder>(a);
        const auto dataset = d == nullptr ? poco::DatasetOrder() : as_order<poco::DatasetOrder>(*d);
        const auto pool = as_order<poco::WorkerpoolOrder>(w);
        const auto request = as_order<poco::RequestOrder>(r);
        const auto cost = poco::match_cost({app, dataset, pool, request}, tasks);
        const auto payer = free_of(r.requester);
        if (!cost || cost->payer > Uint256(payer)) return 0;
        const auto staker = w.owner == r.requester ? payer - cost->payer.low_u64() : free_of(w.owner);
        return cost->pool <= Uint256(staker) ? tasks : 0;
    }
    /// Are the order's owner and what is left covered, so that a market shows it (sdk-interop §3.4)?
    bool covered(const Order& order) const {
        const auto stake = funds.find(order.owner);
        return order.remaining > 0 &&
               (stake == funds.end() || needed_per_task(order) * order.remaining <= stake->second);
    }
    struct Found {
        const Order* app;
        const Order* dataset;
        const Order* pool;
        std::uint64_t volume;
        std::uint64_t price;
    };
    /// Takes a combination: what comes after finds its volumes and stakes gone.
    void take(const Found& found, const Order& request) {
        for (const auto* order : {found.app, found.dataset, found.pool, &request})
            if (order != nullptr) taken[order->hash] += found.volume;
        locked[request.requester] += found.price * found.volume;
        locked[found.pool->owner] += stake_per_task(found.pool->price) * found.volume;
    }
    /// Every combination, the best by price and age.
    std::optional<Found> brute(const Order& r) const {
        std::optional<Found> best;
        const auto key = [](const Found& f) {
            const auto age = [](const Order* o) {
                return o == nullptr ? std::pair<std::uint64_t, Hash>() : std::pair(o->published_ms, o->hash);
            };
            return std::tuple(f.price, age(f.app), age(f.dataset), age(f.pool));
        };
        const auto look = [&](const Order& a, const Order* d, const Order& w) {
            if (!accepted(a, d, w, r)) return;
            const Found found{&a, d, &w, volume(a, d, w, r), a.price + (d == nullptr ? 0 : d->price) + w.price};
            if (found.volume > 0 && (!best || key(found) < key(*best))) best = found;
        };
        for (const auto& a : apps)
            for (const auto& w : pools) {
                if (!covered(w)) continue;
                if (r.dataset.is_zero()) look(a, nullptr, w);
                for (const auto& d : datasets)
                    if (!r.dataset.is_zero()) look(a, &d, w);
            }
        return best;
    }
};

/// Books of few names, so that orders meet.
class RandomWorld {
public:
    explicit RandomWorld(std::uint32_t seed) : random_(seed) {}

    World make() {
        World world;
        for (const auto* group : {"group a", "group b"}) {
            world.groups.insert(place(group));
            for (const auto* name : {"app", "app 2", "data", "data 2", "pool 0", "pool 1", "pool 2", "alice", "bob"})
                if (below(2) == 0) world.members.insert({place(group), place(name)});
        }
        for (const auto* name : {"alice", "bob", "owner of pool 0", "owner of pool 1"})
            if (below(2) == 0) world.funds[place(name)] = below(120);
        for (auto n = 1 + below(6); n > 0; --n)
            world.apps.push_back(sell(app_order(below(4) > 0 ? "app" : "app 2", 0)));
        for (auto n = below(5); n > 0; --n)
            world.datasets.push_back(sell(dataset_order(below(4) > 0 ? "data" : "data 2", 0)));
        for (auto n = 1 + below(9); n > 0; --n) {
            auto order = sell(pool_order("pool " + std::to_string(below(3)), 0));
            if (below(8) == 0) order.owner = place("alice");
            order.price = below(12);
            order.category = below(2);
            order.trust = below(4);
            world.pools.push_back(order);
        }
        for (auto n = 1 + below(4); n > 0; --n) world.requests.push_back(request());
        return world;
    }
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

private:
    Order sell(Order order) {
        order.hash = next_hash();
        order.price = below(6);
        order.published_ms = below(3);
        order.volume = order.remaining = 1 + below(5);
        order.tag = tag();
        const auto restrict_to = [&](Address& to, std::initializer_list<const char*> names) {
            if (!to.is_zero() || below(12) > 0) return;
            to = place(*(names.begin() + below(names.size())));
        };
        restrict_to(order.app, {"app", "app 2", "group a"});
        restrict_to(order.dataset, {"data", "data 2", "group b"});
        restrict_to(order.workerpool, {"pool 0", "pool 1", "group a"});
        restrict_to(order.requester, {"alice", "bob", "group b"});
        return order;
    }
    Order request() {
        auto order = request_order(below(2) == 0 ? "alice" : "bob", below(14));
        order.hash = next_hash();
        order.published_ms = below(3);
        order.app_max = below(7);
        order.dataset_max = below(7);
        order.category = below(4) == 0 ? below(5) : below(2);
        order.trust = below(4);
        order.tag = below(2) == 0 ? poco::Tag() : tag();
        order.volume = order.remaining = 1 + below(6);
        if (below(2) == 0) order.dataset = place("data");
        if (below(4) == 0) order.workerpool = place(below(2) == 0 ? "pool 1" : "group b");
        return order;
    }
    poco::Tag tag() {
        poco::Tag out;
        for (const unsigned bit : {0U, 1U, 3U, 8U})
            if (below(3) == 0) out = poco::with_bit(out, bit);
        return out;
    }
    Hash next_hash() { return hash_of("order " + std::to_string(random_())); }

    std::mt19937 random_;
};

/// A broker that knows all of a world's facts.
inline Broker broker_of(const World& world, bool matching, bool with_requests) {
    Broker broker(matching);
    broker.set_categories(world.categories);
    for (const auto& [account, stake] : world.funds) broker.set_funds(account, stake);
    for (const auto* list : {&world.apps, &world.datasets, &world.pools})
        for (const auto& order : *list) broker.add(order);
    if (with_requests)
        for (const auto& order : world.requests) broker.add(order);
    return broker;
}
/// Answers a broker's questions until it has none.
inline bool answer(Broker& broker, const World& world) {
    const auto questions = broker.take_questions();
    for (const auto& question : questions) {
        if (!question.account)
            broker.set_group(question.group, world.groups.contains(question.group));
        else
            broker.set_member(question.group, *question.account,
                              world.members.contains({question.group, *question.account}));
    }
    return !questions.empty();
}

}  // namespace bourse::broker::testing
