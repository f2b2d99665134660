// What is taken of the operator's incidents.json, and when it is read again.
#include <bourse/market/v1/incidents.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace bourse::market {
namespace {

namespace fs = std::filesystem;

TEST(Incidents, are_read_newest_first) {
    const auto read = incidents_from(R"([{"text":"The store was away.","begun":100,"ended":160},
                                         {"text":"Slow answers.","begun":900,"ended":null},
                                         {"text":"Same time, later in the file.","begun":100}])");
    ASSERT_TRUE(read);
    ASSERT_EQ(read->size(), 3U);
    EXPECT_EQ((*read)[0].text, "Slow answers.");
    EXPECT_FALSE((*read)[0].ended_s);
    EXPECT_EQ((*read)[1].ended_s, 160U);
    EXPECT_EQ((*read)[2].begun_s, 100U);
    EXPECT_TRUE(incidents_from("[]")->empty());
}

TEST(Incidents, broken_ones_are_refused_by_their_number) {
    for (const auto* wrong : {"", "{", "{}", "[1]", "[{}]", R"([{"text":"","begun":1}])", R"([{"text":"x"}])",
                              R"([{"text":"x","begun":-1}])", R"([{"text":"x","begun":"1"}])",
                              R"([{"text":"x","begun":1e300}])", R"([{"text":"x","begun":5,"ended":4}])",
                              R"([{"text":"x","begun":5,"ended":"6"}])", "[{\"text\":\"two\\nlines\",\"begun\":1}]"})
        EXPECT_EQ(incidents_from(wrong).error().code, "INCIDENTS_INVALID") << wrong;
    EXPECT_EQ(incidents_from(R"([{"text":"x","begun":1},{"text":"x"}])").error().message.substr(0, 11), "incident 2:");
    EXPECT_FALSE(incidents_from("[{\"text\":\"" + std::string(1'001, 'x') + "\",\"begun\":1}]"));
}

TEST(Incidents, a_changed_file_is_read_again_and_a_broken_one_changes_nothing) {
    const sys::TempDir folder("incidents");
    const auto file = folder.path() / "incidents.json";
    Incidents incidents(file);
    EXPECT_TRUE(incidents.all().empty());
    auto time = fs::file_time_type::clock::now();
    const auto write = [&](const std::string& text) {
        std::ofstream(file) << text;
        fs::last_write_time(file, time += std::chrono::seconds(2));
    };
    write(R"([{"text":"one","begun":1}])");
    ASSERT_EQ(incidents.all().size(), 1U);
    write("[");
    EXPECT_EQ(incidents.all().size(), 1U);
    write(R"([{"text":"one","begun":1},{"text":"two","begun":2}])");
    EXPECT_EQ(incidents.all().size(), 2U);
    fs::remove(file);
    EXPECT_TRUE(incidents.all().empty());
}

}  // namespace
}  // namespace bourse::market
