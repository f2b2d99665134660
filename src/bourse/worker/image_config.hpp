// What an image says about its process: entrypoint, environment, folder, user.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::worker {

struct ImageConfig {
    std::vector<std::string> entrypoint;
    std::vector<std::string> cmd;
    std::vector<std::string> env;  ///< NAME=value
    std::string working_dir = "/";
    std::string user;  ///< "", "1000", "1000:1000", "name", "name:group"
};
/// From the config blob of an OCI or Docker image. Errors: IMAGE_CONFIG_INVALID.
Result<ImageConfig> parse_image_config(std::string_view json);

struct ImageUser {
    std::uint32_t uid = 0, gid = 0;
    std::vector<std::uint32_t> groups;
    bool operator==(const ImageUser&) const = default;
};
/// Names are looked up in the image's own passwd and group files; numbers need no entry there.
/// Errors: IMAGE_USER_UNKNOWN.
Result<ImageUser> resolve_user(const std::filesystem::path& rootfs, const std::string& user);

}  // namespace bourse::worker
