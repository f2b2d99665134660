// `bourse worker`.
#pragma once

namespace CLI {
class App;
}

namespace bourse::worker {

void add_worker_command(CLI::App& root, int& exit_code);

}  // namespace bourse::worker
