// Storage keys of the native contracts: a namespace byte and an id (docs/reference/storage.md). Keys of 32-byte ids
// drop the id's first byte, which the value repeats; keys of pairs are hashes.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

namespace bourse::native {

/// First byte of a key. The numbers are part of the state's layout: never reuse one.
enum class Space : std::uint8_t {
    kConfig = 0x01,     ///< record: configuration of the contract
    kBooks = 0x02,      ///< record: running totals of the hub
    kAccount = 0x03,    ///< slot: stake, locked, score
    kWideStake = 0x04,  ///< slot: a stake that exceeds 64 bits
    kWideLocked = 0x05,
    kWideScore = 0x06,
    kAllowance = 0x07,     ///< slot: by owner and spender
    kCategory = 0x08,      ///< record: by index
    kOrder = 0x09,         ///< slot: consumption and presigner, by digest
    kWideConsumed = 0x0a,  ///< slot: a consumption that exceeds 80 bits
    kDeal = 0x0b,          ///< record
    kDealParams = 0x0c,    ///< record: a long params text
    kTask = 0x0d,          ///< record: head and the first 16 contributions
    kTaskChunk = 0x0e,     ///< record: 16 further contributions, by task and chunk
    kTaskWorker = 0x0f,    ///< slot: place of a worker beyond the first 16, by task and worker
    kTaskGroup = 0x10,     ///< slot: place of the leader of a group beyond the first 16, by task and value
    kBalance = 0x11,       ///< slot: token balance
    kSupply = 0x12,        ///< slot: token supply
    kToken = 0x13,         ///< slot: owner of a resource and its place in the owner's list
    kTokenByIndex = 0x14,  ///< slot
    kOwnedToken = 0x15,    ///< slot: by owner and place
    kOwnedCount = 0x16,    ///< slot: by owner
    kApproved = 0x17,      ///< slot: by resource
    kOperator = 0x18,      ///< slot: by owner and operator
    kResource = 0x19,      ///< record at the resource's own address
};

/// The only key of its namespace.
Bytes32 key_of(Space space) noexcept;
/// Namespace, zeros, address.
Bytes32 key_of(Space space, const Address& address) noexcept;
/// Namespace, zeros, 8-byte index.
Bytes32 key_of(Space space, std::uint64_t index) noexcept;
/// Namespace, bytes 1…31 of the id.
Bytes32 key_of(Space space, const Hash& id) noexcept;
/// Namespace, bytes 1…31 of keccak(a ‖ b).
Bytes32 key_of(Space space, ByteView a, ByteView b) noexcept;

Bytes32 word_of(const Address& address) noexcept;
Address address_of(const Bytes32& word) noexcept;

}  // namespace bourse::native
