// Result archives: zip files of /iexec_out, written and read by libarchive in a stream (middleware §7.3).
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bourse::client {

struct ArchiveLimits {
    std::uint64_t max_total_bytes = 5ULL << 30;  ///< of all contents, unpacked
    std::uint64_t max_entries = 1'100'000;       ///< files and folders
    std::size_t max_path_bytes = 4096;
};

/// A file that the worker adds beside the app's output (stdout.txt, stderr.txt). Such entries are written read-only
/// (mode 0444, the app's own files 0644): readers of the archive know by it that they are not part of the digest,
/// which is taken before they exist (middleware §3.10).
struct AddedFile {
    std::string name;  ///< at the root of the archive
    std::filesystem::path file;
};

/// Writes the content of `folder` into `zip`: folders and regular files, sorted byte-wise, without times and owners, so
/// that equal content gives equal bytes. An added file whose name the folder already has is left out.
/// Errors: APP_OUTPUT_INVALID (symlink, FIFO, socket or device), ARCHIVE_TOO_LARGE, ARCHIVE_FAILED (disk).
Status<> create_zip(const std::filesystem::path& folder, const std::filesystem::path& zip,
                    const std::vector<AddedFile>& added = {}, const ArchiveLimits& limits = {});

struct ZipEntry {
    std::string path;  ///< relative, '/' between parts, no "." or "..", no trailing '/'
    bool is_folder = false;
    bool is_added = false;         ///< written by the worker, not by the app
    std::uint64_t size_bytes = 0;  ///< as far as the archive says; the stream may differ
};
/// Called for each entry, in order of the archive; `read(buffer, size)` gives the next bytes, 0 at the end.
using ZipReader = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;
using ZipVisitor = std::function<Status<>(const ZipEntry& entry, const ZipReader& read)>;

/// Streams through an archive. Errors: ARCHIVE_INVALID (not a zip, encrypted, a link or special file, a path that is
/// absolute or climbs out, a name twice), ARCHIVE_TOO_LARGE, and those of the visitor.
Status<> visit_zip(const std::filesystem::path& zip, const ZipVisitor& visit, const ArchiveLimits& limits = {});

/// Unpacks below `folder` (made if missing); nothing is written outside it, existing files are replaced.
/// Errors: as visit_zip, and ARCHIVE_FAILED (disk).
Status<> extract_zip(const std::filesystem::path& zip, const std::filesystem::path& folder,
                     const ArchiveLimits& limits = {});

}  // namespace bourse::client
