#include <bourse/engine/application.hpp>

#include <bourse/base/assert.hpp>

namespace bourse::engine {

ReadView::ReadView(chain::BlockHeader head, const Hash& head_hash, std::uint64_t chain_id,
                   std::shared_ptr<const state::Reader> state, StateStore& states, const BlockStore& blocks)
    : head_(std::move(head)),
      head_hash_(head_hash),
      chain_id_(chain_id),
      state_(std::move(state)),
      states_(states),
      blocks_(blocks) {}

std::uint64_t ReadView::oldest_state() const { return std::min(states_.oldest(), head_.number); }

Error ReadView::pruned(std::uint64_t number) const {
    return {"STATE_PRUNED", "the state of block " + std::to_string(number) +
                                " is not kept by this node any more; kept are blocks " +
                                std::to_string(states_.oldest()) + " to " + std::to_string(head_.number)};
}

Result<std::shared_ptr<const state::Reader>> ReadView::state_at(std::uint64_t number) const {
    if (number > head_.number) return fail("BLOCK_UNKNOWN", "there is no block " + std::to_string(number) + " yet");
    if (number == head_.number) return state_;
    auto state = states_.at(number);
    if (!state) return tl::unexpected(pruned(number));
    return state;
}

Result<AccountProof> ReadView::prove(std::uint64_t number, const Address& address,
                                     const std::vector<Bytes32>& keys) const {
    // Held from here on, so that the block cannot be pruned in between.
    BOURSE_TRY(const auto held, state_at(number));
    if (number == states_.head_number()) {
        auto proof = states_.prove(address, keys);
        if (proof && proof->block_number == number) return *std::move(proof);
    }
    Hash root = head_.state_root;
    if (number != head_.number) {
        const auto stored = blocks_.header(number);
        const auto header = stored ? chain::decode_header(stored->rlp) : std::nullopt;
        BOURSE_ASSERT(header.has_value());
        root = header->state_root;
    }
    auto proof = states_.prove_at(number, root, address, keys);
    if (!proof && proof.error().code == "STATE_PRUNED") return tl::unexpected(pruned(number));
    return proof;
}

state::BlockContext ReadView::context_of(const chain::BlockHeader& header) const {
    state::BlockContext out;
    out.number = header.number;
    out.time_s = header.time_s;
    out.time_ms = header.time_ms;
    out.chain_id = chain_id_;
    out.gas_limit = header.gas_limit;
    out.beneficiary = header.beneficiary;
    out.prevrandao = header.prevrandao;
    return out;
}

state::BlockContext ReadView::pending_context(std::uint64_t now_ms) const {
    chain::BlockInput next;
    next.parent = head_;
    next.parent_hash = head_hash_;
    next.chain_id = chain_id_;
    next.time_ms = now_ms;
    next.beneficiary = head_.beneficiary;
    return chain::block_context(next);
}

}  // namespace bourse::engine
