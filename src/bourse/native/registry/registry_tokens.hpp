// Enumeration and transfer of a registry's tokens in storage. No checks, no events.
#pragma once

#include <bourse/native/core/layout.hpp>
#include <bourse/state/state.hpp>

namespace bourse::native {

std::uint64_t owned_count(const state::State& state, const Address& registry, const Address& owner);
/// place < owned_count
Address owned_token(const state::State& state, const Address& registry, const Address& owner, std::uint64_t place);
/// index < count of the registry
Address token_by_index(const state::State& state, const Address& registry, std::uint64_t index);
void move_token(state::State& state, const Address& registry, const Address& resource, const Address& from,
                const Address& to);

}  // namespace bourse::native
