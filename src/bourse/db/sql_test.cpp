#include <bourse/db/sql.hpp>

#include <bourse/db/test_postgres.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace bourse::db {
namespace {

/// Every promise of the interface holds for both backends.
class Sql : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (GetParam() == std::string_view("sqlite")) {
            url_ = "sqlite://" + (dir_.path() / "x.db").string();
            return;
        }
        auto* server = testing::PostgresServer::shared();
        if (server == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
        url_ = server->create_database();
    }
    std::unique_ptr<Database> open() const {
        auto database = Database::open(url_);
        EXPECT_TRUE(database) << database.error().message;
        return std::move(*database);
    }
    const sys::TempDir dir_;
    std::string url_;
};
INSTANTIATE_TEST_SUITE_P(Backends, Sql, ::testing::Values("sqlite", "postgres"),
                         [](const auto& backend) { return std::string(backend.param); });

TEST_P(Sql, values_keep_kind_and_range) {
    auto db = open();
    db->execute("CREATE TABLE t(a BIGINT, b BIGINT, c TEXT)");
    const std::int64_t big = 9'007'199'254'740'993;
    EXPECT_EQ(db->execute("INSERT INTO t VALUES(?1,?2,?3)", {big, std::int64_t{-1}, std::string("it's ✓")}), 1);
    EXPECT_EQ(db->execute("INSERT INTO t VALUES(?1,?2,?3)", {std::monostate{}, std::int64_t{2}, std::monostate{}}), 1);
    const auto rows = db->query("SELECT a,b,c FROM t ORDER BY b");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(sql_int(rows[0][0]), big);
    EXPECT_EQ(sql_text(rows[0][2]), "it's ✓");
    EXPECT_TRUE(sql_null(rows[1][0]));
    EXPECT_TRUE(sql_null(rows[1][2]));
}

TEST_P(Sql, expressions_are_read_as_integers) {
    auto db = open();
    db->execute("CREATE TABLE t(a BIGINT)");
    EXPECT_EQ(sql_int(db->query("SELECT COUNT(*) FROM t")[0][0]), 0);
    for (std::int64_t i = 1; i <= 3; ++i) db->execute("INSERT INTO t VALUES(?1)", {i});
    EXPECT_EQ(sql_int(db->query("SELECT COUNT(*) FROM t")[0][0]), 3);
    EXPECT_EQ(sql_int(db->query("SELECT SUM(a) FROM t WHERE a > ?1", {std::int64_t{1}})[0][0]), 5);
}

TEST_P(Sql, statements_are_reusable_with_other_kinds_of_arguments) {
    auto db = open();
    db->execute("CREATE TABLE t(k TEXT PRIMARY KEY, v BIGINT)");
    for (int i = 0; i < 100; ++i)
        db->execute("INSERT INTO t VALUES(?1,?2) ON CONFLICT(k) DO UPDATE SET v=excluded.v",
                    {std::to_string(i % 10), i % 2 == 0 ? SqlValue{std::int64_t{i}} : SqlValue{std::monostate{}}});
    EXPECT_EQ(db->query("SELECT k FROM t").size(), 10U);
    EXPECT_EQ(db->execute("DELETE FROM t WHERE v IS NULL"), 5);
    EXPECT_EQ(db->execute("DELETE FROM t WHERE k=?1", {std::string("missing")}), 0);
}

TEST_P(Sql, transaction_rolls_back_when_the_function_throws) {
    auto db = open();
    db->execute("CREATE TABLE t(a BIGINT)");
    EXPECT_THROW(db->transaction([&] {
        db->execute("INSERT INTO t VALUES(1)");
        throw std::runtime_error("stop");
    }),
                 std::runtime_error);
    EXPECT_TRUE(db->query("SELECT a FROM t").empty());
    db->transaction([&] { db->execute("INSERT INTO t VALUES(2)"); });
    EXPECT_EQ(db->query("SELECT a FROM t").size(), 1U);
}

TEST_P(Sql, broken_statement_throws_and_the_connection_goes_on) {
    auto db = open();
    EXPECT_THROW(db->execute("SELEC 1"), std::runtime_error);
    db->execute("CREATE TABLE t(a BIGINT UNIQUE)");
    db->execute("INSERT INTO t VALUES(?1)", {std::int64_t{1}});
    EXPECT_THROW(db->execute("INSERT INTO t VALUES(?1)", {std::int64_t{1}}), std::runtime_error);
    EXPECT_EQ(db->execute("INSERT INTO t VALUES(?1)", {std::int64_t{2}}), 1);
}

TEST_P(Sql, migrations_run_once_and_a_newer_schema_is_refused) {
    const std::string first = "CREATE TABLE a(x TEXT); INSERT INTO a VALUES('one;two');";
    {
        auto db = *Database::open(url_);
        ASSERT_TRUE(db->migrate({first}));
        ASSERT_TRUE(db->migrate({first}));
        EXPECT_EQ(sql_text(db->query("SELECT x FROM a")[0][0]), "one;two");
    }
    {
        auto db = *Database::open(url_);
        ASSERT_TRUE(db->migrate({first, "CREATE TABLE b(y BIGINT)"}));
        EXPECT_EQ(db->query("SELECT x FROM a").size(), 1U);
    }
    auto db = *Database::open(url_);
    const auto refused = db->migrate({first});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "DB_NEWER_SCHEMA");
}

TEST_P(Sql, failed_migration_leaves_the_old_schema) {
    auto db = open();
    ASSERT_TRUE(db->migrate({"CREATE TABLE a(x TEXT)"}));
    EXPECT_THROW(
        static_cast<void>(db->migrate({"CREATE TABLE a(x TEXT)", "CREATE TABLE b(x TEXT); CREATE TABLE a(y TEXT)"})),
        std::runtime_error);
    ASSERT_TRUE(db->migrate({"CREATE TABLE a(x TEXT)", "CREATE TABLE b(x TEXT)"}));
}

TEST_P(Sql, texts_of_any_bytes_are_kept_or_made_harmless) {
    auto db = open();
    db->execute("CREATE TABLE t(a TEXT)");
    const std::string plain = "it's \"ok\" ✓ \xF0\x9F\x98\x80 ? $1";
    db->execute("INSERT INTO t VALUES(?1)", {plain});
    EXPECT_EQ(sql_text(db->query("SELECT a FROM t WHERE a=?1", {plain})[0][0]), plain);
    const std::string broken = "a\xFF\xC0\xAF\xED\xA0\x80z";
    db->execute("INSERT INTO t VALUES(?1)", {broken});
    const auto read = sql_text(db->query("SELECT a FROM t WHERE a<>?1", {plain})[0][0]);
    EXPECT_EQ(read.front(), 'a');
    EXPECT_EQ(read.back(), 'z');
}

TEST_P(Sql, parameters_may_come_in_any_order_and_twice) {
    auto db = open();
    db->execute("CREATE TABLE t(a BIGINT, b TEXT)");
    db->execute("INSERT INTO t(b, a) VALUES(?2, ?1)", {std::int64_t{7}, std::string("?2")});
    const auto rows =
        db->query("SELECT a, b, '?1' FROM t WHERE a>=?1 AND a<=?1 AND b=?2", {std::int64_t{7}, std::string("?2")});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(sql_int(rows[0][0]), 7);
    EXPECT_EQ(sql_text(rows[0][2]), "?1");
}

TEST_P(Sql, numbered_rows_go_on_from_the_last) {
    auto db = open();
    db->execute("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)");
    for (const auto* text : {"x", "y"}) db->execute("INSERT INTO t(a) VALUES(?1)", {std::string(text)});
    EXPECT_EQ(sql_int(db->query("SELECT id FROM t WHERE a='y'")[0][0]), 2);
}

TEST_P(Sql, unreachable_file_and_unknown_url_are_refused) {
    EXPECT_EQ(Database::open("sqlite:///nowhere/at/all.db").error().code, "DB_OPEN_FAILED");
    EXPECT_EQ(Database::open("postgresql:///x?host=/nowhere").error().code, "DB_OPEN_FAILED");
    EXPECT_EQ(Database::open("mysql://x").error().code, "DB_OPEN_FAILED");
}

TEST_P(Sql, threads_share_a_connection) {
    auto db = open();
    db->execute("CREATE TABLE t(a BIGINT)");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (std::int64_t i = 0; i < 100; ++i)
                db->transaction([&] { db->execute("INSERT INTO t VALUES(?1)", {i}); });
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(sql_int(db->query("SELECT COUNT(*) FROM t")[0][0]), 400);
}

TEST_P(Sql, committed_rows_survive_kill_9) {
    std::array<int, 2> pipe_fds{};
    ASSERT_EQ(::pipe(pipe_fds.data()), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        auto db = *Database::open(url_);
        db->execute("CREATE TABLE t(a BIGINT)");
        for (std::int64_t i = 0; i < 50; ++i) db->execute("INSERT INTO t VALUES(?1)", {i});
        db->transaction([&] {
            db->execute("INSERT INTO t VALUES(1000)");  // never committed
            [[maybe_unused]] const auto n = ::write(pipe_fds[1], "x", 1);
            for (;;) ::pause();
        });
    }
    char mark = 0;
    ASSERT_EQ(::read(pipe_fds[0], &mark, 1), 1);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    auto db = *Database::open(url_);
    EXPECT_EQ(sql_int(db->query("SELECT COUNT(*) FROM t")[0][0]), 50);
    EXPECT_EQ(sql_int(db->query("SELECT MAX(a) FROM t")[0][0]), 49);
}

}  // namespace
}  // namespace bourse::db
