#include <bourse/node/limits.hpp>

#include <bourse/chain/execution.hpp>
#include <bourse/codec/transaction.hpp>
#include <bourse/engine/pool.hpp>
#include <bourse/engine/sender_quotas.hpp>
#include <bourse/engine/state_store.hpp>
#include <bourse/sys/command.hpp>

#include <array>

namespace bourse::node {

namespace {

using L = ServerLimits;

constexpr std::array kRows{
    LimitRow{"max-body-bytes", "bytes of a request's body or of a WebSocket message", &L::body_bytes,
             "HTTP 413; close 1009"},
    LimitRow{"batch-calls", "calls of a batch", &L::batch_calls, "−32600"},
    LimitRow{"batch-answer-bytes", "bytes of the answer to a batch", &L::batch_answer_bytes,
             "−32003 for the calls that follow"},
    LimitRow{"log-blocks", "blocks of a search for logs, unless an address or topic is given", &L::log_blocks,
             "−32005 with a range that fits"},
    LimitRow{"log-results", "logs that a search finds", &L::log_results, "−32005 with a range that fits"},
    LimitRow{"call-gas", "gas of eth_call, eth_estimateGas and eth_createAccessList", &L::call_gas,
             "cut down to it; −32000 out of gas"},
    LimitRow{"call-time-ms", "milliseconds of these calls", &L::call_time_ms, "−32000"},
    LimitRow{"proof-keys", "keys of an eth_getProof", &L::proof_keys, "−32602"},
    LimitRow{"old-state-work", "microseconds, about, that a call may spend on going back to a state behind the head",
             &L::old_state_work, "−32005; also for a third proof at a time of blocks more than 128 behind"},
    LimitRow{"fee-history-blocks", "blocks of an eth_feeHistory", &L::fee_history_blocks, "cut down to it"},
    LimitRow{"subscriptions", "subscriptions of a connection", &L::subscriptions, "−32005"},
    LimitRow{"filters", "filters that a connection has made", &L::filters, "−32005"},
    LimitRow{"all-filters", "filters of all connections", &L::all_filters, "−32005"},
    LimitRow{"filter-lifetime-ms", "milliseconds that a filter lives without a poll", &L::filter_lifetime_ms,
             "−32000 filter not found"},
    LimitRow{"pending-hashes", "announcements kept for filters of pending transactions", &L::pending_hashes,
             "the oldest are left out"},
    LimitRow{"requests-per-minute",
             "requests and WebSocket messages a minute by client address, loopback exempt; 0: none",
             &L::requests_per_minute, "HTTP 429 with Retry-After; close 1013"},
    LimitRow{"max-connections", "open connections", &L::connections, "HTTP 503, closed"},
    LimitRow{"idle-timeout-ms", "milliseconds of silence between requests, or of a WebSocket that answers no ping",
             &L::idle_timeout_ms, "closed"},
    LimitRow{"header-timeout-ms", "milliseconds until a request's head is complete", &L::header_timeout_ms, "closed"},
    LimitRow{"ws-queue-bytes", "bytes that wait for a WebSocket client which reads slowly", &L::ws_queue_bytes,
             "close 1013"},
};

std::string row(std::string_view what, std::uint64_t limit, std::string_view beyond) {
    return "| " + std::string(what) + " | " + std::to_string(limit) + " | " + std::string(beyond) + " |\n";
}

/// What other nodes would not have to agree on, but this one's pool refuses (chain.md §7).
std::string pool_reference() {
    const engine::PoolOptions pool;
    std::string out =
        "\n## Transactions\n\nAdmission policy of the pool, except for the first two, which are rules of the chain.\n\n"
        "| what | limit | answer beyond it |\n|---|---|---|\n";
    out += row("bytes of a transaction", kMaxTransactionBytes, "−32000");
    out += row("gas of a transaction and of a block", pool.block_gas_limit, "−32000 exceeds block gas limit");
    out += row("transactions in the pool", pool.max_transactions, "−32005, or the sender with the most goes first");
    out += row("bytes in the pool", pool.max_bytes, "−32005, or the sender with the most goes first");
    out += row("nonces of a sender beyond the next one", pool.max_gap, "−32000");
    out += row("milliseconds behind a gap", pool.gap_lifetime_ms, "forgotten");
    out += row("bytes of a single text or bytes argument", pool.max_argument_bytes, "−32000");
    out +=
        "| started KiB of one sender, refilled by a tenth a second; development chains and --quota-exempt exempt | " +
        std::to_string(engine::SenderQuotas::bucket_size(0)) + " + " +
        std::to_string(engine::SenderQuotas::bucket_size(1) - engine::SenderQuotas::bucket_size(0)) +
        " for each RLC of stake and lock, at most " + std::to_string(engine::SenderQuotas::bucket_size(1'000'000'000)) +
        " | −32005 |\n";
    return out;
}

}  // namespace

std::span<const LimitRow> limit_rows() { return kRows; }

void add_limit_options(CLI::App& app, ServerLimits& limits) {
    for (const auto& limit : kRows)
        sys::add_option(app, "node", limit.option, limits.*limit.value, "At most so many " + std::string(limit.what));
}

rpc::RpcLimits rpc_limits(const ServerLimits& limits) {
    rpc::RpcLimits out;
    out.batch_calls = limits.batch_calls;
    out.batch_answer_bytes = limits.batch_answer_bytes;
    out.log_blocks = limits.log_blocks;
    out.log_results = limits.log_results;
    out.subscriptions = limits.subscriptions;
    out.filters = limits.filters;
    out.all_filters = limits.all_filters;
    out.filter_lifetime_ms = limits.filter_lifetime_ms;
    out.pending_hashes = limits.pending_hashes;
    out.call_gas = limits.call_gas;
    out.call_time_ms = limits.call_time_ms;
    out.proof_keys = limits.proof_keys;
    out.old_state_work = limits.old_state_work;
    out.fee_history_blocks = limits.fee_history_blocks;
    return out;
}

void apply(const ServerLimits& limits, net::ServerConfig& server) {
    server.max_body_bytes = server.max_ws_message_bytes = limits.body_bytes;
    server.max_connections = limits.connections;
    server.max_ws_queue_bytes = limits.ws_queue_bytes;
    server.idle_timeout_ms = limits.idle_timeout_ms;
    server.header_timeout_ms = limits.header_timeout_ms;
    server.requests_per_minute = limits.requests_per_minute;
}

std::string limits_reference() {
    std::string out =
        "# Limits of the node\n\n"
        "Made by `bourse node limits-docs` from the code; do not edit. Each is an option of `bourse node`, a key of "
        "`[node]` in\n`bourse.toml` and an environment variable (`--batch-calls`, `batch_calls`, "
        "`BOURSE_NODE_BATCH_CALLS`).\n\n"
        "## Requests\n\n| what | default | option | answer beyond it |\n|---|---|---|---|\n";
    const ServerLimits defaults;
    for (const auto& limit : kRows)
        out += "| " + std::string(limit.what) + " | " + std::to_string(defaults.*limit.value) + " | `--" +
               std::string(limit.option) + "` | " + std::string(limit.beyond) + " |\n";
    out +=
        "\nAddresses named by `--rate-exempt` (proxies, schedulers on other machines) have no limit of requests. A "
        "host "
        "name that is not\nan address, `localhost` or one of `--allow-host` is refused with 403, and so is a page of "
        "another site, unless `--cors` is given.\nA bind address beyond loopback needs `--insecure`: there is no TLS "
        "here.\n";
    return out + pool_reference();
}

}  // namespace bourse::node
