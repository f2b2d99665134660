// The OpenAPI document of /v1, generated from the tables of routes and shapes. docs/reference/openapi.json is its copy.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace bourse::market {

/// OpenAPI 3.0.3, with an example for every answer.
nlohmann::json openapi_document(std::string_view version);
/// A made-up value of a shape, as the document's examples hold it.
nlohmann::json example_of_shape(std::string_view shape);

}  // namespace bourse::market
