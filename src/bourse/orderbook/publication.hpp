// Publishing and withdrawing orders (sdk-interop §3.4).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/orderbook/chain.hpp>
#include <bourse/orderbook/order_book.hpp>

#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bourse::orderbook {

inline constexpr std::uint64_t kMaxOpenOrders = 50;  ///< of a kind and wallet

/// What a withdrawal names.
struct Withdrawal {
    enum class Target : std::uint8_t { kOne, kLast, kAll } target = Target::kOne;
    Hash hash;         ///< kOne
    Address resource;  ///< else: the resource's, or the requester's orders
};

/// Request orders that cannot be matched any more because the last fitting order of this app (kApp) or dataset
/// (kDataset) has left the book become dead. Returns how many. Needs the book's mutex and a transaction.
std::size_t kill_dependants(OrderBook& book, poco::OrderKind kind, const Address& resource);

/// What an order's owner must have in free stake for its remaining volume, in nRLC: the pool's own stake, or the whole
/// price of a request; nothing for apps and datasets. nullopt when it does not fit in 256 bits.
std::optional<Uint256> required_stake(const poco::AnyOrder& order, std::uint64_t remaining);

/// Against orders that are not meant: many of one maker, and such as come and go at once.
struct PublicationRules {
    std::uint64_t max_open_orders = kMaxOpenOrders;  ///< of a kind and wallet
    std::uint64_t min_rest_ms = 0;                   ///< a published order cannot be withdrawn earlier
};

/// Safe from any thread: each operation holds the book's mutex while it asks the chain and writes, so that no event of
/// the chain falls between the two.
class Publication {
public:
    Publication(db::Database& database, OrderBook& book, MarketChain& chain, std::mutex& book_mutex,
                std::function<std::uint64_t()> now_ms, PublicationRules rules = {})
        : db_(&database),
          book_(&book),
          chain_(&chain),
          mutex_(&book_mutex),
          now_ms_(std::move(now_ms)),
          rules_(rules) {}

    /// For chains whose blocks may be replaced: it is written down when an order's volume was counted. Needs
    /// kCountsSchema.
    void note_counts(bool on) noexcept { note_counts_ = on; }

    /// Called with the hashes that a publication or withdrawal changed, once they are committed.
    std::function<void(const std::vector<Hash>&)> on_change;

    /// Errors, in the order of the checks: ORDER_INVALID; ORDER_KNOWN; RESOURCE_UNREGISTERED, NOT_OWNER;
    /// SIGNATURE_INVALID; TOO_MANY_ORDERS; ORDER_CONSUMED; STAKE_TOO_LOW; NO_MATCHABLE_ORDER. Those of the chain at any
    /// point.
    Result<OrderRecord> publish(poco::OrderKind kind, const nlohmann::json& order, const Address& authorised);
    /// Hashes of the records removed. Errors: ORDER_NOT_FOUND when nothing open of this signer matches;
    /// ORDER_RESTING when one of them is younger than the rules allow.
    Result<std::vector<Hash>> withdraw(poco::OrderKind kind, const Withdrawal& what, const Address& authorised);

    /// Who has to sign an order: the owner of its app, dataset or pool, or the requester.
    /// Errors: RESOURCE_UNREGISTERED; those of the chain.
    Result<Address> owner_of(poco::OrderKind kind, const poco::AnyOrder& order) const;

private:
    Status<> check_owner(poco::OrderKind kind, const poco::AnyOrder& order, const Address& authorised) const;
    Status<> check_funds(const OrderRecord& record);
    Status<> check_matchable(const poco::AnyOrder& order);
    Result<std::uint64_t> remaining_volume(const OrderRecord& record);

    db::Database* db_;
    OrderBook* book_;
    MarketChain* chain_;
    std::mutex* mutex_;
    std::function<std::uint64_t()> now_ms_;
    PublicationRules rules_;
    bool note_counts_ = false;
};

}  // namespace bourse::orderbook
