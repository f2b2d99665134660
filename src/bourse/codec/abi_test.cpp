#include <bourse/codec/abi.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace bourse {
namespace {

enum class Colour : std::uint8_t { kRed, kGreen, kBlue };

struct Point {
    std::uint64_t x = 0;
    bool flag = false;
    bool operator==(const Point&) const = default;
};
auto abi_fields(Point& p) { return std::tie(p.x, p.flag); }
auto abi_fields(const Point& p) { return std::tie(p.x, p.flag); }

struct Order {
    Address owner;
    Uint256 price;
    std::string text;
    std::vector<Point> points;
    Bytes sign;
    bool operator==(const Order&) const = default;
};
auto abi_fields(Order& o) { return std::tie(o.owner, o.price, o.text, o.points, o.sign); }
auto abi_fields(const Order& o) { return std::tie(o.owner, o.price, o.text, o.points, o.sign); }

}  // namespace

template <>
inline constexpr std::uint64_t abi::enum_count<Colour> = 3;

namespace {

Bytes words(std::initializer_list<std::string_view> list) {
    Bytes out;
    for (auto text : list) {
        std::string padded(64 - text.size(), '0');
        append(out, from_hex(padded + std::string(text)).value());
    }
    return out;
}

Bytes right_padded(std::string_view text) {
    Bytes out = from_hex(text).value();
    out.resize(32);
    return out;
}

TEST(Abi, selectors_and_topics) {
    EXPECT_EQ(to_hex(abi::selector("transfer(address,uint256)")), "0xa9059cbb");
    EXPECT_EQ(to_hex(abi::event_topic("Transfer(address,address,uint256)")),
              "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

// Solidity documentation, "Examples" of the ABI specification: sam(bytes,bool,uint256[]) and
// f(uint256,uint32[],bytes10,bytes).
TEST(Abi, encodings_of_the_specification) {
    const Bytes call = abi::encode_call(abi::selector("sam(bytes,bool,uint256[])"), to_bytes("dave"), true,
                                        std::vector<Uint256>{1, 2, 3});
    Bytes expected = from_hex("a5643bf2").value();
    append(expected, words({"60", "1", "a0", "4"}));
    append(expected, right_padded("64617665"));
    append(expected, words({"3", "1", "2", "3"}));
    EXPECT_EQ(call, expected);

    using Bytes10 = FixedBytes<10, struct Bytes10Tag>;
    const Bytes10 ten = Bytes10::from(as_bytes("1234567890")).value();
    const Bytes f =
        abi::encode(Uint256{0x123}, std::vector<std::uint32_t>{0x456, 0x789}, ten, to_bytes("Hello, world!"));
    expected = words({"123", "80"});
    append(expected, right_padded("31323334353637383930"));
    append(expected, words({"e0", "2", "456", "789", "d"}));
    append(expected, right_padded("48656c6c6f2c20776f726c6421"));
    EXPECT_EQ(f, expected);
    const auto back = abi::decode<Uint256, std::vector<std::uint32_t>, Bytes10, Bytes>(f);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, std::make_tuple(Uint256{0x123}, std::vector<std::uint32_t>{0x456, 0x789}, ten,
                                     to_bytes("Hello, world!")));
}

// Same page: g(uint256[][],string[]) with ([[1, 2], [3]], ["one", "two", "three"]).
TEST(Abi, nested_dynamic_types) {
    const Bytes g =
        abi::encode(std::vector<std::vector<Uint256>>{{1, 2}, {3}}, std::vector<std::string>{"one", "two", "three"});
    Bytes expected = words({"40", "140", "2", "40", "a0", "2", "1", "2", "1", "3", "3", "60", "a0", "e0", "3"});
    append(expected, right_padded("6f6e65"));
    append(expected, words({"3"}));
    append(expected, right_padded("74776f"));
    append(expected, words({"5"}));
    append(expected, right_padded("7468726565"));
    EXPECT_EQ(g, expected);
}

TEST(Abi, static_structs_stand_in_the_head) {
    EXPECT_EQ(abi::encode(Point{5, true}, std::uint64_t{7}), words({"5", "1", "7"}));
    const auto back = abi::decode<Point, std::uint64_t>(words({"5", "1", "7"}));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(std::get<0>(*back), (Point{5, true}));
}

TEST(Abi, dirty_values_are_refused) {
    const std::string ones(64, 'f');
    EXPECT_FALSE((abi::decode<Address>(words({ones}))));
    EXPECT_FALSE((abi::decode<bool>(words({"2"}))));
    EXPECT_FALSE((abi::decode<std::uint8_t>(words({"100"}))));
    EXPECT_FALSE((abi::decode<std::uint64_t>(words({"10000000000000000"}))));
    EXPECT_FALSE((abi::decode<Bytes4>(words({"1"}))));
    EXPECT_FALSE((abi::decode<Colour>(words({"3"}))));
    EXPECT_TRUE((abi::decode<Colour>(words({"2"}))));
    EXPECT_TRUE((abi::decode<Uint256>(words({ones}))));
}

TEST(Abi, short_data_and_wild_offsets_are_refused) {
    EXPECT_FALSE((abi::decode<Uint256>(Bytes(31))));
    EXPECT_FALSE((abi::decode<Bytes>(words({"20"}))));
    EXPECT_FALSE((abi::decode<Bytes>(words({"20", "1"}))));
    EXPECT_FALSE((abi::decode<Bytes>(words({"40", "0"}))));
    EXPECT_FALSE((abi::decode<Bytes>(words({std::string(64, 'f'), "0"}))));
    EXPECT_FALSE((abi::decode<std::vector<Uint256>>(words({"20", "ffffffffffffffff"}))));
    EXPECT_FALSE((abi::decode<std::vector<Bytes>>(words({"20", "1", "40"}))));
}

TEST(Abi, trailing_data_and_missing_padding_are_accepted) {
    Bytes data = words({"20", "1"});
    data.push_back(0xaa);
    EXPECT_EQ(std::get<0>(abi::decode<Bytes>(data).value()), Bytes{0xaa});
    EXPECT_TRUE((abi::decode<bool>(words({"1", "ff"}))));
}

TEST(Abi, structs_round_trip) {
    rc::check(
        [](std::uint64_t price, const std::string& text, const std::vector<std::uint64_t>& xs, const Bytes& sign) {
            Order order{Address{{1, 2, 3}}, Uint256{price, 1, 0, price}, text, {}, sign};
            for (auto x : xs) order.points.push_back({x, x % 2 == 0});
            const Bytes data = abi::encode(order, std::vector<Order>{order, Order{}}, Colour::kBlue);
            RC_ASSERT(data.size() % 32 == 0);
            const auto back = abi::decode<Order, std::vector<Order>, Colour>(data);
            RC_ASSERT(back.has_value());
            RC_ASSERT(std::get<0>(*back) == order);
            RC_ASSERT(std::get<1>(*back) == (std::vector<Order>{order, Order{}}));
            RC_ASSERT(std::get<2>(*back) == Colour::kBlue);
        });
}

TEST(Abi, truncated_data_never_decodes_to_the_whole) {
    const Order order{Address{{9}}, 5, "text", {{1, true}}, to_bytes("signature")};
    const Bytes data = abi::encode(order);
    for (std::size_t size = 0; size + 32 <= data.size(); ++size)
        EXPECT_FALSE(abi::decode<Order>(ByteView(data).first(size)).has_value()) << size;
}

TEST(Abi, revert_payloads) {
    EXPECT_EQ(abi::decode_error(abi::encode_error("no money")), "no money");
    EXPECT_EQ(abi::decode_error(abi::encode_panic(0x11)), "Panic(0x11)");
    EXPECT_EQ(abi::decode_error({}), std::nullopt);
    EXPECT_EQ(to_hex(ByteView(abi::encode_panic(0x11)).first(4)), "0x4e487b71");
}

}  // namespace
}  // namespace bourse
