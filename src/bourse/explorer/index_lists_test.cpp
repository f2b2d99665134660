// What lists, filters, pages and search find.
#include <bourse/explorer/index_fixture.hpp>

#include <map>
#include <set>

namespace bourse::explorer {

using namespace testing;

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
