// The columns that lists are filtered by, in memory: any combination of filters with its exact total is one pass over
// a few arrays (some milliseconds at a million rows), whatever the filters select. About 100 bytes a deal, 40 a task, 8
// a contribution. Row i has sequence number i + 1.
#pragma once

#include <bourse/db/sql.hpp>
#include <bourse/explorer/rows.hpp>
#include <bourse/explorer/writer.hpp>

#include <unordered_map>
#include <vector>

namespace bourse::explorer {

enum class TagClass : std::uint8_t { kAny, kNone, kTee, kGpu };
std::string_view to_text(TagClass tag) noexcept;
std::optional<TagClass> tag_class_from(std::string_view text) noexcept;
/// TEE is bit 0; GPU is bit 8 (poco.md §5.4); kNone has neither.
bool tag_fits(TagClass wanted, std::uint32_t low_bits) noexcept;

struct DealFilter {
    std::optional<ShownStatus> status;
    std::optional<std::int64_t> category, min_trust, max_trust, min_price, max_price;
    TagClass tag = TagClass::kAny;
    std::optional<Address> app, dataset, pool, requester, beneficiary, payer, owner, mine, callback;
    std::optional<Role> role;  ///< of `mine`; nothing: any
    std::optional<Hash> order;
    std::optional<std::int64_t> from_s, to_s;  ///< sealed in [from, to)
};

struct TaskFilter {
    std::optional<ShownStatus> status;
    std::optional<std::int64_t> category, deadline_before_s, from_s, to_s;
    std::optional<Address> app, pool, requester, worker, mine;
};

/// The rows of a filter, newest first: at most `limit` below `after`, and how many there are in all.
struct Selection {
    std::vector<std::int64_t> seqs;
    std::int64_t total = 0;
    std::optional<std::int64_t> next;
};

/// A filter with addresses and hashes as numbers; -1 is one that the index does not know: nothing fits.
struct DealCriteria {
    DealFilter filter;
    std::int64_t app = 0, dataset = 0, pool = 0, requester = 0, beneficiary = 0, payer = 0, owner = 0, mine = 0,
                 callback = 0, order = 0;
    std::int64_t now_s = 0;
};
struct TaskCriteria {
    TaskFilter filter;
    std::int64_t app = 0, pool = 0, requester = 0, worker = 0, mine = 0;
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
    /// Oldest first.
    std::vector<Trade> trades(const TradeFilter& filter) const;

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

    void read_deals(db::Database& database, const std::string& where, const db::SqlRow& args);
    void read_tasks(db::Database& database, const std::string& where, const db::SqlRow& args);
    ShownStatus deal_status(std::size_t i, std::int64_t now_s) const noexcept;
    ShownStatus task_status(std::size_t i, std::int64_t now_s) const noexcept;
    bool has_role(std::size_t deal, std::uint32_t account, std::optional<Role> role) const noexcept;

    DealColumns deals_;
    TaskColumns tasks_;
    std::vector<std::uint32_t> contribution_worker_, contribution_task_;
    std::vector<Address> addresses_{Address{}};
    std::unordered_map<std::int64_t, std::string> names_;
    std::unordered_map<std::int64_t, std::vector<std::uint32_t>> tasks_of_deal_;
};

}  // namespace bourse::explorer
