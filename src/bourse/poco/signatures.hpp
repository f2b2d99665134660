// Signatures of accounts without code (poco.md §5.3).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <optional>

namespace bourse::poco {

enum class SignatureVerdict : std::uint8_t {
    kValid,
    kInvalid,
    kBadFormat,  ///< neither 64 nor 65 bytes: the hub reverts `invalid-signature-format`
};

/// r ‖ s ‖ v (v 27 or 28) or r ‖ vs (EIP-2098), low s; nullopt if it can recover nothing. Ask the length first.
std::optional<crypto::Signature> parse_signature(ByteView signature) noexcept;
constexpr bool has_signature_length(ByteView signature) noexcept {
    return signature.size() == 64 || signature.size() == 65;
}
/// The rule of the hub, its oddity for the null account included (an unrecoverable signature is valid for it).
SignatureVerdict verify_signature(const Address& account, const Hash& hash, ByteView signature) noexcept;
/// The address that signed, or nullopt for anything that is no valid signature.
std::optional<Address> recover_signer(const Hash& hash, ByteView signature) noexcept;

}  // namespace bourse::poco
