// A chain in memory: real transactions, real blocks, one transaction a block.
#pragma once

#include "memory_state.hpp"

#include <bourse/chain/execution.hpp>
#include <bourse/chain/genesis.hpp>
#include <bourse/chain/simulation.hpp>

namespace bourse::conformance {

using support::MemoryState;

struct Outcome {
    bool success = false;
    Bytes output;
    std::vector<state::Log> logs;
    std::uint64_t gas_used = 0;
};

/// Copies are cheap: a case that must leave no trace runs on a copy.
class World {
public:
    explicit World(const chain::GenesisConfig& genesis);

    /// Signs a type 0 transaction of price 0, executes a block with it. Aborts if the chain refuses it outright.
    Outcome transact(const crypto::PrivateKey& key, const Address& to, const Bytes& data, const Uint256& value,
                     std::uint64_t time_s);
    /// eth_call on the latest block's time (or later).
    Outcome call(const Address& from, const Address& to, const Bytes& data) const;

    std::uint64_t time_s() const noexcept { return head_.time_s; }
    const MemoryState& state() const noexcept { return state_; }

private:
    std::uint64_t chain_id_;
    MemoryState state_;
    chain::BlockHeader head_;
    Hash head_hash_;
};

}  // namespace bourse::conformance
