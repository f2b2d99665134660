#include <bourse/cli/matching.hpp>

#include <bourse/cli/project.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <array>

namespace bourse::cli {

namespace {

Result<poco::AnyOrder> order_from_file(OrderKind kind, const std::string& path) {
    auto text = sys::read_file(path, 1 << 20);
    if (!text)
        return fail("ORDER_NOT_FOUND",
                    fmt::format("'{}' is neither an order hash (0x and 64 hex digits) nor a readable file.", path));
    auto document = nlohmann::json::parse(*text, nullptr, false);
    if (!document.is_object()) return fail("ORDER_INVALID", fmt::format("{} is no JSON object.", path));
    const std::string key(client::order_key(kind));
    for (const auto& name : {std::string("order"), key})
        if (document.contains(name) && document[name].is_object()) document = nlohmann::json(document[name]);
    auto order = poco::order_from_json(kind, document);
    if (!order) return fail(order.error().code, fmt::format("{}: {}", path, order.error().message));
    return order;
}

bool is_order_hash(const std::string& text) { return text.size() == 66 && text.starts_with("0x") && from_hex(text); }

struct NamedShortage {
    std::string_view name;
    Uint256 volume;
    Uint256 consumed;
};

/// The first order without a task left.
std::optional<NamedShortage> exhausted(const MatchSet& set, const poco::Consumption& consumed) {
    std::vector<NamedShortage> all{{"app", set.app.volume, consumed.app},
                                   {"workerpool", set.workerpool.volume, consumed.workerpool},
                                   {"request", set.request.volume, consumed.request}};
    if (set.view().has_dataset()) all.push_back({"dataset", set.dataset.volume, consumed.dataset});
    for (const auto& entry : all)
        if (entry.consumed >= entry.volume) return entry;
    return std::nullopt;
}

}  // namespace

Result<poco::AnyOrder> find_order(Context& context, OrderKind kind, const std::string& source) {
    const std::string name(poco::to_text(kind));
    if (is_order_hash(source)) {
        BOURSE_TRY(const auto market, context.market());
        context.progress().stage(fmt::format("Asking the market for the {} order", name));
        BOURSE_TRY(const auto wrapper, market.order(kind, *hash_from_hex(source)));
        if (!wrapper.contains("order")) return fail("MARKET_BAD_ANSWER", "The market sent an order without content.");
        return poco::order_from_json(kind, wrapper["order"]);
    }
    if (!source.empty()) return order_from_file(kind, source);
    BOURSE_TRY(const auto orders, open_orders());
    BOURSE_TRY(const auto chain_id, context.chain_id());
    const auto stored = client::signed_order(orders, kind, chain_id);
    if (stored.is_null())
        return fail("ORDER_MISSING", fmt::format("orders.json has no {} order for chain {}. Sign one with `bourse "
                                                 "order sign --{}`, or give --{} HASH or --{} FILE.",
                                                 name, chain_id, name, name, name));
    return poco::order_from_json(kind, stored);
}

Result<MatchFacts> read_match_facts(client::Hub& hub, const MatchSet& set) {
    BOURSE_TRY(const auto facts, hub.facts());
    const auto& separator = facts.domain_separator;
    const std::array hashes{poco::order_hash(separator, set.app), poco::order_hash(separator, set.dataset),
                            poco::order_hash(separator, set.workerpool), poco::order_hash(separator, set.request)};
    MatchFacts out;
    BOURSE_TRY(const auto consumed, hub.consumed(hashes));
    out.consumed = {consumed[0], consumed[1], consumed[2], consumed[3]};
    BOURSE_TRY(out.pool_owner, hub.resource_owner(set.workerpool.workerpool));
    const std::array owners{set.request.requester, out.pool_owner};
    BOURSE_TRY(const auto accounts, hub.accounts(owners));
    out.payer = accounts[0];
    out.pool = accounts[1];
    out.volume = poco::deal_volume(set.view(), out.consumed).value_or(Uint256{});
    const auto cost = poco::match_cost(set.view(), out.volume);
    if (!cost) return fail("AMOUNT_INVALID", "The prices of these orders exceed all money there is.");
    out.cost = *cost;
    return out;
}

Result<std::optional<Error>> match_refusal(client::Hub& hub, const MatchSet& set, const MatchFacts& facts) {
    BOURSE_TRY(const auto categories, hub.count_category());
    // A restriction that is no plain address may be a group contract: only the chain can tell.
    const auto is_group = [&](const Address& restriction) {
        auto code = hub.rpc().has_code(restriction);
        return code && *code;
    };
    if (const auto fault = poco::compatibility_fault(set.view(), categories, is_group))
        return std::optional(
            Error{"ORDERS_INCOMPATIBLE", fmt::format("{}: {}", poco::error_text(*fault), poco::explain(*fault))});
    if (const auto none_left = exhausted(set, facts.consumed))
        return std::optional(
            Error{"ORDER_CONSUMED",
                  fmt::format("Nothing is left of the {} order: {} of {} tasks are consumed (or it was cancelled). "
                              "Choose another order.",
                              none_left->name, to_decimal(none_left->consumed), to_decimal(none_left->volume))});
    if (facts.payer.stake < facts.cost.payer)
        return std::optional(
            Error{"STAKE_TOO_LOW",
                  fmt::format("The deal costs {}, but the requester {} has only {} free at the hub. Deposit the rest: "
                              "bourse account deposit {}",
                              amount_text(facts.cost.payer), to_checksum(set.request.requester),
                              amount_text(facts.payer.stake), to_decimal(facts.cost.payer - facts.payer.stake))});
    if (facts.pool.stake < facts.cost.pool)
        return std::optional(Error{
            "POOL_STAKE_TOO_LOW",
            fmt::format("The workerpool's owner {} must stake {} (30 % of its price) but has only {} free. Choose "
                        "another workerpool order or fewer tasks.",
                        to_checksum(facts.pool_owner), amount_text(facts.cost.pool), amount_text(facts.pool.stake))});
    return std::optional<Error>{};
}

Result<Sealed> match_orders(Context& context, const MatchSet& set) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(auto* const sender, context.sender());
    context.progress().stage("Sealing the deal");
    BOURSE_TRY(const auto receipt,
               sender->send(hub->address(), abi::encode_call(poco::selectors::hub::kMatchOrders, set.app, set.dataset,
                                                             set.workerpool, set.request)));
    for (const auto& log : receipt.logs) {
        if (log.address != hub->address()) continue;
        const auto event = poco::decode_event<poco::events::OrdersMatched>(log.topics, log.data);
        if (!event) continue;
        BOURSE_TRY(const auto deal, hub->deal(event->dealid));
        return Sealed{event->dealid, event->volume, deal.bot_first, receipt.tx_hash};
    }
    return fail("NODE_BAD_ANSWER", fmt::format("The receipt of {} shows no deal.", to_hex(receipt.tx_hash)));
}

std::vector<poco::TaskId> tasks_of(const poco::DealId& deal, const Uint256& first_index, std::uint64_t count) {
    std::vector<poco::TaskId> out;
    out.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) out.push_back(poco::task_id(deal, first_index + Uint256(i)));
    return out;
}

}  // namespace bourse::cli
