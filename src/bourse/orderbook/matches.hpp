// The matches that this market sends: written down before they are sent, settled by the chain.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/orderbook/chain.hpp>
#include <bourse/orderbook/order_book.hpp>
#include <bourse/poco/match.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bourse::orderbook {

/// With kUndoSchema.
extern const std::string kMatchesSchema;

/// "sent", "mined" (the chain has it; the book has not seen the block yet), "done", "refused", "obsolete".
enum class MatchState : std::uint8_t { kSent, kMined, kDone, kRefused, kObsolete };
std::string_view to_text(MatchState state) noexcept;

struct MatchRecord {
    std::string key;  ///< of the intent; names request, first task and counter-orders, so a match is written once
    Hash request, app, workerpool;
    std::optional<Hash> dataset;
    std::uint64_t volume = 0;
    std::uint64_t price_per_task = 0;  ///< nRLC
    MatchState state = MatchState::kSent;
    std::string reason;  ///< of a refusal
    std::uint64_t block = 0;
    std::uint64_t created_ms = 0;
};

/// The four orders of a match with everything that the chain reads. Errors: ORDER_NOT_FOUND.
struct MatchOrders {
    poco::AppOrder app;
    poco::DatasetOrder dataset;
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;
    poco::OrderSet set() const noexcept { return {app, dataset, workerpool, request}; }
};

class Matches {
public:
    Matches(db::Database& database, const OrderBook& book) : db_(&database), book_(&book) {}

    void put(const MatchRecord& record);
    void set_state(const std::string& key, MatchState state, const std::string& reason, std::uint64_t block);
    std::optional<MatchRecord> find(const std::string& key) const;
    /// Those not settled: sent or mined.
    std::vector<MatchRecord> open() const;
    Result<MatchOrders> orders_of(const MatchRecord& record) const;
    /// For the outbox: a match is needed while the four orders have something left in common.
    Result<std::vector<bool>> still_needed(std::span<const client::Intent> intents, MarketChain& chain) const;

private:
    db::Database* db_;
    const OrderBook* book_;
};

}  // namespace bourse::orderbook
