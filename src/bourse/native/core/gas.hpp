// Gas rules of native functions (chain.md §2): what is charged beyond a function's constant.
#pragma once

#include <bourse/native/core/call.hpp>

namespace bourse::native::gas {

inline constexpr std::uint32_t kTokenMove = 10'000;
inline constexpr std::uint32_t kEscrowMove = 20'000;
inline constexpr std::uint32_t kCreateResource = 60'000;
inline constexpr std::uint32_t kChangePolicy = 5'000;
inline constexpr std::uint32_t kOrder = 15'000;
inline constexpr std::uint32_t kMatch = 100'000;
inline constexpr std::uint32_t kInitialize = 20'000;
inline constexpr std::uint32_t kContribute = 60'000;
inline constexpr std::uint32_t kReveal = 15'000;
inline constexpr std::uint32_t kReopen = 20'000;
inline constexpr std::uint32_t kFinalize = 60'000;
inline constexpr std::uint32_t kContributeAndFinalize = 100'000;
inline constexpr std::uint32_t kClaim = 25'000;
inline constexpr std::uint32_t kInitializeAndClaim = 45'000;
inline constexpr std::uint32_t kArrayBase = 5'000;
inline constexpr std::uint32_t kStoredWord = 200;  ///< each 32 bytes of stored text
inline constexpr std::uint32_t kCallbackBase = 5'000;

/// Length of the bytes or string whose offset stands at head word `word` of the sequence at `base`; 0 if malformed.
std::uint64_t text_length(ByteView args, std::uint64_t base, std::uint64_t word) noexcept;
/// Position of the dynamic struct whose offset stands at head word `word`; nullopt if malformed.
std::optional<std::uint64_t> struct_position(ByteView args, std::uint64_t word) noexcept;
/// kStoredWord for each started 32 bytes.
std::uint64_t stored_text(std::uint64_t length) noexcept;
/// Number of elements of the array at head word `word`; 0 if malformed.
std::uint64_t array_length(ByteView args, std::uint64_t word) noexcept;

/// Of four encoded orders: the stored params.
std::uint64_t match_text(const state::State&, ByteView orders) noexcept;
/// Of the bytes at head word `word`: a match may follow the deposit.
std::uint64_t optional_match_at(const state::State& state, ByteView args, std::uint64_t word) noexcept;
template <std::uint64_t Word>
std::uint64_t optional_match(const state::State& state, ByteView args) {
    return optional_match_at(state, args, Word);
}

/// The texts at these head words are stored.
template <std::uint64_t... Words>
std::uint64_t texts(const state::State&, ByteView args) {
    return (stored_text(text_length(args, 0, Words)) + ... + 0);
}
/// An array function: so much for each element of the first argument.
template <std::uint64_t EachElement>
std::uint64_t elements(const state::State&, ByteView args) {
    return array_length(args, 0) * EachElement;
}

}  // namespace bourse::native::gas
