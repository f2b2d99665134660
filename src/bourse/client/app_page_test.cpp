// Pages of apps: which parameter schemas are taken, and what is signed.
#include <bourse/client/app_page.hpp>
#include <bourse/client/parameter_schema.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/params.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::client {
namespace {

using Json = nlohmann::ordered_json;

Json shared_cases(const char* file) {
    return Json::parse(*sys::read_file(std::string(BOURSE_TEST_DATA) + "/app_page/" + file));
}
std::string text_of_case(const Json& entry) {
    return entry.contains("text") ? entry["text"].get<std::string>() : entry["schema"].dump();
}
std::string refusal_of(const std::string& text) {
    const auto schema = parse_parameter_schema(text);
    if (schema) return "none";
    EXPECT_EQ(schema.error().code, "PAGE_INVALID");
    return schema.error().message.substr(0, schema.error().message.find(' '));
}
/// A schema with this many text fields.
std::string schema_of_fields(std::size_t count, const std::string& description = {}) {
    Json schema = {{"type", "object"}, {"properties", Json::object()}, {"arguments", Json::array()}};
    for (std::size_t i = 0; i < count; ++i) {
        const auto name = "f" + std::to_string(i);
        schema["properties"][name]["type"] = "string";
        if (!description.empty()) schema["properties"][name]["description"] = description;
        schema["arguments"].push_back("{" + name + "}");
    }
    return schema.dump();
}

TEST(ParameterSchema, good_ones_are_read) {
    for (const auto& entry : shared_cases("schemas.json")["good"]) {
        const auto schema = parse_parameter_schema(text_of_case(entry));
        EXPECT_TRUE(schema) << entry["about"] << (schema ? "" : schema.error().message);
    }
}

TEST(ParameterSchema, refusals_name_the_place) {
    for (const auto& entry : shared_cases("schemas.json")["wrong"])
        EXPECT_EQ(refusal_of(text_of_case(entry)), entry["place"].get<std::string>()) << text_of_case(entry);
}

TEST(ParameterSchema, fields_keep_the_order_of_the_text) {
    const auto schema = parse_parameter_schema(text_of_case(shared_cases("schemas.json")["good"][1]));
    ASSERT_TRUE(schema);
    ASSERT_EQ(schema->fields.size(), 7U);
    EXPECT_EQ(schema->fields[0].name, "width");
    EXPECT_EQ(schema->fields[0].title, "Width");
    EXPECT_EQ(schema->fields[0].standard, "640");
    EXPECT_TRUE(schema->fields[0].required);
    EXPECT_EQ(schema->fields[1].title, "height");
    EXPECT_EQ(to_text(schema->fields[2].type), "number");
    EXPECT_FALSE(schema->fields[5].required);
    EXPECT_EQ(schema->arguments.size(), 6U);
    EXPECT_TRUE(schema->arguments[2].is_group);
    EXPECT_EQ(schema->input_files, std::vector<std::string>{"scene"});
}

TEST(ParameterSchema, sizes_are_bounded) {
    EXPECT_EQ(refusal_of(schema_of_fields(64)), "none");
    EXPECT_EQ(refusal_of(schema_of_fields(65)), "parameters.properties");
    EXPECT_EQ(refusal_of(schema_of_fields(17, std::string(1'000, 'x'))), "parameters");  // more than 16 KiB
    EXPECT_EQ(refusal_of(schema_of_fields(1, std::string(1'001, 'x'))), "parameters.properties.f0.description");
    EXPECT_EQ(refusal_of(std::string(16'000, '[')), "parameters");
    EXPECT_EQ(refusal_of("\xFF"), "parameters");
}

TEST(AppPage, readme_is_text_of_a_bounded_size) {
    AppPage page;
    EXPECT_TRUE(page.is_empty());
    EXPECT_TRUE(check_app_page(page));
    for (const std::string text : {"# hello\n\n\tGreets.\r\n", "<script>alert(1)</script>",
                                   "\xE2\x80\xAE"
                                   "evil",
                                   "\xF0\x9F\x8C\x8D"}) {
        page.readme = text;
        EXPECT_TRUE(check_app_page(page)) << text;
    }
    page.readme = std::string(kMaxReadmeBytes, 'x');
    EXPECT_TRUE(check_app_page(page));
    for (const std::string& text :
         {std::string(kMaxReadmeBytes + 1, 'x'), std::string("a\0b", 3), std::string("\x1B[2J"), std::string("\xC3"),
          std::string("\xED\xA0\x80"), std::string("\x7F")}) {
        page.readme = text;
        const auto good = check_app_page(page);
        ASSERT_FALSE(good) << text.substr(0, 20);
        EXPECT_EQ(good.error().code, "PAGE_INVALID");
        EXPECT_EQ(good.error().message.substr(0, 6), "readme");
    }
}

TEST(AppPage, every_member_is_signed) {
    AppPage page{*address_from_hex("0x4e61c418cfcf080dbca9544aad64572e68bd9802"), "# hello", "", 1'790'000'000'000};
    EXPECT_EQ(app_page_text(page, 65535),
              "Bourse app page/1\nchain: 65535\napp: 0x4E61C418cFcF080DbCA9544AAd64572e68BD9802\nreadme: " +
                  to_hex(crypto::sha256(as_bytes("# hello"))) +
                  "\nparameters: 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                  "\nupdated: 1790000000000");
    const auto text = app_page_text(page, 65535);
    EXPECT_NE(app_page_text(page, 1), text);
    page.parameters = "{}";
    EXPECT_NE(app_page_text(page, 65535), text);
}

TEST(Arguments, lines_are_split_as_the_web_app_does) {
    const auto cases = shared_cases("arguments.json");
    for (const auto& entry : cases["split"]) {
        const auto words = poco::split_args(entry["line"].get<std::string>());
        EXPECT_EQ(words ? Json(*words) : Json(nullptr), entry["words"]) << entry["line"];
    }
    for (const auto& entry : cases["joined"])
        EXPECT_EQ(Json(poco::split_args(entry["line"].get<std::string>()).value()), entry["words"]) << entry["line"];
}

}  // namespace
}  // namespace bourse::client
