// Rows of the index and of the book, member by member, as their shapes say (api_schemas.hpp): lists and their exports
// are made of these, and so are the objects of render.hpp.
#pragma once

#include <bourse/explorer/index.hpp>
#include <bourse/market/v1/fields.hpp>
#include <bourse/orderbook/order_book.hpp>

namespace bourse::market {

/// What this market adds to a resource of the index.
struct ResourceFacts {
    std::optional<Uint256> best_price;  ///< of its open orders
    nlohmann::json lists = nlohmann::json::array();
};

void write_row(FieldWriter& to, const explorer::DealRow& deal, std::int64_t now_s);
void write_row(FieldWriter& to, const explorer::TaskCounts& counts, bool deadline_passed);
/// `confidence`: null where it is not worked out.
void write_row(FieldWriter& to, const explorer::TaskRow& task, std::int64_t now_s, const nlohmann::json& confidence);
/// `group`: of equal commitments; empty in lists across tasks.
void write_row(FieldWriter& to, const explorer::ContributionRow& contribution, std::string_view group);
void write_row(FieldWriter& to, const explorer::ResourceRow& resource, const ResourceFacts& facts);
void write_row(FieldWriter& to, const explorer::AccountRow& account);
void write_row(FieldWriter& to, const explorer::EntryRow& entry);
void write_row(FieldWriter& to, const explorer::TransferRow& transfer);
void write_row(FieldWriter& to, const orderbook::OrderRecord& order);
void write_worker(FieldWriter& to, const explorer::AccountRow& account);
void write_trade(FieldWriter& to, const explorer::DealRow& deal);

}  // namespace bourse::market
