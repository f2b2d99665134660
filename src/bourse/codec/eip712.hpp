// EIP-712 typed data: the general part. The market's order types stand in poco/orders.hpp.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace bourse::eip712 {

struct Domain {
    std::string name;
    std::string version;
    Uint256 chain_id;
    Address verifying_contract;

    bool operator==(const Domain&) const = default;
};

/// EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)
Hash domain_separator(const Domain& domain);
/// keccak(0x1901 ‖ separator ‖ struct hash)
Hash digest(const Hash& separator, const Hash& struct_hash) noexcept;

/// EIP-191 "personal message": keccak("\x19Ethereum Signed Message:\n" ‖ decimal length ‖ message).
Hash personal_message_hash(ByteView message) noexcept;

/// Digest of any typed-data JSON document {types, primaryType?, domain, message} as eth_signTypedData_v4 takes it.
/// primaryType may be absent when exactly one type is referenced by no other. Errors: TYPED_DATA_INVALID.
Result<Hash> typed_data_digest(const nlohmann::json& document);

}  // namespace bourse::eip712
