#include <bourse/crypto/hash.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>
#include <bourse/state/state.hpp>

#include <algorithm>
#include <cstdio>

namespace bourse::rpc {

namespace {

std::string ratio_text(std::uint64_t used, std::uint64_t limit) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.9g", static_cast<double>(used) / static_cast<double>(limit));
    return buffer;
}

/// Prices at the given percentiles of the block's gas, each gas at the price of its transaction.
std::string reward_row(const engine::StoredBlock& block, const std::vector<double>& percentiles) {
    std::vector<std::pair<Uint256, std::uint64_t>> prices;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto tx = decode_transaction(block.transactions[i].raw);
        if (!tx) continue;
        prices.emplace_back(tx->effective_gas_price(), block.receipts[i].gas_used);
        total += block.receipts[i].gas_used;
    }
    std::ranges::sort(prices);
    std::string out = "[";
    std::size_t at = 0;
    std::uint64_t reached = prices.empty() ? 0 : prices[0].second;
    for (const double percentile : percentiles) {
        const auto wanted = static_cast<std::uint64_t>(static_cast<double>(total) * percentile / 100);
        while (at + 1 < prices.size() && reached < wanted) reached += prices[++at].second;
        if (out.size() > 1) out += ',';
        append_json_quantity(out, prices.empty() ? Uint256() : prices[at].first);
    }
    return out += ']';
}

void append_repeated(std::string& out, std::string_view item, std::uint64_t times) {
    out += '[';
    for (std::uint64_t i = 0; i < times; ++i) {
        if (i > 0) out += ',';
        out += item;
    }
    out += ']';
}

tl::unexpected<RpcError> engine_error(const Error& error) {
    if (error.code == "NOT_DEVELOPMENT") return rpc_fail(kMethodNotFound, error.message);
    return rpc_fail(kInvalidParams, error.message);
}

}  // namespace

Answer web3_client_version(CallContext&, const Params&) { return json_text("bourse/v" BOURSE_VERSION "/linux/c++20"); }

Answer web3_sha3(CallContext&, const Params& params) {
    return json_hex(crypto::keccak256(ByteView(params.get<Bytes>(0))));
}

Answer rpc_modules(CallContext& context, const Params&) {
    std::string out = R"({"bourse":"1.0","eth":"1.0","net":"1.0","rpc":"1.0","web3":"1.0")";
    if (context.engine.is_development()) out += R"(,"evm":"1.0")";
    return out += '}';
}

Answer net_version(CallContext& context, const Params&) {
    return "\"" + std::to_string(context.view->chain_id()) + "\"";
}

Answer net_listening(CallContext&, const Params&) { return "true"; }

Answer net_peer_count(CallContext&, const Params&) { return "\"0x0\""; }

Answer eth_chain_id(CallContext& context, const Params&) { return json_quantity(context.view->chain_id()); }

Answer eth_syncing(CallContext&, const Params&) { return "false"; }

Answer eth_accounts(CallContext&, const Params&) { return "[]"; }

Answer eth_zero_price(CallContext&, const Params&) { return "\"0x0\""; }

Answer eth_blob_base_fee(CallContext&, const Params&) { return "\"0x1\""; }

Answer eth_coinbase(CallContext& context, const Params&) { return json_hex(context.view->head().beneficiary); }

Answer eth_mining(CallContext&, const Params&) { return "false"; }

Answer eth_fee_history(CallContext& context, const Params& params) {
    const auto newest = block_number_of(context, params.block(1));
    if (!newest) return rpc_fail(kServerError, "request beyond head block");
    const auto wanted = std::min(params.get<std::uint64_t>(0), context.limits.fee_history_blocks);
    const auto count = std::min(wanted, *newest + 1);
    const auto oldest = *newest + 1 - count;
    const auto* percentiles = params.find<std::vector<double>>(2);
    if (percentiles != nullptr && percentiles->empty()) percentiles = nullptr;  // asks for no rewards
    std::string ratios = "[";
    std::string rewards = "[";
    for (auto number = oldest; number < oldest + count; ++number) {
        const auto block = context.view->blocks().block(number);
        const auto header = header_of(block->header);
        if (number > oldest) ratios += ',';
        ratios += ratio_text(header.gas_used, header.gas_limit);
        if (percentiles == nullptr) continue;
        if (number > oldest) rewards += ',';
        rewards += reward_row(*block, *percentiles);
    }
    std::string out;
    JsonObject o(out);
    o.quantity("oldestBlock", oldest);
    append_repeated(o.at("baseFeePerGas"), "\"0x0\"", count + 1);
    o.raw("gasUsedRatio", ratios + "]");
    append_repeated(o.at("baseFeePerBlobGas"), "\"0x1\"", count + 1);
    append_repeated(o.at("blobGasUsedRatio"), "0", count);
    if (percentiles != nullptr) o.raw("reward", rewards + "]");
    o.end();
    return out;
}

Answer bourse_task_consensus(CallContext& context, const Params& params) {
    BOURSE_TRY(const auto scene, call_scene(context, params.block(1)));
    const auto view = native::task_consensus(state::State(*scene.state), poco::TaskId(params.get<Hash>(0)));
    std::string out;
    JsonObject o(out);
    o.quantity("total", view.total);
    auto& groups = o.at("groups");
    groups += '[';
    for (std::size_t i = 0; i < view.groups.size(); ++i) {
        if (i > 0) groups += ',';
        JsonObject group(groups);
        group.hex("value", view.groups[i].value);
        group.quantity("weight", view.groups[i].weight);
        group.end();
    }
    groups += ']';
    o.end();
    return out;
}

Answer bourse_mempool(CallContext& context, const Params&) {
    const auto status = context.engine.pool().status();
    std::string out;
    JsonObject o(out);
    o.quantity("executable", std::uint64_t{status.executable});
    o.quantity("waiting", std::uint64_t{status.waiting});
    o.quantity("bytes", std::uint64_t{status.bytes});
    o.end();
    return out;
}

Answer evm_increase_time(CallContext& context, const Params& params) {
    const auto offset_s = context.engine.sequencer().increase_time(params.get<std::uint64_t>(0));
    if (!offset_s) return engine_error(offset_s.error());
    return std::to_string(*offset_s);
}

Answer evm_mine(CallContext& context, const Params& params) {
    const auto* time_s = params.find<std::uint64_t>(0);
    const auto block = context.engine.sequencer().mine(time_s != nullptr ? std::optional(*time_s) : std::nullopt);
    if (!block) return engine_error(block.error());
    return "\"0x0\"";
}

Answer evm_set_next_block_timestamp(CallContext& context, const Params& params) {
    const auto status = context.engine.sequencer().set_next_block_timestamp(params.get<std::uint64_t>(0));
    if (!status) return engine_error(status.error());
    return "null";
}

}  // namespace bourse::rpc
