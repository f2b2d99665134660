// SQL for the services' stores, over SOCI: SQLite now, PostgreSQL through the same interface.
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

std::int64_t sql_int(const SqlValue& value);          ///< asserts the kind
const std::string& sql_text(const SqlValue& value);   ///< asserts the kind

/// One connection; all methods take an internal mutex, so it may be shared by threads. Statements use ":name"-less
/// positional parameters: ?1, ?2, … in order. Prepared statements are cached by text. Failures of statements that the
/// schema makes impossible throw std::runtime_error (a bug or a broken disk), caught once per role.
class Database {
public:
    /// "sqlite:///path/file.db" or "sqlite::memory:". WAL, foreign keys on, synchronous=NORMAL unless ?sync=full.
    /// Errors: DB_OPEN_FAILED.
    static Result<std::unique_ptr<Database>> open(const std::string& url);
    virtual ~Database() = default;
    virtual std::vector<SqlRow> query(const std::string& sql, const SqlRow& args = {}) = 0;
    /// Number of rows changed.
    virtual std::int64_t execute(const std::string& sql, const SqlRow& args = {}) = 0;
    /// Runs f in one transaction: committed when it returns, rolled back when it throws. Does not nest.
    virtual void transaction(const std::function<void()>& f) = 0;
    /// Applies migrations[version…]: each a script of statements; the version reached is kept in the table `schema_version`.
    /// Errors: DB_NEWER_SCHEMA when the file comes from a later program.
    virtual Status<> migrate(const std::vector<std::string>& migrations) = 0;
};

}  // namespace bourse::db
