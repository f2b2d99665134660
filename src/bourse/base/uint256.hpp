// Unsigned 256-bit integers. Plain operators wrap modulo 2^256 as in the EVM; money and protocol code uses the
// checked_* functions, which say when a result does not fit.
#pragma once

#include <bourse/base/bytes.hpp>

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bourse {

class Uint256 {
public:
    constexpr Uint256() = default;
    constexpr Uint256(std::uint64_t value) : limbs_{value, 0, 0, 0} {}  // NOLINT: widening is safe
    /// Limbs from least to most significant.
    constexpr Uint256(std::uint64_t l0, std::uint64_t l1, std::uint64_t l2, std::uint64_t l3)
        : limbs_{l0, l1, l2, l3} {}

    static constexpr Uint256 max() { return {~0ULL, ~0ULL, ~0ULL, ~0ULL}; }

    constexpr std::uint64_t limb(std::size_t i) const noexcept { return limbs_[i]; }
    constexpr bool is_zero() const noexcept { return (limbs_[0] | limbs_[1] | limbs_[2] | limbs_[3]) == 0; }
    constexpr bool fits_u64() const noexcept { return (limbs_[1] | limbs_[2] | limbs_[3]) == 0; }
    /// The low 64 bits; ask fits_u64() first where the rest matters.
    constexpr std::uint64_t low_u64() const noexcept { return limbs_[0]; }
    /// Value, or the largest uint64 where it does not fit.
    constexpr std::uint64_t saturated_u64() const noexcept { return fits_u64() ? limbs_[0] : ~0ULL; }
    /// Number of significant bits; 0 for 0.
    constexpr unsigned bit_length() const noexcept {
        for (std::size_t i = 4; i-- > 0;)
            if (limbs_[i] != 0) return static_cast<unsigned>(i) * 64 + static_cast<unsigned>(std::bit_width(limbs_[i]));
        return 0;
    }

    constexpr bool operator==(const Uint256&) const = default;
    constexpr std::strong_ordering operator<=>(const Uint256& o) const noexcept {
        for (std::size_t i = 4; i-- > 0;)
            if (limbs_[i] != o.limbs_[i]) return limbs_[i] <=> o.limbs_[i];
        return std::strong_ordering::equal;
    }

    /// Wrapping arithmetic. Division and modulo by zero give 0, as in the EVM.
    friend Uint256 operator+(const Uint256& a, const Uint256& b) noexcept;
    friend Uint256 operator-(const Uint256& a, const Uint256& b) noexcept;
    friend Uint256 operator*(const Uint256& a, const Uint256& b) noexcept;
    friend Uint256 operator/(const Uint256& a, const Uint256& b) noexcept;
    friend Uint256 operator%(const Uint256& a, const Uint256& b) noexcept;
    friend Uint256 operator<<(const Uint256& a, unsigned bits) noexcept;
    friend Uint256 operator>>(const Uint256& a, unsigned bits) noexcept;
    friend constexpr Uint256 operator&(const Uint256& a, const Uint256& b) noexcept {
        return {a.limbs_[0] & b.limbs_[0], a.limbs_[1] & b.limbs_[1], a.limbs_[2] & b.limbs_[2],
                a.limbs_[3] & b.limbs_[3]};
    }
    friend constexpr Uint256 operator|(const Uint256& a, const Uint256& b) noexcept {
        return {a.limbs_[0] | b.limbs_[0], a.limbs_[1] | b.limbs_[1], a.limbs_[2] | b.limbs_[2],
                a.limbs_[3] | b.limbs_[3]};
    }
    friend constexpr Uint256 operator^(const Uint256& a, const Uint256& b) noexcept {
        return {a.limbs_[0] ^ b.limbs_[0], a.limbs_[1] ^ b.limbs_[1], a.limbs_[2] ^ b.limbs_[2],
                a.limbs_[3] ^ b.limbs_[3]};
    }
    constexpr Uint256 operator~() const noexcept { return {~limbs_[0], ~limbs_[1], ~limbs_[2], ~limbs_[3]}; }
    Uint256& operator+=(const Uint256& o) noexcept { return *this = *this + o; }
    Uint256& operator-=(const Uint256& o) noexcept { return *this = *this - o; }
    Uint256& operator*=(const Uint256& o) noexcept { return *this = *this * o; }

private:
    std::array<std::uint64_t, 4> limbs_{};
};

/// nullopt where the exact result does not fit in 256 bits (or is negative, or divides by zero).
std::optional<Uint256> checked_add(const Uint256& a, const Uint256& b) noexcept;
std::optional<Uint256> checked_sub(const Uint256& a, const Uint256& b) noexcept;
std::optional<Uint256> checked_mul(const Uint256& a, const Uint256& b) noexcept;
/// floor(a * b / c) with a 512-bit product; nullopt if c is 0 or the quotient does not fit.
std::optional<Uint256> mul_div(const Uint256& a, const Uint256& b, const Uint256& c) noexcept;

/// 32 bytes, big-endian.
Bytes32 to_be32(const Uint256& value) noexcept;
/// Big-endian bytes, at most 32 (asserted).
Uint256 uint256_from_be(ByteView bytes) noexcept;
/// Big-endian without leading zeros; empty for 0 (the RLP form).
Bytes to_be_trimmed(const Uint256& value);

std::string to_decimal(const Uint256& value);
/// Decimal digits only; nullopt if empty, with another character, or above 2^256 - 1.
std::optional<Uint256> uint256_from_decimal(std::string_view text) noexcept;
/// 0x quantity as in JSON-RPC: no leading zeros, 0x0 for zero.
std::string to_quantity(const Uint256& value);
/// 0x-prefixed hex of 1…64 digits; leading zeros are accepted.
std::optional<Uint256> uint256_from_quantity(std::string_view text) noexcept;

}  // namespace bourse
