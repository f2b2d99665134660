#include <bourse/client/result_digest.hpp>

#include <bourse/crypto/hash.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <map>
#include <set>

namespace bourse::client {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOutRoot = "/iexec_out";
constexpr std::size_t kComputedMaxBytes = 8 << 20;
constexpr std::size_t kErrorMaxBytes = 64;

constexpr std::array<std::string_view, 15> kErrorCauses = {"APP_REGISTRY_UNREACHABLE",
                                                           "APP_IMAGE_DOWNLOAD_FAILED",
                                                           "APP_IMAGE_DIGEST_MISMATCH",
                                                           "DATASET_FILE_DOWNLOAD_FAILED",
                                                           "DATASET_FILE_BAD_CHECKSUM",
                                                           "INPUT_FILES_DOWNLOAD_FAILED",
                                                           "INPUT_FILE_FORBIDDEN",
                                                           "APP_COMPUTE_FAILED",
                                                           "APP_COMPUTE_TIMEOUT",
                                                           "APP_MEMORY_LIMIT",
                                                           "APP_PIDS_LIMIT",
                                                           "APP_DISK_LIMIT",
                                                           "DETERMINISM_HASH_NOT_FOUND",
                                                           "APP_OUTPUT_INVALID",
                                                           "TASK_DESCRIPTION_INVALID"};

/// What the digest needs to know of an output, be it a folder or an archive. Paths are relative, "" is the root.
class OutputTree {
public:
    enum class Kind { kMissing, kFile, kFolder };
    virtual ~OutputTree() = default;
    virtual Kind kind(const std::string& path) const = 0;
    virtual Result<Hash> file_sha256(const std::string& path) const = 0;
    /// Relative paths of the regular files directly inside, sorted byte-wise.
    virtual std::vector<std::string> files_in(const std::string& path) const = 0;
    /// Content of one of the small files that the digest reads; nullopt if larger than `max`.
    virtual std::optional<std::string> small_file(const std::string& path, std::size_t max) const = 0;
};

class FolderTree final : public OutputTree {
public:
    explicit FolderTree(fs::path root) : root_(std::move(root)) {}

    Kind kind(const std::string& path) const override {
        std::error_code ec;
        const auto type = fs::symlink_status(root_ / path, ec).type();
        if (type == fs::file_type::regular) return Kind::kFile;
        return type == fs::file_type::directory ? Kind::kFolder : Kind::kMissing;
    }
    Result<Hash> file_sha256(const std::string& path) const override {
        std::ifstream in(root_ / path, std::ios::binary);
        if (!in) return fail("APP_OUTPUT_INVALID", fmt::format("\"{}\" cannot be read.", path));
        crypto::Sha256 hash;
        std::array<char, 64 * 1024> buffer{};
        while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0)
            hash.update(as_bytes({buffer.data(), static_cast<std::size_t>(in.gcount())}));
        return hash.finish();
    }
    std::vector<std::string> files_in(const std::string& path) const override {
        std::set<std::string> names;
        std::error_code ec;
        for (fs::directory_iterator it(root_ / path, ec), end; !ec && it != end; it.increment(ec))
            if (it->symlink_status(ec).type() == fs::file_type::regular)
                names.insert(it->path().lexically_relative(root_).native());
        return {names.begin(), names.end()};
    }
    std::optional<std::string> small_file(const std::string& path, std::size_t max) const override {
        std::ifstream in(root_ / path, std::ios::binary);
        std::string text(max + 1, '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
        if (text.size() > max) return std::nullopt;
        return text;
    }

private:
    fs::path root_;
};

class ZipTree final : public OutputTree {
public:
    Status<> load(const fs::path& zip, const ArchiveLimits& limits) {
        return visit_zip(
            zip, [this](const ZipEntry& entry, const ZipReader& read) { return add(entry, read); }, limits);
    }
    Kind kind(const std::string& path) const override {
        if (files_.contains(path)) return Kind::kFile;
        return path.empty() || folders_.contains(path) ? Kind::kFolder : Kind::kMissing;
    }
    Result<Hash> file_sha256(const std::string& path) const override { return files_.at(path); }
    std::vector<std::string> files_in(const std::string& path) const override {
        std::vector<std::string> names;
        const std::string prefix = path.empty() ? "" : path + "/";
        for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix); ++it)
            if (it->first.find('/', prefix.size()) == std::string::npos) names.push_back(it->first);
        return names;
    }
    std::optional<std::string> small_file(const std::string& path, std::size_t max) const override {
        const auto it = small_.find(path);
        if (it == small_.end() || it->second.size() > max) return std::nullopt;
        return it->second;
    }

private:
    Status<> add(const ZipEntry& entry, const ZipReader& read) {
        for (auto slash = entry.path.find('/'); slash != std::string::npos; slash = entry.path.find('/', slash + 1))
            folders_.insert(entry.path.substr(0, slash));
        if (entry.is_folder) folders_.insert(entry.path);
        if (entry.is_folder || entry.is_added) return {};
        const bool keep = entry.path == "computed.json" || entry.path == "error.txt";
        crypto::Sha256 hash;
        std::array<char, 64 * 1024> buffer{};
        while (true) {
            BOURSE_TRY(const std::size_t n, read(buffer.data(), buffer.size()));
            if (n == 0) break;
            hash.update(as_bytes({buffer.data(), n}));
            if (keep && small_[entry.path].size() <= kComputedMaxBytes) small_[entry.path].append(buffer.data(), n);
        }
        files_[entry.path] = hash.finish();
        return {};
    }

    std::map<std::string, Hash> files_;
    std::set<std::string> folders_;
    std::map<std::string, std::string> small_;
};

tl::unexpected<Error> no_digest(const std::string& why) { return fail("DETERMINISM_HASH_NOT_FOUND", why); }

/// "/iexec_out/a/./b" → "a/b".
Result<std::string> path_in_output(const std::string& absolute) {
    const auto outside = [&] {
        return fail("APP_OUTPUT_INVALID",
                    fmt::format("deterministic-output-path \"{}\" must be an absolute path in /iexec_out.", absolute));
    };
    if (absolute.empty() || absolute.front() != '/' || absolute.find('\0') != std::string::npos) return outside();
    std::string path = fs::path(absolute).lexically_normal().native();
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (path == kOutRoot) return std::string();
    if (!path.starts_with(kOutRoot) || path[kOutRoot.size()] != '/') return outside();
    return path.substr(kOutRoot.size() + 1);
}

Result<Hash> digest_of_path(const OutputTree& tree, const std::string& path) {
    switch (tree.kind(path)) {
        case OutputTree::Kind::kFile:
            return tree.file_sha256(path);
        case OutputTree::Kind::kFolder: {
            Bytes joined;
            for (const auto& file : tree.files_in(path)) {
                BOURSE_TRY(const Hash hash, tree.file_sha256(file));
                append(joined, hash);
            }
            return crypto::keccak256(ByteView(joined));
        }
        case OutputTree::Kind::kMissing:
            break;
    }
    return fail("APP_OUTPUT_INVALID", fmt::format("deterministic-output-path \"/iexec_out/{}\" does not exist.", path));
}

std::optional<std::string> error_cause_of(const OutputTree& tree, const std::string& path) {
    if (path != "error.txt") return std::nullopt;
    auto text = tree.small_file(path, kErrorMaxBytes);
    if (!text || !is_error_cause(*text)) return std::nullopt;
    return text;
}

Result<ResultFacts> facts_from_computed(const OutputTree& tree, const std::string& text, bool has_callback) {
    const auto computed = nlohmann::json::parse(text, nullptr, false);
    if (!computed.is_object()) return no_digest("computed.json is not a JSON object.");
    const auto text_of = [&](const char* key) -> std::string {
        const auto it = computed.find(key);
        return it != computed.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    ResultFacts facts;
    const std::string callback = text_of("callback-data"), path = text_of("deterministic-output-path");
    const auto callback_bytes = from_hex(callback);
    if (callback_bytes) facts.callback_data = *callback_bytes;
    if (!path.empty()) {
        auto relative = path_in_output(path);
        if (relative) {
            facts.deterministic_path = *relative;
            facts.error_cause = error_cause_of(tree, *relative);
        } else if (!has_callback) {
            return fail(std::move(relative).error());
        }
    }
    if (has_callback || (path.empty() && !callback.empty())) {
        if (!callback_bytes || callback_bytes->empty())
            return no_digest("computed.json has no valid callback-data (0x and an even number of hex digits).");
        facts.digest = crypto::keccak256(ByteView(facts.callback_data));
        return facts;
    }
    if (path.empty()) return no_digest("computed.json has neither deterministic-output-path nor callback-data.");
    BOURSE_TRY(facts.digest, digest_of_path(tree, facts.deterministic_path));
    return facts;
}

Result<ResultFacts> facts_of_tree(const OutputTree& tree, bool has_callback) {
    switch (tree.kind("computed.json")) {
        case OutputTree::Kind::kFile: {
            const auto text = tree.small_file("computed.json", kComputedMaxBytes);
            if (!text) return no_digest("computed.json is empty or larger than 8 MiB.");
            return facts_from_computed(tree, *text, has_callback);
        }
        case OutputTree::Kind::kFolder:
            return no_digest("computed.json is a folder.");
        case OutputTree::Kind::kMissing:
            break;
    }
    if (has_callback || tree.kind("consensus.iexec") != OutputTree::Kind::kFile)
        return no_digest("The app wrote no computed.json.");
    ResultFacts facts;
    facts.deterministic_path = "consensus.iexec";
    BOURSE_TRY(facts.digest, tree.file_sha256("consensus.iexec"));
    return facts;
}

}  // namespace

bool is_error_cause(std::string_view text) noexcept {
    return std::ranges::find(kErrorCauses, text) != kErrorCauses.end();
}

Status<> check_output_folder(const fs::path& iexec_out) {
    std::error_code ec;
    fs::recursive_directory_iterator it(iexec_out, ec), end;
    for (; !ec && it != end; it.increment(ec)) {
        const auto type = it->symlink_status(ec).type();
        if (type != fs::file_type::regular && type != fs::file_type::directory)
            return fail(
                "APP_OUTPUT_INVALID",
                fmt::format("/iexec_out/{} is neither a file nor a folder; links and special files are not allowed.",
                            it->path().lexically_relative(iexec_out).native()));
    }
    if (ec) return fail("APP_OUTPUT_INVALID", fmt::format("/iexec_out cannot be read: {}.", ec.message()));
    return {};
}

Result<ResultFacts> result_of_folder(const fs::path& iexec_out, bool has_callback) {
    BOURSE_CHECK(check_output_folder(iexec_out));
    return facts_of_tree(FolderTree(iexec_out), has_callback);
}

Result<ResultFacts> result_of_zip(const fs::path& zip, bool has_callback, const ArchiveLimits& limits) {
    ZipTree tree;
    BOURSE_CHECK(tree.load(zip, limits));
    return facts_of_tree(tree, has_callback);
}

Status<> write_error_result(const fs::path& folder, const std::string& cause) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        std::error_code ignored;
        fs::remove_all(it->path(), ignored);
    }
    const nlohmann::json computed = {{"deterministic-output-path", std::string(kOutRoot) + "/error.txt"},
                                     {"callback-data", to_hex(as_bytes(cause))}};
    std::ofstream error(folder / "error.txt", std::ios::binary), json(folder / "computed.json", std::ios::binary);
    error << cause;
    json << computed.dump();
    error.close();
    json.close();
    if (!error || !json)
        return fail("FILE_UNWRITABLE",
                    fmt::format("The error result cannot be written to {}; is the disk full?", folder.string()));
    return {};
}

}  // namespace bourse::client
