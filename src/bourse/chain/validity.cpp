#include <bourse/chain/validity.hpp>

#include <bourse/base/assert.hpp>

namespace bourse::chain {

std::string_view to_text(InvalidTransaction reason) noexcept {
    switch (reason) {
        case InvalidTransaction::kWrongChain:
            return "invalid chain id for signer";
        case InvalidTransaction::kCreation:
            return "contract creation is not open on this chain: deploy apps, datasets and workerpools by their "
                   "registries";
        case InvalidTransaction::kIntrinsicGas:
            return "intrinsic gas too low";
        case InvalidTransaction::kGasLimit:
            return "exceeds block gas limit";
        case InvalidTransaction::kTipAboveFeeCap:
            return "max priority fee per gas higher than max fee per gas";
        case InvalidTransaction::kNonceTooLow:
            return "nonce too low";
        case InvalidTransaction::kNonceTooHigh:
            return "nonce too high";
        case InvalidTransaction::kNonceMax:
            return "nonce has max value";
        case InvalidTransaction::kSenderNotEoa:
            return "sender not an eoa";
        case InvalidTransaction::kInsufficientFunds:
            return "insufficient funds for gas * price + value";
        case InvalidTransaction::kBlockFull:
            return "gas limit reached";
    }
    BOURSE_UNREACHABLE();
}

std::string_view to_code(InvalidTransaction reason) noexcept {
    switch (reason) {
        case InvalidTransaction::kWrongChain:
            return "WRONG_CHAIN";
        case InvalidTransaction::kCreation:
            return "CREATION";
        case InvalidTransaction::kIntrinsicGas:
            return "INTRINSIC_GAS";
        case InvalidTransaction::kGasLimit:
            return "GAS_LIMIT";
        case InvalidTransaction::kTipAboveFeeCap:
            return "TIP_ABOVE_FEE_CAP";
        case InvalidTransaction::kNonceTooLow:
            return "NONCE_TOO_LOW";
        case InvalidTransaction::kNonceTooHigh:
            return "NONCE_TOO_HIGH";
        case InvalidTransaction::kNonceMax:
            return "NONCE_MAX";
        case InvalidTransaction::kSenderNotEoa:
            return "SENDER_NOT_EOA";
        case InvalidTransaction::kInsufficientFunds:
            return "INSUFFICIENT_FUNDS";
        case InvalidTransaction::kBlockFull:
            return "BLOCK_FULL";
    }
    BOURSE_UNREACHABLE();
}

std::optional<InvalidTransaction> check_constants(const PreparedTransaction& tx, std::uint64_t chain_id,
                                                  std::uint64_t block_gas_limit) noexcept {
    if (tx.tx.chain_id && *tx.tx.chain_id != chain_id) return InvalidTransaction::kWrongChain;
    if (!tx.tx.to) return InvalidTransaction::kCreation;
    if (tx.tx.gas_limit > block_gas_limit) return InvalidTransaction::kGasLimit;
    if (tx.tx.gas_limit < tx.intrinsic_gas) return InvalidTransaction::kIntrinsicGas;
    if (tx.tx.type == 2 && tx.tx.max_priority_fee > tx.tx.max_fee) return InvalidTransaction::kTipAboveFeeCap;
    if (tx.tx.nonce == ~std::uint64_t{0}) return InvalidTransaction::kNonceMax;  // EIP-2681
    return std::nullopt;
}

std::optional<InvalidTransaction> check_executable(const PreparedTransaction& tx, const state::State& state,
                                                   const state::BlockContext& block, std::uint64_t gas_left) {
    if (const auto reason = check_constants(tx, block.chain_id, block.gas_limit)) return reason;
    const std::uint64_t nonce = state.nonce(tx.sender);
    if (tx.tx.nonce < nonce) return InvalidTransaction::kNonceTooLow;
    if (tx.tx.nonce > nonce) return InvalidTransaction::kNonceTooHigh;
    if (state.has_code(tx.sender)) return InvalidTransaction::kSenderNotEoa;  // EIP-3607
    const Uint256 cost = highest_cost(tx.tx);
    if (!cost.is_zero() && state.balance(tx.sender) < cost) return InvalidTransaction::kInsufficientFunds;
    if (tx.tx.gas_limit > gas_left) return InvalidTransaction::kBlockFull;
    return std::nullopt;
}

Uint256 highest_cost(const Transaction& tx) noexcept {
    const auto gas = checked_mul(tx.type == 2 ? tx.max_fee : tx.gas_price, tx.gas_limit);
    if (!gas) return Uint256::max();
    return checked_add(*gas, tx.value).value_or(Uint256::max());
}

}  // namespace bourse::chain
