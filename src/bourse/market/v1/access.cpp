// Who may use what: orders that are for somebody only, and how an open order stands (web-ui §6.8, W-06).
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/poco/order_members.hpp>

namespace bourse::market {

namespace {

using poco::OrderKind;

constexpr std::size_t kGroupsAsked = 50;
constexpr std::size_t kMembersShown = 50;
constexpr std::size_t kCountersCounted = 100;

/// Open sell orders for one requester, or for one group.
void add_granted(const orderbook::OrderBook& book, const Address& restriction, const Json& through, Json& out) {
    orderbook::OrderFilter filter;
    filter.requester = {orderbook::PartyFilter::Mode::kExactly, restriction};
    filter.limit = 100;
    for (const auto kind : {OrderKind::kApp, OrderKind::kDataset, OrderKind::kWorkerpool})
        for (const auto& order : book.list(kind, filter).orders)
            out.push_back({{"kind", poco::to_text(kind)}, {"order", render(order)}, {"through", through}});
}

}  // namespace

Json Api::granted_to(const Address& who) const {
    auto out = Json::array();
    add_granted(parts_.book, who, nullptr, out);
    // The chain is asked each time: a group may have admitted or expelled somebody since.
    for (const auto& group : parts_.book.requester_groups(kGroupsAsked))
        if (parts_.chain.is_member(group, who).value_or(false))
            add_granted(parts_.book, group, to_checksum(group), out);
    return out;
}

Json Api::restrictions_of(const poco::AnyOrder& order) const {
    auto out = Json::array();
    const auto add = [&](std::string_view field, const Address& address) {
        if (address.is_zero()) return;
        Json row = {{"field", field},
                    {"address", to_checksum(address)},
                    {"kind", "account"},
                    {"name", nullptr},
                    {"members", Json::array()}};
        if (const auto resource = parts_.index.resource(address)) {
            row["kind"] = explorer::to_text(resource->kind);
            row["name"] = resource->name;
        } else if (parts_.chain.is_group(address).value_or(false)) {
            row["kind"] = "group";
            if (desk != nullptr)
                for (const auto& member : desk->members_of(address, kMembersShown))
                    row["members"].push_back(to_checksum(member));
        }
        out.push_back(std::move(row));
    };
    std::visit(
        [&]<class Signed>(const Signed& o) {
            if constexpr (std::is_same_v<Signed, poco::RequestOrder>) {
                add("workerpool", o.workerpool);
            } else {
                if constexpr (!std::is_same_v<Signed, poco::AppOrder>) add("apprestrict", o.apprestrict);
                if constexpr (!std::is_same_v<Signed, poco::DatasetOrder>) add("datasetrestrict", o.datasetrestrict);
                if constexpr (!std::is_same_v<Signed, poco::WorkerpoolOrder>)
                    add("workerpoolrestrict", o.workerpoolrestrict);
                add("requesterrestrict", o.requesterrestrict);
            }
        },
        order);
    return out;
}

Json Api::place_of(const orderbook::OrderRecord& record) const {
    const bool open = record.status == orderbook::OrderStatus::kOpen;
    Json out = {{"ahead", open ? Json(parts_.book.tasks_ahead(record)) : Json(nullptr)},
                {"counters", open && desk != nullptr ? desk->count_counters(record.hash, kCountersCounted) : 0},
                {"funds", nullptr},
                {"restrictions", restrictions_of(record.order)}};
    if (record.kind != OrderKind::kWorkerpool && record.kind != OrderKind::kRequest) return out;
    const Address maker[] = {record.signer};
    const auto accounts = parts_.chain.accounts(maker);
    if (!accounts) return out;
    const auto free = accounts->at(0).stake;
    const auto each = locked_per_task(record);
    out["funds"] = {{"free", to_decimal(free)},
                    {"needed", to_decimal(each * Uint256(record.remaining))},
                    {"tasks", each.is_zero() ? record.remaining : (free / each).saturated_u64()}};
    return out;
}

}  // namespace bourse::market
