// Deals in storage: one record each, written once at the match; a long params text is a record of its own.
#pragma once

#include <bourse/native/layout.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/state/state.hpp>

#include <optional>

namespace bourse::native {

/// What the task part needs of a deal; params stay in the store.
struct DealTerms {
    poco::Resource app;
    poco::Resource dataset;
    poco::Resource workerpool;
    Uint256 trust;
    Uint256 category;
    Bytes32 tag;
    Address requester;
    Address beneficiary;
    Address callback;
    Uint256 start_time;
    Uint256 bot_first;
    Uint256 bot_size;
    Uint256 worker_stake;
    Uint256 scheduler_reward_ratio;
    Address sponsor;
};

/// nullopt for an id without deal.
std::optional<DealTerms> load_deal(const state::State& state, const Address& hub, const poco::DealId& id);
/// With its params, as viewDeal shows it; all zero for an id without deal.
poco::Deal view_deal(const state::State& state, const Address& hub, const poco::DealId& id);
void store_deal(state::State& state, const Address& hub, const poco::DealId& id, const poco::Deal& deal);

}  // namespace bourse::native
