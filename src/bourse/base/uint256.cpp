#include <bourse/base/uint256.hpp>

#include <bourse/base/assert.hpp>

namespace bourse {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr std::uint64_t low64(Uint128 v) noexcept { return static_cast<std::uint64_t>(v); }
constexpr std::uint64_t high64(Uint128 v) noexcept { return static_cast<std::uint64_t>(v >> 64); }

template <std::size_t N>
using Limbs = std::array<std::uint64_t, N>;

/// Sum and carry out.
std::pair<Limbs<4>, bool> add_limbs(const Uint256& a, const Uint256& b) noexcept {
    Limbs<4> out{};
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const Uint128 sum = Uint128{a.limb(i)} + b.limb(i) + carry;
        out[i] = low64(sum);
        carry = high64(sum);
    }
    return {out, carry != 0};
}

std::pair<Limbs<4>, bool> sub_limbs(const Uint256& a, const Uint256& b) noexcept {
    Limbs<4> out{};
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const Uint128 diff = Uint128{a.limb(i)} - b.limb(i) - borrow;
        out[i] = low64(diff);
        borrow = high64(diff) != 0 ? 1 : 0;
    }
    return {out, borrow != 0};
}

Limbs<8> mul_limbs(const Uint256& a, const Uint256& b) noexcept {
    Limbs<8> out{};
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < 4; ++j) {
            const Uint128 t = Uint128{a.limb(i)} * b.limb(j) + out[i + j] + carry;
            out[i + j] = low64(t);
            carry = high64(t);
        }
        out[i + 4] = carry;
    }
    return out;
}

Uint256 from_limbs(const std::uint64_t* l) noexcept { return {l[0], l[1], l[2], l[3]}; }

std::size_t significant(const std::uint64_t* limbs, std::size_t n) noexcept {
    while (n > 0 && limbs[n - 1] == 0) --n;
    return n;
}

struct DivResult {
    Limbs<8> quotient{};
    Uint256 remainder;
};

DivResult divide_by_limb(const Limbs<8>& num, std::size_t n, std::uint64_t den) noexcept {
    DivResult out;
    std::uint64_t rem = 0;
    for (std::size_t i = n; i-- > 0;) {
        const Uint128 cur = (Uint128{rem} << 64) | num[i];
        out.quotient[i] = low64(cur / den);
        rem = low64(cur % den);
    }
    out.remainder = Uint256{rem};
    return out;
}

/// Knuth, TAOCP 2, 4.3.1, algorithm D, in base 2^64. The denominator has at least two limbs.
DivResult divide_knuth(const Limbs<8>& num, std::size_t n, const Uint256& den, std::size_t m) noexcept {
    const auto shift = static_cast<unsigned>(std::countl_zero(den.limb(m - 1)));
    const Uint256 v = den << shift;
    Limbs<9> u{};
    for (std::size_t i = 0; i < n; ++i) {
        u[i] |= num[i] << shift;
        if (shift != 0) u[i + 1] = num[i] >> (64 - shift);
    }
    DivResult out;
    for (std::size_t j = n - m + 1; j-- > 0;) {
        const Uint128 top = (Uint128{u[j + m]} << 64) | u[j + m - 1];
        Uint128 qhat = top / v.limb(m - 1);
        Uint128 rhat = top % v.limb(m - 1);
        while (high64(qhat) != 0 || qhat * v.limb(m - 2) > ((rhat << 64) | u[j + m - 2])) {
            --qhat;
            rhat += v.limb(m - 1);
            if (high64(rhat) != 0) break;
        }
        std::uint64_t borrow = 0;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < m; ++i) {
            const Uint128 p = qhat * v.limb(i) + carry;
            carry = high64(p);
            const Uint128 d = Uint128{u[i + j]} - low64(p) - borrow;
            u[i + j] = low64(d);
            borrow = high64(d) != 0 ? 1 : 0;
        }
        const Uint128 d = Uint128{u[j + m]} - carry - borrow;
        u[j + m] = low64(d);
        if (high64(d) != 0) {  // one too many: add the divisor back
            --qhat;
            std::uint64_t c = 0;
            for (std::size_t i = 0; i < m; ++i) {
                const Uint128 s = Uint128{u[i + j]} + v.limb(i) + c;
                u[i + j] = low64(s);
                c = high64(s);
            }
            u[j + m] += c;
        }
        out.quotient[j] = low64(qhat);
    }
    Limbs<4> rem{};
    for (std::size_t i = 0; i < m; ++i) rem[i] = u[i];
    out.remainder = from_limbs(rem.data()) >> shift;
    return out;
}

DivResult divide(const Limbs<8>& num, const Uint256& den) noexcept {
    const Limbs<4> d{den.limb(0), den.limb(1), den.limb(2), den.limb(3)};
    const std::size_t m = significant(d.data(), 4);
    const std::size_t n = significant(num.data(), 8);
    BOURSE_ASSERT(m > 0);
    if (n < m) return {{}, from_limbs(num.data())};
    if (m == 1) return divide_by_limb(num, n, d[0]);
    return divide_knuth(num, n, den, m);
}

Limbs<8> widen(const Uint256& v) noexcept { return {v.limb(0), v.limb(1), v.limb(2), v.limb(3), 0, 0, 0, 0}; }

}  // namespace

Uint256 operator+(const Uint256& a, const Uint256& b) noexcept { return from_limbs(add_limbs(a, b).first.data()); }
Uint256 operator-(const Uint256& a, const Uint256& b) noexcept { return from_limbs(sub_limbs(a, b).first.data()); }
Uint256 operator*(const Uint256& a, const Uint256& b) noexcept { return from_limbs(mul_limbs(a, b).data()); }
Uint256 operator/(const Uint256& a, const Uint256& b) noexcept {
    if (b.is_zero()) return {};
    return from_limbs(divide(widen(a), b).quotient.data());
}
Uint256 operator%(const Uint256& a, const Uint256& b) noexcept {
    if (b.is_zero()) return {};
    return divide(widen(a), b).remainder;
}

Uint256 operator<<(const Uint256& a, unsigned bits) noexcept {
    if (bits >= 256) return {};
    const std::size_t words = bits / 64;
    const unsigned rest = bits % 64;
    Limbs<4> out{};
    for (std::size_t i = words; i < 4; ++i) {
        out[i] = a.limb(i - words) << rest;
        if (rest != 0 && i > words) out[i] |= a.limb(i - words - 1) >> (64 - rest);
    }
    return from_limbs(out.data());
}

Uint256 operator>>(const Uint256& a, unsigned bits) noexcept {
    if (bits >= 256) return {};
    const std::size_t words = bits / 64;
    const unsigned rest = bits % 64;
    Limbs<4> out{};
    for (std::size_t i = 0; i + words < 4; ++i) {
        out[i] = a.limb(i + words) >> rest;
        if (rest != 0 && i + words + 1 < 4) out[i] |= a.limb(i + words + 1) << (64 - rest);
    }
    return from_limbs(out.data());
}

std::optional<Uint256> checked_add(const Uint256& a, const Uint256& b) noexcept {
    const auto [limbs, carry] = add_limbs(a, b);
    if (carry) return std::nullopt;
    return from_limbs(limbs.data());
}

std::optional<Uint256> checked_sub(const Uint256& a, const Uint256& b) noexcept {
    const auto [limbs, borrow] = sub_limbs(a, b);
    if (borrow) return std::nullopt;
    return from_limbs(limbs.data());
}

std::optional<Uint256> checked_mul(const Uint256& a, const Uint256& b) noexcept {
    const auto product = mul_limbs(a, b);
    if (significant(product.data(), 8) > 4) return std::nullopt;
    return from_limbs(product.data());
}

std::optional<Uint256> mul_div(const Uint256& a, const Uint256& b, const Uint256& c) noexcept {
    if (c.is_zero()) return std::nullopt;
    const auto result = divide(mul_limbs(a, b), c);
    if (significant(result.quotient.data(), 8) > 4) return std::nullopt;
    return from_limbs(result.quotient.data());
}

Bytes32 to_be32(const Uint256& value) noexcept {
    Bytes32 out;
    for (std::size_t i = 0; i < 32; ++i)
        out.data[31 - i] = static_cast<std::uint8_t>(value.limb(i / 8) >> (8 * (i % 8)));
    return out;
}

Uint256 uint256_from_be(ByteView bytes) noexcept {
    BOURSE_ASSERT(bytes.size() <= 32);
    Limbs<4> limbs{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        limbs[i / 8] |= std::uint64_t{bytes[bytes.size() - 1 - i]} << (8 * (i % 8));
    return from_limbs(limbs.data());
}

Bytes to_be_trimmed(const Uint256& value) {
    const auto full = to_be32(value);
    const auto first = std::find_if(full.begin(), full.end(), [](std::uint8_t b) { return b != 0; });
    return {first, full.end()};
}

std::string to_decimal(const Uint256& value) {
    if (value.is_zero()) return "0";
    constexpr std::uint64_t kChunk = 10'000'000'000'000'000'000ULL;  // 19 digits at a time
    std::string out;
    Uint256 rest = value;
    while (!rest.is_zero()) {
        const auto step = divide_by_limb(widen(rest), 4, kChunk);
        rest = from_limbs(step.quotient.data());
        std::string digits = std::to_string(step.remainder.low_u64());
        if (!rest.is_zero()) digits.insert(0, 19 - digits.size(), '0');
        out.insert(0, digits);
    }
    return out;
}

std::optional<Uint256> uint256_from_decimal(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    Uint256 out;
    for (char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto scaled = checked_mul(out, 10);
        if (!scaled) return std::nullopt;
        const auto next = checked_add(*scaled, static_cast<std::uint64_t>(c - '0'));
        if (!next) return std::nullopt;
        out = *next;
    }
    return out;
}

std::string to_quantity(const Uint256& value) {
    if (value.is_zero()) return "0x0";
    std::string hex = to_hex_plain(to_be_trimmed(value));
    if (hex.front() == '0') hex.erase(0, 1);
    return "0x" + hex;
}

std::optional<Uint256> uint256_from_quantity(std::string_view text) noexcept {
    if (!text.starts_with("0x") || text.size() < 3 || text.size() > 66) return std::nullopt;
    std::string padded(text);  // with its prefix, of which from_hex takes one
    if (padded.size() % 2 != 0) padded.insert(2, 1, '0');
    const auto bytes = from_hex(padded);
    if (!bytes) return std::nullopt;
    return uint256_from_be(*bytes);
}

}  // namespace bourse
