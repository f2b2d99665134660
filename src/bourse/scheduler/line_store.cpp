#include <bourse/scheduler/line_store.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/scheduler/overload.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace bourse::scheduler {

// A row holds the lines of one report: `last` is the position of its last one. Text is hex: apps write any bytes.
const char* const kLinesSchema =
    "CREATE TABLE task_lines(last BIGINT PRIMARY KEY, task TEXT NOT NULL, worker TEXT NOT NULL, source TEXT NOT NULL,"
    " level TEXT NOT NULL, ms BIGINT NOT NULL, lines BIGINT NOT NULL, text TEXT NOT NULL, run BIGINT NOT NULL,"
    " upto BIGINT NOT NULL);"
    "CREATE INDEX task_lines_task ON task_lines(task, last);"
    "CREATE INDEX task_lines_worker ON task_lines(worker, last)";

namespace {

/// Rows read at once: one may hold a quarter of a megabyte.
constexpr std::int64_t kRowsAStep = 64;
constexpr std::size_t kMostKnownStreams = 10'000;

constexpr const char* kSelectLines = "SELECT last, task, worker, source, level, ms, lines, text FROM task_lines WHERE ";

const char* source_name(bool error) { return error ? "stderr" : "stdout"; }

std::int64_t sql_number(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX));
}

/// The lines of a row, ascending.
std::vector<LogLine> lines_of(const db::SqlRow& row) {
    LogLine line;
    line.task = TaskId(hash_from_hex(db::sql_text(row[1])).value_or(Hash{}));
    line.worker = address_from_hex(db::sql_text(row[2])).value_or(Address{});
    line.source = db::sql_text(row[3]);
    line.level = db::sql_text(row[4]);
    line.ms = static_cast<std::uint64_t>(db::sql_int(row[5]));
    const auto count = static_cast<std::uint64_t>(db::sql_int(row[6]));
    line.position = static_cast<std::uint64_t>(db::sql_int(row[0])) - count + 1;
    const auto bytes = from_hex(db::sql_text(row[7])).value_or(Bytes{});
    std::string_view text = as_text(bytes);
    std::vector<LogLine> out;
    for (std::uint64_t i = 0; i < count; ++i, ++line.position) {
        const auto end = std::min(text.find('\n'), text.size());
        line.text = text.substr(0, end);
        if (line.text.ends_with('\r')) line.text.pop_back();
        text.remove_prefix(std::min(end + 1, text.size()));
        out.push_back(line);
    }
    return out;
}

}  // namespace

LineStore::LineStore(db::Database& database) : db_(&database) {
    const auto rows = db_->query("SELECT last FROM task_lines ORDER BY last DESC LIMIT 1");
    if (!rows.empty()) last_ = static_cast<std::uint64_t>(db::sql_int(rows[0][0]));
}

void LineStore::insert(const LogLine& first, std::uint64_t lines, const std::string& text, const Progress& progress) {
    last_ += lines;
    db_->execute(
        "INSERT INTO task_lines(last, task, worker, source, level, ms, lines, text, run, upto)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        {sql_number(last_), to_hex(first.task), to_hex(first.worker), first.source, first.level, sql_number(first.ms),
         sql_number(lines), to_hex(as_bytes(text)), sql_number(progress.run), sql_number(progress.end)});
}

void LineStore::add(const LogLine& line) {
    const std::lock_guard lock(mutex_);
    auto text = line.text;
    std::ranges::replace(text, '\n', ' ');
    insert(line, 1, text, {});
}

LineStore::Progress& LineStore::progress_of(const StreamKey& key) {
    if (const auto known = progress_.find(key); known != progress_.end()) return known->second;
    if (progress_.size() >= kMostKnownStreams) progress_.clear();
    const auto& [task, worker, error] = key;
    const auto rows = db_->query(
        "SELECT run, upto FROM task_lines WHERE task = ?1 AND worker = ?2 AND source = ?3 ORDER BY last DESC LIMIT 1",
        {to_hex(task), to_hex(worker), std::string(source_name(error))});
    Progress progress;
    if (!rows.empty())
        progress = {static_cast<std::uint64_t>(db::sql_int(rows[0][0])),
                    static_cast<std::uint64_t>(db::sql_int(rows[0][1]))};
    return progress_[key] = progress;
}

void LineStore::add_output(const Address& worker, const client::stream::OutputReport& report) {
    const std::lock_guard lock(mutex_);
    auto& progress = progress_of({report.task, worker, report.error});
    LogLine line;
    line.ms = report.ms;
    line.task = report.task;
    line.worker = worker;
    line.source = source_name(report.error);
    const auto note = [&](const std::string& text) {
        auto noted = line;
        noted.level = "WARN";
        insert(noted, 1, text, progress);
    };
    if (report.run < progress.run) return;  // of a run that was given up
    if (report.run > progress.run) {
        const bool again = progress.run != 0;
        progress = {report.run, 0};
        if (again) note("[the app runs again]");
    }
    if (progress.end >= kMostOutput) return;
    std::string_view text = as_text(report.bytes);
    if (report.offset < progress.end)
        text.remove_prefix(std::min<std::uint64_t>(progress.end - report.offset, text.size()));
    if (report.offset > progress.end) {
        const auto missing = report.offset - progress.end;
        progress.end = report.offset;
        note(fmt::format("[{} bytes were left out]", missing));
    }
    if (text.empty()) return;
    progress.end += text.size();
    if (text.ends_with('\n')) text.remove_suffix(1);
    insert(line, static_cast<std::uint64_t>(std::ranges::count(text, '\n')) + 1, std::string(text), progress);
    if (progress.end >= kMostOutput)
        note("[further output is not kept here; the log of the ended run has its last part]");
}

std::vector<LogLine> LineStore::read(const LineQuery& query) const {
    std::vector<LogLine> out;
    if (!query.task && !query.worker) return out;
    const std::string who = query.task ? "task = ?1" : "worker = ?1";
    const std::string name = query.task ? to_hex(*query.task) : to_hex(*query.worker);
    const bool forward = query.after.has_value();
    auto edge = sql_number(forward ? *query.after : query.before.value_or(INT64_MAX));
    for (bool more = true; more && out.size() < query.limit;) {
        // A row whose last line is at or above `before` may still hold lines below it.
        const auto rows =
            forward ? db_->query(kSelectLines + who + " AND last > ?2 ORDER BY last LIMIT ?3", {name, edge, kRowsAStep})
                    : db_->query(kSelectLines + who + " AND last - lines + 1 < ?2 ORDER BY last DESC LIMIT ?3",
                                 {name, edge, kRowsAStep});
        more = static_cast<std::int64_t>(rows.size()) == kRowsAStep;
        for (const auto& row : rows) {
            auto lines = lines_of(row);
            if (!forward) std::ranges::reverse(lines);
            for (auto& line : lines) {
                const bool fits =
                    forward ? line.position > *query.after : line.position < query.before.value_or(UINT64_MAX);
                if (fits && out.size() < query.limit) out.push_back(std::move(line));
            }
            edge = forward ? db::sql_int(row[0]) : db::sql_int(row[0]) - db::sql_int(row[6]) + 1;
            if (out.size() == query.limit) break;
        }
    }
    if (!forward) std::ranges::reverse(out);
    return out;
}

bool LineStore::has_output(const TaskId& task, const Address& worker) const {
    return !db_->query("SELECT last FROM task_lines WHERE task = ?1 AND worker = ?2 AND run > 0 LIMIT 1",
                       {to_hex(task), to_hex(worker)})
                .empty();
}

void LineStore::forget_before(std::uint64_t ms) {
    const std::lock_guard lock(mutex_);
    // Positions go on from the newest row, so that one stays whatever its age.
    db_->execute("DELETE FROM task_lines WHERE ms < ?1 AND last < ?2", {sql_number(ms), sql_number(last_)});
    db_->execute("DELETE FROM task_logs WHERE ms < ?1", {sql_number(ms)});
}

// ---- facts in words
// --------------------------------------------------------------------------------------------------

namespace {

LogLine said(std::string source, const TaskId& task, const Address& worker, std::string text, bool warning = false) {
    LogLine line;
    line.task = task;
    line.worker = worker;
    line.source = std::move(source);
    line.level = warning ? "WARN" : "INFO";
    line.text = std::move(text);
    return line;
}

std::string report_words(const WorkerReported& fact) {
    std::string text = fact.status;
    if (!fact.cause.empty()) text += ": " + fact.cause;
    if (!fact.message.empty()) text += ": " + fact.message;
    if (fact.exit_code && *fact.exit_code != 0) text += fmt::format(" (exit code {})", *fact.exit_code);
    return text;
}

}  // namespace

std::optional<LogLine> line_of(const Fact& fact, std::uint64_t ms) {
    using Line = std::optional<LogLine>;
    auto line = std::visit(
        Overload{
            [](const WorkerReported& f) -> Line {
                return said("worker", f.task, f.worker, report_words(f), !f.cause.empty());
            },
            [](const WorkerAssigned& f) -> Line { return said("scheduler", f.task, f.worker, "worker engaged"); },
            [](const CommandIssued& f) -> Line {
                if (f.kind == client::stream::CommandKind::kAssign) return std::nullopt;
                auto text = "ordered: " + std::string(client::stream::to_text(f.kind));
                if (!f.cause.empty()) text += ": " + f.cause;
                return said("scheduler", f.task, f.worker, std::move(text));
            },
            [](const TaskInitialized& f) -> Line {
                return said("scheduler", f.task, {}, fmt::format("initialised in block {}", f.block));
            },
            [](const TaskContributed& f) -> Line {
                return said("scheduler", f.task, f.worker, fmt::format("contributed in block {}", f.block));
            },
            [](const ConsensusReached& f) -> Line {
                return said("scheduler", f.task, {}, fmt::format("consensus in block {}", f.block));
            },
            [](const TaskRevealed& f) -> Line {
                return said("scheduler", f.task, f.worker, fmt::format("revealed in block {}", f.block));
            },
            [](const TaskReopened& f) -> Line {
                return said("scheduler", f.task, {}, fmt::format("reopened in block {}", f.block), true);
            },
            [](const TaskFinalized& f) -> Line {
                return said("scheduler", f.task, {}, fmt::format("finalised in block {}", f.block));
            },
            [](const TaskClaimed& f) -> Line {
                return said("scheduler", f.task, {}, fmt::format("claimed back in block {}", f.block), true);
            },
            [](const UploadVerified& f) -> Line {
                return said("scheduler", f.task, f.worker, "the store has the result: " + f.cid);
            },
            [](const UploadRefused& f) -> Line {
                return said("scheduler", f.task, f.worker, "upload refused: " + f.reason, true);
            },
            [](const auto&) -> Line { return std::nullopt; },
        },
        fact);
    if (line) line->ms = ms;
    return line;
}

}  // namespace bourse::scheduler
