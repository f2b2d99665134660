#include <bourse/scheduler/event_store.hpp>

#include <bourse/client/outbox.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>

namespace bourse::scheduler {
namespace {

constexpr std::int64_t kEventsAPage = 5'000;

std::vector<std::string> scheduler_migrations() {
    return {
        "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);"
        "CREATE TABLE events(seq INTEGER PRIMARY KEY AUTOINCREMENT, ms BIGINT NOT NULL, kind TEXT NOT NULL, "
        "body TEXT NOT NULL);"
        "CREATE TABLE task_logs(task TEXT NOT NULL, worker TEXT NOT NULL, out TEXT NOT NULL, err TEXT NOT NULL, "
        "exit_code BIGINT NOT NULL, ms BIGINT NOT NULL, PRIMARY KEY(task, worker))",
        client::outbox_schema(),
        kLinesSchema,
    };
}

}  // namespace

Result<std::unique_ptr<EventStore>> EventStore::open(const std::string& url, const Identity& identity) {
    BOURSE_TRY(auto database, db::Database::open(url));
    BOURSE_CHECK(database->migrate(scheduler_migrations()));
    std::unique_ptr<EventStore> store(new EventStore(std::move(database)));
    BOURSE_CHECK(store->check_identity(identity));
    store->lines_ = std::make_unique<LineStore>(*store->database_);
    return store;
}

std::optional<std::string> EventStore::meta(const std::string& name) {
    const auto rows = database_->query("SELECT value FROM meta WHERE name = ?1", {name});
    if (rows.empty()) return std::nullopt;
    return db::sql_text(rows[0][0]);
}

void EventStore::set_meta(const std::string& name, const std::string& value) {
    database_->execute(
        "INSERT INTO meta(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        {name, value});
}

Status<> EventStore::check_identity(const Identity& identity) {
    const auto ours = std::to_string(identity.chain_id) + " " + to_hex(identity.genesis) + " " + to_hex(identity.hub) +
                      " " + to_hex(identity.pool);
    const auto kept = meta("identity");
    if (kept && *kept != ours) {
        return fail("DATA_FOREIGN", "The data folder belongs to another chain, hub or pool (" + *kept + "; now " +
                                        ours + "). Use another --data-dir, or remove it to begin anew from the chain.");
    }
    if (!kept) {
        database_->transaction([&] {
            set_meta("identity", ours);
            set_meta("stream_id", to_hex_plain(crypto::random_bytes(16)));
        });
    }
    stream_id_ = meta("stream_id").value_or("");
    return {};
}

std::optional<client::Cursor> EventStore::cursor() {
    const auto text = meta("cursor");
    if (!text) return std::nullopt;
    const auto blank = text->find(' ');
    const auto number = uint256_from_decimal(text->substr(0, blank));
    const auto hash = hash_from_hex(text->substr(blank + 1));
    if (!number || !hash) return std::nullopt;
    return client::Cursor{number->low_u64(), *hash};
}

void EventStore::set_cursor(const client::Cursor& cursor) {
    set_meta("cursor", std::to_string(cursor.number) + " " + to_hex(cursor.hash));
}

void EventStore::append(std::span<const Fact> facts, std::uint64_t unix_ms) {
    for (const auto& fact : facts) {
        database_->execute("INSERT INTO events(ms, kind, body) VALUES(?1, ?2, ?3)",
                           {static_cast<std::int64_t>(unix_ms), std::string(kind_of(fact)), body_of(fact)});
    }
}

Status<> EventStore::each_fact(const std::function<void(const Fact&)>& f) {
    std::int64_t after = 0;
    for (;;) {
        const auto rows = database_->query("SELECT seq, kind, body FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                                           {after, kEventsAPage});
        for (const auto& row : rows) {
            BOURSE_TRY(const auto fact, fact_from(db::sql_text(row[1]), db::sql_text(row[2])));
            f(fact);
            after = db::sql_int(row[0]);
        }
        if (static_cast<std::int64_t>(rows.size()) < kEventsAPage) return {};
    }
}

Result<State> EventStore::load() {
    State state;
    std::set<TaskId> touched;
    BOURSE_CHECK(each_fact([&](const Fact& fact) {
        state.apply(fact, touched);
        touched.clear();
    }));
    return state;
}

Result<std::vector<Fact>> EventStore::facts() {
    std::vector<Fact> out;
    BOURSE_CHECK(each_fact([&](const Fact& fact) { out.push_back(fact); }));
    return out;
}

void EventStore::put_log(const TaskId& task, const TaskLog& log, std::uint64_t unix_ms) {
    database_->execute(
        "INSERT INTO task_logs(task, worker, out, err, exit_code, ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6) "
        "ON CONFLICT(task, worker) DO UPDATE SET out = excluded.out, err = excluded.err, "
        "exit_code = excluded.exit_code, ms = excluded.ms",
        {to_hex(task), to_hex(log.worker), to_hex(log.out), to_hex(log.err), log.exit_code,
         static_cast<std::int64_t>(unix_ms)});
}

std::vector<TaskLog> EventStore::logs(const TaskId& task) {
    std::vector<TaskLog> out;
    for (const auto& row : database_->query(
             "SELECT worker, out, err, exit_code FROM task_logs WHERE task = ?1 ORDER BY worker", {to_hex(task)})) {
        out.push_back({address_from_hex(db::sql_text(row[0])).value_or(Address{}),
                       from_hex(db::sql_text(row[1])).value_or(Bytes{}),
                       from_hex(db::sql_text(row[2])).value_or(Bytes{}), db::sql_int(row[3])});
    }
    return out;
}

}  // namespace bourse::scheduler
