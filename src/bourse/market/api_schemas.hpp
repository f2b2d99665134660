// Shapes of the /v1 answers (web-ui §12), as data: the OpenAPI document and its examples are made from them, and the
// contract tests compare real answers with that document.
#pragma once

#include <span>
#include <string_view>

namespace bourse::market {

/// One member of a shape. `type` is one of the scalar names below, or `@Shape`; `[]` behind it makes an array, `?` says
/// that the value may be null.
///   address (checksum case) · hash · hex · amount (nRLC, decimal text) · count (number) · number (any number)
///   ms (unix time in milliseconds) · text · bool · object (any) · one of "a|b|c"
struct ApiField {
    std::string_view name;
    std::string_view type;
    std::string_view text = {};
    std::string_view example = {};  ///< JSON; empty: one that the type gives
};

struct ApiShape {
    std::string_view name;
    std::string_view text;
    std::span<const ApiField> fields;
};

std::span<const ApiShape> api_shapes();

}  // namespace bourse::market
