// Orders: lists, publication, withdrawal, checks, matches, explanations.
#include <bourse/broker/check.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/explain.hpp>
#include <bourse/market/v1/helper.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/poco/order_json.hpp>

#include <algorithm>

namespace bourse::market {

namespace {

using orderbook::PartyFilter;
using poco::OrderKind;

/// Four orders of a request's body; one may be the hash of a published order.
struct FourOrders {
    poco::AppOrder app;
    poco::DatasetOrder dataset;
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;

    poco::OrderSet set() const { return {app, dataset, workerpool, request}; }
};

template <class Order>
Result<Order> order_in(const Json& body, const char* name, const orderbook::OrderBook& book, bool optional) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) {
        if (optional) return Order{};
        return fail("BODY_INVALID", std::string(name) + " is missing");
    }
    if (found->is_string()) {
        const auto hash = hash_from_hex(found->get<std::string>());
        const auto record = hash ? book.find(poco::OrderTraits<Order>::kKind, *hash) : std::nullopt;
        if (!record) return fail("ORDER_NOT_FOUND", std::string(name) + ": no order with this hash is published here");
        return std::get<Order>(record->order);
    }
    return poco::order_from_json<Order>(*found);
}

Result<FourOrders> four_orders(const Json& body, const orderbook::OrderBook& book) {
    FourOrders out;
    BOURSE_TRY(out.app, order_in<poco::AppOrder>(body, "apporder", book, false));
    BOURSE_TRY(out.dataset, order_in<poco::DatasetOrder>(body, "datasetorder", book, true));
    BOURSE_TRY(out.workerpool, order_in<poco::WorkerpoolOrder>(body, "workerpoolorder", book, false));
    BOURSE_TRY(out.request, order_in<poco::RequestOrder>(body, "requestorder", book, false));
    return out;
}

Result<PartyFilter> restriction_of(const Call& call, std::string_view name) {
    BOURSE_TRY(const auto address, call.address(name));
    if (address) return PartyFilter{PartyFilter::Mode::kAllows, *address};
    return PartyFilter{PartyFilter::Mode::kAny, {}};
}

Result<PartyFilter> resource_of(const Call& call, std::string_view name) {
    BOURSE_TRY(const auto address, call.address(name));
    if (address) return PartyFilter{PartyFilter::Mode::kExactly, *address};
    return PartyFilter{PartyFilter::Mode::kAny, {}};
}

/// Absent: open; nothing: any.
Result<std::optional<orderbook::OrderStatus>> state_of(const Call& call) {
    const auto text = call.text("state").value_or("open");
    if (text == "any") return std::optional<orderbook::OrderStatus>();
    const auto status = orderbook::order_status_from(text);
    if (!status) return bad_parameter("state", "must be open, filled, canceled, dead or any");
    return status;
}

Result<orderbook::OrderFilter> order_filter(OrderKind kind, const Call& call) {
    orderbook::OrderFilter f;
    const bool request = kind == OrderKind::kRequest;
    const auto party = [&](OrderKind own, std::string_view name) {
        return kind == own || (request && own != OrderKind::kWorkerpool) ? resource_of(call, name)
                                                                         : restriction_of(call, name);
    };
    BOURSE_TRY(f.app, party(OrderKind::kApp, "app"));
    BOURSE_TRY(f.dataset, party(OrderKind::kDataset, "dataset"));
    BOURSE_TRY(f.workerpool, party(OrderKind::kWorkerpool, "workerpool"));
    BOURSE_TRY(f.requester, party(OrderKind::kRequest, "requester"));
    BOURSE_TRY(f.owner, call.address("owner"));
    BOURSE_TRY(f.beneficiary, call.address("beneficiary"));
    const auto number = [&](const char* name, std::optional<std::uint64_t>& into) -> Status<> {
        BOURSE_TRY(const auto value, call.count(name));
        if (value) into = static_cast<std::uint64_t>(*value);
        return {};
    };
    BOURSE_CHECK(number("category", f.category));
    BOURSE_CHECK(number("minVolume", f.min_volume));
    BOURSE_CHECK(number("minTrust", f.min_trust));
    BOURSE_CHECK(number("maxTrust", f.max_trust));
    BOURSE_TRY(f.min_tag, call.hash("minTag"));
    BOURSE_TRY(f.max_tag, call.hash("maxTag"));
    BOURSE_TRY(f.status, state_of(call));
    BOURSE_TRY(const auto signer, call.address("signer"));
    if (signer) {
        f.owner = signer;  // who owns a resource signs its orders
        f.newest_first = true;
    }
    f.offset = static_cast<std::uint64_t>(call.paging.after.value_or(0));
    f.limit = static_cast<std::uint64_t>(call.paging.limit);
    return f;
}

/// What the chain says of one of the four orders.
template <class Order>
Result<broker::MatchFacts::Signed> signed_facts(orderbook::MarketChain& chain, const client::HubFacts& hub,
                                                const Order& order, const Address& registry) {
    broker::MatchFacts::Signed out;
    Address signer = poco::subject(order);
    if constexpr (!std::is_same_v<Order, poco::RequestOrder>) {
        BOURSE_TRY(const bool registered, chain.is_registered(registry, poco::subject(order)));
        out.registered = registered;
        out.has_owner = registered;
        if (registered) {
            BOURSE_TRY(signer, chain.resource_owner(poco::subject(order)));
            out.owner = signer;
        }
    } else {
        out.registered = out.has_owner = true;
        out.owner = signer;
    }
    const auto hash = poco::order_hash(hub.domain_separator, order);
    const poco::OrderHash ids[] = {hash};
    BOURSE_TRY(const auto consumed, chain.consumed(ids));
    out.consumed = consumed.at(0);
    // A draft has no signature yet: whether it will be right is not known, and not held against it.
    if (order.sign.empty()) return out;
    BOURSE_TRY(bool valid, chain.verify_signature(signer, hash.hash, order.sign));
    if (!valid) {
        BOURSE_TRY(const auto presigner, chain.presigner(hash));
        valid = !presigner.is_zero() && presigner == signer;
    }
    out.signature = valid;
    return out;
}

using Allowed = std::function<std::optional<bool>(const Address&, const Address&)>;

Result<broker::MatchFacts> match_facts(orderbook::MarketChain& chain, const FourOrders& orders,
                                       const Allowed& allowed) {
    broker::MatchFacts facts;
    BOURSE_TRY(const auto hub, chain.facts());
    BOURSE_TRY(const auto categories, chain.count_category());
    facts.categories = Uint256(categories);
    BOURSE_TRY(facts.app, signed_facts(chain, hub, orders.app, hub.app_registry));
    if (!orders.dataset.dataset.is_zero()) {
        BOURSE_TRY(facts.dataset, signed_facts(chain, hub, orders.dataset, hub.dataset_registry));
    }
    BOURSE_TRY(facts.workerpool, signed_facts(chain, hub, orders.workerpool, hub.workerpool_registry));
    BOURSE_TRY(facts.request, signed_facts(chain, hub, orders.request, Address{}));
    const Address payers[] = {orders.request.requester, facts.workerpool.owner.value_or(Address{})};
    BOURSE_TRY(const auto accounts, chain.accounts(payers));
    facts.payer_stake = accounts.at(0).stake;
    if (facts.workerpool.owner) facts.pool_stake = accounts.at(1).stake;
    facts.allowed = allowed;
    return facts;
}

Json check_item(const broker::Reason& reason) {
    Json out = {{"code", reason.code}, {"ok", nullptr}, {"text", reason.text}, {"fix", nullptr}};
    if (reason.answer != broker::Answer::kUnknown) out["ok"] = reason.answer == broker::Answer::kHolds;
    if (reason.fix) out["fix"] = render_reason(reason)["fix"];
    return out;
}

Json cost_of(const FourOrders& orders, const broker::CheckResult& result, const broker::MatchFacts& facts,
             const std::optional<std::int64_t>& median) {
    const auto volume = result.volume.value_or(Uint256());
    const auto each = orders.app.appprice + orders.dataset.datasetprice + orders.workerpool.workerpoolprice;
    const auto total = result.payer_cost.value_or(Uint256());
    const auto free = facts.payer_stake.value_or(Uint256());
    return {{"app", to_decimal(orders.app.appprice)},
            {"dataset", to_decimal(orders.dataset.datasetprice)},
            {"workerpool", to_decimal(orders.workerpool.workerpoolprice)},
            {"perTask", to_decimal(each)},
            {"total", to_decimal(total)},
            {"locked", to_decimal(total)},
            {"poolStake", to_decimal(result.pool_cost.value_or(Uint256()))},
            {"payerFree", to_decimal(free)},
            {"payerAfter", to_decimal(checked_sub(free, total).value_or(Uint256()))},
            {"volume", to_decimal(volume)},
            {"median24h", amount_or_null(median)}};
}

}  // namespace

// ---- lists

std::vector<Json> Api::open_orders_of(const Address& signer) const {
    std::vector<Json> out;
    for (const auto kind : {OrderKind::kApp, OrderKind::kDataset, OrderKind::kWorkerpool, OrderKind::kRequest})
        for (const auto& record : parts_.book.open_of(kind, signer)) out.push_back(render(record));
    return out;
}

Result<ListPage> Api::orders(OrderKind kind, Call& call) const {
    BOURSE_TRY(const auto filter, order_filter(kind, call));
    ListPage page;
    page.as_of = parts_.index.height();
    const auto found = parts_.book.list(kind, filter);
    for (const auto& record : found.orders) call.add(page, [&](FieldWriter& to) { write_row(to, record); });
    page.total = static_cast<std::int64_t>(found.count);
    const auto end = filter.offset + found.orders.size();
    if (end < found.count && !found.orders.empty()) page.next = std::to_string(end);
    return page;
}

Result<Json> Api::order(OrderKind kind, Call& call) const {
    BOURSE_TRY(const auto hash, call.segment_hash("hash"));
    const auto record = parts_.book.find(kind, hash);
    if (!record)
        return fail("NOT_FOUND", "No " + std::string(poco::to_text(kind)) + " order " + to_hex(hash) +
                                     " is published at this market.");
    auto out = render(*record);
    explorer::DealFilter used;
    used.order = hash;
    explorer::Paging few;
    few.limit = 100;
    out["place"] = place_of(*record);
    out["deals"] = Json::array();
    for (const auto& deal : parts_.index.deals(used, few, call.now_s()).rows)
        out["deals"].push_back(render(deal, call.now_s()));
    return out;
}

// ---- publishing

Result<Json> Api::publish(OrderKind kind, Call& call) {
    BOURSE_TRY(const auto body, body_object(call.request()));
    const auto member = body.find("order");
    if (member == body.end()) return fail("BODY_INVALID", "order is missing");
    BOURSE_TRY(const auto order, poco::order_from_json(kind, *member));
    BOURSE_TRY(const auto hub, parts_.chain.facts());
    const auto hash = std::visit([&](const auto& o) { return poco::digest(hub.domain_separator, o); }, order);
    if (const auto known = parts_.book.find(kind, hash); known && known->status == orderbook::OrderStatus::kOpen)
        return Json{{"order", render(*known)}};
    // The order's own signature is the authorisation: it must be that of the resource's owner, or of the requester.
    BOURSE_TRY(const auto owner, parts_.publication.owner_of(kind, order));
    BOURSE_CHECK(check_writes(call.request(), owner));
    BOURSE_TRY(const auto published, parts_.publication.publish(kind, *member, owner));
    count_write(call.request(), owner);
    if (on_order_change) on_order_change();
    return Json{{"order", render(published)}};
}

Result<Json> Api::withdraw(OrderKind kind, Call& call) {
    BOURSE_TRY(const auto session, sessions_.of(call.request()));
    orderbook::Withdrawal what;
    BOURSE_TRY(what.hash, call.segment_hash("hash"));
    BOURSE_CHECK(check_writes(call.request(), session.address));
    count_write(call.request(), session.address);
    BOURSE_TRY(const auto removed, parts_.publication.withdraw(kind, what, session.address));
    auto hashes = Json::array();
    for (const auto& hash : removed) hashes.push_back(to_hex(hash));
    if (on_order_change) on_order_change();
    return Json{{"hashes", std::move(hashes)}};
}

// ---- checks and matches

Allowed Api::allowed() const {
    if (desk == nullptr) return nullptr;
    return [this](const Address& restriction, const Address& account) { return desk->allowed(restriction, account); };
}

Result<Json> Api::check(Call& call) const {
    BOURSE_TRY(const auto body, body_object(call.request()));
    BOURSE_TRY(const auto orders, four_orders(body, parts_.book));
    BOURSE_TRY(const auto facts, match_facts(parts_.chain, orders, allowed()));
    const auto result = broker::check(orders.set(), facts);
    Json out = {{"ready", result.first_failure() == nullptr},
                {"volume", result.volume.value_or(Uint256()).saturated_u64()},
                {"checks", Json::array()},
                {"reasons", Json::array()},
                {"deal", nullptr}};
    for (const auto& reason : result.reasons) {
        out["checks"].push_back(check_item(reason));
        if (reason.answer == broker::Answer::kFails) out["reasons"].push_back(render_reason(reason));
    }
    const explorer::Commodity commodity{static_cast<std::int64_t>(orders.request.category.low_u64() & 0xFFFFU),
                                        explorer::TagClass::kAny, 0};
    out["cost"] = cost_of(orders, result, facts, parts_.index.ticker(commodity, call.now_s()).median);
    BOURSE_TRY(const auto hub, parts_.chain.facts());
    if (facts.request.consumed)
        out["deal"] =
            to_hex(poco::deal_id(poco::order_hash(hub.domain_separator, orders.request), *facts.request.consumed));
    return out;
}

Result<Json> Api::match(Call& call) {
    if (!helper_)
        return fail("HELPER_MISSING",
                    "This market submits no matches. Send matchOrders from your own wallet by /v1/tx.");
    BOURSE_TRY(const auto body, body_object(call.request()));
    BOURSE_TRY(const auto orders, four_orders(body, parts_.book));
    BOURSE_TRY(const auto hub, parts_.chain.facts());
    const auto hash = poco::digest(hub.domain_separator, orders.request);
    BOURSE_CHECK(check_writes(call.request(), orders.request.requester));
    auto matched = helper_->match(orders.set(), hash);
    if (!matched) {
        const auto code = broker::code_of_revert(matched.error().message);
        if (!code) return fail(matched.error());
        BOURSE_TRY(const auto facts, match_facts(parts_.chain, orders, allowed()));
        const auto* reason = broker::check(orders.set(), facts).first_failure();
        return fail("MATCH_REFUSED",
                    (reason != nullptr ? reason->text : matched.error().message) + " (code " + *code + ")");
    }
    count_write(call.request(), orders.request.requester);
    return Json{{"tx", to_hex(matched->tx)},
                {"deal", to_hex(matched->deal)},
                {"volume", matched->volume.saturated_u64()},
                {"block", matched->block},
                {"repeated", matched->repeated}};
}

void Api::bind_orders() {
    constexpr std::pair<OrderKind, const char*> kKinds[] = {{OrderKind::kApp, "app"},
                                                            {OrderKind::kDataset, "dataset"},
                                                            {OrderKind::kWorkerpool, "workerpool"},
                                                            {OrderKind::kRequest, "request"}};
    static const auto route_name = [](const std::string& text) -> std::string_view {
        const auto routes = api_routes();
        const auto found = std::ranges::find(routes, std::string_view(text), &ApiRoute::name);
        return found->name;
    };
    for (const auto& [kind, name] : kKinds) {
        const std::string word(name);
        bind_list(route_name(word + "_orders"), [this, k = kind](Call& c) { return orders(k, c); });
        bind_item(route_name(word + "_order"), [this, k = kind](Call& c) { return order(k, c); });
        bind_item(route_name("publish_" + word + "_order"), [this, k = kind](Call& c) { return publish(k, c); });
        bind_item(route_name("withdraw_" + word + "_order"), [this, k = kind](Call& c) { return withdraw(k, c); });
    }
    bind_item("check", [this](Call& c) { return check(c); });
    bind_item("match", [this](Call& c) { return match(c); });
    bind_item("explain", [this](Call& c) { return explain(c); });
}

}  // namespace bourse::market
