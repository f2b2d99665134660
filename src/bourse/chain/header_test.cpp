#include <bourse/chain/header.hpp>

#include <bourse/chain/receipt.hpp>
#include <bourse/chain/validity.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>

#include <set>

namespace bourse::chain {
namespace {

template <class Fixed>
Fixed filled(std::uint8_t byte) {
    Fixed out;
    std::fill(out.begin(), out.end(), byte);
    return out;
}

state::Log transfer_log() {
    return {
        filled<Address>(0x11), {crypto::keccak256("Transfer(address,address,uint256)"), Bytes32{}}, to_bytes("data")};
}

BlockHeader example() {
    BlockHeader out;
    out.parent_hash = filled<Hash>(1);
    out.beneficiary = filled<Address>(2);
    out.state_root = filled<Hash>(3);
    out.transactions_root = filled<Hash>(4);
    out.receipts_root = filled<Hash>(5);
    out.logs_bloom = bloom_of({transfer_log()});
    out.number = 7;
    out.gas_used = 21'000;
    out.time_s = 1'767'225'600;
    out.time_ms = 1'767'225'600'123;
    out.prevrandao = filled<Hash>(6);
    return out;
}

// The golden values of this file were computed by an independent Keccak and RLP in Python.
TEST(Header, hash_equals_an_independent_computation) {
    EXPECT_EQ(to_hex(header_hash(example())), "0xfe76cb209748699bdb96e24ee9f89dd3104b21301d30d9c8aa0c15fce5e73db4");
    EXPECT_EQ(to_hex(prevrandao_of(filled<Hash>(1), 7)),
              "0x2327bc4e7cb7cc8b2d7e7139fc9c4b0cd9a93a63d527558d2cc14ffdc9d16649");
    // The well-known hash of no ommers.
    EXPECT_EQ(to_hex(empty_ommers_hash()), "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
}

TEST(Header, decodes_what_it_encodes_and_nothing_else) {
    const Bytes encoded = encode_header(example());
    EXPECT_EQ(decode_header(encoded), example());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        Bytes changed = encoded;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ 0x10);
        if (const auto header = decode_header(changed)) {
            EXPECT_EQ(encode_header(*header), changed) << i;
        }
    }
    EXPECT_FALSE(decode_header(ByteView(encoded).first(encoded.size() - 1)).has_value());
}

TEST(Header, has_twenty_fields) {
    const Bytes encoded = encode_header(example());
    const auto item = rlp::Reader::single(encoded);
    ASSERT_TRUE(item.has_value());
    rlp::Reader reader(item->payload);
    int count = 0;
    while (reader.next()) ++count;
    EXPECT_EQ(count, 20);
}

TEST(Receipt, bloom_and_encoding_equal_an_independent_computation) {
    const Bloom bloom = bloom_of({transfer_log()});
    EXPECT_EQ(to_hex(crypto::keccak256(ByteView(bloom))),
              "0x2c62d24a8f4ff52d47688cb6e227df6066cb84a941fe82908f20a3901b2edd22");
    EXPECT_EQ(bloom_of({transfer_log(), transfer_log()}), bloom);
    const Receipt receipt{2, true, 21'000, bloom, {transfer_log()}};
    EXPECT_EQ(to_hex(crypto::keccak256(ByteView(encode_receipt(receipt)))),
              "0x214f61cfff64d320ffe4a400a9704e4a0db7c95747b1312fdecc8560dabb64f4");
}

TEST(Receipt, blooms_contain_their_parts) {
    Bloom other = bloom_of({state::Log{filled<Address>(9), {}, {}}});
    EXPECT_FALSE(contains(other, bloom_of({transfer_log()})));
    merge(other, bloom_of({transfer_log()}));
    EXPECT_TRUE(contains(other, bloom_of({transfer_log()})));
}

TEST(Validity, every_reason_has_its_own_text_and_code) {
    std::set<std::string_view> texts, codes;
    for (std::uint8_t i = 1; i <= 11; ++i) {
        texts.insert(to_text(static_cast<InvalidTransaction>(i)));
        codes.insert(to_code(static_cast<InvalidTransaction>(i)));
    }
    EXPECT_EQ(texts.size(), 11U);
    EXPECT_EQ(codes.size(), 11U);
}

}  // namespace
}  // namespace bourse::chain
