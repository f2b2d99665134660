// Records and packed slots, on both sides of each limit.
#include <bourse/native/clerk/deal_store.hpp>
#include <bourse/native/core/record.hpp>
#include <bourse/native/hub/task_store.hpp>
#include <bourse/native/test_world.hpp>

#include <rapidcheck/gtest.h>

namespace bourse::native::test {
namespace {

const Address kAnyHub = poco::kHub;

TEST(Records, IntegersHaveOneEncoding) {
    for (const auto& value : {Uint256(0), Uint256(1), Uint256(255), Uint256(256), Uint256::max()}) {
        const Bytes bytes = RecordWriter().integer(value).take();
        RecordReader in(bytes);
        EXPECT_EQ(in.integer(), value);
        EXPECT_TRUE(in.empty());
    }
    EXPECT_EQ(RecordWriter().integer(0).take(), Bytes{0});
}

class WideAccounts : public testing::TestWithParam<Uint256> {};
TEST_P(WideAccounts, SurviveEveryField) {
    EmptyState empty;
    state::State state(empty);
    const Uint256 value = GetParam();
    const Address who = role("worker1");
    for (const auto member : {&HubAccount::stake, &HubAccount::locked, &HubAccount::score}) {
        HubAccount account{7, 8, 9, true};
        account.*member = value;
        store_account(state, kAnyHub, who, account);
        EXPECT_EQ(load_account(state, kAnyHub, who), account);
    }
    store_account(state, kAnyHub, who, {});
    EXPECT_EQ(load_account(state, kAnyHub, who), HubAccount{});
    const auto changes = state.changes();
    for (const auto& [address, slots] : changes.slots)
        for (const auto& [key, change] : slots) EXPECT_TRUE(change.after.value.is_zero());
}
INSTANTIATE_TEST_SUITE_P(AtTheLimit, WideAccounts,
                         testing::Values(Uint256(0), Uint256(~0ULL), Uint256(1) << 64, Uint256(1) << 128,
                                         Uint256::max()));

class WideOrders : public testing::TestWithParam<Uint256> {};
TEST_P(WideOrders, KeepConsumptionAndPresigner) {
    EmptyState empty;
    state::State state(empty);
    Hash digest;
    digest.data[0] = 0xAB;
    digest.data[31] = 1;
    const poco::OrderHash order(digest);
    const OrderState value{GetParam(), role("requester")};
    store_order(state, kAnyHub, order, value);
    EXPECT_EQ(load_order(state, kAnyHub, order), value);
    store_order(state, kAnyHub, order, {3, role("sponsor")});
    EXPECT_EQ(load_order(state, kAnyHub, order), (OrderState{3, role("sponsor")}));
    digest.data[0] = 0xAC;  // shares the slot's key, is another order
    EXPECT_EQ(load_order(state, kAnyHub, poco::OrderHash(digest)), OrderState{});
}
INSTANTIATE_TEST_SUITE_P(AtTheLimit, WideOrders,
                         testing::Values(Uint256(0), (Uint256(1) << 80) - 1, Uint256(1) << 80, Uint256::max()));

TEST(Deals, OptionalFieldsAndLongParams) {
    EmptyState empty;
    state::State state(empty);
    for (const std::size_t length : {std::size_t{0}, std::size_t{256}, std::size_t{257}, std::size_t{60'000}}) {
        poco::Deal deal;
        deal.app = {role("worker1"), role("worker2"), 5};
        deal.workerpool = {role("worker3"), role("scheduler"), Uint256::max()};
        deal.trust = 1;
        deal.bot_size = Uint256::max();
        deal.worker_stake = Uint256(1) << 200;
        deal.requester = role("requester");
        deal.sponsor = deal.requester;
        deal.params = std::string(length, 'p');
        const poco::DealId id(to_be32(length + 1));
        store_deal(state, kAnyHub, id, deal);
        EXPECT_EQ(view_deal(state, kAnyHub, id), deal);
        deal.dataset = {role("admin"), role("dataset_provider"), 0};
        deal.beneficiary = role("beneficiary");
        deal.callback = role("sponsor");
        deal.sponsor = role("sponsor");
        deal.tag.data[31] = 1;
        store_deal(state, kAnyHub, id, deal);
        EXPECT_EQ(view_deal(state, kAnyHub, id), deal);
    }
    EXPECT_FALSE(load_deal(state, kAnyHub, poco::DealId(to_be32(999))));
    Hash other = to_be32(1);
    other.data[0] = 1;  // the same key, another id
    EXPECT_FALSE(load_deal(state, kAnyHub, poco::DealId(other)));
}

Contributor entry_of(std::uint64_t number) {
    Contributor out;
    out.worker = numbered_key(number).address();
    out.status = poco::ContributionStatus::kContributed;
    out.log_weight = static_cast<std::uint8_t>(number % 256);
    out.seal = to_be32(number);
    if (number % 3 == 0) out.enclave = role("enclave");
    return out;
}

/// Groups of value number % groups, the first of each leads.
void add_entries(TaskFile& file, std::uint64_t from, std::uint64_t to, std::uint64_t groups) {
    for (std::uint64_t number = from; number < to; ++number) {
        auto entry = entry_of(number);
        const Bytes32 value = to_be32(1'000 + number % groups);
        const auto leader = file.find_group(value);
        entry.leader = leader.value_or(number);
        if (!leader) {
            entry.value = value;
            entry.group_weight = Uint256(number) << 100;
            entry.members = 1;
        }
        EXPECT_EQ(file.append(entry), number);
    }
}

class TaskChunks : public testing::TestWithParam<std::uint64_t> {};
TEST_P(TaskChunks, ContributorsBeyondTheFirstRecord) {
    EmptyState empty;
    state::State state(empty);
    const poco::TaskId id(to_be32(77));
    const std::uint64_t count = GetParam();
    constexpr std::uint64_t kGroups = 20;
    for (std::uint64_t number = 0; number < count; ++number) {  // one a transaction, as on chain
        TaskFile file(state, kAnyHub, id);
        file.status = poco::TaskStatus::kActive;
        EXPECT_FALSE(file.find_worker(numbered_key(number).address()));
        add_entries(file, number, number + 1, kGroups);
        file.store(state);
    }
    TaskFile file(state, kAnyHub, id);
    ASSERT_EQ(file.contributor_count(), count);
    for (std::uint64_t number = 0; number < count; ++number) {
        EXPECT_EQ(file.find_worker(numbered_key(number).address()), number);
        EXPECT_EQ(file.contributor(number).seal, to_be32(number));
        EXPECT_EQ(file.value_of(number), to_be32(1'000 + number % kGroups));
        EXPECT_EQ(file.find_group(to_be32(1'000 + number % kGroups)), number % kGroups);
    }
    EXPECT_FALSE(file.find_group(to_be32(5)));
}
INSTANTIATE_TEST_SUITE_P(AroundSixteen, TaskChunks, testing::Values(0U, 1U, 15U, 16U, 17U, 32U, 33U, 50U));

TEST(Tasks, HeadSurvives) {
    EmptyState empty;
    state::State state(empty);
    const poco::TaskId id(to_be32(78));
    TaskFile file(state, kAnyHub, id);
    EXPECT_EQ(file.status, poco::TaskStatus::kUnset);
    file.status = poco::TaskStatus::kCompleted;
    file.deal = poco::DealId(to_be32(5));
    file.index = Uint256::max();
    file.reveal_deadline = Uint256(1) << 255;
    file.reveal_counter = 3;
    file.winner_counter = 4;
    file.total = Uint256::max();
    file.result_digest = to_be32(9);
    file.results = Bytes(1'000, 1);
    add_entries(file, 0, 3, 2);
    file.consensus_leader = 1;
    file.store(state);
    const TaskFile again(state, kAnyHub, id);
    EXPECT_EQ(again.status, file.status);
    EXPECT_EQ(again.deal, file.deal);
    EXPECT_EQ(again.index, file.index);
    EXPECT_EQ(again.reveal_deadline, file.reveal_deadline);
    EXPECT_EQ(again.total, file.total);
    EXPECT_EQ(again.results, file.results);
    EXPECT_EQ(again.results_callback, Bytes{});
    EXPECT_EQ(again.consensus_leader, 1U);
}

}  // namespace
}  // namespace bourse::native::test
