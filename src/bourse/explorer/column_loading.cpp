// The filter columns, filled from the tables.
#include <bourse/explorer/columns.hpp>

#include <algorithm>
#include <set>

namespace bourse::explorer {

namespace {

template <class Column>
void set_at(Column& column, std::size_t i, std::int64_t value) {
    if (column.size() <= i) column.resize(i + 1);
    column[i] = static_cast<typename Column::value_type>(value);
}

std::uint32_t low_bits_of(const std::string& tag) {
    const auto bytes = hash_from_hex(tag);
    if (!bytes) return 0;
    const auto* end = bytes->end();
    return static_cast<std::uint32_t>(end[-1]) | static_cast<std::uint32_t>(end[-2]) << 8U |
           static_cast<std::uint32_t>(end[-3]) << 16U | static_cast<std::uint32_t>(end[-4]) << 24U;
}

/// Calls `read` with a condition for each group of sequence numbers.
template <class Read>
void for_groups(const std::set<std::int64_t>& seqs, const Read& read) {
    for (auto at = seqs.begin(); at != seqs.end();) {
        const auto first = *at;
        auto last = first;
        for (++at; at != seqs.end() && *at == last + 1; ++at) last = *at;
        read(" WHERE seq>=?1 AND seq<=?2", db::SqlRow{first, last});
    }
}

}  // namespace

void Columns::load(db::Database& database) {
    *this = Columns();
    for (std::int64_t from = 0;;) {  // in steps, so that the answer of one query stays small
        const auto rows =
            database.query("SELECT seq, address, roles FROM accounts WHERE seq>?1 ORDER BY seq LIMIT 50000", {from});
        if (rows.empty()) break;
        for (const auto& row : rows) {
            addresses_.push_back(address_from_hex(db::sql_text(row[1])).value_or(Address{}));
            roles_.push_back(static_cast<std::uint8_t>(db::sql_int(row[2])));
        }
        from = db::sql_int(rows.back()[0]);
    }
    for (std::int64_t from = 0; true; from = static_cast<std::int64_t>(orders_.size())) {
        const auto rows = database.query("SELECT hash FROM order_refs WHERE seq>?1 ORDER BY seq LIMIT 50000", {from});
        if (rows.empty()) break;
        for (const auto& row : rows) orders_.push_back(hash_from_hex(db::sql_text(row[0])).value_or(Hash{}));
    }
    for (const auto& row : database.query("SELECT account, name FROM resources"))
        names_[db::sql_int(row[0])] = db::sql_text(row[1]);
    for (std::int64_t from = 0, before = -1; before != from; from = deal_count()) {
        before = from;
        read_deals(database, " WHERE seq>?1 ORDER BY seq LIMIT 50000", {from});
        if (deal_count() == from) break;
    }
    for (std::int64_t from = 0; true; from = task_count()) {
        read_tasks(database, " WHERE seq>?1 ORDER BY seq LIMIT 50000", {from});
        if (task_count() == from) break;
    }
    for (std::int64_t from = 0; true; from = static_cast<std::int64_t>(contribution_worker_.size())) {
        const auto rows =
            database.query("SELECT worker, task FROM contributions WHERE seq>?1 ORDER BY seq LIMIT 50000", {from});
        if (rows.empty()) break;
        for (const auto& row : rows) {
            contribution_worker_.push_back(static_cast<std::uint32_t>(db::sql_int(row[0])));
            contribution_task_.push_back(static_cast<std::uint32_t>(db::sql_int(row[1])));
        }
    }
}

void Columns::update(db::Database& database, const Touched& touched) {
    addresses_.insert(addresses_.end(), touched.new_accounts.begin(), touched.new_accounts.end());
    roles_.resize(addresses_.size());
    for (const auto& [account, roles] : touched.roles)
        roles_[static_cast<std::size_t>(account)] = static_cast<std::uint8_t>(roles);
    orders_.insert(orders_.end(), touched.new_orders.begin(), touched.new_orders.end());
    for (const auto& [account, name] : touched.names) names_[account] = name;
    for_groups(touched.deals, [&](const char* where, const db::SqlRow& args) { read_deals(database, where, args); });
    for_groups(touched.tasks, [&](const char* where, const db::SqlRow& args) { read_tasks(database, where, args); });
    for (const auto& [worker, task] : touched.contributions) {
        contribution_worker_.push_back(static_cast<std::uint32_t>(worker));
        contribution_task_.push_back(static_cast<std::uint32_t>(task));
    }
}

void Columns::read_deals(db::Database& database, const std::string& where, const db::SqlRow& args) {
    auto& d = deals_;
    for (const auto& row : database.query(
             "SELECT seq, app, dataset, pool, requester, beneficiary, payer, callback, app_owner, dataset_owner,"
             " pool_owner, app_order, dataset_order, pool_order, request_order, initialised, revealing, complete, "
             "failed,"
             " block, category, trust, app_price, dataset_price, pool_price, volume, first_index, start_s,"
             " contribution_s, final_s, tag FROM deals" +
                 where,
             args)) {
        const auto i = static_cast<std::size_t>(db::sql_int(row[0]) - 1);
        std::vector<std::uint32_t>* const numbers[] = {
            &d.id,        &d.app,         &d.dataset,       &d.pool,       &d.requester, &d.beneficiary, &d.payer,
            &d.callback,  &d.app_owner,   &d.dataset_owner, &d.pool_owner, &d.orders[0], &d.orders[1],   &d.orders[2],
            &d.orders[3], &d.initialised, &d.revealing,     &d.complete,   &d.failed,    &d.block};
        for (std::size_t c = 0; c < std::size(numbers); ++c) set_at(*numbers[c], i, db::sql_int(row[c]));
        set_at(d.category, i, std::min<std::int64_t>(db::sql_int(row[20]), 0xFFFF));
        set_at(d.trust, i, db::sql_int(row[21]));
        set_at(d.price, i, db::sql_int(row[22]) + db::sql_int(row[23]) + db::sql_int(row[24]));
        set_at(d.pool_price, i, db::sql_int(row[24]));
        set_at(d.volume, i, db::sql_int(row[25]));
        set_at(d.first, i, db::sql_int(row[26]));
        set_at(d.start_s, i, db::sql_int(row[27]));
        set_at(d.contribution_s, i, db::sql_int(row[28]));
        set_at(d.final_s, i, db::sql_int(row[29]));
        set_at(d.tag, i, std::int64_t{low_bits_of(db::sql_text(row[30]))});
    }
}

void Columns::read_tasks(db::Database& database, const std::string& where, const db::SqlRow& args) {
    for (const auto& row :
         database.query("SELECT seq, deal, block, idx, init_s, end_s, status FROM tasks" + where, args)) {
        const auto i = static_cast<std::size_t>(db::sql_int(row[0]) - 1);
        if (i >= tasks_.deal.size()) tasks_of_deal_[db::sql_int(row[1])].push_back(static_cast<std::uint32_t>(i));
        set_at(tasks_.deal, i, db::sql_int(row[1]));
        set_at(tasks_.block, i, db::sql_int(row[2]));
        set_at(tasks_.index, i, db::sql_int(row[3]));
        set_at(tasks_.init_s, i, db::sql_int(row[4]));
        set_at(tasks_.end_s, i, db::sql_int(row[5]));
        set_at(tasks_.status, i, db::sql_int(row[6]));
    }
}

}  // namespace bourse::explorer
