// Solidity ABI, by static types.
//
//   abi::encode(a, b, c)                      enc(a, b, c), as of a function's arguments or return values
//   abi::encode_call(selector, a, b)          selector ‖ enc(a, b)
//   abi::decode<Address, Uint256>(data)       optional<tuple<…>>, strict as solc: dirty upper bits of an address, bool
//                                             or enum, offsets or lengths out of bounds, short data → nullopt;
//                                             trailing data is ignored
//
// Types: Uint256 (uint256), std::uint8_t (uint8), std::uint64_t (uint64 and smaller, checked), bool, Address, Bytes32,
// Id<…>, Bytes4, Bytes (bytes), std::string (string), std::vector<T> (T[]), and any struct S for which
// `auto abi_fields(S&)` / `auto abi_fields(const S&)` found by ADL returns std::tie(members…) in ABI order (a tuple).
// Enums: specialise abi::enum_count<E> with the number of enumerators; values outside are refused.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/codec/abi_detail.hpp>

#include <optional>
#include <string_view>
#include <tuple>

namespace bourse::abi {

/// First four bytes of keccak(signature), e.g. selector("transfer(address,uint256)").
Bytes4 selector(std::string_view signature) noexcept;
/// keccak(signature), topic 0 of an event.
Hash event_topic(std::string_view signature) noexcept;

template <class... Args>
Bytes encode(const Args&... args) {
    Bytes out;
    detail::encode_sequence(out, args...);
    return out;
}

template <class... Args>
Bytes encode_call(const Bytes4& selector, const Args&... args) {
    Bytes out(selector.begin(), selector.end());
    append(out, encode(args...));
    return out;
}

template <class... Args>
std::optional<std::tuple<Args...>> decode(ByteView data) {
    std::tuple<Args...> out;
    if (!detail::decode_sequence(data, out)) return std::nullopt;
    return out;
}

/// Revert payloads.
Bytes encode_error(std::string_view text);  ///< Error(string), 0x08c379a0
Bytes encode_panic(std::uint64_t code);     ///< Panic(uint256), 0x4e487b71
/// The text of Error(string); for Panic "Panic(0x11)"; nullopt for anything else.
std::optional<std::string> decode_error(ByteView data);

}  // namespace bourse::abi
