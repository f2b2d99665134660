#include <bourse/worker/volume.hpp>

#include <bourse/sys/process.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kTmpfsMaxBytes = 256ULL << 20;

Status<> make_volume_folders(const fs::path& volume, const VolumeSpec& spec) {
    const auto out = volume / "out";
    for (const char* name : {"out", "tmp", "var_tmp", "run"}) {
        const auto folder = volume / name;
        if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
            return fail("SANDBOX_FAILED", fmt::format("Cannot make {}: {}.", folder.string(), std::strerror(errno)));
        // Exact modes in spite of the umask. A sandbox gives its tmpfs the mode of the folder below it.
        ::chmod(folder.c_str(), folder == out ? 0755 : 01777);
    }
    if (::chown(out.c_str(), spec.uid, spec.gid) != 0)
        return fail("SANDBOX_FAILED",
                    fmt::format("Cannot hand {} to user {}: {}.", out.string(), spec.uid, std::strerror(errno)));
    return {};
}

Result<fs::path> make_mount_point(const VolumeSpec& spec) {
    remove_volume(spec.work_dir);
    const auto volume = spec.work_dir / "volume";
    std::error_code ec;
    fs::create_directories(volume, ec);
    if (ec)
        return fail(ec == std::errc::no_space_on_device ? "SANDBOX_DISK_FULL" : "SANDBOX_FAILED",
                    fmt::format("Cannot make {}: {}.", volume.string(), ec.message()));
    return volume;
}

Status<> mount_tmpfs(const fs::path& volume, const VolumeSpec& spec) {
    const auto options = fmt::format("size={},nr_inodes={},mode=0755", spec.disk_bytes, spec.inodes);
    if (::mount("bourse", volume.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
        return fail("SANDBOX_FAILED",
                    fmt::format("Cannot mount a tmpfs at {}: {}.", volume.string(), std::strerror(errno)));
    return {};
}

Status<> mount_image(const fs::path& volume, const VolumeSpec& spec) {
    const auto image = spec.work_dir / "volume.ext4";
    const int fd = ::open(image.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const bool sized = fd >= 0 && ::ftruncate(fd, static_cast<off_t>(spec.disk_bytes)) == 0;
    if (fd >= 0) ::close(fd);
    if (!sized) return fail("SANDBOX_FAILED", fmt::format("Cannot make {}: {}.", image.string(), std::strerror(errno)));
    sys::ProcessSpec mkfs;
    mkfs.argv = {"mkfs.ext4",
                 "-q",
                 "-F",
                 "-m",
                 "0",
                 "-O",
                 "^has_journal",
                 "-E",
                 "lazy_itable_init=1",
                 "-N",
                 std::to_string(spec.inodes),
                 image.string()};
    mkfs.timeout_ms = 60'000;
    sys::ProcessSpec mount;
    mount.argv = {"mount", "-t", "ext4", "-o", "loop,nosuid,nodev,noatime", image.string(), volume.string()};
    mount.timeout_ms = 60'000;
    for (const auto* step : {&mkfs, &mount}) {
        const auto done = sys::run_process(*step);
        if (!done) return fail(done.error());
        if (!done->ok()) {
            const bool full = done->err.find("No space left") != std::string::npos;
            return fail(full ? "SANDBOX_DISK_FULL" : "SANDBOX_FAILED",
                        fmt::format("{} failed: {}", step->argv.front(), done->err));
        }
    }
    return {};
}

/// Octal escapes of /proc/self/mountinfo: "\040" is a blank.
std::string unescape_mount_path(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

Result<fs::path> mount_volume(const VolumeSpec& spec) {
    BOURSE_TRY(const fs::path volume, make_mount_point(spec));
    auto mounted = spec.disk_bytes <= kTmpfsMaxBytes ? mount_tmpfs(volume, spec) : mount_image(volume, spec);
    if (mounted) mounted = make_volume_folders(volume, spec);
    if (!mounted) {
        remove_volume(spec.work_dir);
        return fail(std::move(mounted).error());
    }
    return volume;
}

Result<fs::path> plain_volume(const VolumeSpec& spec) {
    BOURSE_TRY(const fs::path volume, make_mount_point(spec));
    BOURSE_CHECK(make_volume_folders(volume, spec));
    return volume;
}

bool volume_is_full(const fs::path& volume) {
    struct statvfs facts {};
    if (::statvfs(volume.c_str(), &facts) != 0) return false;
    return facts.f_bavail == 0 || facts.f_favail == 0;
}

void remove_volume(const fs::path& work_dir) {
    const auto volume = work_dir / "volume";
    while (::umount2(volume.c_str(), MNT_DETACH) == 0) {
    }
    std::error_code ignored;
    fs::remove_all(volume, ignored);
    fs::remove(work_dir / "volume.ext4", ignored);
}

void unmount_below(const fs::path& folder) {
    std::ifstream table("/proc/self/mountinfo");
    std::vector<std::string> points;
    for (std::string line; std::getline(table, line);) {
        std::istringstream fields(line);
        std::string id, parent, device, root, point;
        fields >> id >> parent >> device >> root >> point;
        point = unescape_mount_path(point);
        if (point.starts_with(folder.native() + "/")) points.push_back(point);
    }
    for (auto it = points.rbegin(); it != points.rend(); ++it) ::umount2(it->c_str(), MNT_DETACH);
}

}  // namespace bourse::worker
