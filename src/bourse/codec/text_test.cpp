#include <bourse/codec/text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse {
namespace {

// EIP-55.
TEST(Text, checksummed_addresses) {
    for (const std::string text :
         {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
          "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77"}) {
        const auto address = parse_address(text);
        ASSERT_TRUE(address.has_value()) << text;
        EXPECT_EQ(to_checksum(*address), text);
    }
    EXPECT_EQ(parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD").error().code, "ADDRESS_INVALID");
    EXPECT_TRUE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed").has_value());
    EXPECT_FALSE(parse_address("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed").has_value());
    EXPECT_FALSE(parse_address("0x12").has_value());
}

TEST(Text, amounts) {
    EXPECT_EQ(parse_rlc("1.5 RLC"), Uint256{1'500'000'000});
    EXPECT_EQ(parse_rlc("1500000000"), Uint256{1'500'000'000});
    EXPECT_EQ(parse_rlc("21 nRLC"), Uint256{21});
    EXPECT_EQ(parse_rlc("21nrlc"), Uint256{21});
    EXPECT_EQ(parse_rlc("0.000000001 RLC"), Uint256{1});
    EXPECT_EQ(parse_rlc("2", kNrlcPerRlc), Uint256{2'000'000'000});
    for (const auto* bad : {"", "RLC", "1.5", "-1", "1.0000000001 RLC", "1 ETH", "1..5 RLC", ".5 RLC", "1. RLC", "1e3"})
        EXPECT_EQ(parse_rlc(bad).error().code, "AMOUNT_INVALID") << bad;
}

TEST(Text, formatted_amounts_read_back) {
    EXPECT_EQ(format_rlc(1'500'000'000), "1.5");
    EXPECT_EQ(format_rlc(21), "0.000000021");
    EXPECT_EQ(format_rlc(0), "0");
    rc::check([](std::uint64_t nrlc) { RC_ASSERT(parse_rlc(format_rlc(nrlc) + " RLC") == Uint256{nrlc}); });
}

}  // namespace
}  // namespace bourse
