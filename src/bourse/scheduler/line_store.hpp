// Lines about tasks as people read them: what workers report, what the scheduler decides, what apps write while they
// run. For watching; nothing follows from them.
#pragma once

#include <bourse/client/scheduler_stream.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/scheduler/facts.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace bourse::scheduler {

/// Kept for so long (middleware.md §2.14: three days).
inline constexpr std::uint64_t kLinesKeptMs = 3ULL * 24 * 3600 * 1000;

struct LogLine {
    std::uint64_t position = 0;  ///< counts all lines of this scheduler, in the order in which they came
    std::uint64_t ms = 0;        ///< Unix
    TaskId task;
    Address worker;      ///< null: of no worker
    std::string source;  ///< "scheduler", "worker", "stdout", "stderr"
    std::string level;   ///< "INFO", "WARN"; empty for output
    std::string text;    ///< any bytes but line ends
};

/// Of a task or of a worker.
struct LineQuery {
    std::optional<TaskId> task;
    std::optional<Address> worker;
    std::optional<std::uint64_t> after;   ///< those above this position, the oldest first to come
    std::optional<std::uint64_t> before;  ///< else: the newest below this one
    std::size_t limit = 200;
};

/// Writers call within a transaction of the database. Safe from any thread.
class LineStore {
public:
    /// Output of one stream of one run beyond this is not kept: the log at the end has its last part.
    static constexpr std::uint64_t kMostOutput = 64ULL << 20;

    explicit LineStore(db::Database& database);

    void add(const LogLine& line);
    /// Takes a report over where the last one ended; what was left out between them becomes a line that says so.
    void add_output(const Address& worker, const client::stream::OutputReport& report);
    /// Ascending by position, also for `before`.
    std::vector<LogLine> read(const LineQuery& query) const;
    /// Has the worker's output been taken over while it ran?
    bool has_output(const TaskId& task, const Address& worker) const;
    void forget_before(std::uint64_t ms);

private:
    struct Progress {
        std::uint64_t run = 0, end = 0;
    };
    using StreamKey = std::tuple<TaskId, Address, bool>;
    Progress& progress_of(const StreamKey& key);
    void insert(const LogLine& first, std::uint64_t lines, const std::string& text, const Progress& progress);

    db::Database* db_;
    mutable std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<StreamKey, Progress> progress_;
};

extern const char* const kLinesSchema;

/// What a fact tells people about its task; nothing for facts that only the machinery needs.
std::optional<LogLine> line_of(const Fact& fact, std::uint64_t ms);

}  // namespace bourse::scheduler
