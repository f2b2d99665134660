// The ledger's ERC-20 moves (poco.md §3.3, §3.4), for the clerk's own functions: other error texts than the five
// primitives of clerk.hpp, unlocked stake only. Each either does all it says, its event included, or reverts having
// written nothing.
#pragma once

#include <bourse/native/clerk/clerk.hpp>
#include <bourse/native/clerk/hub_state.hpp>

namespace bourse::native::ledger {

Outcome<void> transfer(Context& context, const Address& from, const Address& to, const Uint256& amount);
Outcome<void> mint(Context& context, const Address& account, const Uint256& amount);
Outcome<void> burn(Context& context, const Address& account, const Uint256& amount);

}  // namespace bourse::native::ledger
