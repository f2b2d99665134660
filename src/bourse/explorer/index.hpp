// The explorer's index: the chain's logs as tables, and the questions that pages ask of them.
//
// One writer (apply), any number of readers. What apply() has committed is what queries see; a batch that comes twice
// is refused by its cursor and changes nothing.
#pragma once

#include <bourse/explorer/columns.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>

namespace bourse::explorer {

struct ResourceFilter {
    ResourceKind kind = ResourceKind::kApp;
    std::optional<Address> owner;
    std::string prefix;  ///< of the name, any case
    enum class Sort : std::uint8_t { kNewest, kName, kRuns } sort = Sort::kNewest;
    std::vector<Address> among;  ///< when not empty: only these
};

enum class AccountSort : std::uint8_t { kNewest, kStaked, kScore };

struct EntryFilter {
    std::optional<EntryKind> kind;
    std::optional<std::int64_t> from_s, to_s;
};

/// Deals as prices (web-ui §6.2, §13).
struct Commodity {
    std::int64_t category = 0;
    TagClass tag = TagClass::kNone;
    std::int64_t trust = 0;  ///< least trust; 0: any
};
struct TickerFigures {
    std::optional<std::int64_t> last, previous, open, high, low, median;
    std::int64_t tasks = 0, value = 0;
    /// Of the last 50 deals: sealed to first contribution, sealed to first completed task.
    struct Wait {
        std::optional<std::int64_t> median_s, p95_s;
    } start, finish;
};
struct Candle {
    std::int64_t time_s = 0, open = 0, high = 0, low = 0, close = 0, volume = 0, value = 0, trades = 0;

    bool operator==(const Candle&) const = default;
};
/// Takes a trade into the candles so far; trades come in the order of time. A bucket without trade has no candle.
void add_trade(std::vector<Candle>& candles, const Columns::Trade& trade, std::int64_t width_s);

struct Hit {
    std::string kind, id, label;
};

struct NetworkFigures {
    Columns::Totals day;
    std::int64_t running = 0, deals = 0, tasks = 0, apps = 0, datasets = 0, pools = 0, accounts = 0;
};

/// Money of a pool's ended tasks, one row for each day (of their ends, UTC), worker, category and app. A worker's row:
/// `gross` and `workers` are what it got, `slashed` its lost stake. The pool's (no worker): `gross` is the pool price
/// of completed tasks, `refunds` what requesters got back of the others.
struct EarningRow {
    std::int64_t day_s = 0, category = 0;
    Address app, worker;
    std::int64_t gross = 0, workers = 0, scheduler = 0, slashed = 0, refunds = 0, tasks = 0;
};

struct AppMonth {
    std::int64_t deals = 0, runs = 0, completed = 0, paid = 0, requesters = 0;
};

/// What blocks that were replaced had brought.
struct Reverted {
    std::int64_t height = 0;  ///< the last block that stays
    std::vector<Hash> deals, tasks;
    std::vector<Address> resources;
    std::optional<std::int64_t> first_s;  ///< when the first of the deals was sealed
};

class Index {
public:
    /// `url` as db::Database; a file gets a few connections for readers. Errors: those of db::Database.
    static Result<std::unique_ptr<Index>> open(const std::string& url, const Address& hub);

    /// Where it stands, and the time of that block.
    std::optional<client::Cursor> cursor() const;
    std::int64_t height() const noexcept { return height_.load(); }
    std::int64_t block_time_s() const noexcept { return time_s_.load(); }

    /// Addresses, topics and cursor to follow, after comparing the chain with the one the index was made from and
    /// reading the categories of its genesis. Errors of the chain; FOREIGN_DATA.
    Result<client::FollowerConfig> prepare(ExplorerChain& chain);
    /// Takes a batch in. Errors of the chain; nothing is written then. Returns what changed.
    Result<Touched> apply(ExplorerChain& chain, const client::BlockBatch& batch);
    /// The same with the facts at hand (benches, tests).
    Touched apply(const client::BlockBatch& batch, const BatchFacts& facts);
    /// What is known of blocks above this one.
    Reverted reverted_above(std::int64_t block) const;
    /// Empties the index; the next prepare() begins at the genesis.
    void reset();
    /// All rows of all tables as text, to compare two indexes.
    std::string dump() const;

    // ---- deals and tasks; `now_s`: the chain's clock, for states that depend on deadlines
    Page<DealRow> deals(const DealFilter& filter, const Paging& paging, std::int64_t now_s) const;
    std::optional<DealRow> deal(const Hash& id) const;
    std::optional<DealRow> deal(std::int64_t seq) const;
    Page<TaskRow> tasks(const TaskFilter& filter, const Paging& paging, std::int64_t now_s) const;
    std::optional<TaskRow> task(const Hash& id) const;
    std::optional<TaskRow> task(std::int64_t seq) const;
    /// Tasks of a deal by index from `first` on, those not initialised too (seq 0).
    std::vector<TaskRow> tasks_of(const DealRow& deal, std::int64_t first, std::int64_t limit) const;
    std::string strip(const DealRow& deal, std::int64_t bucket_size, std::int64_t now_s) const;
    std::vector<std::int64_t> completion_times(const DealRow& deal) const;
    std::vector<ContributionRow> contributions_of(const TaskRow& task) const;
    Page<ContributionRow> contributions(const std::optional<Address>& worker, const Paging& paging) const;
    std::vector<EventRow> events_of_task(const TaskRow& task) const;
    std::vector<EventRow> events_of_deal(const DealRow& deal, std::int64_t limit) const;
    std::vector<MoneyRow> money_of(const TaskRow& task, const DealRow& deal) const;
    /// Bodies for a list of sequence numbers, in their order: for exports in steps.
    std::vector<DealRow> deal_rows(const std::vector<std::int64_t>& seqs) const;
    std::vector<TaskRow> task_rows(const std::vector<std::int64_t>& seqs) const;

    // ---- resources and accounts
    Page<ResourceRow> resources(const ResourceFilter& filter, const Paging& paging) const;
    std::optional<ResourceRow> resource(const Address& address) const;
    std::vector<OwnerRow> owners_of(const ResourceRow& resource) const;
    std::vector<PolicyRow> policies_of(const ResourceRow& resource) const;
    std::vector<UseRow> used_with(const ResourceRow& resource) const;
    Page<AccountRow> accounts(AccountSort sort, std::uint32_t roles, const Paging& paging) const;
    std::optional<AccountRow> account(const Address& address) const;
    Page<EntryRow> entries(const Address& account, const EntryFilter& filter, const Paging& paging) const;
    Page<TransferRow> transfers(const std::optional<Address>& account, const Paging& paging) const;
    std::vector<ScoreRow> scores(const Address& worker, std::int64_t limit) const;
    std::vector<CategoryRow> categories() const;
    /// Newest day first.
    std::vector<EarningRow> earnings(const Address& pool, std::int64_t from_s, std::int64_t to_s) const;
    std::vector<EarningRow> worker_earnings(const Address& pool, std::int64_t from_s, std::int64_t to_s) const;
    AppMonth app_month(const Address& app, std::int64_t from_s, std::int64_t to_s) const;
    /// Was the order closed on chain?
    bool is_closed(const Hash& order) const;

    // ---- prices and figures
    TickerFigures ticker(const Commodity& commodity, std::int64_t now_s) const;
    std::vector<Candle> candles(const Commodity& commodity, std::int64_t width_s, std::optional<std::int64_t> from_s,
                                std::optional<std::int64_t> to_s) const;
    Page<DealRow> trades(const Commodity& commodity, const DealFilter& filter, const Paging& paging) const;
    /// Median pool price in each of the last 24 hours, oldest first.
    std::vector<std::optional<std::int64_t>> hourly_medians(std::int64_t category, std::int64_t now_s) const;
    NetworkFigures figures(std::int64_t now_s) const;
    /// Transactions of the chain up to a block, and the newest blocks below one that have any.
    std::int64_t transactions_up_to(std::int64_t block) const;
    std::vector<std::int64_t> blocks_with_transactions(std::int64_t below, std::int64_t limit) const;
    /// As Columns::load_of.
    std::vector<Columns::PoolLoad> load_of(const Address& pool, std::int64_t from_s, std::int64_t width_s,
                                           std::size_t count, std::int64_t now_s) const;

    /// At most `limit` hits for an id, an address, the beginning of either, or the beginning of a name.
    std::vector<Hit> search(const std::string& text, std::int64_t limit) const;

private:
    Index(std::unique_ptr<db::Database> writer, std::vector<std::unique_ptr<db::Database>> readers, const Address& hub);
    db::Database& reader() const;
    std::vector<db::SqlRow> query(const std::string& sql, const db::SqlRow& args = {}) const {
        return reader().query(sql, args);
    }
    void read_cursor();
    std::int64_t number_of(const std::optional<Address>& address) const;
    /// The least number of a row of which `column`, which rises with it, is at or above the bound; else the next one.
    std::int64_t first_at(const std::string& table, const std::string& column, std::int64_t bound) const;
    std::int64_t order_number(const std::optional<Hash>& hash) const;
    /// These need the lock of columns_.
    Hash order(std::int64_t ref) const;
    Address address(const db::SqlValue& account) const;
    DealRow deal_row(const db::SqlRow& row) const;
    TaskRow task_row(const db::SqlRow& row) const;
    ContributionRow contribution_row(const db::SqlRow& row) const;
    ResourceRow resource_row(const db::SqlRow& row) const;
    AccountRow account_row(const db::SqlRow& row) const;
    std::vector<ContributionRow> contribution_rows(const std::string& where, const db::SqlRow& args) const;
    std::vector<EventRow> events(const std::string& where, const db::SqlRow& args) const;
    void search_prefix(const std::string& text, std::int64_t limit, std::vector<Hit>& hits) const;
    void search_name(const std::string& text, std::int64_t limit, std::vector<Hit>& hits) const;

    std::unique_ptr<db::Database> writer_db_;
    std::vector<std::unique_ptr<db::Database>> readers_;
    mutable std::atomic<std::size_t> next_reader_{0};
    Address hub_;
    std::unique_ptr<Writer> writer_;
    mutable std::shared_mutex mutex_;  ///< guards columns_
    Columns columns_;
    std::atomic<std::int64_t> height_{0}, time_s_{0};
};

}  // namespace bourse::explorer
