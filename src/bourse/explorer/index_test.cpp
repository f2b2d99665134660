// How the index is written: stopped, cut, begun anew, by either database, the same contents.
#include <bourse/explorer/index_fixture.hpp>

#include <bourse/db/test_postgres.hpp>
#include <bourse/sys/file.hpp>

#include <random>

namespace bourse::explorer {

using namespace testing;

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

}  // namespace bourse::explorer
