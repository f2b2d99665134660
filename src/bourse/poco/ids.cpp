#include <bourse/crypto/hash.hpp>
#include <bourse/poco/ids.hpp>

namespace bourse::poco {

DealId deal_id(const OrderHash& request, const Uint256& bot_first) noexcept {
    const Bytes32 first = to_be32(bot_first);
    return DealId(crypto::keccak256({request, first}));
}

TaskId task_id(const DealId& deal, const Uint256& index) noexcept {
    const Bytes32 word = to_be32(index);
    return TaskId(crypto::keccak256({deal, word}));
}

}  // namespace bourse::poco
