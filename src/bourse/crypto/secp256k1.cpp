#include <bourse/crypto/secp256k1.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/crypto/hash.hpp>

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <openssl/crypto.h>

namespace bourse::crypto {
namespace {

/// One context for the process; after creation it is only read, so all threads share it.
const secp256k1_context* curve() noexcept {
    static const secp256k1_context* const context =
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    return context;
}

std::array<std::uint8_t, 64> serialize(const secp256k1_pubkey& key) noexcept {
    std::array<std::uint8_t, 65> full{};
    std::size_t size = full.size();
    secp256k1_ec_pubkey_serialize(curve(), full.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    std::array<std::uint8_t, 64> out{};
    std::copy(full.begin() + 1, full.end(), out.begin());
    return out;
}

Address address_of(const secp256k1_pubkey& key) noexcept {
    const Hash hash = keccak256(ByteView(serialize(key)));
    Address out;
    std::copy(hash.begin() + 12, hash.end(), out.begin());
    return out;
}

secp256k1_pubkey public_of(const Bytes32& secret) noexcept {
    secp256k1_pubkey key;
    BOURSE_ASSERT(secp256k1_ec_pubkey_create(curve(), &key, secret.data.data()) == 1);
    return key;
}

/// (group order - 1) / 2
constexpr Uint256 kHalfOrder{0xDFE92F46681B20A0ULL, 0x5D576E7357A4501DULL, 0xFFFFFFFFFFFFFFFFULL,
                             0x7FFFFFFFFFFFFFFFULL};

}  // namespace

std::optional<PrivateKey> PrivateKey::from(ByteView bytes) noexcept {
    const auto secret = Bytes32::from(bytes);
    if (!secret || secp256k1_ec_seckey_verify(curve(), secret->data.data()) != 1) return std::nullopt;
    PrivateKey key;
    key.key_ = *secret;
    return key;
}

PrivateKey::~PrivateKey() { OPENSSL_cleanse(key_.data.data(), key_.data.size()); }

Address PrivateKey::address() const noexcept { return address_of(public_of(key_)); }

std::array<std::uint8_t, 64> PrivateKey::public_key() const noexcept { return serialize(public_of(key_)); }

Bytes Signature::to_rsv() const {
    Bytes out;
    out.reserve(65);
    append(out, r);
    append(out, s);
    out.push_back(static_cast<std::uint8_t>(27 + parity));
    return out;
}

Bytes Signature::to_compact() const {
    Bytes out;
    out.reserve(64);
    append(out, r);
    append(out, s);
    if (parity != 0) out[32] |= 0x80;
    return out;
}

Signature sign(const PrivateKey& key, const Hash& hash) noexcept {
    secp256k1_ecdsa_recoverable_signature raw;
    BOURSE_ASSERT(
        secp256k1_ecdsa_sign_recoverable(curve(), &raw, hash.data.data(), key.bytes().data(), nullptr, nullptr) == 1);
    std::array<std::uint8_t, 64> compact{};
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(curve(), compact.data(), &parity, &raw);
    Signature out;
    std::copy(compact.begin(), compact.begin() + 32, out.r.begin());
    std::copy(compact.begin() + 32, compact.end(), out.s.begin());
    out.parity = static_cast<std::uint8_t>(parity & 1);
    return out;
}

std::optional<Address> recover(const Hash& hash, const Signature& signature) noexcept {
    if (signature.parity > 1) return std::nullopt;
    std::array<std::uint8_t, 64> compact{};
    std::copy(signature.r.begin(), signature.r.end(), compact.begin());
    std::copy(signature.s.begin(), signature.s.end(), compact.begin() + 32);
    secp256k1_ecdsa_recoverable_signature raw;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(curve(), &raw, compact.data(), signature.parity) != 1)
        return std::nullopt;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recover(curve(), &key, &raw, hash.data.data()) != 1) return std::nullopt;
    return address_of(key);
}

bool is_low_s(const Bytes32& s) noexcept { return uint256_from_be(s) <= kHalfOrder; }

}  // namespace bourse::crypto
