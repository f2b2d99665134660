// Files: whole reads, atomic writes, locks, temporary folders.
#pragma once

#include <bourse/base/result.hpp>

#include <filesystem>
#include <string>

namespace bourse::sys {

/// Errors: FILE_NOT_FOUND, FILE_UNREADABLE, FILE_TOO_LARGE.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = 64 << 20);
/// Writes beside and renames, so that readers see the old or the new content. `mode` e.g. 0600. Errors:
/// FILE_UNWRITABLE.
Status<> write_file_atomic(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644,
                           bool sync = false);

/// An exclusive lock on a file, held until destroyed; taken over by nobody else on this machine. Errors: DATA_LOCKED.
class FileLock {
public:
    static Result<FileLock> acquire(const std::filesystem::path& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    explicit FileLock(int fd) : fd_(fd) {}
    int fd_ = -1;
};

/// A folder under the system's temporary folder, removed with its content when destroyed.
class TempDir {
public:
    explicit TempDir(std::string_view prefix = "bourse-");
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// $BOURSE_HOME, or ~/.bourse.
std::filesystem::path bourse_home();

}  // namespace bourse::sys
