#include <bourse/codec/eip712.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::eip712 {
namespace {

using Json = nlohmann::json;

// The example of EIP-712 (Mail), with its published digest.
Json mail() {
    return Json::parse(R"({
      "types": {
        "EIP712Domain": [{"name":"name","type":"string"},{"name":"version","type":"string"},
                         {"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
        "Person": [{"name":"name","type":"string"},{"name":"wallet","type":"address"}],
        "Mail": [{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]},
      "primaryType": "Mail",
      "domain": {"name":"Ether Mail","version":"1","chainId":1,
                 "verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
      "message": {"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
                  "to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
                  "contents":"Hello, Bob!"}})");
}

TEST(Eip712, example_of_the_standard) {
    EXPECT_EQ(to_hex(typed_data_digest(mail()).value()),
              "0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2");
    Json implied = mail();
    implied.erase("primaryType");
    implied["types"].erase("EIP712Domain");
    EXPECT_EQ(typed_data_digest(implied), typed_data_digest(mail()));
    Domain domain{"Ether Mail", "1", 1, *address_from_hex("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")};
    EXPECT_EQ(to_hex(domain_separator(domain)), "0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f");
}

// Vectors of the existing SDK's challenges (spec sdk-interop §10).
TEST(Eip712, gateway_challenges) {
    const auto challenge = [](const char* name) {
        Json document = Json::parse(R"({
          "types": {"EIP712Domain": [{"name":"name","type":"string"},{"name":"version","type":"string"},
                                     {"name":"chainId","type":"uint256"}],
                    "Challenge": [{"name":"challenge","type":"string"}]},
          "primaryType": "Challenge", "domain": {"version":"1","chainId":65535}, "message": {"challenge":"hello"}})");
        document["domain"]["name"] = name;
        return document;
    };
    EXPECT_EQ(to_hex(typed_data_digest(challenge("iExec Gateway")).value()),
              "0x3024953d35b3ae9b4bc35dd04d4cbf4fcb33d56126f9095e4f2632ad3768535e");
    EXPECT_EQ(to_hex(typed_data_digest(challenge("iExec Core")).value()),
              "0xbcd91df1a6963d849c612d72354ab8ce342e0cbfb8d87aa356d37bef28eb2633");
    EXPECT_EQ(to_hex(typed_data_digest(challenge("iExec Result Repository")).value()),
              "0x7970f4b12fee98e2926ffba2185ab3672dd7209a5b73bf9e01aa95751939c752");
}

TEST(Eip712, arrays_numbers_and_bytes) {
    Json document = Json::parse(R"({
      "types": {"T": [{"name":"a","type":"uint8[2][]"},{"name":"b","type":"int16"},{"name":"c","type":"bytes4"}]},
      "domain": {"name":"d"},
      "message": {"a":[[1,"2"],["0x3",4]],"b":-2,"c":"0x01020304"}})");
    const auto inner = [](std::uint64_t x, std::uint64_t y) {
        return crypto::keccak256(ByteView(abi::encode(Uint256{x}, Uint256{y})));
    };
    const Hash list = crypto::keccak256({inner(1, 2), inner(3, 4)});
    const Hash message = crypto::keccak256(ByteView(abi::encode(crypto::keccak256("T(uint8[2][] a,int16 b,bytes4 c)"),
                                                                list, Uint256{} - Uint256{2}, Bytes4{{1, 2, 3, 4}})));
    const Hash separator = crypto::keccak256({crypto::keccak256("EIP712Domain(string name)"), crypto::keccak256("d")});
    EXPECT_EQ(typed_data_digest(document), digest(separator, message));

    document["message"]["b"] = 32768;
    EXPECT_EQ(typed_data_digest(document).error().code, "TYPED_DATA_INVALID");
    document["message"]["b"] = -32768;
    EXPECT_TRUE(typed_data_digest(document).has_value());
    document["message"]["a"] = Json::parse("[[1]]");
    EXPECT_FALSE(typed_data_digest(document).has_value());
}

TEST(Eip712, bad_documents_are_refused) {
    for (const auto* text : {"[]", "{}", R"({"types":{},"domain":{},"message":{}})",
                             R"({"types":{"A":[{"name":"x","type":"B"}]},"domain":{},"message":{"x":1}})",
                             R"({"types":{"A":[{"name":"x"}]},"domain":{},"message":{"x":1}})",
                             R"({"types":{"A":[{"name":"x","type":"uint256"}]},"domain":{},"message":{"x":1.5}})"})
        EXPECT_EQ(typed_data_digest(Json::parse(text)).error().code, "TYPED_DATA_INVALID") << text;
}

// sdk-interop §10: the SMS rows are EIP-191 signatures over 32 bytes.
TEST(Eip712, personal_message_over_a_hash) {
    const auto key =
        *crypto::PrivateKey::from(*from_hex("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    const auto hash = *hash_from_hex("0xd421e663edfd2dff915666a011e1de7c2935d7a10be4ffc7edc692193303fa61");
    EXPECT_EQ(
        to_hex(crypto::sign(key, personal_message_hash(hash)).to_rsv()),
        "0xdb743facb668b0b21c14d4babbf88f2a39c534f321cdbb3ca6c003f245000b8d6297ed37d6e035028d3d5593e31e6c2a18e49034"
        "fa1048c376aefabee273cbb11c");
    // "hello" as web3 libraries hash it.
    EXPECT_EQ(to_hex(personal_message_hash(as_bytes("hello"))),
              "0x50b2c43fd39106bafbba0da34fc430e1f91e3c96ea2acee2bc34119f92b37750");
}

}  // namespace
}  // namespace bourse::eip712
