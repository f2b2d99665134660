// The image name in an app's multiaddr (middleware §9.8 "Image").
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>

#include <string>
#include <string_view>

namespace bourse::worker {

struct ImageReference {
    std::string registry;    ///< "127.0.0.1:5000", "registry.example.org"
    std::string repository;  ///< "bourse/hello"

    /// docker://REGISTRY/REPOSITORY@sha256:HEX
    std::string at_digest(const Hash& digest) const;
    bool operator==(const ImageReference&) const = default;
};

/// Tag and digest in the text are ignored: only the checksum on chain counts. `default_registry` completes a name
/// without a host, as Docker does; empty: such a name is refused. Errors: IMAGE_NAME_INVALID.
Result<ImageReference> parse_image_reference(std::string_view text, const std::string& default_registry = {});

/// True for 127.0.0.0/8, ::1 and localhost: such a registry is asked by plain http.
bool is_loopback_registry(const std::string& registry);

}  // namespace bourse::worker
