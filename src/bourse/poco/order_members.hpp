// The members of an order that a match reads, under one name for all four kinds: whoever copies, stores or compares
// orders lists them once.
#pragma once

#include <bourse/poco/orders.hpp>

#include <type_traits>

namespace bourse::poco {

/// Places of the members in an order (const or not). `app`, `dataset`, `workerpool` and `requester` are the resource or
/// the restriction of that name, whichever the kind has. Null: the kind has no such member.
template <class Order>
struct MatchMembers {
    template <class T>
    using Place = std::conditional_t<std::is_const_v<Order>, const T*, T*>;

    Place<Address> app, dataset, workerpool, requester;
    Place<Uint256> price;  ///< nRLC a task; of a request: workerpoolmaxprice
    Place<Uint256> volume;
    Place<Bytes32> tag;
    Place<Uint256> category = nullptr, trust = nullptr;
    Place<Uint256> app_max = nullptr, dataset_max = nullptr;  ///< of a request
};

/// Reads and writes through what it returns: the order must outlive it.
template <class Order>
MatchMembers<Order> match_members(Order& o) noexcept {
    using Kind = std::remove_const_t<Order>;
    if constexpr (std::is_same_v<Kind, AppOrder>) {
        return {&o.app, &o.datasetrestrict, &o.workerpoolrestrict, &o.requesterrestrict, &o.appprice, &o.volume,
                &o.tag};
    } else if constexpr (std::is_same_v<Kind, DatasetOrder>) {
        return {&o.apprestrict, &o.dataset, &o.workerpoolrestrict, &o.requesterrestrict, &o.datasetprice,
                &o.volume,      &o.tag};
    } else if constexpr (std::is_same_v<Kind, WorkerpoolOrder>) {
        return {&o.apprestrict, &o.datasetrestrict, &o.workerpool, &o.requesterrestrict, &o.workerpoolprice, &o.volume,
                &o.tag,         &o.category,        &o.trust};
    } else {
        static_assert(std::is_same_v<Kind, RequestOrder>);
        return {&o.app, &o.dataset,  &o.workerpool, &o.requester,   &o.workerpoolmaxprice, &o.volume,
                &o.tag, &o.category, &o.trust,      &o.appmaxprice, &o.datasetmaxprice};
    }
}

}  // namespace bourse::poco
