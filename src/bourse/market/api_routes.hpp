// The table of the /v1 endpoints (web-ui §12): what the service routes, what the OpenAPI document says, and what the
// contract tests ask. A handler is bound to each row by its name (`api_service.cpp`).
#pragma once

#include <span>
#include <string_view>

namespace bourse::market {

/// A query parameter, described once for all endpoints that take it.
struct ApiParameter {
    std::string_view name;
    std::string_view type;  ///< as ApiField::type
    std::string_view text;
    std::string_view example = {};
};

/// `answer`: "Shape" = chain, height, time and the members of the shape; "Shape[]" = a page {items, next, total, asOf};
/// "=Shape" = the shape alone; "raw TYPE" = another content. `parameters`: names, comma-separated; lists also take
/// limit, cursor, asOf, format. `body`: members as "name:type,…", '?' behind a type makes one optional; "raw TYPE": an
/// upload's chunk, which is spooled to a file.
struct ApiRoute {
    std::string_view name;
    std::string_view method;
    std::string_view path;  ///< as net::HttpServer::route
    std::string_view group;
    std::string_view summary;
    std::string_view parameters;
    std::string_view body;
    std::string_view answer;
    unsigned cost = 1;  ///< requests it counts as in the limit; 0: only refusals count
};

std::span<const ApiParameter> api_parameters();
std::span<const ApiRoute> api_routes();

}  // namespace bourse::market
