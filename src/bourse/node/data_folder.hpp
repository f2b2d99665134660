// A node's data folder as the commands use it: opened beside no node, or, where one runs, by a copy that the node makes
// of itself at a block's end; backups and their return.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/engine/application.hpp>
#include <bourse/sys/file.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace bourse::node {

/// The chain in a folder, with nobody else writing there.
class ChainFolder {
public:
    /// Takes the folder's lock. Errors: DATA_LOCKED, GENESIS_MISSING and those of engine::open_application.
    static Result<std::unique_ptr<ChainFolder>> open(const std::filesystem::path& data_dir,
                                                     std::uint64_t history_blocks = 0);
    /// As open; where a node has the folder, a copy of it that is removed in the end, and with it what killed runs have
    /// left. Errors: also ADMIN_UNREACHABLE.
    static Result<std::unique_ptr<ChainFolder>> open_beside_node(const std::filesystem::path& data_dir);
    /// An empty or missing folder becomes that chain's; one with the same genesis is opened. Errors: also DATA_FOREIGN.
    static Result<std::unique_ptr<ChainFolder>> open_for(const std::filesystem::path& data_dir,
                                                         chain::GenesisConfig genesis, std::uint64_t history_blocks);
    ~ChainFolder();

    const chain::GenesisConfig& genesis() const noexcept { return application_->genesis(); }
    engine::Application& application() noexcept { return *application_; }
    db::KvStore& store() noexcept { return *kv_; }
    /// Drops older states and gives their space back; gives how many. Ends the use of application().
    Result<std::uint64_t> prune(std::uint64_t history_blocks);
    bool is_copy() const noexcept { return !copy_.empty(); }
    /// A development chain whose clock was set forward goes on from its head's time also in a folder that it was
    /// imported into.
    void keep_clock_of_head();

private:
    ChainFolder() = default;
    Status<> open_chain(const std::filesystem::path& folder, chain::GenesisConfig genesis,
                        std::uint64_t history_blocks);

    std::optional<sys::FileLock> lock_;
    std::filesystem::path copy_;  ///< removed in the end
    std::unique_ptr<db::KvStore> kv_;
    std::unique_ptr<engine::Application> application_;
};

struct BackupInfo {
    std::uint64_t height = 0;
    Hash hash;
    Hash state_root;
    Hash genesis_hash;

    bool operator==(const BackupInfo&) const = default;
};

/// Copies the chain to a new or empty folder, while the node makes blocks where one runs, and opens the copy to see
/// that it is whole; `backup.json`, written last, marks it. Errors: BACKUP_TARGET (the folder is not empty or cannot be
/// made) and those of ChainFolder.
Result<BackupInfo> make_backup(const std::filesystem::path& data_dir, const std::filesystem::path& to);
/// Makes a data folder from a backup, which stays as it is. Errors: BACKUP_INVALID (no or an incomplete backup, or it
/// opens at another block than it says), DATA_NOT_EMPTY, DATA_LOCKED, DATA_UNWRITABLE.
Result<BackupInfo> restore_backup(const std::filesystem::path& from, const std::filesystem::path& data_dir);

/// Removes what verbs that were killed have left in the data folder: copies and scratch space named after processes
/// that are gone.
void remove_stale_copies(const std::filesystem::path& data_dir);
/// A folder of this process in the data folder for `purpose`, which does not exist yet; a later run removes it where
/// this one cannot.
std::filesystem::path scratch_folder(const std::filesystem::path& data_dir, const std::string& purpose);

/// Bytes of all files in the folder and below.
std::uint64_t folder_bytes(const std::filesystem::path& folder);

}  // namespace bourse::node
