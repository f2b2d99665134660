// Signatures of a wallet over orders, messages and challenges.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/orders.hpp>

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bourse::client {

/// EIP-191 over a text or bytes, r ‖ s ‖ v (65 bytes).
Bytes sign_message(const crypto::PrivateKey& key, ByteView message);
inline Bytes sign_text(const crypto::PrivateKey& key, std::string_view text) {
    return sign_message(key, as_bytes(text));
}
/// The signer of such a signature (65 or 64 bytes, low s); nullopt when none can be recovered. For a plain digest see
/// poco/signatures.hpp.
std::optional<Address> message_signer(ByteView message, ByteView signature);
/// r ‖ s ‖ v over a digest.
Bytes sign_digest(const crypto::PrivateKey& key, const Hash& digest);

/// A fresh random salt.
Bytes32 random_salt();

/// Fills in the order's signature (EIP-712 under the hub's domain separator).
void sign_order(poco::AppOrder& order, const crypto::PrivateKey& key, const Hash& domain_separator);
void sign_order(poco::DatasetOrder& order, const crypto::PrivateKey& key, const Hash& domain_separator);
void sign_order(poco::WorkerpoolOrder& order, const crypto::PrivateKey& key, const Hash& domain_separator);
void sign_order(poco::RequestOrder& order, const crypto::PrivateKey& key, const Hash& domain_separator);

/// `<typed-data hash>_<signature>_<checksummed address>`, the authorization header of market and scheduler.
/// `typed_data` is the challenge as the service sent it. Errors: TYPED_DATA_INVALID.
Result<std::string> authorization_header(const nlohmann::json& typed_data, const crypto::PrivateKey& key);
/// The same header taken apart, signature already recovered and compared with the address.
struct Authorization {
    Hash digest;
    Address address;
};
/// Errors: AUTHORIZATION_INVALID. The caller still has to find the digest among its pending challenges.
Result<Authorization> verify_authorization(std::string_view header);
/// Typed data of a challenge: domain {name, version "1", chainId}, primary type Challenge{string challenge}.
nlohmann::json challenge_typed_data(const std::string& domain_name, std::uint64_t chain_id,
                                    const std::string& challenge);

}  // namespace bourse::client
