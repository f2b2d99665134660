// Deals, tasks and contributions.
#include <bourse/explorer/index.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/ids.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace bourse::explorer {

namespace {

constexpr const char* kDealColumns =
    "SELECT d.seq, d.id, d.tx, d.block, d.start_s, d.contribution_s, d.final_s, d.app, d.app_owner, d.app_price,"
    " d.dataset, d.dataset_owner, d.dataset_price, d.pool, d.pool_owner, d.pool_price, d.requester, d.beneficiary,"
    " d.callback, d.payer, d.params, d.category, d.tag, d.trust, d.volume, d.first_index, d.worker_stake, d.share,"
    " d.app_order, d.dataset_order, d.pool_order, d.request_order, d.initialised, d.revealing, d.complete, d.failed"
    " FROM deals d";

constexpr const char* kTaskColumns =
    "SELECT t.seq, t.id, d.id, t.deal, t.idx, t.status, d.category, d.trust, d.app, d.pool, d.requester, t.init_s,"
    " t.end_s, d.contribution_s, t.reveal_s, d.final_s, t.contributions, t.winners, t.revealed, t.consensus, t.digest,"
    " t.results, t.callback FROM tasks t JOIN deals d ON d.seq=t.deal";

constexpr const char* kContributionColumns =
    "SELECT c.seq, t.id, c.worker, c.status, c.faulty, c.hash, c.weight, c.enclave, c.time_s, c.reveal_s, c.block, "
    "c.tx,"
    " c.stake, c.reward, c.loss, c.score_before, c.score_after, t.status FROM contributions c JOIN tasks t ON "
    "t.seq=c.task";

Hash hash_in(const db::SqlValue& value) {
    if (db::sql_null(value)) return {};
    return hash_from_hex(db::sql_text(value)).value_or(Hash{});
}

std::optional<Hash> maybe_hash(const db::SqlValue& value) { return hash_from_hex(db::sql_text(value)); }

Bytes bytes_in(const db::SqlValue& value) { return from_hex(db::sql_text(value)).value_or(Bytes{}); }

/// Rows by sequence number, fetched in groups with one prepared statement; in the order asked for. `fetch` gets a
/// condition on the number and its arguments.
template <class Row, class Fetch>
std::vector<Row> rows_by_seq(const std::vector<std::int64_t>& seqs, const Fetch& fetch) {
    constexpr std::size_t kGroup = 100;
    const bool as_they_lie =  // newest first, without gaps
        std::ranges::adjacent_find(seqs, [](auto a, auto b) { return a != b + 1; }) == seqs.end();
    if (seqs.size() > 1 && as_they_lie) {
        auto rows = fetch(" BETWEEN ?1 AND ?2", db::SqlRow{seqs.back(), seqs.front()});
        std::ranges::sort(rows, std::greater<>(), &Row::seq);
        return rows;
    }
    static const std::string kPlaces = [] {
        std::string text = " IN (";
        for (std::size_t i = 1; i <= kGroup; ++i) text += (i == 1 ? "?" : ",?") + std::to_string(i);
        return text + ")";
    }();
    std::vector<Row> out;
    out.reserve(seqs.size());
    for (std::size_t begin = 0; begin < seqs.size(); begin += kGroup) {
        const auto count = std::min(kGroup, seqs.size() - begin);
        db::SqlRow args;
        for (std::size_t i = 0; i < kGroup; ++i) args.emplace_back(seqs[begin + std::min(i, count - 1)]);
        std::map<std::int64_t, Row> found;
        for (auto& row : fetch(kPlaces, args)) found.emplace(row.seq, std::move(row));
        for (std::size_t i = 0; i < count; ++i)
            if (auto at = found.find(seqs[begin + i]); at != found.end()) out.push_back(std::move(at->second));
    }
    return out;
}

template <class Row>
Page<Row> page_with(const Selection& selection, std::vector<Row> rows, const Paging& paging, std::int64_t height) {
    return {std::move(rows), selection.total, selection.next, paging.as_of.value_or(height)};
}

}  // namespace

// ---- deals

DealRow Index::deal_row(const db::SqlRow& row) const {
    DealRow d;
    const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
    d.seq = number(0);
    d.id = hash_in(row[1]);
    d.tx = hash_in(row[2]);
    d.block = number(3);
    d.sealed_s = number(4);
    d.contribution_s = number(5);
    d.final_s = number(6);
    std::size_t at = 7;
    for (auto* use : {&d.app, &d.dataset, &d.pool}) {
        *use = {address(row[at]), address(row[at + 1]), number(at + 2), columns_.name(number(at))};
        at += 3;
    }
    d.requester = address(row[16]);
    d.beneficiary = address(row[17]);
    d.callback = address(row[18]);
    d.payer = address(row[19]);
    d.params = db::sql_text(row[20]);
    d.category = number(21);
    d.tag = hash_in(row[22]);
    d.trust = number(23);
    d.volume = number(24);
    d.first_index = number(25);
    d.worker_stake = number(26);
    d.scheduler_share = number(27);
    for (std::size_t i = 0; i < 4; ++i) d.orders[i] = order(number(28 + i));
    d.tasks = {d.volume, number(32), number(33), number(34), number(35)};
    return d;
}

std::vector<DealRow> Index::deal_rows(const std::vector<std::int64_t>& seqs) const {
    return rows_by_seq<DealRow>(seqs, [&](const std::string& places, const db::SqlRow& args) {
        const auto rows = query(std::string(kDealColumns) + " WHERE d.seq" + places, args);
        const std::shared_lock lock(mutex_);
        std::vector<DealRow> out;
        for (const auto& row : rows) out.push_back(deal_row(row));
        return out;
    });
}

std::optional<DealRow> Index::deal(std::int64_t seq) const {
    const auto rows = query(std::string(kDealColumns) + " WHERE d.seq=?1", {seq});
    if (rows.empty()) return std::nullopt;
    const std::shared_lock lock(mutex_);
    return deal_row(rows[0]);
}

std::optional<DealRow> Index::deal(const Hash& id) const {
    const auto rows = query(std::string(kDealColumns) + " WHERE d.id=?1", {to_hex(id)});
    if (rows.empty()) return std::nullopt;
    const std::shared_lock lock(mutex_);
    return deal_row(rows[0]);
}

Page<DealRow> Index::deals(const DealFilter& filter, const Paging& paging, std::int64_t now_s) const {
    const auto height = height_.load();
    DealCriteria criteria{filter,
                          number_of(filter.app),
                          number_of(filter.dataset),
                          number_of(filter.pool),
                          number_of(filter.requester),
                          number_of(filter.beneficiary),
                          number_of(filter.payer),
                          number_of(filter.owner),
                          number_of(filter.mine),
                          number_of(filter.callback),
                          number_of(filter.app_owner),
                          number_of(filter.dataset_owner),
                          number_of(filter.pool_owner),
                          order_number(filter.order),
                          {order_number(filter.app_order), order_number(filter.dataset_order),
                           order_number(filter.pool_order), order_number(filter.request_order)},
                          now_s};
    Selection selection;
    {
        const std::shared_lock lock(mutex_);
        selection = columns_.deals(criteria, paging);
    }
    return page_with(selection, deal_rows(selection.seqs), paging, height);
}

// ---- tasks

TaskRow Index::task_row(const db::SqlRow& row) const {
    TaskRow t;
    const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
    t.seq = number(0);
    t.id = hash_in(row[1]);
    t.deal = hash_in(row[2]);
    t.deal_seq = number(3);
    t.index = number(4);
    t.status = static_cast<int>(number(5));
    t.category = number(6);
    t.trust = number(7);
    t.app = address(row[8]);
    t.pool = address(row[9]);
    t.requester = address(row[10]);
    t.initialised_s = number(11);
    t.ended_s = number(12);
    t.contribution_s = number(13);
    t.reveal_s = number(14);
    t.final_s = number(15);
    t.contributions = number(16);
    t.winners = number(17);
    t.revealed = number(18);
    t.consensus = maybe_hash(row[19]);
    t.digest = maybe_hash(row[20]);
    t.results = bytes_in(row[21]);
    t.callback = bytes_in(row[22]);
    return t;
}

std::vector<TaskRow> Index::task_rows(const std::vector<std::int64_t>& seqs) const {
    return rows_by_seq<TaskRow>(seqs, [&](const std::string& places, const db::SqlRow& args) {
        const auto rows = query(std::string(kTaskColumns) + " WHERE t.seq" + places, args);
        const std::shared_lock lock(mutex_);
        std::vector<TaskRow> out;
        for (const auto& row : rows) out.push_back(task_row(row));
        return out;
    });
}

std::optional<TaskRow> Index::task(std::int64_t seq) const {
    auto rows = task_rows({seq});
    if (rows.empty()) return std::nullopt;
    return std::move(rows[0]);
}

std::optional<TaskRow> Index::task(const Hash& id) const {
    const auto rows = query(std::string(kTaskColumns) + " WHERE t.id=?1", {to_hex(id)});
    if (rows.empty()) return std::nullopt;
    const std::shared_lock lock(mutex_);
    return task_row(rows[0]);
}

Page<TaskRow> Index::tasks(const TaskFilter& filter, const Paging& paging, std::int64_t now_s) const {
    const auto height = height_.load();
    const TaskCriteria criteria{filter,
                                number_of(filter.app),
                                number_of(filter.pool),
                                number_of(filter.requester),
                                number_of(filter.worker),
                                number_of(filter.mine),
                                now_s};
    Selection selection;
    {
        const std::shared_lock lock(mutex_);
        selection = columns_.tasks(criteria, paging);
    }
    return page_with(selection, task_rows(selection.seqs), paging, height);
}

std::vector<TaskRow> Index::tasks_of(const DealRow& deal, std::int64_t first, std::int64_t limit) const {
    first = std::max(first, deal.first_index);
    const auto end =
        deal.first_index + std::min(deal.volume, std::max<std::int64_t>(first - deal.first_index, 0) + limit);
    std::map<std::int64_t, TaskRow> known;
    const auto rows = query(std::string(kTaskColumns) + " WHERE t.deal=?1 AND t.idx>=?2 AND t.idx<?3 ORDER BY t.idx",
                            {deal.seq, first, end});
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        auto task = task_row(row);
        known.emplace(task.index, std::move(task));
    }
    std::vector<TaskRow> out;
    for (auto index = first; index < end; ++index) {
        if (auto at = known.find(index); at != known.end()) {
            out.push_back(std::move(at->second));
            continue;
        }
        TaskRow task;
        task.id = poco::task_id(poco::DealId(deal.id), Uint256(static_cast<std::uint64_t>(index))).hash;
        task.deal = deal.id;
        task.deal_seq = deal.seq;
        task.index = index;
        task.category = deal.category;
        task.trust = deal.trust;
        task.app = deal.app.address;
        task.pool = deal.pool.address;
        task.requester = deal.requester;
        task.contribution_s = deal.contribution_s;
        task.final_s = deal.final_s;
        out.push_back(std::move(task));
    }
    return out;
}

std::string Index::strip(const DealRow& deal, std::int64_t bucket_size, std::int64_t now_s) const {
    const std::shared_lock lock(mutex_);
    return columns_.strip(deal.seq, bucket_size, now_s);
}

std::vector<std::int64_t> Index::completion_times(const DealRow& deal) const {
    const std::shared_lock lock(mutex_);
    return columns_.end_times(deal.seq);
}

// ---- contributions, events, money

ContributionRow Index::contribution_row(const db::SqlRow& row) const {
    ContributionRow c;
    const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
    c.seq = number(0);
    c.task = hash_in(row[1]);
    c.worker = address(row[2]);
    c.status = static_cast<int>(number(3));
    c.faulty = number(4) != 0;
    c.hash = hash_in(row[5]);
    c.weight = number(6);
    c.enclave = address_from_hex(db::sql_text(row[7]));
    c.time_s = number(8);
    c.revealed_s = number(9);
    c.block = number(10);
    c.tx = hash_in(row[11]);
    c.stake = number(12);
    c.reward = number(13);
    c.loss = number(14);
    if (number(15) >= 0) c.score_before = number(15);
    if (number(16) >= 0) c.score_after = number(16);
    c.task_status = static_cast<int>(number(17));
    return c;
}

std::vector<ContributionRow> Index::contribution_rows(const std::string& where, const db::SqlRow& args) const {
    const auto rows = query(std::string(kContributionColumns) + where, args);
    const std::shared_lock lock(mutex_);
    std::vector<ContributionRow> out;
    for (const auto& row : rows) out.push_back(contribution_row(row));
    return out;
}

std::vector<ContributionRow> Index::contributions_of(const TaskRow& task) const {
    return contribution_rows(" WHERE c.task=?1 ORDER BY c.seq", {task.seq});
}

Page<ContributionRow> Index::contributions(const std::optional<Address>& worker, const Paging& paging) const {
    const auto height = height_.load();
    const auto number = number_of(worker);
    Selection selection;
    {
        const std::shared_lock lock(mutex_);
        selection = columns_.contributions(number, paging);
    }
    auto rows = rows_by_seq<ContributionRow>(selection.seqs, [&](const std::string& places, const db::SqlRow& args) {
        return contribution_rows(" WHERE c.seq" + places, args);
    });
    return page_with(selection, std::move(rows), paging, height);
}

std::vector<EventRow> Index::events(const std::string& where, const db::SqlRow& args) const {
    const auto rows =
        query("SELECT e.block, e.log_index, e.time_s, e.tx, e.name, e.actor, e.value FROM task_events e" + where, args);
    const std::shared_lock lock(mutex_);
    std::vector<EventRow> out;
    for (const auto& row : rows) {
        EventRow event{db::sql_int(row[0]),  db::sql_int(row[1]), db::sql_int(row[2]), hash_in(row[3]),
                       db::sql_text(row[4]), std::nullopt,        db::sql_text(row[6])};
        if (db::sql_int(row[5]) != 0) event.actor = address(row[5]);
        out.push_back(std::move(event));
    }
    return out;
}

std::vector<EventRow> Index::events_of_task(const TaskRow& task) const {
    return events(" WHERE e.task=?1 ORDER BY e.seq", {task.seq});
}

std::vector<EventRow> Index::events_of_deal(const DealRow& deal, std::int64_t limit) const {
    return events(" JOIN tasks t ON t.seq=e.task WHERE t.deal=?1 ORDER BY e.seq LIMIT ?2", {deal.seq, limit});
}

std::vector<MoneyRow> Index::money_of(const TaskRow& task, const DealRow& deal) const {
    std::vector<MoneyRow> out;
    const auto party = [&](const Address& who, const char* role) -> MoneyRow& {
        for (auto& row : out)
            if (row.account == who && row.role == role) return row;
        return out.emplace_back(MoneyRow{who, role});
    };
    // Each side's own lock is a fixed share of the deal's; the chain's events say what became of it.
    party(deal.payer, "requester").locked = deal.price();
    party(deal.pool.owner, "workerpool").locked = deal.pool.price * std::int64_t{poco::kWorkerpoolStakeRatio} / 100;
    const auto workers = contributions_of(task);
    for (const auto& c : workers) party(c.worker, "worker").locked = c.stake;
    const auto rows = query("SELECT kind, account, amount FROM entries WHERE task=?1 ORDER BY seq", {task.seq});
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        const auto kind = static_cast<EntryKind>(db::sql_int(row[0]));
        const auto who = address(row[1]);
        const auto amount = db::sql_int(row[2]);
        const bool worker = std::ranges::any_of(workers, [&](const auto& c) { return c.worker == who; });
        const char* role = worker                                                         ? "worker"
                           : who == deal.pool.owner                                       ? "workerpool"
                           : who == deal.payer && kind != EntryKind::kReward              ? "requester"
                           : who == deal.app.owner                                        ? "app"
                           : who == deal.dataset.owner && !deal.dataset.address.is_zero() ? "dataset"
                                                                                          : "other";
        if (kind == EntryKind::kReward) party(who, role).received += amount;
        if (kind == EntryKind::kSeize) party(who, role).slashed += amount;
        if (kind == EntryKind::kUnlock) party(who, role).returned += amount;
    }
    return out;
}

}  // namespace bourse::explorer
