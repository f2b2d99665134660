#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>
#include <bourse/state/state.hpp>

namespace bourse::rpc {

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

}  // namespace bourse::rpc
