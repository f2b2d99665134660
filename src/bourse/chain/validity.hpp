// Why a transaction cannot stand in a block. One table of texts for pool, RPC and execution; they are geth's where geth
// has the case, because clients compare them.
#pragma once

#include <bourse/chain/prepared_transaction.hpp>
#include <bourse/state/host.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace bourse::chain {

enum class InvalidTransaction : std::uint8_t {
    kWrongChain = 1,
    kCreation = 2,
    kIntrinsicGas = 3,
    kGasLimit = 4,  ///< above the block's limit: can never be executed
    kTipAboveFeeCap = 5,
    kNonceTooLow = 6,
    kNonceTooHigh = 7,
    kNonceMax = 8,
    kSenderNotEoa = 9,
    kInsufficientFunds = 10,
    kBlockFull = 11,  ///< does not fit in what is left of this block
};

std::string_view to_text(InvalidTransaction reason) noexcept;
/// Stable codes for programs, e.g. NONCE_TOO_LOW.
std::string_view to_code(InvalidTransaction reason) noexcept;

/// Properties of the bytes and of constants alone; nullopt if all hold.
std::optional<InvalidTransaction> check_constants(const PreparedTransaction& tx, std::uint64_t chain_id,
                                                  std::uint64_t block_gas_limit) noexcept;

/// Nonce, sender and funds against a state, besides the constants. `gas_left`: what is left of the block.
std::optional<InvalidTransaction> check_executable(const PreparedTransaction& tx, const state::State& state,
                                                   const state::BlockContext& block, std::uint64_t gas_left);

/// gas limit · highest price + value; saturates at 2^256 - 1.
Uint256 highest_cost(const Transaction& tx) noexcept;

}  // namespace bourse::chain
