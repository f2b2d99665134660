// What the node's server allows one client, as one table: options, their defaults and docs/reference/limits.md are made
// from it (chain.md §8).
#pragma once

#include <bourse/net/http_server.hpp>
#include <bourse/rpc/method.hpp>

#include <span>
#include <string>

namespace CLI {
class App;
}

namespace bourse::node {

/// Defaults are those of rpc::RpcLimits and net::ServerConfig, except where the node has its own.
struct ServerLimits {
    std::uint64_t body_bytes = net::ServerConfig{}.max_body_bytes;  ///< also of a WebSocket message
    std::uint64_t batch_calls = rpc::RpcLimits{}.batch_calls;
    std::uint64_t batch_answer_bytes = rpc::RpcLimits{}.batch_answer_bytes;
    std::uint64_t log_blocks = rpc::RpcLimits{}.log_blocks;
    std::uint64_t log_results = rpc::RpcLimits{}.log_results;
    std::uint64_t call_gas = rpc::RpcLimits{}.call_gas;
    std::uint64_t call_time_ms = rpc::RpcLimits{}.call_time_ms;
    std::uint64_t proof_keys = rpc::RpcLimits{}.proof_keys;
    std::uint64_t old_state_work = rpc::RpcLimits{}.old_state_work;
    std::uint64_t fee_history_blocks = rpc::RpcLimits{}.fee_history_blocks;
    std::uint64_t subscriptions = rpc::RpcLimits{}.subscriptions;
    std::uint64_t filters = rpc::RpcLimits{}.filters;
    std::uint64_t all_filters = rpc::RpcLimits{}.all_filters;
    std::uint64_t filter_lifetime_ms = rpc::RpcLimits{}.filter_lifetime_ms;
    std::uint64_t pending_hashes = rpc::RpcLimits{}.pending_hashes;
    std::uint64_t requests_per_minute = 6'000;  ///< by address beyond loopback; 0: no limit
    std::uint64_t connections = net::ServerConfig{}.max_connections;
    std::uint64_t idle_timeout_ms = net::ServerConfig{}.idle_timeout_ms;
    std::uint64_t header_timeout_ms = net::ServerConfig{}.header_timeout_ms;
    std::uint64_t ws_queue_bytes = net::ServerConfig{}.max_ws_queue_bytes;
};

struct LimitRow {
    std::string_view option;  ///< --option of `bourse node`
    std::string_view what;
    std::uint64_t ServerLimits::*value;
    std::string_view beyond;  ///< the answer where it is exceeded
};
std::span<const LimitRow> limit_rows();

void add_limit_options(CLI::App& app, ServerLimits& limits);
rpc::RpcLimits rpc_limits(const ServerLimits& limits);
void apply(const ServerLimits& limits, net::ServerConfig& server);

/// docs/reference/limits.md.
std::string limits_reference();

}  // namespace bourse::node
