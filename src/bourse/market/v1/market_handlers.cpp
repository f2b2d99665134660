// Books and prices.
#include <bourse/codec/text.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/explain.hpp>
#include <bourse/market/v1/render.hpp>

#include <algorithm>
#include <map>

namespace bourse::market {

namespace {

/// Filter of a side of a book.
orderbook::OrderFilter side_filter(const explorer::Commodity& commodity, bool asks) {
    orderbook::OrderFilter f;
    f.category = static_cast<std::uint64_t>(commodity.category);
    if (asks && commodity.trust > 0) f.min_trust = static_cast<std::uint64_t>(commodity.trust);
    Bytes32 bits;
    if (commodity.tag == explorer::TagClass::kTee) bits.data[31] = 1;
    if (commodity.tag == explorer::TagClass::kGpu) bits.data[30] = 1;
    if (!bits.is_zero()) f.min_tag = bits;
    if (commodity.tag == explorer::TagClass::kNone) {
        Bytes32 allowed;
        allowed.data.fill(0xFF);
        allowed.data[31] = 0xFE;
        allowed.data[30] = 0xFE;
        f.max_tag = allowed;
    }
    return f;
}

Json ask_row(const orderbook::OrderRecord& record, std::uint64_t funded) {
    const auto& o = std::get<poco::WorkerpoolOrder>(record.order);
    return {{"hash", to_hex(record.hash)},
            {"price", to_decimal(o.workerpoolprice)},
            {"remaining", record.remaining},
            {"volume", o.volume.saturated_u64()},
            {"trust", o.trust.saturated_u64()},
            {"tag", to_hex(o.tag)},
            {"category", o.category.saturated_u64()},
            {"workerpool", to_checksum(o.workerpool)},
            {"requester", address_or_null(o.requesterrestrict)},
            {"app", address_or_null(o.apprestrict)},
            {"dataset", address_or_null(o.datasetrestrict)},
            {"maker", to_checksum(record.signer)},
            {"published", record.published_ms},
            {"funded", funded},
            {"restricted", !(o.requesterrestrict.is_zero() && o.apprestrict.is_zero() && o.datasetrestrict.is_zero())}};
}

Json bid_row(const orderbook::OrderRecord& record, std::uint64_t funded) {
    const auto& o = std::get<poco::RequestOrder>(record.order);
    return {{"hash", to_hex(record.hash)},
            {"price", to_decimal(o.workerpoolmaxprice)},
            {"remaining", record.remaining},
            {"volume", o.volume.saturated_u64()},
            {"trust", o.trust.saturated_u64()},
            {"tag", to_hex(o.tag)},
            {"category", o.category.saturated_u64()},
            {"workerpool", address_or_null(o.workerpool)},
            {"requester", to_checksum(o.requester)},
            {"app", address_or_null(o.app)},
            {"dataset", address_or_null(o.dataset)},
            {"maker", to_checksum(record.signer)},
            {"published", record.published_ms},
            {"funded", funded},
            {"restricted", !o.workerpool.is_zero()}};
}

/// Orders of one price step as one row; asks round up, bids down.
Json as_levels(const Json& rows, std::int64_t group, bool asks) {
    auto out = Json::array();
    for (const auto& row : rows) {
        const auto price = std::stoll(row["price"].get<std::string>());
        const auto level = std::to_string(asks ? (price + group - 1) / group * group : price / group * group);
        if (out.empty() || out.back()["price"] != level)
            out.push_back({{"price", level}, {"remaining", 0}, {"orders", 0}});
        out.back()["remaining"] = out.back()["remaining"].get<std::uint64_t>() + row["remaining"].get<std::uint64_t>();
        out.back()["orders"] = out.back()["orders"].get<std::uint64_t>() + 1;
    }
    return out;
}

Json ms_of_span(const std::optional<std::int64_t>& seconds) { return seconds ? Json(*seconds * 1'000) : Json(nullptr); }

}  // namespace

Result<explorer::Commodity> Api::commodity(Call& call) const {
    explorer::Commodity out;
    BOURSE_TRY(const auto category, call.count("category"));
    BOURSE_TRY(const auto trust, call.count("trust"));
    BOURSE_TRY(out.tag, call.tag(explorer::TagClass::kNone));
    out.category = category.value_or(0);
    out.trust = trust.value_or(0);
    return out;
}

/// What the broker counts with, so that the book shows what it would fill. It begins with nothing for an account that
/// it has not read yet: then, and where no broker runs, what the index says.
Uint256 Api::free_stake_of(const Address& maker) const {
    if (desk != nullptr)
        if (const auto known = desk->funds(maker); known.value_or(0) > 0) return Uint256(*known);
    const auto account = parts_.index.account(maker);
    return account && account->staked > 0 ? Uint256(static_cast<std::uint64_t>(account->staked)) : Uint256();
}

Result<Json> Api::book_content(const explorer::Commodity& commodity, bool levels, std::int64_t group,
                               std::int64_t limit) const {
    std::map<Address, Uint256> stakes;
    std::int64_t hidden = 0;
    const auto side = [&](poco::OrderKind kind, std::uint64_t& total) {
        auto filter = side_filter(commodity, kind == poco::OrderKind::kWorkerpool);
        filter.limit = levels ? 50'000 : static_cast<std::uint64_t>(limit);
        const auto page = parts_.book.list(kind, filter);
        total = page.count;
        auto rows = Json::array();
        for (const auto& record : page.orders) {
            const auto [at, fresh] = stakes.try_emplace(record.signer);
            if (fresh) at->second = free_stake_of(record.signer);
            const auto each = locked_per_task(record);
            const auto funded = each.is_zero() ? Uint256(record.remaining) : at->second / each;
            if (funded.is_zero()) {
                ++hidden;
                --total;
                continue;
            }
            const auto covers = std::min<std::uint64_t>(funded.saturated_u64(), record.remaining);
            rows.push_back(kind == poco::OrderKind::kWorkerpool ? ask_row(record, covers) : bid_row(record, covers));
        }
        return levels ? as_levels(rows, group, kind == poco::OrderKind::kWorkerpool) : rows;
    };
    std::uint64_t asks_total = 0, bids_total = 0;
    Json out;
    out["asks"] = side(poco::OrderKind::kWorkerpool, asks_total);
    out["bids"] = side(poco::OrderKind::kRequest, bids_total);
    out["asksTotal"] = asks_total;
    out["bidsTotal"] = bids_total;
    out["hidden"] = hidden;
    return out;
}

Result<Json> Api::book(Call& call) const {
    BOURSE_TRY(const auto wanted, commodity(call));
    BOURSE_TRY(const auto group, call.count("group"));
    BOURSE_TRY(const auto limit, call.count("limit"));
    const auto view = call.text("view").value_or("orders");
    if (view != "orders" && view != "levels") return bad_parameter("view", "must be orders or levels");
    BOURSE_TRY(auto out, book_content(wanted, view == "levels", std::max<std::int64_t>(group.value_or(1), 1),
                                      std::clamp<std::int64_t>(limit.value_or(50), 1, 50'000)));
    out["commodity"] = render_commodity(wanted);
    out["view"] = view;
    out["group"] = std::max<std::int64_t>(group.value_or(1), 1);
    const auto key = out["commodity"]["key"].get<std::string>();
    out["seq"] = channel_seq ? channel_seq("book:" + key + ":" + view) : 0;
    return out;
}

Json Api::ticker_content(const explorer::Commodity& commodity) const {
    const auto t = parts_.index.ticker(commodity, now_s());
    const auto best = [&](poco::OrderKind kind) -> std::optional<std::int64_t> {
        auto filter = side_filter(commodity, kind == poco::OrderKind::kWorkerpool);
        filter.limit = 1;
        const auto page = parts_.book.list(kind, filter);
        if (page.orders.empty()) return std::nullopt;
        return static_cast<std::int64_t>(orderbook::terms_of(page.orders[0].order).price.saturated_u64());
    };
    const auto ask = best(poco::OrderKind::kWorkerpool);
    const auto bid = best(poco::OrderKind::kRequest);
    Json out = {{"commodity", render_commodity(commodity)},
                {"last", amount_or_null(t.last)},
                {"previous", amount_or_null(t.previous)},
                {"direction", "flat"},
                {"open24h", amount_or_null(t.open)},
                {"change24h", nullptr},
                {"high24h", amount_or_null(t.high)},
                {"low24h", amount_or_null(t.low)},
                {"tasks24h", count_of(t.tasks)},
                {"value24h", amount_text(t.value)},
                {"median24h", amount_or_null(t.median)},
                {"bestAsk", amount_or_null(ask)},
                {"bestBid", amount_or_null(bid)},
                {"spread", nullptr},
                {"spreadShare", nullptr},
                {"medianStartMs", ms_of_span(t.start.median_s)},
                {"startP95Ms", ms_of_span(t.start.p95_s)},
                {"finishMs", ms_of_span(t.finish.median_s)},
                {"finishP95Ms", ms_of_span(t.finish.p95_s)}};
    if (t.last && t.previous && *t.last != *t.previous) out["direction"] = *t.last > *t.previous ? "up" : "down";
    if (t.open && *t.open != 0)
        out["change24h"] = static_cast<double>(*t.last - *t.open) / static_cast<double>(*t.open);
    if (ask && bid) {
        const auto spread = *ask - *bid;  // below zero where crossed orders cannot match
        out["spread"] = amount_text(std::max<std::int64_t>(spread, 0));
        if (*ask + *bid > 0)
            out["spreadShare"] = static_cast<double>(spread) / (static_cast<double>(*ask + *bid) / 2.0);
    }
    return out;
}

Result<ListPage> Api::trades(Call& call) const {
    BOURSE_TRY(const auto wanted, commodity(call));
    explorer::DealFilter f;
    BOURSE_TRY(f.mine, call.address("mine"));
    BOURSE_TRY(f.from_s, call.seconds("from"));
    BOURSE_TRY(f.to_s, call.seconds("to"));
    BOURSE_TRY(const auto category, call.count("category"));
    const auto all = [&] {
        // Without a category: trades of every one.
        auto any = f;
        any.tag = call.text("tag") ? wanted.tag : explorer::TagClass::kAny;
        if (wanted.trust > 0) any.min_trust = wanted.trust;
        return parts_.index.deals(any, call.paging, call.now_s());
    };
    const auto page = category ? parts_.index.trades(wanted, f, call.paging) : all();
    ListPage out;
    for (const auto& deal : page.rows) call.add(out, [&](FieldWriter& to) { write_trade(to, deal); });
    out.total = page.total;
    if (page.next) out.next = std::to_string(*page.next);
    out.as_of = page.as_of;
    return out;
}

Result<Json> Api::candles(Call& call) const {
    BOURSE_TRY(const auto wanted, commodity(call));
    BOURSE_TRY(const auto from, call.seconds("from"));
    BOURSE_TRY(const auto to, call.seconds("to"));
    BOURSE_TRY(const auto points, call.count("points"));
    const auto res = call.text("res").value_or("1h");
    const auto width = candle_width_s(res);
    if (!width) return bad_parameter("res", "must be 1m, 5m, 1h or 1d");
    const auto candles = parts_.index.candles(wanted, *width, from, to);
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(points.value_or(1'000), 1, 10'000));
    Json out = {{"commodity", render_commodity(wanted)},
                {"res", res},
                {"candles", Json::array()},
                {"truncated", candles.size() > most}};
    for (auto i = candles.size() - std::min(candles.size(), most); i < candles.size(); ++i)
        out["candles"].push_back(render(candles[i]));
    return out;
}

Result<Json> Api::quote(Call& call) const {
    if (desk == nullptr) return fail("NOT_FOUND", "This market matches no orders itself; ask /v1/workerpoolorders.");
    BOURSE_TRY(const auto wanted, commodity(call));
    broker::Ask ask;
    ask.category = static_cast<std::uint64_t>(wanted.category);
    ask.trust = static_cast<std::uint64_t>(std::max<std::int64_t>(wanted.trust, 1));
    if (wanted.tag == explorer::TagClass::kTee) ask.tag.data[31] = 1;
    if (wanted.tag == explorer::TagClass::kGpu) ask.tag.data[30] = 1;
    const auto party = [&](const char* name, Address& into) -> Status<> {
        BOURSE_TRY(const auto address, call.address(name));
        if (address) into = *address;
        return {};
    };
    BOURSE_CHECK(party("app", ask.app));
    BOURSE_CHECK(party("dataset", ask.dataset));
    BOURSE_CHECK(party("workerpool", ask.workerpool));
    BOURSE_CHECK(party("requester", ask.requester));
    if (ask.app.is_zero()) return bad_parameter("app", "is needed: the app to run");
    BOURSE_TRY(const auto volume, call.count("volume"));
    BOURSE_TRY(const auto most, call.count("maxTotal"));
    ask.volume = static_cast<std::uint64_t>(std::max<std::int64_t>(volume.value_or(1), 1));
    ask.funded = false;
    Json out = {{"legs", Json::array()}, {"volume", 0},     {"total", "0"},
                {"worst", nullptr},      {"best", nullptr}, {"reasons", Json::array()}};
    Uint256 total;
    std::uint64_t filled = 0;
    for (const auto& pick : desk->fill(ask)) {
        if (most && pick.price_per_task > static_cast<std::uint64_t>(*most)) {
            out["reasons"].push_back(
                plain_reason("PRICE_ABOVE_MAXIMUM", "request",
                             "The next best costs " + std::to_string(pick.price_per_task) + " nRLC a task.",
                             std::to_string(*most), std::to_string(pick.price_per_task), "raise the maximum"));
            break;
        }
        out["legs"].push_back({{"workerpoolorder", to_hex(pick.workerpool.hash)},
                               {"apporder", to_hex(pick.app.hash)},
                               {"datasetorder", pick.dataset ? Json(to_hex(pick.dataset->hash)) : Json(nullptr)},
                               {"volume", pick.volume},
                               {"price", std::to_string(pick.price_per_task)}});
        if (filled == 0) out["best"] = std::to_string(pick.price_per_task);
        out["worst"] = std::to_string(pick.price_per_task);
        filled += pick.volume;
        total = total + Uint256(pick.price_per_task) * Uint256(pick.volume);
    }
    out["volume"] = filled;
    out["total"] = to_decimal(total);
    if (filled < ask.volume && out["reasons"].empty())
        out["reasons"].push_back(plain_reason("NOT_ENOUGH", "workerpools",
                                              "The open orders that fit hold " + std::to_string(filled) + " tasks.",
                                              std::to_string(filled), std::to_string(ask.volume)));
    return out;
}

void Api::bind_market() {
    bind_item("book", [this](Call& c) { return book(c); });
    bind_item("ticker", [this](Call& c) -> Result<Json> {
        BOURSE_TRY(const auto wanted, commodity(c));
        return ticker_content(wanted);
    });
    bind_list("trades", [this](Call& c) { return trades(c); });
    bind_item("candles", [this](Call& c) { return candles(c); });
    bind_item("quote", [this](Call& c) { return quote(c); });
}

}  // namespace bourse::market
