#include <bourse/worker/journal.hpp>

#include <bourse/client/outbox.hpp>

#include <nlohmann/json.hpp>

namespace bourse::worker {
namespace {

using nlohmann::json;
namespace stream = client::stream;

constexpr std::string_view kJournalSchema =
    "CREATE TABLE task (id TEXT PRIMARY KEY, record TEXT NOT NULL);"
    "CREATE TABLE position (one INTEGER PRIMARY KEY CHECK (one = 1), stream_id TEXT NOT NULL, seq INTEGER NOT NULL)";

constexpr std::string_view kPauseSchema =
    "CREATE TABLE pause (one INTEGER PRIMARY KEY CHECK (one = 1), paused INTEGER NOT NULL)";
constexpr std::string_view kIdleSchema = "ALTER TABLE pause ADD COLUMN only_idle INTEGER NOT NULL DEFAULT 0";

std::string record_text(const TaskRecord& record) {
    json out = {{"assignment", stream::to_text(stream::ServerMessage(record.assignment))},
                {"step", static_cast<unsigned>(record.step)},
                {"stake", to_decimal(record.stake_nrlc)},
                {"digest", to_hex(record.digest)},
                {"callback", to_hex(record.callback_data)},
                {"has_callback", record.has_callback},
                {"cheating", record.cheating},
                {"cause", record.cause},
                {"message", record.message},
                {"fetched", record.fetched},
                {"reveal_ordered", record.reveal_ordered},
                {"upload_ordered", record.upload_ordered},
                {"fast_path", record.fast_path},
                {"cid", record.cid},
                {"link", record.link},
                {"report", record.report},
                {"log_pending", record.log_pending}};
    if (record.exit_code) out["exit_code"] = *record.exit_code;
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<TaskRecord> record_from(const std::string& text) {
    try {
        const json in = json::parse(text);
        TaskRecord record;
        auto message = stream::server_message_from(in.at("assignment").get<std::string>());
        if (!message || !std::holds_alternative<stream::Command>(*message)) return std::nullopt;
        record.assignment = std::get<stream::Command>(*std::move(message));
        record.step = static_cast<TaskStep>(in.at("step").get<unsigned>());
        record.stake_nrlc = uint256_from_decimal(in.at("stake").get<std::string>()).value_or(Uint256{});
        record.digest = hash_from_hex(in.at("digest").get<std::string>()).value_or(Hash{});
        record.callback_data = from_hex(in.at("callback").get<std::string>()).value_or(Bytes{});
        record.has_callback = in.at("has_callback").get<bool>();
        record.cheating = in.at("cheating").get<bool>();
        record.cause = in.at("cause").get<std::string>();
        record.message = in.at("message").get<std::string>();
        record.fetched = in.at("fetched").get<std::vector<std::string>>();
        record.reveal_ordered = in.at("reveal_ordered").get<bool>();
        record.upload_ordered = in.at("upload_ordered").get<bool>();
        record.fast_path = in.at("fast_path").get<bool>();
        record.cid = in.at("cid").get<std::string>();
        record.link = in.at("link").get<std::string>();
        record.report = in.at("report").get<std::string>();
        record.log_pending = in.at("log_pending").get<bool>();
        if (in.contains("exit_code")) record.exit_code = in["exit_code"].get<std::int64_t>();
        return record;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(db::Database& database) {
    BOURSE_CHECK(database.migrate(
        {client::outbox_schema(), std::string(kJournalSchema), std::string(kPauseSchema), std::string(kIdleSchema)}));
    std::unique_ptr<Journal> journal(new Journal(database));
    for (const auto& row : database.query("SELECT record FROM task")) {
        auto record = record_from(db::sql_text(row[0]));
        if (!record)
            return fail("JOURNAL_DAMAGED",
                        "A task in the worker's journal cannot be read; the file may come from another program.");
        journal->records_.emplace(record->task(), *std::move(record));
    }
    for (const auto& row : database.query("SELECT stream_id, seq FROM position"))
        journal->position_ = {db::sql_text(row[0]), static_cast<std::uint64_t>(db::sql_int(row[1]))};
    for (const auto& row : database.query("SELECT paused, only_idle FROM pause"))
        journal->wish_ = {db::sql_int(row[0]) != 0, db::sql_int(row[1]) != 0};
    return journal;
}

std::optional<TaskRecord> Journal::find(const poco::TaskId& task) const {
    const std::lock_guard lock(mutex_);
    const auto it = records_.find(task);
    return it == records_.end() ? std::nullopt : std::optional(it->second);
}

std::vector<TaskRecord> Journal::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<TaskRecord> out;
    for (const auto& [id, record] : records_) out.push_back(record);
    return out;
}

std::optional<TaskRecord> Journal::update(const poco::TaskId& task, const std::function<void(TaskRecord&)>& change,
                                          const std::function<void()>& also) {
    const std::lock_guard lock(mutex_);
    const auto it = records_.find(task);
    if (it == records_.end()) return std::nullopt;
    change(it->second);
    database_->transaction([&] {
        store(it->second);
        if (also) also();
    });
    return it->second;
}

void Journal::remove(const poco::TaskId& task) {
    const std::lock_guard lock(mutex_);
    records_.erase(task);
    database_->execute("DELETE FROM task WHERE id = ?1", {to_hex(task)});
}

Journal::Position Journal::position() const {
    const std::lock_guard lock(mutex_);
    return position_;
}

void Journal::begin_stream(const std::string& stream_id) {
    const std::lock_guard lock(mutex_);
    if (position_.stream_id == stream_id) return;
    position_ = {stream_id, 0};
    database_->transaction([&] { store_position(); });
}

OwnersWish Journal::wish() const {
    const std::lock_guard lock(mutex_);
    return wish_;
}

void Journal::set_wish(const OwnersWish& wish) {
    const std::lock_guard lock(mutex_);
    if (wish_ == wish) return;
    wish_ = wish;
    database_->execute(
        "INSERT INTO pause (one, paused, only_idle) VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET "
        "paused = excluded.paused, only_idle = excluded.only_idle",
        {static_cast<std::int64_t>(wish.paused), static_cast<std::int64_t>(wish.only_idle)});
}

bool Journal::take(const stream::Command& command) {
    const std::lock_guard lock(mutex_);
    if (command.seq <= position_.seq) return false;
    position_.seq = command.seq;
    database_->transaction([&] {
        store_position();
        const auto it = records_.find(command.task);
        switch (command.kind) {
            case stream::CommandKind::kAssign:
                if (it == records_.end()) {
                    TaskRecord record;
                    record.assignment = command;
                    store(records_.emplace(command.task, std::move(record)).first->second);
                }
                break;
            case stream::CommandKind::kReveal:
                if (it != records_.end()) {
                    it->second.reveal_ordered = true;
                    store(it->second);
                }
                break;
            case stream::CommandKind::kUpload:
                if (it != records_.end()) {
                    it->second.upload_ordered = true;
                    store(it->second);
                }
                break;
            case stream::CommandKind::kComplete:
            case stream::CommandKind::kAbort:
                break;
        }
    });
    return true;
}

void Journal::store(const TaskRecord& record) {
    database_->execute(
        "INSERT INTO task (id, record) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
        {to_hex(record.task()), record_text(record)});
}

void Journal::store_position() {
    database_->execute(
        "INSERT INTO position (one, stream_id, seq) VALUES (1, ?1, ?2) "
        "ON CONFLICT (one) DO UPDATE SET stream_id = excluded.stream_id, seq = excluded.seq",
        {position_.stream_id, static_cast<std::int64_t>(position_.seq)});
}

}  // namespace bourse::worker
