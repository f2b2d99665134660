// The `market` role of the program.
#pragma once

namespace CLI {
class App;
}

namespace bourse::market {

/// Adds `bourse market` to the root command.
void add_market_command(CLI::App& root, int& exit_code);

}  // namespace bourse::market
