#include <bourse/cli/output.hpp>

#include <gtest/gtest.h>

namespace bourse::cli {
namespace {

TEST(Output, amounts_are_shown_in_both_units) {
    EXPECT_EQ(amount_text(Uint256(21)), "0.000000021 RLC (21 nRLC)");
    EXPECT_EQ(amount_text(Uint256(1'500'000'000)), "1.5 RLC (1500000000 nRLC)");
    EXPECT_EQ(amount_json(Uint256(21)), "21");
}

TEST(Output, table_columns_are_aligned_by_characters) {
    EXPECT_EQ(table({{"ä", "b"}, {"long", "c"}}), "ä     b\nlong  c\n");
}

TEST(Output, json_failure_is_one_object_with_code_and_message) {
    testing::internal::CaptureStdout();
    const int exit_code = answer_verb(true, []() -> Result<Answer> { return fail("SOME_CODE", "A sentence."); });
    EXPECT_EQ(exit_code, 1);
    const auto object = nlohmann::json::parse(testing::internal::GetCapturedStdout());
    EXPECT_EQ(object, (nlohmann::json{{"ok", false}, {"error", {{"code", "SOME_CODE"}, {"message", "A sentence."}}}}));
}

TEST(Output, json_success_carries_ok_and_the_data) {
    testing::internal::CaptureStdout();
    const int exit_code = answer_verb(true, []() -> Result<Answer> {
        return Answer{{{"x", "1"}}, "text", std::nullopt};
    });
    EXPECT_EQ(exit_code, 0);
    EXPECT_EQ(nlohmann::json::parse(testing::internal::GetCapturedStdout()),
              (nlohmann::json{{"ok", true}, {"x", "1"}}));
}

TEST(Output, bytes_that_are_no_text_do_not_break_json) {
    testing::internal::CaptureStdout();
    answer_verb(true, []() -> Result<Answer> { return Answer{{{"x", "\xff\xfe"}}, "", std::nullopt}; });
    EXPECT_TRUE(nlohmann::json::accept(testing::internal::GetCapturedStdout()));
}

TEST(Output, times_beyond_the_calendar_are_still_shown) {
    EXPECT_EQ(time_text(0), "1970-01-01 00:00:00 UTC");
    EXPECT_EQ(time_text(~std::uint64_t{0}), "18446744073709551615 s after 1970");
}

}  // namespace
}  // namespace bourse::cli
