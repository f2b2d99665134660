// Fetching an image by digest from its registry with skopeo, verified before anything is converted.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/worker/image_reference.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::worker {

struct ImageSourceConfig {
    std::vector<std::string> registries;    ///< HOST:PORT that may be at any address
    std::uint64_t timeout_ms = 300'000;     ///< of one copy
    int tries = 3;                          ///< while the registry cannot be reached
    std::uint64_t retry_pause_ms = 15'000;  ///< between them: three tries cover 30 s
    std::function<bool()> cancelled;        ///< asked during pauses
};

/// Copies the image for this machine's platform into an OCI layout at `layout` under the tag "image".
/// `checksum` is the SHA-256 of the manifest or index as the registry serves it; `max_bytes` bounds the layers, packed
/// and unpacked. Errors, one cause for each event (middleware §9.7):
///   APP_REGISTRY_UNREACHABLE   no connection, TLS, time-out, 5xx, or an address that may not be asked
///   APP_IMAGE_DOWNLOAD_FAILED  no such manifest or layer, access denied, no image for this platform, too large
///   APP_IMAGE_DIGEST_MISMATCH  bytes received do not hash to the digest
///   WORKER_DISK_FULL, WORKER_TOOL_MISSING, ABORTED: the worker's own affair
Status<> fetch_image(const ImageReference& reference, const Hash& checksum, const std::filesystem::path& layout,
                     std::uint64_t max_bytes, const ImageSourceConfig& config);

/// Cause for what skopeo wrote when it failed.
std::string image_cause_of(std::string_view skopeo_errors);

}  // namespace bourse::worker
