// Following tasks to their end: stages while they run, download and verification of results, verdicts.
#pragma once

#include <bourse/cli/context.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/ids.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bourse::cli {

/// What became of a task.
struct TaskOutcome {
    poco::TaskId id;
    Uint256 index;
    std::string status;    ///< the chain's name, or TIMEOUT
    std::string verdict;   ///< "OK", "ERROR(cause)", "FAILED"; empty while the task is open
    std::string reason;    ///< a sentence, where there is more to say
    std::string location;  ///< of the result
    Hash digest;
    std::filesystem::path result_file;  ///< verified; empty when nothing was downloaded
    std::string first_output;           ///< beginning of the application's stdout

    bool is_ok() const { return verdict == "OK"; }
};

struct WatchOptions {
    std::filesystem::path folder;  ///< where results go, as <task>.zip
    std::filesystem::path file;    ///< instead of it, for a single task
    bool is_quiet = false;         ///< no lines about stages
};

/// Waits until every task has ended; downloads and verifies each result as soon as it is there. A node or store that is
/// away for less than a minute is waited for. Errors: those of node and store that last; never a task's own fate.
Result<std::vector<TaskOutcome>> watch_tasks(Context& context, const poco::Deal& deal,
                                             const std::vector<poco::TaskId>& tasks, const WatchOptions& options);

/// Downloads and verifies the result of a completed task; the verdict of its content.
Result<TaskOutcome> fetch_result(Context& context, const poco::TaskId& id, const poco::Task& task, bool has_callback,
                                 const std::filesystem::path& to);

nlohmann::json outcome_json(const TaskOutcome& outcome);
std::string outcome_text(const TaskOutcome& outcome);
/// One task in full, several as a table.
std::string outcomes_text(const std::vector<TaskOutcome>& outcomes);
/// The error that a waiting command ends with unless every verdict is OK: TASK_ERROR, TASK_FAILED.
std::optional<Error> outcome_error(const std::vector<TaskOutcome>& outcomes);

}  // namespace bourse::cli
