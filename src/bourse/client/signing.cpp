#include <bourse/client/signing.hpp>

#include <bourse/codec/eip712.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/poco/signatures.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bourse::client {

using nlohmann::json;

Bytes sign_digest(const crypto::PrivateKey& key, const Hash& digest) { return crypto::sign(key, digest).to_rsv(); }

Bytes sign_message(const crypto::PrivateKey& key, ByteView message) {
    return sign_digest(key, eip712::personal_message_hash(message));
}

std::optional<Address> message_signer(ByteView message, ByteView signature) {
    return poco::recover_signer(eip712::personal_message_hash(message), signature);
}

Bytes32 random_salt() { return crypto::random_bytes32(); }

namespace {

template <class Order>
void sign_any_order(Order& order, const crypto::PrivateKey& key, const Hash& separator) {
    order.sign = sign_digest(key, poco::digest(separator, order));
}

}  // namespace

void sign_order(poco::AppOrder& order, const crypto::PrivateKey& key, const Hash& separator) {
    sign_any_order(order, key, separator);
}
void sign_order(poco::DatasetOrder& order, const crypto::PrivateKey& key, const Hash& separator) {
    sign_any_order(order, key, separator);
}
void sign_order(poco::WorkerpoolOrder& order, const crypto::PrivateKey& key, const Hash& separator) {
    sign_any_order(order, key, separator);
}
void sign_order(poco::RequestOrder& order, const crypto::PrivateKey& key, const Hash& separator) {
    sign_any_order(order, key, separator);
}

Result<std::string> authorization_header(const json& typed_data, const crypto::PrivateKey& key) {
    BOURSE_TRY(auto digest, eip712::typed_data_digest(typed_data));
    return fmt::format("{}_{}_{}", to_hex(digest), to_hex(sign_digest(key, digest)), to_checksum(key.address()));
}

Result<Authorization> verify_authorization(std::string_view header) {
    const auto refuse = [] { return fail("AUTHORIZATION_INVALID", "invalid authorization"); };
    const auto first = header.find('_');
    const auto second = first == std::string_view::npos ? first : header.find('_', first + 1);
    if (second == std::string_view::npos) return refuse();
    auto digest = hash_from_hex(header.substr(0, first));
    auto signature = from_hex(header.substr(first + 1, second - first - 1));
    auto address = address_from_hex(header.substr(second + 1));
    if (!digest || !signature || !address) return refuse();
    auto signer = poco::recover_signer(*digest, *signature);
    if (!signer || *signer != *address) return refuse();
    return Authorization{*digest, *address};
}

json challenge_typed_data(const std::string& domain_name, std::uint64_t chain_id, const std::string& challenge) {
    const auto field = [](const char* name, const char* type) { return json{{"name", name}, {"type", type}}; };
    return {
        {"types",
         {{"EIP712Domain",
           json::array({field("name", "string"), field("version", "string"), field("chainId", "uint256")})},
          {"Challenge", json::array({field("challenge", "string")})}}},
        {"domain", {{"name", domain_name}, {"version", "1"}, {"chainId", chain_id}}},
        {"primaryType", "Challenge"},
        {"message", {{"challenge", challenge}}},
    };
}

}  // namespace bourse::client
