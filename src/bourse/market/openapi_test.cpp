#include <bourse/market/api_routes.hpp>
#include <bourse/market/api_schemas.hpp>
#include <bourse/market/openapi.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

namespace bourse::market {

/// The committed copy; BOURSE_UPDATE_REFERENCE=1 writes it anew.
TEST(OpenApi, CommittedDocumentIsCurrent) {
    const std::filesystem::path file = std::filesystem::path(BOURSE_TEST_DATA) / "../../docs/reference/openapi.json";
    const auto now = openapi_document("v1").dump(1) + "\n";
    if (std::getenv("BOURSE_UPDATE_REFERENCE") != nullptr) {
        ASSERT_TRUE(sys::write_file_atomic(file, now));
    }
    const auto kept = sys::read_file(file);
    ASSERT_TRUE(kept) << "write it with BOURSE_UPDATE_REFERENCE=1 and this test";
    EXPECT_TRUE(*kept == now) << "docs/reference/openapi.json is old: run this test with BOURSE_UPDATE_REFERENCE=1";
}

TEST(OpenApi, RoutesAndShapesAreUnique) {
    std::set<std::string> names, paths, shapes;
    for (const auto& route : api_routes()) {
        EXPECT_TRUE(names.emplace(route.name).second) << route.name;
        EXPECT_TRUE(paths.insert(std::string(route.method) + std::string(route.path)).second) << route.path;
    }
    for (const auto& shape : api_shapes()) EXPECT_TRUE(shapes.emplace(shape.name).second) << shape.name;
}

TEST(OpenApi, EveryParameterIsUsed) {
    std::string all = "limit,cursor,asOf,format,";
    for (const auto& route : api_routes()) all += std::string(route.parameters) + ",";
    for (const auto& parameter : api_parameters())
        EXPECT_NE(("," + all).find("," + std::string(parameter.name) + ","), std::string::npos) << parameter.name;
}

}  // namespace bourse::market
