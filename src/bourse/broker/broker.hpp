// The matching engine: open orders of all four kinds in memory, the cheapest compatible combination for a request, and
// continuous matching by price and time. Pure: no clock, no I/O, no threads; the caller serialises calls.
//
// Compatible means what the chain would accept (poco.md §7.2): category, trust, prices, tags, restrictions with groups,
// volume left, stakes of payer and pool. Signatures and registries are the business of whoever adds an order.
#pragma once

#include <bourse/broker/order.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bourse::broker {

/// What a buyer looks for; `ask_of` makes it of a request order.
struct Ask {
    Address requester;
    Address app;
    Address dataset;                                                                      ///< zero: none
    Address workerpool;                                                                   ///< a restriction; zero: any
    std::uint64_t app_max = kMaxAmount, dataset_max = kMaxAmount, pool_max = kMaxAmount;  ///< nRLC a task
    std::uint64_t category = 0, trust = 0;
    poco::Tag tag;
    std::uint64_t volume = 1;      ///< tasks wanted
    std::uint64_t min_volume = 1;  ///< tasks that one combination must have left
    bool funded = true;            ///< the payer must have the stake; false for a mere price
};
Ask ask_of(const Order& request);

/// One combination that the chain would accept.
struct Pick {
    Order app;
    std::optional<Order> dataset;
    Order workerpool;
    std::uint64_t volume = 0;          ///< tasks: all that the orders and the ask have left in common (poco.md §7.3)
    std::uint64_t price_per_task = 0;  ///< nRLC: app + dataset + pool
};

/// A match to be sent; its volume and stakes stay reserved until release().
struct Match {
    std::uint64_t id = 0;
    Order request;
    Pick pick;
};

/// What a restriction with code answers (poco.md §5.5). Asked of the caller, who asks the chain.
struct GroupQuestion {
    Address group;
    std::optional<Address> account;  ///< absent: is it a group at all?
    auto operator<=>(const GroupQuestion&) const = default;
};

/// A change of what is on show: `remaining` is absolute, 0 removes the order.
struct Change {
    const Order& order;
    std::uint64_t remaining = 0;
};

class Broker {
public:
    /// `matching` off: orders rest until someone else matches them.
    explicit Broker(bool matching = true);
    /// Off while very many orders are loaded; switched on, every request is looked at.
    void set_matching(bool matching);
    /// Categories of the chain: requests beyond match nothing. Not told: no limit.
    void set_categories(std::uint64_t count);
    ~Broker();
    Broker(Broker&&) noexcept;
    Broker& operator=(Broker&&) noexcept;

    /// Called for each change of what is on show: orders added, removed, filled in part, unfunded or funded again.
    void on_change(std::function<void(const Change&)> callback);

    /// Adds or replaces the order of this hash. An order with nothing left is removed.
    void add(const Order& order);
    void remove(const Hash& hash);
    /// Chain's truth after a match or a cancel; 0 removes.
    void set_remaining(const Hash& hash, std::uint64_t remaining);
    /// Free stake of an account. Accounts never told are not limited. Pool and request orders that their
    /// account does not cover any more, with all they have left, are off the books until it does (sdk-interop §3.4).
    void set_funds(const Address& account, std::uint64_t stake_nrlc);
    std::optional<std::uint64_t> funds(const Address& account) const;
    /// An order that the chain refuses for a reason that may pass: off the books until resumed, `add`ed again or
    /// removed.
    void suspend(const Hash& hash, std::string reason);
    void resume(const Hash& hash);
    std::optional<std::string> suspended(const Hash& hash) const;

    std::size_t size() const noexcept;
    const Order* find(const Hash& hash) const;
    /// Volume not reserved by matches under way; 0 when unknown.
    std::uint64_t available(const Hash& hash) const;
    /// Is it on the books: something left, funded, not suspended?
    bool listed(const Hash& hash) const;
    /// Orders on show of a pool or request book, best first: pools by price ascending, requests descending, then time.
    std::vector<Order> book(poco::OrderKind kind, std::uint64_t category, std::size_t limit) const;
    /// Orders on show of an app, dataset or pool, cheapest first.
    std::vector<Order> offers_of(poco::OrderKind kind, const Address& subject, std::size_t limit) const;

    /// Requests on show that name an app (kApp) or dataset (kDataset), dearest pool limit first.
    std::vector<Order> requests_for(poco::OrderKind kind, const Address& resource, std::size_t limit) const;

    /// The combination with the lowest price a task; among equals the app order published first, then the lower hash,
    /// then dataset's and pool's order alike. nullopt: none.
    std::optional<Pick> quote(const Ask& ask) const;
    /// As many picks as it takes to fill the ask, cheapest first, each as if the ones before were done.
    std::vector<Pick> fill(const Ask& ask, std::size_t max_parts = 100);

    /// The next match of a request that may have become matchable: dearest pool limit first, then oldest. Reserves its
    /// volume and stakes. nullopt: nothing to do until something changes.
    std::optional<Match> next_match();
    /// Reserves what a match of an earlier process took; gives its id for release().
    std::uint64_t hold(const Hash& request, const Hash& app, const std::optional<Hash>& dataset, const Hash& workerpool,
                       std::uint64_t volume);
    /// Ends a reservation: call it when the chain's outcome is in set_remaining() and set_funds() already, or when the
    /// match was refused. The request is looked at again.
    void release(std::uint64_t match_id);

    /// Group questions met so far and not answered; each is handed out once.
    std::vector<GroupQuestion> take_questions();
    void set_group(const Address& address, bool is_group);
    void set_member(const Address& group, const Address& account, bool member);
    /// Questions whose answer was no, those after `after` in their order, `limit` at most. A group may admit somebody
    /// later, and a contract may come to an address that had none: ask them again now and then.
    std::vector<GroupQuestion> refusals(const std::optional<GroupQuestion>& after, std::size_t limit) const;
    /// allowed(restriction, account) of poco.md §5.5; nullopt: not known yet.
    std::optional<bool> allowed(const Address& restriction, const Address& account) const;
    /// Accounts that a group was asked about and admitted.
    std::vector<Address> members_of(const Address& group, std::size_t limit) const;

    struct Books;

private:
    std::unique_ptr<Books> books_;
};

}  // namespace bourse::broker
