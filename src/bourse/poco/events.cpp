#include <bourse/poco/events.hpp>

#include <utility>

namespace bourse::poco {
namespace {

constexpr std::pair<Hash, std::string_view> kEventNames[] = {
    {events::OwnershipTransferred::kTopic, "OwnershipTransferred"},
    {events::CreateCategory::kTopic, "CreateCategory"},
    {events::Approval::kTopic, "Approval"},
    {events::Lock::kTopic, "Lock"},
    {events::Reward::kTopic, "Reward"},
    {events::Seize::kTopic, "Seize"},
    {events::Transfer::kTopic, "Transfer"},
    {events::Unlock::kTopic, "Unlock"},
    {events::ClosedAppOrder::kTopic, "ClosedAppOrder"},
    {events::ClosedDatasetOrder::kTopic, "ClosedDatasetOrder"},
    {events::ClosedRequestOrder::kTopic, "ClosedRequestOrder"},
    {events::ClosedWorkerpoolOrder::kTopic, "ClosedWorkerpoolOrder"},
    {events::SignedAppOrder::kTopic, "SignedAppOrder"},
    {events::SignedDatasetOrder::kTopic, "SignedDatasetOrder"},
    {events::SignedRequestOrder::kTopic, "SignedRequestOrder"},
    {events::SignedWorkerpoolOrder::kTopic, "SignedWorkerpoolOrder"},
    {events::DealSponsored::kTopic, "DealSponsored"},
    {events::OrdersMatched::kTopic, "OrdersMatched"},
    {events::SchedulerNotice::kTopic, "SchedulerNotice"},
    {events::AccurateContribution::kTopic, "AccurateContribution"},
    {events::FaultyContribution::kTopic, "FaultyContribution"},
    {events::TaskClaimed::kTopic, "TaskClaimed"},
    {events::TaskConsensus::kTopic, "TaskConsensus"},
    {events::TaskContribute::kTopic, "TaskContribute"},
    {events::TaskFinalize::kTopic, "TaskFinalize"},
    {events::TaskInitialize::kTopic, "TaskInitialize"},
    {events::TaskReopen::kTopic, "TaskReopen"},
    {events::TaskReveal::kTopic, "TaskReveal"},
    {events::BroadcastAppOrder::kTopic, "BroadcastAppOrder"},
    {events::BroadcastDatasetOrder::kTopic, "BroadcastDatasetOrder"},
    {events::BroadcastRequestOrder::kTopic, "BroadcastRequestOrder"},
    {events::BroadcastWorkerpoolOrder::kTopic, "BroadcastWorkerpoolOrder"},
    {events::ApprovalForAll::kTopic, "ApprovalForAll"},
    {events::PolicyUpdate::kTopic, "PolicyUpdate"},
};

}  // namespace

std::string_view event_name(const Bytes32& topic) noexcept {
    for (const auto& [known, name] : kEventNames)
        if (known == topic) return name;
    return {};
}

}  // namespace bourse::poco
