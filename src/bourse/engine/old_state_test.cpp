// Proofs of old blocks must be those that the store gave while the block was its head.
#include <bourse/engine/old_work.hpp>
#include <bourse/engine/test_state_model.hpp>

#include <atomic>
#include <thread>

namespace bourse::engine::testing {
namespace {

constexpr std::uint64_t kAccounts = 5;
constexpr std::uint64_t kSlots = 24;

std::vector<Bytes32> all_keys() {
    std::vector<Bytes32> keys;
    for (std::uint64_t s = 0; s < kSlots + 2; ++s) keys.push_back(word(s));  // two that never exist
    return keys;
}

/// What a block proved while it was the head: of each account, one that does not exist among them.
struct Proven {
    Hash root;
    std::vector<AccountProof> accounts;
};

Proven prove_head(StateStore& store) {
    Proven out{store.head_root(), {}};
    for (std::uint64_t a = 0; a <= kAccounts; ++a) out.accounts.push_back(*store.prove(address_of(a), all_keys()));
    return out;
}

void expect_proven(const StateStore& store, std::uint64_t number, const Proven& expected) {
    for (std::uint64_t a = 0; a <= kAccounts; ++a) {
        const auto proof = store.prove_at(number, expected.root, address_of(a), all_keys());
        ASSERT_TRUE(proof) << number;
        const auto& wanted = expected.accounts[a];
        EXPECT_EQ(proof->account, wanted.account);
        EXPECT_EQ(proof->nodes, wanted.nodes);
        ASSERT_EQ(proof->slots.size(), wanted.slots.size());
        for (std::size_t i = 0; i < wanted.slots.size(); ++i) {
            EXPECT_EQ(proof->slots[i].value, wanted.slots[i].value);
            EXPECT_EQ(proof->slots[i].nodes, wanted.slots[i].nodes) << number << " " << a << " " << i;
        }
    }
}

TEST(OldState, every_kept_block_proves_what_it_proved_as_the_head) {
    std::mt19937_64 random(11);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.checkpoint_blocks = 7;
    auto store = *StateStore::open(*kv, options);
    Model model;
    std::vector<Proven> proven;
    for (int block = 0; block < 60; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, kAccounts, kSlots, random() % 10);
        commit(*kv, *store, state);
        proven.push_back(prove_head(*store));
    }
    for (std::size_t block = 0; block < proven.size(); ++block) expect_proven(*store, block, proven[block]);
    store = *StateStore::open(*kv, options);
    expect_proven(*store, 0, proven[0]);
    expect_proven(*store, 59, proven[59]);
    EXPECT_EQ(store->prove_at(60, proven[0].root, address_of(0), {}).error().code, "STATE_PRUNED");
    EXPECT_EQ(store->oldest(), 0U);
}

TEST(OldState, tries_with_a_table_prove_blocks_before_and_after_it) {
    std::mt19937_64 random(12);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.checkpoint_blocks = 8;
    auto store = *StateStore::open(*kv, options);
    const auto big = address_of(1);
    const auto apply = [&](std::size_t writes) {
        const auto parent = store->head();
        state::State state(*parent);
        for (std::size_t i = 0; i < writes; ++i) state.set_slot(big, word(random() % 9000), word(random() % 3));
        commit(*kv, *store, state);
    };
    std::vector<Bytes32> keys;
    for (std::uint64_t i = 0; i < 9000; i += 300) keys.push_back(word(i));
    apply(6000);
    std::vector<std::pair<Hash, AccountProof>> proven;
    for (int block = 1; block < 30; ++block) {
        apply(40);
        proven.emplace_back(store->head_root(), *store->prove(big, keys));
    }
    std::size_t chunks = 0;
    kv->scan(Bytes{kTableKey}, {}, [&](ByteView, ByteView) { return ++chunks > 0; });
    ASSERT_EQ(chunks, 256U);
    for (std::size_t i = 0; i < proven.size(); ++i) {
        const auto& [root, wanted] = proven[i];
        const auto proof = store->prove_at(i + 1, root, big, keys);
        ASSERT_TRUE(proof);
        EXPECT_EQ(proof->nodes, wanted.nodes) << i;
        for (std::size_t k = 0; k < keys.size(); ++k) EXPECT_EQ(proof->slots[k].nodes, wanted.slots[k].nodes) << i;
    }
}

TEST(OldState, blocks_are_proven_while_others_are_made) {
    std::mt19937_64 random(13);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.checkpoint_blocks = 3;
    options.history_blocks = 128;
    auto store = *StateStore::open(*kv, options);
    Model model;
    const auto make_block = [&] {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, kAccounts, kSlots, 4);
        commit(*kv, *store, state);
    };
    for (int block = 0; block < 20; ++block) make_block();
    const auto held = store->head();  // keeps block 19
    const auto wanted = prove_head(*store);
    std::atomic<bool> done{false};
    std::size_t rounds = 0;
    std::thread prover([&] {
        while (!done || rounds == 0) {
            expect_proven(*store, 19, wanted);
            ++rounds;
        }
    });
    for (int block = 20; block < 400; ++block) make_block();
    done = true;
    prover.join();
    EXPECT_GE(rounds, 1U);
    EXPECT_EQ(store->prove_at(18, wanted.root, address_of(0), {}).error().code, "STATE_PRUNED");
    EXPECT_EQ(store->oldest(), 19U);
}

/// Each block writes one slot; gives the roots.
std::vector<Hash> write_one_slot(db::KvStore& kv, StateStore& store, std::uint64_t blocks) {
    std::vector<Hash> roots;
    for (std::uint64_t block = 0; block < blocks; ++block) {
        const auto parent = store.head();
        state::State state(*parent);
        state.set_slot(address_of(1), word(1), word(100 + block));
        roots.push_back(commit(kv, store, state));
    }
    return roots;
}

TEST(OldState, the_work_for_an_old_value_or_proof_is_bounded) {
    auto kv = db::make_memory_store();
    auto store = *StateStore::open(*kv, {});
    const auto roots = write_one_slot(*kv, *store, 60);
    const auto view = store->at(0);
    EXPECT_EQ(view->slot(address_of(1), word(1)).value, word(100));  // no bound
    {
        const OldWork enough(59 * work_of_value(1000));
        EXPECT_EQ(view->slot(address_of(1), word(1)).value, word(100));
        EXPECT_THROW(view->slot(address_of(1), word(1)), OldStateTooFar);
        EXPECT_EQ(store->head()->slot(address_of(1), word(1)).value, word(159));  // the head costs nothing
        const OldWork inner(1'000'000);
        EXPECT_EQ(view->slot(address_of(1), word(1)).value, word(100));
    }
    {
        const OldWork little(100);
        const auto proof = store->prove_at(0, roots[0], address_of(1), {word(1)});
        ASSERT_FALSE(proof);
        EXPECT_EQ(proof.error().code, "PROOF_TOO_OLD");
        EXPECT_NE(proof.error().message.find("block 0"), std::string::npos);
    }
    EXPECT_TRUE(store->prove_at(0, roots[0], address_of(1), {word(1)}));
}

/// Holds up whoever reads a reverse diff while it is closed.
class GatedStore final : public db::KvStore {
public:
    explicit GatedStore(db::KvStore& inner) : inner_(inner) {}
    std::optional<Bytes> get(ByteView key) const override {
        if (key[0] == static_cast<std::uint8_t>(kDiffKey)) open_.wait(false);
        return inner_.get(key);
    }
    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        inner_.scan(prefix, from, f);
    }
    void write(const db::Batch& batch, bool sync) override { inner_.write(batch, sync); }
    void close() { open_ = false; }
    void open() {
        open_ = true;
        open_.notify_all();
    }

private:
    db::KvStore& inner_;
    std::atomic<bool> open_{true};
};

TEST(OldState, old_proofs_are_made_one_at_a_time_and_leave_other_readers_their_threads) {
    auto kv = db::make_memory_store();
    std::vector<Hash> roots;
    {
        auto store = *StateStore::open(*kv, {});
        roots = write_one_slot(*kv, *store, 200);
    }
    GatedStore gated(*kv);
    auto store = *StateStore::open(gated, {});
    gated.close();
    std::atomic<int> busy{0};
    std::atomic<int> proven{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 3; ++i)
        callers.emplace_back([&] {
            const auto proof = store->prove_at(10, roots[10], address_of(1), {word(1)});
            if (proof)
                ++proven;
            else if (proof.error().code == "PROOF_BUSY")
                ++busy;
            busy.notify_all();
        });
    busy.wait(0);  // one works, one waits, one was sent away at once
    EXPECT_EQ(proven, 0);
    EXPECT_EQ(store->head()->slot(address_of(1), word(1)).value, word(299));
    EXPECT_TRUE(store->prove(address_of(1), {word(1)}));
    gated.open();
    callers.clear();
    EXPECT_EQ(busy, 1);
    EXPECT_EQ(proven, 2);
    EXPECT_TRUE(store->prove_at(10, roots[10], address_of(1), {word(1)}));
}

}  // namespace
}  // namespace bourse::engine::testing
