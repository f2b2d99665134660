// What happens to the book when the chain moves (sdk-interop §3.5).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/client/log_follower.hpp>
#include <bourse/orderbook/chain.hpp>
#include <bourse/orderbook/order_book.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace bourse::orderbook {

extern const char* const kCursorSchema;

/// Takes batches of logs in. All references must outlive it.
class Reaction {
public:
    Reaction(db::Database& database, OrderBook& book, MarketChain& chain, std::mutex& book_mutex)
        : db_(&database), book_(&book), chain_(&chain), mutex_(&book_mutex) {}

    /// Called once a batch is committed.
    struct Applied {
        std::vector<Hash> orders;    ///< touched
        std::set<Address> accounts;  ///< whose stake went up or down
        std::uint64_t block = 0;     ///< the last one
        bool categories = false;     ///< there are more, or fewer after a rollback
    };
    std::function<void(const Applied&)> on_applied;

    /// Where it stands; absent in a fresh database.
    std::optional<client::Cursor> cursor() const;
    /// Addresses and topics to follow. Errors of the chain.
    Result<client::FollowerConfig> follow() const;
    /// Applies a batch and its cursor in one transaction, after reading what it needs from the chain. On an error
    /// nothing is written and the batch has to come again.
    Status<> apply(const client::BlockBatch& batch);
    /// For chains whose blocks may be replaced: how many of them. Needs kUndoSchema and kCountsSchema; set it before
    /// follow().
    void set_rollback_depth(std::uint64_t blocks) { rollback_depth_ = blocks; }
    /// Cursors of the last blocks, newest first, for client::FollowerCallbacks.
    std::vector<client::Cursor> recent() const;
    /// Undoes what the blocks above `to` did to orders and the cursor. Orders that were published meanwhile are counted
    /// again with the next batch.
    void roll_back(const client::Cursor& to);

private:
    struct Changes;
    Result<Changes> read_logs(const client::BlockBatch& batch);
    void count_again(Changes& changes) const;
    Status<> read_facts(Changes& changes);
    void write(const Changes& changes, const client::BlockBatch& batch);
    void settle_orders(const Changes& changes, std::set<std::pair<poco::OrderKind, Address>>& left);
    void leave_former_owners(const Changes& changes, std::set<std::pair<poco::OrderKind, Address>>& left);
    void kill_uncovered(const Changes& changes);

    db::Database* db_;
    OrderBook* book_;
    MarketChain* chain_;
    std::mutex* mutex_;
    std::uint64_t rollback_depth_ = 0;

    void write_cursor(const client::Cursor& cursor);
};

}  // namespace bourse::orderbook
