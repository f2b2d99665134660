#include <bourse/rpc/block_access.hpp>

#include <bourse/base/assert.hpp>

#include <limits>

namespace bourse::rpc {

std::optional<std::uint64_t> block_number_of(const CallContext& context, const BlockId& id) {
    const auto head = context.view->head().number;
    switch (id.kind) {
        case BlockId::Kind::kLatest:
        case BlockId::Kind::kPending:
            return head;
        case BlockId::Kind::kEarliest:
            return 0;
        case BlockId::Kind::kNumber:
            return id.number <= head ? std::optional(id.number) : std::nullopt;
        case BlockId::Kind::kHash: {
            const auto number = context.view->blocks().number_of(id.hash);
            return number && *number <= head ? number : std::nullopt;
        }
    }
    BOURSE_UNREACHABLE();
}

std::optional<engine::StoredBlock> stored_block(const CallContext& context, const BlockId& id) {
    const auto number = block_number_of(context, id);
    if (!number) return std::nullopt;
    return context.view->blocks().block(*number);
}

std::optional<engine::TransactionRecord> stored_transaction(const CallContext& context, const Hash& hash) {
    const auto place = context.view->blocks().place_of(hash);
    // The store may be ahead of the view: a receipt is never visible before its state.
    if (!place || place->block_number > context.view->head().number) return std::nullopt;
    return context.view->blocks().transaction(*place);
}

RpcResult<CallScene> call_scene(const CallContext& context, const BlockId& id) {
    const auto& view = *context.view;
    if (id.kind == BlockId::Kind::kPending) return CallScene{view.shared_state(), pending_block(context)};
    const auto number = block_number_of(context, id);
    if (!number)
        return rpc_fail(kServerError,
                        id.kind == BlockId::Kind::kHash ? "header for hash not found" : "header not found");
    if (*number == view.head().number) return CallScene{view.shared_state(), view.latest_context()};
    auto state = view.state_at(*number);
    if (!state) return rpc_fail(kServerError, state.error().message);
    const auto stored = view.blocks().header(*number);
    BOURSE_ASSERT(stored.has_value());
    return CallScene{*std::move(state), view.context_of(header_of(*stored))};
}

state::BlockContext pending_block(const CallContext& context) {
    return context.view->pending_context(context.engine.sequencer().now_ms());
}

std::vector<chain::TransactionPtr> pending_transactions(CallContext& context) {
    auto executable = context.engine.pool().select(std::numeric_limits<std::uint64_t>::max(), true);
    context.view = context.engine.view();
    std::erase_if(executable, [&](const chain::TransactionPtr& tx) {
        const auto account = context.view->state().account(tx->sender);
        return account && account->nonce > tx->tx.nonce;
    });
    return executable;
}

chain::BlockHeader header_of(const engine::StoredHeader& stored) {
    auto header = chain::decode_header(stored.rlp);
    BOURSE_ASSERT(header.has_value());
    return *std::move(header);
}

}  // namespace bourse::rpc
