#include <bourse/explorer/index.hpp>

#include <bourse/db/test_postgres.hpp>
#include <bourse/explorer/made_history.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <map>
#include <set>

namespace bourse::explorer {

namespace {

using testing::MadeHistory;

constexpr std::int64_t kLater = 1'900'000'000;

std::unique_ptr<Index> index_at(const std::string& url) {
    auto index = Index::open(url, poco::kHub);
    EXPECT_TRUE(index) << index.error().message;
    return *std::move(index);
}

void prepare(Index& index) {
    testing::MadeChain chain;
    ASSERT_TRUE(index.prepare(chain));
}

std::vector<client::BlockBatch> batches_of(MadeHistory& history, std::size_t blocks, std::size_t deals_a_block) {
    std::vector<client::BlockBatch> out{history.deployment()};
    for (std::size_t i = 0; i < blocks; ++i) out.push_back(history.deals(deals_a_block));
    return out;
}

/// Blocks [from, to) of a history as one batch.
client::BlockBatch joined(const std::vector<client::BlockBatch>& batches, std::size_t from, std::size_t to) {
    auto out = batches[from];
    for (auto i = from + 1; i < to; ++i) {
        out.logs.insert(out.logs.end(), batches[i].logs.begin(), batches[i].logs.end());
        out.last = batches[i].last;
        out.head = batches[i].head;
    }
    return out;
}

struct Filled {
    Filled(std::size_t blocks = 20, std::size_t deals = 10) : index(index_at("sqlite::memory:")) {
        prepare(*index);
        for (const auto& batch : batches_of(history, blocks, deals)) index->apply(batch, history.facts());
    }
    MadeHistory history;
    std::unique_ptr<Index> index;
};

}  // namespace

TEST(ExplorerIndex, EqualContentsHoweverOftenStoppedAndCut) {
    MadeHistory history;
    const auto batches = batches_of(history, 40, 8);
    const auto straight = index_at("sqlite::memory:");
    prepare(*straight);
    for (const auto& batch : batches) straight->apply(batch, history.facts());
    const auto expected = straight->dump();
    ASSERT_GT(expected.size(), 100'000U);
    for (unsigned seed = 1; seed <= 3; ++seed) {
        std::mt19937 random(seed);
        const sys::TempDir folder;
        const auto url = "sqlite://" + (folder.path() / "index.db").string();
        auto index = index_at(url);
        prepare(*index);
        for (std::size_t at = 0; at < batches.size();) {
            const auto to = std::min(batches.size(), at + 1 + random() % 5);
            // A batch that comes again, as after a lost answer, changes nothing.
            if (random() % 4 == 0 && at > 0) index->apply(joined(batches, at - 1, at), history.facts());
            index->apply(joined(batches, at, to), history.facts());
            at = to;
            if (random() % 3 == 0) {
                index.reset();
                index = index_at(url);
                prepare(*index);
            }
        }
        EXPECT_TRUE(index->dump() == expected) << "seed " << seed;
    }
}

TEST(ExplorerIndex, PostgresHoldsTheSame) {
    auto* const server = db::testing::PostgresServer::shared();
    if (server == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
    MadeHistory history;
    const auto batches = batches_of(history, 8, 4);
    const auto file = index_at("sqlite::memory:");
    const auto shared = index_at(server->create_database());
    for (auto* index : {file.get(), shared.get()}) {
        prepare(*index);
        for (const auto& batch : batches) index->apply(batch, history.facts());
    }
    EXPECT_TRUE(file->dump() == shared->dump());
    // Every kind of question, so that each statement is understood by both.
    const auto deal = *shared->deal(std::int64_t{3});
    const auto owner = deal.pool.owner;
    Paging two;
    two.limit = 2;
    EXPECT_EQ(shared->search(to_hex(deal.id).substr(0, 12), 8).size(),
              file->search(to_hex(deal.id).substr(0, 12), 8).size());
    EXPECT_EQ(shared->search("app", 8).size(), 8U);
    for (const auto sort : {AccountSort::kNewest, AccountSort::kStaked, AccountSort::kScore}) {
        auto page = shared->accounts(sort, kWorkerRole, two);
        two.after = page.next;
        EXPECT_EQ(shared->accounts(sort, kWorkerRole, two).rows.size(), 2U);
        two.after.reset();
    }
    for (const auto sort : {ResourceFilter::Sort::kNewest, ResourceFilter::Sort::kName, ResourceFilter::Sort::kRuns}) {
        ResourceFilter filter;
        filter.sort = sort;
        filter.prefix = "app";
        filter.owner = deal.app.owner;
        EXPECT_EQ(shared->resources(filter, two).total, file->resources(filter, two).total);
    }
    EntryFilter locks;
    locks.kind = EntryKind::kLock;
    EXPECT_EQ(shared->entries(owner, locks, two).total, file->entries(owner, locks, two).total);
    EXPECT_EQ(shared->transfers(owner, two).rows.size(), file->transfers(owner, two).rows.size());
    EXPECT_EQ(shared->earnings(deal.pool.address, 0, kLater).size(),
              file->earnings(deal.pool.address, 0, kLater).size());
    const auto here = shared->ticker({deal.category, TagClass::kAny, 0}, kLater);
    const auto there = file->ticker({deal.category, TagClass::kAny, 0}, kLater);
    EXPECT_EQ(here.start.median_s, there.start.median_s);
    EXPECT_EQ(here.finish.p95_s, there.finish.p95_s);
    ASSERT_TRUE(here.start.p95_s && here.finish.p95_s);
    EXPECT_LE(*here.start.median_s, *here.start.p95_s);
    EXPECT_LE(*here.finish.median_s, *here.finish.p95_s);
    EXPECT_LE(*here.start.median_s, *here.finish.median_s);
    EXPECT_EQ(shared->figures(kLater).accounts, file->figures(kLater).accounts);
    EXPECT_EQ(shared->owners_of(*shared->resource(deal.app.address)).size(), 1U);
    EXPECT_FALSE(shared->is_closed(deal.orders[0]));
}

TEST(ExplorerIndex, ABatchThatFailsLeavesNothing) {
    MadeHistory history;
    const auto batches = batches_of(history, 4, 5);
    const auto index = index_at("sqlite::memory:");
    prepare(*index);
    index->apply(batches[0], history.facts());
    const auto before = index->dump();
    auto broken = history.facts();
    broken.contributions.clear();  // a fact is missing half-way through the batch
    EXPECT_THROW(index->apply(batches[1], broken), std::exception);
    EXPECT_EQ(index->dump(), before);
    for (std::size_t i = 1; i < batches.size(); ++i) index->apply(batches[i], history.facts());
    const auto straight = index_at("sqlite::memory:");
    prepare(*straight);
    for (const auto& batch : batches) straight->apply(batch, history.facts());
    EXPECT_TRUE(index->dump() == straight->dump());
}

TEST(ExplorerIndex, RefusesAnotherChain) {
    const auto index = index_at("sqlite::memory:");
    prepare(*index);
    testing::MadeChain other;
    other.genesis_hash = crypto::keccak256("other");
    const auto refused = index->prepare(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "FOREIGN_DATA");
}

TEST(ExplorerIndex, ResetBeginsAnew) {
    Filled filled(3, 3);
    const auto before = filled.index->dump();
    filled.index->reset();
    EXPECT_FALSE(filled.index->cursor());
    prepare(*filled.index);
    MadeHistory again;
    for (const auto& batch : batches_of(again, 3, 3)) filled.index->apply(batch, again.facts());
    EXPECT_TRUE(filled.index->dump() == before);
}

TEST(ExplorerIndex, FiltersEqualALookAtEveryRow) {
    Filled filled;
    auto& index = *filled.index;
    Paging all;
    all.limit = 1'000'000;
    const auto every = index.deals({}, all, kLater);
    ASSERT_EQ(every.rows.size(), filled.history.deal_count());
    std::mt19937 random(5);
    for (int round = 0; round < 200; ++round) {
        const auto& model = every.rows[random() % every.rows.size()];
        DealFilter f;
        if (random() % 3 == 0) f.category = model.category;
        if (random() % 4 == 0) f.app = model.app.address;
        if (random() % 4 == 0) f.pool = model.pool.address;
        if (random() % 4 == 0) f.requester = model.requester;
        if (random() % 4 == 0) f.min_price = model.price();
        if (random() % 4 == 0) f.max_trust = model.trust;
        if (random() % 4 == 0) f.status = model.status(kLater);
        if (random() % 4 == 0) f.from_s = model.sealed_s;
        if (random() % 6 == 0) f.mine = model.pool.owner;
        if (random() % 8 == 0) f.order = model.orders[random() % 2 == 0 ? 2 : 3];
        if (random() % 6 == 0) f.tag = TagClass::kTee;
        std::vector<std::int64_t> expected;
        for (const auto& d : every.rows) {
            const bool fits = (!f.category || d.category == *f.category) && (!f.app || d.app.address == *f.app) &&
                              (!f.pool || d.pool.address == *f.pool) && (!f.requester || d.requester == *f.requester) &&
                              (!f.min_price || d.price() >= *f.min_price) &&
                              (!f.max_trust || d.trust <= *f.max_trust) &&
                              (!f.status || d.status(kLater) == *f.status) && (!f.from_s || d.sealed_s >= *f.from_s) &&
                              (!f.mine || d.requester == *f.mine || d.beneficiary == *f.mine || d.payer == *f.mine ||
                               d.app.owner == *f.mine || d.dataset.owner == *f.mine || d.pool.owner == *f.mine) &&
                              (!f.order || std::ranges::find(d.orders, *f.order) != d.orders.end()) &&
                              (f.tag == TagClass::kAny || d.tag.data[31] == 1);
            if (fits) expected.push_back(d.seq);
        }
        const auto page = index.deals(f, all, kLater);
        std::vector<std::int64_t> got;
        for (const auto& d : page.rows) got.push_back(d.seq);
        ASSERT_EQ(got, expected) << "round " << round;
        ASSERT_EQ(page.total, static_cast<std::int64_t>(expected.size()));
    }
}

TEST(ExplorerIndex, PagesNeitherRepeatNorSkipWhileDealsArrive) {
    Filled filled(10, 7);
    const auto total = static_cast<std::int64_t>(filled.history.deal_count());
    Paging paging;
    paging.limit = 9;
    std::vector<std::int64_t> seen;
    while (true) {
        const auto page = filled.index->deals({}, paging, kLater);
        EXPECT_EQ(page.total, total);
        for (const auto& deal : page.rows) seen.push_back(deal.seq);
        if (!page.next) break;
        paging.after = page.next;
        paging.as_of = page.as_of;
        filled.index->apply(filled.history.deals(3), filled.history.facts());
    }
    ASSERT_EQ(static_cast<std::int64_t>(seen.size()), total);
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], total - static_cast<std::int64_t>(i));
}

TEST(ExplorerIndex, LoadedColumnsEqualThoseThatGrew) {
    MadeHistory history;
    const sys::TempDir folder;
    const auto url = "sqlite://" + (folder.path() / "index.db").string();
    auto grown = index_at(url);
    prepare(*grown);
    for (const auto& batch : batches_of(history, 10, 10)) grown->apply(batch, history.facts());
    const auto loaded = index_at(url);
    for (const auto status : {ShownStatus::kComplete, ShownStatus::kFailed, ShownStatus::kClaimable}) {
        DealFilter deals;
        deals.status = status;
        EXPECT_EQ(grown->deals(deals, {}, kLater).total, loaded->deals(deals, {}, kLater).total);
        TaskFilter tasks;
        tasks.status = status;
        EXPECT_EQ(grown->tasks(tasks, {}, kLater).total, loaded->tasks(tasks, {}, kLater).total);
        EXPECT_GT(grown->tasks(tasks, {}, kLater).total, 0);
    }
}

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

TEST(ExplorerIndex, EntriesPageByKindAndTime) {
    Filled filled;
    const auto who = MadeHistory::made("pool-owner", 1);
    Paging paging;
    paging.limit = 1000;
    const auto every = filled.index->entries(who, {}, paging);
    ASSERT_GT(every.total, 20);
    EXPECT_EQ(every.total, static_cast<std::int64_t>(every.rows.size()));
    EntryFilter locks;
    locks.kind = EntryKind::kLock;
    locks.from_s = every.rows[every.rows.size() / 2].time_s;
    std::int64_t expected = 0;
    for (const auto& row : every.rows) expected += row.kind == EntryKind::kLock && row.time_s >= *locks.from_s ? 1 : 0;
    EXPECT_EQ(filled.index->entries(who, locks, paging).total, expected);
}

TEST(ExplorerIndex, TasksOfADealIncludeThoseNotBegun) {
    Filled filled;
    Paging all;
    all.limit = 1000;
    for (const auto& deal : filled.index->deals({}, all, kLater).rows) {
        const auto tasks = filled.index->tasks_of(deal, 0, 100);
        ASSERT_EQ(static_cast<std::int64_t>(tasks.size()), deal.volume);
        std::int64_t begun = 0;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            EXPECT_EQ(tasks[i].id, poco::task_id(poco::DealId(deal.id), i).hash);
            begun += tasks[i].seq != 0 ? 1 : 0;
        }
        EXPECT_EQ(begun, deal.tasks.initialised);
        EXPECT_EQ(filled.index->strip(deal, 1, 0).size(), static_cast<std::size_t>(deal.volume));
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

TEST(ExplorerFilters, EachOwnerAndOrderForItself) {
    Filled filled;
    Paging all;
    all.limit = 100'000;
    const auto everything = filled.index->deals({}, all, 0).rows;
    const auto& one = everything[5];
    const std::pair<std::optional<Address> DealFilter::*, Address (*)(const DealRow&)> owners[] = {
        {&DealFilter::app_owner, [](const DealRow& d) { return d.app.owner; }},
        {&DealFilter::dataset_owner, [](const DealRow& d) { return d.dataset.owner; }},
        {&DealFilter::pool_owner, [](const DealRow& d) { return d.pool.owner; }},
        {&DealFilter::dataset, [](const DealRow& d) { return d.dataset.address; }}};
    for (const auto& [member, of] : owners) {
        DealFilter filter;
        filter.*member = of(one);  // the null address too: deals without a dataset
        const auto expected = std::ranges::count_if(everything, [&](const DealRow& d) { return of(d) == of(one); });
        EXPECT_EQ(filled.index->deals(filter, {}, 0).total, expected);
    }
    DealFilter by_request;
    by_request.request_order = one.orders[3];
    EXPECT_EQ(filled.index->deals(by_request, {}, 0).total, 1);
    by_request.app_order = one.orders[2];
    EXPECT_EQ(filled.index->deals(by_request, {}, 0).total, 0);
    // Skipping rows and walking without a total give the same rows.
    Paging skip;
    skip.offset = 3;
    skip.limit = 4;
    const auto some = filled.index->deals({}, skip, 0).rows;
    ASSERT_EQ(some.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(some[i].id, everything[i + 3].id);
    DealFilter category;
    category.category = one.category;
    const auto counted = filled.index->deals(category, all, 0).rows;
    std::vector<Hash> walked;
    Paging step;
    step.count = false;
    step.limit = 7;
    for (auto page = filled.index->deals(category, step, 0);; page = filled.index->deals(category, step, 0)) {
        for (const auto& deal : page.rows) walked.push_back(deal.id);
        if (!page.next) break;
        step.after = page.next;
    }
    ASSERT_EQ(walked.size(), counted.size());
    for (std::size_t i = 0; i < walked.size(); ++i) EXPECT_EQ(walked[i], counted[i].id);
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

TEST(ExplorerSearch, FindsByIdPrefixAndName) {
    Filled filled;
    const auto deal = filled.index->deal(std::int64_t{7});
    ASSERT_TRUE(deal);
    const auto hit = [&](const std::string& text, const std::string& kind) {
        const auto hits = filled.index->search(text, 8);
        return std::ranges::any_of(hits, [&](const Hit& h) { return h.kind == kind; });
    };
    EXPECT_TRUE(hit(to_hex(deal->id), "deal"));
    EXPECT_TRUE(hit(to_hex(deal->id).substr(0, 14), "deal"));
    EXPECT_TRUE(hit(to_hex(deal->tx), "transaction"));
    EXPECT_TRUE(hit(to_hex(deal->orders[3]), "order"));
    EXPECT_TRUE(hit(to_hex(MadeHistory::made("worker", 1)), "worker"));
    EXPECT_TRUE(hit(to_hex(MadeHistory::made("app", 1)), "app"));
    EXPECT_TRUE(hit("POOL", "workerpool"));
    EXPECT_TRUE(hit("data 3", "dataset"));
    EXPECT_TRUE(filled.index->search("0x000000000000000000000000", 8).empty());
    EXPECT_TRUE(filled.index->search("no such name", 8).empty());
}

TEST(ExplorerText, CleanTextIsUtf8WithoutNul) {
    EXPECT_EQ(clean_text("caf\xC3\xA9"), "caf\xC3\xA9");
    EXPECT_EQ(clean_text(std::string_view("a\0b", 3)),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(clean_text("\xFF\xC3"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(clean_text("\xED\xA0\x80").find('\xED'), std::string::npos);  // a surrogate
    EXPECT_EQ(name_key("ABc"), "abc");
    EXPECT_LE(name_key(std::string(100, 'x')).size(), 64U);
}

}  // namespace bourse::explorer
