#include <bourse/broker/order.hpp>

#include <bourse/poco/order_members.hpp>

#include <algorithm>

namespace bourse::broker {

namespace {

/// The one list of what an Order and the four signed orders have in common: `copy(theirs, ours)` for each member that
/// the kind has.
template <class Members, class BrokerOrder, class Copy>
void for_each_member(const Members& theirs, BrokerOrder& ours, const Copy& copy) {
    const auto both = [&](auto* from, auto& to) {
        if (from != nullptr) copy(*from, to);
    };
    both(theirs.app, ours.app);
    both(theirs.dataset, ours.dataset);
    both(theirs.workerpool, ours.workerpool);
    both(theirs.requester, ours.requester);
    both(theirs.price, ours.price);
    both(theirs.volume, ours.volume);
    both(theirs.tag, ours.tag);
    both(theirs.category, ours.category);
    both(theirs.trust, ours.trust);
    both(theirs.app_max, ours.app_max);
    both(theirs.dataset_max, ours.dataset_max);
}

void take_member(const Uint256& amount, std::uint64_t& into) { into = std::min(amount.saturated_u64(), kMaxAmount); }
template <class T>
void take_member(const T& value, T& into) {
    into = value;
}

}  // namespace

Order order_from(const poco::AnyOrder& order, const Hash& hash, const Address& owner, std::uint64_t remaining,
                 std::uint64_t published_ms) {
    Order out;
    out.kind = static_cast<poco::OrderKind>(order.index());
    out.hash = hash;
    out.owner = owner;
    out.remaining = remaining;
    out.published_ms = published_ms;
    std::visit(
        [&](const auto& o) {
            out.subject = poco::subject(o);
            for_each_member(poco::match_members(o), out,
                            [](const auto& theirs, auto& ours) { take_member(theirs, ours); });
        },
        order);
    return out;
}

template <class Signed>
Signed as_order(const Order& order) {
    Signed out;
    for_each_member(poco::match_members(out), order, [](auto& theirs, const auto& ours) { theirs = ours; });
    return out;
}
template poco::AppOrder as_order(const Order& order);
template poco::DatasetOrder as_order(const Order& order);
template poco::WorkerpoolOrder as_order(const Order& order);
template poco::RequestOrder as_order(const Order& order);

std::uint64_t needed_per_task(const Order& order) noexcept {
    if (order.kind == poco::OrderKind::kWorkerpool) return stake_per_task(order.price);
    if (order.kind != poco::OrderKind::kRequest) return 0;
    return order.price + order.app_max + order.dataset_max;
}

}  // namespace bourse::broker
