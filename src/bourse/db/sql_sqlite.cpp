#include <bourse/db/sql_base.hpp>

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <deque>
#include <map>
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

class SqliteDatabase final : public SqlBase {
public:
    SqliteDatabase(const std::string& connection, bool file, bool full_sync)
        : session_(*soci::factory_sqlite3(), connection) {
        if (file) run("PRAGMA journal_mode=WAL", {}, nullptr);
        run(full_sync ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", {}, nullptr);
        run("PRAGMA foreign_keys=ON", {}, nullptr);
    }

protected:
    std::int64_t run(const std::string& sql, const SqlRow& args, std::vector<SqlRow>* rows) override {
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

    void begin() override { session_.begin(); }
    void commit() override { session_.commit(); }
    void rollback() override { session_.rollback(); }

private:
    soci::session session_;
    std::map<std::string, std::unique_ptr<Prepared>> cache_;  // after session_: destroyed first
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& url) {
    std::string_view rest = url;
    bool full_sync = false;
    if (rest.ends_with("?sync=full")) {
        full_sync = true;
        rest.remove_suffix(std::string_view("?sync=full").size());
    }
    const bool memory = rest == "sqlite::memory:";
    const std::string name = memory ? ":memory:" : std::string(rest.substr(std::string_view("sqlite://").size()));
    if (name.find('"') != std::string::npos) return fail("DB_OPEN_FAILED", "A database path must not contain a quote.");
    try {
        return std::make_unique<SqliteDatabase>("dbname=\"" + name + "\" timeout=10", !memory, full_sync);
    } catch (const std::exception& error) {
        return fail("DB_OPEN_FAILED", "Cannot open the database " + name + ": " + error.what() + ".");
    }
}

}  // namespace bourse::db
