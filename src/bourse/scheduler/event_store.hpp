// The scheduler's durable side: the append-only log of facts, the chain cursor, logs of the apps, the outbox's table.
#pragma once

#include <bourse/client/log_follower.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/scheduler/line_store.hpp>
#include <bourse/scheduler/state.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bourse::scheduler {

/// What a database belongs to; another pool or chain is refused.
struct Identity {
    std::uint64_t chain_id = 0;
    Hash genesis;
    Address hub;
    Address pool;
};

struct TaskLog {
    Address worker;
    Bytes out;
    Bytes err;
    std::int64_t exit_code = 0;
};

class EventStore {
public:
    /// `url` as of db::Database::open. Errors: DB_OPEN_FAILED, DB_NEWER_SCHEMA, DATA_FOREIGN.
    static Result<std::unique_ptr<EventStore>> open(const std::string& url, const Identity& identity);

    db::Database& database() noexcept { return *database_; }
    /// Random, made with the database: workers see by it that the command log was begun anew.
    const std::string& stream_id() const noexcept { return stream_id_; }
    std::optional<client::Cursor> cursor();

    /// Folds the whole log. Errors: EVENT_DAMAGED.
    Result<State> load();
    /// All facts in order, with their times. Errors: EVENT_DAMAGED.
    Result<std::vector<Fact>> facts();

    // The following belong inside a transaction of database().
    void append(std::span<const Fact> facts, std::uint64_t unix_ms);
    void set_cursor(const client::Cursor& cursor);
    void put_log(const TaskId& task, const TaskLog& log, std::uint64_t unix_ms);

    /// Lines for people; writers need a transaction.
    LineStore& lines() noexcept { return *lines_; }
    const LineStore& lines() const noexcept { return *lines_; }

    /// Latest log of each worker.
    std::vector<TaskLog> logs(const TaskId& task);

private:
    explicit EventStore(std::unique_ptr<db::Database> database) : database_(std::move(database)) {}
    Status<> check_identity(const Identity& identity);
    std::optional<std::string> meta(const std::string& name);
    void set_meta(const std::string& name, const std::string& value);
    Status<> each_fact(const std::function<void(const Fact&)>& f);

    std::unique_ptr<db::Database> database_;
    std::unique_ptr<LineStore> lines_;
    std::string stream_id_;
};

}  // namespace bourse::scheduler
