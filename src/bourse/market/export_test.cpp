// Exports: the same rows as the pages, as lines of CSV and JSON; cells of strangers are harmless.
#include <bourse/market/api_routes.hpp>
#include <bourse/market/v1/fields.hpp>
#include <bourse/market/v1_fixture.hpp>

#include <sstream>

namespace bourse::market {
namespace {

using namespace testing;

std::size_t lines_in(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

TEST_F(V1Test, exports_hold_every_row) {
    start();
    const auto total = get("/v1/deals")["total"].get<std::size_t>();
    const auto lines = ask("GET", "/v1/deals?format=jsonl");
    EXPECT_EQ(lines_in(lines.body), total);
    EXPECT_TRUE(lines.headers.at("content-disposition").starts_with("attachment; filename=\"deals_"));
    const auto csv = ask("GET", "/v1/deals?format=csv&category=1");
    const auto some = get("/v1/deals?category=1")["total"].get<std::size_t>();
    EXPECT_TRUE(csv.body.starts_with("id,index,tx,block,time,status,app.address,"));
    EXPECT_EQ(lines_in(csv.body), some + 1);
    EXPECT_EQ(lines_in(ask("GET", "/v1/deals?format=csv&limit=7").body), 8U);
}

/// Every list whose rows are there without a session: what is written member by member is what an object would give.
TEST_F(V1Test, exports_are_the_rows_of_the_pages) {
    chain_.accounts_[orderbook::testing::wallet("owner")].stake = 1'000'000;
    start();
    const auto order = poco::to_json_strings(chain_.app_order("app", 1, "owner"));
    ASSERT_EQ(ask("POST", "/v1/apporders", {{"order", order}}).status, 200);
    const auto deal = get("/v1/deals?limit=1")["items"][0];
    const std::map<std::string_view, std::string> paths{
        {"deal_tasks", "/v1/deals/" + deal["id"].get<std::string>() + "/tasks"},
        {"account_entries", "/v1/accounts/" + deal["requester"].get<std::string>() + "/entries"}};
    std::size_t with_rows = 0;
    for (const auto& route : api_routes()) {
        if (route.method != "GET" || !route.answer.ends_with("[]")) continue;
        const auto path =
            paths.contains(route.name) ? paths.at(route.name) + "?limit=1000" : std::string(route.path) + "?limit=1000";
        if (path.find("/:") != std::string::npos || ask("GET", path).status != 200) continue;
        const auto items = get(path)["items"];
        if (!items.empty()) ++with_rows;
        const auto shape = route.answer.substr(0, route.answer.size() - 2);
        const auto as_csv = make_csv_lines(shape);
        std::string expected;
        as_csv->head(expected);
        for (const auto& item : items) as_csv->row(expected, item);
        EXPECT_EQ(ask("GET", path + "&format=csv").body, expected) << route.name;
        auto parsed = Json::array();
        std::istringstream lines(ask("GET", path + "&format=jsonl").body);
        for (std::string line; std::getline(lines, line);) parsed.push_back(Json::parse(line));
        EXPECT_EQ(parsed, items) << route.name;
    }
    EXPECT_GE(with_rows, 11U);
}

TEST(Csv, cells_that_a_spreadsheet_would_run_are_guarded) {
    for (const auto* evil : {"=1+1", "+1", "-1", "@x", "\tx"}) EXPECT_EQ(csv_cell(evil)[0], '\'') << evil;
    EXPECT_EQ(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
    EXPECT_EQ(csv_cell("=a,b"), "\"'=a,b\"");
    EXPECT_EQ(csv_cell("plain"), "plain");
}

TEST(Csv, a_member_out_of_order_is_an_error_of_the_program) {
    const auto lines = make_csv_lines("Candle");
    std::string out;
    const auto wrong = [](FieldWriter& to) { to.amount("open", 1); };
    EXPECT_DEATH(lines->row(out, RowFields(wrong)), "");
}

TEST(JsonLines, any_text_is_one_line_that_can_be_read) {
    const auto lines = make_json_lines();
    const std::string text = "a\"b\\c\nd\x01\xFF\xE2\x80\xAE";
    std::string out;
    lines->row(out, RowFields([&](FieldWriter& to) {
                   to.text("text", text);
                   to.begin("inner");
                   to.null("none");
                   to.boolean("yes", true);
                   to.end();
                   to.count("count", INT64_MAX);
               }));
    EXPECT_EQ(lines_in(out), 1U);
    const auto row = Json::parse(out);
    EXPECT_EQ(row["text"], "a\"b\\c\nd\x01\xEF\xBF\xBD\xE2\x80\xAE");
    EXPECT_EQ(row["inner"], (Json{{"none", nullptr}, {"yes", true}}));
    EXPECT_EQ(row["count"], (1LL << 53) - 1);
}

}  // namespace
}  // namespace bourse::market
