// Deals in storage: one record each, written once at the match; a long params text is a record of its own. load_deal
// stands in clerk.hpp.
#pragma once

#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/core/layout.hpp>

namespace bourse::native {

/// With its params, as viewDeal shows it; all zero for an id without deal.
poco::Deal view_deal(const state::State& state, const Address& hub, const poco::DealId& id);
void store_deal(state::State& state, const Address& hub, const poco::DealId& id, const poco::Deal& deal);

}  // namespace bourse::native
