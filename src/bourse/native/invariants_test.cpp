// What the check after each transaction costs, and that it sees what it should (poco.md §3.1, §21.2).
#include <bourse/native/core/layout.hpp>
#include <bourse/native/test_world.hpp>

namespace bourse::native::test {
namespace {

/// Counts how often the state below is asked.
class CountingReader final : public state::Reader {
public:
    explicit CountingReader(const state::Reader& below) : below_(below) {}
    std::optional<state::Account> account(const Address& address) const override {
        ++reads;
        return below_.account(address);
    }
    state::SlotValue slot(const Address& address, const Bytes32& key) const override {
        ++reads;
        return below_.slot(address, key);
    }
    Bytes code(const Hash& hash) const override { return below_.code(hash); }

    mutable std::size_t reads = 0;

private:
    const state::Reader& below_;
};

struct Cost {
    std::size_t touched = 0;
    std::size_t reads = 0;

    bool operator==(const Cost&) const = default;
};

/// What the check reads after one match in a market that has had so many deals and holders before.
Cost cost_of_check(std::uint64_t size) {
    TestWorld world;
    for (std::uint64_t i = 0; i < size; ++i) {
        open_one(world, {});
        const Address holder = numbered_key(i).address();
        EXPECT_TRUE(world.hub_call(role("worker1"), hub::kTransfer, holder, Uint256(7)).ok());
    }
    const auto input = match_input(world, {});
    const state::ChangeSet changes = world.state().changes();
    const ChangesReader committed(changes);
    const CountingReader reader(committed);
    state::State state(reader);
    TestHost host(state, world.block, role("requester"));
    state::Message message;
    message.sender = role("requester");
    message.to = poco::kHub;
    message.input = input;
    message.gas = 1'000'000;
    EXPECT_TRUE(host.call(message).ok());
    const std::size_t before = reader.reads;
    EXPECT_EQ(broken_invariant(state), std::nullopt);
    return {state.touched_slots().size(), reader.reads - before};
}

TEST(Invariants, CostDoesNotGrowWithTheState) {
    const Cost small = cost_of_check(1);
    EXPECT_LE(small.touched, 12U);  // three orders, deal, three accounts, totals
    EXPECT_LE(small.reads, 4U);     // RLC of the hub; the rest was read by the call
    EXPECT_EQ(cost_of_check(300), small);
}

/// Writes past the ledger, as a bug would, and asks.
template <class Damage>
std::optional<std::string> broken_by(const Damage& damage) {
    TestWorld world;
    open_one(world, {});
    damage(world.state());
    auto broken = broken_invariant(world.state());
    static_cast<void>(world.state().end_transaction());
    return broken;
}
template <class Change>
auto account_damage(const Address& address, const Change& change) {
    return [=](state::State& state) {
        auto account = load_account(state, poco::kHub, address);
        change(account);
        store_account(state, poco::kHub, address, account);
    };
}
template <class Change>
auto books_damage(const Change& change) {
    return [=](state::State& state) {
        auto books = load_books(state, poco::kHub);
        change(books);
        store_books(state, poco::kHub, books);
    };
}

TEST(Invariants, EachIsSeen) {
    const Address someone = role("worker1");
    const Uint256 wide = Uint256(1) << 100;
    EXPECT_EQ(broken_by([](state::State&) {}), std::nullopt);
    EXPECT_TRUE(broken_by(account_damage(someone, [](HubAccount& a) { a.stake += 1; })));
    EXPECT_TRUE(broken_by(account_damage(someone, [=](HubAccount& a) { a.stake = wide; })));
    EXPECT_TRUE(broken_by(account_damage(someone, [](HubAccount& a) { a.locked += 1; })));
    EXPECT_TRUE(broken_by(account_damage(someone, [=](HubAccount& a) { a.locked = wide; })));
    EXPECT_TRUE(broken_by(account_damage(poco::kKitty, [](HubAccount& a) { a.locked += 1; })));
    EXPECT_EQ(broken_by(account_damage(someone, [](HubAccount& a) { a.score += 1; })), std::nullopt);
    EXPECT_TRUE(broken_by(books_damage([](Books& b) { b.supply += 1; })));
    EXPECT_TRUE(broken_by(books_damage([](Books& b) { b.locked += 1; })));
    EXPECT_TRUE(broken_by(books_damage([](Books& b) { b.stray += 1; })));
    EXPECT_TRUE(broken_by(books_damage([](Books& b) { b.committed += 1; })));
    EXPECT_TRUE(broken_by(books_damage([](Books& b) { b.in_flight += 1; })));
}

TEST(Invariants, TokensBehindTheStakesAreSeen) {
    const auto set = [](const Address& account, const Uint256& amount) {
        return
            [=](state::State& state) { state.set_slot(poco::kRlc, key_of(Space::kBalance, account), to_be32(amount)); };
    };
    EXPECT_EQ(broken_by(set(role("worker1"), 1)), "The sum of all RLC balances differs from the token's supply.");
    EXPECT_EQ(broken_by([](state::State& state) {
                  const Bytes32 hub_key = key_of(Space::kBalance, poco::kHub);
                  const Bytes32 admin_key = key_of(Space::kBalance, role("admin"));
                  const auto one = [&](const Bytes32& key, const Uint256& plus) {
                      state.set_slot(poco::kRlc, key, to_be32(uint256_from_be(state.slot(poco::kRlc, key)) + plus));
                  };
                  one(hub_key, Uint256(0) - Uint256(1));
                  one(admin_key, 1);
              }),
              "The hub holds less RLC than its supply.");
    EXPECT_EQ(
        broken_by([](state::State& state) { state.set_slot(poco::kRlc, key_of(Space::kSupply), to_be32(Uint256(5))); }),
        "The sum of all RLC balances differs from the token's supply.");
}

}  // namespace
}  // namespace bourse::native::test
