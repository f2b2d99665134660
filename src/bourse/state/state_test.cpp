#include <bourse/state/state.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>

#include <random>

namespace bourse::state {
namespace {

class MapReader final : public Reader {
public:
    std::optional<Account> account(const Address& address) const override {
        const auto found = accounts.find(address);
        return found == accounts.end() ? std::nullopt : std::optional(found->second);
    }
    SlotValue slot(const Address& address, const Bytes32& key) const override {
        ++slot_reads;
        const auto found = slots.find({address, key});
        return found == slots.end() ? SlotValue() : found->second;
    }
    Bytes code(const Hash& hash) const override {
        const auto found = codes.find(hash);
        return found == codes.end() ? Bytes() : found->second;
    }

    std::map<Address, Account> accounts;
    std::map<std::pair<Address, Bytes32>, SlotValue> slots;
    std::map<Hash, Bytes> codes;
    mutable int slot_reads = 0;
};

Address address_of(std::uint8_t n) {
    Address out;
    out.data[19] = n;
    return out;
}
Bytes32 word(std::uint64_t n) { return to_be32(Uint256(n)); }
SlotValue record_of(const Bytes& body) { return {crypto::keccak256(ByteView(body)), body}; }

const Address kHub = address_of(1);

TEST(State, reads_come_from_the_reader_once) {
    MapReader reader;
    reader.slots[{kHub, word(1)}] = {word(7), {}};
    reader.slots[{kHub, word(2)}] = record_of({1, 2, 3});
    const State state(reader);
    EXPECT_EQ(state.slot(kHub, word(1)), word(7));
    EXPECT_TRUE(state.record(kHub, word(1)).empty());
    EXPECT_EQ(state.slot(kHub, word(2)), crypto::keccak256(ByteView(Bytes{1, 2, 3})));
    EXPECT_EQ(to_bytes(state.record(kHub, word(2))), (Bytes{1, 2, 3}));
    EXPECT_EQ(reader.slot_reads, 2);
    // No copy: the view is the reader's own memory.
    EXPECT_EQ(state.record(kHub, word(2)).data(), reader.slots.at({kHub, word(2)}).body.view().data());
}

TEST(State, nested_snapshots_revert_slots_records_accounts_and_logs) {
    const MapReader reader;
    State state(reader);
    state.set_slot(kHub, word(1), word(10));
    const auto outer = state.snapshot();
    state.set_slot(kHub, word(1), word(11));
    state.set_record(kHub, word(2), {5});
    state.add_log({kHub, {word(1)}, {}});
    const auto inner = state.snapshot();
    state.set_record(kHub, word(2), {6});
    state.set_nonce(kHub, 4);
    state.set_balance(kHub, 100);
    state.set_code(kHub, {0xfe});
    state.add_log({kHub, {word(2)}, {}});
    state.revert(inner);
    EXPECT_EQ(to_bytes(state.record(kHub, word(2))), Bytes{5});
    EXPECT_EQ(state.nonce(kHub), 0U);
    EXPECT_TRUE(state.balance(kHub).is_zero());
    EXPECT_FALSE(state.has_code(kHub));
    EXPECT_EQ(state.logs().size(), 1U);
    state.revert(outer);
    EXPECT_EQ(state.slot(kHub, word(1)), word(10));
    EXPECT_TRUE(state.record(kHub, word(2)).empty());
    EXPECT_TRUE(state.slot(kHub, word(2)).is_zero());
    EXPECT_TRUE(state.logs().empty());
    const auto changes = state.changes();
    EXPECT_TRUE(changes.accounts.empty());
    EXPECT_TRUE(changes.new_code.empty());
    ASSERT_EQ(changes.slots.at(kHub).size(), 1U);
}

TEST(State, what_did_not_change_is_left_out) {
    MapReader reader;
    reader.slots[{kHub, word(1)}] = {word(7), {}};
    reader.slots[{kHub, word(2)}] = record_of({1, 2, 3});
    reader.accounts[kHub] = {3, 5, empty_trie_root(), crypto::keccak256(ByteView())};
    State state(reader);
    state.set_slot(kHub, word(1), word(7));
    state.set_record(kHub, word(2), {1, 2, 3});
    state.set_slot(kHub, word(3), word(0));
    EXPECT_TRUE(state.touched_slots().empty());
    state.set_slot(kHub, word(1), word(8));
    state.set_record(kHub, word(2), {9});
    state.set_nonce(kHub, 4);
    state.end_transaction();
    state.set_slot(kHub, word(1), word(7));
    state.set_record(kHub, word(2), {1, 2, 3});
    state.set_nonce(kHub, 3);
    const auto changes = state.changes();
    EXPECT_TRUE(changes.slots.empty());
    EXPECT_TRUE(changes.accounts.empty());
}

TEST(State, a_record_slot_holds_the_hash_of_its_body) {
    const MapReader reader;
    State state(reader);
    const Bytes body(300, 7);
    state.set_record(kHub, word(1), body);
    EXPECT_EQ(state.slot(kHub, word(1)), crypto::keccak256(ByteView(body)));
    state.set_record(kHub, word(2), Bytes(10, 1));
    state.set_record(kHub, word(2), {});
    const auto changes = state.changes();
    ASSERT_EQ(changes.slots.at(kHub).size(), 1U);
    EXPECT_EQ(changes.slots.at(kHub).at(word(1)).after, record_of(body));
}

TEST(State, plain_values_and_records_replace_each_other) {
    MapReader reader;
    reader.slots[{kHub, word(1)}] = record_of({1});
    State state(reader);
    state.set_slot(kHub, word(1), word(5));
    EXPECT_TRUE(state.record(kHub, word(1)).empty());
    EXPECT_EQ(state.changes().slots.at(kHub).at(word(1)).after, (SlotValue{word(5), {}}));
    state.set_record(kHub, word(1), {1});
    EXPECT_TRUE(state.changes().slots.empty());
}

TEST(State, values_before_the_transaction_and_touched_slots) {
    MapReader reader;
    reader.slots[{kHub, word(1)}] = record_of({1});
    State state(reader);
    state.set_record(kHub, word(1), {2});
    EXPECT_EQ(state.slot_before_transaction(kHub, word(1)), record_of({1}));
    EXPECT_EQ(state.end_transaction().size(), 0U);
    EXPECT_TRUE(state.touched_slots().empty());
    EXPECT_EQ(state.slot_before_transaction(kHub, word(1)), record_of({2}));
    const auto snapshot = state.snapshot();
    state.set_record(kHub, word(1), {3});
    state.revert(snapshot);
    state.set_record(kHub, word(1), {4});
    state.set_record(kHub, word(1), {5});
    state.set_slot(address_of(0), word(9), word(1));
    EXPECT_EQ(to_bytes(state.record_before_transaction(kHub, word(1))), Bytes{2});
    EXPECT_EQ(state.slot_before_transaction(kHub, word(1)), record_of({2}));
    const std::vector<std::pair<Address, Bytes32>> expected{{address_of(0), word(9)}, {kHub, word(1)}};
    EXPECT_EQ(state.touched_slots(), expected);
}

TEST(State, logs_are_handed_out_by_transaction) {
    const MapReader reader;
    State state(reader);
    state.add_log({kHub, {word(1)}, {1}});
    state.add_log({kHub, {word(2)}, {2}});
    EXPECT_EQ(state.end_transaction().size(), 2U);
    state.add_log({kHub, {word(3)}, {3}});
    const auto logs = state.end_transaction();
    ASSERT_EQ(logs.size(), 1U);
    EXPECT_EQ(logs.front().topics.front(), word(3));
}

TEST(State, accounts_exist_by_nonce_balance_code_or_storage) {
    MapReader reader;
    Account with_storage;
    with_storage.storage_root = word(1);
    reader.accounts[address_of(9)] = with_storage;
    State state(reader);
    EXPECT_TRUE(state.exists(address_of(9)));
    for (std::uint8_t n = 2; n < 6; ++n) EXPECT_FALSE(state.exists(address_of(n)));
    state.set_nonce(address_of(2), 1);
    state.set_balance(address_of(3), 1);
    state.set_code(address_of(4), {0xfe});
    state.set_slot(address_of(5), word(1), word(1));
    for (std::uint8_t n = 2; n < 6; ++n) EXPECT_TRUE(state.exists(address_of(n)));
    EXPECT_EQ(state.code(address_of(4)), Bytes{0xfe});
    EXPECT_EQ(state.code_hash(address_of(4)), crypto::keccak256(ByteView(Bytes{0xfe})));
    EXPECT_EQ(state.code_hash(address_of(3)), crypto::keccak256(ByteView()));
    const auto changes = state.changes();
    EXPECT_EQ(changes.accounts.size(), 3U);
    EXPECT_EQ(changes.new_code.size(), 1U);
    EXPECT_EQ(changes.accounts.at(address_of(3)).before, std::nullopt);
    EXPECT_EQ(changes.accounts.at(address_of(3)).after->storage_root, empty_trie_root());
}

TEST(State, an_emptied_account_is_removed) {
    MapReader reader;
    reader.accounts[kHub] = {0, 5, {}, {}};
    State state(reader);
    state.set_balance(kHub, 0);
    EXPECT_FALSE(state.exists(kHub));
    EXPECT_EQ(state.changes().accounts.at(kHub).after, std::nullopt);
}

/// A model that copies everything at each snapshot.
TEST(State, random_steps_agree_with_a_model) {
    std::mt19937_64 random(42);
    for (int round = 0; round < 200; ++round) {
        MapReader reader;
        for (std::uint64_t n = 0; n < 6; ++n)
            if (random() % 2 == 0)
                reader.slots[{kHub, word(n)}] = n % 2 == 0 ? SlotValue{word(n + 1), {}} : record_of(Bytes(n, 1));
        State state(reader);
        auto model = reader.slots;
        std::vector<std::pair<State::Snapshot, decltype(model)>> snapshots;
        for (int step = 0; step < 60; ++step) {
            const auto key = std::pair(kHub, word(random() % 12));
            switch (random() % 6) {
                case 0:
                case 1: {
                    const auto value = word(random() % 4);
                    state.set_slot(key.first, key.second, value);
                    model[key] = {value, {}};
                    break;
                }
                case 2: {
                    const Bytes body(random() % 3, static_cast<std::uint8_t>(random() % 2));
                    state.set_record(key.first, key.second, body);
                    model[key] = body.empty() ? SlotValue() : record_of(body);
                    break;
                }
                case 3:
                    snapshots.emplace_back(state.snapshot(), model);
                    break;
                case 4:
                    if (snapshots.empty()) break;
                    state.revert(snapshots.back().first);
                    model = snapshots.back().second;
                    snapshots.pop_back();
                    break;
                default:
                    if (random() % 4 != 0) break;
                    state.end_transaction();
                    snapshots.clear();
            }
            EXPECT_EQ(state.slot(key.first, key.second), model[key].value);
            EXPECT_TRUE(equal(state.record(key.first, key.second), model[key].body));
        }
        auto after = reader.slots;
        const auto changes = state.changes();
        for (const auto& [address, slots] : changes.slots)
            for (const auto& [key, change] : slots) {
                EXPECT_EQ(change.before, (reader.slots[{address, key}]));
                EXPECT_FALSE(change.before == change.after);
                after[{address, key}] = change.after;
            }
        std::erase_if(model, [](const auto& item) { return item.second.value.is_zero(); });
        std::erase_if(after, [](const auto& item) { return item.second.value.is_zero(); });
        EXPECT_EQ(after, model);
    }
}

}  // namespace
}  // namespace bourse::state
