// The one program: picks the role or verb.
#include <bourse/cli/command.hpp>
#include <bourse/cli/up/command.hpp>
#include <bourse/cli/usage.hpp>
#include <bourse/market/command.hpp>
#include <bourse/node/command.hpp>
#include <bourse/scheduler/command.hpp>
#include <bourse/store/command.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/worker/command.hpp>

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
    CLI::App root("Bourse: a decentralised marketplace for computing.\nRoles run a part of a market, verbs use one.",
                  "bourse");
    root.set_version_flag("--version", "bourse " BOURSE_VERSION);
    root.require_subcommand(1);
    root.footer("Start with: bourse up, then in another terminal: bourse run hello --wallet requester --watch");
    bourse::sys::use_config_file(root);
    int exit_code = bourse::sys::kExitOk;
    bourse::node::add_node_command(root, exit_code);
    bourse::market::add_market_command(root, exit_code);
    bourse::scheduler::add_scheduler_command(root, exit_code);
    bourse::worker::add_worker_command(root, exit_code);
    bourse::store::add_store_command(root, exit_code);
    bourse::cli::add_up_command(root, exit_code);
    bourse::cli::add_cli_commands(root, exit_code);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return bourse::cli::report_usage(root, error);
    }
    return exit_code;
}
