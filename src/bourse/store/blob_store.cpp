#include <bourse/store/blob_store.hpp>

#include <bourse/client/cid.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <set>

namespace bourse::store {

// pinned: 1 for what older versions took in without an owner; it stays.
const char* const kStoreSchema =
    "CREATE TABLE blobs(multihash TEXT PRIMARY KEY, cid TEXT NOT NULL, size BIGINT NOT NULL, pinned BIGINT NOT NULL,"
    " created_ms BIGINT NOT NULL);"
    "CREATE TABLE results(task TEXT NOT NULL, worker TEXT NOT NULL, digest TEXT NOT NULL, multihash TEXT NOT NULL"
    " REFERENCES blobs(multihash), verified BIGINT NOT NULL, final_deadline_s BIGINT NOT NULL, created_ms BIGINT NOT "
    "NULL,"
    " PRIMARY KEY(task, worker));"
    "CREATE INDEX results_multihash ON results(multihash);"
    "CREATE INDEX results_unverified ON results(verified, final_deadline_s)";

namespace {

std::string system_error(const std::string& what) { return what + ": " + std::strerror(errno) + "."; }

bool sync_file(const std::filesystem::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0) return false;
    const bool good = ::fsync(fd) == 0;
    ::close(fd);
    return good;
}

Blob blob_of_row(const db::SqlRow& row, const std::filesystem::path& file, const Hash& multihash) {
    return {multihash, db::sql_text(row[0]), static_cast<std::uint64_t>(db::sql_int(row[1])), file};
}

}  // namespace

Result<std::unique_ptr<BlobStore>> BlobStore::open(const BlobStoreConfig& config, db::Database& database) {
    std::unique_ptr<BlobStore> store(new BlobStore(config, database));
    BOURSE_CHECK(store->prepare());
    return store;
}

std::filesystem::path BlobStore::path_of(const Hash& multihash) const {
    const auto name = to_hex_plain(multihash);
    return config_.folder / "blobs" / name.substr(0, 2) / name;
}

Status<> BlobStore::prepare() {
    std::error_code error;
    std::filesystem::remove_all(spool_folder(), error);
    for (const auto& folder : {spool_folder(), config_.folder / "blobs"}) {
        std::filesystem::create_directories(folder, error);
        if (error) return fail("DATA_UNWRITABLE", "Cannot make " + folder.string() + ": " + error.message() + ".");
    }
    std::set<std::string> known;
    for (const auto& row : db_->query("SELECT multihash, size FROM blobs")) {
        known.insert(db::sql_text(row[0]));
        used_bytes_ += static_cast<std::uint64_t>(db::sql_int(row[1]));
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(config_.folder / "blobs")) {
        if (!entry.is_regular_file() || known.erase("0x" + entry.path().filename().string()) > 0) continue;
        std::filesystem::remove(entry.path(), error);
        sys::log_info("content without a row removed", {{"file", entry.path().filename().string()}});
    }
    for (const auto& missing : known) sys::log_error("content is missing on disk", {{"multihash", missing}});
    return {};
}

Status<> BlobStore::check_budget(std::uint64_t size_bytes) const {
    if (size_bytes <= config_.max_bytes && used_bytes_ <= config_.max_bytes - size_bytes) return {};
    return fail("STORE_FULL",
                "The store's budget of " + std::to_string(config_.max_bytes) + " bytes is used up. Try again later.");
}

Status<> BlobStore::check_room(std::uint64_t size_bytes) const {
    {
        const std::lock_guard lock(mutex_);
        BOURSE_CHECK(check_budget(size_bytes));
    }
    std::error_code error;
    const auto space = std::filesystem::space(config_.folder, error);
    if (!error && space.available < size_bytes + config_.keep_free_bytes)
        return fail("STORE_FULL", "The store's disk is nearly full. Try again later.");
    return {};
}

Status<> BlobStore::move_in(const std::filesystem::path& file, const std::filesystem::path& to) const {
    std::error_code error;
    std::filesystem::create_directories(to.parent_path(), error);
    if (!sync_file(file, O_RDWR)) return fail("DATA_UNWRITABLE", system_error("Cannot sync " + file.string()));
    std::filesystem::rename(file, to, error);
    if (error == std::errc::cross_device_link) {
        const auto beside = spool_folder() / to.filename();
        std::filesystem::copy_file(file, beside, std::filesystem::copy_options::overwrite_existing, error);
        if (!error && sync_file(beside, O_RDWR)) std::filesystem::rename(beside, to, error);
        if (!error) std::filesystem::remove(file, error);
    }
    if (error) return fail("DATA_UNWRITABLE", "Cannot keep " + to.string() + ": " + error.message() + ".");
    ::chmod(to.c_str(), 0644);
    sync_file(to.parent_path(), O_RDONLY | O_DIRECTORY);
    return {};
}

Result<Blob> BlobStore::identify(const std::filesystem::path& file) const {
    std::error_code error;
    const auto size_bytes = std::filesystem::file_size(file, error);
    if (error) return fail("FILE_UNREADABLE", "Cannot read " + file.string() + ": " + error.message() + ".");
    BOURSE_TRY(const auto cid, client::cid_of_file(file));
    return blob_of(cid, size_bytes);
}

Blob BlobStore::blob_of(const std::string& cid, std::uint64_t size_bytes) const {
    const auto multihash = *client::cid_digest(cid);
    return {multihash, cid, size_bytes, path_of(multihash)};
}

Status<> BlobStore::add(const std::filesystem::path& file, const Blob& blob, const std::function<void()>& with_row) {
    const std::lock_guard lock(mutex_);
    const bool known = find(blob.multihash).has_value();
    if (known && std::filesystem::exists(blob.file)) {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
    } else {
        if (!known) BOURSE_CHECK(check_budget(blob.size_bytes));
        BOURSE_CHECK(move_in(file, blob.file));
    }
    db_->transaction([&] {
        db_->execute(
            "INSERT INTO blobs(multihash, cid, size, pinned, created_ms) VALUES(?1,?2,?3,0,?4) ON CONFLICT DO NOTHING",
            {to_hex(blob.multihash), blob.cid, static_cast<std::int64_t>(blob.size_bytes),
             static_cast<std::int64_t>(sys::unix_time_ms())});
        with_row();
    });
    if (!known) used_bytes_ += blob.size_bytes;
    return {};
}

std::optional<Blob> BlobStore::find(const Hash& multihash) const {
    const auto rows = db_->query("SELECT cid, size FROM blobs WHERE multihash=?1", {to_hex(multihash)});
    if (rows.empty()) return std::nullopt;
    return blob_of_row(rows[0], path_of(multihash), multihash);
}

void BlobStore::drop_if_unused(const Hash& multihash) {
    const std::lock_guard lock(mutex_);
    const auto blob = find(multihash);
    if (!blob) return;
    const auto removed = db_->execute(
        "DELETE FROM blobs WHERE multihash=?1 AND pinned=0 AND NOT EXISTS(SELECT 1 FROM results r WHERE "
        "r.multihash=?2) AND NOT EXISTS(SELECT 1 FROM uploads u WHERE u.multihash=?3)",
        {to_hex(multihash), to_hex(multihash), to_hex(multihash)});
    if (removed == 0) return;
    std::error_code ignored;
    std::filesystem::remove(blob->file, ignored);
    used_bytes_ -= blob->size_bytes;
}

std::uint64_t BlobStore::used_bytes() const {
    const std::lock_guard lock(mutex_);
    return used_bytes_;
}

std::uint64_t BlobStore::count() const {
    return static_cast<std::uint64_t>(db::sql_int(db_->query("SELECT COUNT(*) FROM blobs")[0][0]));
}

}  // namespace bourse::store
