// For the tests of this folder: every one runs over SQLite and over PostgreSQL.
#pragma once

#include <bourse/db/test_postgres.hpp>

#include <bourse/db/sql.hpp>

#include <gtest/gtest.h>

namespace bourse::orderbook::testing {

class OverBothDatabases : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!postgres_or_sqlite()) GTEST_SKIP() << "PostgreSQL is not installed";
    }
    static bool postgres_or_sqlite() {
        return GetParam() == std::string_view("sqlite") || db::testing::PostgresServer::shared() != nullptr;
    }
    /// A fresh database of the backend under test; SQLite where there is no PostgreSQL (the test is skipped then).
    static std::unique_ptr<db::Database> fresh_database() {
        auto* server = GetParam() == std::string_view("postgres") ? db::testing::PostgresServer::shared() : nullptr;
        auto database = db::Database::open(server != nullptr ? server->create_database() : "sqlite::memory:");
        EXPECT_TRUE(database) << database.error().message;
        return std::move(*database);
    }
};

}  // namespace bourse::orderbook::testing

#define BOURSE_OVER_BOTH_DATABASES(suite)                                              \
    INSTANTIATE_TEST_SUITE_P(Backends, suite, ::testing::Values("sqlite", "postgres"), \
                             [](const auto& backend) { return std::string(backend.param); })
