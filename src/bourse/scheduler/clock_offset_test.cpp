// Two clocks and the messages between them, all of it made up: nothing waits.
#include <bourse/scheduler/clock_offset.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace bourse::scheduler {
namespace {

constexpr std::int64_t kStartMs = 1'700'000'000'000;

/// A node that shows whole seconds, asked every half second over a way of 20 ms there and 30 ms back.
void ask_node(ClockOffset& offset, std::int64_t ahead_ms, int times, std::int64_t from_ms = kStartMs) {
    for (int i = 0; i < times; ++i) {
        const auto sent = from_ms + i * 507;
        const auto shown = (sent + 20 + ahead_ms) / 1'000 * 1'000;
        offset.note(bounds_of_answer(shown, 999, sent, sent + 50));
    }
}

TEST(ClockOffset, KnowsNothingBeforeTheFirstReading) { EXPECT_EQ(ClockOffset().ms(), std::nullopt); }

TEST(ClockOffset, WholeSecondsGiveTheOffsetToHalfASecond) {
    for (const std::int64_t ahead : {0, 300, 5'400, -5'400, 3'600'000}) {
        ClockOffset offset;
        ask_node(offset, ahead, 20);
        EXPECT_NEAR(static_cast<double>(*offset.ms()), static_cast<double>(ahead), 500) << ahead;
    }
}

TEST(ClockOffset, BlocksThatComeEverySomeSecondsAreNoOffset) {
    // A node without a clock of its own shows its last block's time, up to 4 s old: not ahead, and never 5 s behind.
    ClockOffset offset;
    for (int i = 0; i < 40; ++i) {
        const auto sent = kStartMs + i * 500;
        offset.note(bounds_of_answer((sent + 20) / 4'000 * 4'000, 999, sent, sent + 50));
        EXPECT_LE(*offset.ms(), 0);
        EXPECT_GT(*offset.ms(), -4'000);
    }
}

TEST(ClockOffset, AClockThatWasSetIsBelievedAtOnce) {
    ClockOffset offset;
    ask_node(offset, 0, 32);
    EXPECT_EQ(offset.ms(), 0);
    ask_node(offset, 9'000, 1, kStartMs + 20'000);
    EXPECT_GT(offset.ms(), 7'900);
    ask_node(offset, 0, 1, kStartMs + 21'000);
    EXPECT_LT(offset.ms(), 1'000);
}

TEST(ClockOffset, OneWayAloneProvesAClockThatIsAhead) {
    ClockOffset offset;
    OffsetBounds came;
    came.low = 8'000 - 40;
    offset.note(came);
    EXPECT_EQ(offset.ms(), 7'960);
    OffsetBounds nonsense{5, -5};
    offset.note(nonsense);
    EXPECT_EQ(offset.ms(), 7'960);
}

/// Whatever the ways take, the offset is never made larger than it is, nor given another sign; and it is off by no
/// more than the quickest exchange took.
RC_GTEST_PROP(ClockOffsetProperty, TheTrueOffsetIsNeverExceeded, ()) {
    const auto ahead = *rc::gen::inRange<std::int64_t>(-100'000, 100'000);
    const auto ways = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 20'000), rc::gen::inRange(0, 20'000))));
    ClockOffset offset;
    std::int64_t now = kStartMs, quickest = INT64_MAX;
    for (const auto& [there, back] : ways) {
        offset.note(bounds_of_answer(now + there + ahead, 0, now, now + there + back));
        if (ways.size() <= ClockOffset::kReadings) quickest = std::min<std::int64_t>(quickest, there + back);
        now += there + back + 500;
    }
    const auto found = *offset.ms();
    const bool between = ahead >= 0 ? found >= 0 && found <= ahead : found <= 0 && found >= ahead;
    RC_ASSERT(between);
    if (quickest != INT64_MAX) RC_ASSERT(std::max(found - ahead, ahead - found) <= quickest);
}

}  // namespace
}  // namespace bourse::scheduler
