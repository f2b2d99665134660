#include <bourse/engine/pool_rules.hpp>

#include <bourse/codec/abi_detail.hpp>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kBumpPercent = 10;
constexpr std::size_t kSelectorBytes = 4;

bool is_bumped(const Uint256& newer, const Uint256& older) noexcept {
    const auto wanted = mul_div(older, 100 + kBumpPercent, 100);
    return newer > older && wanted && newer >= *wanted;
}

const Uint256& fee_cap(const Transaction& tx) noexcept { return tx.type == 2 ? tx.max_fee : tx.gas_price; }
const Uint256& tip_cap(const Transaction& tx) noexcept { return tx.type == 2 ? tx.max_priority_fee : tx.gas_price; }

}  // namespace

bool replaces(const Transaction& newer, const Transaction& older) noexcept {
    return is_bumped(fee_cap(newer), fee_cap(older)) && is_bumped(tip_cap(newer), tip_cap(older));
}

bool has_argument_above(ByteView call_data, std::size_t limit) noexcept {
    for (std::size_t at = kSelectorBytes; at + abi::detail::kWord + limit < call_data.size();
         at += abi::detail::kWord) {
        std::uint64_t length = 0;
        if (abi::detail::read_u64(call_data, at, length) && length > limit &&
            length <= call_data.size() - at - abi::detail::kWord)
            return true;
    }
    return false;
}

}  // namespace bourse::engine
