// bench: engine
// What the state layout costs (docs/decisions/0002-state-layout.md): slot access, root, rebuilding subtrees, a block's
// batch, stored blocks and the log index. Run it as `state_bench --benchmark_counters_tabular=true`. All times are CPU
// or wall time of one core; `R`, one signature recovery, is measured in the same run.
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/block_codec.hpp>
#include <bourse/engine/block_store.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/state_store.hpp>
#include <bourse/state/state.hpp>
#include <bourse/state/trie.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <sys/resource.h>
#include <time.h>

namespace {

using namespace bourse;
namespace fs = std::filesystem;

constexpr std::size_t kTasksPerBlock = 200;
constexpr std::size_t kRecordBytes = 400;
const Address kHub = *address_from_hex("0x00000000000000000000000000000000000000aa");

Bytes32 number_key(std::uint64_t n) { return to_be32(Uint256(n)); }
Hash hashed(std::uint64_t n) { return crypto::keccak256(ByteView(number_key(n))); }

/// User and system time of all threads, in µs.
double process_cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}
double thread_cpu_us() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// A data folder that is removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "bourse-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path_ = name;
    }
    ~Folder() { fs::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const fs::path& path() const noexcept { return path_; }
    double megabytes() const {
        double sum = 0;
        for (const auto& entry : fs::recursive_directory_iterator(path_))
            if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
        return sum / 1e6;
    }

private:
    fs::path path_;
};

/// A store on disk with one storage trie of `slots` plain slots.
struct DiskState {
    explicit DiskState(std::uint64_t slots) {
        kv = *db::open_rocksdb(folder.path());
        store = *engine::StateStore::open(*kv, options);
        std::uint64_t next = 0;
        do {
            const auto parent = store->head();
            state::State state(*parent);
            for (std::uint64_t i = 0; i < 50'000 && next < slots; ++i, ++next)
                state.set_slot(kHub, number_key(next), hashed(next));
            commit(state);
        } while (next < slots);
    }
    /// Returns the CPU time of prepare and that of the synced write, in µs of this thread.
    std::pair<double, double> commit(state::State& state) {
        const std::uint64_t number = store->head_number() ? *store->head_number() + 1 : 0;
        db::Batch batch;
        const double start = thread_cpu_us();
        store->prepare(number, state.changes(), batch);
        const double prepared = thread_cpu_us();
        if (number == 0) engine::put_data_format(batch, {});
        batch.sort();
        kv->write(batch, true);
        const double written = thread_cpu_us();
        store->committed();
        return {prepared - start, written - prepared};
    }

    Folder folder;
    engine::StateStoreOptions options;
    std::unique_ptr<db::KvStore> kv;
    std::unique_ptr<engine::StateStore> store;
};

void recovery(benchmark::State& bench) {
    const auto key = *crypto::PrivateKey::from(hashed(1));
    const auto signature = crypto::sign(key, hashed(2));
    for (auto _ : bench) benchmark::DoNotOptimize(crypto::recover(hashed(2), signature));
}
BENCHMARK(recovery)->Name("R: one signature recovery")->Unit(benchmark::kMicrosecond);

void keccak(benchmark::State& bench) {
    const Bytes data(static_cast<std::size_t>(bench.range(0)), 7);
    for (auto _ : bench) benchmark::DoNotOptimize(crypto::keccak256(ByteView(data)));
}
BENCHMARK(keccak)->Arg(32)->Arg(135)->Arg(532);

void slot_hot(benchmark::State& bench) {
    DiskState disk(1000);
    const auto parent = disk.store->head();
    state::State state(*parent);
    std::uint64_t n = 0;
    for (auto _ : bench) benchmark::DoNotOptimize(state.slot(kHub, number_key(n++ % 1000)));
}
BENCHMARK(slot_hot)->Name("slot: read within a block");

void record_hot(benchmark::State& bench) {
    DiskState disk(0);
    {
        const auto parent = disk.store->head();
        state::State state(*parent);
        for (std::uint64_t n = 0; n < 1000; ++n) state.set_record(kHub, number_key(n), Bytes(kRecordBytes, 1));
        disk.commit(state);
    }
    const auto parent = disk.store->head();
    state::State state(*parent);
    std::uint64_t n = 0;
    for (auto _ : bench) benchmark::DoNotOptimize(state.record(kHub, number_key(n++ % 1000)));
}
BENCHMARK(record_hot)->Name("record: read within a block");

void slot_write(benchmark::State& bench) {
    DiskState disk(1000);
    const auto parent = disk.store->head();
    state::State state(*parent);
    std::uint64_t n = 0;
    for (auto _ : bench) {
        state.set_slot(kHub, number_key(n % 1000), number_key(n));
        if (++n % 40 == 0) state.end_transaction();
    }
}
BENCHMARK(slot_write)->Name("slot: write within a block");

void slot_first_read(benchmark::State& bench) {
    DiskState disk(20'000);
    const auto view = disk.store->head();
    for (std::uint64_t n = 0; n < 20'000; ++n) view->slot(kHub, number_key(n));
    std::uint64_t n = 0;
    for (auto _ : bench) benchmark::DoNotOptimize(view->slot(kHub, number_key(n++ % 20'000)));
}
BENCHMARK(slot_first_read)->Name("slot: first read in a block, cached");

void slot_cold_read(benchmark::State& bench) {
    DiskState disk(200'000);
    disk.store.reset();
    disk.options.cache_bytes = 0;
    disk.store = *engine::StateStore::open(*disk.kv, disk.options);
    const auto view = disk.store->head();
    std::uint64_t n = 0;
    for (auto _ : bench) benchmark::DoNotOptimize(view->slot(kHub, number_key((n++ * 7919) % 200'000)));
}
BENCHMARK(slot_cold_read)->Name("slot: first read, from RocksDB");

class NoLeaves final : public state::LeafSource {
public:
    void leaves(const Bytes32&, unsigned, const Visitor&) const override { std::abort(); }
};

/// Half inserts, half updates, all subtrees in memory.
void root_per_slot(benchmark::State& bench) {
    const auto slots = static_cast<std::uint64_t>(bench.range(0));
    const auto changed = static_cast<std::size_t>(bench.range(1));
    state::NodePool pool;
    state::Trie trie(pool);
    const NoLeaves source;
    const auto apply = [&](std::vector<state::LeafChange> changes) {
        std::ranges::sort(changes, {}, &state::LeafChange::hashed_key);
        const auto same = std::ranges::unique(changes, {}, &state::LeafChange::hashed_key);
        changes.erase(same.begin(), same.end());
        trie.update(changes, source);
        benchmark::DoNotOptimize(trie.root());
        return changes.size();
    };
    std::uint64_t next = 0;
    while (next < slots) {
        std::vector<state::LeafChange> changes;
        for (std::size_t i = 0; i < 100'000 && next < slots; ++i, ++next)
            changes.push_back({hashed(next), rlp::encode_bytes(hashed(next + 1))});
        apply(std::move(changes));
    }
    std::size_t done = 0;
    std::uint64_t salt = 0;
    for (auto _ : bench) {
        bench.PauseTiming();
        std::vector<state::LeafChange> changes;
        for (std::size_t i = 0; i < changed; ++i) {
            const std::uint64_t which = i % 2 == 0 ? next++ : (salt + i) * 7919 % slots;
            ++salt;
            changes.push_back({hashed(which), rlp::encode_bytes(hashed(salt))});
        }
        bench.ResumeTiming();
        done += apply(std::move(changes));
    }
    bench.counters["us/slot"] =
        benchmark::Counter(static_cast<double>(done) / 1e6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    bench.counters["bytes/slot"] = static_cast<double>(pool.bytes()) / static_cast<double>(next);
}
BENCHMARK(root_per_slot)
    ->Name("root: one pass")
    ->ArgNames({"slots", "changed"})
    ->ArgsProduct({{100'000, 1'000'000}, {100, 1'000, 10'000}})
    ->Unit(benchmark::kMicrosecond)
    ->MinTime(0.3);

/// Each change falls into a subtree that was forgotten, with about slots / 65,536 leaves.
void subtree_rebuild(benchmark::State& bench) {
    const auto slots = static_cast<std::uint64_t>(bench.range(0));
    DiskState disk(slots);
    disk.store.reset();
    disk.options.trie_bytes = 0;  // forgets everything after each block
    disk.store = *engine::StateStore::open(*disk.kv, disk.options);
    std::uint64_t salt = 0;
    double prepare_us = 0;
    for (auto _ : bench) {
        const auto parent = disk.store->head();
        state::State state(*parent);
        for (std::uint64_t i = 0; i < 200; ++i, ++salt)
            state.set_slot(kHub, number_key(salt * 7919 % slots), hashed(salt + 1));
        prepare_us += disk.commit(state).first;
    }
    bench.counters["us/slot"] = prepare_us / static_cast<double>(salt);
}
BENCHMARK(subtree_rebuild)
    ->Name("root: cold subtrees from RocksDB")
    ->ArgName("slots")
    ->Arg(200'000)
    ->Arg(1'200'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(20);

/// 200 tasks: 3 new records of 400 bytes each, and 20 shared slots. `spread`: each task's records are also rewritten in
/// the next blocks, as when its calls lie in blocks of their own (8 writes).
void block_batch(benchmark::State& bench) {
    const bool spread = bench.range(0) != 0;
    DiskState disk(1'000'000);
    const double size_before = disk.folder.megabytes();
    const double cpu_before = process_cpu_us();
    std::uint64_t task = 0;
    std::uint64_t block = 0;
    double prepare_us = 0;
    double write_us = 0;
    for (auto _ : bench) {
        ++block;
        const auto parent = disk.store->head();
        state::State state(*parent);
        for (std::size_t i = 0; i < kTasksPerBlock; ++i, ++task) {
            for (std::uint64_t record = 0; record < 3; ++record)
                state.set_record(kHub, hashed(task * 3 + record), Bytes(kRecordBytes, static_cast<std::uint8_t>(task)));
            // Five older writes to what earlier blocks began.
            for (std::uint64_t back = 1; spread && back <= 5 && task > back * kTasksPerBlock; ++back)
                state.set_record(kHub, hashed((task - back * kTasksPerBlock) * 3),
                                 Bytes(kRecordBytes, static_cast<std::uint8_t>(task + back)));
        }
        for (std::uint64_t shared = 0; shared < 20; ++shared) state.set_slot(kHub, number_key(shared), hashed(block));
        const auto [prepared, written] = disk.commit(state);
        prepare_us += prepared;
        write_us += written;
    }
    const double tasks = static_cast<double>(task);
    bench.counters["prepare us/task"] = prepare_us / tasks;
    bench.counters["write us/task"] = write_us / tasks;
    bench.counters["CPU us/task"] = (process_cpu_us() - cpu_before) / tasks;
    bench.counters["disk bytes/task"] = (disk.folder.megabytes() - size_before) * 1e6 / tasks;
}
BENCHMARK(block_batch)
    ->Name("block: 200 tasks of 3 records, synced")
    ->ArgName("spread")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(60);

void restart(benchmark::State& bench) {
    DiskState disk(static_cast<std::uint64_t>(bench.range(0)));
    for (auto _ : bench) {
        disk.store.reset();
        disk.kv.reset();
        disk.kv = *db::open_rocksdb(disk.folder.path());
        disk.store = *engine::StateStore::open(*disk.kv, disk.options);
        const auto parent = disk.store->head();
        state::State state(*parent);
        state.set_slot(kHub, number_key(5), number_key(static_cast<std::uint64_t>(bench.iterations())));
        disk.commit(state);
    }
}
BENCHMARK(restart)
    ->Name("restart: open and first block")
    ->ArgName("slots")
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);

/// A block of 200 tasks: 1,400 transactions, 34 logs a task.
engine::StoredBlock task_block(std::uint64_t number) {
    engine::StoredBlock block;
    block.header = {number, hashed(1'000'000'000 + number), Bytes(600, 1)};
    std::uint64_t log = 0;
    for (std::uint64_t task = 0; task < kTasksPerBlock; ++task) {
        const Hash task_id = hashed(number * 100'000 + task);
        const Hash deal_id = hashed(number * 100'000 + 50'000 + task);
        for (std::uint64_t call = 0; call < 7; ++call) {
            Bytes raw(300, 0);
            append(raw, task_id);
            append(raw, hashed(task * 7 + call));
            append(raw, hashed(task * 7 + call + 1));
            const Hash hash = crypto::keccak256(ByteView(raw));
            block.transactions.push_back({std::move(raw), hash, kHub});
            engine::StoredReceipt receipt{2, true, 70'000, 70'000 * (task * 7 + call + 1), {}};
            for (std::uint64_t i = 0; i < (call == 6 ? 10U : 4U); ++i, ++log) {
                // One of a thousand logs names the worker that the search below looks for.
                const Hash worker = log % 1000 == 0 ? hashed(77) : hashed(1 + log % 12);
                receipt.logs.push_back({kHub, {hashed(log % 9), i % 2 == 0 ? task_id : deal_id, worker}, Bytes(64, 0)});
            }
            block.receipts.push_back(std::move(receipt));
        }
    }
    return block;
}

void stored_block(benchmark::State& bench) {
    const auto block = task_block(1);
    std::size_t size = 0;
    std::size_t keys = 0;
    for (auto _ : bench) {
        db::Batch pieces;
        engine::put_log_pieces(pieces, block);
        size = engine::encode_body(block).size();
        keys = pieces.ops().size();
        for (const auto& op : pieces.ops()) size += op.key.size() + op.value.size();
    }
    bench.counters["us/task"] =
        benchmark::Counter(static_cast<double>(kTasksPerBlock) / 1e6,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    bench.counters["bytes/task"] = static_cast<double>(size) / kTasksPerBlock;
    bench.counters["keys/task"] = static_cast<double>(keys) / kTasksPerBlock;
}
BENCHMARK(stored_block)->Name("block: body and logs packed")->Unit(benchmark::kMillisecond);

void log_index(benchmark::State& bench) {
    const auto block = task_block(1);
    std::vector<const state::Log*> logs;
    for (const auto& receipt : block.receipts)
        for (const auto& log : receipt.logs) logs.push_back(&log);
    std::size_t keys = 0;
    for (auto _ : bench) {
        db::Batch batch;
        engine::put_log_index(batch, 1, logs);
        keys = batch.ops().size();
    }
    bench.counters["us/task"] =
        benchmark::Counter(static_cast<double>(kTasksPerBlock) / 1e6,
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    bench.counters["keys/task"] = static_cast<double>(keys) / kTasksPerBlock;
}
BENCHMARK(log_index)->Name("block: log index collected")->Unit(benchmark::kMillisecond);

void find_logs(benchmark::State& bench) {
    Folder folder;
    const auto kv = *db::open_rocksdb(folder.path());
    std::size_t logs = 0;
    std::uint64_t blocks = 0;
    for (; logs < 1'000'000; ++blocks) {
        const auto block = task_block(blocks);
        for (const auto& receipt : block.receipts) logs += receipt.logs.size();
        db::Batch batch;
        engine::BlockStore::put_block(batch, block);
        batch.sort();
        kv->write(batch, false);
    }
    const engine::BlockStore store(*kv);
    std::size_t found = 0;
    for (auto _ : bench) found = store.find_logs({0, blocks, {kHub}, {{}, {}, {hashed(77)}}})->size();
    bench.counters["found"] = static_cast<double>(found);
    bench.counters["logs"] = static_cast<double>(logs);
}
BENCHMARK(find_logs)->Name("logs: 1,000 matches of 1,000,000")->Unit(benchmark::kMillisecond)->Iterations(10);

}  // namespace

BENCHMARK_MAIN();
