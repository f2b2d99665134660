#include <bourse/rpc/log_access.hpp>

#include <bourse/rpc/answers.hpp>
#include <bourse/rpc/block_access.hpp>

#include <algorithm>

namespace bourse::rpc {

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
    // A range that begins above the head is empty, not wrong: whoever polls asks for it.
    const bool is_open = !arguments.to || arguments.to->kind != BlockId::Kind::kNumber;
    if (filter.from_block > filter.to_block && !is_open)
        return rpc_fail(kInvalidParams, "invalid block range params: fromBlock lies above toBlock");
    if (filter.from_block > std::min(head, filter.to_block)) return std::nullopt;
    filter.to_block = std::min(filter.to_block, head);
    return filter;
}

Answer find_logs(const CallContext& context, const LogArguments& arguments) {
    BOURSE_TRY(const auto filter, log_filter(context, arguments));
    if (!filter) return "[]";
    const engine::LogLimits limits{context.limits.log_results, context.limits.log_blocks};
    const auto found = context.view->blocks().find_logs(*filter, limits);
    if (!found) return rpc_fail(kLimitExceeded, found.error().message);
    return logs_json(*found);
}

std::string logs_json(const std::vector<engine::FoundLog>& logs) {
    std::string out = "[";
    out.reserve(logs.size() * 900 + 2);
    for (const auto& item : logs) {
        if (out.size() > 1) out += ',';
        append_log(out, item.log, {item.block_hash, item.block_number, item.transaction_index}, item.transaction_hash,
                   item.log_index);
    }
    return out += ']';
}

}  // namespace bourse::rpc
