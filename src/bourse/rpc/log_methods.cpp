#include <bourse/rpc/answers.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>

#include <algorithm>

namespace bourse::rpc {

namespace {

/// Ends of the range within the view; nullopt where it lies wholly above the head.
RpcResult<std::optional<engine::LogFilter>> log_filter(const CallContext& context, const LogArguments& arguments) {
    engine::LogFilter filter{0, 0, arguments.addresses, arguments.topics};
    const auto head = context.view->head().number;
    if (arguments.block_hash) {
        const auto number = block_number_of(context, {BlockId::Kind::kHash, 0, *arguments.block_hash});
        if (!number) return rpc_fail(kServerError, "unknown block");
        filter.from_block = filter.to_block = *number;
        return filter;
    }
    const auto resolve = [&](const std::optional<BlockId>& id) {
        const auto which = id.value_or(BlockId{});
        return which.kind == BlockId::Kind::kNumber ? which.number : *block_number_of(context, which);
    };
    filter.from_block = resolve(arguments.from);
    filter.to_block = resolve(arguments.to);
    if (filter.from_block > filter.to_block)
        return rpc_fail(kInvalidParams, "invalid block range params: fromBlock lies above toBlock");
    if (filter.from_block > head) return std::nullopt;
    filter.to_block = std::min(filter.to_block, head);
    return filter;
}

}  // namespace

Answer eth_get_logs(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto filter, log_filter(context, params.get<LogArguments>(0)));
    if (!filter) return "[]";
    const engine::LogLimits limits{context.limits.log_results, context.limits.log_blocks};
    const auto found = context.view->blocks().find_logs(*filter, limits);
    if (!found) return rpc_fail(kLimitExceeded, found.error().message);
    std::string out = "[";
    out.reserve(found->size() * 900 + 2);
    for (const auto& item : *found) {
        if (out.size() > 1) out += ',';
        append_log(out, item.log, {item.block_hash, item.block_number, item.transaction_index}, item.transaction_hash,
                   item.log_index);
    }
    return out += ']';
}

Answer eth_subscribe(CallContext& context, const Params& params) {
    if (context.sink == nullptr)
        return rpc_fail(kMethodNotFound, "notifications not supported: subscribe over WebSocket, on the same port");
    return context.sink->subscribe(params.get<std::string>(0), params.find<LogArguments>(1));
}

Answer eth_unsubscribe(CallContext& context, const Params& params) {
    if (context.sink == nullptr || !context.sink->unsubscribe(params.get<std::string>(0)))
        return rpc_fail(kInvalidParams, "subscription not found");
    return "true";
}

}  // namespace bourse::rpc
