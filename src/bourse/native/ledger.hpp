// The escrow's ledger: the five primitives of poco.md §3.2 and the ERC-20 moves of §3.3. This is the one interface
// through which the task part (hub_tasks) touches money.
//
// Each operation either does all it says, events included, or reverts having written nothing.
#pragma once

#include <bourse/native/call.hpp>
#include <bourse/native/hub_state.hpp>

namespace bourse::native::ledger {

Outcome<void> lock(Context& context, const Address& account, const Uint256& amount);
Outcome<void> unlock(Context& context, const Address& account, const Uint256& amount);
/// The value stays with the hub and is then handed on by reward().
Outcome<void> seize(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task);
Outcome<void> reward(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task);
/// After a claim: adds seized value to the kitty's pot; events Reward and Lock, no Transfer (§10.4).
Outcome<void> fill_kitty(Context& context, const Uint256& amount, const poco::TaskId& task);

// What open deals and contributions account for, counted apart from the locks themselves: the two must agree after each
// transaction (§21.2).
void commit(Context& context, const Uint256& amount);
void release(Context& context, const Uint256& amount);

// ERC-20 rules of the surface: other error texts, unlocked stake only.
Outcome<void> transfer(Context& context, const Address& from, const Address& to, const Uint256& amount);
Outcome<void> mint(Context& context, const Address& account, const Uint256& amount);
Outcome<void> burn(Context& context, const Address& account, const Uint256& amount);

}  // namespace bourse::native::ledger
