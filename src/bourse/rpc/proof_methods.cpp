#include <bourse/rpc/block_access.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/method_functions.hpp>

namespace bourse::rpc {

namespace {

void append_nodes(std::string& out, const std::vector<Bytes>& nodes) {
    out += '[';
    for (const auto& node : nodes) {
        if (out.back() != '[') out += ',';
        append_json_hex(out, node);
    }
    out += ']';
}

/// The key comes back as it was written.
void append_storage(std::string& out, const engine::StorageProof& proof, bool is_full_key) {
    JsonObject o(out);
    if (is_full_key)
        o.hex("key", proof.key);
    else
        o.quantity("key", uint256_from_be(proof.key));
    o.quantity("value", uint256_from_be(proof.value.value));
    append_nodes(o.at("proof"), proof.nodes);
    o.end();
}

}  // namespace

Answer eth_get_proof(CallContext& context, const Params& params) {
    const auto& address = params.get<Address>(0);
    const auto& slots = params.get<std::vector<SlotKey>>(1);
    const auto id = params.block(2);
    if (slots.size() > context.limits.proof_keys)
        return rpc_fail(kInvalidParams, "too many keys: at most " + std::to_string(context.limits.proof_keys));
    const auto number = block_number_of(context, id);
    if (!number)
        return rpc_fail(kServerError,
                        id.kind == BlockId::Kind::kHash ? "header for hash not found" : "header not found");
    std::vector<Bytes32> keys;
    keys.reserve(slots.size());
    for (const auto& slot : slots) keys.push_back(slot.key);
    const auto proof = context.view->prove(*number, address, keys);
    if (!proof) {
        const bool is_kept = proof.error().code != "STATE_PRUNED";
        return rpc_fail(is_kept ? kLimitExceeded : kServerError, proof.error().message);
    }
    std::string out;
    JsonObject o(out);
    o.hex("address", address);
    append_nodes(o.at("accountProof"), proof->nodes);
    o.quantity("balance", proof->account.balance);
    o.hex("codeHash", proof->account.code_hash);
    o.quantity("nonce", proof->account.nonce);
    o.hex("storageHash", proof->account.storage_root);
    auto& list = o.at("storageProof");
    list += '[';
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (i > 0) list += ',';
        append_storage(list, proof->slots[i], slots[i].is_full);
    }
    list += ']';
    o.end();
    return out;
}

Answer bourse_kept_history(CallContext& context, const Params&) {
    std::string out;
    JsonObject o(out);
    o.quantity("oldestState", context.view->oldest_state());
    o.quantity("head", context.view->head().number);
    o.end();
    return out;
}

}  // namespace bourse::rpc
