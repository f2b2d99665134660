// Shapes of the market's answers.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/net/http.hpp>
#include <bourse/orderbook/order_query.hpp>

#include <nlohmann/json.hpp>

namespace bourse::market {

/// {"ok":true, …fields}
net::Response ok_answer(nlohmann::json fields = nlohmann::json::object());
/// {"ok":false,"code":…,"error":…} with the status that the code stands for.
net::Response refused_answer(const Error& error);
/// Adds count and, unless this is the last page, nextPage.
void add_paging(nlohmann::json& body, std::uint64_t count, std::uint64_t offset, std::uint64_t limit);
/// The body as a JSON object. Errors: BODY_INVALID.
Result<nlohmann::json> json_body(const net::Request& request);

}  // namespace bourse::market
