#include <bourse/chain/execution.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/chain/host.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/native/modules.hpp>

#include <cstdio>

namespace bourse::chain {
namespace {

/// Price times gas; the sender was found able to pay the highest one, so it fits.
Uint256 gas_cost(const Uint256& price, std::uint64_t gas) { return price * Uint256{gas}; }

void charge_gas(state::State& state, const PreparedTransaction& tx) {
    const Uint256 price = tx.tx.effective_gas_price();
    if (price.is_zero()) return;
    state.set_balance(tx.sender, state.balance(tx.sender) - gas_cost(price, tx.tx.gas_limit));
}

void settle_gas(state::State& state, const PreparedTransaction& tx, const Address& beneficiary, std::uint64_t used) {
    const Uint256 price = tx.tx.effective_gas_price();
    if (price.is_zero()) return;
    state.set_balance(tx.sender, state.balance(tx.sender) + gas_cost(price, tx.tx.gas_limit - used));
    state.set_balance(beneficiary, state.balance(beneficiary) + gas_cost(price, used));
}

void assert_invariants(const state::State& state, const PreparedTransaction& tx) {
    const auto broken = native::broken_invariant(state);
    if (!broken) return;
    std::fprintf(stderr, "bourse: transaction %s breaks an invariant: %s\n", to_hex(tx.hash).c_str(), broken->c_str());
    BOURSE_ASSERT(!"invariant of the market");
}

constexpr std::int64_t kSlotBytes = 64;  ///< key and value

std::int64_t stored_bytes(ByteView body, bool is_set) {
    return (is_set ? kSlotBytes : 0) + static_cast<std::int64_t>(body.size());
}

/// How much more state there is than before the transaction. Hashes no record.
std::int64_t state_growth(const state::State& state) {
    std::int64_t growth = 0;
    for (const auto& [address, key] : state.touched_slots()) {
        const ByteView body = state.record(address, key);
        growth += stored_bytes(body, !body.empty() || !state.slot(address, key).is_zero());
        const ByteView old_body = state.record_before_transaction(address, key);
        growth -=
            stored_bytes(old_body, !old_body.empty() || !state.slot_before_transaction(address, key).value.is_zero());
    }
    return growth;
}

void set_roots(ExecutedBlock& block) {
    std::vector<Bytes> transactions;
    std::vector<Bytes> receipts;
    transactions.reserve(block.executed.size());
    receipts.reserve(block.executed.size());
    for (const auto& entry : block.executed) {
        transactions.push_back(entry.transaction->raw);
        receipts.push_back(encode_receipt(entry.receipt));
        merge(block.header.logs_bloom, entry.receipt.bloom);
    }
    block.header.transactions_root = ordered_trie_root(transactions);
    block.header.receipts_root = ordered_trie_root(receipts);
}

void append_executed(ExecutedBlock& block, const TransactionPtr& tx, TransactionResult result) {
    block.header.gas_used += result.gas_used;
    Receipt receipt{tx->tx.type, result.success, block.header.gas_used, {}, std::move(result.logs)};
    receipt.bloom = bloom_of(receipt.logs);
    block.executed.push_back(
        {tx, std::move(receipt), result.gas_used, std::move(result.output), result.state_growth_bytes});
}

}  // namespace

Result<TransactionResult, InvalidTransaction> execute_transaction(state::State& state, const state::BlockContext& block,
                                                                  const PreparedTransaction& tx,
                                                                  std::uint64_t gas_left) {
    if (const auto reason = check_executable(tx, state, block, gas_left)) return fail(*reason);
    charge_gas(state, tx);
    state.set_nonce(tx.sender, tx.tx.nonce + 1);

    ExecutionHost host(state, block, tx.sender);
    state::Message message;
    message.sender = tx.sender;
    message.to = *tx.tx.to;
    message.value = tx.tx.value;
    message.input = tx.tx.data;
    message.gas = tx.tx.gas_limit - tx.intrinsic_gas;
    state::CallResult call = host.call(message);
    BOURSE_ASSERT(call.gas_left <= message.gas);

    TransactionResult result;
    result.success = call.ok();
    result.gas_used = tx.tx.gas_limit - call.gas_left;
    result.output = std::move(call.output);
    settle_gas(state, tx, block.beneficiary, result.gas_used);
    assert_invariants(state, tx);
    result.state_growth_bytes = state_growth(state);
    result.logs = state.end_transaction();
    return result;
}

state::BlockContext block_context(const BlockInput& input) {
    state::BlockContext out;
    out.number = input.parent.number + 1;
    out.time_ms = std::max(input.parent.time_ms, input.time_ms);
    out.time_s = out.time_ms / 1000;
    out.chain_id = input.chain_id;
    out.gas_limit = kBlockGasLimit;
    out.beneficiary = input.beneficiary;
    out.prevrandao = prevrandao_of(input.parent_hash, out.number);
    return out;
}

ExecutedBlock execute_block(const BlockInput& input, const state::Reader& parent_state) {
    const state::BlockContext context = block_context(input);
    ExecutedBlock block;
    block.header.parent_hash = input.parent_hash;
    block.header.beneficiary = context.beneficiary;
    block.header.number = context.number;
    block.header.gas_limit = context.gas_limit;
    block.header.time_s = context.time_s;
    block.header.time_ms = context.time_ms;
    block.header.prevrandao = context.prevrandao;

    state::State state(parent_state);
    block.executed.reserve(input.transactions.size());
    block.verdicts.reserve(input.transactions.size());
    for (const auto& tx : input.transactions) {
        auto result = execute_transaction(state, context, *tx, context.gas_limit - block.header.gas_used);
        block.verdicts.push_back(result ? std::nullopt : std::optional(result.error()));
        if (result)
            append_executed(block, tx, *std::move(result));
        else
            block.skipped.push_back({tx, result.error()});
    }
    set_roots(block);
    block.changes = state.changes();
    return block;
}

std::vector<DeliveredResult> delivered_results(const ExecutedBlock& block) {
    std::vector<DeliveredResult> out;
    out.reserve(block.verdicts.size());
    auto executed = block.executed.begin();
    auto skipped = block.skipped.begin();
    for (const auto& refused : block.verdicts) {
        DeliveredResult result;
        if (refused) {
            result.code = static_cast<std::uint32_t>(*refused);
            result.gas_wanted = (skipped++)->transaction->tx.gas_limit;
        } else {
            result.data = to_bytes(ByteView(crypto::keccak256(ByteView(encode_receipt(executed->receipt)))));
            result.gas_wanted = executed->transaction->tx.gas_limit;
            result.gas_used = executed->gas_used;
            ++executed;
        }
        out.push_back(std::move(result));
    }
    return out;
}

void seal_block(ExecutedBlock& block, const Hash& state_root) {
    block.header.state_root = state_root;
    block.hash = header_hash(block.header);
}

}  // namespace bourse::chain
