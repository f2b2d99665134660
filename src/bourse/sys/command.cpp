#include <bourse/sys/command.hpp>

#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

#include <sys/stat.h>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

namespace bourse::sys {

namespace {

bool has_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value != nullptr && *value != '\0';
}

/// bourse.toml with keys_like_this. The library lets the file win over the environment; here a key whose variable is
/// set is left out, so that the order is flag, environment, file.
class BourseConfig : public CLI::ConfigTOML {
public:
    std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
        auto found = CLI::ConfigTOML::from_config(input);
        std::erase_if(found, [](const CLI::ConfigItem& item) {
            return item.parents.size() == 1 && has_environment(environment_name(item.parents[0], item.name));
        });
        for (auto& item : found) std::ranges::replace(item.name, '_', '-');
        return found;
    }
};

std::optional<LogLevel> parse_level(const std::string& text) {
    if (text == "debug") return LogLevel::kDebug;
    if (text == "info") return LogLevel::kInfo;
    if (text == "warn") return LogLevel::kWarn;
    if (text == "error") return LogLevel::kError;
    return std::nullopt;
}

bool is_loopback(const std::string& bind) { return bind == "::1" || bind == "localhost" || bind.starts_with("127."); }

Status<> prepare_folder(const std::filesystem::path& folder) {
    std::error_code error;
    const bool fresh = std::filesystem::create_directories(folder, error);
    if (error)
        return fail("DATA_UNWRITABLE", "Cannot make the data folder " + folder.string() + ": " + error.message() +
                                           ". Choose another one with --data-dir.");
    if (fresh) ::chmod(folder.c_str(), 0700);
    return {};
}

int report_failure(std::string_view role, const Error& error) {
    log_error("role failed", {{"code", error.code}, {"message", error.message}});
    std::cerr << "bourse " << role << ": " << error.message << " [" << error.code << "]\n";
    return kExitRefused;
}

Status<> start_role(RoleOptions& options, const std::function<Status<>()>& body) {
    BOURSE_CHECK(prepare_folder(options.data_dir));
    BOURSE_TRY(const auto lock, FileLock::acquire(options.data_dir / "lock"));
    return body();
}

}  // namespace

std::string environment_name(std::string_view section, std::string_view name) {
    std::string out = "BOURSE_";
    out.append(section).append("_").append(name);
    std::ranges::transform(out, out.begin(), [](char c) {
        if (c == '-') return '_';
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

template <class T>
CLI::Option* add_option(CLI::App& app, std::string_view section, std::string_view name, T& value,
                        std::string_view help) {
    CLI::Option* option = nullptr;
    const std::string flag = "--" + std::string(name);
    if constexpr (std::is_same_v<T, bool>)
        option = app.add_flag(flag, value, std::string(help));
    else
        option = app.add_option(flag, value, std::string(help))->capture_default_str();
    if constexpr (std::is_same_v<T, std::vector<std::string>>) option->delimiter(',');
    return option->envname(environment_name(section, name));
}

template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::string&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, bool&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, int&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::uint16_t&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::uint32_t&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::uint64_t&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, double&, std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::filesystem::path&,
                                 std::string_view);
template CLI::Option* add_option(CLI::App&, std::string_view, std::string_view, std::vector<std::string>&,
                                 std::string_view);

void use_config_file(CLI::App& root) {
    root.set_config("--config", (bourse_home() / "bourse.toml").string(), "File with a [section] for each role", false);
    root.config_formatter(std::make_shared<BourseConfig>());
    root.allow_config_extras(CLI::config_extras_mode::error);
}

void add_role_options(CLI::App& app, std::string_view role, RoleOptions& options, std::uint16_t default_port) {
    options.port = default_port;
    add_option(app, role, "data-dir", options.data_dir,
               "Folder of its data (default: $BOURSE_HOME/" + std::string(role) + ")");
    add_option(app, role, "port", options.port, "TCP port, 0 for a free one");
    add_option(app, role, "bind", options.bind, "Address to listen on");
    add_option(app, role, "insecure", options.insecure, "Allow a bind address beyond loopback without TLS");
    add_option(app, role, "log-level", options.log_level, "debug, info, warn or error");
    add_option(app, role, "log-file", options.log_file, "Log to this file instead of stderr");
    add_option(app, role, "log-format", options.log_format, "json or text");
}

int run_role(std::string_view role, RoleOptions& options, const std::function<Status<>()>& body) {
    const auto level = parse_level(options.log_level);
    if (!level || (options.log_format != "json" && options.log_format != "text")) {
        std::cerr << "bourse " << role << ": --log-level is debug, info, warn or error, --log-format json or text\n";
        return kExitUsage;
    }
    if (!is_loopback(options.bind) && !options.insecure) {
        std::cerr << "bourse " << role << ": " << options.bind
                  << " is reachable from other machines and there is no TLS here. "
                  << "Put a proxy in front, or add --insecure.\n";
        return kExitUsage;
    }
    if (options.data_dir.empty()) options.data_dir = bourse_home() / std::string(role);
    try {
        signals_init();
        init_log({std::string(role), *level, options.log_file, options.log_format == "json"});
        const auto status = start_role(options, body);
        if (!status) return report_failure(role, status.error());
        log_info("stopped");
        return kExitOk;
    } catch (const std::exception& error) {
        return report_failure(role, {"UNEXPECTED", error.what()});
    }
}

}  // namespace bourse::sys
