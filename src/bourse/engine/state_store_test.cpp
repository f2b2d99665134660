#include <bourse/engine/state_store.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/state/state.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bourse::engine {
namespace {

namespace fs = std::filesystem;

Address address_of(std::uint64_t n) {
    return *Address::from(ByteView(crypto::keccak256(ByteView(to_be32(Uint256(n))))).first(20));
}
Bytes32 word(std::uint64_t n) { return to_be32(Uint256(n)); }

/// The whole state in maps, and its root by another implementation.
struct Model {
    std::map<Address, state::Account> accounts;
    std::map<std::pair<Address, Bytes32>, state::SlotValue> slots;

    Hash root() const {
        std::map<Address, std::map<Bytes, Bytes>> storage;
        for (const auto& [where, slot] : slots)
            storage[where.first][to_bytes(ByteView(crypto::keccak256(ByteView(where.second))))] =
                rlp::encode_uint(uint256_from_be(slot.value));
        std::map<Address, state::Account> all = accounts;
        for (const auto& [address, pairs] : storage) {
            auto [found, added] = all.try_emplace(address);
            if (added) found->second.code_hash = crypto::keccak256(ByteView());
        }
        std::map<Bytes, Bytes> leaves;
        for (const auto& [address, account] : all) {
            const auto pairs = storage.find(address);
            Bytes payload;
            rlp::append_uint(payload, account.nonce);
            rlp::append_uint(payload, account.balance);
            rlp::append_bytes(payload, pairs == storage.end() ? empty_trie_root() : trie_root(pairs->second));
            rlp::append_bytes(payload, account.code_hash);
            leaves[to_bytes(ByteView(crypto::keccak256(ByteView(address))))] = rlp::list(payload);
        }
        return trie_root(leaves);
    }
};

/// Random writes to a state and the same to the model.
void random_block(std::mt19937_64& random, state::State& state, Model& model, std::uint64_t accounts,
                  std::uint64_t slots, std::size_t writes) {
    for (std::size_t i = 0; i < writes; ++i) {
        const Address address = address_of(random() % accounts);
        const Bytes32 key = word(random() % slots);
        switch (random() % 5) {
            case 0: {
                state.set_slot(address, key, {});
                model.slots.erase({address, key});
                break;
            }
            case 1: {
                const Bytes32 value = word(1 + random() % 1000);
                state.set_slot(address, key, value);
                model.slots[{address, key}] = {value, {}};
                break;
            }
            case 2: {
                const std::uint64_t nonce = random() % 3;
                const std::uint64_t balance = random() % 3;
                state.set_nonce(address, nonce);
                state.set_balance(address, balance);
                if (nonce == 0 && balance == 0) {
                    model.accounts.erase(address);
                } else {
                    model.accounts[address] = {nonce, balance, {}, crypto::keccak256(ByteView())};
                }
                break;
            }
            default: {
                Bytes body(1 + random() % 300, static_cast<std::uint8_t>(random()));
                state.set_record(address, key, body);
                const Hash hash = crypto::keccak256(ByteView(body));
                model.slots[{address, key}] = {hash, std::move(body)};
            }
        }
    }
}

Hash commit(db::KvStore& kv, StateStore& store, state::State& state) {
    db::Batch batch;
    const std::uint64_t number = store.head_number() ? *store.head_number() + 1 : 0;
    const Hash root = store.prepare(number, state.changes(), batch);
    if (number == 0) put_data_format(batch, crypto::keccak256("genesis"));
    batch.sort();
    kv.write(batch, true);
    store.committed();
    return root;
}

void expect_state(const state::Reader& reader, const Model& model, std::uint64_t accounts, std::uint64_t slots) {
    for (std::uint64_t a = 0; a < accounts; ++a) {
        const Address address = address_of(a);
        const auto expected = model.accounts.find(address);
        const auto found = reader.account(address);
        if (expected != model.accounts.end()) {
            ASSERT_TRUE(found);
            EXPECT_EQ(found->nonce, expected->second.nonce);
            EXPECT_EQ(found->balance, expected->second.balance);
        } else if (found) {
            EXPECT_EQ(found->nonce, 0U);
            EXPECT_NE(found->storage_root, empty_trie_root());
        }
        for (std::uint64_t s = 0; s < slots; ++s) {
            const auto slot = model.slots.find({address, word(s)});
            EXPECT_EQ(reader.slot(address, word(s)), slot == model.slots.end() ? state::SlotValue() : slot->second);
        }
    }
}

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
    const auto proof = store->prove(address_of(2), {word(1), word(2), word(1000)});
    EXPECT_EQ(proof.block_number, 4U);
    ASSERT_FALSE(proof.nodes.empty());
    EXPECT_EQ(crypto::keccak256(ByteView(proof.nodes.front())), store->head_root());
    ASSERT_EQ(proof.slots.size(), 3U);
    for (const auto& slot : proof.slots) {
        EXPECT_EQ(crypto::keccak256(ByteView(slot.nodes.front())), proof.account.storage_root);
        EXPECT_EQ(slot.value, store->head()->slot(address_of(2), slot.key));
    }
    EXPECT_TRUE(store->prove(address_of(99), {}).account.balance.is_zero());
}

// What a start refuses.

std::unique_ptr<db::KvStore> small_folder() {
    auto kv = db::make_memory_store();
    auto store = *StateStore::open(*kv);
    for (std::uint64_t block = 0; block < 3; ++block) {
        const auto parent = store->head();
        state::State state(*parent);
        state.set_balance(address_of(block), 5);
        state.set_slot(address_of(1), word(block), word(7));
        commit(*kv, *store, state);
    }
    return kv;
}

std::string open_error_of(db::KvStore& kv) {
    const auto store = StateStore::open(kv);
    return store ? "" : store.error().code;
}

void change_value(db::KvStore& kv, char kind, const std::function<void(Bytes&)>& change) {
    db::Batch batch;
    kv.scan(Bytes{static_cast<std::uint8_t>(kind)}, {}, [&](ByteView key, ByteView value) {
        Bytes changed = to_bytes(value);
        change(changed);
        batch.put(key, changed);
        return false;
    });
    kv.write(batch, true);
}

TEST(StateStore, a_sound_folder_opens) { EXPECT_EQ(open_error_of(*small_folder()), ""); }

TEST(StateStore, a_foreign_database_is_refused) {
    auto kv = db::make_memory_store();
    db::Batch batch;
    batch.put(as_bytes("recipe"), as_bytes("soup"));
    kv->write(batch, true);
    EXPECT_EQ(open_error_of(*kv), "DATA_FOREIGN");
}

TEST(StateStore, a_newer_format_is_refused) {
    auto kv = small_folder();
    Bytes value = to_bytes("bourse");
    append(value, Bytes{0, 0, 0, kDataFormat + 1});
    append(value, Hash());
    db::Batch batch;
    batch.put(to_bytes("mformat"), with_checksum(value));
    kv->write(batch, true);
    EXPECT_EQ(open_error_of(*kv), "DATA_NEWER");
}

TEST(StateStore, damaged_marks_are_refused) {
    for (const char* name : {"mformat", "mstate"}) {
        auto kv = small_folder();
        Bytes value = *kv->get(as_bytes(name));
        value[8] ^= 1;
        db::Batch batch;
        batch.put(as_bytes(name), value);
        kv->write(batch, true);
        EXPECT_EQ(open_error_of(*kv), "DATA_DAMAGED") << name;
        db::Batch removal;
        removal.remove(as_bytes(name));
        kv->write(removal, true);
        EXPECT_NE(open_error_of(*kv), "") << name;
    }
}

TEST(StateStore, a_changed_account_is_refused) {
    auto kv = small_folder();
    change_value(*kv, kAccountKey, [](Bytes& value) { value.back() ^= 1; });
    EXPECT_EQ(open_error_of(*kv), "DATA_DAMAGED");
}

TEST(StateStoreDeath, a_changed_slot_stops_the_process_when_it_is_needed) {
    auto kv = small_folder();
    change_value(*kv, kSlotKey, [](Bytes& value) { value.back() ^= 1; });
    auto store = *StateStore::open(*kv);
    const auto parent = store->head();
    state::State state(*parent);
    state.set_slot(address_of(1), word(77), word(1));
    db::Batch batch;
    EXPECT_DEATH(store->prepare(3, state.changes(), batch), "data folder is damaged");
}

// Kill anywhere.

/// Passes on the first writes and loses the others, as a process that was killed does.
class StoppingStore final : public db::KvStore {
public:
    StoppingStore(db::KvStore& inner, int writes) : inner_(inner), left_(writes) {}
    std::optional<Bytes> get(ByteView key) const override { return inner_.get(key); }
    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        inner_.scan(prefix, from, f);
    }
    void write(const db::Batch& batch, bool sync) override {
        if (left_-- > 0)
            inner_.write(batch, sync);
        else
            stopped = true;
    }
    bool stopped = false;

private:
    db::KvStore& inner_;
    int left_;
};

TEST(StateStore, a_stop_after_any_write_leaves_the_last_whole_block) {
    constexpr int kBlocks = 25;
    StateStoreOptions options;
    options.checkpoint_blocks = 4;
    options.trie_bytes = 50'000;
    for (int stop_after = 0; stop_after <= kBlocks; ++stop_after) {
        auto kv = db::make_memory_store();
        std::vector<Model> models;
        {
            std::mt19937_64 random(9);
            StoppingStore stopping(*kv, stop_after);
            auto store = *StateStore::open(stopping, options);
            Model model;
            while (!stopping.stopped && models.size() < kBlocks) {
                const auto parent = store->head();
                state::State state(*parent);
                random_block(random, state, model, 4, 60, 20);
                db::Batch batch;
                const std::uint64_t number = store->head_number() ? *store->head_number() + 1 : 0;
                store->prepare(number, state.changes(), batch);
                if (number == 0) put_data_format(batch, crypto::keccak256("genesis"));
                stopping.write(batch, true);
                if (stopping.stopped) break;
                store->committed();
                models.push_back(model);
            }
        }
        auto store = StateStore::open(*kv, options);
        ASSERT_TRUE(store) << store.error().message;
        if (stop_after == 0) {
            EXPECT_FALSE((*store)->head_number());
            continue;
        }
        ASSERT_EQ((*store)->head_number(), models.size() - 1);
        ASSERT_EQ((*store)->head_root(), models.back().root());
        expect_state(*(*store)->head(), models.back(), 4, 60);
        // And it goes on.
        std::mt19937_64 random(10);
        const auto parent = (*store)->head();
        state::State state(*parent);
        random_block(random, state, models.back(), 4, 60, 20);
        ASSERT_EQ(commit(*kv, **store, state), models.back().root());
    }
}

// The writer of the next test, started by it as a process of its own: it reports each block on a pipe until it is
// killed. After a fork alone, RocksDB's threads would be missing.
constexpr const char* kChildFolder = "BOURSE_TEST_CHILD_FOLDER";
constexpr const char* kChildPipe = "BOURSE_TEST_CHILD_PIPE";
constexpr std::uint64_t kNone = ~std::uint64_t{0};

void report(int pipe, std::uint64_t number) {
    if (::write(pipe, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) std::_Exit(3);
}

TEST(StateStoreChild, DISABLED_writes_blocks) {
    if (std::getenv(kChildFolder) == nullptr) GTEST_SKIP() << "not started by the other test";
    const int pipe = std::atoi(std::getenv(kChildPipe));
    StateStoreOptions options;
    options.checkpoint_blocks = 3;
    auto kv = db::open_rocksdb(std::getenv(kChildFolder));
    ASSERT_TRUE(kv) << kv.error().message;
    auto store = StateStore::open(**kv, options);
    ASSERT_TRUE(store) << store.error().message;
    report(pipe, (*store)->head_number().value_or(kNone));
    while (true) {
        const auto parent = (*store)->head();
        const std::uint64_t number = (*store)->head_number().value_or(kNone) + 1;
        state::State state(*parent);
        for (std::uint64_t n = 0; n < 50; ++n)
            state.set_record(address_of(n % 3), word(n * (number % 7 + 1)),
                             Bytes(100, static_cast<std::uint8_t>(number)));
        commit(**kv, **store, state);
        report(pipe, number);
    }
}

pid_t start_child(const fs::path& folder, int pipe) {
    const std::string folder_variable = std::string(kChildFolder) + "=" + folder.string();
    const std::string pipe_variable = std::string(kChildPipe) + "=" + std::to_string(pipe);
    std::vector<std::string> arguments{"/proc/self/exe", "--gtest_filter=StateStoreChild.*",
                                       "--gtest_also_run_disabled_tests", "--gtest_brief=1"};
    std::vector<std::string> environment{folder_variable, pipe_variable};
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (auto& variable : environment) envp.push_back(variable.data());
    envp.push_back(nullptr);
    pid_t child = -1;
    EXPECT_EQ(::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv.data(), envp.data()), 0);
    return child;
}

TEST(StateStore, a_killed_process_leaves_the_last_synced_block) {
    std::string name = (fs::temp_directory_path() / "bourse-kill-XXXXXX").string();
    const fs::path folder = ::mkdtemp(name.data());
    std::mt19937_64 random(2026);
    std::uint64_t last = kNone;
    for (int round = 0; round < 8; ++round) {
        int fds[2];
        ASSERT_EQ(::pipe(fds), 0);
        const pid_t child = start_child(folder, fds[1]);
        ASSERT_GT(child, 0);
        ::close(fds[1]);
        std::uint64_t number = 0;
        ASSERT_EQ(::read(fds[0], &number, sizeof number), static_cast<ssize_t>(sizeof number));
        // What was reported is there; the block that was being written may be.
        EXPECT_TRUE(number == last || number == last + 1) << number << " after " << last;
        last = number;
        for (std::uint64_t blocks = 3 + random() % 20; blocks > 0; --blocks)
            ASSERT_EQ(::read(fds[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
        ::kill(child, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        while (::read(fds[0], &number, sizeof number) == static_cast<ssize_t>(sizeof number)) last = number;
        ::close(fds[0]);
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace bourse::engine
