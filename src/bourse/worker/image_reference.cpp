#include <bourse/worker/image_reference.hpp>

#include <fmt/core.h>
#include <algorithm>

namespace bourse::worker {
namespace {

bool has_registry_host(std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return false;
    const auto first = name.substr(0, slash);
    return first == "localhost" || first.find_first_of(".:") != std::string_view::npos;
}

bool is_legal_repository(std::string_view name) {
    if (name.empty() || name.size() > 255 || name.front() == '/' || name.back() == '/') return false;
    return std::ranges::all_of(name,
                               [](char c) {
                                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                                          c == '-' || c == '/';
                               }) &&
           name.find("//") == std::string_view::npos && name.find("..") == std::string_view::npos;
}

bool is_legal_host(std::string_view host) {
    return !host.empty() && host.size() <= 255 && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
               c == ':' || c == '[' || c == ']';
    });
}

}  // namespace

std::string ImageReference::at_digest(const Hash& digest) const {
    return fmt::format("docker://{}/{}@sha256:{}", registry, repository, to_hex_plain(digest));
}

Result<ImageReference> parse_image_reference(std::string_view text, const std::string& default_registry) {
    const auto invalid = [&](std::string_view why) {
        return fail("IMAGE_NAME_INVALID", fmt::format("\"{}\" is no image name: {}", text, why));
    };
    std::string_view name = text;
    if (name.starts_with("docker://")) name.remove_prefix(9);
    name = name.substr(0, name.find('@'));
    const auto last_slash = name.rfind('/');
    const auto colon = name.find(':', last_slash == std::string_view::npos ? 0 : last_slash);
    if (last_slash != std::string_view::npos || !name.starts_with("localhost")) name = name.substr(0, colon);
    ImageReference reference;
    if (has_registry_host(name)) {
        const auto slash = name.find('/');
        reference.registry = name.substr(0, slash);
        reference.repository = name.substr(slash + 1);
    } else if (default_registry.empty()) {
        return invalid("it names no registry (HOST[:PORT]/NAME), and this worker has no default registry.");
    } else {
        reference.registry = default_registry;
        reference.repository =
            (name.find('/') == std::string_view::npos && default_registry == "docker.io" ? "library/" : "") +
            std::string(name);
    }
    if (!is_legal_host(reference.registry)) return invalid("the registry's name has characters that are not allowed.");
    if (!is_legal_repository(reference.repository))
        return invalid("the repository's name has characters that are not allowed.");
    return reference;
}

bool is_loopback_registry(const std::string& registry) {
    const auto host =
        registry.starts_with("[") ? registry.substr(1, registry.find(']') - 1) : registry.substr(0, registry.find(':'));
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace bourse::worker
