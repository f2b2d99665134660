// Chains for the tests of this folder.
#pragma once

#include <bourse/chain/genesis.hpp>
#include <bourse/engine/test_transactions.hpp>

namespace bourse::engine {

inline constexpr std::uint64_t kGenesisS = 1'000'000;

/// The genesis with a coin (10^18) for each of the test keys 1 to `keys`.
inline chain::GenesisConfig with_coins(chain::GenesisConfig genesis, std::uint64_t keys) {
    for (std::uint64_t key = 1; key <= keys; ++key)
        genesis.coins.emplace_back(test_key(key).address(), Uint256{1'000'000'000'000'000'000});
    return genesis;
}

/// A chain without transactions of the market, from second kGenesisS on.
inline chain::GenesisConfig plain_genesis(chain::ChainKind kind = chain::ChainKind::kDevelopment) {
    chain::GenesisConfig out;
    out.kind = kind;
    out.chain_id = 65535;
    out.hub.chain_id = out.chain_id;
    out.time_s = kGenesisS;
    return with_coins(std::move(out), 5);
}

}  // namespace bourse::engine
