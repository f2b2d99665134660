#include <bourse/crypto/secp256k1.hpp>

#include <bourse/base/uint256.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/crypto/signature_cache.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace bourse::crypto {
namespace {

PrivateKey test_key() {
    return *PrivateKey::from(*from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
}

TEST(Secp256k1, address_of_the_public_test_key) {
    EXPECT_EQ(to_hex(test_key().address()), "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    EXPECT_EQ(Address::from(ByteView(keccak256(ByteView(test_key().public_key()))).last(20)), test_key().address());
}

TEST(Secp256k1, illegal_keys_are_refused) {
    EXPECT_FALSE(PrivateKey::from(Bytes32{}).has_value());
    EXPECT_FALSE(PrivateKey::from(to_be32(Uint256::max())).has_value());
    EXPECT_FALSE(PrivateKey::from(Bytes(31, 1)).has_value());
}

// spec sdk-interop §10: challenge `hello`, domain iExec Gateway.
TEST(Secp256k1, deterministic_signature_of_a_known_hash) {
    const auto hash = *hash_from_hex("0x3024953d35b3ae9b4bc35dd04d4cbf4fcb33d56126f9095e4f2632ad3768535e");
    const auto signature = sign(test_key(), hash);
    EXPECT_EQ(
        to_hex(signature.to_rsv()),
        "0x99d0635a86b54297629709398357cbebd8f4682f2ed6c4a163b53b2f4bbc4a1551c2fce5887a93510639c308578e563aec85f4d9"
        "3906edbd4bd1381d46c899691b");
    EXPECT_EQ(recover(hash, signature), test_key().address());
}

// EIP-2098, second example.
TEST(Secp256k1, compact_form) {
    Signature signature;
    signature.r = *hash_from_hex("0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76");
    signature.s = *hash_from_hex("0x139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793");
    signature.parity = 1;
    EXPECT_EQ(
        to_hex(signature.to_compact()),
        "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddf"
        "adec52cbe24d0cc64f550793");
}

TEST(Secp256k1, garbage_recovers_nobody) {
    Signature signature;
    EXPECT_FALSE(recover(Hash{}, signature).has_value());
    signature.parity = 2;
    EXPECT_FALSE(recover(Hash{}, signature).has_value());
}

TEST(Secp256k1, high_s_is_recognised) {
    const auto signature = sign(test_key(), keccak256("x"));
    EXPECT_TRUE(is_low_s(signature.s));
    const Uint256 order{0xBFD25E8CD0364141ULL, 0xBAAEDCE6AF48A03BULL, 0xFFFFFFFFFFFFFFFEULL, 0xFFFFFFFFFFFFFFFFULL};
    const Bytes32 high = to_be32(order - uint256_from_be(signature.s));
    EXPECT_FALSE(is_low_s(high));
    EXPECT_EQ(recover(keccak256("x"), {signature.r, high, static_cast<std::uint8_t>(1 - signature.parity)}),
              test_key().address());
}

TEST(SignatureCache, remembers_and_stays_bounded) {
    SignatureCache cache(64);
    const auto signature = sign(test_key(), keccak256("x"));
    EXPECT_FALSE(cache.find(keccak256("x"), signature).has_value());
    EXPECT_EQ(cache.recover(keccak256("x"), signature), test_key().address());
    EXPECT_EQ(cache.find(keccak256("x"), signature), test_key().address());
    for (int i = 0; i < 1000; ++i) cache.remember(keccak256(std::to_string(i)), signature, Address{});
    EXPECT_FALSE(cache.find(keccak256("x"), signature).has_value());
}

TEST(SignatureCache, is_safe_from_several_threads) {
    SignatureCache cache(1024);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&cache, t] {
            for (int i = 0; i < 20; ++i) {
                const auto hash = keccak256(std::to_string(i * (1 + t % 2)));
                EXPECT_EQ(cache.recover(hash, sign(test_key(), hash)), test_key().address());
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_GT(cache.hits() + cache.misses(), 79U);
}

}  // namespace
}  // namespace bourse::crypto
