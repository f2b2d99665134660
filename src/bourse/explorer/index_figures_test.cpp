// Money, figures and prices that follow from the chain's events.
#include <bourse/explorer/index_fixture.hpp>

#include <map>
#include <set>

namespace bourse::explorer {

using namespace testing;

TEST(ExplorerIndex, MoneyOfAccountsFollowsTheEvents) {
    Filled filled;
    // What the market holds is what was deposited; locks move between accounts and the hub's own.
    std::int64_t staked = 0, locked = 0;
    Paging all;
    all.limit = 1'000;
    const auto accounts = filled.index->accounts(AccountSort::kNewest, 0, all);
    for (const auto& account : accounts.rows) {
        if (account.address != poco::kHub) staked += account.staked;
        locked += account.locked;
    }
    const auto hub = filled.index->account(poco::kHub);
    ASSERT_TRUE(hub);
    EXPECT_EQ(staked + hub->staked, 77 * 1'000'000'000LL);
    EXPECT_GE(hub->staked, locked);
    EXPECT_GT(locked, 0);
    const auto worker = MadeHistory::made("worker", 3);
    const auto scores = filled.index->scores(worker, 1000);
    ASSERT_FALSE(scores.empty());
    EXPECT_EQ(scores.front().score, filled.index->account(worker)->score);
    std::int64_t score = 0;
    for (auto at = scores.rbegin(); at != scores.rend(); ++at) {
        score = at->accurate ? score + 1 : score * 2 / 3;
        EXPECT_EQ(at->score, score);
    }
}

TEST(ExplorerIndex, MoneyPanelOfACompletedTaskAddsUp) {
    Filled filled;
    TaskFilter completed;
    completed.status = ShownStatus::kComplete;
    const auto page = filled.index->tasks(completed, {}, kLater);
    ASSERT_FALSE(page.rows.empty());
    for (const auto& task : page.rows) {
        const auto deal = filled.index->deal(task.deal);
        ASSERT_TRUE(deal);
        std::int64_t requester_paid = 0, workers_lost = 0, stakes = 0, returned = 0;
        for (const auto& row : filled.index->money_of(task, *deal)) {
            if (row.role == "requester") requester_paid += row.slashed;
            if (row.role == "worker") {
                workers_lost += row.slashed;
                stakes += row.locked;
                returned += row.returned;
            }
        }
        EXPECT_EQ(requester_paid, deal->price());
        EXPECT_EQ(stakes, 18);
        EXPECT_EQ(returned + workers_lost, stakes);
    }
}

TEST(ExplorerFigures, TransactionsAreCountedByBlock) {
    MadeHistory history;
    const auto index = *Index::open("sqlite::memory:", poco::kHub);
    std::int64_t total = 0;
    std::vector<std::int64_t> totals{0}, blocks;
    for (int i = 0; i < 12; ++i) {
        const auto batch = i == 0 ? history.deployment() : history.deals(static_cast<std::size_t>(i));
        index->apply(batch, history.facts());
        total += static_cast<std::int64_t>(history.facts().transactions.at(batch.last.number));
        totals.push_back(total);
        blocks.insert(blocks.begin(), static_cast<std::int64_t>(batch.last.number));
    }
    for (std::size_t block = 0; block < totals.size(); ++block)
        EXPECT_EQ(index->transactions_up_to(static_cast<std::int64_t>(block)), totals[block]);
    EXPECT_EQ(index->transactions_up_to(1'000), total);
    EXPECT_EQ(index->blocks_with_transactions(1'000, 100), blocks);
    EXPECT_EQ(index->blocks_with_transactions(3, 1), (std::vector<std::int64_t>{2}));
}

TEST(ExplorerFigures, LoadOfAPoolIsWhatItsTasksSay) {
    Filled filled;
    const auto pool = MadeHistory::made("pool", 0);
    const auto now = filled.index->block_time_s();
    Paging all;
    all.limit = 100'000;
    DealFilter deals;
    deals.pool = pool;
    TaskFilter tasks;
    tasks.pool = pool;
    const auto sold = filled.index->deals(deals, all, now).rows;
    const auto begun = filled.index->tasks(tasks, all, now).rows;
    ASSERT_FALSE(begun.empty());
    const std::int64_t width = 60, from = now - 20 * width;
    const auto load = filled.index->load_of(pool, from, width, 21, now);
    ASSERT_EQ(load.size(), 21U);
    for (const auto& stretch : load) {
        const auto end = std::min(stretch.time_s + width - 1, now);
        Columns::PoolLoad expected{stretch.time_s, 0, 0, 0, 0};
        for (const auto& deal : sold) {
            if (deal.sealed_s > end) continue;
            std::int64_t known = 0, started = 0;
            for (const auto& task : begun)
                if (task.deal == deal.id) {
                    ++known;
                    started += task.initialised_s <= end ? 1 : 0;
                }
            expected.queued += known - started + (deal.final_s > end ? deal.volume - known : 0);
        }
        for (const auto& task : begun) {
            if (task.initialised_s <= end && (task.ended_s == 0 || task.ended_s > end)) ++expected.running;
            if (task.ended_s >= stretch.time_s && task.ended_s <= end && task.ended_s > 0)
                ++(task.status == 3 ? expected.completed : expected.failed);
        }
        EXPECT_EQ(stretch.queued, expected.queued) << stretch.time_s;
        EXPECT_EQ(stretch.running, expected.running) << stretch.time_s;
        EXPECT_EQ(stretch.completed, expected.completed);
        EXPECT_EQ(stretch.failed, expected.failed);
    }
}

TEST(ExplorerCandles, EqualTheAggregationOfTrades) {
    std::mt19937 random(9);
    for (int round = 0; round < 10'000; ++round) {
        std::vector<Columns::Trade> trades;
        std::int64_t time = static_cast<std::int64_t>(random() % 100'000);
        for (std::size_t i = 0, count = random() % 40; i < count; ++i) {
            time += static_cast<std::int64_t>(random() % 200);
            trades.push_back({static_cast<std::int64_t>(i + 1), time, static_cast<std::int64_t>(random() % 50),
                              1 + static_cast<std::int64_t>(random() % 9)});
        }
        const std::int64_t width = std::array{60, 300, 3'600, 86'400}[random() % 4];
        std::map<std::int64_t, std::vector<Columns::Trade>> buckets;
        for (const auto& trade : trades) buckets[trade.time_s / width].push_back(trade);
        std::vector<Candle> candles;
        for (const auto& trade : trades) add_trade(candles, trade, width);
        ASSERT_EQ(candles.size(), buckets.size());
        std::size_t i = 0;
        for (const auto& [number, inside] : buckets) {
            const auto [low, high] = std::ranges::minmax(inside, {}, &Columns::Trade::price);
            Candle expected{number * width,
                            inside.front().price,
                            high.price,
                            low.price,
                            inside.back().price,
                            0,
                            0,
                            static_cast<std::int64_t>(inside.size())};
            for (const auto& trade : inside) {
                expected.volume += trade.volume;
                expected.value += trade.volume * trade.price;
            }
            ASSERT_EQ(candles[i++], expected);
        }
    }
}

}  // namespace bourse::explorer
