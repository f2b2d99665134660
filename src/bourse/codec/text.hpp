// Texts of the field's values: checksummed addresses, RLC amounts.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>

#include <string>

namespace bourse {

/// EIP-55.
std::string to_checksum(const Address& address);
/// 0x + 40 hex digits; mixed case must carry a right EIP-55 checksum. Errors: ADDRESS_INVALID.
Result<Address> parse_address(std::string_view text);

inline constexpr std::uint64_t kNrlcPerRlc = 1'000'000'000;
/// "1.5 RLC", "1500000000", "21 nRLC". `bare_unit_nrlc` is the unit of a number without unit (1 or kNrlcPerRlc).
/// Errors: AMOUNT_INVALID, with a sentence.
Result<Uint256> parse_rlc(std::string_view text, std::uint64_t bare_unit_nrlc = 1);
/// Shortest exact form in RLC, e.g. "1.5", "0.000000021".
std::string format_rlc(const Uint256& nrlc);

}  // namespace bourse
