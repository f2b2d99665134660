#include <bourse/orderbook/matches.hpp>

#include <bourse/base/assert.hpp>

#include <array>

namespace bourse::orderbook {

const std::string kMatchesSchema =
    "CREATE TABLE matches(id TEXT PRIMARY KEY, request TEXT NOT NULL, app TEXT NOT NULL, dataset TEXT NOT NULL,"
    " workerpool TEXT NOT NULL, volume BIGINT NOT NULL, price BIGINT NOT NULL, state TEXT NOT NULL, reason TEXT NOT "
    "NULL,"
    " block_number BIGINT NOT NULL, created_ms BIGINT NOT NULL);"
    "CREATE INDEX matches_state ON matches(state);"
    "CREATE INDEX matches_request ON matches(request);"
    "CREATE TABLE known_groups(address TEXT PRIMARY KEY, is_group BIGINT NOT NULL);" +
    std::string(kUndoSchema);

namespace {

constexpr std::array kStates{MatchState::kSent, MatchState::kMined, MatchState::kDone, MatchState::kRefused,
                             MatchState::kObsolete};

MatchState match_state_from(const std::string& text) {
    for (const auto state : kStates)
        if (text == to_text(state)) return state;
    BOURSE_UNREACHABLE();
}

MatchRecord match_from(const db::SqlRow& row) {
    MatchRecord out;
    out.key = db::sql_text(row[0]);
    out.request = *hash_from_hex(db::sql_text(row[1]));
    out.app = *hash_from_hex(db::sql_text(row[2]));
    const auto dataset = *hash_from_hex(db::sql_text(row[3]));
    if (!dataset.is_zero()) out.dataset = dataset;
    out.workerpool = *hash_from_hex(db::sql_text(row[4]));
    out.volume = static_cast<std::uint64_t>(db::sql_int(row[5]));
    out.price_per_task = static_cast<std::uint64_t>(db::sql_int(row[6]));
    out.state = match_state_from(db::sql_text(row[7]));
    out.reason = db::sql_text(row[8]);
    out.block = static_cast<std::uint64_t>(db::sql_int(row[9]));
    out.created_ms = static_cast<std::uint64_t>(db::sql_int(row[10]));
    return out;
}

constexpr const char* kMatchColumns =
    "SELECT id, request, app, dataset, workerpool, volume, price, state, reason, block_number, created_ms FROM "
    "matches ";

}  // namespace

std::string_view to_text(MatchState state) noexcept {
    switch (state) {
        case MatchState::kSent:
            return "sent";
        case MatchState::kMined:
            return "mined";
        case MatchState::kDone:
            return "done";
        case MatchState::kRefused:
            return "refused";
        case MatchState::kObsolete:
            return "obsolete";
    }
    return "refused";
}

void Matches::put(const MatchRecord& m) {
    db_->execute(
        "INSERT INTO matches(id, request, app, dataset, workerpool, volume, price, state, reason, block_number,"
        " created_ms) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) ON CONFLICT(id) DO UPDATE SET state=excluded.state,"
        " reason=excluded.reason, volume=excluded.volume, price=excluded.price",
        {m.key, to_hex(m.request), to_hex(m.app), to_hex(m.dataset.value_or(Hash())), to_hex(m.workerpool),
         static_cast<std::int64_t>(m.volume), static_cast<std::int64_t>(m.price_per_task),
         std::string(to_text(m.state)), m.reason, static_cast<std::int64_t>(m.block),
         static_cast<std::int64_t>(m.created_ms)});
}

void Matches::set_state(const std::string& key, MatchState state, const std::string& reason, std::uint64_t block) {
    db_->execute("UPDATE matches SET state=?1, reason=?2, block_number=?3 WHERE id=?4",
                 {std::string(to_text(state)), reason, static_cast<std::int64_t>(block), key});
}

std::optional<MatchRecord> Matches::find(const std::string& key) const {
    const auto rows = db_->query(std::string(kMatchColumns) + "WHERE id=?1", {key});
    if (rows.empty()) return std::nullopt;
    return match_from(rows[0]);
}

std::vector<MatchRecord> Matches::open() const {
    std::vector<MatchRecord> out;
    for (const auto& row :
         db_->query(std::string(kMatchColumns) + "WHERE state IN ('sent','mined') ORDER BY created_ms, id"))
        out.push_back(match_from(row));
    return out;
}

Result<MatchOrders> Matches::orders_of(const MatchRecord& match) const {
    const auto missing = [](const Hash& hash) {
        return fail("ORDER_NOT_FOUND", "the order " + to_hex(hash) + " of a match is not in the book any more");
    };
    MatchOrders out;
    const auto read = [&]<class Order>(const Hash& hash, Order& into) {
        const auto record = book_->find(poco::OrderTraits<Order>::kKind, hash);
        if (record) into = std::get<Order>(record->order);
        return record.has_value();
    };
    if (!read(match.app, out.app)) return missing(match.app);
    if (match.dataset && !read(*match.dataset, out.dataset)) return missing(*match.dataset);
    if (!read(match.workerpool, out.workerpool)) return missing(match.workerpool);
    if (!read(match.request, out.request)) return missing(match.request);
    return out;
}

Result<std::vector<bool>> Matches::still_needed(std::span<const client::Intent> intents, MarketChain& chain) const {
    std::vector<bool> out(intents.size(), false);
    std::vector<poco::OrderHash> hashes;
    std::vector<std::pair<std::size_t, MatchOrders>> asked;
    for (std::size_t i = 0; i < intents.size(); ++i) {
        const auto match = find(intents[i].key);
        if (!match) continue;
        auto orders = orders_of(*match);
        if (!orders) continue;  // withdrawn or taken out meanwhile
        asked.emplace_back(i, std::move(*orders));
        for (const auto& hash : {match->app, match->dataset.value_or(Hash()), match->workerpool, match->request})
            hashes.emplace_back(hash);
    }
    if (asked.empty()) return out;
    BOURSE_TRY(const auto consumed, chain.consumed(hashes));
    for (std::size_t n = 0; n < asked.size(); ++n) {
        const poco::Consumption used{consumed.at(4 * n), consumed.at(4 * n + 1), consumed.at(4 * n + 2),
                                     consumed.at(4 * n + 3)};
        out[asked[n].first] = !poco::deal_volume(asked[n].second.set(), used).value_or(Uint256()).is_zero();
    }
    return out;
}

}  // namespace bourse::orderbook
