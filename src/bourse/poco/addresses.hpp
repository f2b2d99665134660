// Fixed addresses of the native contracts (spec/data/vectors-env.json, chain.md §3).
#pragma once

#include <bourse/base/bytes.hpp>

namespace bourse::poco {

namespace detail {
consteval std::uint8_t hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    throw "not a hex digit";
}
}  // namespace detail

/// FixedBytes from a 0x literal, at compile time.
template <class Fixed>
consteval Fixed fixed_literal(std::string_view text) {
    if (text.size() != 2 + 2 * Fixed::kSize) throw "wrong length";
    Fixed out;
    for (std::size_t i = 0; i < Fixed::kSize; ++i)
        out.data[i] =
            static_cast<std::uint8_t>(detail::hex_digit(text[2 + 2 * i]) << 4 | detail::hex_digit(text[3 + 2 * i]));
    return out;
}

inline constexpr Address kHub = fixed_literal<Address>("0x0165878A594ca255338adfa4d48449f69242Eb8F");
inline constexpr Address kRlc = fixed_literal<Address>("0x5FbDB2315678afecb367f032d93F642f64180aa3");
inline constexpr Address kAppRegistry = fixed_literal<Address>("0xc3e53F4d16Ae77Db1c982e75a937B9f60FE63690");
inline constexpr Address kDatasetRegistry = fixed_literal<Address>("0x84eA74d481Ee0A5332c457a4d796187F6Ba67fEB");
inline constexpr Address kWorkerpoolRegistry = fixed_literal<Address>("0x9E545E3C0baAB3E08CdfD552C960A1050f373042");
/// Its locked counter is the pot of confiscated scheduler stakes (poco.md §1.6, §10).
inline constexpr Address kKitty = fixed_literal<Address>("0x99c2268479b93fDe36232351229815DF80837e23");

/// Hash of the creation code in the address of every app, dataset and pool (poco.md §4.2).
inline constexpr Hash kProxyCodeHash =
    fixed_literal<Hash>("0xbd603b4fb17e88a3e7ff7a91b72bd89d0f6998fd53853f996c534d822df34587");

/// Names and version in the EIP-712 domain of the hub.
inline constexpr std::string_view kDomainName = "iExecODB";
inline constexpr std::string_view kDomainVersion = "5.0.0";

}  // namespace bourse::poco
