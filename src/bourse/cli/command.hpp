// The client verbs: `bourse VERB …`.
#pragma once

namespace CLI {
class App;
}

namespace bourse::cli {

/// Adds every verb to the program. A verb that ran leaves its exit status in `exit_code`: 0 done, 1 refused or failed;
/// usage errors (2) are thrown by CLI11 as for every other command.
void add_cli_commands(CLI::App& root, int& exit_code);

void add_init_command(CLI::App& root, int& exit_code);
void add_wallet_command(CLI::App& root, int& exit_code);
void add_account_command(CLI::App& root, int& exit_code);
void add_resource_commands(CLI::App& root, int& exit_code);  ///< app, dataset, workerpool
void add_order_command(CLI::App& root, int& exit_code);
void add_orderbook_command(CLI::App& root, int& exit_code);
void add_category_command(CLI::App& root, int& exit_code);
void add_run_command(CLI::App& root, int& exit_code);
void add_deal_command(CLI::App& root, int& exit_code);
void add_task_command(CLI::App& root, int& exit_code);
void add_chain_command(CLI::App& root, int& exit_code);
void add_doctor_command(CLI::App& root, int& exit_code);
void add_explain_command(CLI::App& root, int& exit_code);
void add_upload_command(CLI::App& root, int& exit_code);
void add_companion_command(CLI::App& root, int& exit_code);

}  // namespace bourse::cli
