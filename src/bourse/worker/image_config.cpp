#include <bourse/worker/image_config.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kAccountFileMaxBytes = 1 << 20;

std::vector<std::string> text_list(const json& object, const char* key) {
    std::vector<std::string> out;
    const auto it = object.find(key);
    if (it == object.end() || !it->is_array()) return out;
    for (const auto& item : *it)
        if (item.is_string()) out.push_back(item.get<std::string>());
    return out;
}

std::string text_value(const json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

/// A file of the image; links are resolved as if the image were the root.
std::string file_in_image(const fs::path& rootfs, const char* path) {
    const int root = ::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const int fd = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
    if (root >= 0) ::close(root);
    std::string text;
    if (fd < 0) return text;
    char buffer[4096];
    for (ssize_t n = 0; text.size() < kAccountFileMaxBytes && (n = ::read(fd, buffer, sizeof(buffer))) > 0;)
        text.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return text;
}

std::vector<std::vector<std::string>> colon_table(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row(1);
    for (const char c : text) {
        if (c == '\n') {
            rows.push_back(std::move(row));
            row.assign(1, "");
        } else if (c == ':') {
            row.emplace_back();
        } else {
            row.back() += c;
        }
    }
    rows.push_back(std::move(row));
    return rows;
}

std::optional<std::uint32_t> id_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool lists_member(const std::string& members, const std::string& name) {
    for (std::size_t start = 0; start <= members.size();) {
        const auto stop = std::min(members.find(',', start), members.size());
        if (members.substr(start, stop - start) == name) return true;
        start = stop + 1;
    }
    return false;
}

tl::unexpected<Error> unknown_user(const std::string& what, const std::string& name) {
    return fail("IMAGE_USER_UNKNOWN",
                fmt::format("The image's {} \"{}\" is neither a number nor in its own account files.", what, name));
}

}  // namespace

Result<ImageConfig> parse_image_config(std::string_view text) {
    const auto whole = json::parse(text, nullptr, false);
    if (!whole.is_object()) return fail("IMAGE_CONFIG_INVALID", "The image's configuration is no JSON object.");
    ImageConfig config;
    const auto it = whole.find("config");
    if (it == whole.end() || !it->is_object()) return config;
    config.entrypoint = text_list(*it, "Entrypoint");
    config.cmd = text_list(*it, "Cmd");
    config.env = text_list(*it, "Env");
    config.user = text_value(*it, "User");
    if (const auto dir = text_value(*it, "WorkingDir"); dir.starts_with("/")) config.working_dir = dir;
    return config;
}

Result<ImageUser> resolve_user(const fs::path& rootfs, const std::string& user) {
    ImageUser found;
    const auto colon = user.find(':');
    const std::string name = user.substr(0, colon), group = colon == std::string::npos ? "" : user.substr(colon + 1);
    if (name.empty() && group.empty()) return found;
    const auto accounts = colon_table(file_in_image(rootfs, "etc/passwd"));
    const auto groups = colon_table(file_in_image(rootfs, "etc/group"));
    const auto number = id_number(name);
    bool known = number.has_value() || name.empty();
    std::string account_name = number ? "" : name;
    found.uid = number.value_or(0);
    for (const auto& row : accounts) {
        if (row.size() < 4 || (number ? id_number(row[2]) != number : row[0] != name)) continue;
        const auto uid = id_number(row[2]), gid = id_number(row[3]);
        if (!uid || !gid) continue;
        found.uid = *uid;
        found.gid = *gid;
        account_name = row[0];
        known = true;
        break;
    }
    if (!known) return unknown_user("user", name);
    if (!group.empty()) {
        auto gid = id_number(group);
        for (const auto& row : groups)
            if (!gid && row.size() >= 3 && row[0] == group) gid = id_number(row[2]);
        if (!gid) return unknown_user("group", group);
        found.gid = *gid;
        return found;
    }
    for (const auto& row : groups)
        if (row.size() >= 4 && !account_name.empty() && lists_member(row[3], account_name))
            if (const auto gid = id_number(row[2])) found.groups.push_back(*gid);
    return found;
}

}  // namespace bourse::worker
