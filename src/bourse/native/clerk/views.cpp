// Views of the clerk (poco.md §13): deals, accounts, categories, resources; the legacy forms included. Unknown ids give
// zero structs.
#include <bourse/native/clerk/deal_store.hpp>
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/clerk/external.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
namespace res_sel = poco::selectors::resource;

poco::Deal deal_at(Context& context, const Bytes32& id) {
    return view_deal(context.state(), context.self(), poco::DealId(id));
}

Outcome<poco::Deal> view_deal_full(Context& context, Bytes32 id) { return deal_at(context, id); }
poco::Account account_at(Context& context, const Address& account) {
    const auto value = load_account(context.state(), context.self(), account);
    return {value.stake, value.locked};
}
Outcome<poco::Account> view_account(Context& context, Address account) { return account_at(context, account); }
Outcome<poco::Category> view_category(Context& context, Uint256 index) {
    auto category = load_category(context.state(), context.self(), index);
    if (!category) return revert_empty();
    return *std::move(category);
}

// Resources by the hub, without a look at the registry: natively for our own kinds, by calls for other contracts.

template <class T>
Outcome<T> ask_resource(Context& context, const Address& resource, const Bytes4& selector) {
    auto answer = context.call(resource, to_bytes(selector), true);
    if (!answer.ok()) return revert_data(std::move(answer.output));
    auto decoded = abi::decode<T>(answer.output);
    if (!decoded) return revert_empty();
    return std::get<0>(*std::move(decoded));
}

Outcome<poco::AppInfo> view_app(Context& context, Address app) {
    poco::AppInfo info;
    BOURSE_TRY(info.owner, external::owner_of(context, app));
    BOURSE_TRY(info.name, ask_resource<std::string>(context, app, res_sel::kMAppName));
    BOURSE_TRY(info.type, ask_resource<std::string>(context, app, res_sel::kMAppType));
    BOURSE_TRY(info.multiaddr, ask_resource<Bytes>(context, app, res_sel::kMAppMultiaddr));
    BOURSE_TRY(info.checksum, ask_resource<Bytes32>(context, app, res_sel::kMAppChecksum));
    BOURSE_TRY(info.mrenclave, ask_resource<Bytes>(context, app, res_sel::kMAppMREnclave));
    return info;
}

Outcome<poco::DatasetInfo> view_dataset(Context& context, Address dataset) {
    poco::DatasetInfo info;
    BOURSE_TRY(info.owner, external::owner_of(context, dataset));
    BOURSE_TRY(info.name, ask_resource<std::string>(context, dataset, res_sel::kMDatasetName));
    BOURSE_TRY(info.multiaddr, ask_resource<Bytes>(context, dataset, res_sel::kMDatasetMultiaddr));
    BOURSE_TRY(info.checksum, ask_resource<Bytes32>(context, dataset, res_sel::kMDatasetChecksum));
    return info;
}

Outcome<poco::WorkerpoolInfo> view_workerpool(Context& context, Address pool) {
    poco::WorkerpoolInfo info;
    BOURSE_TRY(info.owner, external::owner_of(context, pool));
    BOURSE_TRY(info.description, ask_resource<std::string>(context, pool, res_sel::kMWorkerpoolDescription));
    BOURSE_TRY(info.worker_stake_ratio_policy, ask_resource<Uint256>(context, pool, res_sel::kMWorkerStakeRatioPolicy));
    BOURSE_TRY(info.scheduler_reward_ratio_policy,
               ask_resource<Uint256>(context, pool, res_sel::kMSchedulerRewardRatioPolicy));
    return info;
}

// Legacy forms: tuples instead of structs.

using DealPart1 = std::tuple<Address, Address, Uint256, Address, Address, Uint256, Address, Address, Uint256>;
Outcome<DealPart1> view_deal_legacy_1(Context& context, Bytes32 id) {
    const auto d = deal_at(context, id);
    return DealPart1{d.app.pointer,   d.app.owner,          d.app.price,        d.dataset.pointer, d.dataset.owner,
                     d.dataset.price, d.workerpool.pointer, d.workerpool.owner, d.workerpool.price};
}
using DealPart2 = std::tuple<Uint256, Bytes32, Address, Address, Address, std::string>;
Outcome<DealPart2> view_deal_legacy_2(Context& context, Bytes32 id) {
    const auto d = deal_at(context, id);
    return DealPart2{d.trust, d.tag, d.requester, d.beneficiary, d.callback, d.params};
}
using DealConfig = std::tuple<Uint256, Uint256, Uint256, Uint256, Uint256, Uint256>;
Outcome<DealConfig> view_config_legacy(Context& context, Bytes32 id) {
    const auto d = deal_at(context, id);
    return DealConfig{d.category, d.start_time, d.bot_first, d.bot_size, d.worker_stake, d.scheduler_reward_ratio};
}
Outcome<std::tuple<Uint256, Uint256>> view_account_legacy(Context& context, Address account) {
    const auto value = account_at(context, account);
    return std::tuple{value.stake, value.locked};
}
Outcome<std::tuple<std::string, std::string, Uint256>> view_category_legacy(Context& context, Uint256 index) {
    const auto category = load_category(context.state(), context.self(), index);
    if (!category) return revert_data(abi::encode_panic(0x32));
    return std::tuple{category->name, category->description, category->work_clock_time_ref};
}

constexpr auto kViewTable = make_table(
    std::to_array<Entry>({view<&view_deal_full>(hub_sel::kViewDeal), view<&view_account>(hub_sel::kViewAccount),
                          view<&view_category>(hub_sel::kViewCategory), view<&view_app>(hub_sel::kViewApp),
                          view<&view_dataset>(hub_sel::kViewDataset), view<&view_workerpool>(hub_sel::kViewWorkerpool),
                          view<&view_deal_legacy_1>(hub_sel::kViewDealABILegacyPt1),
                          view<&view_deal_legacy_2>(hub_sel::kViewDealABILegacyPt2),
                          view<&view_config_legacy>(hub_sel::kViewConfigABILegacy),
                          view<&view_account_legacy>(hub_sel::kViewAccountABILegacy),
                          view<&view_category_legacy>(hub_sel::kViewCategoryABILegacy)}));

}  // namespace

std::span<const Entry> hub_view_entries() noexcept { return kViewTable; }

}  // namespace bourse::native
