// What a worker must not forget: one record a task, written before each step with consequences, and how far the
// scheduler's commands have been taken over.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/client/scheduler_stream.hpp>
#include <bourse/db/sql.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bourse::worker {

enum class TaskStep : std::uint8_t {
    kAssigned = 0,     ///< to be computed (again, after a crash)
    kComputed = 1,     ///< the digest is known and must not be lost; the archive lies in the task's folder
    kContributed = 2,  ///< on chain
    kRevealed = 3,     ///< on chain
    kFinished = 4,     ///< uploaded, or contributed and finalized: nothing left but to be told so
};

struct TaskRecord {
    client::stream::Command assignment;
    TaskStep step = TaskStep::kAssigned;
    Uint256 stake_nrlc;  ///< that the contribution locks; known after the checks
    Hash digest;
    Bytes callback_data;  ///< of deals with a callback
    bool has_callback = false;
    bool cheating = false;
    std::string cause;  ///< of an error result
    std::string message;
    std::optional<std::int64_t> exit_code;
    std::vector<std::string> fetched;
    bool reveal_ordered = false;
    bool upload_ordered = false;
    bool fast_path = false;  ///< the upload succeeded before the contribution
    std::string cid, link;
    std::string report;        ///< payload of the last StatusReport
    bool log_pending = false;  ///< a LogReport that the scheduler has not confirmed

    const poco::TaskId& task() const noexcept { return assignment.task; }
};

/// When the machine is not to be used.
struct OwnersWish {
    bool paused = false;
    bool only_idle = false;  ///< nor while somebody else uses it
    bool operator==(const OwnersWish&) const = default;
};

class Journal {
public:
    /// Creates its tables in the database (with those of the outbox) and reads the records.
    /// Errors: DB_NEWER_SCHEMA, JOURNAL_DAMAGED.
    static Result<std::unique_ptr<Journal>> open(db::Database& database);

    std::optional<TaskRecord> find(const poco::TaskId& task) const;
    std::vector<TaskRecord> all() const;
    /// Changes a record in memory and on disk; nullopt when it is gone. `also` runs in the same transaction.
    std::optional<TaskRecord> update(const poco::TaskId& task, const std::function<void(TaskRecord&)>& change,
                                     const std::function<void()>& also = {});
    void remove(const poco::TaskId& task);

    struct Position {
        std::string stream_id;
        std::uint64_t seq = 0;
    };
    Position position() const;
    /// Another log of commands: what is held of the old one is dropped.
    void begin_stream(const std::string& stream_id);
    /// Its owner's last wish, which outlives the process.
    OwnersWish wish() const;
    void set_wish(const OwnersWish& wish);
    /// Takes a command over durably; false when it came before. kComplete and kAbort are only noted as taken.
    bool take(const client::stream::Command& command);

private:
    explicit Journal(db::Database& database) : database_(&database) {}
    void store(const TaskRecord& record);
    void store_position();

    db::Database* database_;
    mutable std::mutex mutex_;
    std::map<poco::TaskId, TaskRecord> records_;
    Position position_;
    OwnersWish wish_;
};

}  // namespace bourse::worker
