// The columns that lists are filtered by, in memory: any combination of filters with its exact total is one pass over
// a few arrays (some milliseconds at a million rows), whatever the filters select. About 130 bytes a deal, 40 a task, 8
// a contribution. Row i has sequence number i + 1.
#pragma once

#include <bourse/db/sql.hpp>
#include <bourse/explorer/rows.hpp>
#include <bourse/explorer/writer.hpp>

#include <array>
#include <unordered_map>
#include <vector>

namespace bourse::explorer {

enum class TagClass : std::uint8_t { kAny, kNone, kTee, kGpu };
std::string_view to_text(TagClass tag) noexcept;
std::optional<TagClass> tag_class_from(std::string_view text) noexcept;
/// TEE is bit 0; GPU is bit 8 (poco.md §5.4); kNone has neither.
bool tag_fits(TagClass wanted, std::uint32_t low_bits) noexcept;

/// Equal rows: the newest first.
enum class DealSort : std::uint8_t { kNewest, kOldest, kDearest, kCheapest, kLargest };
enum class TaskSort : std::uint8_t { kNewest, kFirstDeadline, kLastDeadline };

struct DealFilter {
    DealSort sort = DealSort::kNewest;
    std::optional<ShownStatus> status;
    std::optional<std::int64_t> category, min_trust, max_trust, min_price, max_price;
    TagClass tag = TagClass::kAny;
    std::optional<Address> app, dataset, pool, requester, beneficiary, payer, owner, mine, callback;
    std::optional<Address> app_owner, dataset_owner, pool_owner;
    std::optional<Role> role;   ///< of `mine`; nothing: any
    std::optional<Hash> order;  ///< any of the four
    std::optional<Hash> app_order, dataset_order, pool_order, request_order;
    std::optional<std::int64_t> from_s, to_s;  ///< sealed in [from, to)
};

struct TaskFilter {
    TaskSort sort = TaskSort::kNewest;
    std::optional<ShownStatus> status;
    std::optional<std::int64_t> category, deadline_before_s, from_s, to_s;
    std::optional<Address> app, pool, requester, worker, mine;
};

/// The rows of a filter in its order: at most `limit` behind `after`, and how many there are in all.
struct Selection {
    std::vector<std::int64_t> seqs;
    std::int64_t total = 0;
    std::optional<std::int64_t> next;
};

/// A filter with addresses and hashes as numbers: kAnything where nothing is asked for, 0 for the null address, -1 for
/// one that the index does not know: nothing fits.
inline constexpr std::int64_t kAnything = -2;
struct DealCriteria {
    DealFilter filter;
    std::int64_t app = kAnything, dataset = kAnything, pool = kAnything, requester = kAnything, beneficiary = kAnything,
                 payer = kAnything, owner = kAnything, mine = kAnything, callback = kAnything, app_owner = kAnything,
                 dataset_owner = kAnything, pool_owner = kAnything, order = kAnything;
    std::array<std::int64_t, 4> orders{kAnything, kAnything, kAnything, kAnything};
    std::int64_t now_s = 0;
};
struct TaskCriteria {
    TaskFilter filter;
    std::int64_t app = kAnything, pool = kAnything, requester = kAnything, worker = kAnything, mine = kAnything;
    std::int64_t now_s = 0;
};

/// Not locked: the owner sees to it that nobody reads while it changes.
class Columns {
public:
    void load(db::Database& database);
    /// Takes over rows that a batch touched.
    void update(db::Database& database, const Touched& touched);

    Selection deals(const DealCriteria& criteria, const Paging& paging) const;
    Selection tasks(const TaskCriteria& criteria, const Paging& paging) const;
    /// Contributions of a worker, newest first.
    Selection contributions(std::int64_t worker, const Paging& paging) const;

    std::int64_t deal_count() const noexcept { return static_cast<std::int64_t>(deals_.id.size()); }
    /// Accounts with one of the roles (0: all) and a number below this one.
    std::int64_t count_accounts(std::uint32_t roles, std::int64_t below) const;
    std::int64_t task_count() const noexcept { return static_cast<std::int64_t>(tasks_.deal.size()); }

    /// Sealed deals as trades.
    struct Trade {
        std::int64_t seq = 0, time_s = 0, price = 0, volume = 0;
    };
    struct TradeFilter {
        std::int64_t category = 0;
        TagClass tag = TagClass::kAny;
        std::int64_t min_trust = 0;
        std::optional<std::int64_t> from_s, to_s;
    };
    /// Calls `take` for each trade of the filter, oldest first.
    template <class Take>
    void each_trade(const TradeFilter& filter, const Take& take) const;
    /// The newest ones, newest first.
    std::vector<Trade> last_trades(const TradeFilter& filter, std::size_t count) const;

    /// A pool's tasks at the end of each of some stretches of time.
    struct PoolLoad {
        std::int64_t time_s = 0;                 ///< begin of the stretch
        std::int64_t queued = 0, running = 0;    ///< sold but not initialised, initialised but not ended, at its end
        std::int64_t completed = 0, failed = 0;  ///< within it
    };
    /// `count` stretches of `width_s` from `from_s` on; the last one ends at `now_s`.
    std::vector<PoolLoad> load_of(std::int64_t pool, std::int64_t from_s, std::int64_t width_s, std::size_t count,
                                  std::int64_t now_s) const;
    /// Rows of blocks above this one: the sequence numbers of the first deal and the first task.
    std::pair<std::int64_t, std::int64_t> first_above(std::int64_t block) const;

    struct Totals {
        std::int64_t deals = 0, tasks = 0, completed = 0, failed = 0, workers = 0;
        std::int64_t value = 0;
    };
    /// Of what happened since a time.
    Totals since(std::int64_t from_s) const;
    std::int64_t running() const;  ///< tasks neither completed nor failed
    /// Status letters of a bag: the worst of each bucket, for tasks [first, first + volume) of a deal.
    std::string strip(std::int64_t deal, std::int64_t bucket_size, std::int64_t now_s) const;
    std::vector<std::int64_t> end_times(std::int64_t deal) const;  ///< of completed tasks, ascending

    /// Null for one that has been committed but not taken over yet.
    const Address* address(std::int64_t account) const noexcept {
        const auto at = static_cast<std::size_t>(account);
        return at < addresses_.size() ? &addresses_[at] : nullptr;
    }
    const std::string& name(std::int64_t account) const;
    /// Null as address(); null for 0 too: no order.
    const Hash* order(std::int64_t ref) const noexcept {
        return ref > 0 && ref <= static_cast<std::int64_t>(orders_.size()) ? &orders_[static_cast<std::size_t>(ref - 1)]
                                                                           : nullptr;
    }

private:
    struct DealColumns {
        std::vector<std::uint32_t> id, app, dataset, pool, requester, beneficiary, payer, callback, app_owner,
            dataset_owner, pool_owner, orders[4], tag, initialised, revealing, complete, failed, block;
        std::vector<std::uint16_t> category;
        std::vector<std::int64_t> trust, price, pool_price, volume, first, start_s, contribution_s, final_s;
    };
    struct TaskColumns {
        std::vector<std::uint32_t> deal, block;
        std::vector<std::int64_t> index, init_s, end_s;
        std::vector<std::uint8_t> status;
    };

    Selection ordered(std::vector<std::uint32_t> rows, DealSort sort, const Paging& paging) const;
    std::vector<std::uint32_t> matching(const DealCriteria& criteria, std::size_t low, std::size_t high) const;
    std::vector<std::uint32_t> matching(const TaskCriteria& criteria, std::size_t low, std::size_t high) const;
    std::pair<std::size_t, std::size_t> trade_range(const TradeFilter& filter) const;
    bool is_trade_of(const TradeFilter& filter, std::size_t i) const noexcept {
        return std::int64_t{deals_.category[i]} == filter.category && deals_.trust[i] >= filter.min_trust &&
               tag_fits(filter.tag, deals_.tag[i]);
    }
    Trade trade(std::size_t i) const noexcept {
        return {std::int64_t{deals_.id[i]}, deals_.start_s[i], deals_.pool_price[i], deals_.volume[i]};
    }
    void read_deals(db::Database& database, const std::string& where, const db::SqlRow& args);
    void read_tasks(db::Database& database, const std::string& where, const db::SqlRow& args);
    ShownStatus deal_status(std::size_t i, std::int64_t now_s) const noexcept;
    ShownStatus task_status(std::size_t i, std::int64_t now_s) const noexcept;
    bool has_role(std::size_t deal, std::uint32_t account, std::optional<Role> role) const noexcept;

    DealColumns deals_;
    TaskColumns tasks_;
    std::vector<std::uint32_t> contribution_worker_, contribution_task_;
    std::vector<Address> addresses_{Address{}};
    std::vector<std::uint8_t> roles_{0};  ///< of accounts
    std::vector<Hash> orders_;
    std::unordered_map<std::int64_t, std::string> names_;
    std::unordered_map<std::int64_t, std::vector<std::uint32_t>> tasks_of_deal_;
};

template <class Take>
void Columns::each_trade(const TradeFilter& filter, const Take& take) const {
    const auto [low, high] = trade_range(filter);
    for (auto i = low; i < high; ++i)
        if (is_trade_of(filter, i)) take(trade(i));
}

}  // namespace bourse::explorer
