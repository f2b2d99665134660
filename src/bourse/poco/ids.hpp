// Ids of the protocol and how they are derived (poco.md §7.4, §8.1).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

namespace bourse::poco {

using DealId = Id<struct DealTag>;
using TaskId = Id<struct TaskTag>;
/// The full EIP-712 digest of an order, which consumption, presignatures and events are keyed by (poco.md §5.2).
using OrderHash = Id<struct OrderTag>;

/// keccak(request order hash ‖ uint256 first index)
DealId deal_id(const OrderHash& request, const Uint256& bot_first) noexcept;
/// keccak(deal id ‖ uint256 index); the index counts within the request order, not within the deal.
TaskId task_id(const DealId& deal, const Uint256& index) noexcept;

}  // namespace bourse::poco
