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

}  // namespace
}  // namespace bourse::crypto
