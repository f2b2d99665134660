// What a state store survives and what it refuses: stops after any write, killed processes, damaged and foreign
// folders.
#include <bourse/engine/state_store.hpp>

#include <bourse/engine/test_state_model.hpp>

#include <cstdlib>
#include <filesystem>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bourse::engine {
namespace {

namespace fs = std::filesystem;

using testing::address_of;
using testing::commit;
using testing::expect_state;
using testing::Model;
using testing::random_block;
using testing::word;

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

TEST(StateStoreFaults, a_sound_folder_opens) { EXPECT_EQ(open_error_of(*small_folder()), ""); }

TEST(StateStoreFaults, a_foreign_database_is_refused) {
    auto kv = db::make_memory_store();
    db::Batch batch;
    batch.put(as_bytes("recipe"), as_bytes("soup"));
    kv->write(batch, true);
    EXPECT_EQ(open_error_of(*kv), "DATA_FOREIGN");
}

TEST(StateStoreFaults, a_newer_format_is_refused) {
    auto kv = small_folder();
    Bytes value = to_bytes("bourse");
    append(value, Bytes{0, 0, 0, kDataFormat + 1});
    append(value, Hash());
    db::Batch batch;
    batch.put(to_bytes("mformat"), with_checksum(value));
    kv->write(batch, true);
    EXPECT_EQ(open_error_of(*kv), "DATA_NEWER");
}

TEST(StateStoreFaults, damaged_marks_are_refused) {
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

TEST(StateStoreFaults, a_changed_account_is_refused) {
    auto kv = small_folder();
    change_value(*kv, kAccountKey, [](Bytes& value) { value.back() ^= 1; });
    EXPECT_EQ(open_error_of(*kv), "DATA_DAMAGED");
}

TEST(StateStoreFaultsDeath, a_changed_slot_stops_the_process_when_it_is_needed) {
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

TEST(StateStoreFaults, a_stop_after_any_write_leaves_the_last_whole_block) {
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

TEST(StateStoreFaults, a_killed_process_leaves_the_last_synced_block) {
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
