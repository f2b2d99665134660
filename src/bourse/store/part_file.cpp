#include <bourse/store/part_file.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

namespace bourse::store {

namespace {

constexpr std::size_t kCopyBytes = 256 * 1024;

class OpenFile {
public:
    OpenFile(const std::filesystem::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    bool ok() const noexcept { return fd_ >= 0; }
    int fd() const noexcept { return fd_; }

private:
    int fd_;
};

tl::unexpected<Error> disk_error(const std::filesystem::path& path) {
    if (errno == ENOSPC || errno == EDQUOT) return fail("STORE_FULL", "The store's disk is full. Try again later.");
    return fail("DATA_UNWRITABLE", "Cannot write " + path.string() + ": " + std::strerror(errno) + ".");
}

bool write_at(int fd, const char* bytes, std::size_t size, std::uint64_t offset) {
    while (size > 0) {
        const auto written = ::pwrite(fd, bytes, size, static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes += written;
        size -= static_cast<std::size_t>(written);
        offset += static_cast<std::uint64_t>(written);
    }
    return true;
}

}  // namespace

Status<> create_part(const std::filesystem::path& part) {
    const OpenFile file(part, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok()) return disk_error(part);
    const OpenFile folder(part.parent_path(), O_RDONLY | O_DIRECTORY);
    if (!folder.ok() || ::fsync(folder.fd()) != 0) return disk_error(part);
    return {};
}

Status<> append_to_part(const std::filesystem::path& part, std::uint64_t offset, const std::filesystem::path& chunk) {
    const OpenFile from(chunk, O_RDONLY), to(part, O_WRONLY | O_CREAT);
    if (!from.ok() || !to.ok()) return disk_error(part);
    std::vector<char> buffer(kCopyBytes);
    for (;;) {
        const auto got = ::read(from.fd(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return disk_error(chunk);
        if (got == 0) break;
        if (!write_at(to.fd(), buffer.data(), static_cast<std::size_t>(got), offset)) return disk_error(part);
        offset += static_cast<std::uint64_t>(got);
    }
    if (::fdatasync(to.fd()) != 0) return disk_error(part);
    return {};
}

}  // namespace bourse::store
