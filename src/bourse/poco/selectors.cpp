#include <bourse/poco/selectors.hpp>

namespace bourse::poco::selectors {
namespace {

constexpr Named kHubFunctions[] = {
    {"diamondCut((address,uint8,bytes4[])[],address,bytes)", hub::kDiamondCut},
    {"facetAddress(bytes4)", hub::kFacetAddress},
    {"facetAddresses()", hub::kFacetAddresses},
    {"facetFunctionSelectors(address)", hub::kFacetFunctionSelectors},
    {"facets()", hub::kFacets},
    {"supportsInterface(bytes4)", hub::kSupportsInterface},
    {"owner()", hub::kOwner},
    {"transferOwnership(address)", hub::kTransferOwnership},
    {"viewAccountABILegacy(address)", hub::kViewAccountABILegacy},
    {"viewCategoryABILegacy(uint256)", hub::kViewCategoryABILegacy},
    {"viewConfigABILegacy(bytes32)", hub::kViewConfigABILegacy},
    {"viewContributionABILegacy(bytes32,address)", hub::kViewContributionABILegacy},
    {"viewDealABILegacy_pt1(bytes32)", hub::kViewDealABILegacyPt1},
    {"viewDealABILegacy_pt2(bytes32)", hub::kViewDealABILegacyPt2},
    {"viewTaskABILegacy(bytes32)", hub::kViewTaskABILegacy},
    {"createCategory(string,string,uint256)", hub::kCreateCategory},
    {"changeRegistries(address,address,address)", hub::kChangeRegistries},
    {"configure(address,string,string,uint8,address,address,address,address)", hub::kConfigure},
    {"domain()", hub::kDomain},
    {"importScore(address)", hub::kImportScore},
    {"setCallbackGas(uint256)", hub::kSetCallbackGas},
    {"setTeeBroker(address)", hub::kSetTeeBroker},
    {"updateDomainSeparator()", hub::kUpdateDomainSeparator},
    {"approve(address,uint256)", hub::kApprove},
    {"approveAndCall(address,uint256,bytes)", hub::kApproveAndCall},
    {"decreaseAllowance(address,uint256)", hub::kDecreaseAllowance},
    {"deposit(uint256)", hub::kDeposit},
    {"depositFor(uint256,address)", hub::kDepositFor},
    {"depositForArray(uint256[],address[])", hub::kDepositForArray},
    {"increaseAllowance(address,uint256)", hub::kIncreaseAllowance},
    {"receiveApproval(address,uint256,address,bytes)", hub::kReceiveApproval},
    {"recover()", hub::kRecover},
    {"transfer(address,uint256)", hub::kTransfer},
    {"transferFrom(address,address,uint256)", hub::kTransferFrom},
    {"withdraw(uint256)", hub::kWithdraw},
    {"withdrawTo(uint256,address)", hub::kWithdrawTo},
    {"manageAppOrder(((address,uint256,uint256,bytes32,address,address,address,bytes32"
     ",bytes),uint8,bytes))",
     hub::kManageAppOrder},
    {"manageDatasetOrder(((address,uint256,uint256,bytes32,address,address,address,byt"
     "es32,bytes),uint8,bytes))",
     hub::kManageDatasetOrder},
    {"manageRequestOrder(((address,uint256,address,uint256,address,uint256,address,uin"
     "t256,bytes32,uint256,uint256,address,address,string,bytes32,bytes),uint8,bytes))",
     hub::kManageRequestOrder},
    {"manageWorkerpoolOrder(((address,uint256,uint256,bytes32,uint256,uint256,address,"
     "address,address,bytes32,bytes),uint8,bytes))",
     hub::kManageWorkerpoolOrder},
    {"assertDatasetDealCompatibility((address,uint256,uint256,bytes32,address,address,"
     "address,bytes32,bytes),bytes32)",
     hub::kAssertDatasetDealCompatibility},
    {"matchOrders((address,uint256,uint256,bytes32,address,address,address,bytes32,byt"
     "es),(address,uint256,uint256,bytes32,address,address,address,bytes32,bytes),(add"
     "ress,uint256,uint256,bytes32,uint256,uint256,address,address,address,bytes32,byt"
     "es),(address,uint256,address,uint256,address,uint256,address,uint256,bytes32,uin"
     "t256,uint256,address,address,string,bytes32,bytes))",
     hub::kMatchOrders},
    {"sponsorMatchOrders((address,uint256,uint256,bytes32,address,address,address,byte"
     "s32,bytes),(address,uint256,uint256,bytes32,address,address,address,bytes32,byte"
     "s),(address,uint256,uint256,bytes32,uint256,uint256,address,address,address,byte"
     "s32,bytes),(address,uint256,address,uint256,address,uint256,address,uint256,byte"
     "s32,uint256,uint256,address,address,string,bytes32,bytes))",
     hub::kSponsorMatchOrders},
    {"verifyPresignature(address,bytes32)", hub::kVerifyPresignature},
    {"verifyPresignatureOrSignature(address,bytes32,bytes)", hub::kVerifyPresignatureOrSignature},
    {"verifySignature(address,bytes32,bytes)", hub::kVerifySignature},
    {"claim(bytes32)", hub::kClaim},
    {"claimArray(bytes32[])", hub::kClaimArray},
    {"contribute(bytes32,bytes32,bytes32,address,bytes,bytes)", hub::kContribute},
    {"contributeAndFinalize(bytes32,bytes32,bytes,bytes,address,bytes,bytes)", hub::kContributeAndFinalize},
    {"finalize(bytes32,bytes,bytes)", hub::kFinalize},
    {"initialize(bytes32,uint256)", hub::kInitialize},
    {"initializeAndClaimArray(bytes32[],uint256[])", hub::kInitializeAndClaimArray},
    {"initializeArray(bytes32[],uint256[])", hub::kInitializeArray},
    {"reopen(bytes32)", hub::kReopen},
    {"reveal(bytes32,bytes32)", hub::kReveal},
    {"allowance(address,address)", hub::kAllowance},
    {"appregistry()", hub::kAppregistry},
    {"balanceOf(address)", hub::kBalanceOf},
    {"callbackgas()", hub::kCallbackgas},
    {"computeDealVolume((address,uint256,uint256,bytes32,address,address,address,bytes"
     "32,bytes),(address,uint256,uint256,bytes32,address,address,address,bytes32,bytes"
     "),(address,uint256,uint256,bytes32,uint256,uint256,address,address,address,bytes"
     "32,bytes),(address,uint256,address,uint256,address,uint256,address,uint256,bytes"
     "32,uint256,uint256,address,address,string,bytes32,bytes))",
     hub::kComputeDealVolume},
    {"contribution_deadline_ratio()", hub::kContributionDeadlineRatio},
    {"countCategory()", hub::kCountCategory},
    {"datasetregistry()", hub::kDatasetregistry},
    {"decimals()", hub::kDecimals},
    {"eip712domain_separator()", hub::kEip712domainSeparator},
    {"final_deadline_ratio()", hub::kFinalDeadlineRatio},
    {"frozenOf(address)", hub::kFrozenOf},
    {"groupmember_purpose()", hub::kGroupmemberPurpose},
    {"kitty_address()", hub::kKittyAddress},
    {"kitty_min()", hub::kKittyMin},
    {"kitty_ratio()", hub::kKittyRatio},
    {"name()", hub::kName},
    {"resultFor(bytes32)", hub::kResultFor},
    {"reveal_deadline_ratio()", hub::kRevealDeadlineRatio},
    {"symbol()", hub::kSymbol},
    {"teebroker()", hub::kTeebroker},
    {"token()", hub::kToken},
    {"totalSupply()", hub::kTotalSupply},
    {"viewAccount(address)", hub::kViewAccount},
    {"viewApp(address)", hub::kViewApp},
    {"viewCategory(uint256)", hub::kViewCategory},
    {"viewConsumed(bytes32)", hub::kViewConsumed},
    {"viewContribution(bytes32,address)", hub::kViewContribution},
    {"viewDataset(address)", hub::kViewDataset},
    {"viewDeal(bytes32)", hub::kViewDeal},
    {"viewPresigned(bytes32)", hub::kViewPresigned},
    {"viewScore(address)", hub::kViewScore},
    {"viewTask(bytes32)", hub::kViewTask},
    {"viewWorkerpool(address)", hub::kViewWorkerpool},
    {"workerpool_stake_ratio()", hub::kWorkerpoolStakeRatio},
    {"workerpoolregistry()", hub::kWorkerpoolregistry},
    {"broadcastAppOrder((address,uint256,uint256,bytes32,address,address,address,bytes"
     "32,bytes))",
     hub::kBroadcastAppOrder},
    {"broadcastDatasetOrder((address,uint256,uint256,bytes32,address,address,address,b"
     "ytes32,bytes))",
     hub::kBroadcastDatasetOrder},
    {"broadcastRequestOrder((address,uint256,address,uint256,address,uint256,address,u"
     "int256,bytes32,uint256,uint256,address,address,string,bytes32,bytes))",
     hub::kBroadcastRequestOrder},
    {"broadcastWorkerpoolOrder((address,uint256,uint256,bytes32,uint256,uint256,addres"
     "s,address,address,bytes32,bytes))",
     hub::kBroadcastWorkerpoolOrder},
};

constexpr Named kRlcFunctions[] = {
    {"name()", rlc::kName},
    {"totalSupply()", rlc::kTotalSupply},
    {"decimals()", rlc::kDecimals},
    {"initialSupply()", rlc::kInitialSupply},
    {"version()", rlc::kVersion},
    {"owner()", rlc::kOwner},
    {"symbol()", rlc::kSymbol},
    {"locked()", rlc::kLocked},
    {"transferOwnership(address)", rlc::kTransferOwnership},
    {"burn(uint256)", rlc::kBurn},
    {"transfer(address,uint256)", rlc::kTransfer},
    {"transferFrom(address,address,uint256)", rlc::kTransferFrom},
    {"balanceOf(address)", rlc::kBalanceOf},
    {"approve(address,uint256)", rlc::kApprove},
    {"approveAndCall(address,uint256,bytes)", rlc::kApproveAndCall},
    {"allowance(address,address)", rlc::kAllowance},
};

constexpr Named kRegistryFunctions[] = {
    {"approve(address,uint256)", registry::kApprove},
    {"balanceOf(address)", registry::kBalanceOf},
    {"baseURI()", registry::kBaseURI},
    {"createApp(address,string,string,bytes,bytes32,bytes)", registry::kCreateApp},
    {"getApproved(uint256)", registry::kGetApproved},
    {"initialize(address)", registry::kInitialize},
    {"initialized()", registry::kInitialized},
    {"isApprovedForAll(address,address)", registry::kIsApprovedForAll},
    {"isRegistered(address)", registry::kIsRegistered},
    {"master()", registry::kMaster},
    {"name()", registry::kName},
    {"owner()", registry::kOwner},
    {"ownerOf(uint256)", registry::kOwnerOf},
    {"predictApp(address,string,string,bytes,bytes32,bytes)", registry::kPredictApp},
    {"previous()", registry::kPrevious},
    {"proxyCode()", registry::kProxyCode},
    {"proxyCodeHash()", registry::kProxyCodeHash},
    {"renounceOwnership()", registry::kRenounceOwnership},
    {"safeTransferFrom(address,address,uint256)", registry::kSafeTransferFrom},
    {"safeTransferFrom(address,address,uint256,bytes)", registry::kSafeTransferFromData},
    {"setApprovalForAll(address,bool)", registry::kSetApprovalForAll},
    {"setBaseURI(string)", registry::kSetBaseURI},
    {"setName(address,string)", registry::kSetName},
    {"supportsInterface(bytes4)", registry::kSupportsInterface},
    {"symbol()", registry::kSymbol},
    {"tokenByIndex(uint256)", registry::kTokenByIndex},
    {"tokenOfOwnerByIndex(address,uint256)", registry::kTokenOfOwnerByIndex},
    {"tokenURI(uint256)", registry::kTokenURI},
    {"totalSupply()", registry::kTotalSupply},
    {"transferFrom(address,address,uint256)", registry::kTransferFrom},
    {"transferOwnership(address)", registry::kTransferOwnership},
    {"createDataset(address,string,bytes,bytes32)", registry::kCreateDataset},
    {"predictDataset(address,string,bytes,bytes32)", registry::kPredictDataset},
    {"createWorkerpool(address,string)", registry::kCreateWorkerpool},
    {"predictWorkerpool(address,string)", registry::kPredictWorkerpool},
};

constexpr Named kResourceFunctions[] = {
    {"initialize(string,string,bytes,bytes32,bytes)", resource::kInitializeApp},
    {"m_appChecksum()", resource::kMAppChecksum},
    {"m_appMREnclave()", resource::kMAppMREnclave},
    {"m_appMultiaddr()", resource::kMAppMultiaddr},
    {"m_appName()", resource::kMAppName},
    {"m_appType()", resource::kMAppType},
    {"owner()", resource::kOwner},
    {"registry()", resource::kRegistry},
    {"setName(address,string)", resource::kSetName},
    {"initialize(string,bytes,bytes32)", resource::kInitializeDataset},
    {"m_datasetChecksum()", resource::kMDatasetChecksum},
    {"m_datasetMultiaddr()", resource::kMDatasetMultiaddr},
    {"m_datasetName()", resource::kMDatasetName},
    {"changePolicy(uint256,uint256)", resource::kChangePolicy},
    {"initialize(string)", resource::kInitializeWorkerpool},
    {"m_schedulerRewardRatioPolicy()", resource::kMSchedulerRewardRatioPolicy},
    {"m_workerStakeRatioPolicy()", resource::kMWorkerStakeRatioPolicy},
    {"m_workerpoolDescription()", resource::kMWorkerpoolDescription},
    {"initialize(address,bytes)", resource::kInitializeProxy},
};

}  // namespace

std::span<const Named> hub_functions() noexcept { return kHubFunctions; }
std::span<const Named> rlc_functions() noexcept { return kRlcFunctions; }
std::span<const Named> registry_functions() noexcept { return kRegistryFunctions; }
std::span<const Named> resource_functions() noexcept { return kResourceFunctions; }

}  // namespace bourse::poco::selectors
