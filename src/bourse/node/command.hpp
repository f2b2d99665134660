// `bourse node` and its subcommands.
#pragma once

namespace CLI {
class App;
}

namespace bourse::node {

void add_node_command(CLI::App& root, int& exit_code);

}  // namespace bourse::node
