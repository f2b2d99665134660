// Deals and categories as the chain's logs tell them, for the market's queries.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/poco/contracts.hpp>

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace bourse::orderbook {

extern const char* const kLedgerSchema;

struct DealRecord {
    poco::DealId id;
    poco::Deal deal;
    poco::events::OrdersMatched match;
    std::uint64_t block_number = 0;
    Hash tx_hash;
};

struct CategoryRecord {
    std::uint64_t id = 0;
    poco::Category category;
    std::uint64_t block_number = 0;
    std::uint64_t time_s = 0;
    Hash tx_hash;
};

/// Rows as JSON, in the shapes of sdk-interop §3.1.
struct JsonPage {
    std::uint64_t count = 0;
    std::vector<nlohmann::json> rows;
};

class Ledger {
public:
    explicit Ledger(db::Database& database) : db_(&database) {}

    void put(const DealRecord& record, std::uint64_t chain_id);
    void put(const CategoryRecord& record);
    bool has_category(std::uint64_t id) const;

    /// Newest first. Keys of `equal`: category requester beneficiary app dataset workerpool appOwner datasetOwner
    /// workerpoolOwner apporderHash datasetorderHash workerpoolorderHash requestorderHash; values in lower case.
    JsonPage deals(const std::map<std::string, std::string>& equal, std::uint64_t offset, std::uint64_t limit) const;
    std::optional<nlohmann::json> deal(const poco::DealId& id) const;
    /// [timestamp in ms, pool price, volume] of the last 100 deals of a category, newest first.
    nlohmann::json trades(std::uint64_t category) const;
    /// Sorted by time, then id.
    JsonPage categories(std::uint64_t min_time, std::uint64_t max_time, std::uint64_t offset,
                        std::uint64_t limit) const;
    std::optional<nlohmann::json> category(std::uint64_t id) const;

    /// Columns that deals() can compare.
    static bool is_deal_column(const std::string& name);

private:
    db::Database* db_;
};

}  // namespace bourse::orderbook
