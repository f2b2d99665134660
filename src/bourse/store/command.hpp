// The `store` role of the program.
#pragma once

namespace CLI {
class App;
}

namespace bourse::store {

/// Adds `bourse store` to the root command.
void add_store_command(CLI::App& root, int& exit_code);

}  // namespace bourse::store
