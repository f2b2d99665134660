// The `scheduler` role of the program.
#pragma once

namespace CLI {
class App;
}

namespace bourse::scheduler {

/// Adds `bourse scheduler` to the root command.
void add_scheduler_command(CLI::App& root, int& exit_code);

}  // namespace bourse::scheduler
