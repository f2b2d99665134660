// Calls and logs of the chain in words (web-ui §8.9).
#pragma once

#include <bourse/client/rpc_client.hpp>

namespace bourse::market {

/// "matchOrders"; the selector where the function is not known; "transfer of coins" without input.
std::string method_name(ByteView input);
/// [{name, value}] of the functions that have plain arguments; [] for others.
nlohmann::json call_arguments(ByteView input);
/// {name, address, logIndex, fields, topics, data}
nlohmann::json render_log(const client::LogEntry& log);
/// One sentence about what a transaction did, from its events as render_log gives them.
std::string words_of(const std::string& method, const nlohmann::json& events, bool ok);

}  // namespace bourse::market
