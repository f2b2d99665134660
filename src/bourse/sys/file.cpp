#include <bourse/sys/file.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace bourse::sys {

namespace {

std::string errno_text(int number) { return std::strerror(number); }

/// Closes on every way out.
struct FdCloser {
    int fd;
    ~FdCloser() {
        if (fd >= 0) ::close(fd);
    }
};

bool write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void sync_folder(const std::filesystem::path& folder) {
    const FdCloser dir{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (dir.fd >= 0) ::fsync(dir.fd);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const FdCloser file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return fail("FILE_NOT_FOUND", "There is no file " + path.string() + ".");
        return fail("FILE_UNREADABLE", "Cannot open " + path.string() + ": " + errno_text(errno) + ".");
    }
    std::string out;
    char buffer[65536];
    for (;;) {
        const auto n = ::read(file.fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail("FILE_UNREADABLE", "Cannot read " + path.string() + ": " + errno_text(errno) + ".");
        if (n == 0) return out;
        out.append(buffer, static_cast<std::size_t>(n));
        if (out.size() > max_bytes)
            return fail("FILE_TOO_LARGE", path.string() + " has more than " + std::to_string(max_bytes) + " bytes.");
    }
}

Status<> write_file_atomic(const std::filesystem::path& path, std::string_view content, unsigned mode, bool sync) {
    static std::atomic<std::uint64_t> counter{0};
    const auto unwritable = [&](int number) {
        return fail("FILE_UNWRITABLE", "Cannot write " + path.string() + ": " + errno_text(number) + ".");
    };
    const std::string temporary =
        path.string() + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(counter++);
    {
        const FdCloser file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
        if (file.fd < 0) return unwritable(errno);
        const bool written =
            ::fchmod(file.fd, mode) == 0 && write_all(file.fd, content) && (!sync || ::fsync(file.fd) == 0);
        if (!written) {
            const int number = errno;
            ::unlink(temporary.c_str());
            return unwritable(number);
        }
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const int number = errno;
        ::unlink(temporary.c_str());
        return unwritable(number);
    }
    if (sync) sync_folder(path.parent_path());
    return {};
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail("DATA_LOCKED", "Cannot open the lock file " + path.string() + ": " + errno_text(errno) + ".");
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return fail("DATA_LOCKED", "Another process uses " + path.parent_path().string() +
                                       ". Stop it first, or choose another folder with --data-dir.");
    }
    return FileLock(fd);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

FileLock::~FileLock() {
    if (fd_ >= 0) ::close(fd_);
}

TempDir::TempDir(std::string_view prefix) {
    std::string pattern = (std::filesystem::temp_directory_path() / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a temporary folder " + pattern + ": " + errno_text(errno));
    path_ = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path bourse_home() {
    if (const char* home = std::getenv("BOURSE_HOME"); home != nullptr && *home != '\0') return home;
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home != nullptr && *home != '\0' ? home : "/root") / ".bourse";
}

}  // namespace bourse::sys
