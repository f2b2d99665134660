// Orders as JSON (sdk-interop.md §3.1, §10): amounts, volume, category and trust are numbers, or decimal strings
// where they exceed 2^53 − 1; both are read. Addresses checksummed; tag, salt, sign lower-case hex; `params` is a
// string.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/poco/orders.hpp>

#include <nlohmann/json_fwd.hpp>
#include <variant>

namespace bourse::poco {

nlohmann::json to_json(const AppOrder& order);
nlohmann::json to_json(const DatasetOrder& order);
nlohmann::json to_json(const WorkerpoolOrder& order);
nlohmann::json to_json(const RequestOrder& order);
/// Amounts as decimal strings, as the SDK posts and order files hold them.
nlohmann::json to_json_strings(const AppOrder& order);
nlohmann::json to_json_strings(const DatasetOrder& order);
nlohmann::json to_json_strings(const WorkerpoolOrder& order);
nlohmann::json to_json_strings(const RequestOrder& order);

/// Reads one order; `sign` may be absent (an unsigned order), unknown members are refused.
/// Errors: ORDER_INVALID with the member's name and what it must be.
template <class Order>
Result<Order> order_from_json(const nlohmann::json& json);
template <>
Result<AppOrder> order_from_json<AppOrder>(const nlohmann::json& json);
template <>
Result<DatasetOrder> order_from_json<DatasetOrder>(const nlohmann::json& json);
template <>
Result<WorkerpoolOrder> order_from_json<WorkerpoolOrder>(const nlohmann::json& json);
template <>
Result<RequestOrder> order_from_json<RequestOrder>(const nlohmann::json& json);

using AnyOrder = std::variant<AppOrder, DatasetOrder, WorkerpoolOrder, RequestOrder>;
Result<AnyOrder> order_from_json(OrderKind kind, const nlohmann::json& json);

/// Typed-data document (eth_signTypedData_v4) of an order under a domain.
nlohmann::json typed_data(const eip712::Domain& domain, const AppOrder& order);
nlohmann::json typed_data(const eip712::Domain& domain, const DatasetOrder& order);
nlohmann::json typed_data(const eip712::Domain& domain, const WorkerpoolOrder& order);
nlohmann::json typed_data(const eip712::Domain& domain, const RequestOrder& order);

}  // namespace bourse::poco
