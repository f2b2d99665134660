#include <bourse/engine/application.hpp>

namespace bourse::engine {

ReadView::ReadView(chain::BlockHeader head, const Hash& head_hash, std::uint64_t chain_id,
                   std::shared_ptr<const state::Reader> state, const StateStore& states, const BlockStore& blocks)
    : head_(std::move(head)),
      head_hash_(head_hash),
      chain_id_(chain_id),
      state_(std::move(state)),
      states_(states),
      blocks_(blocks) {}

std::shared_ptr<const state::Reader> ReadView::state_at(std::uint64_t number) const {
    if (number > head_.number) return nullptr;
    if (number == head_.number) return state_;
    return states_.at(number);
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
