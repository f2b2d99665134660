// The clerk as the task part sees it: deals, the ledger, what the configuration says of tasks, whose signature counts.
// This header is all that native/hub includes of native/clerk (tools/lint/levels.py proves it).
//
// `hub` is the address whose storage is meant; the ledger and the checks use the called contract's own.
#pragma once

#include <bourse/native/core/call.hpp>
#include <bourse/poco/contracts.hpp>

#include <optional>

namespace bourse::native {

/// What tasks need of a deal; params stay in the store.
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

/// Seconds of a category that exists.
Uint256 category_time(const state::State& state, const Address& hub, const Uint256& index);

/// The part of the configuration that tasks read, now and not as of the deal.
struct TaskSettings {
    Address tee_broker;    ///< null: the pool's owner authorises enclaves too
    Uint256 callback_gas;  ///< gas units
    Address v3_hub;        ///< null: none
};
TaskSettings load_task_settings(const state::State& state, const Address& hub);

/// A worker's reputation. It stands in the slot of its account, but only tasks and importScore change it.
struct Reputation {
    Uint256 score;
    bool imported = false;  ///< importScore was used
};
Reputation load_reputation(const state::State& state, const Address& hub, const Address& worker);
void store_reputation(state::State& state, const Address& hub, const Address& worker, const Reputation& value);

namespace external {

/// `verify` of §5.3: contract accounts by ERC-1271, others by recovery. A wrong length reverts.
Outcome<bool> verify(Context& context, const Address& account, const Hash& hash, ByteView signature);

}  // namespace external

// The five primitives of poco.md §3.2. Each either does all it says, events included, or reverts having written
// nothing.
namespace ledger {

Outcome<void> lock(Context& context, const Address& account, const Uint256& amount);
Outcome<void> unlock(Context& context, const Address& account, const Uint256& amount);
/// The value stays with the hub and is then handed on by reward().
Outcome<void> seize(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task);
Outcome<void> reward(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task);
/// After a claim: adds seized value to the kitty's pot; events Reward and Lock, no Transfer (§10.4).
Outcome<void> fill_kitty(Context& context, const Uint256& amount, const poco::TaskId& task);
/// What the kitty holds, nRLC.
Uint256 kitty(Context& context);

// What open deals and contributions account for, counted apart from the locks themselves: the two must agree after each
// transaction (§21.2).
void commit(Context& context, const Uint256& amount);
void release(Context& context, const Uint256& amount);

}  // namespace ledger

}  // namespace bourse::native
