// ECDSA over secp256k1 with recovery, as Ethereum uses it (libsecp256k1; RFC 6979 nonces, low s).
#pragma once

#include <bourse/base/bytes.hpp>

#include <optional>

namespace bourse::crypto {

/// A secret scalar. Wiped when destroyed; never logged.
class PrivateKey {
public:
    /// nullopt unless 0 < key < group order.
    static std::optional<PrivateKey> from(ByteView bytes) noexcept;
    ~PrivateKey();
    PrivateKey(const PrivateKey&) = default;
    PrivateKey& operator=(const PrivateKey&) = default;

    ByteView bytes() const noexcept { return key_; }
    /// The address of its public key.
    Address address() const noexcept;
    /// Uncompressed public key without the 0x04 prefix, 64 bytes.
    std::array<std::uint8_t, 64> public_key() const noexcept;

private:
    PrivateKey() = default;
    Bytes32 key_;
};

struct Signature {
    Bytes32 r;
    Bytes32 s;
    std::uint8_t parity = 0;  ///< 0 or 1

    bool operator==(const Signature&) const = default;
    /// r ‖ s ‖ v with v = 27 or 28 (65 bytes).
    Bytes to_rsv() const;
    /// EIP-2098: r ‖ (parity << 255 | s), 64 bytes.
    Bytes to_compact() const;
};

/// Signs a 32-byte hash; s is low.
Signature sign(const PrivateKey& key, const Hash& hash) noexcept;

/// Address of the signer, or nullopt if no key can be recovered. High s is accepted here; callers that must refuse it
/// ask is_low_s() first. Costs 32…70 µs.
std::optional<Address> recover(const Hash& hash, const Signature& signature) noexcept;

bool is_low_s(const Bytes32& s) noexcept;

}  // namespace bourse::crypto
