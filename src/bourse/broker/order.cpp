#include <bourse/broker/order.hpp>

#include <algorithm>

namespace bourse::broker {

namespace {

std::uint64_t cut(const Uint256& amount) { return std::min(amount.saturated_u64(), kMaxAmount); }

void take(Order& out, const poco::AppOrder& o) {
    out.price = cut(o.appprice);
    out.app = o.app;
    out.dataset = o.datasetrestrict;
    out.workerpool = o.workerpoolrestrict;
    out.requester = o.requesterrestrict;
}
void take(Order& out, const poco::DatasetOrder& o) {
    out.price = cut(o.datasetprice);
    out.app = o.apprestrict;
    out.dataset = o.dataset;
    out.workerpool = o.workerpoolrestrict;
    out.requester = o.requesterrestrict;
}
void take(Order& out, const poco::WorkerpoolOrder& o) {
    out.price = cut(o.workerpoolprice);
    out.category = cut(o.category);
    out.trust = cut(o.trust);
    out.app = o.apprestrict;
    out.dataset = o.datasetrestrict;
    out.workerpool = o.workerpool;
    out.requester = o.requesterrestrict;
}
void take(Order& out, const poco::RequestOrder& o) {
    out.price = cut(o.workerpoolmaxprice);
    out.app_max = cut(o.appmaxprice);
    out.dataset_max = cut(o.datasetmaxprice);
    out.category = cut(o.category);
    out.trust = cut(o.trust);
    out.app = o.app;
    out.dataset = o.dataset;
    out.workerpool = o.workerpool;
    out.requester = o.requester;
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
            out.tag = o.tag;
            out.volume = cut(o.volume);
            take(out, o);
        },
        order);
    return out;
}

std::uint64_t needed_per_task(const Order& order) noexcept {
    if (order.kind == poco::OrderKind::kWorkerpool) return stake_per_task(order.price);
    if (order.kind != poco::OrderKind::kRequest) return 0;
    return order.price + order.app_max + order.dataset_max;
}

poco::AppOrder as_app_order(const Order& o) {
    poco::AppOrder out;
    out.app = o.app;
    out.appprice = o.price;
    out.volume = o.volume;
    out.tag = o.tag;
    out.datasetrestrict = o.dataset;
    out.workerpoolrestrict = o.workerpool;
    out.requesterrestrict = o.requester;
    return out;
}

poco::DatasetOrder as_dataset_order(const Order& o) {
    poco::DatasetOrder out;
    out.dataset = o.dataset;
    out.datasetprice = o.price;
    out.volume = o.volume;
    out.tag = o.tag;
    out.apprestrict = o.app;
    out.workerpoolrestrict = o.workerpool;
    out.requesterrestrict = o.requester;
    return out;
}

poco::WorkerpoolOrder as_workerpool_order(const Order& o) {
    poco::WorkerpoolOrder out;
    out.workerpool = o.workerpool;
    out.workerpoolprice = o.price;
    out.volume = o.volume;
    out.tag = o.tag;
    out.category = o.category;
    out.trust = o.trust;
    out.apprestrict = o.app;
    out.datasetrestrict = o.dataset;
    out.requesterrestrict = o.requester;
    return out;
}

poco::RequestOrder as_request_order(const Order& o) {
    poco::RequestOrder out;
    out.app = o.app;
    out.appmaxprice = o.app_max;
    out.dataset = o.dataset;
    out.datasetmaxprice = o.dataset_max;
    out.workerpool = o.workerpool;
    out.workerpoolmaxprice = o.price;
    out.requester = o.requester;
    out.volume = o.volume;
    out.tag = o.tag;
    out.category = o.category;
    out.trust = o.trust;
    return out;
}

}  // namespace bourse::broker
