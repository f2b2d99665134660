// The handlers of the market's endpoints.
#include <bourse/codec/text.hpp>
#include <bourse/market/answers.hpp>
#include <bourse/market/sdk_shapes.hpp>
#include <bourse/market/service.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>

namespace bourse::market {

namespace {

constexpr std::int64_t kOhlcRows = 100;

std::optional<Hash> hash_member(const nlohmann::json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || !found->is_string()) return std::nullopt;
    return hash_from_hex(found->get<std::string>());
}

Result<orderbook::Withdrawal> parse_withdrawal(poco::OrderKind kind, const nlohmann::json& body) {
    orderbook::Withdrawal what;
    const auto target = body.value("target", nlohmann::json("unpublish_orderHash"));
    if (target == "unpublish_orderHash") {
        const auto hash = hash_member(body, "orderHash");
        if (!hash) return fail("BODY_INVALID", "orderHash must be 32 bytes of 0x hex");
        what.hash = *hash;
        return what;
    }
    if (target != "unpublish_last" && target != "unpublish_all")
        return fail("BODY_INVALID", "target must be unpublish_orderHash, unpublish_last or unpublish_all");
    what.target =
        target == "unpublish_last" ? orderbook::Withdrawal::Target::kLast : orderbook::Withdrawal::Target::kAll;
    const std::string name(kind == poco::OrderKind::kRequest ? "requester" : poco::to_text(kind));
    const auto member = body.find(name);
    const auto address =
        member != body.end() && member->is_string() ? address_from_hex(member->get<std::string>()) : std::nullopt;
    if (!address) return fail("BODY_INVALID", name + " must be an ethereum address");
    what.resource = *address;
    return what;
}

}  // namespace

Result<std::uint64_t> MarketService::chain_of(const net::Request& request) {
    BOURSE_TRY(const auto ours, chains_.views.chain_id());
    BOURSE_TRY(const auto asked, orderbook::parse_number(request, "chainId"));
    if (asked && *asked != ours)
        return fail("QUERY_INVALID", "chainId " + std::to_string(*asked) +
                                         " is not served here: this market is on chain " + std::to_string(ours));
    return ours;
}

net::Response MarketService::list_orders(poco::OrderKind kind, const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto filter = orderbook::parse_order_filter(kind, request);
    if (!filter) return refused_answer(filter.error());
    const auto page = book_.list(kind, *filter);
    nlohmann::json body = {{"orders", nlohmann::json::array()}};
    for (const auto& record : page.orders) body["orders"].push_back(orderbook::wrapper_json(record, *chain));
    add_paging(body, page.count, filter->offset, filter->limit);
    return ok_answer(std::move(body));
}

net::Response MarketService::show_order(poco::OrderKind kind, const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto hash = hash_from_hex(request.params.at("hash"));
    if (!hash) return refused_answer({"QUERY_INVALID", "an order hash is 32 bytes of 0x hex"});
    const auto record = book_.find(kind, *hash);
    if (!record) return refused_answer({"NOT_FOUND", "no " + std::string(poco::to_text(kind)) + "order has this hash"});
    return ok_answer(orderbook::wrapper_json(*record, *chain));
}

net::Response MarketService::publish_order(poco::OrderKind kind, const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto body = json_body(request);
    if (!body) return refused_answer(body.error());
    const auto authorised = challenges_.redeem(request.header("authorization"), *chain);
    if (!authorised) return refused_answer(authorised.error());
    const auto order = body->find("order");
    if (order == body->end()) return refused_answer({"BODY_INVALID", "order is a required field"});
    const auto published = publication_.publish(kind, *order, *authorised);
    if (!published) return refused_answer(published.error());
    sys::log_info("order published", {{"kind", std::string(poco::to_text(kind))}, {"hash", to_hex(published->hash)}});
    report_metrics();
    return ok_answer({{"published", orderbook::wrapper_json(*published, *chain)}});
}

net::Response MarketService::withdraw_orders(poco::OrderKind kind, const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto body = json_body(request);
    if (!body) return refused_answer(body.error());
    const auto authorised = challenges_.redeem(request.header("authorization"), *chain);
    if (!authorised) return refused_answer(authorised.error());
    const auto what = parse_withdrawal(kind, *body);
    if (!what) return refused_answer(what.error());
    const auto removed = publication_.withdraw(kind, *what, *authorised);
    if (!removed) return refused_answer(removed.error());
    auto hashes = nlohmann::json::array();
    for (const auto& hash : *removed) hashes.push_back(to_hex(hash));
    report_metrics();
    return ok_answer({{"unpublished", hashes}});
}

net::Response MarketService::list_deals(const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto paging = orderbook::parse_paging(request);
    if (!paging) return refused_answer(paging.error());
    const auto filter = sdk_deal_filter(request);
    if (!filter) return refused_answer(filter.error());
    explorer::Paging rows;
    rows.limit = static_cast<std::int64_t>(paging->limit);
    rows.offset = static_cast<std::int64_t>(paging->offset);
    const auto page = index_->deals(*filter, rows, api_->now_s());
    nlohmann::json body = {{"deals", nlohmann::json::array()}};
    for (const auto& deal : page.rows) body["deals"].push_back(sdk_deal(deal, *chain));
    add_paging(body, static_cast<std::uint64_t>(page.total), paging->offset, paging->limit);
    return ok_answer(std::move(body));
}

net::Response MarketService::show_deal(const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto id = hash_from_hex(request.params.at("dealid"));
    if (!id) return refused_answer({"QUERY_INVALID", "a deal id is 32 bytes of 0x hex"});
    const auto deal = index_->deal(*id);
    if (!deal) return refused_answer({"NOT_FOUND", "no deal has this id"});
    return ok_answer(sdk_deal(*deal, *chain));
}

net::Response MarketService::list_categories(const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto paging = orderbook::parse_paging(request);
    if (!paging) return refused_answer(paging.error());
    const auto low = orderbook::parse_number(request, "minWorkClockTimeRef");
    const auto high = orderbook::parse_number(request, "maxWorkClockTimeRef");
    if (!low || !high) return refused_answer(low ? high.error() : low.error());
    auto rows = index_->categories();
    std::erase_if(rows, [&](const explorer::CategoryRow& row) {
        const auto time = static_cast<std::uint64_t>(row.time_s);
        return time < low->value_or(0) || time > high->value_or(orderbook::kMaxSafeInteger);
    });
    std::ranges::stable_sort(rows, {}, &explorer::CategoryRow::time_s);
    nlohmann::json body = {{"categories", nlohmann::json::array()}};
    for (auto i = paging->offset; i < rows.size() && i < paging->offset + paging->limit; ++i)
        body["categories"].push_back(sdk_category(rows[i]));
    add_paging(body, rows.size(), paging->offset, paging->limit);
    return ok_answer(std::move(body));
}

net::Response MarketService::show_category(const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto id = uint256_from_decimal(request.params.at("catid"));
    if (!id || *id > Uint256(orderbook::kMaxSafeInteger))
        return refused_answer({"QUERY_INVALID", "a category is a number"});
    const auto rows = index_->categories();
    const auto found = std::ranges::find(rows, static_cast<std::int64_t>(id->low_u64()), &explorer::CategoryRow::id);
    if (found == rows.end()) return refused_answer({"NOT_FOUND", "no category has this number"});
    auto body = sdk_category(*found);
    body["chainId"] = *chain;
    return ok_answer(std::move(body));
}

net::Response MarketService::show_trades(const net::Request& request) {
    const auto category = orderbook::parse_number(request, "category");
    if (!category) return refused_answer(category.error());
    if (!*category) return refused_answer({"QUERY_INVALID", "category is a required field"});
    explorer::DealFilter filter;
    filter.category = static_cast<std::int64_t>(**category);
    explorer::Paging last;
    last.limit = kOhlcRows;
    last.count = false;
    auto rows = nlohmann::json::array();
    for (const auto& deal : index_->deals(filter, last, api_->now_s()).rows) rows.push_back(sdk_trade(deal));
    return ok_answer({{"ohlc", std::move(rows)}});
}

net::Response MarketService::challenge(const net::Request& request) {
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto address = address_from_hex(request.query_value("address").value_or(""));
    if (!address) return refused_answer({"QUERY_INVALID", "address must be an ethereum address"});
    return ok_answer({{"data", challenges_.create(*chain, *address)}});
}

net::Response MarketService::show_metrics(const net::Request& request) {
    if (!request.query_value("chainId")) {
        report_metrics();
        api_->publish_metrics(feed_->clients());
        auto response = net::Response::text(200, sys::Metrics::global().text());
        response.headers["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8";
        return response;
    }
    const auto chain = chain_of(request);
    if (!chain) return refused_answer(chain.error());
    const auto cursor = reaction_.cursor();
    const auto block = cursor ? cursor->number : 0;
    nlohmann::json body = {{"lastBlock", std::max(last_block_.load(), block)}, {"checkpointBlock", block}};
    for (const auto kind :
         {poco::OrderKind::kApp, poco::OrderKind::kDataset, poco::OrderKind::kWorkerpool, poco::OrderKind::kRequest})
        body[std::string(poco::to_text(kind)) + "orders"] = book_.count_open(kind);
    return ok_answer(std::move(body));
}

net::Response MarketService::use_faucet(const net::Request& request) {
    if (!faucet_) return refused_answer({"NOT_FOUND", "this market has no faucet: it runs on development chains only"});
    const auto body = json_body(request);
    if (!body) return refused_answer(body.error());
    const auto member = body->find("address");
    const auto address = parse_address(member != body->end() && member->is_string() ? member->get<std::string>() : "");
    if (!address)
        return refused_answer({"ADDRESS_INVALID", "address must be an ethereum address: " + address.error().message});
    const auto grant = faucet_->request(*address);
    if (!grant) {
        auto response = refused_answer(grant.error());
        const auto next_ms = faucet_->next_ms(*address);
        if (response.status != 429 || next_ms == 0) return response;
        auto fields = nlohmann::json::parse(response.body);
        fields["next"] = sys::iso8601_ms(next_ms);
        response.body = fields.dump();
        response.headers["Retry-After"] = std::to_string((next_ms - std::min(next_ms, sys::unix_time_ms())) / 1000 + 1);
        return response;
    }
    sys::log_info("faucet request", {{"address", to_checksum(*address)}});
    return ok_answer({{"message", grant->message},
                      {"amount", std::to_string(grant->amount_nrlc)},
                      {"queue", {{"position", grant->position}, {"length", grant->length}}}});
}

}  // namespace bourse::market
