// Lists in other orders than newest first.
#include <bourse/explorer/index.hpp>
#include <bourse/explorer/made_history.hpp>

#include <gtest/gtest.h>
#include <algorithm>

namespace bourse::explorer {
namespace {

constexpr std::int64_t kLater = 1'900'000'000;

class ExplorerOrder : public ::testing::Test {
protected:
    void SetUp() override {
        index_ = *Index::open("sqlite::memory:", poco::kHub);
        testing::MadeChain chain;
        ASSERT_TRUE(index_->prepare(chain));
        index_->apply(history_.deployment(), history_.facts());
        for (int block = 0; block < 12; ++block) grow();
    }
    void grow() { index_->apply(history_.deals(9), history_.facts()); }

    /// All rows by pages of seven, while more come; those of the height at which it began.
    template <class Filter, class Ask>
    auto walk(const Filter& filter, const Ask& ask) {
        Paging paging;
        paging.limit = 7;
        auto page = ask(filter, paging);
        auto rows = page.rows;
        const auto total = page.total;
        while (page.next) {
            grow();
            paging.after = page.next;
            paging.as_of = page.as_of;
            page = ask(filter, paging);
            EXPECT_EQ(page.total, total);
            rows.insert(rows.end(), page.rows.begin(), page.rows.end());
        }
        EXPECT_EQ(static_cast<std::int64_t>(rows.size()), total);
        return rows;
    }
    template <class Filter, class Ask, class Key>
    void expect_order(const Filter& filter, const Ask& ask, const Key& key) {
        Paging all;
        all.limit = 100'000;
        auto newest = filter;
        newest.sort = {};
        auto expected = ask(newest, all).rows;
        std::ranges::stable_sort(expected, {}, key);
        const auto got = walk(filter, ask);
        ASSERT_EQ(got.size(), expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i].id, expected[i].id) << i;
    }

    testing::MadeHistory history_;
    std::unique_ptr<Index> index_;
};

TEST_F(ExplorerOrder, deals_by_price_volume_and_age_page_by_page) {
    const auto ask = [&](const DealFilter& f, const Paging& p) { return index_->deals(f, p, kLater); };
    DealFilter filter;
    filter.sort = DealSort::kDearest;
    expect_order(filter, ask, [](const DealRow& d) { return -d.price(); });
    filter.sort = DealSort::kCheapest;
    expect_order(filter, ask, [](const DealRow& d) { return d.price(); });
    filter.sort = DealSort::kLargest;
    expect_order(filter, ask, [](const DealRow& d) { return -d.volume; });
    filter.category = 1;
    filter.sort = DealSort::kOldest;
    expect_order(filter, ask, [](const DealRow& d) { return d.seq; });
}

TEST_F(ExplorerOrder, tasks_by_deadline) {
    const auto ask = [&](const TaskFilter& f, const Paging& p) { return index_->tasks(f, p, kLater); };
    TaskFilter filter;
    filter.sort = TaskSort::kFirstDeadline;
    expect_order(filter, ask, [](const TaskRow& t) { return t.final_s; });
    filter.sort = TaskSort::kLastDeadline;
    expect_order(filter, ask, [](const TaskRow& t) { return -t.final_s; });
}

TEST_F(ExplorerOrder, a_cursor_of_nowhere_gives_nothing) {
    DealFilter filter;
    filter.sort = DealSort::kCheapest;
    Paging paging;
    paging.after = 1'000'000;
    EXPECT_TRUE(index_->deals(filter, paging, kLater).rows.empty());
}

}  // namespace
}  // namespace bourse::explorer
