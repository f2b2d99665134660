#include <bourse/codec/rlp.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse::rlp {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Examples of the yellow paper and the Ethereum wiki.
TEST(Rlp, known_encodings) {
    EXPECT_EQ(encode_bytes(as_bytes("dog")), hex("83646f67"));
    EXPECT_EQ(encode_bytes({}), hex("80"));
    EXPECT_EQ(encode_uint(0), hex("80"));
    EXPECT_EQ(encode_uint(15), hex("0f"));
    EXPECT_EQ(encode_uint(1024), hex("820400"));
    EXPECT_EQ(list({}), hex("c0"));
    Bytes payload = encode_bytes(as_bytes("cat"));
    append(payload, encode_bytes(as_bytes("dog")));
    EXPECT_EQ(list(payload), hex("c88363617483646f67"));
    const std::string text = "Lorem ipsum dolor sit amet, consectetur adipisicing elit";
    EXPECT_EQ(encode_bytes(as_bytes(text)), [&] {
        Bytes out = hex("b838");
        append(out, as_bytes(text));
        return out;
    }());
}

TEST(Rlp, only_canonical_encodings_decode) {
    for (const auto* bad : {"", "8100", "817f", "b800", "b83700", "b90001ff", "bf", "83646f", "f800", "c283", "8000"})
        EXPECT_FALSE(Reader::single(hex(bad)).has_value()) << bad;
    Reader leading_zero(ByteView{});
    const Bytes zero = hex("820001");
    EXPECT_FALSE(Reader(zero).uint().has_value());
    const Bytes single_zero = hex("00");
    EXPECT_FALSE(Reader(single_zero).uint().has_value());
    const Bytes wide = hex("a1010000000000000000000000000000000000000000000000000000000000000000");
    EXPECT_FALSE(Reader(wide).uint().has_value());
    const Bytes above_64 = hex("89010000000000000000");
    EXPECT_FALSE(Reader(above_64).u64().has_value());
}

TEST(Rlp, after_a_failure_all_reads_fail) {
    const Bytes data = hex("c00102");
    Reader reader(data);
    EXPECT_FALSE(reader.bytes().has_value());
    EXPECT_FALSE(reader.uint().has_value());
}

TEST(Rlp, bytes_round_trip) {
    rc::check([](const std::vector<Bytes>& items) {
        Bytes payload;
        for (const auto& item : items) append_bytes(payload, item);
        const Bytes encoded = list(payload);
        auto outer = Reader::single(encoded);
        RC_ASSERT(outer.has_value() && outer->is_list);
        Reader reader(outer->payload);
        for (const auto& item : items) {
            const auto read = reader.bytes();
            RC_ASSERT(read.has_value() && equal(*read, item));
        }
        RC_ASSERT(reader.empty());
    });
}

TEST(Rlp, integers_round_trip_and_large_items_work) {
    rc::check([](std::uint64_t a, std::uint64_t b, std::uint64_t c) {
        const Uint256 value{a, b, c, 0};
        const Bytes encoded = encode_uint(value);
        RC_ASSERT(Reader(encoded).uint() == value);
    });
    const Bytes big(70'000, 7);
    const Bytes encoded = encode_bytes(big);
    EXPECT_EQ(encoded.size(), big.size() + 4);
    EXPECT_TRUE(equal(Reader(encoded).bytes().value(), big));
}

}  // namespace
}  // namespace bourse::rlp
