#include <bourse/cli/buy.hpp>

#include <bourse/cli/project.hpp>
#include <bourse/client/selection.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>

namespace bourse::cli {

namespace {

/// Orders that turned out to be dead are dropped, and the choice is made again, this many times.
constexpr int kMostChoices = 8;

template <class Order>
client::PublishedOrder<Order> private_offer(Order order, std::uint64_t volume, const Address& owner) {
    order.volume = volume;
    order.requesterrestrict = owner;
    order.salt = client::random_salt();
    return {std::move(order), {}, volume, "open", "", owner};
}

Result<client::Purchase> read_purchase(Context& context, const BuyArgs& args) {
    client::Purchase out;
    BOURSE_TRY(out.requester, context.wallet_address());
    BOURSE_TRY(out.app, resource_address(context, OrderKind::kApp, args.app));
    if (!args.dataset.empty()) {
        BOURSE_TRY(out.dataset, resource_address(context, OrderKind::kDataset, args.dataset));
    }
    if (!args.workerpool.empty()) {
        BOURSE_TRY(out.workerpool, resource_address(context, OrderKind::kWorkerpool, args.workerpool));
    }
    BOURSE_TRY(out.tag, poco::parse_tag(args.tag));
    out.category = args.category;
    out.trust = args.trust;
    out.volume = args.volume;
    if (!args.budget.empty()) {
        BOURSE_TRY(out.budget_nrlc, parse_rlc(args.budget));
    }
    return out;
}

/// Looks into the chain for what must be right whatever the orders are; tells which resources are the wallet's own.
Status<> check_resources(client::Hub& hub, const client::Purchase& purchase, PreparedPurchase& out) {
    BOURSE_TRY(const auto category, hub.category(purchase.category));
    static_cast<void>(category);
    BOURSE_TRY(const auto app, hub.app(purchase.app));
    if (app.checksum.is_zero())
        return fail(
            "APP_WITHOUT_CHECKSUM",
            fmt::format(
                "The app {} has no checksum on chain, so nobody could tell its image from another: no worker runs it. "
                "Deploy it again with `bourse app deploy`, which fills the checksum in.",
                to_checksum(purchase.app)));
    out.own_app = app.owner == purchase.requester;
    if (!purchase.dataset.is_zero()) {
        BOURSE_TRY(const auto dataset, hub.dataset(purchase.dataset));
        out.own_dataset = dataset.owner == purchase.requester;
    }
    if (!purchase.workerpool.is_zero()) {
        BOURSE_TRY(const auto pool, hub.workerpool(purchase.workerpool));
        out.own_workerpool = pool.owner == purchase.requester;
    }
    return {};
}

client::OrderQuery offers_query(const client::Purchase& purchase) {
    client::OrderQuery query{{"requester", to_checksum(purchase.requester)}};
    if (!purchase.dataset.is_zero()) query["dataset"] = to_checksum(purchase.dataset);
    return query;
}

Status<> load_app_offers(Context& context, const client::Purchase& purchase, const PreparedPurchase& prepared,
                         client::Offers& offers) {
    if (prepared.own_app) {
        poco::AppOrder order;
        order.app = purchase.app;
        if (poco::has_bit(purchase.tag, poco::kTagTee)) order.tag = purchase.tag;
        offers.apps = {private_offer(order, purchase.volume, purchase.requester)};
        return {};
    }
    BOURSE_TRY(const auto market, context.market());
    auto query = offers_query(purchase);
    query["app"] = to_checksum(purchase.app);
    query["workerpool"] = "any";
    BOURSE_TRY(offers.apps, market.app_orders(query));
    return {};
}

Status<> load_dataset_offers(Context& context, const client::Purchase& purchase, const PreparedPurchase& prepared,
                             client::Offers& offers) {
    if (purchase.dataset.is_zero()) return {};
    if (prepared.own_dataset) {
        poco::DatasetOrder order;
        order.dataset = purchase.dataset;
        offers.datasets = {private_offer(order, purchase.volume, purchase.requester)};
        return {};
    }
    BOURSE_TRY(const auto market, context.market());
    auto query = offers_query(purchase);
    query["app"] = to_checksum(purchase.app);
    query["workerpool"] = "any";
    BOURSE_TRY(offers.datasets, market.dataset_orders(query));
    return {};
}

Status<> load_workerpool_offers(Context& context, const client::Purchase& purchase, const PreparedPurchase& prepared,
                                client::Offers& offers) {
    if (prepared.own_workerpool) {
        poco::WorkerpoolOrder order;
        order.workerpool = purchase.workerpool;
        order.category = purchase.category;
        order.trust = purchase.trust;
        order.tag = purchase.tag;
        offers.workerpools = {private_offer(order, purchase.volume, purchase.requester)};
        return {};
    }
    BOURSE_TRY(const auto market, context.market());
    auto query = offers_query(purchase);
    query["app"] = to_checksum(purchase.app);
    query["category"] = std::to_string(purchase.category);
    if (!purchase.workerpool.is_zero()) query["workerpool"] = to_checksum(purchase.workerpool);
    BOURSE_TRY(offers.workerpools, market.workerpool_orders(query));
    return {};
}

template <class Order>
bool drop_order(std::vector<client::PublishedOrder<Order>>& offers, const Order& order) {
    return std::erase_if(offers, [&](const auto& offer) { return offer.order == order; }) > 0;
}

/// Removes the order that cannot carry the purchase according to the chain; false when all can.
bool drop_dead_order(client::Offers& offers, const MatchSet& set, const MatchFacts& facts, const Uint256& volume) {
    const auto is_short = [&](const Uint256& whole, const Uint256& consumed) {
        return consumed > whole || whole - consumed < volume;
    };
    if (is_short(set.app.volume, facts.consumed.app)) return drop_order(offers.apps, set.app);
    if (set.view().has_dataset() && is_short(set.dataset.volume, facts.consumed.dataset))
        return drop_order(offers.datasets, set.dataset);
    const bool pool_is_poor = facts.pool.stake < facts.cost.pool && facts.payer.stake >= facts.cost.payer;
    if (is_short(set.workerpool.volume, facts.consumed.workerpool) || pool_is_poor)
        return drop_order(offers.workerpools, set.workerpool);
    return false;
}

Bill bill_of(const client::Purchase& purchase, const client::Selection& selection) {
    return {selection.app.appprice,
            selection.dataset.datasetprice,
            selection.workerpool.workerpoolprice,
            selection.price_per_task_nrlc,
            selection.total_nrlc,
            selection.workerpool.workerpool,
            purchase.volume,
            purchase.category,
            purchase.trust};
}

Result<poco::RequestOrder> request_of(Context& context, const BuyArgs& args, const client::Purchase& purchase,
                                      const client::Selection& selection, const std::string& params) {
    Address beneficiary = purchase.requester, callback;
    if (!args.beneficiary.empty()) {
        BOURSE_TRY(beneficiary, context.account_address(args.beneficiary));
    }
    if (!args.callback.empty()) {
        BOURSE_TRY(callback, parse_address(args.callback));
    }
    auto request = client::request_for(purchase, selection, beneficiary, callback, params);
    request.salt = client::random_salt();
    return request;
}

}  // namespace

void add_buy_options(CLI::App& app, BuyArgs& args) {
    app.add_option("app", args.app, "App: address, name, or 'deployed' for the last one of deployed.json")->required();
    add_task_options(app, args.task);
    app.add_option("--dataset", args.dataset, "Dataset: address, name, or 'deployed'");
    app.add_option("--workerpool", args.workerpool, "Only this workerpool");
    app.add_option("--category", args.category, "Category: longest run of a task (default 0: 5 minutes)");
    app.add_option("--trust", args.trust,
                   "How sure the answer must be: several workers agree at 3 and above (default 1)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
    app.add_option("--volume", args.volume, "Number of tasks (a bag; default 1)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000}));
    app.add_option("--tag", args.tag, "Wanted capabilities, e.g. gpu");
    app.add_option("--budget", args.budget,
                   "Most that all tasks together may cost, e.g. '200 nRLC' or '1.5 RLC'; a bare number is nRLC");
    app.add_option("--beneficiary", args.beneficiary, "Whom the result is for (default: the wallet)");
    app.add_option("--callback", args.callback, "Contract that gets the result");
}

Result<PreparedPurchase> prepare_purchase(Context& context, const BuyArgs& args) {
    BOURSE_TRY(const auto params, params_text(args.task));
    BOURSE_TRY(const auto purchase, read_purchase(context, args));
    BOURSE_TRY(auto* const hub, context.hub());
    PreparedPurchase out;
    context.progress().stage("Looking for orders");
    BOURSE_CHECK(check_resources(*hub, purchase, out));
    client::Offers offers;
    BOURSE_CHECK(load_app_offers(context, purchase, out, offers));
    BOURSE_CHECK(load_dataset_offers(context, purchase, out, offers));
    BOURSE_CHECK(load_workerpool_offers(context, purchase, out, offers));
    for (int choice = 0;; ++choice) {
        BOURSE_TRY(const auto selection, client::select_orders(purchase, offers));
        out.set.app = selection.app;
        out.set.dataset = selection.dataset;
        out.set.workerpool = selection.workerpool;
        BOURSE_TRY(out.set.request, request_of(context, args, purchase, selection, params));
        out.bill = bill_of(purchase, selection);
        BOURSE_TRY(const auto facts, read_match_facts(*hub, out.set));
        if (choice < kMostChoices && drop_dead_order(offers, out.set, facts, purchase.volume)) continue;
        BOURSE_TRY(const auto refusal, match_refusal(*hub, out.set, facts));
        if (refusal) return fail(*refusal);
        return out;
    }
}

Result<Sealed> seal_purchase(Context& context, PreparedPurchase purchase) {
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(const auto key, context.key());
    if (purchase.own_app) client::sign_order(purchase.set.app, key, facts.domain_separator);
    if (purchase.own_dataset) client::sign_order(purchase.set.dataset, key, facts.domain_separator);
    if (purchase.own_workerpool) client::sign_order(purchase.set.workerpool, key, facts.domain_separator);
    client::sign_order(purchase.set.request, key, facts.domain_separator);
    return match_orders(context, purchase.set);
}

}  // namespace bourse::cli
