// Command-line options of roles and verbs, and the common start of a role. CLI11 stays in command.cpp and in the files
// that define commands.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bourse::sys {

/// Exit codes of the program.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;

/// An option `--name` whose value comes from the flag, else from the environment variable BOURSE_<SECTION>_<NAME>, else
/// from the key `name` (underscores or dashes) of [section] in bourse.toml, else stays as it is. `app` must be the
/// subcommand with the section's name for the file to reach it. T: std::string, bool (a flag), int, std::uint16_t,
/// std::uint32_t, std::uint64_t, double, std::filesystem::path, std::vector<std::string> (repeatable).
template <class T>
CLI::Option* add_option(CLI::App& app, std::string_view section, std::string_view name, T& value,
                        std::string_view help);

/// BOURSE_<SECTION>_<NAME>.
std::string environment_name(std::string_view section, std::string_view name);

/// Gives the root app `--config FILE` (default $BOURSE_HOME/bourse.toml, which may be absent). An unknown key is an
/// error.
void use_config_file(CLI::App& root);

/// What every role takes: --data-dir, --port, --bind, --insecure, --log-level, --log-file, --log-format.
struct RoleOptions {
    std::filesystem::path data_dir;  ///< default: $BOURSE_HOME/<role>
    std::uint16_t port = 0;
    std::string bind = "127.0.0.1";
    bool insecure = false;  ///< allows a bind address beyond loopback
    std::string log_level = "info";
    std::string log_file;             ///< empty: stderr
    std::string log_format = "json";  ///< or "text"
};
void add_role_options(CLI::App& app, std::string_view role, RoleOptions& options, std::uint16_t default_port);

/// Common start and end of a role: log, signals, checks of the bind address, the data folder (made, mode 0700,
/// and locked against a second process), then `body`, which starts the role, calls wait_for_stop() and stops it.
/// Returns the exit code; an error or exception of the body is logged and printed.
int run_role(std::string_view role, RoleOptions& options, const std::function<Status<>()>& body);

}  // namespace bourse::sys
