// The RLC token (poco.md §3.8).
#pragma once

#include <bourse/native/core/call.hpp>

namespace bourse::native {

Uint256 rlc_balance(const state::State& state, const Address& token, const Address& account);
Uint256 rlc_supply(const state::State& state, const Address& token);
/// Genesis: credits an account and raises the supply.
void rlc_issue(state::State& state, const Address& token, const Address& account, const Uint256& amount);
/// Genesis: the owner.
void rlc_set_owner(state::State& state, const Address& token, const Address& owner);

std::span<const Entry> rlc_table() noexcept;

}  // namespace bourse::native
