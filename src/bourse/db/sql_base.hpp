// What the two SQL backends have in common: transactions, migrations, the lock. Internal to this library.
#pragma once

#include <bourse/db/sql.hpp>

#include <mutex>

namespace bourse::db {

class SqlBase : public Database {
public:
    std::vector<SqlRow> query(const std::string& sql, const SqlRow& args) final;
    std::int64_t execute(const std::string& sql, const SqlRow& args) final;
    void transaction(const std::function<void()>& f) final;
    Status<> migrate(const std::vector<std::string>& migrations) final;

protected:
    /// One statement; rows go to `rows` where it is not null. Gives the number of rows changed. Throws.
    virtual std::int64_t run(const std::string& sql, const SqlRow& args, std::vector<SqlRow>* rows) = 0;
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;
    /// Keeps other processes from migrating the same database at the same time.
    virtual void lock_schema(bool /*lock*/) {}
    bool in_transaction() const noexcept { return in_transaction_; }

    std::recursive_mutex mutex_;

private:
    bool in_transaction_ = false;
};

Result<std::unique_ptr<Database>> open_sqlite(const std::string& url);
Result<std::unique_ptr<Database>> open_postgres(const std::string& url);

}  // namespace bourse::db
