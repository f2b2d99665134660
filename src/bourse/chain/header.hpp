// Block headers: the 20 fields of Cancun with the constants of spec/chain.md §1.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <cstdint>
#include <optional>

namespace bourse::chain {

/// A 2,048-bit log filter.
using Bloom = FixedBytes<256, struct BloomTag>;

inline constexpr std::uint64_t kBlockGasLimit = 200'000'000;

/// Fields in the order of their encoding. ommersHash, difficulty, nonce, base fee, withdrawals, blob fields and beacon
/// root are constants of the chain and not stored.
struct BlockHeader {
    Hash parent_hash;
    Address beneficiary;
    Hash state_root;
    Hash transactions_root;
    Hash receipts_root;
    Bloom logs_bloom;
    std::uint64_t number = 0;
    std::uint64_t gas_limit = kBlockGasLimit;
    std::uint64_t gas_used = 0;
    std::uint64_t time_s = 0;
    std::uint64_t time_ms = 0;  ///< the extra data, 8 bytes
    Hash prevrandao;            ///< mixHash

    bool operator==(const BlockHeader&) const = default;
};

/// keccak256(rlp([])): the hash of no ommers.
Hash empty_ommers_hash() noexcept;
/// keccak256("bourse/prevrandao/1" ‖ parent hash ‖ uint64 big-endian number)
Hash prevrandao_of(const Hash& parent_hash, std::uint64_t number) noexcept;
/// The header's extraData field.
Bytes extra_data(const BlockHeader& header);

Bytes encode_header(const BlockHeader& header);
/// nullopt unless the bytes are the canonical encoding of a header whose constant fields have the chain's values.
std::optional<BlockHeader> decode_header(ByteView rlp);
/// keccak of the encoding: the block's hash.
Hash header_hash(const BlockHeader& header);

}  // namespace bourse::chain
