// Query parameters of the market's lists (sdk-interop §3.1–§3.2) as filters.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/net/http.hpp>
#include <bourse/orderbook/order_book.hpp>

#include <cstdint>

namespace bourse::orderbook {

struct Paging {
    std::uint64_t offset = 0;
    std::uint64_t limit = 20;
};
/// pageIndex and pageSize (10…1000, default 20), or the old `page`, which is an offset with 20 rows. Errors:
/// QUERY_INVALID.
Result<Paging> parse_paging(const net::Request& request);

/// Errors: QUERY_INVALID (a value that cannot be read, a mandatory parameter that is missing).
Result<OrderFilter> parse_order_filter(poco::OrderKind kind, const net::Request& request);

/// A parameter as a number up to 2^53 − 1; absent stays absent. Errors: QUERY_INVALID.
Result<std::optional<std::uint64_t>> parse_number(const net::Request& request, std::string_view name);

}  // namespace bourse::orderbook
