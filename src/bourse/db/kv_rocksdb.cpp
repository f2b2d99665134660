#include <bourse/db/kv.hpp>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <cstdio>
#include <cstdlib>

namespace bourse::db {
namespace {

namespace fs = std::filesystem;

/// Below this size a start reads every table file and compares its checksums; above it damage is found when read.
constexpr std::uint64_t kVerifyBytes = 128UL << 20;
/// Larger values (bodies of blocks, reverse diffs) go to files of their own, which compaction does not copy.
constexpr std::uint64_t kBlobBytes = 16UL << 10;
constexpr int kCacheShardBits = 3;  ///< eight parts, each with a lock of its own

rocksdb::Slice slice(ByteView bytes) { return {as_text(bytes).data(), bytes.size()}; }
ByteView view(const rocksdb::Slice& data) { return as_bytes({data.data(), data.size()}); }

// Ends the process at once, as a kill would: the last whole block is on the disk, and nothing more may be written.
[[noreturn]] void die(const char* what, const rocksdb::Status& status) {
    std::fprintf(
        stderr,
        "bourse: the data folder cannot be %s: %s. The process stops so that no block is kept by halves. Check "
        "the disk's free space and health, then start again.\n",
        what, status.ToString().c_str());
    std::_Exit(1);
}

/// A write that failed ends the process: RocksDB may not go on by itself once it believes that there is space again. It
/// would touch the log whose end is torn while the process is ending.
struct NoRecovery final : rocksdb::EventListener {
    void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* recover) override {
        *recover = false;
    }
};

rocksdb::Options make_options(const RocksDbOptions& limits) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    // A torn end of the log is what a kill leaves; anything else that does not add up is damage.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
    options.keep_log_file_num = 2;
    options.listeners.push_back(std::make_shared<NoRecovery>());
    options.max_open_files = limits.open_files;
    options.max_background_jobs = 2;
    options.write_buffer_size = limits.write_buffer_bytes;
    options.max_write_buffer_number = 3;
    options.max_total_wal_size = limits.write_buffer_bytes * 4;
    options.level_compaction_dynamic_level_bytes = true;
    options.bytes_per_sync = 1UL << 20;
    options.compression = rocksdb::kNoCompression;  // keys are hashes; bodies of blocks come compressed
    options.enable_blob_files = true;
    options.min_blob_size = kBlobBytes;
    options.blob_file_size = 64UL << 20;
    options.enable_blob_garbage_collection = true;

    rocksdb::BlockBasedTableOptions table;
    table.block_cache = rocksdb::NewLRUCache(limits.cache_bytes, kCacheShardBits);
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    // In parts of a few KiB: the whole filter of a large file would not fit into a shard of the cache, and every read
    // would fetch it from the file again.
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
    table.cache_index_and_filter_blocks = true;
    table.pin_top_level_index_and_filter = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.format_version = 5;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

class RocksStore final : public KvStore {
public:
    explicit RocksStore(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}

    std::optional<Bytes> get(ByteView key) const override {
        rocksdb::PinnableSlice value;
        const auto status = db_->Get({}, db_->DefaultColumnFamily(), slice(key), &value);
        if (status.IsNotFound()) return std::nullopt;
        if (!status.ok()) die("read", status);
        return to_bytes(view(value));
    }

    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        rocksdb::ReadOptions options;
        const Bytes end = end_of(prefix);
        const rocksdb::Slice upper = slice(end);
        if (!end.empty()) options.iterate_upper_bound = &upper;
        const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
        for (it->Seek(slice(as_text(from) < as_text(prefix) ? prefix : from)); it->Valid(); it->Next())
            if (!f(view(it->key()), view(it->value()))) return;
        if (!it->status().ok()) die("read", it->status());
    }

    void write(const Batch& batch, bool sync) override {
        rocksdb::WriteBatch out;
        for (const auto& op : batch.ops()) {
            const auto status = op.is_delete ? out.Delete(slice(op.key)) : out.Put(slice(op.key), slice(op.value));
            if (!status.ok()) die("written", status);
        }
        rocksdb::WriteOptions options;
        options.sync = sync;
        const auto status = db_->Write(options, &out);
        if (!status.ok()) die("written", status);
    }

    Status<> copy_to(const fs::path& folder) const override {
        const auto unwritable = [&folder](const rocksdb::Status& status) {
            return fail("DATA_UNWRITABLE",
                        fmt::format("The store cannot be copied to {}: {}. Choose a folder that does "
                                    "not exist yet, on a disk with enough space.",
                                    folder.string(), status.ToString()));
        };
        rocksdb::Checkpoint* raw = nullptr;
        const auto made = rocksdb::Checkpoint::Create(db_.get(), &raw);
        const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
        if (!made.ok()) return unwritable(made);
        const auto copied = checkpoint->CreateCheckpoint(folder.string());
        if (!copied.ok()) return unwritable(copied);
        return {};
    }

    void compact() override {
        rocksdb::CompactRangeOptions options;
        // Blobs of removed entries go only when all of them are looked at.
        options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
        options.blob_garbage_collection_age_cutoff = 1.0;
        const auto status = db_->CompactRange(options, nullptr, nullptr);
        if (!status.ok()) die("written", status);
    }

private:
    /// The first key behind all that begin with the prefix; empty if there is none.
    static Bytes end_of(ByteView prefix) {
        Bytes end = to_bytes(prefix);
        while (!end.empty() && end.back() == 0xff) end.pop_back();
        if (!end.empty()) ++end.back();
        return end;
    }

    std::unique_ptr<rocksdb::DB> db_;
};

/// What the files in the folder say before RocksDB touches them: it would make a new store where CURRENT is gone.
Status<> check_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return fail("DATA_UNWRITABLE", fmt::format("The data folder {} cannot be created: {}. Choose another folder or "
                                                   "give this user the right to write there.",
                                                   folder.string(), error.message()));
    bool is_store = false;
    bool has_data = false;
    std::string foreign;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        const std::string extension = entry.path().extension().string();
        if (name == "CURRENT")
            is_store = true;
        else if (extension == ".sst" || extension == ".log" || extension == ".blob")
            has_data = true;
        else if (!name.starts_with("LOG") && !name.starts_with("LOCK") && !name.starts_with("MANIFEST-") &&
                 !name.starts_with("OPTIONS-") && name != "IDENTITY" && extension != ".dbtmp")
            foreign = name;
    }
    if (error)
        return fail("DATA_UNWRITABLE", fmt::format("The data folder {} cannot be read: {}. Choose another folder or "
                                                   "give this user the right to use it.",
                                                   folder.string(), error.message()));
    if (is_store) return {};
    if (!foreign.empty())
        return fail("DATA_FOREIGN",
                    fmt::format("The folder {} holds other files, \"{}\" for one, and no data of Bourse. "
                                "Choose an empty folder.",
                                folder.string(), foreign));
    if (has_data)
        return fail("DATA_DAMAGED",
                    fmt::format("The data folder {} is damaged: its file CURRENT is missing. Restore it "
                                "from a backup, or start with an empty folder.",
                                folder.string()));
    return {};
}

tl::unexpected<Error> open_error(const fs::path& folder, const rocksdb::Status& status) {
    const std::string text = status.ToString();
    if (text.find("LOCK") != std::string::npos && text.find("Permission denied") == std::string::npos)
        return fail("DATA_LOCKED",
                    fmt::format("The data folder {} is in use by another process. Stop that one first, or "
                                "choose another folder.",
                                folder.string()));
    for (const char* cause : {"Permission denied", "Read-only file system", "No space left"})
        if (text.find(cause) != std::string::npos)
            return fail("DATA_UNWRITABLE", fmt::format("The data folder {} cannot be written: {}. Free space or change "
                                                       "its permissions.",
                                                       folder.string(), text));
    return fail("DATA_DAMAGED",
                fmt::format("The data folder {} is damaged: {}. Restore it from a backup, or start with "
                            "an empty folder and let the node build it anew.",
                            folder.string(), text));
}

}  // namespace

Result<std::unique_ptr<KvStore>> open_rocksdb(const fs::path& folder, const RocksDbOptions& options) {
    BOURSE_CHECK(check_folder(folder));
    rocksdb::DB* raw = nullptr;
    const auto status = rocksdb::DB::Open(make_options(options), folder.string(), &raw);
    std::unique_ptr<rocksdb::DB> db(raw);
    if (!status.ok()) return open_error(folder, status);
    std::uint64_t size = 0;
    if (db->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &size) && size <= kVerifyBytes) {
        const auto verified = db->VerifyChecksum();
        if (!verified.ok()) return open_error(folder, verified);
    }
    return std::make_unique<RocksStore>(std::move(db));
}

}  // namespace bourse::db
