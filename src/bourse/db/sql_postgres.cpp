// PostgreSQL by libpq. SOCI's backend runs a statement in order to describe it, so it cannot prepare once and bind
// later; statements are prepared by text here as they are for SQLite.
#include <bourse/db/sql_base.hpp>

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>
#include <string_view>

namespace bourse::db {

namespace {

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

constexpr std::size_t kMaxServerStatements = 256;
constexpr std::int64_t kSchemaLock = 0x626F757273650001;  ///< "bourse", 1: any fixed number

// Type numbers of the server's catalogue, which never change (pg_type.dat).
constexpr std::array<Oid, 3> kIntegerTypes{20, 21, 23};
constexpr Oid kBooleanType = 16;

/// "?3" as "$3"; quoted text stays.
std::string with_dollars(const std::string& sql) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (sql[i] == '\'') quoted = !quoted;
        const bool parameter = !quoted && sql[i] == '?' && i + 1 < sql.size() && sql[i + 1] >= '1' && sql[i + 1] <= '9';
        out += parameter ? '$' : sql[i];
    }
    return out;
}

/// Length of the well-formed UTF-8 sequence at the front; 0 where there is none. RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF. NUL, which the server cannot hold, counts as malformed.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    if (first == 0) return 0;
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
    if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
    return length;
}

std::string as_utf8(const std::string& text) {
    std::string out;
    out.reserve(text.size());
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto length = utf8_length(rest);
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else
            out += rest.substr(0, length);
        rest.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::int64_t to_number(std::string_view text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

class PostgresDatabase final : public SqlBase {
public:
    explicit PostgresDatabase(const std::string& url) : connection_(PQconnectdb(url.c_str()), PQfinish) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(problem());
        prepare_session();
    }

protected:
    std::int64_t run(const std::string& sql, const SqlRow& args, std::vector<SqlRow>* rows) override {
        reconnect();
        try {
            const auto result = execute_prepared(statement_of(sql, args.size()), args);
            if (rows != nullptr) read_rows(*result, *rows);
            const std::string_view changed = PQcmdTuples(result.get());
            return rows == nullptr && PQnfields(result.get()) == 0 ? to_number(changed) : 0;
        } catch (const std::exception& error) {
            throw std::runtime_error("SQL failed: " + std::string(error.what()) + " in: " + sql);
        }
    }
    void begin() override {
        reconnect();
        command("BEGIN");
    }
    void commit() override { command("COMMIT"); }
    void rollback() override {
        // Without a connection the server has rolled back by itself.
        if (PQstatus(connection_.get()) == CONNECTION_OK) command("ROLLBACK");
    }
    void lock_schema(bool lock) override {
        run(lock ? "SELECT pg_advisory_lock(?1)" : "SELECT pg_advisory_unlock(?1)", {kSchemaLock}, nullptr);
    }

private:
    std::string problem() const {
        std::string text = PQerrorMessage(connection_.get());
        while (!text.empty() && text.back() == '\n') text.pop_back();
        return text;
    }
    void prepare_session() { command("SET client_min_messages TO warning"); }

    void reconnect() {
        if (PQstatus(connection_.get()) == CONNECTION_OK || in_transaction()) return;
        PQreset(connection_.get());
        statements_.clear();
        if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(problem());
        prepare_session();
    }

    PgResult checked(PGresult* raw) {
        PgResult result(raw);
        const auto status = PQresultStatus(raw);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(problem());
        return result;
    }
    void command(const char* text) { checked(PQexec(connection_.get(), text)); }

    const std::string& statement_of(const std::string& sql, std::size_t arguments) {
        if (const auto known = statements_.find(sql); known != statements_.end()) return known->second;
        if (statements_.size() >= kMaxServerStatements) {
            command("DEALLOCATE ALL");
            statements_.clear();
        }
        const auto name = "s" + std::to_string(++statement_count_);
        checked(PQprepare(connection_.get(), name.c_str(), with_dollars(sql).c_str(), static_cast<int>(arguments),
                          nullptr));
        return statements_.emplace(sql, name).first->second;
    }

    PgResult execute_prepared(const std::string& name, const SqlRow& args) {
        std::vector<std::string> texts(args.size());
        std::vector<const char*> values(args.size(), nullptr);
        for (std::size_t i = 0; i < args.size(); ++i) {
            if (sql_null(args[i])) continue;
            const auto* number = std::get_if<std::int64_t>(&args[i]);
            texts[i] = number != nullptr ? std::to_string(*number) : as_utf8(std::get<std::string>(args[i]));
            values[i] = texts[i].c_str();
        }
        return checked(PQexecPrepared(connection_.get(), name.c_str(), static_cast<int>(args.size()), values.data(),
                                      nullptr, nullptr, 0));
    }

    static void read_rows(PGresult& result, std::vector<SqlRow>& rows) {
        const int columns = PQnfields(&result);
        for (int r = 0; r < PQntuples(&result); ++r) {
            auto& row = rows.emplace_back();
            row.reserve(static_cast<std::size_t>(columns));
            for (int c = 0; c < columns; ++c) row.push_back(read_value(result, r, c));
        }
    }
    static SqlValue read_value(PGresult& result, int row, int column) {
        if (PQgetisnull(&result, row, column) != 0) return std::monostate{};
        const std::string_view text(PQgetvalue(&result, row, column),
                                    static_cast<std::size_t>(PQgetlength(&result, row, column)));
        const auto type = PQftype(&result, column);
        if (type == kBooleanType) return std::int64_t{text == "t"};
        if (std::ranges::find(kIntegerTypes, type) != kIntegerTypes.end()) return to_number(text);
        return std::string(text);
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
    std::map<std::string, std::string> statements_;  ///< by text, the server's name
    std::uint64_t statement_count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const std::string& url) {
    try {
        return std::make_unique<PostgresDatabase>(url);
    } catch (const std::exception& error) {
        return fail("DB_OPEN_FAILED", "Cannot open the PostgreSQL database: " + std::string(error.what()) +
                                          ". Is the server running, and does the database exist?");
    }
}

}  // namespace bourse::db
