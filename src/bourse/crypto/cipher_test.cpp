#include <bourse/crypto/cipher.hpp>

#include <gtest/gtest.h>

namespace bourse::crypto {
namespace {

// Web3 Secret Storage Definition, test vector with PBKDF2 (password "testpassword").
TEST(Cipher, web3_secret_storage_pbkdf2_vector) {
    const auto salt = from_hex("ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd").value();
    const auto derived = pbkdf2_sha256(as_bytes("testpassword"), salt, 262144, 32);
    EXPECT_EQ(to_hex_plain(derived), "f06d69cdc7da0faffb1008270bca38f5e31891a3a773950e6d0fea48a7188551");
    const auto iv = from_hex("6087dab2f9fdbbfaddc31a909735c1e6").value();
    const auto text = from_hex("5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46").value();
    EXPECT_EQ(to_hex_plain(aes128_ctr(ByteView(derived).first(16), iv, text)),
              "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d");
}

// RFC 7914 §12.
TEST(Cipher, scrypt_vector) {
    const auto key = scrypt(as_bytes("password"), as_bytes("NaCl"), 1024, 8, 16, 64);
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(to_hex_plain(ByteView(*key).first(16)), "fdbabe1c9d3472007856e7190d01e9fe");
    EXPECT_EQ(scrypt(as_bytes("p"), as_bytes("s"), 3, 8, 1, 32).error().code, "SCRYPT_FAILED");
}

TEST(Cipher, random_values_differ_and_comparison_is_exact) {
    EXPECT_NE(random_bytes32(), random_bytes32());
    EXPECT_TRUE(constant_time_equal(as_bytes("ab"), as_bytes("ab")));
    EXPECT_FALSE(constant_time_equal(as_bytes("ab"), as_bytes("ac")));
    EXPECT_FALSE(constant_time_equal(as_bytes("ab"), as_bytes("abc")));
}

}  // namespace
}  // namespace bourse::crypto
