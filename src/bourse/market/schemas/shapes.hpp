// The shapes of api_schemas.hpp by subject.
#pragma once

#include <bourse/market/api_schemas.hpp>

namespace bourse::market {

std::span<const ApiShape> network_shapes();
std::span<const ApiShape> market_shapes();
std::span<const ApiShape> explorer_shapes();
std::span<const ApiShape> operator_shapes();

}  // namespace bourse::market
