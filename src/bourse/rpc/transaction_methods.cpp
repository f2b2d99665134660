#include <bourse/rpc/answers.hpp>
#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>

namespace bourse::rpc {

namespace {

Answer submit(CallContext& context, const Params& params, bool at_once) {
    const auto& raw = params.get<Bytes>(0);
    const auto hash = context.engine.submit(raw, at_once);
    if (hash) return json_hex(*hash);
    const auto& error = hash.error();
    const bool limit = error.code == "QUOTA_EXCEEDED" || error.code == "POOL_FULL";
    return rpc_fail(limit ? kLimitExceeded : kServerError, error.message);
}

/// The transaction at `index` of a block: `mined` writes a stored one with its place, `waiting` one of the pool.
template <class Mined, class Waiting>
std::string by_block_and_index(CallContext& context, const BlockId& id, const Uint256& index, const char* absent,
                               Mined mined, Waiting waiting) {
    if (!index.fits_u64()) return absent;
    if (id.kind == BlockId::Kind::kPending) {
        const auto list = pending_transactions(context);
        return index.low_u64() < list.size() ? waiting(*list[index.low_u64()]) : absent;
    }
    const auto block = stored_block(context, id);
    if (!block || index.low_u64() >= block->transactions.size()) return absent;
    const auto i = static_cast<std::uint32_t>(index.low_u64());
    return mined(block->transactions[i], MinedPlace{block->header.hash, block->header.number, i});
}

Answer whole_transaction(CallContext& context, const BlockId& id, const Uint256& index) {
    return by_block_and_index(
        context, id, index, "null",
        [](const engine::StoredTransaction& tx, const MinedPlace& place) { return transaction_json(tx, place); },
        [](const chain::PreparedTransaction& tx) { return transaction_json(tx); });
}

Answer raw_transaction(CallContext& context, const BlockId& id, const Uint256& index) {
    return by_block_and_index(
        context, id, index, "\"0x\"",
        [](const engine::StoredTransaction& tx, const MinedPlace&) { return json_hex(tx.raw); },
        [](const chain::PreparedTransaction& tx) { return json_hex(tx.raw); });
}

BlockId with_hash(const Hash& hash) { return {BlockId::Kind::kHash, 0, hash}; }

}  // namespace

Answer eth_send_raw_transaction(CallContext& context, const Params& params) { return submit(context, params, false); }

Answer bourse_send_raw_transaction(CallContext& context, const Params& params) { return submit(context, params, true); }

Answer eth_get_transaction_by_hash(CallContext& context, const Params& params) {
    const auto& hash = params.get<Hash>(0);
    // Pool first: a transaction that is mined between the two look-ups is then found in one of them. But the view was
    // taken before, so a fresh one is asked last.
    const auto waiting = context.engine.pool().find(hash);
    if (const auto record = stored_transaction(context, hash))
        return transaction_json(record->transaction,
                                MinedPlace{record->header.hash, record->place.block_number, record->place.index});
    if (waiting) return transaction_json(*waiting);
    context.view = context.engine.view();
    if (const auto record = stored_transaction(context, hash))
        return transaction_json(record->transaction,
                                MinedPlace{record->header.hash, record->place.block_number, record->place.index});
    return "null";
}

Answer eth_get_transaction_by_block_number_and_index(CallContext& context, const Params& params) {
    return whole_transaction(context, params.block(0), params.get<Uint256>(1));
}

Answer eth_get_transaction_by_block_hash_and_index(CallContext& context, const Params& params) {
    return whole_transaction(context, with_hash(params.get<Hash>(0)), params.get<Uint256>(1));
}

Answer eth_get_raw_transaction_by_block_number_and_index(CallContext& context, const Params& params) {
    return raw_transaction(context, params.block(0), params.get<Uint256>(1));
}

Answer eth_get_raw_transaction_by_block_hash_and_index(CallContext& context, const Params& params) {
    return raw_transaction(context, with_hash(params.get<Hash>(0)), params.get<Uint256>(1));
}

Answer eth_get_raw_transaction_by_hash(CallContext& context, const Params& params) {
    const auto& hash = params.get<Hash>(0);
    if (const auto waiting = context.engine.pool().find(hash)) return json_hex(waiting->raw);
    const auto record = stored_transaction(context, hash);
    return record ? json_hex(record->transaction.raw) : "\"0x\"";
}

Answer eth_get_transaction_receipt(CallContext& context, const Params& params) {
    const auto record = stored_transaction(context, params.get<Hash>(0));
    return record ? receipt_json(*record) : "null";
}

}  // namespace bourse::rpc
