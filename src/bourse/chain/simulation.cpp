#include <bourse/chain/simulation.hpp>

#include <bourse/chain/host.hpp>

namespace bourse::chain {
namespace {

Transaction as_transaction(const CallRequest& call) {
    Transaction tx;
    tx.to = call.to;
    tx.data = call.data;
    tx.value = call.value;
    tx.gas_price = call.gas_price;
    return tx;
}

/// What the caller asks for; else as much as a block holds, and at a price above 0 as much as the caller can pay for.
std::uint64_t gas_limit_of(const CallRequest& call, const state::BlockContext& block, const state::State& state) {
    if (call.gas != 0) return std::min(call.gas, block.gas_limit);
    if (call.gas_price.is_zero()) return block.gas_limit;
    const Uint256 funds = checked_sub(state.balance(call.from), call.value).value_or(Uint256{});
    return std::min(block.gas_limit, (funds / call.gas_price).saturated_u64());
}

CallOutcome refused(InvalidTransaction reason) {
    CallOutcome out;
    out.invalid = reason;
    return out;
}

}  // namespace

CallOutcome simulate_call(const state::Reader& reader, const state::BlockContext& block, const CallRequest& call) {
    if (!call.to) return refused(InvalidTransaction::kCreation);
    state::State state(reader);
    Transaction tx = as_transaction(call);
    const std::uint64_t limit = gas_limit_of(call, block, state);
    tx.gas_limit = limit;
    const std::uint64_t intrinsic = intrinsic_gas(tx);
    if (limit < intrinsic) return refused(InvalidTransaction::kIntrinsicGas);
    if (!call.gas_price.is_zero() || !call.value.is_zero())
        if (state.balance(call.from) < highest_cost(tx)) return refused(InvalidTransaction::kInsufficientFunds);

    ExecutionHost host(state, block, call.from);
    state::Message message;
    message.sender = call.from;
    message.to = *call.to;
    message.value = call.value;
    message.input = call.data;
    message.gas = limit - intrinsic;
    state::CallResult result = host.call(message);
    CallOutcome out;
    out.success = result.ok();
    out.reverted = result.status == state::CallResult::Status::kRevert;
    out.gas_used = limit - result.gas_left;
    out.output = std::move(result.output);
    return out;
}

Result<std::uint64_t, CallOutcome> estimate_gas(const state::Reader& reader, const state::BlockContext& block,
                                                const CallRequest& call) {
    CallOutcome plenty = simulate_call(reader, block, call);
    if (!plenty.success) return fail(std::move(plenty));
    const auto suffices = [&](std::uint64_t gas) {
        CallRequest limited = call;
        limited.gas = gas;
        const CallOutcome outcome = simulate_call(reader, block, limited);
        return outcome.success && outcome.output == plenty.output;
    };
    // Gas of native modules does not depend on the limit, so what was used is mostly what is needed.
    if (suffices(plenty.gas_used)) return plenty.gas_used;
    std::uint64_t low = plenty.gas_used;  // known not to suffice
    std::uint64_t high = call.gas == 0 ? block.gas_limit : std::min(call.gas, block.gas_limit);
    while (low + 1 < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        (suffices(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace bourse::chain
