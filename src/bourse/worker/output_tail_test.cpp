#include <bourse/worker/output_tail.hpp>

#include <gtest/gtest.h>

namespace bourse::worker {
namespace {

namespace stream = client::stream;

/// A connection that numbers what it takes, or is away.
struct FakeStream {
    bool connected = true;
    std::uint64_t number = 0;
    std::vector<stream::OutputReport> got;

    std::uint64_t send(const stream::WorkerMessage& message) {
        if (!connected) return 0;
        got.push_back(std::get<stream::OutputReport>(message));
        return ++number;
    }
    std::string text(bool error) const {
        std::string out;
        for (const auto& report : got)
            if (report.error == error) out += as_text(report.bytes);
        return out;
    }
};

struct TailTest : testing::Test {
    FakeStream wire;
    OutputTail tail{poco::TaskId{}, 5, [this](const stream::WorkerMessage& m) { return wire.send(m); }};
};

TEST_F(TailTest, sends_whole_lines_once_a_beat) {
    tail.add(false, "one\ntw", 1'000, 1);
    EXPECT_EQ(wire.text(false), "one\n");
    tail.add(false, "o\nthree", 1'050, 2);
    EXPECT_EQ(wire.text(false), "one\n");
    tail.add(true, "oops\n", 1'100, 3);
    tail.add(false, "", 1'200, 4);
    EXPECT_EQ(wire.text(false), "one\ntwo\n");
    EXPECT_EQ(wire.text(true), "oops\n");
    tail.finish(5);
    EXPECT_EQ(wire.text(false), "one\ntwo\nthree");
    EXPECT_EQ(wire.got.back().offset, 8U);
    EXPECT_EQ(wire.got.back().run, 5U);
}

TEST_F(TailTest, repeats_what_was_not_confirmed) {
    tail.add(false, "a\n", 1'000, 1);
    tail.add(false, "b\n", 2'000, 2);
    tail.acknowledge(1);
    wire.connected = false;
    tail.add(false, "c\n", 3'000, 3);
    wire = FakeStream{};
    tail.acknowledge(7);  // of the connection before: nothing of this one
    tail.send_again();
    EXPECT_EQ(wire.text(false), "c\n");
}

TEST_F(TailTest, an_unconfirmed_report_survives_a_reconnect) {
    tail.add(false, "a\n", 1'000, 1);
    tail.add(false, "b\n", 2'000, 2);
    wire = FakeStream{};
    tail.send_again();
    EXPECT_EQ(wire.text(false), "a\nb\n");
    tail.acknowledge(2);
    wire = FakeStream{};
    tail.send_again();
    EXPECT_TRUE(wire.got.empty());
}

TEST_F(TailTest, of_a_flood_the_newest_is_kept_and_the_gap_shows) {
    wire.connected = false;
    for (int i = 0; i < 40; ++i)
        tail.add(false, std::string(OutputTail::kMostABeat + 10, 'x') + "\n", 1'000ULL * static_cast<unsigned>(i + 1),
                 1);
    wire.connected = true;
    tail.send_again();
    ASSERT_FALSE(wire.got.empty());
    EXPECT_GT(wire.got.front().offset, 0U);
    std::size_t bytes = 0;
    for (const auto& report : wire.got) bytes += report.bytes.size();
    EXPECT_LE(bytes, OutputTail::kMostUnconfirmed);
    EXPECT_EQ(wire.got.back().offset + wire.got.back().bytes.size(), 40 * (OutputTail::kMostABeat + 11));
}

}  // namespace
}  // namespace bourse::worker
