// Receipts and log blooms (yellow paper §4.3.1, EIP-2718).
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/chain/header.hpp>
#include <bourse/state/state.hpp>

#include <cstdint>
#include <vector>

namespace bourse::chain {

struct Receipt {
    std::uint8_t type = 0;
    bool success = false;
    std::uint64_t cumulative_gas = 0;  ///< of the block up to and with this transaction
    Bloom bloom;
    std::vector<state::Log> logs;

    bool operator==(const Receipt&) const = default;
};

/// Adds address and topics of the log. Bit positions of a value are remembered, so that a repeated one costs no hash.
void add_to_bloom(Bloom& bloom, const state::Log& log);
Bloom bloom_of(const std::vector<state::Log>& logs);
/// Every bit of `small` is set in `large`.
bool contains(const Bloom& large, const Bloom& small) noexcept;
void merge(Bloom& into, const Bloom& what) noexcept;

/// The value of the receipts' trie: type byte (above 0) ‖ rlp([status, cumulative gas, bloom, logs]).
Bytes encode_receipt(const Receipt& receipt);

}  // namespace bourse::chain
