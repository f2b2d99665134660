// The broker's data: entries in an arena, indexes over those on show. Internal to this library.
#pragma once

#include <bourse/broker/broker.hpp>
#include <bourse/broker/queue.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <deque>
#include <map>
#include <set>

namespace bourse::broker {

template <class T>
struct SpreadHash {
    using is_avalanching = void;
    std::size_t operator()(const T& value) const noexcept { return std::hash<T>{}(value); }
};
template <class Key, class Value>
using FlatMap = boost::unordered_flat_map<Key, Value, SpreadHash<Key>>;

struct Entry {
    Order order;
    std::uint64_t reserved = 0;  ///< tasks of matches under way
    bool listed = false;         ///< in the indexes and on show
    bool suspended = false;
    std::size_t owner_place = 0;  ///< in by_owner

    std::uint64_t available() const noexcept { return order.remaining - std::min(order.remaining, reserved); }
};

/// Place of an entry in a queue: best price first, then oldest, then lower hash. The first two are kept beside the
/// pointer, so that most comparisons touch no entry.
struct Rank {
    std::uint64_t price = 0;  ///< requests: kMaxAmount − price, so that the dearest comes first
    std::uint64_t published_ms = 0;
    Entry* entry = nullptr;

    friend bool operator<(const Rank& a, const Rank& b) noexcept {
        if (a.price != b.price) return a.price < b.price;
        if (a.published_ms != b.published_ms) return a.published_ms < b.published_ms;
        return a.entry->order.hash < b.entry->order.hash;
    }
};
using Queue = SortedChunks<Rank>;
inline std::uint64_t rank_price(const Order& order) noexcept {
    return order.kind == poco::OrderKind::kRequest ? kMaxAmount - order.price : order.price;
}
inline Rank rank_of(Entry& entry) noexcept { return {rank_price(entry.order), entry.order.published_ms, &entry}; }

/// Whom a pool order is restricted to.
struct Restricted {
    Address app, dataset, requester;
    bool operator==(const Restricted&) const = default;
    bool is_open() const noexcept { return app.is_zero() && dataset.is_zero() && requester.is_zero(); }
};
inline Restricted restricted_of(const Order& pool) noexcept { return {pool.app, pool.dataset, pool.requester}; }
struct RestrictedHash {
    using is_avalanching = void;
    std::size_t operator()(const Restricted& r) const noexcept {
        const std::hash<Address> hash;
        std::size_t out = hash(r.app);
        out = out * 0x9E3779B97F4A7C15ULL + hash(r.dataset);
        out = out * 0x9E3779B97F4A7C15ULL + hash(r.requester);
        return out ^ out >> 29;
    }
};

/// Pool orders by tag, then trust.
using Shelf = std::map<poco::Tag, std::map<std::uint64_t, Queue>>;
struct CategoryBook {
    Shelf open;                                                               ///< for everybody
    boost::unordered_flat_map<Restricted, Shelf, RestrictedHash> restricted;  ///< no shelf is empty
    std::vector<Restricted> with_group;  ///< keys of `restricted` that name a group
    Queue all_pools;
    Queue requests;
};

/// Requests still to be looked at after a change that concerned very many: the queue, and where to go on.
struct SweepKey {
    poco::OrderKind kind;  ///< kApp, kDataset: requests that name `subject`; kWorkerpool: requests of `category`
    Address subject;
    std::uint64_t category = 0;
    auto operator<=>(const SweepKey&) const = default;
};
struct Place {
    std::uint64_t price = 0, published_ms = 0;
    Hash hash;
    auto operator<=>(const Place&) const = default;
};

struct Reservation {
    std::vector<std::pair<Hash, std::uint64_t>> volumes;
    std::vector<std::pair<Address, std::uint64_t>> stakes;
    Hash request;
};

struct AccountState {
    std::optional<std::uint64_t> stake;  ///< absent: not told, not limited
    std::uint64_t reserved = 0;          ///< nRLC of matches under way
    std::vector<Entry*> orders;

    std::uint64_t free_nrlc() const noexcept { return stake ? *stake - std::min(*stake, reserved) : ~0ULL; }
};

struct SubjectKey {
    poco::OrderKind kind;
    Address address;
    bool operator==(const SubjectKey&) const = default;
};
struct SubjectHash {
    using is_avalanching = void;
    std::size_t operator()(const SubjectKey& key) const noexcept {
        return std::hash<Address>{}(key.address) + static_cast<std::size_t>(key.kind) * 0x9E3779B97F4A7C15ULL;
    }
};

struct Broker::Books {
    bool matching = true;
    std::function<void(const Change&)> on_change;

    std::deque<Entry> arena;
    std::vector<Entry*> unused;
    FlatMap<Hash, Entry*> by_hash;
    std::map<std::uint64_t, CategoryBook> categories;
    /// Offers of a resource; of kRequest: requests that name this app or dataset (`targets`).
    boost::unordered_flat_map<SubjectKey, Queue, SubjectHash> offers, targets;
    FlatMap<Address, AccountState> accounts;
    std::map<Hash, std::string> suspensions;

    FlatMap<Address, bool> groups;                        ///< is this restriction a group?
    std::map<std::pair<Address, Address>, bool> members;  ///< (group, account)
    mutable std::set<GroupQuestion> asked, questions;     ///< `questions`: not handed out yet
    std::set<GroupQuestion> refused;                      ///< those answered with no

    std::uint64_t category_count = ~0ULL;
    Queue dirty;                       ///< requests that may have become matchable
    std::map<SweepKey, Place> sweeps;  ///< more of them, not looked through yet
    std::map<std::uint64_t, Reservation> reservations;
    std::uint64_t next_match_id = 1;

    Entry* entry(const Hash& hash) const;
    AccountState& account(const Address& address) { return accounts[address]; }
    std::uint64_t stake_of(const Address& address) const;  ///< as the chain has it; not limited when not told
    std::uint64_t free_of(const Address& address) const;   ///< less what matches under way lock

    void insert(const Order& order);
    void erase(Entry& entry);
    /// Puts an entry on or off the books by its volume, stake and suspension, and tells of it.
    void refresh(Entry& entry, bool changed);
    bool can_be_listed(const Entry& entry) const;
    void list(Entry& entry);
    void unlist(Entry& entry);
    void index_pool(Entry& entry, bool add);
    void index_request(Entry& entry, bool add);
    void wake_requests_for(const Entry& entry);
    /// Notes a request as worth a look, if its limit reaches any pool's price and it has something left.
    void mark(const Rank& request);
    const Queue* requests_of(const SweepKey& key) const;
    /// Lowest price of the pools that a sweep's requests may be served by.
    std::optional<std::uint64_t> cheapest_pool(const SweepKey& key) const;
    /// Marks requests from a place on, so many at most; the rest becomes a sweep.
    void wake(const SweepKey& key, const Place& from);
    void wake_all();
    /// Requests that an account has to do with: its own, those for it as an app or dataset, all where it is a pool.
    void wake_requests_of(const Address& account);
    bool sweep_on();
    void refresh_account(const Address& address);

    void ask_about(const Address& restriction) const;
    void ask_about_all(const Order& order) const;
    /// The rule of poco.md §5.5 with what is known; an unknown group counts as closed and is asked about.
    bool allows(const Address& restriction, const Address& account) const;
    std::optional<bool> allowed(const Address& restriction, const Address& account) const;
    bool names_group(const Restricted& key) const;

    std::optional<Pick> quote(const Ask& ask) const;
    std::uint64_t reserve(const Order* request, const Ask& ask, const Pick& pick);
    void release(std::uint64_t id);
};

}  // namespace bourse::broker
