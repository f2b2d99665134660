// The full check of the books: it must pass at every stage of the market's life and see each kind of damage.
#include <bourse/native/books.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/hub/task_store.hpp>
#include <bourse/native/test_world.hpp>

namespace bourse::native::test {
namespace {

std::optional<std::string> audit(TestWorld& world) {
    const state::ChangeSet changes = world.state().changes();
    WrittenKeys keys;
    keys.add(changes);
    return broken_books(ChangesReader(changes), keys);
}

poco::TaskId contributed_task(TestWorld& world) {
    Terms terms;
    terms.trust = 3;
    terms.volume = 3;
    const auto task = open_one(world, terms);
    EXPECT_TRUE(contribute(world, role("worker1"), task, to_be32(1)).ok());
    return task;
}

TEST(Books, HoldAtEveryStage) {
    TestWorld world;
    EXPECT_EQ(audit(world), std::nullopt);
    const auto task = contributed_task(world);
    EXPECT_EQ(audit(world), std::nullopt);
    EXPECT_TRUE(contribute(world, role("worker3"), task, to_be32(1)).ok());
    EXPECT_EQ(audit(world), std::nullopt);
    EXPECT_TRUE(world.hub_call(role("worker1"), hub::kReveal, task, Hash(to_be32(1))).ok());
    EXPECT_TRUE(world.hub_call(role("worker3"), hub::kReveal, task, Hash(to_be32(1))).ok());
    EXPECT_EQ(audit(world), std::nullopt);
    EXPECT_TRUE(world.hub_call(role("scheduler"), hub::kFinalize, task, Bytes{1}, Bytes{}).ok());
    EXPECT_EQ(audit(world), std::nullopt);
    const auto deal = world.view<poco::Task>(hub::kViewTask, task.hash).dealid;
    world.block.time_s += 1'000'000;
    EXPECT_TRUE(world
                    .hub_call(role("worker1"), hub::kInitializeAndClaimArray, std::vector<Bytes32>{deal.hash},
                              std::vector<Uint256>{1})
                    .ok());
    EXPECT_EQ(audit(world), std::nullopt);
}

TEST(Books, ALockThatNobodyExplainsIsSeen) {
    TestWorld world;
    contributed_task(world);
    auto account = load_account(world.state(), poco::kHub, role("worker1"));
    account.locked += 1;
    account.stake -= 1;
    store_account(world.state(), poco::kHub, role("worker1"), account);
    auto hub_account = load_account(world.state(), poco::kHub, poco::kHub);
    hub_account.stake += 1;
    store_account(world.state(), poco::kHub, poco::kHub, hub_account);
    auto books = load_books(world.state(), poco::kHub);
    books.locked += 1;
    books.committed += 1;
    store_books(world.state(), poco::kHub, books);
    const auto broken = audit(world);
    ASSERT_TRUE(broken);
    EXPECT_NE(broken->find(to_hex(role("worker1"))), std::string::npos) << *broken;
}

TEST(Books, EachTotalIsCompared) {
    for (const auto total : {&Books::supply, &Books::locked, &Books::stray, &Books::committed, &Books::in_flight}) {
        TestWorld world;
        contributed_task(world);
        auto books = load_books(world.state(), poco::kHub);
        books.*total += 1;
        store_books(world.state(), poco::kHub, books);
        EXPECT_TRUE(audit(world));
    }
}

TEST(Books, DamagedTasksAreSeen) {
    for (int damage = 0; damage < 4; ++damage) {
        TestWorld world;
        const auto id = contributed_task(world);
        TaskFile task(world.state(), poco::kHub, id);
        if (damage == 0) task.index = 2;
        if (damage == 1) task.total += 1;
        if (damage == 2) task.deal = poco::DealId(to_be32(7));
        if (damage == 3) task.status = poco::TaskStatus::kFailed;
        task.store(world.state());
        EXPECT_TRUE(audit(world)) << damage;
    }
}

TEST(Books, MissingTokensAreSeen) {
    TestWorld world;
    const Bytes32 key = key_of(Space::kBalance, poco::kHub);
    const Uint256 held = uint256_from_be(world.state().slot(poco::kRlc, key));
    world.state().set_slot(poco::kRlc, key, to_be32(held - 1));
    EXPECT_TRUE(audit(world));
    world.state().set_slot(poco::kRlc, key_of(Space::kBalance, role("worker1")), to_be32(1));
    EXPECT_EQ(audit(world), "The hub holds less RLC than its supply.");
}

}  // namespace
}  // namespace bourse::native::test
