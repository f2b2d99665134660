#include <bourse/cli/command.hpp>
#include <bourse/cli/deploy.hpp>
#include <bourse/cli/order_fill.hpp>
#include <bourse/cli/usage.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

/// Runs a command line in an empty home and folder; gives exit status and standard output.
class CommandTest : public testing::Test {
protected:
    CommandTest() {
        ::setenv("BOURSE_HOME", (home_.path() / "home").c_str(), 1);
        before_ = std::filesystem::current_path();
        std::filesystem::create_directories(home_.path() / "work");
        std::filesystem::current_path(home_.path() / "work");
    }
    ~CommandTest() override {
        std::filesystem::current_path(before_);
        ::unsetenv("BOURSE_HOME");
        ::unsetenv("BOURSE_PASSWORD");
    }

    struct Outcome {
        int code = 0;
        nlohmann::json json;
        std::string errors;
    };
    Outcome run(std::vector<std::string> words) {
        CLI::App root("test", "bourse");
        root.require_subcommand(1);
        int exit_code = 0;
        add_cli_commands(root, exit_code);
        std::ranges::reverse(words);
        testing::internal::CaptureStdout();
        testing::internal::CaptureStderr();
        try {
            root.parse(words);
        } catch (const CLI::ParseError& error) {
            exit_code = report_usage(root, error);
        }
        auto errors = testing::internal::GetCapturedStderr();
        return {exit_code, nlohmann::json::parse(testing::internal::GetCapturedStdout(), nullptr, false),
                std::move(errors)};
    }

    sys::TempDir home_;
    std::filesystem::path before_;
};

TEST_F(CommandTest, wrong_usage_is_status_2) {
    EXPECT_EQ(run({"wallet"}).code, 2);
    EXPECT_EQ(run({"wallet", "steal"}).code, 2);
    EXPECT_EQ(run({"wallet", "send", "1"}).code, 2);
    EXPECT_EQ(run({"run", "hello", "--volume", "0"}).code, 2);
    EXPECT_EQ(run({"deal", "show"}).code, 2);
    EXPECT_EQ(run({"run", "--help"}).code, 0);
}

TEST_F(CommandTest, a_word_that_is_not_known_is_named) {
    const auto said = [&](std::vector<std::string> words) { return run(std::move(words)).errors; };
    EXPECT_EQ(said({"frob"}).find("bourse does not know \"frob\". It knows: run, deal, "), 0U) << said({"frob"});
    EXPECT_EQ(said({"wallet", "steal"}).find("bourse wallet does not know \"steal\". It knows: "), 0U);
    EXPECT_EQ(said({"run", "--frob"}).find("bourse run does not know \"--frob\"."), 0U) << said({"run", "--frob"});
    EXPECT_EQ(said({"wallet"}).find("A subcommand is required"), 0U);
    EXPECT_EQ(said({"run"}).find("app is required"), 0U);
}

TEST_F(CommandTest, without_a_network_the_way_out_is_named) {
    const auto outcome = run({"chain", "info", "--json"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.json["error"]["code"], "NO_NETWORK");
    EXPECT_NE(outcome.json["error"]["message"].get<std::string>().find("bourse up"), std::string::npos);
}

TEST_F(CommandTest, closed_node_is_told_with_its_address) {
    const auto outcome = run({"chain", "info", "--rpc", "http://127.0.0.1:1", "--json"});
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.json["error"]["code"], "NODE_UNREACHABLE");
    EXPECT_NE(outcome.json["error"]["message"].get<std::string>().find("http://127.0.0.1:1"), std::string::npos);
}

TEST_F(CommandTest, created_wallet_is_found_and_its_key_shown_only_when_confirmed) {
    ::setenv("BOURSE_PASSWORD", "secret", 1);
    const auto created = run({"wallet", "create", "--light", "--json"});
    ASSERT_EQ(created.code, 0) << created.json;
    const std::string address = created.json["address"];
    const auto missing = run({"account", "show", "--json"});
    EXPECT_EQ(missing.json["error"]["code"], "NO_NETWORK");
    const auto second = run({"wallet", "create", "--light", "--json"});
    ASSERT_EQ(second.code, 0);
    EXPECT_EQ(run({"account", "show", "--rpc", "http://127.0.0.1:1", "--json"}).json["error"]["code"],
              "WALLET_AMBIGUOUS");
    const auto listed = run({"wallet", "show", "--json"});
    EXPECT_EQ(listed.json["wallets"].size(), 2U);
    const auto key_on_line = run({"wallet", "import", "--from", std::string(64, '1'), "--json"});
    EXPECT_EQ(key_on_line.json["error"]["code"], "KEY_ON_COMMAND_LINE");
}

TEST_F(CommandTest, project_files_are_written_once) {
    const auto first = run({"init", "--json"});
    ASSERT_EQ(first.code, 0) << first.json;
    EXPECT_EQ(first.json["written"].size(), 4U);
    EXPECT_EQ(run({"init", "--json"}).json["kept"].size(), 4U);
    EXPECT_EQ(run({"app", "init", "--json"}).code, 0);
    EXPECT_EQ(run({"app", "init", "--json"}).json["error"]["code"], "ALREADY_THERE");
    EXPECT_EQ(run({"order", "init", "--json"}).json["error"]["code"], "KIND_MISSING");
}

TEST_F(CommandTest, malformed_ids_and_amounts_are_refused_before_anything_is_asked) {
    EXPECT_EQ(run({"deal", "show", "0x12", "--rpc", "http://127.0.0.1:1", "--json"}).json["error"]["code"],
              "DEAL_ID_INVALID");
    EXPECT_EQ(run({"task", "claim", "nonsense", "--rpc", "http://127.0.0.1:1", "--json"}).json["error"]["code"],
              "TASK_ID_INVALID");
    EXPECT_EQ(run({"account", "deposit", "many", "--rpc", "http://127.0.0.1:1", "--json"}).json["error"]["code"],
              "AMOUNT_INVALID");
    EXPECT_EQ(run({"account", "deposit", "0", "--rpc", "http://127.0.0.1:1", "--json"}).json["error"]["code"],
              "AMOUNT_INVALID");
}

TEST(Params, unknown_keys_and_two_sources_are_refused) {
    EXPECT_EQ(params_text({"a", R"({"iexec_args":"b"})", {}}).error().code, "PARAMS_AMBIGUOUS");
    EXPECT_EQ(params_text({"", R"({"iexec_arg":"b"})", {}}).error().code, "PARAMS_UNKNOWN_KEY");
    EXPECT_EQ(params_text({"", "hello", {}}).error().code, "PARAMS_INVALID");
    EXPECT_EQ(params_text({"", "", {}}).value(), "");
    const auto text = params_text({"hello world", "", {"https://example.org/x"}});
    ASSERT_TRUE(text);
    const auto parsed = nlohmann::json::parse(*text);
    EXPECT_EQ(parsed["iexec_args"], "hello world");
    EXPECT_EQ(parsed["iexec_input_files"][0], "https://example.org/x");
    EXPECT_EQ(params_text({"", R"({"0":"a","1":"b"})", {}}).value(), R"({"0":"a","1":"b"})");
}

TEST(Deploy, registry_is_named_as_docker_decides_it) {
    EXPECT_EQ(image_registry("127.0.0.1:5000/hello:1.0"), "127.0.0.1:5000");
    EXPECT_EQ(image_registry("docker.io/library/hello"), "docker.io");
    EXPECT_EQ(image_registry("localhost/hello"), "localhost");
    EXPECT_EQ(image_registry("library/hello"), "");
    EXPECT_EQ(image_registry("hello:1.0"), "");
}

}  // namespace
}  // namespace bourse::cli
