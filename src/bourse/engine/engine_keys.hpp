// Keys of the chain's store that belong neither to state nor to blocks.
#pragma once

#include <string_view>

namespace bourse::engine {

/// Hash of the last block that had a transaction, for the application hash (spec/abci.md §13.3).
inline constexpr std::string_view kLastFilledKey = "engine/last-filled";
/// Development chains: milliseconds between the chain's clock and the system's, as 8 bytes in two's complement.
inline constexpr std::string_view kTimeOffsetKey = "engine/time-offset";

}  // namespace bourse::engine
