#include <bourse/poco/match.hpp>
#include <bourse/poco/rewards.hpp>

namespace bourse::poco {

std::string error_text(MatchFault fault) {
    const auto code = static_cast<std::uint8_t>(fault);
    return "iExecV5-matchOrders-" + to_hex(ByteView(&code, 1));
}

std::string_view explain(MatchFault fault) noexcept {
    switch (fault) {
        case MatchFault::kCategoryMismatch:
            return "The request and the workerpool order are of different categories.";
        case MatchFault::kCategoryUnknown:
            return "The category does not exist.";
        case MatchFault::kTrustTooHigh:
            return "The request asks for more trust than the workerpool order offers.";
        case MatchFault::kAppOverpriced:
            return "The app costs more than the request allows.";
        case MatchFault::kDatasetOverpriced:
            return "The dataset costs more than the request allows.";
        case MatchFault::kWorkerpoolOverpriced:
            return "The workerpool costs more than the request allows.";
        case MatchFault::kWorkerpoolTag:
            return "The workerpool does not offer every tag that the deal needs.";
        case MatchFault::kAppTag:
            return "A TEE is required, but the app order does not carry the TEE tag.";
        case MatchFault::kAppMismatch:
            return "The request is for another app.";
        case MatchFault::kDatasetMismatch:
            return "The request is for another dataset.";
        case MatchFault::kRequestRestrictsWorkerpool:
            return "The request does not allow this workerpool.";
        case MatchFault::kAppRestrictsDataset:
            return "The app order does not allow this dataset.";
        case MatchFault::kAppRestrictsWorkerpool:
            return "The app order does not allow this workerpool.";
        case MatchFault::kAppRestrictsRequester:
            return "The app order does not allow this requester.";
        case MatchFault::kDatasetRestrictsApp:
            return "The dataset order does not allow this app.";
        case MatchFault::kDatasetRestrictsWorkerpool:
            return "The dataset order does not allow this workerpool.";
        case MatchFault::kDatasetRestrictsRequester:
            return "The dataset order does not allow this requester.";
        case MatchFault::kWorkerpoolRestrictsApp:
            return "The workerpool order does not allow this app.";
        case MatchFault::kWorkerpoolRestrictsDataset:
            return "The workerpool order does not allow this dataset.";
        case MatchFault::kWorkerpoolRestrictsRequester:
            return "The workerpool order does not allow this requester.";
        case MatchFault::kAppUnregistered:
            return "The app is not in the registry.";
        case MatchFault::kAppSignature:
            return "The app order is not signed by the app's owner.";
        case MatchFault::kDatasetUnregistered:
            return "The dataset is not in the registry.";
        case MatchFault::kDatasetSignature:
            return "The dataset order is not signed by the dataset's owner.";
        case MatchFault::kWorkerpoolUnregistered:
            return "The workerpool is not in the registry.";
        case MatchFault::kWorkerpoolSignature:
            return "The workerpool order is not signed by the workerpool's owner.";
        case MatchFault::kRequestSignature:
            return "The request order is not signed by the requester.";
        case MatchFault::kConsumed:
            return "One of the orders is fully consumed or cancelled.";
    }
    return "The orders do not match.";  // the code may come from a revert that somebody else wrote
}

std::array<TermCheck, 10> term_checks(const OrderSet& o, const Uint256& category_count) {
    const Tag tag = deal_tag(o.app.tag, o.dataset.tag, o.request.tag);
    return {{{MatchFault::kCategoryMismatch, o.request.category == o.workerpool.category},
             {MatchFault::kCategoryUnknown, o.request.category < category_count},
             {MatchFault::kTrustTooHigh, o.request.trust <= o.workerpool.trust},
             {MatchFault::kAppOverpriced, o.request.appmaxprice >= o.app.appprice},
             {MatchFault::kDatasetOverpriced, o.request.datasetmaxprice >= o.dataset.datasetprice},
             {MatchFault::kWorkerpoolOverpriced, o.request.workerpoolmaxprice >= o.workerpool.workerpoolprice},
             {MatchFault::kWorkerpoolTag, is_subset(tag, o.workerpool.tag)},
             {MatchFault::kAppTag, has_bit(tag, kTagTee) == has_bit(o.app.tag, kTagTee)},
             {MatchFault::kAppMismatch, o.request.app == o.app.app},
             {MatchFault::kDatasetMismatch, o.request.dataset == o.dataset.dataset}}};
}

std::optional<MatchFault> terms_fault(const OrderSet& orders, const Uint256& category_count) {
    for (const auto& check : term_checks(orders, category_count))
        if (!check.holds) return check.fault;
    return std::nullopt;
}

std::array<Restriction, 10> restrictions(const OrderSet& o) {
    const Address& pool = o.workerpool.workerpool;
    const Address& requester = o.request.requester;
    return {{{o.request.workerpool, pool, MatchFault::kRequestRestrictsWorkerpool},
             {o.app.datasetrestrict, o.dataset.dataset, MatchFault::kAppRestrictsDataset},
             {o.app.workerpoolrestrict, pool, MatchFault::kAppRestrictsWorkerpool},
             {o.app.requesterrestrict, requester, MatchFault::kAppRestrictsRequester},
             {o.dataset.apprestrict, o.app.app, MatchFault::kDatasetRestrictsApp},
             {o.dataset.workerpoolrestrict, pool, MatchFault::kDatasetRestrictsWorkerpool},
             {o.dataset.requesterrestrict, requester, MatchFault::kDatasetRestrictsRequester},
             {o.workerpool.apprestrict, o.app.app, MatchFault::kWorkerpoolRestrictsApp},
             {o.workerpool.datasetrestrict, o.dataset.dataset, MatchFault::kWorkerpoolRestrictsDataset},
             {o.workerpool.requesterrestrict, requester, MatchFault::kWorkerpoolRestrictsRequester}}};
}

bool plainly_allowed(const Address& restriction, const Address& account) noexcept {
    return restriction.is_zero() || restriction == account;
}

std::optional<MatchFault> compatibility_fault(const OrderSet& orders, const Uint256& category_count,
                                              const std::function<bool(const Address&)>& is_group) {
    if (const auto fault = terms_fault(orders, category_count)) return fault;
    for (const auto& check : restrictions(orders)) {
        if (plainly_allowed(check.restriction, check.account)) continue;
        if (!is_group || !is_group(check.restriction)) return check.fault;
    }
    return std::nullopt;
}

std::optional<Uint256> deal_volume(const OrderSet& o, const Consumption& consumed) noexcept {
    std::optional<Uint256> volume = Uint256::max();
    const auto limit = [&](const Uint256& offered, const Uint256& used) {
        const auto left = checked_sub(offered, used);
        volume = left && volume ? std::optional(std::min(*volume, *left)) : std::nullopt;
    };
    limit(o.app.volume, consumed.app);
    if (o.has_dataset()) limit(o.dataset.volume, consumed.dataset);
    limit(o.workerpool.volume, consumed.workerpool);
    limit(o.request.volume, consumed.request);
    return volume;
}

std::optional<Uint256> payer_cost(const OrderSet& o, const Uint256& volume) noexcept {
    const Uint256 dataset_price = o.has_dataset() ? o.dataset.datasetprice : Uint256(0);
    auto price = checked_add(o.app.appprice, dataset_price);
    if (price) price = checked_add(*price, o.workerpool.workerpoolprice);
    return price ? checked_mul(*price, volume) : std::nullopt;
}

std::optional<Uint256> pool_cost(const WorkerpoolOrder& order, const Uint256& volume) noexcept {
    const auto stake = scheduler_stake(order.workerpoolprice);
    return stake ? checked_mul(*stake, volume) : std::nullopt;
}

std::optional<MatchCost> match_cost(const OrderSet& o, const Uint256& volume) noexcept {
    const auto payer = payer_cost(o, volume);
    const auto pool = pool_cost(o.workerpool, volume);
    if (!payer || !pool) return std::nullopt;
    return MatchCost{*payer, *pool};
}

}  // namespace bourse::poco
