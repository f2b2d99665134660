// The explorer's rows in the shapes of the existing market (sdk-interop §3.1): amounts are JSON numbers where they are
// exact, else decimal text.
#pragma once

#include <bourse/explorer/index.hpp>
#include <bourse/net/http.hpp>

#include <nlohmann/json.hpp>

namespace bourse::market {

nlohmann::json sdk_deal(const explorer::DealRow& deal, std::uint64_t chain_id);
nlohmann::json sdk_category(const explorer::CategoryRow& category);
/// [time in ms, pool's price, volume]
nlohmann::json sdk_trade(const explorer::DealRow& deal);

/// The filter of GET /deals: every parameter compares one member of the deal; "any" compares nothing.
/// Errors: QUERY_INVALID.
Result<explorer::DealFilter> sdk_deal_filter(const net::Request& request);

}  // namespace bourse::market
