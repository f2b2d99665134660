#include <bourse/worker/image_cache.hpp>

#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kUnpackTimeoutMs = 600'000;

int open_lock(const fs::path& file, int mode) {
    const int fd = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    while (::flock(fd, mode) != 0) {
        if (errno == EINTR) continue;
        ::close(fd);
        return -1;
    }
    return fd;
}

Result<json> read_blob(const fs::path& layout, const json& descriptor) {
    const auto digest = descriptor.is_object() && descriptor.contains("digest") && descriptor["digest"].is_string()
                            ? descriptor["digest"].get<std::string>()
                            : "";
    if (!digest.starts_with("sha256:") || digest.size() != 71 || digest.find('/') != std::string::npos)
        return fail("APP_IMAGE_DOWNLOAD_FAILED", "The image refers to a blob without a SHA-256 digest.");
    const auto text = sys::read_file(layout / "blobs" / "sha256" / digest.substr(7), 16 << 20);
    if (!text) return fail("APP_IMAGE_DOWNLOAD_FAILED", text.error().message);
    auto parsed = json::parse(*text, nullptr, false);
    if (!parsed.is_object()) return fail("APP_IMAGE_DOWNLOAD_FAILED", "A part of the image is no JSON object.");
    return parsed;
}

struct LayoutParts {
    json manifest;
    json config;
};
Result<LayoutParts> read_layout(const fs::path& layout) {
    const auto text = sys::read_file(layout / "index.json");
    if (!text) return fail("APP_IMAGE_DOWNLOAD_FAILED", text.error().message);
    const auto index = json::parse(*text, nullptr, false);
    if (!index.is_object() || !index.contains("manifests") || !index["manifests"].is_array() ||
        index["manifests"].empty())
        return fail("APP_IMAGE_DOWNLOAD_FAILED", "The image's layout has no manifest.");
    LayoutParts parts;
    BOURSE_TRY(parts.manifest, read_blob(layout, index["manifests"][0]));
    BOURSE_TRY(parts.config, read_blob(layout, parts.manifest.contains("config") ? parts.manifest["config"] : json()));
    return parts;
}

/// Bytes of a layer after decompression, counted up to `max`.
std::uint64_t unpacked_layer_bytes(const fs::path& blob, std::uint64_t max) {
    const std::unique_ptr<archive, void (*)(archive*)> in(archive_read_new(), [](archive* a) { archive_read_free(a); });
    archive_read_support_filter_all(in.get());
    archive_read_support_format_raw(in.get());
    archive_entry* entry = nullptr;
    if (archive_read_open_filename(in.get(), blob.c_str(), 128 * 1024) != ARCHIVE_OK ||
        archive_read_next_header(in.get(), &entry) != ARCHIVE_OK)
        return 0;  // umoci will say what is wrong with it
    std::vector<char> buffer(256 * 1024);
    std::uint64_t total = 0;
    for (la_ssize_t n = 0; total <= max && (n = archive_read_data(in.get(), buffer.data(), buffer.size())) > 0;)
        total += static_cast<std::uint64_t>(n);
    return total;
}

Result<std::uint64_t> checked_unpacked_size(const fs::path& layout, const json& manifest, std::uint64_t max_bytes) {
    std::uint64_t total = 0;
    if (manifest.contains("layers") && manifest["layers"].is_array())
        for (const auto& layer : manifest["layers"]) {
            const auto digest = layer.is_object() ? layer.value("digest", std::string()) : std::string();
            if (!digest.starts_with("sha256:") || digest.find('/') != std::string::npos) continue;
            total += unpacked_layer_bytes(layout / "blobs" / "sha256" / digest.substr(7),
                                          max_bytes - std::min(total, max_bytes));
            if (total > max_bytes)
                return fail("APP_IMAGE_DOWNLOAD_FAILED",
                            fmt::format("The image is larger than the category's limit of {} bytes.", max_bytes));
        }
    return total;
}

Status<> unpack_layout(const fs::path& layout, const fs::path& rootfs) {
    sys::ProcessSpec spec;
    spec.argv = {"umoci", "raw", "unpack"};
    if (::geteuid() != 0) spec.argv.push_back("--rootless");
    spec.argv.insert(spec.argv.end(), {"--image", layout.string() + ":image", rootfs.string()});
    spec.timeout_ms = kUnpackTimeoutMs;
    spec.die_with_parent = true;
    const auto done = sys::run_process(spec);
    if (!done) return fail("WORKER_TOOL_MISSING", "umoci could not be started: " + done.error().message);
    if (done->ok()) return {};
    const bool full = done->err.find("no space left") != std::string::npos;
    return fail(full ? "WORKER_DISK_FULL" : "APP_IMAGE_DOWNLOAD_FAILED",
                "The image cannot be unpacked: " + done->err.substr(0, 1000));
}

/// Mount points of the app's contract; what the image has under these names stays.
void make_mount_points(const fs::path& rootfs) {
    ::chmod(rootfs.c_str(), 0755);
    std::error_code ec;
    for (const char* name : {"iexec_in", "iexec_out", "tmp", "run", "proc", "dev", "sys", "var", "var/tmp"}) {
        // Nothing is followed out of the image: below a link no folder is made.
        if (fs::is_symlink(fs::symlink_status((rootfs / name).parent_path(), ec))) continue;
        if (::mkdir((rootfs / name).c_str(), 0755) == 0) ::chmod((rootfs / name).c_str(), 0755);
    }
}

void sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::syncfs(fd);
    ::close(fd);
}

std::uint64_t image_size(const fs::path& image) {
    const auto text = sys::read_file(image / "size").value_or("0");
    return std::strtoull(text.c_str(), nullptr, 10);
}

}  // namespace

ImageLease::ImageLease(ImageLease&& other) noexcept
    : rootfs_(std::move(other.rootfs_)),
      config_(std::move(other.config_)),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}
ImageLease& ImageLease::operator=(ImageLease&& other) noexcept {
    std::swap(rootfs_, other.rootfs_);
    std::swap(config_, other.config_);
    std::swap(lock_fd_, other.lock_fd_);
    return *this;
}
ImageLease::~ImageLease() {
    if (lock_fd_ >= 0) ::close(lock_fd_);
}

fs::path ImageCache::image_dir(const Hash& checksum) const { return dir_ / "images" / to_hex_plain(checksum); }

Status<> ImageCache::open() {
    std::error_code ec;
    for (const char* name : {"images", "locks", "tmp"}) {
        fs::create_directories(dir_ / name, ec);
        if (ec)
            return fail("FILE_UNWRITABLE", fmt::format("Cannot make {}: {}.", (dir_ / name).string(), ec.message()));
    }
    ::chmod(dir_.c_str(), 0700);
    for (fs::directory_iterator it(dir_ / "tmp", ec), end; !ec && it != end; it.increment(ec)) {
        const auto hex = it->path().filename().string().substr(0, 64);
        const int fd = open_lock(dir_ / "locks" / hex, LOCK_EX | LOCK_NB);
        if (fd < 0) continue;  // another worker is at it
        std::error_code ignored;
        fs::remove_all(it->path(), ignored);
        ::close(fd);
    }
    return {};
}

Result<ImageLease> ImageCache::lease(const Hash& checksum, int lock_fd) const {
    const auto dir = image_dir(checksum);
    const auto text = sys::read_file(dir / "config.json", 16 << 20);
    auto config =
        text ? parse_image_config(*text) : Result<ImageConfig>(fail("APP_NOT_FOUND_LOCALLY", text.error().message));
    if (!config) {
        ::close(lock_fd);
        return fail(std::move(config).error());
    }
    ::utimensat(AT_FDCWD, dir.c_str(), nullptr, 0);  // last use
    return ImageLease(dir / "rootfs", *std::move(config), lock_fd);
}

Status<> ImageCache::fetch(const std::string& multiaddr, const std::string& default_registry, const Hash& checksum,
                           std::uint64_t max_bytes, const ImageSourceConfig& source) {
    auto reference = parse_image_reference(multiaddr, default_registry);
    if (!reference) return fail("APP_IMAGE_DOWNLOAD_FAILED", reference.error().message);
    const auto work = dir_ / "tmp" / fmt::format("{}.{}", to_hex_plain(checksum), ::getpid());
    std::error_code ec;
    fs::remove_all(work, ec);
    fs::create_directories(work, ec);
    if (ec) return fail("WORKER_DISK_FULL", fmt::format("Cannot make {}: {}.", work.string(), ec.message()));
    const auto done = [&]() -> Status<> {
        const auto layout = work / "layout", image = work / "image";
        BOURSE_CHECK(fetch_image(*reference, checksum, layout, max_bytes, source));
        BOURSE_TRY(const LayoutParts parts, read_layout(layout));
        BOURSE_TRY(const std::uint64_t size, checked_unpacked_size(layout, parts.manifest, max_bytes));
        fs::create_directories(image, ec);
        BOURSE_CHECK(unpack_layout(layout, image / "rootfs"));
        make_mount_points(image / "rootfs");
        BOURSE_CHECK(sys::write_file_atomic(image / "config.json", parts.config.dump(), 0600));
        BOURSE_CHECK(sys::write_file_atomic(image / "size", std::to_string(size), 0600));
        sync_folder(image);
        fs::rename(image, image_dir(checksum), ec);
        if (ec) return fail("WORKER_DISK_FULL", fmt::format("Cannot keep the image: {}.", ec.message()));
        return {};
    }();
    fs::remove_all(work, ec);
    return done;
}

Result<ImageLease> ImageCache::get(const std::string& multiaddr, const std::string& default_registry,
                                   const Hash& checksum, std::uint64_t max_bytes, const ImageSourceConfig& source) {
    const auto lock_file = dir_ / "locks" / to_hex_plain(checksum);
    const int fd = open_lock(lock_file, LOCK_SH);
    if (fd < 0)
        return fail("WORKER_DISK_FULL", fmt::format("Cannot lock {}: {}.", lock_file.string(), std::strerror(errno)));
    std::error_code ec;
    if (fs::exists(image_dir(checksum) / "config.json", ec)) {
        if (image_size(image_dir(checksum)) <= max_bytes) return lease(checksum, fd);
        ::close(fd);
        return fail("APP_IMAGE_DOWNLOAD_FAILED",
                    fmt::format("The image is larger than the category's limit of {} bytes.", max_bytes));
    }
    ::flock(fd, LOCK_EX);
    if (!fs::exists(image_dir(checksum) / "config.json", ec)) {
        auto done = fetch(multiaddr, default_registry, checksum, max_bytes, source);
        if (!done) {
            ::close(fd);
            return fail(std::move(done).error());
        }
    }
    ::flock(fd, LOCK_SH);
    auto got = lease(checksum, fd);
    evict();
    return got;
}

void ImageCache::evict() {
    struct Entry {
        fs::path dir;
        fs::file_time_type used;
        std::uint64_t size;
    };
    std::vector<Entry> entries;
    std::uint64_t total = 0;
    std::error_code ec;
    for (fs::directory_iterator it(dir_ / "images", ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignored;
        entries.push_back({it->path(), fs::last_write_time(it->path(), ignored), image_size(it->path())});
        total += entries.back().size;
    }
    std::ranges::sort(entries, {}, &Entry::used);
    for (const auto& entry : entries) {
        if (total <= budget_bytes_) return;
        const int fd = open_lock(dir_ / "locks" / entry.dir.filename(), LOCK_EX | LOCK_NB);
        if (fd < 0) continue;
        const auto doomed = dir_ / "tmp" / (entry.dir.filename().string() + ".old");
        fs::rename(entry.dir, doomed, ec);
        if (!ec) total -= entry.size;
        fs::remove_all(doomed, ec);
        ::close(fd);
        sys::log_info("image removed from the cache",
                      {{"image", entry.dir.filename().string()}, {"bytes", std::to_string(entry.size)}});
    }
}

}  // namespace bourse::worker
