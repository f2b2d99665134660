#include "estimates.hpp"

#include <bourse/base/assert.hpp>
#include <bourse/poco/selectors.hpp>

#include <array>
#include <cstdio>

namespace bourse::conformance {
namespace {

namespace hub = poco::selectors::hub;
namespace reg = poco::selectors::registry;
namespace rlc = poco::selectors::rlc;

struct SdkCall {
    const char* name;
    Bytes4 selector;
};
/// What the SDK's modules, schedulers and workers send (sdk-interop.md §3).
const std::array kSdkCalls{SdkCall{"transfer", rlc::kTransfer},
                           SdkCall{"approveAndCall", rlc::kApproveAndCall},
                           SdkCall{"deposit", hub::kDeposit},
                           SdkCall{"withdraw", hub::kWithdraw},
                           SdkCall{"createApp", reg::kCreateApp},
                           SdkCall{"createDataset", reg::kCreateDataset},
                           SdkCall{"createWorkerpool", reg::kCreateWorkerpool},
                           SdkCall{"manageAppOrder", hub::kManageAppOrder},
                           SdkCall{"manageDatasetOrder", hub::kManageDatasetOrder},
                           SdkCall{"manageWorkerpoolOrder", hub::kManageWorkerpoolOrder},
                           SdkCall{"manageRequestOrder", hub::kManageRequestOrder},
                           SdkCall{"matchOrders", hub::kMatchOrders},
                           SdkCall{"sponsorMatchOrders", hub::kSponsorMatchOrders},
                           SdkCall{"initialize", hub::kInitialize},
                           SdkCall{"contribute", hub::kContribute},
                           SdkCall{"contributeAndFinalize", hub::kContributeAndFinalize},
                           SdkCall{"reveal", hub::kReveal},
                           SdkCall{"reopen", hub::kReopen},
                           SdkCall{"finalize", hub::kFinalize},
                           SdkCall{"claim", hub::kClaim},
                           SdkCall{"claimArray", hub::kClaimArray},
                           SdkCall{"initializeAndClaimArray", hub::kInitializeAndClaimArray}};

chain::BlockInput with_gas(chain::BlockInput block, const crypto::PrivateKey& key, std::uint64_t gas) {
    Transaction tx = block.transactions.front()->tx;
    tx.gas_limit = gas;
    sign_transaction(tx, key);
    block.transactions = {chain::prepare_transaction(encode_transaction(tx)).value()};
    return block;
}

/// Empty, or what differs from the execution with plenty of gas.
std::string difference(const chain::ExecutedBlock& block, std::uint64_t gas, const chain::ExecutedTransaction& plenty) {
    if (block.executed.size() != 1) return "is refused";
    const auto& executed = block.executed.front();
    if (!executed.receipt.success) return "fails";
    if (executed.output != plenty.output || executed.receipt.logs != plenty.receipt.logs) return "does something else";
    return executed.gas_used <= gas ? std::string() : "uses more";
}

}  // namespace

EstimateAudit& EstimateAudit::of_run() {
    static EstimateAudit audit;
    return audit;
}

void EstimateAudit::check(const support::MemoryState& before, const chain::BlockInput& block,
                          const crypto::PrivateKey& key, const chain::ExecutedTransaction& executed) {
    if (!executed.receipt.success) return;
    const Transaction& tx = executed.transaction->tx;
    ++checked_;
    if (tx.data.size() >= 4) called_.insert(*Bytes4::from(ByteView(tx.data).first(4)));
    const std::string name =
        "call " + to_hex(ByteView(tx.data).first(std::min<std::size_t>(4, tx.data.size()))) + " of " + to_hex(*tx.to);
    chain::CallRequest request;
    request.from = executed.transaction->sender;
    request.to = tx.to;
    request.value = tx.value;
    request.data = tx.data;
    const auto estimate = chain::estimate_gas(before, chain::block_context(block), request);
    if (!estimate) {
        problems_.push_back(name + ": no estimate");
        return;
    }
    const auto exact = chain::execute_block(with_gas(block, key, *estimate), before);
    if (const auto what = difference(exact, *estimate, executed); !what.empty())
        problems_.push_back(name + ": " + what + " with its estimate of " + std::to_string(*estimate));
    // And it is the least that does: one less is not enough.
    const auto less = chain::execute_block(with_gas(block, key, *estimate - 1), before);
    if (difference(less, *estimate - 1, executed).empty())
        problems_.push_back(name + ": less than its estimate of " + std::to_string(*estimate) + " suffices");
}

bool EstimateAudit::finish() const {
    for (const auto& problem : problems_) std::printf("FAIL  gas: %s\n", problem.c_str());
    bool whole = problems_.empty();
    for (const auto& call : kSdkCalls) {
        if (called_.contains(call.selector)) continue;
        std::printf("FAIL  gas: no vector calls %s with success\n", call.name);
        whole = false;
    }
    std::printf(
        "gas: %zu transactions executed with exactly their estimate, %zu problems; %zu functions, all %zu of the "
        "SDK among them: %s\n",
        checked_, problems_.size(), called_.size(), kSdkCalls.size(), whole ? "yes" : "NO");
    return whole;
}

}  // namespace bourse::conformance
