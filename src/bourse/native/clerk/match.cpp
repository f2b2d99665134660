// Matching of orders into deals (poco.md §7) and the dataset compatibility check (§13.1). Nothing is written before
// the last check.
#include <bourse/native/clerk/deal_store.hpp>
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/clerk/external.hpp>
#include <bourse/native/clerk/ledger.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/poco/error_text.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/rewards.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
using poco::MatchFault;

tl::unexpected<Revert> revert_match(MatchFault fault) { return revert_text(poco::error_text(fault)); }

struct OrderHashes {
    poco::OrderHash app;
    poco::OrderHash dataset;  ///< zero without dataset
    poco::OrderHash workerpool;
    poco::OrderHash request;
};

OrderHashes hash_orders(const Hash& separator, const poco::OrderSet& orders) {
    OrderHashes out;
    out.app = poco::order_hash(separator, orders.app);
    if (orders.has_dataset()) out.dataset = poco::order_hash(separator, orders.dataset);
    out.workerpool = poco::order_hash(separator, orders.workerpool);
    out.request = poco::order_hash(separator, orders.request);
    return out;
}

struct Owners {
    Address app;
    Address dataset;
    Address workerpool;
};

/// Checks 21 to 30: owners, registries, signatures.
Outcome<Owners> check_parties(Context& context, const HubConfig& config, const poco::OrderSet& orders,
                              const OrderHashes& hashes) {
    Owners owners;
    const auto check = [&](const Address& resource, const Address& registry, const poco::OrderHash& hash,
                           ByteView signature, Address& owner, MatchFault unregistered,
                           MatchFault unsigned_) -> Outcome<void> {
        BOURSE_TRY(owner, external::owner_of(context, resource));
        BOURSE_TRY(const bool is_registered, external::is_registered(context, registry, resource));
        if (!is_registered) return revert_match(unregistered);
        BOURSE_TRY(const bool is_signed, external::check_order(context, owner, hash, signature));
        if (!is_signed) return revert_match(unsigned_);
        return {};
    };
    BOURSE_CHECK(check(orders.app.app, config.app_registry, hashes.app, orders.app.sign, owners.app,
                       MatchFault::kAppUnregistered, MatchFault::kAppSignature));
    if (orders.has_dataset())
        BOURSE_CHECK(check(orders.dataset.dataset, config.dataset_registry, hashes.dataset, orders.dataset.sign,
                           owners.dataset, MatchFault::kDatasetUnregistered, MatchFault::kDatasetSignature));
    BOURSE_CHECK(check(orders.workerpool.workerpool, config.workerpool_registry, hashes.workerpool,
                       orders.workerpool.sign, owners.workerpool, MatchFault::kWorkerpoolUnregistered,
                       MatchFault::kWorkerpoolSignature));
    BOURSE_TRY(const bool is_requested,
               external::check_order(context, orders.request.requester, hashes.request, orders.request.sign));
    if (!is_requested) return revert_match(MatchFault::kRequestSignature);
    return owners;
}

Outcome<void> check_terms(Context& context, const HubConfig& config, const poco::OrderSet& orders) {
    if (const auto fault = poco::terms_fault(orders, config.category_count)) return revert_match(*fault);
    for (const auto& restriction : poco::restrictions(orders)) {
        BOURSE_TRY(const bool is_allowed, external::is_allowed(context, restriction.restriction, restriction.account));
        if (!is_allowed) return revert_match(restriction.fault);
    }
    return {};
}

Outcome<Uint256> volume_of(Context& context, const poco::OrderSet& orders, const OrderHashes& hashes) {
    const auto consumed = [&](const poco::OrderHash& hash) {
        return load_order(context.state(), context.self(), hash).consumed;
    };
    const poco::Consumption used{consumed(hashes.app), orders.has_dataset() ? consumed(hashes.dataset) : Uint256(0),
                                 consumed(hashes.workerpool), consumed(hashes.request)};
    return or_overflow(poco::deal_volume(orders, used));
}

void consume(Context& context, const poco::OrderHash& hash, const Uint256& volume) {
    auto order = load_order(context.state(), context.self(), hash);
    order.consumed += volume;  // at most the order's volume
    store_order(context.state(), context.self(), hash, order);
}

poco::Deal make_deal(Context& context, const poco::OrderSet& orders, const Owners& owners, const Address& payer,
                     const Uint256& bot_first, const Uint256& volume) {
    poco::Deal deal;
    deal.app = {orders.app.app, owners.app, orders.app.appprice};
    if (orders.has_dataset()) deal.dataset = {orders.dataset.dataset, owners.dataset, orders.dataset.datasetprice};
    deal.workerpool = {orders.workerpool.workerpool, owners.workerpool, orders.workerpool.workerpoolprice};
    deal.trust = std::max(orders.request.trust, Uint256(1));
    deal.category = orders.request.category;
    deal.tag = poco::deal_tag(orders.app.tag, orders.dataset.tag, orders.request.tag);
    deal.requester = orders.request.requester;
    deal.beneficiary = orders.request.beneficiary;
    deal.callback = orders.request.callback;
    deal.params = orders.request.params;
    deal.start_time = context.now();
    deal.bot_first = bot_first;
    deal.bot_size = volume;
    deal.sponsor = payer;
    return deal;
}

Outcome<poco::DealId> match(Context& context, const poco::OrderSet& orders, const Address& payer) {
    const auto config = load_hub_config(context.state(), context.self());
    BOURSE_CHECK(check_terms(context, config, orders));
    const auto hashes = hash_orders(config.domain_separator, orders);
    BOURSE_TRY(const Owners owners, check_parties(context, config, orders, hashes));
    BOURSE_TRY(const Uint256 volume, volume_of(context, orders, hashes));
    if (volume.is_zero()) return revert_match(MatchFault::kConsumed);

    const Uint256 bot_first = load_order(context.state(), context.self(), hashes.request).consumed;
    const auto id = poco::deal_id(hashes.request, bot_first);
    auto deal = make_deal(context, orders, owners, payer, bot_first, volume);
    BOURSE_TRY(const PoolPolicy policy, external::policy_of(context, orders.workerpool.workerpool));
    BOURSE_TRY(deal.worker_stake,
               or_overflow(poco::worker_stake(orders.workerpool.workerpoolprice, policy.worker_stake_ratio)));
    deal.scheduler_reward_ratio = policy.scheduler_reward_ratio;

    BOURSE_TRY(const Uint256 payer_cost, or_overflow(poco::payer_cost(orders, volume)));
    BOURSE_CHECK(ledger::lock(context, payer, payer_cost));
    BOURSE_TRY(const Uint256 pool_cost, or_overflow(poco::pool_cost(orders.workerpool, volume)));
    BOURSE_CHECK(ledger::lock(context, owners.workerpool, pool_cost));
    ledger::commit(context, payer_cost + pool_cost);
    consume(context, hashes.app, volume);
    if (orders.has_dataset()) consume(context, hashes.dataset, volume);
    consume(context, hashes.workerpool, volume);
    consume(context, hashes.request, volume);
    store_deal(context.state(), context.self(), id, deal);
    context.emit(poco::events::SchedulerNotice{orders.workerpool.workerpool, id});
    context.emit(
        poco::events::OrdersMatched{id, hashes.app, hashes.dataset, hashes.workerpool, hashes.request, volume});
    return id;
}

Outcome<poco::DealId> match_orders(Context& context, poco::AppOrder app, poco::DatasetOrder dataset,
                                   poco::WorkerpoolOrder workerpool, poco::RequestOrder request) {
    return match(context, {app, dataset, workerpool, request}, request.requester);
}

Outcome<poco::DealId> sponsor_match_orders(Context& context, poco::AppOrder app, poco::DatasetOrder dataset,
                                           poco::WorkerpoolOrder workerpool, poco::RequestOrder request) {
    BOURSE_TRY(const poco::DealId id, match(context, {app, dataset, workerpool, request}, context.sender()));
    context.emit(poco::events::DealSponsored{id, context.sender()});
    return id;
}

Outcome<Uint256> compute_deal_volume(Context& context, poco::AppOrder app, poco::DatasetOrder dataset,
                                     poco::WorkerpoolOrder workerpool, poco::RequestOrder request) {
    const poco::OrderSet orders{app, dataset, workerpool, request};
    const Hash separator = load_hub_config(context.state(), context.self()).domain_separator;
    return volume_of(context, orders, hash_orders(separator, orders));
}

Outcome<void> incompatible(std::string_view reason) {
    return revert_data(abi::encode_call(poco::selectors::errors::kIncompatibleDatasetOrder, reason));
}

Outcome<void> check_restrictions(Context& context, const poco::DatasetOrder& order, const DealTerms& deal) {
    const std::tuple<Address, Address, std::string_view> checks[] = {
        {order.apprestrict, deal.app.pointer, "App restriction not satisfied"},
        {order.workerpoolrestrict, deal.workerpool.pointer, "Workerpool restriction not satisfied"},
        {order.requesterrestrict, deal.requester, "Requester restriction not satisfied"}};
    for (const auto& [restriction, account, reason] : checks) {
        BOURSE_TRY(const bool is_allowed, external::is_allowed(context, restriction, account));
        if (!is_allowed) return incompatible(reason);
    }
    return {};
}

Outcome<void> assert_dataset_deal_compatibility(Context& context, poco::DatasetOrder order, Bytes32 deal_id) {
    const Hash separator = load_hub_config(context.state(), context.self()).domain_separator;
    const auto hash = poco::order_hash(separator, order);
    if (load_order(context.state(), context.self(), hash).consumed >= order.volume)
        return incompatible("Dataset order is revoked or fully consumed");
    BOURSE_TRY(const Address owner, external::owner_of(context, order.dataset));
    BOURSE_TRY(const bool is_signed, external::check_order(context, owner, hash, order.sign));
    if (!is_signed) return incompatible("Invalid dataset order signature");
    const auto deal = load_deal(context.state(), context.self(), poco::DealId(deal_id));
    if (!deal || deal->requester.is_zero()) return incompatible("Deal not found");
    if (!deal->dataset.pointer.is_zero()) return incompatible("Deal already has a dataset");
    BOURSE_CHECK(check_restrictions(context, order, *deal));
    if (!poco::is_subset(poco::without_framework(order.tag), deal->tag))
        return incompatible("Tag compatibility not satisfied");
    return {};
}

constexpr auto kMatchTable = make_table(
    std::to_array<Entry>({write<&match_orders>(hub_sel::kMatchOrders, gas::kMatch, &gas::match_text),
                          write<&sponsor_match_orders>(hub_sel::kSponsorMatchOrders, gas::kMatch, &gas::match_text),
                          view<&compute_deal_volume>(hub_sel::kComputeDealVolume),
                          view<&assert_dataset_deal_compatibility>(hub_sel::kAssertDatasetDealCompatibility)}));

}  // namespace

Outcome<poco::DealId> match_for_requester(Context& context, const poco::AppOrder& app,
                                          const poco::DatasetOrder& dataset, const poco::WorkerpoolOrder& workerpool,
                                          const poco::RequestOrder& request) {
    return match(context, {app, dataset, workerpool, request}, request.requester);
}

std::span<const Entry> hub_match_entries() noexcept { return kMatchTable; }

}  // namespace bourse::native
