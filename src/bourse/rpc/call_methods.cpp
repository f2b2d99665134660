#include <bourse/codec/abi.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/call_readers.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>
#include <bourse/sys/clock.hpp>

namespace bourse::rpc {

namespace {

constexpr std::uint64_t kListedAddressGas = 2400;  ///< EIP-2930
constexpr std::uint64_t kListedKeyGas = 1900;

/// How geth words a failure; the data of a revert stands beside it.
std::string failure_text(const chain::CallOutcome& outcome) {
    if (outcome.invalid) return std::string(chain::to_text(*outcome.invalid));
    if (!outcome.reverted) return "out of gas";
    std::string message = "execution reverted";
    if (const auto reason = abi::decode_error(outcome.output)) message += ": " + *reason;
    return message;
}

/// The error of a call that did not succeed (sdk-interop.md §2.5).
tl::unexpected<RpcError> call_error(const chain::CallOutcome& outcome) {
    if (!outcome.reverted) return rpc_fail(kServerError, failure_text(outcome));
    return rpc_fail(kReverted, failure_text(outcome), json_hex(outcome.output));
}

chain::CallRequest bounded(const CallContext& context, const CallArguments& arguments) {
    auto call = arguments.call;
    if (call.gas == 0 || call.gas > context.limits.call_gas) call.gas = context.limits.call_gas;
    return call;
}

BlockId block_or_pending(const Params& params, std::size_t i) {
    const auto* id = params.find<BlockId>(i);
    return id != nullptr ? *id : BlockId{BlockId::Kind::kPending, 0, {}};
}

/// Runs `body` with a reader of the scene that ends it after the time a call may take.
template <class Body>
Answer within_time(const CallContext& context, const CallScene& scene, Body body) {
    const auto limit_ms = context.limits.call_time_ms;
    const TimedReader reader(*scene.state, sys::steady_ms() + limit_ms);
    try {
        return body(reader);
    } catch (const CallTimedOut&) {
        return rpc_fail(kServerError, "execution aborted (timeout = " + std::to_string(limit_ms) + " ms)");
    }
}

/// What a call touches, as geth gives it: not the sender, and the target only where its slots are read.
void append_touched(std::string& out, const RecordingReader& reader, const chain::CallRequest& call,
                    std::uint64_t& list_gas) {
    out += '[';
    bool first = true;
    for (const auto& [address, keys] : reader.reads()) {
        if (keys.empty() && (address == call.from || address == call.to)) continue;
        if (!first) out += ',';
        first = false;
        list_gas += kListedAddressGas + kListedKeyGas * keys.size();
        JsonObject entry(out);
        entry.hex("address", address);
        auto& list = entry.at("storageKeys");
        list += '[';
        for (const auto& key : keys) {
            if (list.back() != '[') list += ',';
            append_json_hex(list, key);
        }
        list += ']';
        entry.end();
    }
    out += ']';
}

}  // namespace

Answer eth_call(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(1)));
    return within_time(context, scene, [&](const state::Reader& reader) -> Answer {
        const auto outcome = chain::simulate_call(reader, scene.block, bounded(context, params.get<CallArguments>(0)));
        if (!outcome.success) return call_error(outcome);
        return json_hex(outcome.output);
    });
}

Answer eth_estimate_gas(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, block_or_pending(params, 1)));
    const auto& arguments = params.get<CallArguments>(0);
    return within_time(context, scene, [&](const state::Reader& reader) -> Answer {
        const auto gas = chain::estimate_gas(reader, scene.block, bounded(context, arguments));
        if (!gas) return call_error(gas.error());
        return json_quantity(*gas + arguments.access_list_gas);
    });
}

Answer eth_create_access_list(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, block_or_pending(params, 1)));
    const auto call = bounded(context, params.get<CallArguments>(0));
    return within_time(context, scene, [&](const state::Reader& reader) -> Answer {
        const RecordingReader recorder(reader);
        const auto outcome = chain::simulate_call(recorder, scene.block, call);
        if (outcome.invalid) return call_error(outcome);
        std::string out;
        std::uint64_t list_gas = 0;
        JsonObject o(out);
        append_touched(o.at("accessList"), recorder, call, list_gas);
        if (!outcome.success) o.text("error", failure_text(outcome));
        o.quantity("gasUsed", outcome.gas_used + list_gas);
        o.end();
        return out;
    });
}

}  // namespace bourse::rpc
