#include <bourse/explorer/columns.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace bourse::explorer {

namespace {

constexpr std::array<std::string_view, 4> kTagClasses{"any", "none", "tee", "gpu"};
constexpr std::uint32_t kTeeBit = 1;
constexpr std::uint32_t kGpuBit = 1U << 8U;

/// Numbers of rows that may still fit, thinned out column by column.
using Candidates = std::vector<std::uint32_t>;

template <class Test>
void keep(Candidates& rows, const Test& test) {
    std::erase_if(rows, [&](std::uint32_t i) { return !test(i); });
}

template <class Column>
void keep_equal(Candidates& rows, const Column& column, std::int64_t wanted) {
    if (wanted != kAnything)
        keep(rows, [&](std::uint32_t i) { return static_cast<std::int64_t>(column[i]) == wanted; });
}

/// Rows [low, high) of an ascending column by bounds of its values.
template <class Column>
std::pair<std::size_t, std::size_t> range_of(const Column& column, std::optional<std::int64_t> from,
                                             std::optional<std::int64_t> to) {
    using Value = typename Column::value_type;
    const auto at = [&](std::int64_t value) {
        const auto bound = static_cast<Value>(std::clamp<std::int64_t>(
            value, 0,
            static_cast<std::int64_t>(
                std::min<std::uint64_t>(std::numeric_limits<Value>::max(), std::numeric_limits<std::int64_t>::max()))));
        return static_cast<std::size_t>(std::ranges::lower_bound(column, bound) - column.begin());
    };
    const auto low = from ? at(*from) : 0;
    const auto high = to ? at(*to) : column.size();
    return {low, std::max(low, high)};
}

Selection page_of(const Candidates& ascending, const Paging& paging) {
    Selection out;
    out.total = static_cast<std::int64_t>(ascending.size());
    auto end = ascending.end();
    if (paging.after)
        end = std::ranges::lower_bound(ascending,
                                       static_cast<std::uint32_t>(std::max<std::int64_t>(*paging.after - 1, 0)));
    end -= std::min<std::ptrdiff_t>(end - ascending.begin(), paging.offset);
    for (; end != ascending.begin() && static_cast<std::int64_t>(out.seqs.size()) < paging.limit; --end)
        out.seqs.push_back(std::int64_t{*(end - 1)} + 1);
    if (end != ascending.begin() && !out.seqs.empty()) out.next = out.seqs.back();
    return out;
}

/// A page of rows in another order; `before(a, b)` is total.
template <class Before>
Selection ordered_page(Candidates rows, std::size_t known, const Paging& paging, const Before& before) {
    Selection out;
    out.total = static_cast<std::int64_t>(rows.size());
    if (paging.after) {
        const auto last = static_cast<std::size_t>(std::max<std::int64_t>(*paging.after - 1, 0));
        keep(rows, [&](std::uint32_t i) { return last < known && before(static_cast<std::uint32_t>(last), i); });
    }
    const auto all = static_cast<std::int64_t>(rows.size());
    const auto begin = rows.begin() + std::min(paging.offset, all);
    const auto end = rows.begin() + std::min(paging.offset + paging.limit, all);
    std::ranges::partial_sort(rows, end, before);
    for (auto at = begin; at < end; ++at) out.seqs.push_back(std::int64_t{*at} + 1);
    if (end != rows.end() && !out.seqs.empty()) out.next = out.seqs.back();
    return out;
}

/// A page without its total: looks through the rows from the newest on, in steps, until it is full.
template <class Matching>
Selection walk_page(std::size_t low, std::size_t high, const Paging& paging, const Matching& matching) {
    constexpr std::size_t kStep = 1U << 16U;
    Selection out;
    if (paging.after) high = std::min(high, static_cast<std::size_t>(std::max<std::int64_t>(*paging.after - 1, 0)));
    while (high > low && static_cast<std::int64_t>(out.seqs.size()) < paging.limit) {
        const auto begin = high - low > kStep ? high - kStep : low;
        const auto rows = matching(begin, high);
        for (auto at = rows.rbegin(); at != rows.rend() && static_cast<std::int64_t>(out.seqs.size()) < paging.limit;
             ++at)
            out.seqs.push_back(std::int64_t{*at} + 1);
        high = begin;
    }
    if (static_cast<std::int64_t>(out.seqs.size()) == paging.limit) out.next = out.seqs.back();
    return out;
}

/// Rows of blocks up to the height of the page.
template <class Column>
std::size_t rows_at(const Column& blocks, const Paging& paging) {
    if (!paging.as_of) return blocks.size();
    return range_of(blocks, std::nullopt, *paging.as_of + 1).second;
}

Candidates candidates(std::size_t low, std::size_t high) {
    Candidates out(high > low ? high - low : 0);
    std::iota(out.begin(), out.end(), static_cast<std::uint32_t>(low));
    return out;
}

}  // namespace

std::string_view to_text(TagClass tag) noexcept { return kTagClasses[static_cast<std::size_t>(tag)]; }
std::optional<TagClass> tag_class_from(std::string_view text) noexcept {
    for (std::size_t i = 0; i < kTagClasses.size(); ++i)
        if (kTagClasses[i] == text) return static_cast<TagClass>(i);
    return std::nullopt;
}
bool tag_fits(TagClass wanted, std::uint32_t low_bits) noexcept {
    switch (wanted) {
        case TagClass::kAny:
            return true;
        case TagClass::kNone:
            return (low_bits & (kTeeBit | kGpuBit)) == 0;
        case TagClass::kTee:
            return (low_bits & kTeeBit) != 0;
        case TagClass::kGpu:
            return (low_bits & kGpuBit) != 0;
    }
    return false;
}

// ---- filters

ShownStatus Columns::deal_status(std::size_t i, std::int64_t now_s) const noexcept {
    const auto& d = deals_;
    return shown_status(TaskCounts{d.volume[i], d.initialised[i], d.revealing[i], d.complete[i], d.failed[i]},
                        d.contribution_s[i], d.final_s[i], now_s);
}

ShownStatus Columns::task_status(std::size_t i, std::int64_t now_s) const noexcept {
    const auto deal = tasks_.deal[i] - 1;
    return shown_status(int{tasks_.status[i]}, deals_.contribution_s[deal], deals_.final_s[deal], now_s);
}

bool Columns::has_role(std::size_t i, std::uint32_t who, std::optional<Role> role) const noexcept {
    const auto& d = deals_;
    const auto is = [&](Role one, const std::vector<std::uint32_t>& column) {
        return (!role || *role == one) && column[i] == who;
    };
    return is(kRequester, d.requester) || is(kBeneficiary, d.beneficiary) || is(kPayer, d.payer) ||
           is(kAppOwner, d.app_owner) || is(kDatasetOwner, d.dataset_owner) || is(kPoolOwner, d.pool_owner);
}

Selection Columns::deals(const DealCriteria& c, const Paging& paging) const {
    const auto [low, by_time] = range_of(deals_.start_s, c.filter.from_s, c.filter.to_s);
    const auto high = std::min(by_time, rows_at(deals_.block, paging));
    if (c.filter.sort != DealSort::kNewest) return ordered(matching(c, low, high), c.filter.sort, paging);
    if (!paging.count) return walk_page(low, high, paging, [&](auto from, auto to) { return matching(c, from, to); });
    return page_of(matching(c, low, high), paging);
}

Selection Columns::ordered(Candidates rows, DealSort sort, const Paging& paging) const {
    const auto& d = deals_;
    const auto by = [&](const auto& key) {
        return ordered_page(std::move(rows), d.id.size(), paging, [&](std::uint32_t a, std::uint32_t b) {
            const auto left = key(a), right = key(b);
            return left != right ? left < right : a > b;
        });
    };
    switch (sort) {
        case DealSort::kOldest:
            return by([](std::uint32_t i) { return i; });
        case DealSort::kDearest:
            return by([&](std::uint32_t i) { return -d.price[i]; });
        case DealSort::kCheapest:
            return by([&](std::uint32_t i) { return d.price[i]; });
        case DealSort::kLargest:
            return by([&](std::uint32_t i) { return -d.volume[i]; });
        case DealSort::kNewest:
            break;
    }
    return page_of(rows, paging);
}

Candidates Columns::matching(const DealCriteria& c, std::size_t low, std::size_t high) const {
    const auto& d = deals_;
    const auto& f = c.filter;
    auto rows = candidates(low, high);
    keep_equal(rows, d.app, c.app);
    keep_equal(rows, d.dataset, c.dataset);
    keep_equal(rows, d.pool, c.pool);
    keep_equal(rows, d.requester, c.requester);
    keep_equal(rows, d.beneficiary, c.beneficiary);
    keep_equal(rows, d.payer, c.payer);
    keep_equal(rows, d.callback, c.callback);
    keep_equal(rows, d.app_owner, c.app_owner);
    keep_equal(rows, d.dataset_owner, c.dataset_owner);
    keep_equal(rows, d.pool_owner, c.pool_owner);
    for (std::size_t kind = 0; kind < c.orders.size(); ++kind) keep_equal(rows, d.orders[kind], c.orders[kind]);
    if (f.category) keep(rows, [&](std::uint32_t i) { return std::int64_t{d.category[i]} == *f.category; });
    if (f.tag != TagClass::kAny) keep(rows, [&](std::uint32_t i) { return tag_fits(f.tag, d.tag[i]); });
    if (f.min_trust) keep(rows, [&](std::uint32_t i) { return d.trust[i] >= *f.min_trust; });
    if (f.max_trust) keep(rows, [&](std::uint32_t i) { return d.trust[i] <= *f.max_trust; });
    if (f.min_price) keep(rows, [&](std::uint32_t i) { return d.price[i] >= *f.min_price; });
    if (f.max_price) keep(rows, [&](std::uint32_t i) { return d.price[i] <= *f.max_price; });
    if (c.owner != kAnything)
        keep(rows, [&, who = static_cast<std::uint32_t>(c.owner)](std::uint32_t i) {
            return d.app_owner[i] == who || d.dataset_owner[i] == who || d.pool_owner[i] == who;
        });
    if (c.mine != kAnything)
        keep(rows, [&](std::uint32_t i) { return has_role(i, static_cast<std::uint32_t>(c.mine), f.role); });
    if (c.order != kAnything)
        keep(rows, [&, ref = static_cast<std::uint32_t>(c.order)](std::uint32_t i) {
            return d.orders[0][i] == ref || d.orders[1][i] == ref || d.orders[2][i] == ref || d.orders[3][i] == ref;
        });
    if (f.status) keep(rows, [&](std::uint32_t i) { return deal_status(i, c.now_s) == *f.status; });
    return rows;
}

Selection Columns::tasks(const TaskCriteria& c, const Paging& paging) const {
    const auto [low, by_time] = range_of(tasks_.init_s, c.filter.from_s, c.filter.to_s);
    const auto high = std::min(by_time, rows_at(tasks_.block, paging));
    if (c.filter.sort != TaskSort::kNewest) {
        const std::int64_t sign = c.filter.sort == TaskSort::kFirstDeadline ? 1 : -1;
        const auto key = [&](std::uint32_t i) { return sign * deals_.final_s[tasks_.deal[i] - 1]; };
        return ordered_page(matching(c, low, high), tasks_.deal.size(), paging, [&](std::uint32_t a, std::uint32_t b) {
            return key(a) != key(b) ? key(a) < key(b) : a > b;
        });
    }
    if (!paging.count && c.worker == kAnything)
        return walk_page(low, high, paging, [&](auto from, auto to) { return matching(c, from, to); });
    return page_of(matching(c, low, high), paging);
}

Candidates Columns::matching(const TaskCriteria& c, std::size_t low, std::size_t high) const {
    const auto& t = tasks_;
    const auto& d = deals_;
    const auto& f = c.filter;
    Candidates rows;
    if (c.worker != kAnything) {
        for (std::size_t i = 0; i < contribution_worker_.size(); ++i)
            if (contribution_worker_[i] == static_cast<std::uint32_t>(c.worker))
                rows.push_back(contribution_task_[i] - 1);
        std::ranges::sort(rows);
        keep(rows, [&](std::uint32_t i) { return i >= low && i < high; });
    } else {
        rows = candidates(low, high);
    }
    if (f.category) keep(rows, [&](std::uint32_t i) { return std::int64_t{d.category[t.deal[i] - 1]} == *f.category; });
    const auto keep_deal = [&](const std::vector<std::uint32_t>& column, std::int64_t wanted) {
        if (wanted != kAnything)
            keep(rows, [&](std::uint32_t i) { return std::int64_t{column[t.deal[i] - 1]} == wanted; });
    };
    keep_deal(d.app, c.app);
    keep_deal(d.pool, c.pool);
    keep_deal(d.requester, c.requester);
    if (c.mine != kAnything)
        keep(rows, [&](std::uint32_t i) {
            return has_role(t.deal[i] - 1, static_cast<std::uint32_t>(c.mine), std::nullopt);
        });
    if (f.deadline_before_s)
        keep(rows, [&](std::uint32_t i) { return d.final_s[t.deal[i] - 1] < *f.deadline_before_s; });
    if (f.status) keep(rows, [&](std::uint32_t i) { return task_status(i, c.now_s) == *f.status; });
    return rows;
}

Selection Columns::contributions(std::int64_t worker, const Paging& paging) const {
    auto rows = candidates(0, contribution_worker_.size());
    keep_equal(rows, contribution_worker_, worker);
    return page_of(rows, paging);
}

std::int64_t Columns::count_accounts(std::uint32_t roles, std::int64_t below) const {
    const auto end = std::min(static_cast<std::size_t>(std::max<std::int64_t>(below, 1)), roles_.size());
    if (roles == 0) return static_cast<std::int64_t>(end) - 1;
    return std::count_if(roles_.begin() + 1, roles_.begin() + static_cast<std::ptrdiff_t>(end),
                         [&](std::uint8_t has) { return (has & roles) != 0; });
}

// ---- figures

std::pair<std::size_t, std::size_t> Columns::trade_range(const TradeFilter& filter) const {
    return range_of(deals_.start_s, filter.from_s, filter.to_s);
}

std::vector<Columns::Trade> Columns::last_trades(const TradeFilter& filter, std::size_t count) const {
    std::vector<Trade> out;
    const auto [low, high] = trade_range(filter);
    for (auto i = high; i-- > low && out.size() < count;)
        if (is_trade_of(filter, i)) out.push_back(trade(i));
    return out;
}

std::vector<Columns::PoolLoad> Columns::load_of(std::int64_t pool, std::int64_t from_s, std::int64_t width_s,
                                                std::size_t count, std::int64_t now_s) const {
    std::vector<PoolLoad> out(count + 1);  // one more takes what lies beyond the last stretch
    // A change at t shows at the end of the stretch that t lies in: sums of the changes give the state.
    const auto at = [&](std::int64_t t) {
        const auto place = t < from_s ? 0 : t >= now_s + 1 ? static_cast<std::int64_t>(count) : (t - from_s) / width_s;
        return static_cast<std::size_t>(std::min(place, static_cast<std::int64_t>(count)));
    };
    const auto& d = deals_;
    std::vector<std::size_t> tasks;
    for (std::size_t i = 0; i < d.id.size(); ++i) {
        if (std::int64_t{d.pool[i]} != pool) continue;
        const auto known = tasks_of_deal_.find(std::int64_t{d.id[i]});
        std::int64_t waiting = d.volume[i];
        if (known != tasks_of_deal_.end()) {
            waiting -= static_cast<std::int64_t>(known->second.size());
            tasks.insert(tasks.end(), known->second.begin(), known->second.end());
        }
        if (waiting == 0) continue;
        // What nobody begins waits until it can be claimed back.
        out[at(d.start_s[i])].queued += waiting;
        out[at(d.final_s[i])].queued -= waiting;
    }
    for (const auto task : tasks) {
        out[at(d.start_s[tasks_.deal[task] - 1])].queued += 1;
        out[at(tasks_.init_s[task])].queued -= 1;
        out[at(tasks_.init_s[task])].running += 1;
        const auto end_s = tasks_.end_s[task];
        if (end_s == 0) continue;
        out[at(end_s)].running -= 1;
        if (end_s >= from_s) ++(tasks_.status[task] == 3 ? out[at(end_s)].completed : out[at(end_s)].failed);
    }
    out.pop_back();
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].time_s = from_s + static_cast<std::int64_t>(i) * width_s;
        if (i == 0) continue;
        out[i].queued += out[i - 1].queued;
        out[i].running += out[i - 1].running;
    }
    return out;
}

std::pair<std::int64_t, std::int64_t> Columns::first_above(std::int64_t block) const {
    return {static_cast<std::int64_t>(range_of(deals_.block, std::nullopt, block + 1).second) + 1,
            static_cast<std::int64_t>(range_of(tasks_.block, std::nullopt, block + 1).second) + 1};
}

Columns::Totals Columns::since(std::int64_t from_s) const {
    Totals out;
    const auto& d = deals_;
    const auto [low, high] = range_of(d.start_s, from_s, std::nullopt);
    for (auto i = low; i < high; ++i) {
        ++out.deals;
        out.tasks += d.volume[i];
        out.value += d.price[i] * d.volume[i];
    }
    // A task ends at most its category's longest time after its begin; those of a day ago are few.
    for (std::size_t i = 0; i < tasks_.end_s.size(); ++i)
        if (tasks_.end_s[i] >= from_s) ++(tasks_.status[i] == 3 ? out.completed : out.failed);
    std::vector<bool> seen(addresses_.size());
    for (std::size_t i = contribution_worker_.size(); i-- > 0;) {
        if (tasks_.init_s[contribution_task_[i] - 1] < from_s) break;
        if (!seen[contribution_worker_[i]]) ++out.workers;
        seen[contribution_worker_[i]] = true;
    }
    return out;
}

std::int64_t Columns::running() const {
    return std::ranges::count_if(tasks_.status, [](std::uint8_t status) { return status < 3; });
}

std::string Columns::strip(std::int64_t deal, std::int64_t bucket_size, std::int64_t now_s) const {
    // From best to worst; the letter of a bucket is the worst in it.
    constexpr std::array kLetters{'C', 'V', 'R', 'N', 'L', 'X', 'F'};
    constexpr std::array kRank{3, 2, 4, 1, 0, 5, 6};  // by ShownStatus
    const auto i = static_cast<std::size_t>(deal - 1);
    const auto volume = deals_.volume[i];
    const auto buckets = static_cast<std::size_t>((volume + bucket_size - 1) / bucket_size);
    std::vector<int> worst(buckets, -1);
    std::vector<std::int64_t> known(buckets);
    const auto tasks = tasks_of_deal_.find(deal);
    if (tasks != tasks_of_deal_.end())
        for (const auto task : tasks->second) {
            const auto bucket = static_cast<std::size_t>((tasks_.index[task] - deals_.first[i]) / bucket_size);
            if (bucket >= buckets) continue;
            ++known[bucket];
            worst[bucket] = std::max(worst[bucket], kRank[static_cast<std::size_t>(task_status(task, now_s))]);
        }
    const bool over = now_s >= deals_.final_s[i];
    std::string out;
    for (std::size_t b = 0; b < buckets; ++b) {
        const auto size = std::min(bucket_size, volume - static_cast<std::int64_t>(b) * bucket_size);
        if (known[b] < size) worst[b] = std::max(worst[b], over ? 5 : 3);
        out += kLetters[static_cast<std::size_t>(worst[b])];
    }
    return out;
}

std::vector<std::int64_t> Columns::end_times(std::int64_t deal) const {
    std::vector<std::int64_t> out;
    if (const auto tasks = tasks_of_deal_.find(deal); tasks != tasks_of_deal_.end())
        for (const auto task : tasks->second)
            if (tasks_.status[task] == 3) out.push_back(tasks_.end_s[task]);
    std::ranges::sort(out);
    return out;
}

const std::string& Columns::name(std::int64_t account) const {
    static const std::string kNone;
    const auto found = names_.find(account);
    return found == names_.end() ? kNone : found->second;
}

}  // namespace bourse::explorer
