#include <bourse/sys/command.hpp>

#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

namespace bourse::sys {
namespace {

struct Parsed {
    std::string rpc = "default";
    std::uint64_t workers = 1;
    bool insecure = false;
    std::vector<std::string> origins;
};

/// Parses as the program does, with a bourse.toml of the given text.
Parsed parse_command(const std::string& config, std::vector<std::string> args) {
    const TempDir home;
    ::setenv("BOURSE_HOME", home.path().c_str(), 1);
    if (!config.empty()) {
        EXPECT_TRUE(write_file_atomic(home.path() / "bourse.toml", config));
    }
    CLI::App root;
    use_config_file(root);
    Parsed parsed;
    auto* app = root.add_subcommand("market");
    add_option(*app, "market", "rpc", parsed.rpc, "node");
    add_option(*app, "market", "max-workers", parsed.workers, "n");
    add_option(*app, "market", "insecure", parsed.insecure, "flag");
    add_option(*app, "market", "fetch-allow", parsed.origins, "origins");
    root.add_subcommand("worker");
    std::ranges::reverse(args);
    root.parse(args);
    ::unsetenv("BOURSE_HOME");
    return parsed;
}

TEST(Command, default_file_environment_flag_in_rising_order) {
    const std::string config =
        "[market]\nrpc = \"from-file\"\nmax_workers = 7\ninsecure = true\nfetch_allow = [\"a\", \"b\"]\n";
    EXPECT_EQ(parse_command("", {"market"}).rpc, "default");
    const auto file = parse_command(config, {"market"});
    EXPECT_EQ(file.rpc, "from-file");
    EXPECT_EQ(file.workers, 7U);
    EXPECT_TRUE(file.insecure);
    EXPECT_EQ(file.origins, (std::vector<std::string>{"a", "b"}));
    ::setenv("BOURSE_MARKET_RPC", "from-env", 1);
    EXPECT_EQ(parse_command(config, {"market"}).rpc, "from-env");
    EXPECT_EQ(parse_command(config, {"market", "--rpc", "from-flag"}).rpc, "from-flag");
    ::unsetenv("BOURSE_MARKET_RPC");
}

TEST(Command, unknown_key_is_refused) {
    EXPECT_THROW(parse_command("[market]\nrcp = \"typo\"\n", {"market"}), CLI::ParseError);
}

TEST(Command, section_of_another_role_does_not_start_it) {
    EXPECT_EQ(parse_command("[market]\nrpc = \"x\"\n", {"worker"}).rpc, "x");
}

TEST(Command, environment_names) { EXPECT_EQ(environment_name("market", "store-url"), "BOURSE_MARKET_STORE_URL"); }

TEST(Command, role_start_refuses_open_bind_and_a_second_process) {
    const TempDir dir;
    RoleOptions options;
    options.data_dir = dir.path() / "role";
    options.log_format = "text";
    options.log_file = (dir.path() / "log").string();
    options.bind = "0.0.0.0";
    EXPECT_EQ(run_role("test", options, [] { return Status<>(); }), kExitUsage);
    options.bind = "127.0.0.1";
    int inner = -1;
    const int outer = run_role("test", options, [&]() -> Status<> {
        inner = run_role("test", options, [] { return Status<>(); });
        return {};
    });
    EXPECT_EQ(outer, kExitOk);
    EXPECT_EQ(inner, kExitRefused);
}

}  // namespace
}  // namespace bourse::sys
