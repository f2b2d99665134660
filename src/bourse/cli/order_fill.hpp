// bourse order fill, and what `run` shares with it.
#pragma once

#include <bourse/base/result.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bourse::cli {

void add_order_fill_command(CLI::App& order_group, int& exit_code);

/// The buyer's wishes for the application, as options give them.
struct TaskArgs {
    std::string args;
    std::string params;
    std::vector<std::string> input_files;
};
void add_task_options(CLI::App& app, TaskArgs& args);
/// Params text of a request order. Errors: PARAMS_AMBIGUOUS, PARAMS_UNKNOWN_KEY, PARAMS_INVALID, PARAMS_TOO_LONG.
Result<std::string> params_text(const TaskArgs& args);
/// Strict check of a params text before it is signed (see above).
Status<> check_params(const std::string& params);

}  // namespace bourse::cli
