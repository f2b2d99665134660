#include <bourse/cli/command.hpp>

#include <CLI/CLI.hpp>

namespace bourse::cli {

void add_cli_commands(CLI::App& root, int& exit_code) {
    add_run_command(root, exit_code);
    add_deal_command(root, exit_code);
    add_task_command(root, exit_code);
    add_wallet_command(root, exit_code);
    add_account_command(root, exit_code);
    add_resource_commands(root, exit_code);
    add_upload_command(root, exit_code);
    add_order_command(root, exit_code);
    add_orderbook_command(root, exit_code);
    add_category_command(root, exit_code);
    add_chain_command(root, exit_code);
    add_init_command(root, exit_code);
    add_explain_command(root, exit_code);
    add_companion_command(root, exit_code);
    add_doctor_command(root, exit_code);
}

}  // namespace bourse::cli
