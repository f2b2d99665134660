#include <bourse/rpc/method.hpp>
#include <bourse/rpc/method_functions.hpp>

#include <algorithm>

namespace bourse::rpc {

namespace {

using enum ParamType;

const ParamSpec kAddressParam{"address", kAddress};
const ParamSpec kHashParam{"hash", kHash};
const ParamSpec kBlockParam{"block", kBlock};
/// Absent: latest.
const ParamSpec kAtBlock{"block", kBlock, false};
const ParamSpec kRaw{"raw", kData};
const ParamSpec kFull{"full", kFlag, false};
const ParamSpec kIndex{"index", kQuantity};
const ParamSpec kOverrides{"overrides", kNothing, false};

constexpr auto kDev = MethodScope::kDevelopment;
constexpr auto kSocket = MethodScope::kWebSocket;

/// Sorted by name (a test checks it).
const std::vector<Method> kMethods{
    {"bourse_mempool", {}, "{executable, waiting, bytes}", "Size of the transaction pool.", bourse_mempool},
    {"bourse_sendRawTransaction",
     {kRaw},
     "hash",
     "As eth_sendRawTransaction, but due at once.",
     bourse_send_raw_transaction},
    {"bourse_taskConsensus",
     {{"task", kHash}, kAtBlock},
     "{total, groups: [{value, weight}]}",
     "Credibility of the groups of equal results of a task, in order of first contribution.",
     bourse_task_consensus},
    {"eth_accounts", {}, "[]", "This node keeps no keys.", eth_accounts},
    {"eth_blobBaseFee", {}, "quantity", "Always 0: blobs are refused.", eth_zero_price},
    {"eth_blockNumber", {}, "quantity", "Number of the last committed block.", eth_block_number},
    {"eth_call",
     {{"call", kCall}, kAtBlock, kOverrides, kOverrides},
     "data",
     "Runs a call without changing anything. A revert is error 3 with its data.",
     eth_call},
    {"eth_chainId", {}, "quantity", "Chain id of EIP-155.", eth_chain_id},
    {"eth_estimateGas",
     {{"call", kCall}, kAtBlock, kOverrides},
     "quantity",
     "Least gas limit that does what plenty would do; without a block on the pending one.",
     eth_estimate_gas},
    {"eth_feeHistory",
     {{"blocks", kNumber}, {"newest", kBlock}, {"percentiles", kPercentiles, false}},
     "{oldestBlock, baseFeePerGas, gasUsedRatio, baseFeePerBlobGas, blobGasUsedRatio, reward?}",
     "Fees of the last blocks; the base fee is always 0.",
     eth_fee_history},
    {"eth_gasPrice", {}, "quantity", "Always 0: the chain is feeless.", eth_zero_price},
    {"eth_getBalance", {kAddressParam, kAtBlock}, "quantity", "Native coin in wei.", eth_get_balance},
    {"eth_getBlockByHash",
     {kHashParam, kFull},
     "block or null",
     "A block with transaction hashes, or whole transactions.",
     eth_get_block_by_hash},
    {"eth_getBlockByNumber",
     {kBlockParam, kFull},
     "block or null",
     "As by hash. pending: head + 1 with the pool's executable transactions and the chain's clock.",
     eth_get_block_by_number},
    {"eth_getBlockReceipts",
     {kBlockParam},
     "[receipt] or null",
     "Receipts of all transactions of a block.",
     eth_get_block_receipts},
    {"eth_getBlockTransactionCountByHash",
     {kHashParam},
     "quantity or null",
     "Number of transactions.",
     eth_get_block_transaction_count_by_hash},
    {"eth_getBlockTransactionCountByNumber",
     {kBlockParam},
     "quantity or null",
     "Number of transactions.",
     eth_get_block_transaction_count_by_number},
    {"eth_getCode", {kAddressParam, kAtBlock}, "data", "Code; 0xfe for native contracts.", eth_get_code},
    {"eth_getLogs",
     {{"filter", kLogFilter}},
     "[log]",
     "Logs of a range of blocks by address and topics.",
     eth_get_logs},
    {"eth_getRawTransactionByHash", {kHashParam}, "data", "Raw bytes, 0x if unknown.", eth_get_raw_transaction_by_hash},
    {"eth_getStorageAt",
     {kAddressParam, {"slot", kSlot}, kAtBlock},
     "32 bytes",
     "Value of a storage slot (docs/reference/storage.md).",
     eth_get_storage_at},
    {"eth_getTransactionByBlockHashAndIndex",
     {kHashParam, kIndex},
     "transaction or null",
     "",
     eth_get_transaction_by_block_hash_and_index},
    {"eth_getTransactionByBlockNumberAndIndex",
     {kBlockParam, kIndex},
     "transaction or null",
     "",
     eth_get_transaction_by_block_number_and_index},
    {"eth_getTransactionByHash",
     {kHashParam},
     "transaction or null",
     "Mined, or waiting in the pool (block fields null).",
     eth_get_transaction_by_hash},
    {"eth_getTransactionCount",
     {kAddressParam, kAtBlock},
     "quantity",
     "Nonce; pending counts the pool's executable transactions.",
     eth_get_transaction_count},
    {"eth_getTransactionReceipt",
     {kHashParam},
     "receipt or null",
     "Outcome and logs; never visible before its state.",
     eth_get_transaction_receipt},
    {"eth_getUncleCountByBlockNumber", {kBlockParam}, "quantity or null", "Always 0.", eth_get_uncle_count},
    {"eth_maxPriorityFeePerGas", {}, "quantity", "Always 0.", eth_zero_price},
    {"eth_sendRawTransaction",
     {kRaw},
     "hash",
     "Admits a signed transaction to the pool; due after the compatibility delay (chain.md §5).",
     eth_send_raw_transaction},
    {"eth_subscribe",
     {{"kind", kText}, {"filter", kLogFilter, false}},
     "quantity",
     "newHeads, logs or newPendingTransactions over WebSocket.",
     eth_subscribe,
     kSocket},
    {"eth_syncing", {}, "false", "A committed block is final.", eth_syncing},
    {"eth_unsubscribe", {{"id", kText}}, "true", "Ends a subscription.", eth_unsubscribe, kSocket},
    {"evm_increaseTime",
     {{"seconds", kNumber}},
     "number",
     "Moves the chain's clock; the offset so far in seconds.",
     evm_increase_time,
     kDev},
    {"evm_mine",
     {{"time", kNumber, false}},
     "\"0x0\"",
     "Makes a block at once with all executable transactions.",
     evm_mine,
     kDev},
    {"evm_setNextBlockTimestamp",
     {{"time", kNumber}},
     "null",
     "Time of the next block in seconds; the clock goes on from it.",
     evm_set_next_block_timestamp,
     kDev},
    {"net_listening", {}, "true", "", net_listening},
    {"net_peerCount", {}, "quantity", "0 with the embedded engine.", net_peer_count},
    {"net_version", {}, "text", "Chain id in decimal.", net_version},
    {"rpc_modules", {}, "{module: version}", "What is offered; evm on development chains only.", rpc_modules},
    {"web3_clientVersion", {}, "text", "Name and version of this program.", web3_client_version},
    {"web3_sha3", {{"data", kData}}, "hash", "Keccak-256.", web3_sha3},
};

std::string parameter_list(const Method& method) {
    std::string out;
    for (const auto& param : method.params) {
        if (param.type == kNothing) continue;
        if (!out.empty()) out += ", ";
        out += std::string(param.name) + (param.required ? "" : "?") + ": " + std::string(to_text(param.type));
    }
    return out.empty() ? "–" : out;
}

}  // namespace

const std::vector<Method>& method_table() { return kMethods; }

const Method* find_method(std::string_view name) {
    const auto& table = method_table();
    const auto it = std::ranges::lower_bound(table, name, {}, &Method::name);
    return it != table.end() && it->name == name ? &*it : nullptr;
}

std::string method_reference() {
    std::string out =
        "# JSON-RPC methods\n\n"
        "Made by `bourse node rpc-docs` from the method table; do not edit.\n\n"
        "JSON-RPC 2.0 by `POST /` and WebSocket on the same port, single or as a batch. A `block` is `latest`, "
        "`safe`,\n"
        "`finalized` (the same: a committed block is final), `pending`, `earliest`, a quantity, `{\"blockNumber\"}` "
        "or\n"
        "`{\"blockHash\"}`; without one it is `latest`. Quantities are hex without leading zeros. `ws`: over WebSocket "
        "only;\n"
        "`dev`: on development chains only.\n\n"
        "| method | parameters | result | |\n|---|---|---|---|\n";
    for (const auto& method : method_table()) {
        out += "| `" + std::string(method.name) + "` | " + parameter_list(method) + " | " + std::string(method.result) +
               " | ";
        if (method.scope == kSocket) out += "ws. ";
        if (method.scope == kDev) out += "dev. ";
        out += std::string(method.summary) + " |\n";
    }
    const RpcLimits limits;
    out += "\n## Limits\n\n| what | limit | answer beyond it |\n|---|---|---|\n";
    out += "| body | 5 MiB | HTTP 413 |\n";
    out += "| batch | " + std::to_string(limits.batch_calls) + " calls | −32600 |\n";
    out += "| answer of a batch | " + std::to_string(limits.batch_answer_bytes >> 20) +
           " MiB | −32003 for the calls that follow |\n";
    out += "| `eth_getLogs` | " + std::to_string(limits.log_blocks) + " blocks unless address or topic is given, " +
           std::to_string(limits.log_results) + " results | −32005 with a range that fits |\n";
    out += "| calls and estimates | " + std::to_string(limits.call_gas) + " gas | out of gas |\n";
    out += "| subscriptions | " + std::to_string(limits.subscriptions) + " a connection | −32005 |\n";
    out +=
        "\n## Errors\n\n| code | when |\n|---|---|\n"
        "| 3 | a call reverted; `data` holds the revert data |\n"
        "| −32700, −32600, −32601, −32602 | not JSON, not a request, unknown method, wrong parameters |\n"
        "| −32000 | refused, with geth's text where geth has the case |\n"
        "| −32003 | the answer would be too large |\n"
        "| −32005 | a limit is exceeded |\n";
    return out;
}

}  // namespace bourse::rpc
