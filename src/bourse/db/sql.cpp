#include <bourse/db/sql.hpp>

#include <bourse/base/assert.hpp>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <charconv>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string_view>

namespace bourse::db {

namespace {

constexpr std::size_t kMaxCachedStatements = 256;

/// A prepared statement with the places its arguments and columns are exchanged through. SOCI binds by reference and by
/// type, so a statement is cached for each combination of argument kinds.
struct Prepared {
    explicit Prepared(soci::session& session) : statement(session) {}

    soci::statement statement;
    std::deque<long long> int_args;
    std::deque<std::string> text_args;
    std::deque<soci::indicator> arg_marks;
    struct Column {
        bool is_int = false;
        long long number = 0;
        std::string text;
        soci::indicator mark = soci::i_null;
    };
    std::deque<Column> columns;
};

bool is_integer(soci::data_type type) {
    return type == soci::dt_integer || type == soci::dt_long_long || type == soci::dt_unsigned_long_long;
}

std::unique_ptr<Prepared> prepare_statement(soci::session& session, const std::string& sql, const SqlRow& args) {
    auto prepared = std::make_unique<Prepared>(session);
    auto& statement = prepared->statement;
    for (const auto& arg : args) {
        auto& mark = prepared->arg_marks.emplace_back(soci::i_ok);
        if (std::holds_alternative<std::int64_t>(arg))
            statement.exchange(soci::use(prepared->int_args.emplace_back(), mark));
        else
            statement.exchange(soci::use(prepared->text_args.emplace_back(), mark));
    }
    statement.alloc();
    statement.prepare(sql);
    const int count = statement.get_backend()->prepare_for_describe();
    for (int i = 1; i <= count; ++i) {
        soci::data_type type = soci::dt_string;
        std::string name;
        statement.get_backend()->describe_column(i, type, name);
        auto& column = prepared->columns.emplace_back();
        column.is_int = is_integer(type);
        if (column.is_int)
            statement.exchange(soci::into(column.number, column.mark));
        else
            statement.exchange(soci::into(column.text, column.mark));
    }
    statement.define_and_bind();
    return prepared;
}

void set_arguments(Prepared& prepared, const SqlRow& args) {
    auto number = prepared.int_args.begin();
    auto text = prepared.text_args.begin();
    for (std::size_t i = 0; i < args.size(); ++i) {
        const auto* as_int = std::get_if<std::int64_t>(&args[i]);
        const auto* as_text = std::get_if<std::string>(&args[i]);
        prepared.arg_marks[i] = as_int == nullptr && as_text == nullptr ? soci::i_null : soci::i_ok;
        if (as_int != nullptr)
            *number++ = *as_int;
        else
            *text++ = as_text != nullptr ? *as_text : std::string();
    }
}

SqlRow current_row(const Prepared& prepared) {
    SqlRow row;
    row.reserve(prepared.columns.size());
    for (const auto& column : prepared.columns) {
        if (column.mark == soci::i_null)
            row.emplace_back(std::monostate{});
        else if (column.is_int)
            row.emplace_back(static_cast<std::int64_t>(column.number));
        else
            row.emplace_back(column.text);
    }
    return row;
}

/// Statements of a script, split at semicolons outside of quotes.
std::vector<std::string> split_script(std::string_view script) {
    std::vector<std::string> out;
    std::string current;
    bool quoted = false;
    for (const char c : script) {
        if (c == '\'') quoted = !quoted;
        if (c == ';' && !quoted) {
            out.push_back(std::move(current));
            current.clear();
        } else {
            current.push_back(c);
        }
    }
    out.push_back(std::move(current));
    std::erase_if(out, [](const std::string& text) { return text.find_first_not_of(" \n\t\r") == std::string::npos; });
    return out;
}

class SociDatabase final : public Database {
public:
    SociDatabase(const std::string& connection, bool file, bool full_sync)
        : session_(*soci::factory_sqlite3(), connection) {
        if (file) run("PRAGMA journal_mode=WAL", {}, nullptr);
        run(full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", {}, nullptr);
        run("PRAGMA foreign_keys=ON", {}, nullptr);
    }

    std::vector<SqlRow> query(const std::string& sql, const SqlRow& args) override {
        std::vector<SqlRow> rows;
        run(sql, args, &rows);
        return rows;
    }

    std::int64_t execute(const std::string& sql, const SqlRow& args) override { return run(sql, args, nullptr); }

    void transaction(const std::function<void()>& f) override {
        const std::lock_guard lock(mutex_);
        BOURSE_ASSERT(!in_transaction_);
        session_.begin();
        in_transaction_ = true;
        try {
            f();
            session_.commit();
            in_transaction_ = false;
        } catch (...) {
            in_transaction_ = false;
            session_.rollback();
            throw;
        }
    }

    Status<> migrate(const std::vector<std::string>& migrations) override {
        execute("CREATE TABLE IF NOT EXISTS schema_version(version BIGINT NOT NULL)", {});
        const auto rows = query("SELECT version FROM schema_version", {});
        const auto reached = rows.empty() ? 0 : static_cast<std::size_t>(sql_int(rows[0][0]));
        if (reached > migrations.size())
            return fail("DB_NEWER_SCHEMA", "The database has schema version " + std::to_string(reached) +
                                               ", this program knows " + std::to_string(migrations.size()) +
                                               ". Use the newer program, or another data folder.");
        for (std::size_t i = reached; i < migrations.size(); ++i)
            transaction([&] {
                for (const auto& statement : split_script(migrations[i])) execute(statement, {});
                execute("DELETE FROM schema_version", {});
                execute("INSERT INTO schema_version(version) VALUES(?1)", {static_cast<std::int64_t>(i + 1)});
            });
        return {};
    }

private:
    std::int64_t run(const std::string& sql, const SqlRow& args, std::vector<SqlRow>* rows) {
        const std::lock_guard lock(mutex_);
        std::string key = sql + '\0';
        for (const auto& arg : args) key.push_back(std::holds_alternative<std::int64_t>(arg) ? 'i' : 't');
        if (cache_.size() >= kMaxCachedStatements) cache_.clear();
        auto& entry = cache_[key];
        try {
            if (!entry) entry = prepare_statement(session_, sql, args);
            set_arguments(*entry, args);
            bool more = entry->statement.execute(true);
            while (more && !entry->columns.empty()) {
                if (rows != nullptr) rows->push_back(current_row(*entry));
                more = entry->statement.fetch();
            }
            return rows == nullptr && entry->columns.empty() ? entry->statement.get_affected_rows() : 0;
        } catch (const std::exception& error) {
            cache_.erase(key);
            throw std::runtime_error("SQL failed: " + std::string(error.what()) + " in: " + sql);
        }
    }

    std::recursive_mutex mutex_;
    soci::session session_;
    std::map<std::string, std::unique_ptr<Prepared>> cache_;  // after session_: destroyed first
    bool in_transaction_ = false;
};

}  // namespace

std::int64_t sql_int(const SqlValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    const auto& text = std::get<std::string>(value);
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    BOURSE_ASSERT(error == std::errc() && end == text.data() + text.size());
    return out;
}

const std::string& sql_text(const SqlValue& value) {
    BOURSE_ASSERT(std::holds_alternative<std::string>(value));
    return std::get<std::string>(value);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& url) {
    std::string_view rest = url;
    bool full_sync = false;
    if (rest.ends_with("?sync=full")) {
        full_sync = true;
        rest.remove_suffix(std::string_view("?sync=full").size());
    }
    const bool memory = rest == "sqlite::memory:";
    if (!memory && !rest.starts_with("sqlite://"))
        return fail("DB_OPEN_FAILED",
                    "Unknown database \"" + url + "\": give sqlite:///path/file.db or sqlite::memory:.");
    const std::string name = memory ? ":memory:" : std::string(rest.substr(std::string_view("sqlite://").size()));
    if (name.find('"') != std::string::npos) return fail("DB_OPEN_FAILED", "A database path must not contain a quote.");
    try {
        return std::make_unique<SociDatabase>("dbname=\"" + name + "\" timeout=10", !memory, full_sync);
    } catch (const std::exception& error) {
        return fail("DB_OPEN_FAILED", "Cannot open the database " + name + ": " + error.what() + ".");
    }
}

}  // namespace bourse::db
