// The host that chain gives to native modules (and later to the EVM).
#pragma once

#include <bourse/state/host.hpp>

namespace bourse::chain {

/// Calls may nest this deep, as in Ethereum.
inline constexpr int kMaxCallDepth = 1024;

class ExecutionHost final : public state::Host {
public:
    /// All must outlive the host.
    ExecutionHost(state::State& state, const state::BlockContext& block, const Address& origin)
        : state_(state), block_(block), origin_(origin) {}

    state::State& state() noexcept override { return state_; }
    const state::BlockContext& block() const noexcept override { return block_; }
    const Address& origin() const noexcept override { return origin_; }
    /// Moves the value, runs native code; an account without code succeeds without output.
    state::CallResult call(const state::Message& message) override;

private:
    state::State& state_;
    const state::BlockContext& block_;
    Address origin_;
};

/// False, with nothing changed, where `from` has not that much.
bool move_coins(state::State& state, const Address& from, const Address& to, const Uint256& wei);

}  // namespace bourse::chain
