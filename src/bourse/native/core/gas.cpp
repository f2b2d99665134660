#include <bourse/native/core/gas.hpp>

namespace bourse::native::gas {
namespace {

/// A word of the arguments that fits in 32 bits; anything larger cannot be a length or an offset of a transaction.
std::optional<std::uint64_t> small_word(ByteView args, std::uint64_t position) noexcept {
    if (position > args.size() || args.size() - position < 32) return std::nullopt;
    const Uint256 value = uint256_from_be(args.subspan(static_cast<std::size_t>(position), 32));
    if (value.bit_length() > 32) return std::nullopt;
    return value.low_u64();
}

}  // namespace

std::uint64_t text_length(ByteView args, std::uint64_t base, std::uint64_t word) noexcept {
    const auto offset = small_word(args, base + 32 * word);
    const auto length = offset ? small_word(args, base + *offset) : std::nullopt;
    return length && *length <= args.size() ? *length : 0;
}

std::optional<std::uint64_t> struct_position(ByteView args, std::uint64_t word) noexcept {
    return small_word(args, 32 * word);
}

std::uint64_t stored_text(std::uint64_t length) noexcept { return (length + 31) / 32 * kStoredWord; }

std::uint64_t match_text(const state::State&, ByteView orders) noexcept {
    constexpr std::uint64_t kRequestOrder = 3;
    constexpr std::uint64_t kParams = 13;
    const auto request = struct_position(orders, kRequestOrder);
    return request ? stored_text(text_length(orders, *request, kParams)) : 0;
}

std::uint64_t optional_match_at(const state::State& state, ByteView args, std::uint64_t word) noexcept {
    const std::uint64_t length = text_length(args, 0, word);
    if (length == 0) return 0;
    const std::uint64_t start = *struct_position(args, word) + 32 + 4;
    if (length <= 4 || start + length - 4 > args.size()) return kMatch;
    const auto orders = args.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(length - 4));
    return kMatch + match_text(state, orders);
}

std::uint64_t array_length(ByteView args, std::uint64_t word) noexcept {
    const auto offset = small_word(args, 32 * word);
    const auto count = offset ? small_word(args, *offset) : std::nullopt;
    return count && *count <= args.size() / 32 ? *count : 0;
}

}  // namespace bourse::native::gas
