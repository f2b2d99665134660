#include "world.hpp"

#include "estimates.hpp"

#include <bourse/base/assert.hpp>

namespace bourse::conformance {
namespace {

constexpr std::uint64_t kGasLimit = 30'000'000;

}  // namespace

World::World(const chain::GenesisConfig& genesis) : chain_id_(genesis.chain_id) {
    state_.apply(chain::genesis_changes(genesis));
    head_ = chain::genesis_header(genesis, {});
    head_hash_ = chain::header_hash(head_);
}

Outcome World::transact(const crypto::PrivateKey& key, const Address& to, const Bytes& data, const Uint256& value,
                        std::uint64_t time_s) {
    Transaction tx;
    tx.chain_id = chain_id_;
    tx.nonce = state_.account(key.address()).value_or(state::Account{}).nonce;
    tx.gas_limit = kGasLimit;
    tx.to = to;
    tx.value = value;
    tx.data = data;
    sign_transaction(tx, key);
    const auto prepared = chain::prepare_transaction(encode_transaction(tx));
    BOURSE_ASSERT(prepared.has_value());

    chain::BlockInput input;
    input.parent = head_;
    input.parent_hash = head_hash_;
    input.chain_id = chain_id_;
    input.time_ms = time_s * 1000;
    input.transactions.push_back(*prepared);
    auto block = chain::execute_block(input, state_);
    BOURSE_ASSERT(block.executed.size() == 1);
    EstimateAudit::of_run().check(state_, input, key, block.executed[0]);
    chain::seal_block(block, {});
    state_.apply(block.changes);
    head_ = block.header;
    head_hash_ = block.hash;
    auto& executed = block.executed[0];
    return {executed.receipt.success, std::move(executed.output), std::move(executed.receipt.logs), executed.gas_used};
}

Outcome World::call(const Address& from, const Address& to, const Bytes& data) const {
    chain::BlockInput input;
    input.parent = head_;
    input.parent_hash = head_hash_;
    input.chain_id = chain_id_;
    input.time_ms = head_.time_ms;
    chain::CallRequest request;
    request.from = from;
    request.to = to;
    request.data = data;
    auto outcome = chain::simulate_call(state_, chain::block_context(input), request);
    return {outcome.success, std::move(outcome.output), {}, outcome.gas_used};
}

}  // namespace bourse::conformance
