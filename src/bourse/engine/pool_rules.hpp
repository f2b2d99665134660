// Rules of admission that need no pool.
#pragma once

#include <bourse/codec/transaction.hpp>

namespace bourse::engine {

/// Both the fee cap and the tip rise by at least a tenth; at price 0 nothing replaces anything.
bool replaces(const Transaction& newer, const Transaction& older) noexcept;

/// Whether the arguments of a call hold a text or bytes longer than `limit`: some word from the selector on is a length
/// above the limit and so many bytes follow. Free gas must not mean free state (spec/chain.md §7).
bool has_argument_above(ByteView call_data, std::size_t limit) noexcept;

}  // namespace bourse::engine
