#include <bourse/base/uint256.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <boost/multiprecision/cpp_int.hpp>

namespace bourse {
namespace {

using Wide = boost::multiprecision::cpp_int;  // the independent implementation

Wide to_wide(const Uint256& v) {
    Wide out = 0;
    for (std::size_t i = 4; i-- > 0;) out = (out << 64) | v.limb(i);
    return out;
}

const Wide& modulus() {
    static const Wide kModulus = Wide(1) << 256;
    return kModulus;
}

/// Values of all sizes, with the edges that break carries more often than chance would.
Uint256 any_value() {
    const auto limb = [] {
        return *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                               rc::gen::element<std::uint64_t>(0, 1, ~0ULL, 1ULL << 63));
    };
    const Uint256 full{limb(), limb(), limb(), limb()};
    return full >> *rc::gen::inRange(0U, 256U);
}

TEST(Uint256, arithmetic_agrees_with_an_independent_implementation) {
    EXPECT_TRUE(rc::check([] {
        const Uint256 a = any_value();
        const Uint256 b = any_value();
        const Wide wa = to_wide(a);
        const Wide wb = to_wide(b);
        RC_ASSERT(to_wide(a + b) == (wa + wb) % modulus());
        RC_ASSERT(to_wide(a - b) == (wa - wb + modulus()) % modulus());
        RC_ASSERT(to_wide(a * b) == (wa * wb) % modulus());
        if (!b.is_zero()) {
            RC_ASSERT(to_wide(a / b) == wa / wb);
            RC_ASSERT(to_wide(a % b) == wa % wb);
        }
        RC_ASSERT((a < b) == (wa < wb));
        const auto shift = *rc::gen::inRange(0U, 300U);
        RC_ASSERT(to_wide(a << shift) == (wa << shift) % modulus());
        RC_ASSERT(to_wide(a >> shift) == (wa >> shift));
    }));
}

TEST(Uint256, checked_operations_refuse_what_does_not_fit) {
    EXPECT_TRUE(rc::check([] {
        const Uint256 a = any_value();
        const Uint256 b = any_value();
        const Wide wa = to_wide(a);
        const Wide wb = to_wide(b);
        RC_ASSERT(checked_add(a, b).has_value() == (wa + wb < modulus()));
        RC_ASSERT(checked_sub(a, b).has_value() == (wa >= wb));
        RC_ASSERT(checked_mul(a, b).has_value() == (wa * wb < modulus()));
    }));
    EXPECT_FALSE(checked_add(Uint256::max(), 1));
    EXPECT_FALSE(checked_sub(0, 1));
}

TEST(Uint256, mul_div_keeps_the_whole_product) {
    EXPECT_TRUE(rc::check([] {
        const Uint256 a = any_value();
        const Uint256 b = any_value();
        const Uint256 c = any_value();
        const auto got = mul_div(a, b, c);
        if (c.is_zero()) {
            RC_ASSERT(!got.has_value());
            return;
        }
        const Wide want = to_wide(a) * to_wide(b) / to_wide(c);
        RC_ASSERT(got.has_value() == (want < modulus()));
        if (got) RC_ASSERT(to_wide(*got) == want);
    }));
}

TEST(Uint256, texts_round_trip) {
    EXPECT_TRUE(rc::check([] {
        const Uint256 a = any_value();
        RC_ASSERT(to_decimal(a) == to_wide(a).str());
        RC_ASSERT(uint256_from_decimal(to_decimal(a)) == a);
        RC_ASSERT(uint256_from_quantity(to_quantity(a)) == a);
        RC_ASSERT(uint256_from_be(to_be32(a)) == a);
        RC_ASSERT(uint256_from_be(to_be_trimmed(a)) == a);
    }));
    EXPECT_EQ(to_quantity(0), "0x0");
    EXPECT_EQ(to_quantity(1024), "0x400");
    EXPECT_FALSE(uint256_from_decimal(""));
    EXPECT_FALSE(uint256_from_decimal("-1"));
    EXPECT_FALSE(
        uint256_from_decimal("115792089237316195423570985008687907853269984665640564039457584007913129639936"));
    EXPECT_FALSE(uint256_from_quantity("10"));
    EXPECT_FALSE(uint256_from_quantity("0x"));
    for (const char* text : {"0xx", "0xX1f", "0x0x12", "0x0X1"}) EXPECT_FALSE(uint256_from_quantity(text)) << text;
}

}  // namespace
}  // namespace bourse
