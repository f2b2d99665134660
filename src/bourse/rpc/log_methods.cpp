#include <bourse/rpc/filters.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/log_access.hpp>
#include <bourse/rpc/method_functions.hpp>

namespace bourse::rpc {

namespace {

Answer id_answer(const RpcResult<std::string>& id) {
    if (!id) return tl::unexpected(id.error());
    return json_text(*id);
}

}  // namespace

Answer eth_get_logs(CallContext& context, const Params& params) {
    return find_logs(context, params.get<LogArguments>(0));
}

Answer eth_new_filter(CallContext& context, const Params& params) {
    const auto& arguments = params.get<LogArguments>(0);
    BOURSE_TRY(const auto filter, log_filter(context, arguments));  // a range that cannot be is refused now
    (void)filter;
    return id_answer(context.filters.add_logs(context, arguments));
}

Answer eth_new_block_filter(CallContext& context, const Params&) {
    return id_answer(context.filters.add_blocks(context));
}

Answer eth_new_pending_transaction_filter(CallContext& context, const Params&) {
    return id_answer(context.filters.add_pending(context));
}

Answer eth_get_filter_changes(CallContext& context, const Params& params) {
    return context.filters.changes(context, params.get<std::string>(0));
}

Answer eth_get_filter_logs(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto arguments, context.filters.log_arguments(params.get<std::string>(0)));
    return find_logs(context, arguments);
}

Answer eth_uninstall_filter(CallContext& context, const Params& params) {
    return context.filters.remove(params.get<std::string>(0)) ? "true" : "false";
}

Answer eth_subscribe(CallContext& context, const Params& params) {
    if (context.sink == nullptr)
        return rpc_fail(kMethodNotFound, "notifications not supported: subscribe over WebSocket, on the same port");
    const auto* arguments = params.find<SubscriptionArguments>(1);
    return context.sink->subscribe(params.get<std::string>(0),
                                   arguments != nullptr ? *arguments : SubscriptionArguments{});
}

Answer eth_unsubscribe(CallContext& context, const Params& params) {
    if (context.sink == nullptr || !context.sink->unsubscribe(params.get<std::string>(0)))
        return rpc_fail(kServerError, "subscription not found");
    return "true";
}

}  // namespace bourse::rpc
