// The order book's table: every published order with its state, and the queries over it.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/broker/order.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/orders.hpp>

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bourse::orderbook {

/// Largest amount, volume, category or trust in a published order: JSON numbers are exact up to it.
inline constexpr std::uint64_t kMaxSafeInteger = (1ULL << 53) - 1;

/// "open", "filled", "canceled", "dead".
enum class OrderStatus : std::uint8_t { kOpen, kFilled, kCanceled, kDead };
std::string_view to_text(OrderStatus status) noexcept;
std::optional<OrderStatus> order_status_from(std::string_view text) noexcept;

/// A published order.
struct OrderRecord {
    poco::OrderKind kind = poco::OrderKind::kApp;
    Hash hash;
    poco::AnyOrder order;
    Address signer;  ///< owner of the resource, or the requester
    std::uint64_t remaining = 0;
    OrderStatus status = OrderStatus::kOpen;
    std::uint64_t published_ms = 0;
};

/// How a query treats an order's restriction (sdk-interop §3.2).
struct PartyFilter {
    enum class Mode : std::uint8_t { kUnrestricted, kAllows, kExactly, kAny } mode = Mode::kAny;
    Address address;
};

/// Conditions over orders of a kind, open ones unless said otherwise. App, dataset, workerpool and requester mean the
/// resource or the restriction of that name, whichever the kind has.
struct OrderFilter {
    PartyFilter app, dataset, workerpool, requester;
    std::optional<Address> owner;  ///< of the resource
    std::optional<Address> beneficiary;
    std::optional<std::uint64_t> category;
    std::optional<std::uint64_t> min_volume, min_trust, max_trust;
    std::optional<Bytes32> min_tag;  ///< every bit of it is set in the order
    std::optional<Bytes32> max_tag;  ///< no bit outside it is set
    bool bulk_only = false;
    std::optional<OrderStatus> status = OrderStatus::kOpen;  ///< nothing: any
    bool newest_first = false;                               ///< else by price, the best first
    std::uint64_t offset = 0;
    std::uint64_t limit = 20;
};

struct OrderPage {
    std::uint64_t count = 0;  ///< of all matching orders
    std::vector<OrderRecord> orders;
};

extern const char* const kOrdersSchema;
extern const char* const kRestrictedSchema;  ///< an index for requester_groups() and filters by restriction
extern const char* const kCountsSchema;      ///< needed where note_count() is used
extern const char* const kUndoSchema;        ///< a part of kMatchesSchema; needed where keep_undo() is used

/// No locking of its own beyond the database's; writers hold Market's mutex. Addresses of records are as in the orders.
class OrderBook {
public:
    explicit OrderBook(db::Database& database) : db_(&database) {}

    OrderPage list(poco::OrderKind kind, const OrderFilter& filter) const;
    std::optional<OrderRecord> find(poco::OrderKind kind, const Hash& hash) const;
    /// Replaces a record of the same hash.
    void put(const OrderRecord& record);
    void remove(const Hash& hash);
    void set_state(const Hash& hash, std::uint64_t remaining, OrderStatus status);

    /// While set, set_state() writes down what was before, for undo_above(): chains whose blocks may be replaced.
    void keep_undo(std::optional<std::uint64_t> block) { undo_block_ = block; }
    /// Brings back what orders were before the blocks above this one. Needs a transaction.
    void undo_above(std::uint64_t block);
    void forget_undo_below(std::uint64_t block);
    /// An order's volume was counted from the chain at this block or an earlier one. Where such blocks are replaced the
    /// count is stale until it is made again. Orders that left the book are forgotten.
    void note_count(const Hash& hash, std::uint64_t block);
    void mark_counts_stale_from(std::uint64_t block);
    std::vector<OrderRecord> with_stale_counts() const;
    void forget_stale_counts();
    void forget_counts_below(std::uint64_t block);  ///< stale ones stay

    /// Hashes written since the last call. Writers take them once their transaction has committed and tell whoever
    /// keeps a copy (`Desk`); after a rollback they are harmless, since a reader looks at the table.
    std::vector<Hash> take_touched();
    /// Open orders as the broker keeps them, by hash, `limit` at most, above `after`: for loading all of them in pages.
    std::vector<broker::Order> offers_after(const Hash& after, std::size_t limit) const;
    std::optional<OrderRecord> find(const Hash& hash) const;  ///< of any kind

    std::uint64_t count_open(poco::OrderKind kind) const;
    std::uint64_t count_open(poco::OrderKind kind, const Address& signer) const;
    /// Open orders of a signer, oldest first; with `subject` only those of this resource (or requester).
    std::vector<OrderRecord> open_of(poco::OrderKind kind, const Address& signer,
                                     const std::optional<Address>& subject = std::nullopt) const;
    /// Open orders of a resource by any signer.
    std::vector<OrderRecord> open_on(poco::OrderKind kind, const Address& subject) const;
    /// Open request orders that name this app (kApp) or dataset (kDataset).
    std::vector<OrderRecord> open_requests_for(poco::OrderKind kind, const Address& resource) const;
    /// Tasks of open orders that come before this one in its book: of the category, or of the resource for apps and
    /// datasets, at a better price, or at its price and published before.
    std::uint64_t tasks_ahead(const OrderRecord& record) const;
    /// Groups (as the desk was told, kMatchesSchema) that open sell orders are restricted to as requester.
    std::vector<Address> requester_groups(std::size_t limit) const;
    /// Is there an open order of the app (kApp) or dataset (kDataset) that the request could be matched with, as far as
    /// price, tag and plain restrictions tell?
    bool has_match(poco::OrderKind kind, const poco::RequestOrder& request) const;

private:
    std::vector<OrderRecord> select(const std::string& where, const db::SqlRow& args) const;
    db::Database* db_;
    std::vector<Hash> touched_;
    std::optional<std::uint64_t> undo_block_;
};

/// Price a task in nRLC by which a book is sorted (of a request: what it pays the pool), volume, category, trust.
struct OrderTerms {
    Uint256 price, volume, category, trust;
    Bytes32 tag;
};
OrderTerms terms_of(const poco::AnyOrder& order);
/// {orderHash, order, chainId, remaining, status, publicationTimestamp, signer}
nlohmann::json wrapper_json(const OrderRecord& record, std::uint64_t chain_id);

}  // namespace bourse::orderbook
