// Ordered key-value store: RocksDB, or memory for tests.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bourse::db {

/// Writes that become visible and durable together.
class Batch {
public:
    void put(ByteView key, ByteView value) { ops_.push_back({to_bytes(key), to_bytes(value), false}); }
    void put(Bytes key, Bytes value) { ops_.push_back({std::move(key), std::move(value), false}); }
    void remove(ByteView key) { ops_.push_back({to_bytes(key), {}, true}); }
    struct Op {
        Bytes key, value;
        bool is_delete;
    };
    const std::vector<Op>& ops() const noexcept { return ops_; }
    void sort();  ///< by key, later writes last: cheaper to apply

private:
    std::vector<Op> ops_;
};

/// Safe for concurrent readers beside one writer. An I/O error ends the process (exit code 1) with a message: a block's
/// write must not half succeed.
class KvStore {
public:
    virtual ~KvStore() = default;
    virtual std::optional<Bytes> get(ByteView key) const = 0;
    /// Calls f for each key ≥ from that begins with prefix, in order, until f returns false.
    virtual void scan(ByteView prefix, ByteView from,
                      const std::function<bool(ByteView key, ByteView value)>& f) const = 0;
    virtual void write(const Batch& batch, bool sync) = 0;
    /// A copy of everything that was written before the call, whole batches only, while writers go on. The folder must
    /// not exist; its parent must. On the same file system large files are shared by hard links, so that it takes
    /// little time and space. Errors: DATA_UNWRITABLE, COPY_UNSUPPORTED (a store in memory).
    virtual Status<> copy_to(const std::filesystem::path& folder) const;
    /// Gives the space of removed entries back to the system. Takes long on a large store.
    virtual void compact() {}
};

/// What a RocksDB store may take of the machine.
struct RocksDbOptions {
    std::size_t cache_bytes = 64UL << 20;         ///< blocks read from disk, with indexes and filters
    std::size_t write_buffer_bytes = 16UL << 20;  ///< one of at most three
    int open_files = 256;
};

/// Creates the folder if it is missing or empty. Errors: DATA_LOCKED (another process has it open), DATA_DAMAGED,
/// DATA_FOREIGN (it holds something else), DATA_UNWRITABLE.
Result<std::unique_ptr<KvStore>> open_rocksdb(const std::filesystem::path& folder, const RocksDbOptions& options = {});
std::unique_ptr<KvStore> make_memory_store();

}  // namespace bourse::db
