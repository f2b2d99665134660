#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>

namespace bourse::crypto {
namespace {

TEST(Keccak, known_answers) {
    EXPECT_EQ(to_hex(keccak256("")), kEmptyKeccakHex);
    EXPECT_EQ(to_hex(keccak256("abc")), "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    EXPECT_EQ(to_hex(keccak256("IEXEC_SMS_DOMAIN")),
              "0x0a26923d45a019b77e856d0001681f98ab9707ec15b2b98048cc91eed00b6793");
}

TEST(Keccak, parts_equal_the_whole) {
    EXPECT_EQ(keccak256({as_bytes("a"), as_bytes(""), as_bytes("bc")}), keccak256("abc"));
}

TEST(Sha256, known_answer_whole_and_in_parts) {
    const std::string expected = "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), expected);
    Sha256 stream;
    stream.update(as_bytes("a"));
    stream.update(as_bytes("bc"));
    EXPECT_EQ(to_hex(stream.finish()), expected);
}

TEST(HmacSha256, known_answers_of_rfc4231) {
    EXPECT_EQ(to_hex_plain(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const Bytes long_key(131, 0xAA);  // longer than a block: hashed first
    EXPECT_EQ(to_hex_plain(hmac_sha256(long_key, as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace bourse::crypto
