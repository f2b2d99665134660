// Resources, accounts, money, categories.
#include <bourse/explorer/index.hpp>
#include <bourse/poco/contracts.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace bourse::explorer {

namespace {

constexpr const char* kResourceColumns =
    "SELECT seq, kind, account, owner, name, type, multiaddr, checksum, mrenclave, stake_ratio, share, block, time_s, "
    "tx,"
    " deals, runs, completed, failed, requesters, revenue, last_used_s FROM resources";
constexpr const char* kAccountColumns =
    "SELECT seq, address, staked, locked, score, deals, contributions, proved, rewards, slashed, first_s,"
    " last_contribution_s, roles FROM accounts";

Hash hash_of(const db::SqlValue& value) { return hash_from_hex(db::sql_text(value)).value_or(Hash{}); }

/// A condition that grows, with its arguments.
struct Where {
    std::string text;
    db::SqlRow args;

    /// `condition` holds one '#' for each value.
    void add(std::string condition, std::initializer_list<db::SqlValue> values) {
        for (const auto& value : values) {
            args.push_back(value);
            condition.replace(condition.find('#'), 1, "?" + std::to_string(args.size()));
        }
        text += (text.empty() ? " WHERE " : " AND ") + condition;
    }
    std::string limit(std::int64_t rows) {
        args.emplace_back(rows);
        return " LIMIT ?" + std::to_string(args.size());
    }
};

/// The least text above all texts with this beginning; nothing when there is none.
std::string end_of_prefix(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
    if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

std::int64_t counted(const std::vector<db::SqlRow>& rows) { return rows.empty() ? 0 : db::sql_int(rows[0][0]); }

}  // namespace

std::int64_t Index::first_at(const std::string& table, const std::string& column, std::int64_t bound) const {
    const auto one = [&](const std::string& sql, const db::SqlRow& args) { return counted(query(sql, args)); };
    std::int64_t low = 1, high = one("SELECT seq FROM " + table + " ORDER BY seq DESC LIMIT 1", {}) + 1;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (one("SELECT " + column + " FROM " + table + " WHERE seq=?1", {middle}) < bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// ---- resources

ResourceRow Index::resource_row(const db::SqlRow& row) const {
    ResourceRow r;
    const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
    r.seq = number(0);
    r.kind = static_cast<ResourceKind>(number(1));
    r.address = address(row[2]);
    r.owner = address(row[3]);
    r.name = db::sql_text(row[4]);
    r.type = db::sql_text(row[5]);
    r.multiaddr = from_hex(db::sql_text(row[6])).value_or(Bytes{});
    r.checksum = hash_of(row[7]);
    r.mrenclave = from_hex(db::sql_text(row[8])).value_or(Bytes{});
    r.stake_ratio = number(9);
    r.scheduler_share = number(10);
    r.block = number(11);
    r.time_s = number(12);
    r.tx = hash_of(row[13]);
    std::int64_t* const counts[] = {&r.deals,      &r.runs,    &r.completed,  &r.failed,
                                    &r.requesters, &r.revenue, &r.last_used_s};
    for (std::size_t i = 0; i < std::size(counts); ++i) *counts[i] = number(14 + i);
    return r;
}

Page<ResourceRow> Index::resources(const ResourceFilter& filter, const Paging& paging) const {
    Page<ResourceRow> page;
    page.as_of = paging.as_of.value_or(height_.load());
    Where where;
    where.add("kind=#", {static_cast<std::int64_t>(filter.kind)});
    if (page.as_of < height_.load()) where.add("seq<#", {first_at("resources", "block", page.as_of + 1)});
    if (filter.owner) where.add("owner=#", {number_of(filter.owner)});
    if (!filter.among.empty()) {
        std::string places;
        for (const auto& address : filter.among)
            places += (places.empty() ? "" : ",") + std::to_string(number_of(address));
        where.add("account IN (" + places + ")", {});
    }
    if (!filter.prefix.empty()) {
        const auto key = name_key(clean_text(filter.prefix));
        where.add("name_key>=#", {key});
        where.add("name_key<#", {end_of_prefix(key)});
    }
    page.total = counted(query("SELECT COUNT(*) FROM resources" + where.text, where.args));
    std::string order = " ORDER BY seq DESC";
    // The key of the page before: the last row's own, read again.
    const auto last = paging.after ? query("SELECT name_key, runs FROM resources WHERE seq=?1", {*paging.after})
                                   : std::vector<db::SqlRow>{};
    switch (filter.sort) {
        case ResourceFilter::Sort::kNewest:
            if (paging.after) where.add("seq<#", {*paging.after});
            break;
        case ResourceFilter::Sort::kName:
            order = " ORDER BY name_key, seq";
            if (!last.empty())
                where.add("(name_key># OR (name_key=# AND seq>#))", {last[0][0], last[0][0], *paging.after});
            break;
        case ResourceFilter::Sort::kRuns:
            order = " ORDER BY runs DESC, seq DESC";
            if (!last.empty()) where.add("(runs<# OR (runs=# AND seq<#))", {last[0][1], last[0][1], *paging.after});
            break;
    }
    const auto limit = where.limit(paging.limit + 1);
    const auto rows = query(kResourceColumns + where.text + order + limit, where.args);
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        if (static_cast<std::int64_t>(page.rows.size()) == paging.limit) {
            page.next = page.rows.back().seq;
            break;
        }
        page.rows.push_back(resource_row(row));
    }
    return page;
}

std::optional<ResourceRow> Index::resource(const Address& who) const {
    const auto rows = query(std::string(kResourceColumns) + " WHERE account=?1", {number_of(who)});
    if (rows.empty()) return std::nullopt;
    const std::shared_lock lock(mutex_);
    return resource_row(rows[0]);
}

std::vector<OwnerRow> Index::owners_of(const ResourceRow& resource) const {
    const auto rows = query("SELECT owner, block, time_s, tx FROM resource_owners WHERE resource=?1 ORDER BY seq DESC",
                            {resource.seq});
    const std::shared_lock lock(mutex_);
    std::vector<OwnerRow> out;
    for (const auto& row : rows)
        out.push_back({address(row[0]), db::sql_int(row[1]), db::sql_int(row[2]), hash_of(row[3])});
    return out;
}

std::vector<PolicyRow> Index::policies_of(const ResourceRow& resource) const {
    std::vector<PolicyRow> out;
    for (const auto& row : query("SELECT stake_ratio, share, block, time_s, tx FROM policies WHERE resource=?1"
                                 " ORDER BY seq DESC",
                                 {resource.seq}))
        out.push_back(
            {db::sql_int(row[0]), db::sql_int(row[1]), db::sql_int(row[2]), db::sql_int(row[3]), hash_of(row[4])});
    return out;
}

std::vector<UseRow> Index::used_with(const ResourceRow& resource) const {
    if (resource.kind == ResourceKind::kWorkerpool) return {};
    const bool app = resource.kind == ResourceKind::kApp;
    const auto rows =
        query(std::string("SELECT u.") + (app ? "dataset" : "app") + ", u.deals, u.runs FROM dataset_uses u WHERE u." +
                  (app ? "app" : "dataset") + "=?1 ORDER BY u.runs DESC, u.app, u.dataset LIMIT 100",
              {number_of(resource.address)});
    const std::shared_lock lock(mutex_);
    std::vector<UseRow> out;
    for (const auto& row : rows)
        out.push_back({address(row[0]), columns_.name(db::sql_int(row[0])), db::sql_int(row[1]), db::sql_int(row[2])});
    return out;
}

// ---- accounts

AccountRow Index::account_row(const db::SqlRow& row) const {
    AccountRow a;
    const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
    a.seq = number(0);
    a.address = address_from_hex(db::sql_text(row[1])).value_or(Address{});
    std::int64_t* const counts[] = {&a.staked, &a.locked,  &a.score,   &a.deals,   &a.contributions,
                                    &a.proved, &a.rewards, &a.slashed, &a.first_s, &a.last_contribution_s};
    for (std::size_t i = 0; i < std::size(counts); ++i) *counts[i] = number(2 + i);
    a.roles = static_cast<std::uint32_t>(number(12));
    return a;
}

Page<AccountRow> Index::accounts(AccountSort sort, std::uint32_t roles, const Paging& paging) const {
    Page<AccountRow> page;
    page.as_of = paging.as_of.value_or(height_.load());
    const char* column = sort == AccountSort::kStaked ? "staked" : sort == AccountSort::kScore ? "score" : "seq";
    Where where;
    const auto below = page.as_of < height_.load() ? first_at("accounts", "first_block", page.as_of + 1)
                                                   : std::numeric_limits<std::int64_t>::max();
    where.add("seq<#", {below});
    if (roles != 0) where.add("(roles & #)<>0", {std::int64_t{roles}});
    {
        const std::shared_lock lock(mutex_);
        page.total = columns_.count_accounts(roles, below);
    }
    if (paging.after && sort == AccountSort::kNewest) where.add("seq<#", {*paging.after});
    if (paging.after && sort != AccountSort::kNewest) {
        const auto last = query(std::string("SELECT ") + column + " FROM accounts WHERE seq=?1", {*paging.after});
        if (!last.empty())
            where.add(std::string("(") + column + "<# OR (" + column + "=# AND seq<#))",
                      {last[0][0], last[0][0], *paging.after});
    }
    const auto limit = where.limit(paging.limit + 1);
    for (const auto& row :
         query(kAccountColumns + where.text + " ORDER BY " + column + " DESC, seq DESC" + limit, where.args)) {
        if (static_cast<std::int64_t>(page.rows.size()) == paging.limit) {
            page.next = page.rows.back().seq;
            break;
        }
        page.rows.push_back(account_row(row));
    }
    return page;
}

std::optional<AccountRow> Index::account(const Address& who) const {
    const auto rows = query(std::string(kAccountColumns) + " WHERE address=?1", {to_hex(who)});
    if (rows.empty()) return std::nullopt;
    return account_row(rows[0]);
}

Page<EntryRow> Index::entries(const Address& who, const EntryFilter& filter, const Paging& paging) const {
    Page<EntryRow> page;
    page.as_of = paging.as_of.value_or(height_.load());
    Where where;
    where.add("e.account=#", {number_of(who)});
    if (filter.kind) where.add("e.kind=#", {static_cast<std::int64_t>(*filter.kind)});
    // Bounds of time and height are bounds of the sequence number, which the indexes end with.
    if (filter.from_s) where.add("e.seq>=#", {first_at("entries", "time_s", *filter.from_s)});
    if (filter.to_s) where.add("e.seq<#", {first_at("entries", "time_s", *filter.to_s)});
    const bool past = page.as_of < height_.load();
    if (past) where.add("e.seq<#", {first_at("entries", "block", page.as_of + 1)});
    const bool plain = !filter.kind && !filter.from_s && !filter.to_s && !past;
    page.total = plain ? counted(query("SELECT entries FROM accounts WHERE address=?1", {to_hex(who)}))
                       : counted(query("SELECT COUNT(*) FROM entries e" + where.text, where.args));
    if (paging.after) where.add("e.seq<#", {*paging.after});
    const auto limit = where.limit(paging.limit + 1);
    const auto rows = query(
        "SELECT e.seq, e.kind, e.account, e.other, e.amount, t.id, e.block, e.time_s, e.tx FROM entries e"
        " LEFT JOIN tasks t ON t.seq=e.task" +
            where.text + " ORDER BY e.seq DESC" + limit,
        where.args);
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        if (static_cast<std::int64_t>(page.rows.size()) == paging.limit) {
            page.next = page.rows.back().seq;
            break;
        }
        EntryRow entry;
        entry.seq = db::sql_int(row[0]);
        entry.kind = static_cast<EntryKind>(db::sql_int(row[1]));
        entry.account = address(row[2]);
        if (db::sql_int(row[3]) != 0) entry.other = address(row[3]);
        entry.amount = db::sql_int(row[4]);
        if (!db::sql_null(row[5])) entry.task = hash_of(row[5]);
        entry.block = db::sql_int(row[6]);
        entry.time_s = db::sql_int(row[7]);
        entry.tx = hash_of(row[8]);
        page.rows.push_back(std::move(entry));
    }
    return page;
}

Page<TransferRow> Index::transfers(const std::optional<Address>& who, const Paging& paging) const {
    Page<TransferRow> page;
    page.as_of = paging.as_of.value_or(height_.load());
    const std::string columns = "SELECT seq, stake, from_account, to_account, amount, block, time_s, tx FROM transfers";
    std::vector<db::SqlRow> rows;
    const bool past = page.as_of < height_.load();
    const auto end = past ? first_at("transfers", "block", page.as_of + 1) : std::numeric_limits<std::int64_t>::max();
    const auto below = std::min(end, paging.after.value_or(end));
    const auto side = [&](const std::string& condition, const db::SqlValue& value) {
        // One index for each side; the sides are merged below.
        for (auto& row : query(columns + " WHERE " + condition + " AND seq<?2 ORDER BY seq DESC LIMIT ?3",
                               {value, below, paging.limit + 1}))
            rows.push_back(std::move(row));
        if (past && who)
            page.total +=
                counted(query("SELECT COUNT(*) FROM transfers WHERE " + condition + " AND seq<?2", {value, end}));
    };
    if (who) {
        const auto id = number_of(who);
        side("from_account=?1", id);
        side("to_account=?1 AND from_account<>to_account", id);
        if (!past) page.total = counted(query("SELECT transfers FROM accounts WHERE address=?1", {to_hex(*who)}));
        std::ranges::sort(rows, std::greater<>(), [](const db::SqlRow& row) { return db::sql_int(row[0]); });
    } else {
        side("seq>?1", std::int64_t{0});
        page.total = counted(query("SELECT seq FROM transfers WHERE seq<?1 ORDER BY seq DESC LIMIT 1", {end}));
    }
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        if (static_cast<std::int64_t>(page.rows.size()) == paging.limit) {
            page.next = page.rows.back().seq;
            break;
        }
        page.rows.push_back({db::sql_int(row[0]), db::sql_int(row[1]) != 0, address(row[2]), address(row[3]),
                             db::sql_int(row[4]), db::sql_int(row[5]), db::sql_int(row[6]), hash_of(row[7])});
    }
    return page;
}

std::vector<ScoreRow> Index::scores(const Address& worker, std::int64_t limit) const {
    std::vector<ScoreRow> out;
    for (const auto& row :
         query("SELECT s.time_s, s.score, s.block, t.id, s.accurate FROM scores s LEFT JOIN tasks t ON"
               " t.seq=s.task WHERE s.worker=?1 ORDER BY s.seq DESC LIMIT ?2",
               {number_of(worker), limit}))
        out.push_back({db::sql_int(row[0]), db::sql_int(row[1]), db::sql_int(row[2]),
                       db::sql_null(row[3]) ? Hash{} : hash_of(row[3]), db::sql_int(row[4]) != 0});
    return out;
}

std::vector<CategoryRow> Index::categories() const {
    std::vector<CategoryRow> out;
    for (const auto& row :
         query("SELECT id, ref_s, block, created_s, name, description, tx FROM categories ORDER BY id"))
        out.push_back({db::sql_int(row[0]), db::sql_int(row[1]), db::sql_int(row[2]), db::sql_int(row[3]),
                       db::sql_text(row[4]), db::sql_text(row[5]), hash_from_hex(db::sql_text(row[6]))});
    return out;
}

// ---- money of pools and apps

std::vector<EarningRow> Index::earnings(const Address& pool, std::int64_t from_s, std::int64_t to_s) const {
    // One pass of the database; the sums of a task's contributions are looked up by its number.
    const auto rows = query(
        "SELECT day, category, app, CAST(SUM(done) AS BIGINT), CAST(SUM(done*price) AS BIGINT),"
        " CAST(SUM(paid) AS BIGINT), CAST(SUM(done*paid) AS BIGINT), CAST(SUM(lost) AS BIGINT),"
        " CAST(SUM(done*lost) AS BIGINT), CAST(SUM((1-done)*(price*?4/100)) AS BIGINT),"
        " CAST(SUM((1-done)*total) AS BIGINT) FROM ("
        "SELECT t.end_s/86400 AS day, d.category AS category, d.app AS app,"
        " CASE WHEN t.status=3 THEN 1 ELSE 0 END AS done, d.pool_price AS price,"
        " d.app_price+d.dataset_price+d.pool_price AS total,"
        " (SELECT COALESCE(SUM(c.reward),0) FROM contributions c WHERE c.task=t.seq) AS paid,"
        " (SELECT COALESCE(SUM(c.loss),0) FROM contributions c WHERE c.task=t.seq) AS lost"
        " FROM tasks t JOIN deals d ON d.seq=t.deal"
        " WHERE d.pool=?1 AND t.status IN (3,4) AND t.end_s>=?2 AND t.end_s<?3) AS ended"
        " GROUP BY day, category, app ORDER BY day DESC, category DESC, app DESC",
        {number_of(pool), from_s, to_s, std::int64_t{poco::kWorkerpoolStakeRatio}});
    std::vector<EarningRow> out;
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        const auto number = [&](std::size_t i) { return db::sql_int(row[i]); };
        EarningRow sum;
        sum.day_s = number(0) * 86'400;
        sum.category = number(1);
        sum.app = address(row[2]);
        sum.tasks = number(3);
        sum.gross = number(4);
        sum.workers = number(5);
        sum.slashed = number(7);
        // Of a completed task the pool keeps what is not paid to workers; of another it loses its stake.
        sum.scheduler = number(4) + number(8) - number(6) - number(9);
        sum.refunds = number(10);
        out.push_back(sum);
    }
    return out;
}

std::vector<EarningRow> Index::worker_earnings(const Address& pool, std::int64_t from_s, std::int64_t to_s) const {
    const auto rows = query(
        "SELECT t.end_s/86400, c.worker, d.category, d.app, CAST(SUM(c.reward) AS BIGINT),"
        " CAST(SUM(c.loss) AS BIGINT), COUNT(*)"
        " FROM tasks t JOIN deals d ON d.seq=t.deal JOIN contributions c ON c.task=t.seq"
        " WHERE d.pool=?1 AND t.status IN (3,4) AND t.end_s>=?2 AND t.end_s<?3"
        " GROUP BY t.end_s/86400, c.worker, d.category, d.app ORDER BY 1 DESC, 2 DESC, 3 DESC, 4 DESC",
        {number_of(pool), from_s, to_s});
    std::vector<EarningRow> out;
    const std::shared_lock lock(mutex_);
    for (const auto& row : rows) {
        EarningRow sum;
        sum.day_s = db::sql_int(row[0]) * 86'400;
        sum.worker = address(row[1]);
        sum.category = db::sql_int(row[2]);
        sum.app = address(row[3]);
        sum.gross = sum.workers = db::sql_int(row[4]);
        sum.slashed = db::sql_int(row[5]);
        sum.tasks = db::sql_int(row[6]);
        out.push_back(sum);
    }
    return out;
}

AppMonth Index::app_month(const Address& app, std::int64_t from_s, std::int64_t to_s) const {
    AppMonth out;
    const auto number = number_of(app);
    DealFilter filter;
    filter.app = app;
    filter.from_s = from_s;
    filter.to_s = to_s;
    DealCriteria criteria{filter};
    criteria.app = number;
    Selection selection;
    {
        const std::shared_lock lock(mutex_);
        Paging all;
        all.limit = std::numeric_limits<std::int64_t>::max();
        selection = columns_.deals(criteria, all);
    }
    std::vector<Address> requesters;
    for (const auto& deal : deal_rows(selection.seqs)) {
        ++out.deals;
        out.runs += deal.volume;
        out.completed += deal.tasks.complete;
        out.paid += deal.app.price * deal.tasks.complete;
        requesters.push_back(deal.requester);
    }
    std::ranges::sort(requesters);
    out.requesters = static_cast<std::int64_t>(std::unique(requesters.begin(), requesters.end()) - requesters.begin());
    return out;
}

bool Index::is_closed(const Hash& order) const {
    return !query("SELECT kind FROM closed_orders WHERE hash=?1", {to_hex(order)}).empty();
}

}  // namespace bourse::explorer
