#include <bourse/client/project_file.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

class ProjectFileTest : public testing::Test {
protected:
    Result<ProjectFile> open(std::string_view text) {
        const auto path = folder_.path() / "iexec.json";
        EXPECT_TRUE(sys::write_file_atomic(path, text));
        return ProjectFile::open(path, false);
    }
    sys::TempDir folder_;
};

TEST_F(ProjectFileTest, unknown_keys_are_refused_with_their_name) {
    EXPECT_TRUE(check_project(*open(R"({"description":"x","app":{"name":"a","multiaddr":"m"}})")));
    const auto top = check_project(*open(R"({"descripton":"x"})"));
    ASSERT_FALSE(top);
    EXPECT_NE(top.error().message.find("descripton"), std::string::npos);
    const auto inner = check_project(*open(R"({"app":{"multiadr":"m"}})"));
    ASSERT_FALSE(inner);
    EXPECT_NE(inner.error().message.find("app.multiadr"), std::string::npos);
}

TEST_F(ProjectFileTest, key_order_survives_a_change) {
    auto project = open(R"({"zebra":1,"app":2,"middle":3})");
    ASSERT_TRUE(project);
    project->json()["new"] = 4;
    ASSERT_TRUE(project->save());
    const auto text = sys::read_file(project->path());
    EXPECT_LT(text->find("zebra"), text->find("app"));
    EXPECT_LT(text->find("middle"), text->find("new"));
}

TEST_F(ProjectFileTest, deployments_and_orders_are_kept_by_chain) {
    auto file = open("{}");
    const auto address = *parse_address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    set_deployed_address(*file, OrderKind::kApp, 65535, address);
    EXPECT_EQ(deployed_address(*file, OrderKind::kApp, 65535), address);
    EXPECT_FALSE(deployed_address(*file, OrderKind::kApp, 1));
    EXPECT_FALSE(deployed_address(*file, OrderKind::kDataset, 65535));
    set_signed_order(*file, OrderKind::kRequest, 65535, {{"app", "x"}});
    EXPECT_EQ(signed_order(*file, OrderKind::kRequest, 65535)["app"], "x");
    EXPECT_TRUE(signed_order(*file, OrderKind::kApp, 65535).is_null());
}

TEST(Normalize, units_tags_and_params_of_the_ancestors_format_are_understood) {
    const ordered_json order{{"app", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"},
                             {"appmaxprice", "1.5 RLC"},
                             {"volume", 3},
                             {"tag", {"tee", "tdx"}},
                             {"params", {{"iexec_args", "hello"}}}};
    const auto normal = normalize_order(OrderKind::kRequest, order);
    ASSERT_TRUE(normal) << normal.error().message;
    EXPECT_EQ((*normal)["appmaxprice"], "1500000000");
    EXPECT_EQ((*normal)["volume"], "3");
    EXPECT_EQ((*normal)["tag"], "0x0000000000000000000000000000000000000000000000000000000000000009");
    EXPECT_EQ((*normal)["params"], R"({"iexec_args":"hello"})");
}

TEST(Normalize, short_tags_are_padded) {
    const std::string digits(63, '0');
    EXPECT_EQ((*normalize_order(OrderKind::kApp, {{"tag", "0x9"}}))["tag"], "0x" + digits + "9");
    EXPECT_EQ((*normalize_order(OrderKind::kApp, {{"tag", "0x0"}}))["tag"], "0x" + digits + "0");
}

TEST(Normalize, faults_name_the_key) {
    const auto refused = [](const ordered_json& order) {
        return normalize_order(OrderKind::kApp, order).error().message;
    };
    EXPECT_NE(refused({{"app", "nonsense"}}).find("\"app\""), std::string::npos);
    EXPECT_NE(refused({{"appprice", "1.5 EUR"}}).find("\"appprice\""), std::string::npos);
    EXPECT_NE(refused({{"volume", -1}}).find("\"volume\""), std::string::npos);
    EXPECT_NE(refused({{"tag", "tea"}}).find("\"tag\""), std::string::npos);
    EXPECT_NE(refused({{"pricce", "1"}}).find("\"pricce\""), std::string::npos);
}

}  // namespace
}  // namespace bourse::client
