// Replay of recorded steps: a transaction each, compared in status, return data, revert data, logs and state.
#pragma once

#include "report.hpp"
#include "vectors.hpp"

#include <functional>
#include <set>

namespace bourse::conformance {

/// Tasks by their number in a scenario ("task:0").
using TaskNumbers = std::map<std::string, poco::TaskId>;

/// Value of a tracked key: a role's [stake, locked], "totalSupply", "score:<role>", "task:<n>", "consensusTotal:<n>".
json tracked_value(const World& world, const Vectors& vectors, const TaskNumbers& tasks, const std::string& key);

struct StepOptions {
    /// Logs of these contracts are left out on the expected side (they need code that is not there).
    std::set<std::string> without_logs_of;
};

/// Empty, or what differs.
std::string compare_step(const Outcome& outcome, const json& step, const Vectors& vectors, const StepOptions& options);
/// Runs the step's transaction.
Outcome run_step(World& world, const json& step, const Vectors& vectors);

/// A scenario: initial state, steps with their `after`, views, final state.
class Scenario {
public:
    Scenario(const json& scenario, const Vectors& vectors, World world, Report& report, StepOptions options = {});
    /// Steps for which it returns true are passed over (their change of state must be none).
    using Filter = std::function<bool(const json& step)>;
    void run(const Filter& leave_out_step = {}, const Filter& leave_out_view = {});

    World& world() noexcept { return world_; }

private:
    std::string name(const std::string& what) const;
    void collect_keys();
    void note_tasks(const Outcome& outcome);
    std::string compare_state(const json& changes);
    void check_views(const Filter& leave_out);

    const json& scenario_;
    const Vectors& vectors_;
    World world_;
    Report& report_;
    StepOptions options_;
    std::map<std::string, json> expected_;   ///< known values of tracked keys
    std::vector<std::string> task_numbers_;  ///< numbers in the order of initialisation
    TaskNumbers tasks_;
    std::vector<World> history_;  ///< before the first step and after each
};

/// Topic-0 scan: ids of TaskInitialize events, in order.
std::vector<poco::TaskId> initialized_tasks(const std::vector<state::Log>& logs);

}  // namespace bourse::conformance
