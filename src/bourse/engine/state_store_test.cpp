#include <bourse/engine/state_store.hpp>

#include <bourse/engine/test_state_model.hpp>

#include <atomic>
#include <thread>

namespace bourse::engine {
namespace {

using testing::address_of;
using testing::commit;
using testing::expect_state;
using testing::Model;
using testing::random_block;
using testing::word;

TEST(StateStore, roots_are_those_of_another_implementation_through_restarts) {
    std::mt19937_64 random(1);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.checkpoint_blocks = 5;
    options.trie_bytes = 20'000;  // forgets all the time
    options.cache_bytes = 10'000;
    auto store = *StateStore::open(*kv, options);
    EXPECT_EQ(store->head_root(), empty_trie_root());
    Model model;
    for (int block = 0; block < 120; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, 6, 200, random() % 40);
        ASSERT_EQ(commit(*kv, *store, state), model.root()) << "block " << block;
        if (random() % 7 == 0) {
            auto reopened = StateStore::open(*kv, options);
            ASSERT_TRUE(reopened) << reopened.error().message;
            store = *std::move(reopened);
            ASSERT_EQ(store->head_root(), model.root());
            expect_state(*store->head(), model, 6, 200);
        }
    }
}

TEST(StateStore, a_large_trie_is_loaded_from_its_table) {
    std::mt19937_64 random(2);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.checkpoint_blocks = 3;
    auto store = *StateStore::open(*kv, options);
    Model model;
    const Address hub = address_of(0);
    const auto write = [&](state::State& state, std::uint64_t n, const Bytes32& value) {
        state.set_slot(hub, word(n), value);
        if (value.is_zero())
            model.slots.erase({hub, word(n)});
        else
            model.slots[{hub, word(n)}] = {value, {}};
    };
    const auto apply = [&](std::size_t writes, int line) {
        const auto parent = store->head();
        state::State state(*parent);
        for (std::size_t i = 0; i < writes; ++i) write(state, random() % 20'000, word(random() % 4));
        const Hash root = commit(*kv, *store, state);
        EXPECT_EQ(root, model.root()) << "line " << line;
    };
    apply(6000, __LINE__);
    for (int i = 0; i < 4; ++i) apply(10, __LINE__);
    std::size_t chunks = 0;
    kv->scan(Bytes{kTableKey}, {}, [&](ByteView, ByteView) { return ++chunks > 0; });
    EXPECT_EQ(chunks, 256U);
    for (int round = 0; round < 9; ++round) {
        store = *StateStore::open(*kv, options);
        apply(30, __LINE__);
    }
    // Deleting all leaves no table.
    const auto parent = store->head();
    state::State state(*parent);
    for (std::uint64_t n = 0; n < 20'000; ++n) write(state, n, {});
    ASSERT_EQ(commit(*kv, *store, state), model.root());
    EXPECT_EQ(store->head_root(), empty_trie_root());
    for (int i = 0; i < 4; ++i) apply(0, __LINE__);
    chunks = 0;
    kv->scan(Bytes{kTableKey}, {}, [&](ByteView, ByteView) { return ++chunks > 0; });
    EXPECT_EQ(chunks, 0U);
    store = *StateStore::open(*kv, options);
    apply(5, __LINE__);
}

TEST(StateStore, every_old_state_can_be_read_in_an_archive) {
    std::mt19937_64 random(3);
    auto kv = db::make_memory_store();
    auto store = *StateStore::open(*kv);
    EXPECT_EQ(store->at(0), nullptr);
    std::vector<Model> models;
    Model model;
    for (int block = 0; block < 40; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, 4, 12, random() % 12);
        commit(*kv, *store, state);
        models.push_back(model);
    }
    store = *StateStore::open(*kv);
    for (std::size_t block = 0; block < models.size(); ++block) expect_state(*store->at(block), models[block], 4, 12);
    EXPECT_EQ(store->at(models.size()), nullptr);
}

TEST(StateStore, held_readers_keep_their_block_while_history_is_pruned) {
    std::mt19937_64 random(4);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.history_blocks = 128;
    auto store = *StateStore::open(*kv, options);
    Model model;
    Model held_model;
    std::vector<Model> models;
    std::shared_ptr<const state::Reader> held;
    for (int block = 0; block < 400; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, 3, 8, 3);
        commit(*kv, *store, state);
        models.push_back(model);
        if (block == 50) {
            held = store->head();
            held_model = model;
        }
        if (block == 300) {
            expect_state(*held, held_model, 3, 8);
            EXPECT_EQ(store->at(49), nullptr);
            EXPECT_NE(store->at(50), nullptr);
            held.reset();
        }
    }
    std::size_t diffs = 0;
    kv->scan(Bytes{kDiffKey}, {}, [&](ByteView, ByteView) { return ++diffs > 0; });
    EXPECT_LE(diffs, 128U + 100U);
    for (std::size_t block = 271; block < 400; ++block) {
        ASSERT_NE(store->at(block), nullptr);
        expect_state(*store->at(block), models[block], 3, 8);
    }
    for (int block = 0; block < 100; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        commit(*kv, *store, state);
    }
    EXPECT_EQ(store->at(300), nullptr);
    store = *StateStore::open(*kv, options);
    EXPECT_EQ(store->at(300), nullptr);
    expect_state(*store->head(), model, 3, 8);
}

TEST(StateStore, emptied_slots_leave_no_trace_once_history_is_pruned) {
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.history_blocks = 128;
    auto store = *StateStore::open(*kv, options);
    const auto set = [&](const Bytes32& value) {
        const auto parent = store->head();
        state::State state(*parent);
        state.set_slot(address_of(1), word(1), value);
        commit(*kv, *store, state);
    };
    set(word(5));
    set({});
    for (int i = 0; i < 200; ++i) set({});
    std::size_t keys = 0;
    kv->scan(Bytes{kSlotKey}, {}, [&](ByteView, ByteView) { return ++keys > 0; });
    kv->scan(Bytes{kAccountKey}, {}, [&](ByteView, ByteView) { return ++keys > 0; });
    EXPECT_EQ(keys, 0U);
}

TEST(StateStore, code_is_kept_by_hash) {
    auto kv = db::make_memory_store();
    auto store = *StateStore::open(*kv);
    const auto view = store->head();
    state::State state(*view);
    state.set_code(address_of(1), {0xfe});
    commit(*kv, *store, state);
    const auto after = store->head();
    const state::State next(*after);
    EXPECT_EQ(next.code(address_of(1)), Bytes{0xfe});
}

TEST(StateStore, readers_beside_the_writer_see_whole_blocks) {
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.cache_bytes = 64'000;
    auto store = *StateStore::open(*kv, options);
    constexpr std::uint64_t kSlots = 40;
    const auto write_all = [&](std::uint64_t value) {
        const auto parent = store->head();
        state::State state(*parent);
        for (std::uint64_t n = 0; n < kSlots; ++n) state.set_slot(address_of(n % 3), word(n), word(value));
        commit(*kv, *store, state);
    };
    write_all(1);
    std::atomic<bool> stop = false;
    std::atomic<int> torn = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            while (!stop) {
                const auto view = store->head();
                const Bytes32 expected = view->slot(address_of(0), word(0)).value;
                for (std::uint64_t n = 0; n < kSlots; ++n)
                    if (view->slot(address_of(n % 3), word(n)).value != expected) ++torn;
            }
        });
    for (std::uint64_t block = 2; block < 300; ++block) write_all(block);
    stop = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(torn, 0);
}

TEST(StateStore, proofs_are_those_of_the_head) {
    std::mt19937_64 random(5);
    auto kv = db::make_memory_store();
    StateStoreOptions options;
    options.trie_bytes = 1;  // everything is read again
    auto store = *StateStore::open(*kv, options);
    Model model;
    for (int block = 0; block < 5; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        random_block(random, state, model, 5, 50, 100);
        commit(*kv, *store, state);
    }
    const auto proof = *store->prove(address_of(2), {word(1), word(2), word(1000)});
    EXPECT_EQ(proof.block_number, 4U);
    ASSERT_FALSE(proof.nodes.empty());
    EXPECT_EQ(crypto::keccak256(ByteView(proof.nodes.front())), store->head_root());
    ASSERT_EQ(proof.slots.size(), 3U);
    for (const auto& slot : proof.slots) {
        EXPECT_EQ(crypto::keccak256(ByteView(slot.nodes.front())), proof.account.storage_root);
        EXPECT_EQ(slot.value, store->head()->slot(address_of(2), slot.key));
    }
    EXPECT_TRUE(store->prove(address_of(99), {})->account.balance.is_zero());
}

}  // namespace
}  // namespace bourse::engine
