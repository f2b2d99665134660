#include <bourse/orderbook/ledger.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

namespace bourse::orderbook {

const char* const kLedgerSchema =
    "CREATE TABLE deals(dealid TEXT PRIMARY KEY, body TEXT NOT NULL, block_number BIGINT NOT NULL, time_s BIGINT NOT "
    "NULL,"
    " price TEXT NOT NULL, volume TEXT NOT NULL, category TEXT NOT NULL, requester TEXT NOT NULL, beneficiary TEXT NOT "
    "NULL,"
    " app TEXT NOT NULL, dataset TEXT NOT NULL, workerpool TEXT NOT NULL, appOwner TEXT NOT NULL, datasetOwner TEXT "
    "NOT NULL,"
    " workerpoolOwner TEXT NOT NULL, apporderHash TEXT NOT NULL, datasetorderHash TEXT NOT NULL,"
    " workerpoolorderHash TEXT NOT NULL, requestorderHash TEXT NOT NULL);"
    "CREATE INDEX deals_block ON deals(block_number);"
    "CREATE INDEX deals_requester ON deals(requester, block_number);"
    "CREATE INDEX deals_workerpool ON deals(workerpool, block_number);"
    "CREATE INDEX deals_app ON deals(app, block_number);"
    "CREATE TABLE categories(catid BIGINT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, ref_s BIGINT NOT "
    "NULL,"
    " tx_hash TEXT NOT NULL, block_number BIGINT NOT NULL, time_s BIGINT NOT NULL)";

namespace {

constexpr std::array<const char*, 13> kDealColumns{
    "category",        "requester",    "beneficiary",     "app",          "dataset",          "workerpool",
    "appOwner",        "datasetOwner", "workerpoolOwner", "apporderHash", "datasetorderHash", "workerpoolorderHash",
    "requestorderHash"};

std::int64_t clamp_sql(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

/// A number where JSON keeps it exactly, else its decimal text.
nlohmann::json amount_json(const Uint256& value) {
    if (value <= Uint256((1ULL << 53) - 1)) return value.low_u64();
    return to_decimal(value);
}

nlohmann::json resource_json(const poco::Resource& resource) {
    return {{"pointer", to_checksum(resource.pointer)},
            {"owner", to_checksum(resource.owner)},
            {"price", amount_json(resource.price)}};
}

nlohmann::json deal_json(const DealRecord& record, std::uint64_t chain_id) {
    const auto& deal = record.deal;
    return {{"dealid", to_hex(record.id)},
            {"chainId", chain_id},
            {"app", resource_json(deal.app)},
            {"dataset", resource_json(deal.dataset)},
            {"workerpool", resource_json(deal.workerpool)},
            {"appHash", to_hex(record.match.app_hash)},
            {"datasetHash", to_hex(record.match.dataset_hash)},
            {"workerpoolHash", to_hex(record.match.workerpool_hash)},
            {"requestHash", to_hex(record.match.request_hash)},
            {"requester", to_checksum(deal.requester)},
            {"beneficiary", to_checksum(deal.beneficiary)},
            {"callback", to_checksum(deal.callback)},
            {"params", deal.params},
            {"volume", amount_json(record.match.volume)},
            {"category", amount_json(deal.category)},
            {"tag", to_hex(deal.tag)},
            {"trust", amount_json(deal.trust)},
            {"startTime", amount_json(deal.start_time)},
            {"botFirst", amount_json(deal.bot_first)},
            {"botSize", amount_json(deal.bot_size)},
            {"schedulerRewardRatio", amount_json(deal.scheduler_reward_ratio)},
            {"workerStake", amount_json(deal.worker_stake)},
            {"blockNumber", record.block_number},
            {"blockTimestamp", sys::iso8601_ms(deal.start_time.low_u64() * 1000)},
            {"transactionHash", to_hex(record.tx_hash)}};
}

nlohmann::json category_json(const db::SqlRow& row) {
    return {{"catid", db::sql_int(row[0])},
            {"name", db::sql_text(row[1])},
            {"description", db::sql_text(row[2])},
            {"workClockTimeRef", db::sql_int(row[3])},
            {"transactionHash", db::sql_text(row[4])},
            {"blockNumber", db::sql_int(row[5])},
            {"blockTimestamp", sys::iso8601_ms(static_cast<std::uint64_t>(db::sql_int(row[6])) * 1000)}};
}

constexpr const char* kSelectCategory =
    "SELECT catid, name, description, ref_s, tx_hash, block_number, time_s FROM categories ";

/// The text without bytes that are no UTF-8: names and parameters on chain may hold any, JSON may not.
nlohmann::json clean(const nlohmann::json& json) {
    return nlohmann::json::parse(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

bool Ledger::is_deal_column(const std::string& name) {
    return std::ranges::find(kDealColumns, name) != kDealColumns.end();
}

void Ledger::put(const DealRecord& record, std::uint64_t chain_id) {
    const auto& deal = record.deal;
    db_->execute(
        "INSERT INTO deals(dealid, body, block_number, time_s, price, volume, category, requester, beneficiary, app,"
        " dataset, workerpool, appOwner, datasetOwner, workerpoolOwner, apporderHash, datasetorderHash,"
        " workerpoolorderHash, requestorderHash) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
        "?19) ON CONFLICT(dealid) DO NOTHING",
        {to_hex(record.id), clean(deal_json(record, chain_id)).dump(), clamp_sql(record.block_number),
         clamp_sql(deal.start_time.saturated_u64()), to_decimal(deal.workerpool.price), to_decimal(record.match.volume),
         to_decimal(deal.category), to_hex(deal.requester), to_hex(deal.beneficiary), to_hex(deal.app.pointer),
         to_hex(deal.dataset.pointer), to_hex(deal.workerpool.pointer), to_hex(deal.app.owner),
         to_hex(deal.dataset.owner), to_hex(deal.workerpool.owner), to_hex(record.match.app_hash),
         to_hex(record.match.dataset_hash), to_hex(record.match.workerpool_hash), to_hex(record.match.request_hash)});
}

void Ledger::put(const CategoryRecord& record) {
    db_->execute(
        "INSERT INTO categories(catid, name, description, ref_s, tx_hash, block_number, time_s)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(catid) DO UPDATE SET tx_hash=excluded.tx_hash,"
        " block_number=excluded.block_number, time_s=excluded.time_s",
        {clamp_sql(record.id), clean(record.category.name).get<std::string>(),
         clean(record.category.description).get<std::string>(),
         clamp_sql(record.category.work_clock_time_ref.saturated_u64()), to_hex(record.tx_hash),
         clamp_sql(record.block_number), clamp_sql(record.time_s)});
}

bool Ledger::has_category(std::uint64_t id) const {
    return !db_->query("SELECT catid FROM categories WHERE catid=?1", {clamp_sql(id)}).empty();
}

JsonPage Ledger::deals(const std::map<std::string, std::string>& equal, std::uint64_t offset,
                       std::uint64_t limit) const {
    std::string where;
    db::SqlRow args;
    for (const auto& [column, value] : equal) {
        if (!is_deal_column(column)) continue;
        args.emplace_back(value);
        where += (where.empty() ? " WHERE " : " AND ") + column + "=?" + std::to_string(args.size());
    }
    JsonPage page;
    page.count = static_cast<std::uint64_t>(db::sql_int(db_->query("SELECT COUNT(*) FROM deals" + where, args)[0][0]));
    args.emplace_back(clamp_sql(limit));
    args.emplace_back(clamp_sql(offset));
    for (const auto& row : db_->query("SELECT body FROM deals" + where + " ORDER BY block_number DESC, dealid LIMIT ?" +
                                          std::to_string(args.size() - 1) + " OFFSET ?" + std::to_string(args.size()),
                                      args))
        page.rows.push_back(nlohmann::json::parse(db::sql_text(row[0])));
    return page;
}

std::optional<nlohmann::json> Ledger::deal(const poco::DealId& id) const {
    const auto rows = db_->query("SELECT body FROM deals WHERE dealid=?1", {to_hex(id)});
    if (rows.empty()) return std::nullopt;
    return nlohmann::json::parse(db::sql_text(rows[0][0]));
}

nlohmann::json Ledger::trades(std::uint64_t category) const {
    auto out = nlohmann::json::array();
    for (const auto& row : db_->query("SELECT time_s, price, volume FROM deals WHERE category=?1"
                                      " ORDER BY block_number DESC, dealid LIMIT 100",
                                      {std::to_string(category)}))
        out.push_back({db::sql_int(row[0]) * 1000, amount_json(*uint256_from_decimal(db::sql_text(row[1]))),
                       amount_json(*uint256_from_decimal(db::sql_text(row[2])))});
    return out;
}

JsonPage Ledger::categories(std::uint64_t min_time, std::uint64_t max_time, std::uint64_t offset,
                            std::uint64_t limit) const {
    JsonPage page;
    const db::SqlRow range = {clamp_sql(min_time), clamp_sql(max_time)};
    page.count = static_cast<std::uint64_t>(
        db::sql_int(db_->query("SELECT COUNT(*) FROM categories WHERE ref_s>=?1 AND ref_s<=?2", range)[0][0]));
    for (const auto& row : db_->query(
             std::string(kSelectCategory) + "WHERE ref_s>=?1 AND ref_s<=?2 ORDER BY ref_s, catid LIMIT ?3 OFFSET ?4",
             {range[0], range[1], clamp_sql(limit), clamp_sql(offset)}))
        page.rows.push_back(category_json(row));
    return page;
}

std::optional<nlohmann::json> Ledger::category(std::uint64_t id) const {
    const auto rows = db_->query(std::string(kSelectCategory) + "WHERE catid=?1", {clamp_sql(id)});
    if (rows.empty()) return std::nullopt;
    return category_json(rows[0]);
}

}  // namespace bourse::orderbook
