// Revert texts of the hub, the token and the registries (poco.md), and what they mean.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <string>
#include <string_view>

namespace bourse::poco::texts {

inline constexpr std::string_view kNotOwner = "Ownable: caller is not the owner";
inline constexpr std::string_view kNewOwnerNull = "Ownable: new owner is the zero address";
inline constexpr std::string_view kAlreadyConfigured = "already-configured";
inline constexpr std::string_view kNotConfigured = "not-configured";
inline constexpr std::string_view kFallbackDisabled = "fallback-disabled";
inline constexpr std::string_view kUpgradesGoverned = "upgrades are governed";
inline constexpr std::string_view kScoreImported = "score-already-imported";
inline constexpr std::string_view kEscrowFromNull = "IexecEscrow: Transfer from empty address";
inline constexpr std::string_view kEscrowToNull = "IexecEscrow: Transfer to empty address";
inline constexpr std::string_view kEscrowBalance = "IexecEscrow: Transfer amount exceeds balance";
inline constexpr std::string_view kErc20FromNull = "ERC20: transfer from the zero address";
inline constexpr std::string_view kErc20ToNull = "ERC20: transfer to the zero address";
inline constexpr std::string_view kErc20ApproveFromNull = "ERC20: approve from the zero address";
inline constexpr std::string_view kErc20ApproveToNull = "ERC20: approve to the zero address";
inline constexpr std::string_view kErc20MintNull = "ERC20: mint to the zero address";
inline constexpr std::string_view kErc20BurnNull = "ERC20: burn from the zero address";
inline constexpr std::string_view kApprovalRefused = "approval-refused";
inline constexpr std::string_view kArrayLength = "invalid-array-length";
inline constexpr std::string_view kTransferFromFailed = "failed-transferFrom";
inline constexpr std::string_view kWrongToken = "wrong-token";
inline constexpr std::string_view kSignatureFormat = "invalid-signature-format";
inline constexpr std::string_view kSenderOrSignature = "invalid-sender-or-signature";
inline constexpr std::string_view kTaskPending = "task-pending";
inline constexpr std::string_view kCreate2Failed = "Create2: Failed on deploy";
inline constexpr std::string_view kResourceNotOwner = "caller is not the owner";
inline constexpr std::string_view kResourceInitialized = "already initialized";
inline constexpr std::string_view kSetNameUnsupported = "Operation not supported on this chain";

}  // namespace bourse::poco::texts

namespace bourse::poco {

/// Turns revert data of a hub, token or registry call into a sentence: known texts and match codes are explained,
/// custom errors named, empty data said to be so. Never empty.
std::string explain_revert(ByteView revert_data);

}  // namespace bourse::poco
