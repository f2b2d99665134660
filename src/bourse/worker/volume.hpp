// The bounded space of one task for /iexec_out and scratch: a tmpfs up to 256 MiB, a sparse ext4 image above that, an
// ordinary folder where nothing can be mounted (middleware §9.8 item 3).
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace bourse::worker {

struct VolumeSpec {
    std::filesystem::path work_dir;  ///< the volume appears as work_dir/volume
    std::uint64_t disk_bytes = 0;
    std::uint64_t inodes = 0;
    std::uint32_t uid = 0, gid = 0;  ///< owner of out/
};

/// out/ (of the app's user) and the scratch folders tmp/, var_tmp/, run/ (for everybody).
/// Errors: SANDBOX_DISK_FULL, SANDBOX_FAILED (cannot mount here).
Result<std::filesystem::path> mount_volume(const VolumeSpec& spec);
/// The same without a mount: nothing bounds it.
Result<std::filesystem::path> plain_volume(const VolumeSpec& spec);
/// No space or no inode left.
bool volume_is_full(const std::filesystem::path& volume);
/// Unmounts (if mounted) and removes work_dir/volume and its image.
void remove_volume(const std::filesystem::path& work_dir);
/// Unmounts everything that is mounted below `folder`.
void unmount_below(const std::filesystem::path& folder);

}  // namespace bourse::worker
