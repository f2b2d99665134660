#include <bourse/client/archive.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <set>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kArchiveBlock = 64 * 1024;

struct ArchiveWriteDeleter {
    void operator()(archive* a) const noexcept { archive_write_free(a); }
};
struct ArchiveReadDeleter {
    void operator()(archive* a) const noexcept { archive_read_free(a); }
};
struct ArchiveEntryDeleter {
    void operator()(archive_entry* e) const noexcept { archive_entry_free(e); }
};
using ArchiveWriter = std::unique_ptr<archive, ArchiveWriteDeleter>;
using ArchiveReadHandle = std::unique_ptr<archive, ArchiveReadDeleter>;
using ArchiveEntry = std::unique_ptr<archive_entry, ArchiveEntryDeleter>;

std::string archive_reason(archive* a) {
    const char* text = archive_error_string(a);
    return text != nullptr ? text : "unknown reason";
}

struct FoundItem {
    std::string path;
    bool is_folder = false;
    std::uint64_t size_bytes = 0;
};

tl::unexpected<Error> archive_too_large(std::uint64_t limit_bytes) {
    return fail("ARCHIVE_TOO_LARGE",
                fmt::format("The result is larger than {} bytes or has too many files.", limit_bytes));
}

Result<std::vector<FoundItem>> list_output_items(const fs::path& folder, const ArchiveLimits& limits) {
    std::vector<FoundItem> items;
    std::uint64_t total = 0;
    std::error_code ec;
    fs::recursive_directory_iterator it(folder, ec), end;
    for (; !ec && it != end; it.increment(ec)) {
        const auto type = it->symlink_status(ec).type();
        const std::string path = it->path().lexically_relative(folder).native();
        if (type == fs::file_type::directory) {
            items.push_back({path, true, 0});
        } else if (type == fs::file_type::regular) {
            const auto size = it->file_size(ec);
            if (ec) break;
            total += size;
            items.push_back({path, false, size});
        } else {
            return fail("APP_OUTPUT_INVALID",
                        fmt::format("\"{}\" is neither a file nor a folder; links and special files "
                                    "cannot be part of a result.",
                                    path));
        }
        if (items.size() > limits.max_entries || total > limits.max_total_bytes || path.size() > limits.max_path_bytes)
            return archive_too_large(limits.max_total_bytes);
    }
    if (ec) return fail("ARCHIVE_FAILED", fmt::format("Cannot read {}: {}.", folder.string(), ec.message()));
    std::ranges::sort(items, {}, &FoundItem::path);
    return items;
}

Status<> write_zip_content(archive* out, const fs::path& file, std::uint64_t size_bytes) {
    std::ifstream in(file, std::ios::binary);
    std::array<char, kArchiveBlock> buffer{};
    std::uint64_t left = size_bytes;
    while (left > 0) {
        const auto want = static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size()));
        in.read(buffer.data(), want);
        const auto got = in.gcount();
        if (got <= 0) return fail("ARCHIVE_FAILED", fmt::format("{} cannot be read or has shrunk.", file.string()));
        if (archive_write_data(out, buffer.data(), static_cast<std::size_t>(got)) < 0)
            return fail("ARCHIVE_FAILED", archive_reason(out));
        left -= static_cast<std::uint64_t>(got);
    }
    return {};
}

Status<> write_zip_item(archive* out, const FoundItem& item, const fs::path& file, unsigned mode) {
    ArchiveEntry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), (item.is_folder ? item.path + "/" : item.path).c_str());
    archive_entry_set_filetype(entry.get(), item.is_folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry.get(), static_cast<__LA_MODE_T>(mode));
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(item.size_bytes));
    if (archive_write_header(out, entry.get()) != ARCHIVE_OK) return fail("ARCHIVE_FAILED", archive_reason(out));
    if (!item.is_folder) BOURSE_CHECK(write_zip_content(out, file, item.size_bytes));
    return {};
}

/// Relative, without empty parts, "." or ".."; a trailing '/' is removed.
std::optional<std::string> clean_entry_path(std::string_view raw, std::size_t max_bytes) {
    while (!raw.empty() && raw.back() == '/') raw.remove_suffix(1);
    if (raw.empty() || raw.size() > max_bytes || raw.front() == '/' || raw.find('\0') != std::string_view::npos)
        return std::nullopt;
    for (std::size_t start = 0; start <= raw.size();) {
        const auto stop = std::min(raw.find('/', start), raw.size());
        const auto part = raw.substr(start, stop - start);
        if (part.empty() || part == "." || part == "..") return std::nullopt;
        start = stop + 1;
    }
    return std::string(raw);
}

Result<ZipEntry> checked_entry(archive_entry* raw, const ArchiveLimits& limits) {
    const char* name = archive_entry_pathname(raw);
    if (name == nullptr) name = archive_entry_pathname_utf8(raw);
    auto path = name != nullptr ? clean_entry_path(name, limits.max_path_bytes) : std::nullopt;
    if (!path)
        return fail("ARCHIVE_INVALID",
                    fmt::format("The archive has the illegal path \"{}\".", name != nullptr ? name : ""));
    if (archive_entry_is_encrypted(raw) != 0) return fail("ARCHIVE_INVALID", "The archive is encrypted.");
    const auto type = archive_entry_filetype(raw);
    if ((type != AE_IFREG && type != AE_IFDIR) || archive_entry_hardlink(raw) != nullptr ||
        archive_entry_symlink(raw) != nullptr)
        return fail("ARCHIVE_INVALID", fmt::format("\"{}\" in the archive is neither a file nor a folder.", *path));
    ZipEntry entry;
    entry.is_folder = type == AE_IFDIR;
    entry.is_added = !entry.is_folder && (archive_entry_perm(raw) & 0222U) == 0 && path->find('/') == std::string::npos;
    if (archive_entry_size_is_set(raw) != 0)
        entry.size_bytes = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(raw), 0));
    entry.path = std::move(*path);
    return entry;
}

/// Two entries of one name, or a file where another entry needs a folder.
class EntryNames {
public:
    Status<> add(const ZipEntry& entry) {
        const auto clash = [&] {
            return fail("ARCHIVE_INVALID", fmt::format("\"{}\" stands twice in the archive.", entry.path));
        };
        for (auto slash = entry.path.find('/'); slash != std::string::npos; slash = entry.path.find('/', slash + 1)) {
            if (files_.contains(entry.path.substr(0, slash))) return clash();
            folders_.insert(entry.path.substr(0, slash));
        }
        if (files_.contains(entry.path)) return clash();
        if (entry.is_folder) {
            folders_.insert(entry.path);
        } else if (folders_.contains(entry.path) || !files_.insert(entry.path).second) {
            return clash();
        }
        return {};
    }

private:
    std::set<std::string, std::less<>> files_, folders_;
};

/// An archive without entries is its 22 bytes of end record, which libarchive's reader does not know.
bool is_empty_zip(const fs::path& zip) {
    std::array<char, 23> bytes{};
    std::ifstream in(zip, std::ios::binary);
    in.read(bytes.data(), bytes.size());
    return in.gcount() == 22 && std::string_view(bytes.data(), 4) == "PK\x05\x06";
}

Status<> extract_entry(const fs::path& folder, const ZipEntry& entry, const ZipReader& read) {
    std::error_code ec;
    const fs::path target = folder / entry.path;
    fs::create_directories(entry.is_folder ? target : target.parent_path(), ec);
    const auto disk = [&](const std::string& why) {
        return fail("ARCHIVE_FAILED", fmt::format("Cannot write {}: {}.", target.string(), why));
    };
    if (ec) return disk(ec.message());
    if (entry.is_folder) return {};
    if (fs::is_symlink(fs::symlink_status(target, ec))) fs::remove(target, ec);
    std::ofstream out(target, std::ios::binary | std::ios::trunc);
    std::array<char, kArchiveBlock> buffer{};
    while (true) {
        BOURSE_TRY(const std::size_t n, read(buffer.data(), buffer.size()));
        if (n == 0) break;
        out.write(buffer.data(), static_cast<std::streamsize>(n));
    }
    out.close();
    if (!out) return disk("the disk may be full");
    return {};
}

}  // namespace

Status<> create_zip(const fs::path& folder, const fs::path& zip, const std::vector<AddedFile>& added,
                    const ArchiveLimits& limits) {
    BOURSE_TRY(const auto items, list_output_items(folder, limits));
    ArchiveWriter out(archive_write_new());
    archive_write_set_format_zip(out.get());
    if (archive_write_open_filename(out.get(), zip.c_str()) != ARCHIVE_OK)
        return fail("ARCHIVE_FAILED", archive_reason(out.get()));
    for (const auto& item : items) {
        BOURSE_CHECK(write_zip_item(out.get(), item, folder / item.path, item.is_folder ? 0755 : 0644));
    }
    for (const auto& extra : added) {
        if (std::ranges::any_of(items, [&](const FoundItem& item) { return item.path == extra.name; })) continue;
        std::error_code ec;
        const auto size = fs::file_size(extra.file, ec);
        if (ec) return fail("ARCHIVE_FAILED", fmt::format("Cannot read {}: {}.", extra.file.string(), ec.message()));
        BOURSE_CHECK(write_zip_item(out.get(), {extra.name, false, size}, extra.file, 0444));
    }
    if (archive_write_close(out.get()) != ARCHIVE_OK) return fail("ARCHIVE_FAILED", archive_reason(out.get()));
    return {};
}

Status<> visit_zip(const fs::path& zip, const ZipVisitor& visit, const ArchiveLimits& limits) {
    if (is_empty_zip(zip)) return {};
    ArchiveReadHandle in(archive_read_new());
    // The central directory decides, as in every unpacker: local headers could tell a different story.
    archive_read_support_format_zip_seekable(in.get());
    if (archive_read_open_filename(in.get(), zip.c_str(), kArchiveBlock) != ARCHIVE_OK)
        return fail("ARCHIVE_INVALID", fmt::format("Not a zip archive: {}.", archive_reason(in.get())));
    EntryNames names;
    std::uint64_t total = 0, count = 0;
    while (true) {
        archive_entry* raw = nullptr;
        const int state = archive_read_next_header(in.get(), &raw);
        if (state == ARCHIVE_EOF) return {};
        if (state != ARCHIVE_OK && state != ARCHIVE_WARN)
            return fail("ARCHIVE_INVALID", fmt::format("The archive is damaged: {}.", archive_reason(in.get())));
        BOURSE_TRY(const ZipEntry entry, checked_entry(raw, limits));
        BOURSE_CHECK(names.add(entry));
        if (++count > limits.max_entries) return archive_too_large(limits.max_total_bytes);
        const ZipReader read = [&](char* buffer, std::size_t size) -> Result<std::size_t> {
            const auto n = archive_read_data(in.get(), buffer, size);
            if (n < 0)
                return fail("ARCHIVE_INVALID", fmt::format("The archive is damaged: {}.", archive_reason(in.get())));
            total += static_cast<std::uint64_t>(n);
            if (total > limits.max_total_bytes) return archive_too_large(limits.max_total_bytes);
            return static_cast<std::size_t>(n);
        };
        BOURSE_CHECK(visit(entry, read));
    }
}

Status<> extract_zip(const fs::path& zip, const fs::path& folder, const ArchiveLimits& limits) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (ec) return fail("ARCHIVE_FAILED", fmt::format("Cannot make {}: {}.", folder.string(), ec.message()));
    return visit_zip(
        zip, [&](const ZipEntry& entry, const ZipReader& read) { return extract_entry(folder, entry, read); }, limits);
}

}  // namespace bourse::client
