#include <bourse/node/data_folder.hpp>

#include <bourse/engine/time_offset.hpp>
#include <bourse/node/admin.hpp>
#include <bourse/node/node.hpp>
#include <bourse/sys/clock.hpp>

#include <signal.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace bourse::node {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBackupMark = "backup.json";
constexpr std::size_t kMaxMarkBytes = 4096;
constexpr std::array<std::string_view, 2> kScratchPurposes{"copy", "verify"};

BackupInfo info_of(const engine::Application& application) {
    const auto view = application.view();
    return {view->head().number, view->head_hash(), view->head().state_root, application.info().genesis_hash};
}

tl::unexpected<Error> unwritable(const fs::path& folder, const std::error_code& error) {
    return fail("DATA_UNWRITABLE", "Cannot write in " + folder.string() + ": " + error.message() +
                                       ". Free space, or choose another folder.");
}

Status<> make_folder(const fs::path& folder) {
    std::error_code error;
    const bool fresh = fs::create_directories(folder, error);
    if (error) return unwritable(folder, error);
    if (fresh) fs::permissions(folder, fs::perms::owner_all, error);
    return {};
}

Status<> require_new_target(const fs::path& to) {
    std::error_code error;
    if (fs::exists(to, error) && !fs::is_empty(to, error))
        return fail("BACKUP_TARGET",
                    "The folder " + to.string() + " is not empty. Choose a new folder for each backup.");
    if (const auto made = make_folder(to); !made) return fail("BACKUP_TARGET", made.error().message);
    return {};
}

Result<BackupInfo> read_mark(const fs::path& from) {
    const auto invalid = [&from] {
        return fail("BACKUP_INVALID", from.string() +
                                          " is no whole backup: its backup.json is missing or damaged. Use "
                                          "a folder that `bourse node backup` finished.");
    };
    const auto text = sys::read_file(from / kBackupMark, kMaxMarkBytes);
    if (!text) return invalid();
    const auto mark = nlohmann::json::parse(*text, nullptr, false);
    if (!mark.is_object() || !mark.contains("height") || !mark["height"].is_number_unsigned()) return invalid();
    BackupInfo info;
    info.height = mark["height"].get<std::uint64_t>();
    for (const auto& [name, field] : {std::pair<const char*, Hash*>{"hash", &info.hash},
                                      {"stateRoot", &info.state_root},
                                      {"genesisHash", &info.genesis_hash}}) {
        if (!mark.contains(name) || !mark[name].is_string()) return invalid();
        const auto hash = hash_from_hex(mark[name].get<std::string>());
        if (!hash) return invalid();
        *field = *hash;
    }
    return info;
}

Status<> write_mark(const fs::path& to, const BackupInfo& info) {
    const nlohmann::json mark{{"height", info.height},
                              {"hash", to_hex(info.hash)},
                              {"stateRoot", to_hex(info.state_root)},
                              {"genesisHash", to_hex(info.genesis_hash)}};
    return sys::write_file_atomic(to / kBackupMark, mark.dump(2) + "\n", 0644, true);
}

/// Whole and at the block it says? Opened as a node would.
Result<BackupInfo> open_and_look(const fs::path& folder) {
    BOURSE_TRY(const auto chain, ChainFolder::open(folder));
    return info_of(chain->application());
}

Status<> copy_store(const fs::path& data_dir, const fs::path& to) {
    auto chain = ChainFolder::open(data_dir);
    if (chain) return (*chain)->store().copy_to(to);
    if (chain.error().code != "DATA_LOCKED") return fail(chain.error());
    BOURSE_TRY(const auto answer, ask_running_node(data_dir, "POST", "/admin/copy", {{"to", to.string()}}));
    return {};
}

}  // namespace

ChainFolder::~ChainFolder() {
    application_.reset();
    kv_.reset();
    std::error_code ignored;
    if (!copy_.empty()) fs::remove_all(copy_, ignored);
}

Status<> ChainFolder::open_chain(const fs::path& folder, chain::GenesisConfig genesis, std::uint64_t history_blocks) {
    BOURSE_TRY(kv_, db::open_rocksdb(folder));
    engine::ChainApplicationOptions options;
    options.state.history_blocks = history_blocks;
    BOURSE_TRY(application_, engine::open_application(*kv_, std::move(genesis), options));
    return {};
}

Result<std::unique_ptr<ChainFolder>> ChainFolder::open(const fs::path& data_dir, std::uint64_t history_blocks) {
    BOURSE_TRY(auto genesis, choose_genesis(data_dir, {}, false));
    std::unique_ptr<ChainFolder> out(new ChainFolder());
    BOURSE_TRY(out->lock_, sys::FileLock::acquire(data_dir / "lock"));
    BOURSE_CHECK(out->open_chain(data_dir / "chain", std::move(genesis), history_blocks));
    return out;
}

Result<std::unique_ptr<ChainFolder>> ChainFolder::open_beside_node(const fs::path& data_dir) {
    remove_stale_copies(data_dir);
    auto own = open(data_dir);
    if (own || own.error().code != "DATA_LOCKED") return own;
    BOURSE_TRY(auto genesis, choose_genesis(data_dir, {}, false));
    std::unique_ptr<ChainFolder> out(new ChainFolder());
    // In the data folder, so that it shares the large files.
    out->copy_ = scratch_folder(data_dir, "copy");
    BOURSE_TRY(const auto answer, ask_running_node(data_dir, "POST", "/admin/copy", {{"to", out->copy_.string()}}));
    BOURSE_CHECK(out->open_chain(out->copy_, std::move(genesis), 0));
    return out;
}

Result<std::uint64_t> ChainFolder::prune(std::uint64_t history_blocks) {
    application_.reset();  // one writer
    BOURSE_TRY(const auto states, engine::StateStore::open(*kv_));
    const std::uint64_t dropped = states->prune(history_blocks);
    kv_->compact();
    return dropped;
}

Result<std::unique_ptr<ChainFolder>> ChainFolder::open_for(const fs::path& data_dir, chain::GenesisConfig genesis,
                                                           std::uint64_t history_blocks) {
    BOURSE_CHECK(make_folder(data_dir));
    const auto own = data_dir / "genesis.json";
    if (fs::exists(own)) {
        BOURSE_TRY(const auto kept, choose_genesis(data_dir, {}, false));
        if (chain::to_json(kept) != chain::to_json(genesis))
            return fail("DATA_FOREIGN", "The data folder " + data_dir.string() +
                                            " belongs to another chain than the "
                                            "file. Choose an empty folder with --data-dir.");
    }
    std::unique_ptr<ChainFolder> out(new ChainFolder());
    BOURSE_TRY(out->lock_, sys::FileLock::acquire(data_dir / "lock"));
    const std::string text = chain::to_json(genesis);
    if (genesis.archive) history_blocks = 0;
    BOURSE_CHECK(out->open_chain(data_dir / "chain", std::move(genesis), history_blocks));
    if (!fs::exists(own)) BOURSE_CHECK(sys::write_file_atomic(own, text, 0644, true));
    return out;
}

Result<BackupInfo> make_backup(const fs::path& data_dir, const fs::path& to) {
    const fs::path target = fs::absolute(to).lexically_normal();
    BOURSE_TRY(const auto genesis, choose_genesis(data_dir, {}, false));
    BOURSE_CHECK(require_new_target(target));
    BOURSE_CHECK(copy_store(data_dir, target / "chain"));
    BOURSE_CHECK(sys::write_file_atomic(target / "genesis.json", chain::to_json(genesis), 0644, true));
    BOURSE_TRY(const auto info, open_and_look(target));
    BOURSE_CHECK(write_mark(target, info));
    return info;
}

Result<BackupInfo> restore_backup(const fs::path& from, const fs::path& data_dir) {
    BOURSE_TRY(const auto expected, read_mark(from));
    BOURSE_CHECK(make_folder(data_dir));
    {
        BOURSE_TRY(const auto lock, sys::FileLock::acquire(data_dir / "lock"));
        if (fs::exists(data_dir / "genesis.json") || fs::exists(data_dir / "chain"))
            return fail("DATA_NOT_EMPTY", "The data folder " + data_dir.string() +
                                              " holds a chain already. Restore into "
                                              "an empty folder, or move the old one away first.");
        const fs::path partial = data_dir / "chain.partial";  // an earlier try may have left one
        std::error_code error;
        fs::remove_all(partial, error);
        fs::copy(from / "chain", partial, fs::copy_options::recursive, error);
        if (error) return unwritable(data_dir, error);
        fs::remove(partial / "LOCK", error);
        fs::rename(partial, data_dir / "chain", error);
        if (error) return unwritable(data_dir, error);
        BOURSE_TRY(const auto genesis, sys::read_file(from / "genesis.json", 256UL << 20));
        BOURSE_CHECK(sys::write_file_atomic(data_dir / "genesis.json", genesis, 0644, true));
    }
    BOURSE_TRY(const auto restored, open_and_look(data_dir));
    if (restored != expected)
        return fail("BACKUP_INVALID", "The backup opens at block " + std::to_string(restored.height) +
                                          ", not at block " + std::to_string(expected.height) +
                                          " as it says. Use another backup.");
    return restored;
}

void ChainFolder::keep_clock_of_head() {
    if (genesis().kind != chain::ChainKind::kDevelopment) return;
    const auto ahead_ms = static_cast<std::int64_t>(application_->view()->head().time_ms) -
                          static_cast<std::int64_t>(sys::unix_time_ms());
    if (ahead_ms <= engine::read_time_offset(*kv_)) return;
    db::Batch batch;
    engine::put_time_offset(batch, ahead_ms);
    kv_->write(batch, true);
}

fs::path scratch_folder(const fs::path& data_dir, const std::string& purpose) {
    return fs::absolute(data_dir) / ("." + purpose + "-" + std::to_string(::getpid()));
}

void remove_stale_copies(const fs::path& data_dir) {
    std::error_code error;
    std::vector<fs::path> stale;
    for (const auto& entry : fs::directory_iterator(data_dir, error)) {
        const std::string name = entry.path().filename().string();
        const auto dash = name.find_last_of('-');
        if (name.front() != '.' || dash == std::string::npos) continue;
        const auto purpose = name.substr(1, dash - 1);
        pid_t process = 0;
        const auto [end, problem] = std::from_chars(name.data() + dash + 1, name.data() + name.size(), process);
        const bool is_ours = std::ranges::find(kScratchPurposes, purpose) != kScratchPurposes.end() &&
                             problem == std::errc() && end == name.data() + name.size() && process > 0;
        if (is_ours && ::kill(process, 0) != 0 && errno == ESRCH) stale.push_back(entry.path());
    }
    for (const auto& path : stale) fs::remove_all(path, error);
}

std::uint64_t folder_bytes(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code gone;  // a running node removes files
        if (at->is_regular_file(gone)) {
            const auto size = at->file_size(gone);
            if (!gone) bytes += size;
        }
    }
    return bytes;
}

}  // namespace bourse::node
