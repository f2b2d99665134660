#include <bourse/codec/abi.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>
#include <bourse/state/state.hpp>

namespace bourse::rpc {

namespace {

/// The error of a call that did not succeed (sdk-interop.md §2.5).
tl::unexpected<RpcError> call_error(const chain::CallOutcome& outcome) {
    if (outcome.invalid) return rpc_fail(kServerError, std::string(chain::to_text(*outcome.invalid)));
    if (!outcome.reverted) return rpc_fail(kServerError, "out of gas");
    std::string message = "execution reverted";
    if (const auto reason = abi::decode_error(outcome.output)) message += ": " + *reason;
    return rpc_fail(kReverted, std::move(message), json_hex(outcome.output));
}

chain::CallRequest bounded(const CallContext& context, const CallArguments& arguments) {
    auto call = arguments.call;
    if (call.gas == 0 || call.gas > context.limits.call_gas) call.gas = context.limits.call_gas;
    return call;
}

}  // namespace

Answer eth_get_balance(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(1)));
    return json_quantity(state::State(*scene.state).balance(params.get<Address>(0)));
}

Answer eth_get_transaction_count(CallContext& context, const Params& params) {
    const auto& address = params.get<Address>(0);
    const auto id = params.block(1);
    if (id.kind == BlockId::Kind::kPending) return json_quantity(context.engine.pending_nonce(address));
    BOURSE_TRY(const auto scene, call_scene(context, id));
    return json_quantity(state::State(*scene.state).nonce(address));
}

Answer eth_get_code(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(1)));
    return json_hex(state::State(*scene.state).code(params.get<Address>(0)));
}

Answer eth_get_storage_at(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(2)));
    return json_hex(state::State(*scene.state).slot(params.get<Address>(0), to_be32(params.get<Uint256>(1))));
}

Answer eth_call(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(1)));
    const auto outcome =
        chain::simulate_call(*scene.state, scene.block, bounded(context, params.get<CallArguments>(0)));
    if (!outcome.success) return call_error(outcome);
    return json_hex(outcome.output);
}

Answer eth_estimate_gas(CallContext& context, const Params& params) {
    const auto* id = params.find<BlockId>(1);
    BOURSE_TRY(const auto scene, call_scene(context, id != nullptr ? *id : BlockId{BlockId::Kind::kPending, 0, {}}));
    const auto& arguments = params.get<CallArguments>(0);
    const auto gas = chain::estimate_gas(*scene.state, scene.block, bounded(context, arguments));
    if (!gas) return call_error(gas.error());
    return json_quantity(*gas + arguments.access_list_gas);
}

}  // namespace bourse::rpc
