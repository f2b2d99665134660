// `bourse node status|export|import|verify|backup|restore|prune`: what is done with a data folder as a whole.
#pragma once

namespace CLI {
class App;
}

namespace bourse::node {

void add_data_commands(CLI::App& node, int& exit_code);

}  // namespace bourse::node
