#include <bourse/rpc/answers.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>

namespace bourse::rpc {

namespace {

Answer block_answer(CallContext& context, const BlockId& id, bool full) {
    if (id.kind == BlockId::Kind::kPending) {
        const auto executable = pending_transactions(context);
        return pending_block_json(context.view->head(), context.view->head_hash(), pending_block(context).time_ms,
                                  executable, full);
    }
    const auto block = stored_block(context, id);
    return block ? block_json(*block, full) : "null";
}

Answer count_answer(CallContext& context, const BlockId& id) {
    if (id.kind == BlockId::Kind::kPending) return json_quantity(std::uint64_t{pending_transactions(context).size()});
    const auto block = stored_block(context, id);
    return block ? json_quantity(std::uint64_t{block->transactions.size()}) : "null";
}

Answer header_answer(CallContext& context, const BlockId& id) {
    if (id.kind == BlockId::Kind::kPending) {
        const auto executable = pending_transactions(context);
        return pending_header_json(context.view->head(), context.view->head_hash(), pending_block(context).time_ms,
                                   executable);
    }
    const auto number = block_number_of(context, id);
    if (!number) return "null";
    const auto stored = context.view->blocks().header(*number);
    return stored ? header_json(header_of(*stored), stored->hash) : "null";
}

BlockId by_hash(const Hash& hash) { return {BlockId::Kind::kHash, 0, hash}; }

}  // namespace

Answer eth_block_number(CallContext& context, const Params&) { return json_quantity(context.view->head().number); }

Answer eth_get_block_by_number(CallContext& context, const Params& params) {
    const auto* full = params.find<bool>(1);
    return block_answer(context, params.block(0), full != nullptr && *full);
}

Answer eth_get_block_by_hash(CallContext& context, const Params& params) {
    const auto* full = params.find<bool>(1);
    return block_answer(context, by_hash(params.get<Hash>(0)), full != nullptr && *full);
}

Answer eth_get_block_transaction_count_by_number(CallContext& context, const Params& params) {
    return count_answer(context, params.block(0));
}

Answer eth_get_block_transaction_count_by_hash(CallContext& context, const Params& params) {
    return count_answer(context, by_hash(params.get<Hash>(0)));
}

Answer eth_get_header_by_number(CallContext& context, const Params& params) {
    return header_answer(context, params.block(0));
}

Answer eth_get_header_by_hash(CallContext& context, const Params& params) {
    return header_answer(context, by_hash(params.get<Hash>(0)));
}

Answer eth_get_uncle_count_by_number(CallContext& context, const Params& params) {
    return block_number_of(context, params.block(0)) ? "\"0x0\"" : "null";
}

Answer eth_get_uncle_count_by_hash(CallContext& context, const Params& params) {
    return block_number_of(context, by_hash(params.get<Hash>(0))) ? "\"0x0\"" : "null";
}

Answer eth_get_uncle(CallContext&, const Params&) { return "null"; }

Answer eth_get_block_receipts(CallContext& context, const Params& params) {
    const auto id = params.block(0);
    if (id.kind == BlockId::Kind::kPending) return "null";
    const auto block = stored_block(context, id);
    return block ? receipts_json(*block) : "null";
}

}  // namespace bourse::rpc
