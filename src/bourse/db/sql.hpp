// SQL for the services' stores: SQLite, or PostgreSQL through the same interface.
#pragma once

#include <bourse/base/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bourse::db {

using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;  ///< NULL, integer, text; blobs as hex text
using SqlRow = std::vector<SqlValue>;

/// Columns declared as an integer type arrive as integers, all others as text; so do expressions (COUNT(*), SUM(x)),
/// whose decimal text sql_int() reads too. Both assert the kind: NULL is none of them.
std::int64_t sql_int(const SqlValue& value);
const std::string& sql_text(const SqlValue& value);
inline bool sql_null(const SqlValue& value) noexcept { return std::holds_alternative<std::monostate>(value); }

/// One connection; all methods take an internal mutex, so it may be shared by threads. Statements use ":name"-less
/// positional parameters: ?1, ?2, … in order. Prepared statements are cached by text. Failures of statements that the
/// schema makes impossible throw std::runtime_error (a bug or a broken disk), caught once per role.
class Database {
public:
    /// "sqlite:///path/file.db" or "sqlite::memory:": WAL, foreign keys on, synchronous=NORMAL unless ?sync=full. Or
    /// "postgresql://user:password@host:port/name": several processes may share it; a lost connection is made anew with
    /// the next statement outside of a transaction. Its texts hold no NUL and only UTF-8: what is not becomes U+FFFD.
    /// Errors: DB_OPEN_FAILED.
    static Result<std::unique_ptr<Database>> open(const std::string& url);
    virtual ~Database() = default;
    virtual std::vector<SqlRow> query(const std::string& sql, const SqlRow& args = {}) = 0;
    /// Number of rows changed.
    virtual std::int64_t execute(const std::string& sql, const SqlRow& args = {}) = 0;
    /// Runs f in one transaction: committed when it returns, rolled back when it throws. Does not nest.
    virtual void transaction(const std::function<void()>& f) = 0;
    /// Applies migrations[version…]: each a script of statements (no triggers: it is split at semicolons outside
    /// quotes); the version reached is kept in the table `schema_version`. Errors: DB_NEWER_SCHEMA when the file comes
    /// from a later program.
    virtual Status<> migrate(const std::vector<std::string>& migrations) = 0;
};

}  // namespace bourse::db
