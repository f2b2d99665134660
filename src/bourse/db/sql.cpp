#include <bourse/db/sql.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/db/sql_base.hpp>

#include <charconv>
#include <string_view>

namespace bourse::db {

namespace {

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

std::vector<SqlRow> SqlBase::query(const std::string& sql, const SqlRow& args) {
    const std::lock_guard lock(mutex_);
    std::vector<SqlRow> rows;
    run(sql, args, &rows);
    return rows;
}

std::int64_t SqlBase::execute(const std::string& sql, const SqlRow& args) {
    const std::lock_guard lock(mutex_);
    return run(sql, args, nullptr);
}

void SqlBase::transaction(const std::function<void()>& f) {
    const std::lock_guard lock(mutex_);
    BOURSE_ASSERT(!in_transaction_);
    begin();
    in_transaction_ = true;
    try {
        f();
        commit();
        in_transaction_ = false;
    } catch (...) {
        in_transaction_ = false;
        rollback();
        throw;
    }
}

Status<> SqlBase::migrate(const std::vector<std::string>& migrations) {
    const std::lock_guard lock(mutex_);
    lock_schema(true);
    execute("CREATE TABLE IF NOT EXISTS schema_version(version BIGINT NOT NULL)", {});
    const auto rows = query("SELECT version FROM schema_version", {});
    const auto reached = rows.empty() ? 0 : static_cast<std::size_t>(sql_int(rows[0][0]));
    if (reached > migrations.size()) {
        lock_schema(false);
        return fail("DB_NEWER_SCHEMA", "The database has schema version " + std::to_string(reached) +
                                           ", this program knows " + std::to_string(migrations.size()) +
                                           ". Use the newer program, or another data folder.");
    }
    for (std::size_t i = reached; i < migrations.size(); ++i)
        transaction([&] {
            for (const auto& statement : split_script(migrations[i])) execute(statement, {});
            execute("DELETE FROM schema_version", {});
            execute("INSERT INTO schema_version(version) VALUES(?1)", {static_cast<std::int64_t>(i + 1)});
        });
    lock_schema(false);
    return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& url) {
    if (url.starts_with("sqlite://") || url.starts_with("sqlite::memory:")) return open_sqlite(url);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return open_postgres(url);
    return fail("DB_OPEN_FAILED", "Unknown database \"" + url +
                                      "\": give sqlite:///path/file.db, sqlite::memory: or "
                                      "postgresql://user@host/name.");
}

}  // namespace bourse::db
