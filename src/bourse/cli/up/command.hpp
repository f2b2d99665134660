// The verb `up`: the whole market on one machine.
#pragma once

namespace CLI {
class App;
}

namespace bourse::cli {

void add_up_command(CLI::App& root, int& exit_code);

}  // namespace bourse::cli
