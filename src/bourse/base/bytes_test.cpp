#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <gtest/gtest.h>

namespace bourse {
namespace {

TEST(Hex, accepts_either_case_with_and_without_prefix) {
    const Bytes want{0xde, 0xad, 0x00};
    EXPECT_EQ(from_hex("0xDEad00"), want);
    EXPECT_EQ(from_hex("dead00"), want);
    EXPECT_EQ(from_hex("0x"), Bytes{});
    EXPECT_EQ(to_hex(want), "0xdead00");
    EXPECT_EQ(to_hex_plain(want), "dead00");
}

TEST(Hex, refuses_odd_lengths_and_other_characters) {
    EXPECT_FALSE(from_hex("0x1"));
    EXPECT_FALSE(from_hex("0xzz"));
    EXPECT_FALSE(from_hex("0x 1"));
}

TEST(FixedBytes, takes_exactly_its_size) {
    EXPECT_FALSE(address_from_hex("0x00"));
    const auto address = address_from_hex("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    ASSERT_TRUE(address);
    EXPECT_FALSE(address->is_zero());
    EXPECT_TRUE(Address{}.is_zero());
}

Result<int> half(int value) {
    if (value % 2 != 0) return fail("ODD", "The value is odd; give an even one.");
    return value / 2;
}
Result<int> quarter(int value) {
    BOURSE_TRY(const int once, half(value));
    BOURSE_TRY(const int twice, half(once));
    return twice;
}

TEST(Result, try_hands_on_the_error) {
    EXPECT_EQ(*quarter(8), 2);
    const auto refused = quarter(6);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "ODD");
}

}  // namespace
}  // namespace bourse
