#include "chain.hpp"

#include <bourse/base/assert.hpp>
#include <bourse/chain/simulation.hpp>

namespace bourse::model {
namespace {

constexpr std::uint64_t kGasLimit = 60'000'000;
constexpr std::uint64_t kBlockGas = 200'000'000;

/// Native modules only, as for every account of a chain without EVM.
class ViewHost final : public state::Host {
public:
    ViewHost(state::State& state, const state::BlockContext& block) : state_(state), block_(block) {}
    state::State& state() noexcept override { return state_; }
    const state::BlockContext& block() const noexcept override { return block_; }
    const Address& origin() const noexcept override { return origin_; }
    state::CallResult call(const state::Message& message) override {
        if (!native::has_native_code(state_, message.to)) return {state::CallResult::Status::kSuccess, message.gas, {}};
        return native::execute(*this, message);
    }

private:
    state::State& state_;
    const state::BlockContext& block_;
    Address origin_;
};

}  // namespace

Chain::Chain(const chain::GenesisConfig& genesis) {
    const auto changes = chain::genesis_changes(genesis);
    committed_.apply(changes);
    keys_.add(changes);
    state_ = std::make_unique<state::State>(committed_);
    block_.number = 1;
    block_.chain_id = genesis.chain_id;
    block_.gas_limit = kBlockGas;
    block_.time_s = genesis.time_s;
}

Outcome Chain::transact(const Address& from, const Address& to, const Bytes& data, std::uint64_t time_s) {
    block_.time_s = time_s;
    block_.time_ms = time_s * 1000;
    chain::PreparedTransaction tx;
    tx.tx.chain_id = block_.chain_id;
    tx.tx.nonce = state_->nonce(from);
    tx.tx.gas_limit = kGasLimit;
    tx.tx.to = to;
    tx.tx.data = data;
    tx.sender = from;
    tx.intrinsic_gas = intrinsic_gas(tx.tx);
    auto result = chain::execute_transaction(*state_, block_, tx, kBlockGas);
    BOURSE_ASSERT(result.has_value());
    return {result->success, std::move(result->output), std::move(result->logs), result->gas_used - tx.intrinsic_gas};
}

Bytes Chain::view(const Address& to, const Bytes& data) {
    state::Message message;
    message.to = to;
    message.input = data;
    message.gas = kGasLimit;
    message.is_static = true;
    ViewHost host(*state_, block_);
    auto result = host.call(message);
    BOURSE_ASSERT(result.ok());
    return std::move(result.output);
}

void Chain::commit() {
    const auto changes = state_->changes();
    committed_.apply(changes);
    keys_.add(changes);
    state_ = std::make_unique<state::State>(committed_);
    ++block_.number;
}

std::optional<std::string> Chain::broken_books() const { return native::broken_books(committed_, keys_); }

}  // namespace bourse::model
