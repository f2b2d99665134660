// From a filter's arguments to logs of one view.
#pragma once

#include <bourse/engine/block_store.hpp>
#include <bourse/rpc/method.hpp>

#include <optional>
#include <vector>

namespace bourse::rpc {

/// The blocks that are meant, within the view; nullopt where they lie wholly above its head. Errors: −32000 for an
/// unknown block hash, −32602 for a range that ends before it begins.
RpcResult<std::optional<engine::LogFilter>> log_filter(const CallContext& context, const LogArguments& arguments);
/// Errors: also −32005 with a range that fits.
Answer find_logs(const CallContext& context, const LogArguments& arguments);
std::string logs_json(const std::vector<engine::FoundLog>& logs);

}  // namespace bourse::rpc
