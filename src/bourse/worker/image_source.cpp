#include <bourse/worker/image_source.hpp>

#include <bourse/client/fetch.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/process.hpp>

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::worker {
namespace {

using nlohmann::json;

constexpr std::size_t kManifestMaxBytes = 8 << 20;
constexpr std::string_view kArchitecture = "amd64";

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Every address of the registry's host must be public, unless the operator lists the registry.
Status<> check_registry_address(const std::string& registry, const ImageSourceConfig& config) {
    if (std::ranges::find(config.registries, registry) != config.registries.end()) return {};
    const auto unreachable = [&](std::string_view why) {
        return fail("APP_REGISTRY_UNREACHABLE", fmt::format("The registry {} cannot be asked: {}.", registry, why));
    };
    std::string host =
        registry.starts_with("[") ? registry.substr(1, registry.find(']') - 1) : registry.substr(0, registry.find(':'));
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); rc != 0)
        return unreachable(::gai_strerror(rc));
    bool all_public = true;
    for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(a->ai_addr, a->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
            all_public &= client::is_public_address(text.data());
    }
    ::freeaddrinfo(list);
    if (!all_public)
        return unreachable("its address is not public and the worker does not list it (worker.registries)");
    return {};
}

Result<std::string> run_skopeo(std::vector<std::string> args, std::uint64_t timeout_ms) {
    sys::ProcessSpec spec;
    spec.argv = {"skopeo", "--insecure-policy"};
    spec.argv.insert(spec.argv.end(), args.begin(), args.end());
    spec.timeout_ms = timeout_ms;
    spec.max_output_bytes = kManifestMaxBytes;
    spec.die_with_parent = true;
    auto done = sys::run_process(spec);
    if (!done) return fail("WORKER_TOOL_MISSING", "skopeo could not be started: " + done.error().message);
    if (done->timed_out) return fail("APP_REGISTRY_UNREACHABLE", "The registry did not deliver in time.");
    if (!done->ok()) return fail(image_cause_of(done->err), done->err.substr(0, 1000));
    return std::move(done->out);
}

std::string tls_flag(const ImageReference& reference, std::string_view prefix) {
    return fmt::format("--{}tls-verify={}", prefix, is_loopback_registry(reference.registry) ? "false" : "true");
}

/// The manifest's bytes, verified against the digest.
Result<std::string> fetch_manifest(const ImageReference& reference, const Hash& digest,
                                   const ImageSourceConfig& config) {
    BOURSE_TRY(std::string bytes,
               run_skopeo({"inspect", "--raw", "--no-creds", tls_flag(reference, ""), reference.at_digest(digest)},
                          config.timeout_ms));
    const auto got = crypto::sha256(as_bytes(bytes));
    if (got != digest)
        return fail("APP_IMAGE_DIGEST_MISMATCH", fmt::format("The registry's manifest has the digest {} instead of {}.",
                                                             to_hex(got), to_hex(digest)));
    return bytes;
}

Result<Hash> digest_of_platform(const json& index) {
    for (const auto& entry : index["manifests"]) {
        if (!entry.is_object() || !entry.contains("platform") || !entry.contains("digest")) continue;
        const auto& platform = entry["platform"];
        if (!platform.is_object() || platform.value("os", json()) != "linux" ||
            platform.value("architecture", json()) != kArchitecture)
            continue;
        const auto text = entry["digest"].is_string() ? entry["digest"].get<std::string>() : "";
        if (!text.starts_with("sha256:")) continue;
        if (const auto hash = hash_from_hex(text.substr(7))) return *hash;
    }
    return fail("APP_IMAGE_DOWNLOAD_FAILED",
                fmt::format("The image's index has no manifest for linux/{}.", kArchitecture));
}

Status<> check_layer_sizes(const json& manifest, std::uint64_t max_bytes) {
    std::uint64_t total = 0;
    if (manifest.contains("layers") && manifest["layers"].is_array())
        for (const auto& layer : manifest["layers"])
            if (layer.is_object() && layer.contains("size") && layer["size"].is_number_unsigned())
                total += std::min(layer["size"].get<std::uint64_t>(), max_bytes + 1);
    if (total > max_bytes)
        return fail("APP_IMAGE_DOWNLOAD_FAILED",
                    fmt::format("The image's layers exceed the category's limit of {} bytes.", max_bytes));
    return {};
}

Status<> fetch_once(const ImageReference& reference, const Hash& checksum, const std::filesystem::path& layout,
                    std::uint64_t max_bytes, const ImageSourceConfig& config) {
    BOURSE_TRY(std::string bytes, fetch_manifest(reference, checksum, config));
    auto manifest = json::parse(bytes, nullptr, false);
    if (!manifest.is_object()) return fail("APP_IMAGE_DOWNLOAD_FAILED", "The image's manifest is no JSON object.");
    Hash digest = checksum;
    if (manifest.contains("manifests") && manifest["manifests"].is_array()) {
        BOURSE_TRY(digest, digest_of_platform(manifest));
        BOURSE_TRY(bytes, fetch_manifest(reference, digest, config));
        manifest = json::parse(bytes, nullptr, false);
        if (!manifest.is_object())
            return fail("APP_IMAGE_DOWNLOAD_FAILED", "The platform's manifest is no JSON object.");
    }
    BOURSE_CHECK(check_layer_sizes(manifest, max_bytes));
    const auto copied = run_skopeo({"copy", "--quiet", "--src-no-creds", tls_flag(reference, "src-"),
                                    reference.at_digest(digest), fmt::format("oci:{}:image", layout.string())},
                                   config.timeout_ms);
    if (!copied) return fail(copied.error());
    return {};
}

}  // namespace

std::string image_cause_of(std::string_view errors) {
    if (contains_any(errors, {"no space left on device", "disk quota exceeded"})) return "WORKER_DISK_FULL";
    if (contains_any(errors, {"does not match provided manifest digest", "igest did not match", "igest mismatch",
                              "does not match digest", "size mismatch"}))
        return "APP_IMAGE_DIGEST_MISMATCH";
    if (contains_any(errors, {"manifest unknown", "name unknown", "blob unknown", "MANIFEST_UNKNOWN", "NAME_UNKNOWN",
                              "BLOB_UNKNOWN", "unauthorized", "authentication required", "denied", "not found",
                              "StatusCode: 404", "StatusCode: 401", "StatusCode: 403",
                              "received unexpected HTTP status: 404", "status 404", "status 401", "status 403"}) &&
        !contains_any(errors, {"no such host"}))
        return "APP_IMAGE_DOWNLOAD_FAILED";
    if (contains_any(errors, {"connection refused",
                              "connection reset",
                              "no such host",
                              "timeout",
                              "deadline exceeded",
                              "tls:",
                              "x509:",
                              "certificate",
                              "HTTP response to HTTPS",
                              "network is unreachable",
                              "no route to host",
                              "EOF",
                              "server misbehaving",
                              "pinging container registry",
                              "500 Internal",
                              "502 Bad",
                              "503 Service",
                              "504 Gateway",
                              "StatusCode: 5",
                              "broken pipe"}))
        return "APP_REGISTRY_UNREACHABLE";
    return "APP_IMAGE_DOWNLOAD_FAILED";
}

Status<> fetch_image(const ImageReference& reference, const Hash& checksum, const std::filesystem::path& layout,
                     std::uint64_t max_bytes, const ImageSourceConfig& config) {
    BOURSE_CHECK(check_registry_address(reference.registry, config));
    for (int attempt = 1;; ++attempt) {
        std::error_code ignored;
        std::filesystem::remove_all(layout, ignored);
        auto done = fetch_once(reference, checksum, layout, max_bytes, config);
        if (done || done.error().code != "APP_REGISTRY_UNREACHABLE" || attempt >= config.tries) return done;
        const auto until = sys::steady_ms() + config.retry_pause_ms;
        while (sys::steady_ms() < until) {
            if (config.cancelled && config.cancelled()) return fail("ABORTED", "The task was dropped meanwhile.");
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
}

}  // namespace bourse::worker
