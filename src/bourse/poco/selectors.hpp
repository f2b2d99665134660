// Function selectors of the hub, the token, the registries and their resources, and of custom errors.
// Written out so that dispatch tables are made at compile time; a unit test compares every one with spec/data.
#pragma once

#include <bourse/codec/abi.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace bourse::poco::selectors {

constexpr Bytes4 selector_literal(std::uint32_t value) noexcept {
    return Bytes4({static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                   static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
}
/// As a number, for switches and tables.
constexpr std::uint32_t number(const Bytes4& selector) noexcept {
    return (std::uint32_t{selector.data[0]} << 24) | (std::uint32_t{selector.data[1]} << 16) |
           (std::uint32_t{selector.data[2]} << 8) | std::uint32_t{selector.data[3]};
}

/// The hub (token mode), its diamond surface included.
namespace hub {
inline constexpr Bytes4 kDiamondCut = selector_literal(0x1f931c1c);
inline constexpr Bytes4 kFacetAddress = selector_literal(0xcdffacc6);            // facetAddress(bytes4)
inline constexpr Bytes4 kFacetAddresses = selector_literal(0x52ef6b2c);          // facetAddresses()
inline constexpr Bytes4 kFacetFunctionSelectors = selector_literal(0xadfca15e);  // facetFunctionSelectors(address)
inline constexpr Bytes4 kFacets = selector_literal(0x7a0ed627);                  // facets()
inline constexpr Bytes4 kSupportsInterface = selector_literal(0x01ffc9a7);       // supportsInterface(bytes4)
inline constexpr Bytes4 kOwner = selector_literal(0x8da5cb5b);                   // owner()
inline constexpr Bytes4 kTransferOwnership = selector_literal(0xf2fde38b);       // transferOwnership(address)
inline constexpr Bytes4 kViewAccountABILegacy = selector_literal(0x5b3ae3e4);    // viewAccountABILegacy(address)
inline constexpr Bytes4 kViewCategoryABILegacy = selector_literal(0xf9353b8d);   // viewCategoryABILegacy(uint256)
inline constexpr Bytes4 kViewConfigABILegacy = selector_literal(0xd5922f50);     // viewConfigABILegacy(bytes32)
inline constexpr Bytes4 kViewContributionABILegacy = selector_literal(0x11e35aba);
inline constexpr Bytes4 kViewDealABILegacyPt1 = selector_literal(0xbd19a4f3);  // viewDealABILegacy_pt1(bytes32)
inline constexpr Bytes4 kViewDealABILegacyPt2 = selector_literal(0xce5f7895);  // viewDealABILegacy_pt2(bytes32)
inline constexpr Bytes4 kViewTaskABILegacy = selector_literal(0x248ad6a0);     // viewTaskABILegacy(bytes32)
inline constexpr Bytes4 kCreateCategory = selector_literal(0x298503d9);        // createCategory(string,string,uint256)
inline constexpr Bytes4 kChangeRegistries = selector_literal(0x0e7c4033);  // changeRegistries(address,address,address)
inline constexpr Bytes4 kConfigure = selector_literal(0xb5521817);
inline constexpr Bytes4 kDomain = selector_literal(0xc2fb26a6);                 // domain()
inline constexpr Bytes4 kImportScore = selector_literal(0xa9b20cee);            // importScore(address)
inline constexpr Bytes4 kSetCallbackGas = selector_literal(0x01d09a3c);         // setCallbackGas(uint256)
inline constexpr Bytes4 kSetTeeBroker = selector_literal(0xaefb52b4);           // setTeeBroker(address)
inline constexpr Bytes4 kUpdateDomainSeparator = selector_literal(0x89ccfe89);  // updateDomainSeparator()
inline constexpr Bytes4 kApprove = selector_literal(0x095ea7b3);                // approve(address,uint256)
inline constexpr Bytes4 kApproveAndCall = selector_literal(0xcae9ca51);         // approveAndCall(address,uint256,bytes)
inline constexpr Bytes4 kDecreaseAllowance = selector_literal(0xa457c2d7);      // decreaseAllowance(address,uint256)
inline constexpr Bytes4 kDeposit = selector_literal(0xb6b55f25);                // deposit(uint256)
inline constexpr Bytes4 kDepositFor = selector_literal(0x36efd16f);             // depositFor(uint256,address)
inline constexpr Bytes4 kDepositForArray = selector_literal(0x3354f8a5);        // depositForArray(uint256[],address[])
inline constexpr Bytes4 kIncreaseAllowance = selector_literal(0x39509351);      // increaseAllowance(address,uint256)
inline constexpr Bytes4 kReceiveApproval = selector_literal(0x8f4ffcb1);
inline constexpr Bytes4 kRecover = selector_literal(0xce746024);       // recover()
inline constexpr Bytes4 kTransfer = selector_literal(0xa9059cbb);      // transfer(address,uint256)
inline constexpr Bytes4 kTransferFrom = selector_literal(0x23b872dd);  // transferFrom(address,address,uint256)
inline constexpr Bytes4 kWithdraw = selector_literal(0x2e1a7d4d);      // withdraw(uint256)
inline constexpr Bytes4 kWithdrawTo = selector_literal(0xc86283c8);    // withdrawTo(uint256,address)
inline constexpr Bytes4 kManageAppOrder = selector_literal(0xb2b07e66);
inline constexpr Bytes4 kManageDatasetOrder = selector_literal(0x4b747106);
inline constexpr Bytes4 kManageRequestOrder = selector_literal(0x8dd971d5);
inline constexpr Bytes4 kManageWorkerpoolOrder = selector_literal(0x7e34a077);
inline constexpr Bytes4 kAssertDatasetDealCompatibility = selector_literal(0x80f03425);
inline constexpr Bytes4 kMatchOrders = selector_literal(0x156194d4);
inline constexpr Bytes4 kSponsorMatchOrders = selector_literal(0x2f391533);
inline constexpr Bytes4 kVerifyPresignature = selector_literal(0xc87b582a);  // verifyPresignature(address,bytes32)
inline constexpr Bytes4 kVerifyPresignatureOrSignature = selector_literal(0xbf36994e);
inline constexpr Bytes4 kVerifySignature = selector_literal(0x01751998);  // verifySignature(address,bytes32,bytes)
inline constexpr Bytes4 kClaim = selector_literal(0xbd66528a);            // claim(bytes32)
inline constexpr Bytes4 kClaimArray = selector_literal(0xfa055d7e);       // claimArray(bytes32[])
inline constexpr Bytes4 kContribute = selector_literal(0x34623484);
inline constexpr Bytes4 kContributeAndFinalize = selector_literal(0x5facd761);
inline constexpr Bytes4 kFinalize = selector_literal(0x8fc375e5);    // finalize(bytes32,bytes,bytes)
inline constexpr Bytes4 kInitialize = selector_literal(0x5b36c66b);  // initialize(bytes32,uint256)
inline constexpr Bytes4 kInitializeAndClaimArray = selector_literal(0xf722cb32);
inline constexpr Bytes4 kInitializeArray = selector_literal(0xb504681d);  // initializeArray(bytes32[],uint256[])
inline constexpr Bytes4 kReopen = selector_literal(0xf6c68e10);           // reopen(bytes32)
inline constexpr Bytes4 kReveal = selector_literal(0xfc334e8c);           // reveal(bytes32,bytes32)
inline constexpr Bytes4 kAllowance = selector_literal(0xdd62ed3e);        // allowance(address,address)
inline constexpr Bytes4 kAppregistry = selector_literal(0x45b637a9);      // appregistry()
inline constexpr Bytes4 kBalanceOf = selector_literal(0x70a08231);        // balanceOf(address)
inline constexpr Bytes4 kCallbackgas = selector_literal(0xe63ec07d);      // callbackgas()
inline constexpr Bytes4 kComputeDealVolume = selector_literal(0x66517ca6);
inline constexpr Bytes4 kContributionDeadlineRatio = selector_literal(0x74ed5244);  // contribution_deadline_ratio()
inline constexpr Bytes4 kCountCategory = selector_literal(0xc140996f);              // countCategory()
inline constexpr Bytes4 kDatasetregistry = selector_literal(0xb1b11d2c);            // datasetregistry()
inline constexpr Bytes4 kDecimals = selector_literal(0x313ce567);                   // decimals()
inline constexpr Bytes4 kEip712domainSeparator = selector_literal(0x9910fd72);      // eip712domain_separator()
inline constexpr Bytes4 kFinalDeadlineRatio = selector_literal(0xdb8aaa26);         // final_deadline_ratio()
inline constexpr Bytes4 kFrozenOf = selector_literal(0x1bf6e00d);                   // frozenOf(address)
inline constexpr Bytes4 kGroupmemberPurpose = selector_literal(0x25eacba8);         // groupmember_purpose()
inline constexpr Bytes4 kKittyAddress = selector_literal(0xa47e7f80);               // kitty_address()
inline constexpr Bytes4 kKittyMin = selector_literal(0x77a99692);                   // kitty_min()
inline constexpr Bytes4 kKittyRatio = selector_literal(0xdcb03241);                 // kitty_ratio()
inline constexpr Bytes4 kName = selector_literal(0x06fdde03);                       // name()
inline constexpr Bytes4 kResultFor = selector_literal(0xd09cc57e);                  // resultFor(bytes32)
inline constexpr Bytes4 kRevealDeadlineRatio = selector_literal(0x2b8857c1);        // reveal_deadline_ratio()
inline constexpr Bytes4 kSymbol = selector_literal(0x95d89b41);                     // symbol()
inline constexpr Bytes4 kTeebroker = selector_literal(0x5975b8fc);                  // teebroker()
inline constexpr Bytes4 kToken = selector_literal(0xfc0c546a);                      // token()
inline constexpr Bytes4 kTotalSupply = selector_literal(0x18160ddd);                // totalSupply()
inline constexpr Bytes4 kViewAccount = selector_literal(0x6b55f4a5);                // viewAccount(address)
inline constexpr Bytes4 kViewApp = selector_literal(0xe1523fb4);                    // viewApp(address)
inline constexpr Bytes4 kViewCategory = selector_literal(0x4f5f44ec);               // viewCategory(uint256)
inline constexpr Bytes4 kViewConsumed = selector_literal(0x4b2bec8c);               // viewConsumed(bytes32)
inline constexpr Bytes4 kViewContribution = selector_literal(0xe741363b);           // viewContribution(bytes32,address)
inline constexpr Bytes4 kViewDataset = selector_literal(0x1e143ef7);                // viewDataset(address)
inline constexpr Bytes4 kViewDeal = selector_literal(0xb74861b2);                   // viewDeal(bytes32)
inline constexpr Bytes4 kViewPresigned = selector_literal(0xd286eb16);              // viewPresigned(bytes32)
inline constexpr Bytes4 kViewScore = selector_literal(0xdb230b52);                  // viewScore(address)
inline constexpr Bytes4 kViewTask = selector_literal(0xadccf0d5);                   // viewTask(bytes32)
inline constexpr Bytes4 kViewWorkerpool = selector_literal(0xbd8ab058);             // viewWorkerpool(address)
inline constexpr Bytes4 kWorkerpoolStakeRatio = selector_literal(0x6112f6fd);       // workerpool_stake_ratio()
inline constexpr Bytes4 kWorkerpoolregistry = selector_literal(0x90a0f546);         // workerpoolregistry()
inline constexpr Bytes4 kBroadcastAppOrder = selector_literal(0xc52e9de1);
inline constexpr Bytes4 kBroadcastDatasetOrder = selector_literal(0x4c4692de);
inline constexpr Bytes4 kBroadcastRequestOrder = selector_literal(0x4693d172);
inline constexpr Bytes4 kBroadcastWorkerpoolOrder = selector_literal(0x947f5178);
}  // namespace hub

/// The RLC token.
namespace rlc {
inline constexpr Bytes4 kName = selector_literal(0x06fdde03);               // name()
inline constexpr Bytes4 kTotalSupply = selector_literal(0x18160ddd);        // totalSupply()
inline constexpr Bytes4 kDecimals = selector_literal(0x313ce567);           // decimals()
inline constexpr Bytes4 kInitialSupply = selector_literal(0x378dc3dc);      // initialSupply()
inline constexpr Bytes4 kVersion = selector_literal(0x54fd4d50);            // version()
inline constexpr Bytes4 kOwner = selector_literal(0x8da5cb5b);              // owner()
inline constexpr Bytes4 kSymbol = selector_literal(0x95d89b41);             // symbol()
inline constexpr Bytes4 kLocked = selector_literal(0xcf309012);             // locked()
inline constexpr Bytes4 kTransferOwnership = selector_literal(0xf2fde38b);  // transferOwnership(address)
inline constexpr Bytes4 kBurn = selector_literal(0x42966c68);               // burn(uint256)
inline constexpr Bytes4 kTransfer = selector_literal(0xa9059cbb);           // transfer(address,uint256)
inline constexpr Bytes4 kTransferFrom = selector_literal(0x23b872dd);       // transferFrom(address,address,uint256)
inline constexpr Bytes4 kBalanceOf = selector_literal(0x70a08231);          // balanceOf(address)
inline constexpr Bytes4 kApprove = selector_literal(0x095ea7b3);            // approve(address,uint256)
inline constexpr Bytes4 kApproveAndCall = selector_literal(0xcae9ca51);     // approveAndCall(address,uint256,bytes)
inline constexpr Bytes4 kAllowance = selector_literal(0xdd62ed3e);          // allowance(address,address)
}  // namespace rlc

/// The three registries; each has its own create and predict function.
namespace registry {
inline constexpr Bytes4 kApprove = selector_literal(0x095ea7b3);    // approve(address,uint256)
inline constexpr Bytes4 kBalanceOf = selector_literal(0x70a08231);  // balanceOf(address)
inline constexpr Bytes4 kBaseURI = selector_literal(0x6c0360eb);    // baseURI()
inline constexpr Bytes4 kCreateApp = selector_literal(0x3f7868ff);
inline constexpr Bytes4 kGetApproved = selector_literal(0x081812fc);       // getApproved(uint256)
inline constexpr Bytes4 kInitialize = selector_literal(0xc4d66de8);        // initialize(address)
inline constexpr Bytes4 kInitialized = selector_literal(0x158ef93e);       // initialized()
inline constexpr Bytes4 kIsApprovedForAll = selector_literal(0xe985e9c5);  // isApprovedForAll(address,address)
inline constexpr Bytes4 kIsRegistered = selector_literal(0xc3c5a547);      // isRegistered(address)
inline constexpr Bytes4 kMaster = selector_literal(0xee97f7f3);            // master()
inline constexpr Bytes4 kName = selector_literal(0x06fdde03);              // name()
inline constexpr Bytes4 kOwner = selector_literal(0x8da5cb5b);             // owner()
inline constexpr Bytes4 kOwnerOf = selector_literal(0x6352211e);           // ownerOf(uint256)
inline constexpr Bytes4 kPredictApp = selector_literal(0xe92118ed);
inline constexpr Bytes4 kPrevious = selector_literal(0x7c2b2e71);           // previous()
inline constexpr Bytes4 kProxyCode = selector_literal(0x6fa59bbc);          // proxyCode()
inline constexpr Bytes4 kProxyCodeHash = selector_literal(0xeee39111);      // proxyCodeHash()
inline constexpr Bytes4 kRenounceOwnership = selector_literal(0x715018a6);  // renounceOwnership()
inline constexpr Bytes4 kSafeTransferFrom = selector_literal(0x42842e0e);   // safeTransferFrom(address,address,uint256)
inline constexpr Bytes4 kSafeTransferFromData = selector_literal(0xb88d4fde);
inline constexpr Bytes4 kSetApprovalForAll = selector_literal(0xa22cb465);    // setApprovalForAll(address,bool)
inline constexpr Bytes4 kSetBaseURI = selector_literal(0x55f804b3);           // setBaseURI(string)
inline constexpr Bytes4 kSetName = selector_literal(0x3121db1c);              // setName(address,string)
inline constexpr Bytes4 kSupportsInterface = selector_literal(0x01ffc9a7);    // supportsInterface(bytes4)
inline constexpr Bytes4 kSymbol = selector_literal(0x95d89b41);               // symbol()
inline constexpr Bytes4 kTokenByIndex = selector_literal(0x4f6ccce7);         // tokenByIndex(uint256)
inline constexpr Bytes4 kTokenOfOwnerByIndex = selector_literal(0x2f745c59);  // tokenOfOwnerByIndex(address,uint256)
inline constexpr Bytes4 kTokenURI = selector_literal(0xc87b56dd);             // tokenURI(uint256)
inline constexpr Bytes4 kTotalSupply = selector_literal(0x18160ddd);          // totalSupply()
inline constexpr Bytes4 kTransferFrom = selector_literal(0x23b872dd);         // transferFrom(address,address,uint256)
inline constexpr Bytes4 kTransferOwnership = selector_literal(0xf2fde38b);    // transferOwnership(address)
inline constexpr Bytes4 kCreateDataset = selector_literal(0x3354bcdb);  // createDataset(address,string,bytes,bytes32)
inline constexpr Bytes4 kPredictDataset = selector_literal(0xfe17fc7a);
inline constexpr Bytes4 kCreateWorkerpool = selector_literal(0xe40238f4);   // createWorkerpool(address,string)
inline constexpr Bytes4 kPredictWorkerpool = selector_literal(0x064a6c2a);  // predictWorkerpool(address,string)
}  // namespace registry

/// Apps, datasets and workerpools.
namespace resource {
inline constexpr Bytes4 kInitializeApp = selector_literal(0x86c02c8f);
inline constexpr Bytes4 kMAppChecksum = selector_literal(0x84aaf12e);          // m_appChecksum()
inline constexpr Bytes4 kMAppMREnclave = selector_literal(0xe30d26a8);         // m_appMREnclave()
inline constexpr Bytes4 kMAppMultiaddr = selector_literal(0x39e75d45);         // m_appMultiaddr()
inline constexpr Bytes4 kMAppName = selector_literal(0x358982a3);              // m_appName()
inline constexpr Bytes4 kMAppType = selector_literal(0xf8c2ceb3);              // m_appType()
inline constexpr Bytes4 kOwner = selector_literal(0x8da5cb5b);                 // owner()
inline constexpr Bytes4 kRegistry = selector_literal(0x7b103999);              // registry()
inline constexpr Bytes4 kSetName = selector_literal(0x3121db1c);               // setName(address,string)
inline constexpr Bytes4 kInitializeDataset = selector_literal(0x8c2b1e2f);     // initialize(string,bytes,bytes32)
inline constexpr Bytes4 kMDatasetChecksum = selector_literal(0x1ba99d7e);      // m_datasetChecksum()
inline constexpr Bytes4 kMDatasetMultiaddr = selector_literal(0xa61ca6c5);     // m_datasetMultiaddr()
inline constexpr Bytes4 kMDatasetName = selector_literal(0x0847c431);          // m_datasetName()
inline constexpr Bytes4 kChangePolicy = selector_literal(0xf199413c);          // changePolicy(uint256,uint256)
inline constexpr Bytes4 kInitializeWorkerpool = selector_literal(0xf62d1888);  // initialize(string)
inline constexpr Bytes4 kMSchedulerRewardRatioPolicy = selector_literal(0x87639c68);  // m_schedulerRewardRatioPolicy()
inline constexpr Bytes4 kMWorkerStakeRatioPolicy = selector_literal(0xb55e75af);      // m_workerStakeRatioPolicy()
inline constexpr Bytes4 kMWorkerpoolDescription = selector_literal(0x584feb3a);       // m_workerpoolDescription()
inline constexpr Bytes4 kInitializeProxy = selector_literal(0xd1f57894);              // initialize(address,bytes)
}  // namespace resource

/// What the hub calls on accounts of others.
namespace external {
inline constexpr Bytes4 kIsValidSignature = selector_literal(0x1626ba7e);  // isValidSignature(bytes32,bytes)
inline constexpr Bytes4 kKeyHasPurpose = selector_literal(0xd202158d);     // keyHasPurpose(bytes32,uint256)
inline constexpr Bytes4 kReceiveResult = selector_literal(0x5dd80855);     // receiveResult(bytes32,bytes)
inline constexpr Bytes4 kReceiveApproval = selector_literal(0x8f4ffcb1);
inline constexpr Bytes4 kOnERC721Received = selector_literal(0x150b7a02);
inline constexpr Bytes4 kViewScore = selector_literal(0xdb230b52);  // viewScore(address)
}  // namespace external

/// Custom errors (poco.md §15.3) and the two of the language.
namespace errors {
inline constexpr Bytes4 kError = selector_literal(0x08c379a0);                     // Error(string)
inline constexpr Bytes4 kPanic = selector_literal(0x4e487b71);                     // Panic(uint256)
inline constexpr Bytes4 kIncompatibleDatasetOrder = selector_literal(0x0afd9382);  // IncompatibleDatasetOrder(string)
inline constexpr Bytes4 kUnsupportedOperation = selector_literal(0xde6168e5);      // UnsupportedOperation(bytes4)
inline constexpr Bytes4 kOperationFailed = selector_literal(0x0364eed2);           // OperationFailed()
inline constexpr Bytes4 kCallerIsNotTheRequester = selector_literal(0x74a0583f);   // CallerIsNotTheRequester()
inline constexpr Bytes4 kNotContractOwner = selector_literal(0xff4127cb);          // NotContractOwner(address,address)
inline constexpr Bytes4 kMathOverflowedMulDiv = selector_literal(0x227bc153);      // MathOverflowedMulDiv()
}  // namespace errors

/// Signature and selector, for tables of names and for tests.
struct Named {
    std::string_view signature;
    Bytes4 selector;
};
std::span<const Named> hub_functions() noexcept;
std::span<const Named> rlc_functions() noexcept;
std::span<const Named> registry_functions() noexcept;
std::span<const Named> resource_functions() noexcept;

}  // namespace bourse::poco::selectors
