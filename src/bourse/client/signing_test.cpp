#include <bourse/client/signing.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/signatures.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

crypto::PrivateKey sdk_key() {
    return *crypto::PrivateKey::from(*from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
}

struct ChallengeVector {
    const char* domain;
    const char* hash;
    const char* signature;
};
// Made with the published SDK (sdk-interop §10): challenge "hello", chain 65535.
constexpr ChallengeVector kChallenges[] = {
    {"iExec Gateway", "0x3024953d35b3ae9b4bc35dd04d4cbf4fcb33d56126f9095e4f2632ad3768535e",
     "0x99d0635a86b54297629709398357cbebd8f4682f2ed6c4a163b53b2f4bbc4a1551c2fce5887a93510639c308578e563aec85f4d93906edb"
     "d4bd1381d46c899691b"},
    {"iExec Core", "0xbcd91df1a6963d849c612d72354ab8ce342e0cbfb8d87aa356d37bef28eb2633",
     "0xfa51a528c5378e0427be05b2ea6627d84398169555bba1d7abf406ceac4fb08648d4eacdf17f14b5cfff020b694cee963d8811566805a10"
     "0b55b54f2b640abe41b"},
};

TEST(Signing, authorization_header_equals_the_sdks) {
    for (const auto& vector : kChallenges) {
        const auto header = authorization_header(challenge_typed_data(vector.domain, 65535, "hello"), sdk_key());
        ASSERT_TRUE(header) << header.error().message;
        EXPECT_EQ(*header,
                  std::string(vector.hash) + "_" + vector.signature + "_0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        const auto verified = verify_authorization(*header);
        ASSERT_TRUE(verified);
        EXPECT_EQ(to_hex(verified->digest), vector.hash);
        EXPECT_EQ(verified->address, sdk_key().address());
    }
}

TEST(Signing, authorization_of_another_address_is_refused) {
    auto header = *authorization_header(challenge_typed_data("iExec Gateway", 65535, "hello"), sdk_key());
    header.replace(header.rfind('_') + 1, std::string::npos, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    EXPECT_FALSE(verify_authorization(header));
    for (const char* broken : {"", "_", "__", "0x_0x_0x", "a_b"})
        EXPECT_EQ(verify_authorization(broken).error().code, "AUTHORIZATION_INVALID") << broken;
}

TEST(Signing, message_signature_recovers_to_its_signer) {
    const auto signature = sign_text(sdk_key(), "hello");
    EXPECT_EQ(signature.size(), 65U);
    EXPECT_EQ(message_signer(as_bytes("hello"), signature), sdk_key().address());
    EXPECT_NE(message_signer(as_bytes("hallo"), signature), sdk_key().address());
}

TEST(Signing, order_signature_is_valid_under_its_domain_only) {
    poco::AppOrder order;
    order.volume = 3;
    order.salt = random_salt();
    const Hash separator = *hash_from_hex("0x1111111111111111111111111111111111111111111111111111111111111111");
    sign_order(order, sdk_key(), separator);
    EXPECT_EQ(poco::recover_signer(poco::digest(separator, order), order.sign), sdk_key().address());
    EXPECT_NE(poco::recover_signer(poco::digest(Hash{}, order), order.sign), sdk_key().address());
}

}  // namespace
}  // namespace bourse::client
