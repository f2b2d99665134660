// Prices and figures, and the search.
#include <bourse/codec/text.hpp>
#include <bourse/explorer/index.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace bourse::explorer {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::size_t kStartsMeasured = 50;

/// The middle value, the lower of two; nothing for none.
std::optional<std::int64_t> median_of(std::vector<std::int64_t> values) {
    if (values.empty()) return std::nullopt;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// The least value that is not below `share` of them; nothing for none.
std::optional<std::int64_t> percentile_of(std::vector<std::int64_t> values, double share) {
    if (values.empty()) return std::nullopt;
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(values.size())));
    const auto at = values.begin() + std::max<std::ptrdiff_t>(rank - 1, 0);
    std::ranges::nth_element(values, at);
    return *at;
}

Columns::TradeFilter trade_filter(const Commodity& commodity) {
    Columns::TradeFilter filter;
    filter.category = commodity.category;
    filter.tag = commodity.tag;
    filter.min_trust = commodity.trust;
    return filter;
}

bool is_hex_text(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

/// The least text above all texts with this beginning of hex digits.
std::string above(std::string prefix) {
    prefix.back() = static_cast<char>(prefix.back() + 1);
    return prefix;
}

}  // namespace

void add_trade(std::vector<Candle>& candles, const Columns::Trade& trade, std::int64_t width_s) {
    const auto bucket = trade.time_s / width_s * width_s;
    if (candles.empty() || candles.back().time_s != bucket)
        candles.push_back({bucket, trade.price, trade.price, trade.price, trade.price, 0, 0, 0});
    auto& candle = candles.back();
    candle.high = std::max(candle.high, trade.price);
    candle.low = std::min(candle.low, trade.price);
    candle.close = trade.price;
    candle.volume += trade.volume;
    candle.value += trade.price * trade.volume;
    ++candle.trades;
}

std::vector<Candle> Index::candles(const Commodity& commodity, std::int64_t width_s, std::optional<std::int64_t> from_s,
                                   std::optional<std::int64_t> to_s) const {
    auto filter = trade_filter(commodity);
    if (from_s) filter.from_s = *from_s / width_s * width_s;  // whole buckets
    filter.to_s = to_s;
    std::vector<Candle> out;
    const std::shared_lock lock(mutex_);
    columns_.each_trade(filter, [&](const Columns::Trade& trade) { add_trade(out, trade, width_s); });
    return out;
}

TickerFigures Index::ticker(const Commodity& commodity, std::int64_t now_s) const {
    TickerFigures out;
    std::vector<Columns::Trade> last;
    {
        const std::shared_lock lock(mutex_);
        auto filter = trade_filter(commodity);
        last = columns_.last_trades(filter, kStartsMeasured);
        if (last.empty()) return out;
        out.last = last[0].price;
        if (last.size() > 1) out.previous = last[1].price;
        filter.from_s = now_s - kDay;
        std::vector<std::int64_t> prices;
        columns_.each_trade(filter, [&](const Columns::Trade& trade) {
            prices.push_back(trade.price);
            if (!out.open) out.open = trade.price;
            out.high = std::max(out.high.value_or(trade.price), trade.price);
            out.low = std::min(out.low.value_or(trade.price), trade.price);
            out.tasks += trade.volume;
            out.value += trade.price * trade.volume;
        });
        out.median = median_of(std::move(prices));
    }
    std::vector<std::int64_t> starts, finishes;
    for (const auto& trade : last) {
        // Of the first task that has a contribution, and of the first of a bag to be completed: its other tasks start
        // as workers come free.
        const auto rows = query(
            "SELECT (SELECT MIN(c.time_s) FROM contributions c WHERE c.task=(SELECT t.seq FROM tasks t WHERE t.deal=?1"
            " AND t.contributions>0 ORDER BY t.idx LIMIT 1)),"
            " (SELECT MIN(f.end_s) FROM (SELECT status, end_s FROM tasks WHERE deal=?1 ORDER BY idx LIMIT 100) f"
            " WHERE f.status=3)",
            {trade.seq});
        const auto wait = [&](std::size_t column, std::vector<std::int64_t>& into) {
            if (!db::sql_null(rows[0][column])) into.push_back(db::sql_int(rows[0][column]) - trade.time_s);
        };
        wait(0, starts);
        wait(1, finishes);
    }
    out.start = {median_of(starts), percentile_of(starts, 0.95)};
    out.finish = {median_of(finishes), percentile_of(finishes, 0.95)};
    return out;
}

Page<DealRow> Index::trades(const Commodity& commodity, const DealFilter& filter, const Paging& paging) const {
    auto full = filter;
    full.category = commodity.category;
    full.tag = commodity.tag;
    if (commodity.trust > 0) full.min_trust = commodity.trust;
    return deals(full, paging, 0);
}

std::vector<std::optional<std::int64_t>> Index::hourly_medians(std::int64_t category, std::int64_t now_s) const {
    Columns::TradeFilter filter;
    filter.category = category;
    const auto begin = now_s / 3600 * 3600 - 23 * 3600;
    filter.from_s = begin;
    std::vector<std::vector<std::int64_t>> prices(24);
    {
        const std::shared_lock lock(mutex_);
        columns_.each_trade(filter, [&](const Columns::Trade& trade) {
            prices[static_cast<std::size_t>(std::min<std::int64_t>((trade.time_s - begin) / 3600, 23))].push_back(
                trade.price);
        });
    }
    std::vector<std::optional<std::int64_t>> out;
    for (auto& hour : prices) out.push_back(median_of(std::move(hour)));
    return out;
}

NetworkFigures Index::figures(std::int64_t now_s) const {
    NetworkFigures out;
    for (const auto& row : query("SELECT kind, COUNT(*) FROM resources GROUP BY kind")) {
        const auto count = db::sql_int(row[1]);
        if (db::sql_int(row[0]) == 0) out.apps = count;
        if (db::sql_int(row[0]) == 1) out.datasets = count;
        if (db::sql_int(row[0]) == 2) out.pools = count;
    }
    const auto last = query("SELECT seq FROM accounts ORDER BY seq DESC LIMIT 1");
    out.accounts = last.empty() ? 0 : db::sql_int(last[0][0]);
    const std::shared_lock lock(mutex_);
    out.day = columns_.since(now_s - kDay);
    out.running = columns_.running();
    out.deals = columns_.deal_count();
    out.tasks = columns_.task_count();
    return out;
}

std::vector<Columns::PoolLoad> Index::load_of(const Address& pool, std::int64_t from_s, std::int64_t width_s,
                                              std::size_t count, std::int64_t now_s) const {
    const auto number = number_of(pool);
    const std::shared_lock lock(mutex_);
    return columns_.load_of(number, from_s, width_s, count, now_s);
}

std::int64_t Index::transactions_up_to(std::int64_t block) const {
    const auto rows =
        query("SELECT total FROM block_transactions WHERE block<=?1 ORDER BY block DESC LIMIT 1", {block});
    return rows.empty() ? 0 : db::sql_int(rows[0][0]);
}

std::vector<std::int64_t> Index::blocks_with_transactions(std::int64_t below, std::int64_t limit) const {
    std::vector<std::int64_t> out;
    for (const auto& row :
         query("SELECT block FROM block_transactions WHERE block<?1 ORDER BY block DESC LIMIT ?2", {below, limit}))
        out.push_back(db::sql_int(row[0]));
    return out;
}

// ---- search

void Index::search_prefix(const std::string& text, std::int64_t limit, std::vector<Hit>& hits) const {
    const auto room = [&] { return limit - static_cast<std::int64_t>(hits.size()); };
    const auto find = [&](const char* kind, const char* sql, const char* label) {
        if (room() <= 0) return;
        for (const auto& row : query(sql, {text, above(text), room()}))
            hits.push_back({kind, db::sql_text(row[0]), label});
    };
    if (text.size() <= 42 && room() > 0)
        for (const auto& row :
             query("SELECT a.address, r.kind, r.name, a.contributions FROM accounts a LEFT JOIN resources r"
                   " ON r.account=a.seq WHERE a.address>=?1 AND a.address<?2 ORDER BY a.address LIMIT ?3",
                   {text, above(text), room()})) {
            const auto shown = to_checksum(*address_from_hex(db::sql_text(row[0])));
            const bool resource = !db::sql_null(row[1]);
            const auto kind = resource ? std::string(to_text(static_cast<ResourceKind>(db::sql_int(row[1]))))
                                       : std::string(db::sql_int(row[3]) > 0 ? "worker" : "account");
            hits.push_back({kind, shown, resource ? db::sql_text(row[2]) : kind});
        }
    if (text.size() == 42) return;
    find("deal", "SELECT id FROM deals WHERE id>=?1 AND id<?2 ORDER BY id LIMIT ?3", "deal");
    find("task", "SELECT id FROM tasks WHERE id>=?1 AND id<?2 ORDER BY id LIMIT ?3", "task");
    find("transaction", "SELECT DISTINCT tx FROM deals WHERE tx>=?1 AND tx<?2 ORDER BY tx LIMIT ?3", "sealed a deal");
    find("order", "SELECT hash FROM order_refs WHERE hash>=?1 AND hash<?2 ORDER BY hash LIMIT ?3",
         "order used in a deal");
}

void Index::search_name(const std::string& text, std::int64_t limit, std::vector<Hit>& hits) const {
    const auto key = name_key(clean_text(text));
    if (key.empty()) return;
    const auto rows = query(
        "SELECT kind, account, name FROM resources WHERE name_key>=?1 AND name_key<?2 ORDER BY name_key,"
        " seq LIMIT ?3",
        {key, above(key), limit - static_cast<std::int64_t>(hits.size())});
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows)
        hits.push_back({std::string(to_text(static_cast<ResourceKind>(db::sql_int(row[0])))),
                        to_checksum(address(row[1])), db::sql_text(row[2])});
}

std::vector<Hit> Index::search(const std::string& text, std::int64_t limit) const {
    std::vector<Hit> hits;
    const auto small = lower(text);
    if (small.starts_with("0x") && small.size() >= 8 && small.size() <= 66 &&
        is_hex_text(std::string_view(small).substr(2)))
        search_prefix(small, limit, hits);
    if (static_cast<std::int64_t>(hits.size()) < limit) search_name(text, limit, hits);
    return hits;
}

}  // namespace bourse::explorer
