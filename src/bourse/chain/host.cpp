#include <bourse/chain/host.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/native/modules.hpp>

namespace bourse::chain {

bool move_coins(state::State& state, const Address& from, const Address& to, const Uint256& wei) {
    if (wei.is_zero()) return true;
    const auto rest = checked_sub(state.balance(from), wei);
    if (!rest) return false;
    state.set_balance(from, *rest);
    const auto sum = checked_add(state.balance(to), wei);
    BOURSE_ASSERT(sum.has_value());  // genesis keeps the supply of coins below 2^256
    state.set_balance(to, *sum);
    return true;
}

state::CallResult ExecutionHost::call(const state::Message& message) {
    using Status = state::CallResult::Status;
    if (message.depth > kMaxCallDepth) return {Status::kRevert, message.gas, {}};
    if (message.is_static && !message.value.is_zero()) return {Status::kFailure, 0, {}};
    const auto before = state_.snapshot();
    if (!move_coins(state_, message.sender, message.to, message.value)) return {Status::kRevert, message.gas, {}};
    if (!native::has_native_code(state_, message.to)) return {Status::kSuccess, message.gas, {}};
    state::CallResult result = native::execute(*this, message);
    if (!result.ok()) state_.revert(before);
    return result;
}

}  // namespace bourse::chain
