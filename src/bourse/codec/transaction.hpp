// Ethereum transactions of types 0 (legacy, with and without EIP-155), 1 (EIP-2930) and 2 (EIP-1559).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/crypto/secp256k1.hpp>

#include <optional>
#include <vector>

namespace bourse {

struct AccessListEntry {
    Address address;
    std::vector<Bytes32> storage_keys;

    bool operator==(const AccessListEntry&) const = default;
};

struct Transaction {
    std::uint8_t type = 0;
    std::optional<std::uint64_t> chain_id;  ///< absent only in legacy transactions without EIP-155
    std::uint64_t nonce = 0;
    Uint256 gas_price;         ///< types 0 and 1
    Uint256 max_priority_fee;  ///< type 2
    Uint256 max_fee;           ///< type 2
    std::uint64_t gas_limit = 0;
    std::optional<Address> to;  ///< absent: creation
    Uint256 value;
    Bytes data;
    std::vector<AccessListEntry> access_list;
    crypto::Signature signature;

    bool operator==(const Transaction&) const = default;
    /// The price a unit of gas costs at base fee 0: gas_price, or min(max_fee, max_priority_fee).
    Uint256 effective_gas_price() const noexcept;
    /// The v field as JSON-RPC shows it: 27/28, EIP-155 or parity.
    Uint256 v() const noexcept;
};

enum class TransactionError : std::uint8_t {
    kMalformed = 1,        ///< not canonical RLP of a known shape
    kUnsupportedType = 2,  ///< type 3 and others
    kBadSignature = 3,     ///< r, s out of range, high s, v illegal, or no key recovered
    kTooLarge = 4,         ///< above 128 KiB
};
std::string_view to_text(TransactionError error) noexcept;

inline constexpr std::size_t kMaxTransactionBytes = 128 * 1024;

/// Raw bytes as in eth_sendRawTransaction. Canonical encodings only (EIP-2: low s).
Result<Transaction, TransactionError> decode_transaction(ByteView raw);
/// Raw bytes, signature included.
Bytes encode_transaction(const Transaction& tx);
Hash signing_hash(const Transaction& tx);
/// keccak of the raw bytes.
Hash transaction_hash(ByteView raw) noexcept;
std::optional<Address> recover_sender(const Transaction& tx);
/// Fills in the signature.
void sign_transaction(Transaction& tx, const crypto::PrivateKey& key);
/// 21,000 + data (4 and 16 a byte, EIP-2028) + access list (EIP-2930) + creation (EIP-3860).
std::uint64_t intrinsic_gas(const Transaction& tx) noexcept;

}  // namespace bourse
