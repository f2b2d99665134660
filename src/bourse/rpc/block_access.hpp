// From a block parameter to a block of one view. Nothing above the view's head is ever seen through these.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/rpc/method.hpp>

#include <memory>
#include <optional>

namespace bourse::rpc {

/// The number of the block that is meant; nullopt where the view has none. `pending` counts as the head.
std::optional<std::uint64_t> block_number_of(const CallContext& context, const BlockId& id);
std::optional<engine::StoredBlock> stored_block(const CallContext& context, const BlockId& id);
std::optional<engine::TransactionRecord> stored_transaction(const CallContext& context, const Hash& hash);

/// State and facts under which a call runs.
struct CallScene {
    std::shared_ptr<const state::Reader> state;
    state::BlockContext block;
};
/// Errors: −32000 for an unknown block or a state that is no longer kept.
RpcResult<CallScene> call_scene(const CallContext& context, const BlockId& id);
state::BlockContext pending_block(const CallContext& context);
/// The pool's executable transactions that the view's head does not hold. Gives the context a fresh view, taken after
/// the pool was read, so that none is left out between pool and block.
std::vector<chain::TransactionPtr> pending_transactions(CallContext& context);

/// Header of a stored block; its bytes are ours, so anything else than a header aborts.
chain::BlockHeader header_of(const engine::StoredHeader& stored);

}  // namespace bourse::rpc
