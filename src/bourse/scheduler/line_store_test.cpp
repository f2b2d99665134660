#include <bourse/scheduler/line_store.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/event_store.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {
namespace {

using client::stream::OutputReport;

struct LineStoreTest : testing::Test {
    std::unique_ptr<EventStore> store = *EventStore::open("sqlite::memory:", Identity{1, {}, {}, {}});
    LineStore& lines = store->lines();
    TaskId task{crypto::keccak256("task")};
    Address worker{*Address::from(ByteView(crypto::keccak256("worker")).first(20))};

    void output(std::uint64_t offset, std::string_view text, std::uint64_t run = 1, bool error = false) {
        lines.add_output(worker, OutputReport{task, run, error, offset, 1'000 + offset, to_bytes(text)});
    }
    std::vector<std::string> texts(LineQuery query = {}) const {
        if (!query.task && !query.worker) query.task = task;
        std::vector<std::string> out;
        std::uint64_t last = 0;
        for (const auto& line : lines.read(query)) {
            EXPECT_GT(line.position, last);
            last = line.position;
            out.push_back(line.text);
        }
        return out;
    }
};

using Texts = std::vector<std::string>;

TEST_F(LineStoreTest, a_repeated_report_adds_only_what_is_new) {
    output(0, "one\ntwo\n");
    output(0, "one\ntwo\n");
    output(4, "two\nthree\n");
    EXPECT_EQ(texts(), (Texts{"one", "two", "three"}));
}

TEST_F(LineStoreTest, gaps_and_new_runs_are_told) {
    output(0, "one\n");
    output(10, "two\n");
    output(0, "again\n", 2);
    output(4, "late of the first run\n", 1);
    EXPECT_EQ(texts(), (Texts{"one", "[6 bytes were left out]", "two", "[the app runs again]", "again"}));
}

TEST_F(LineStoreTest, pages_forward_and_backward_meet) {
    std::string text;
    std::uint64_t offset = 0;
    for (int i = 0; i < 1'000; ++i) {
        text += "line " + std::to_string(i) + "\n";
        if (i % 7 != 6) continue;
        output(offset, text);
        offset += text.size();
        text.clear();
    }
    output(offset, text);
    Texts forward;
    LineQuery query;
    query.task = task;
    query.after = 0;
    query.limit = 33;
    for (auto page = lines.read(query); !page.empty(); page = lines.read(query)) {
        for (const auto& line : page) forward.push_back(line.text);
        query.after = page.back().position;
    }
    ASSERT_EQ(forward.size(), 1'000U);
    EXPECT_EQ(forward[999], "line 999");
    query.after.reset();
    Texts backward;
    for (auto page = lines.read(query); !page.empty(); page = lines.read(query)) {
        for (auto at = page.rbegin(); at != page.rend(); ++at) backward.push_back(at->text);
        query.before = page.front().position;
    }
    std::ranges::reverse(backward);
    EXPECT_EQ(forward, backward);
}

TEST_F(LineStoreTest, any_bytes_survive_and_both_streams_are_kept_apart) {
    output(0, std::string_view("a\0b\xff\r\n\n", 7));
    output(0, "oops", 1, true);
    EXPECT_EQ(texts(), (Texts{std::string("a\0b\xff", 4), "", "oops"}));
    LineQuery of_worker;
    of_worker.worker = worker;
    EXPECT_EQ(texts(of_worker).size(), 3U);
    EXPECT_TRUE(lines.has_output(task, worker));
    EXPECT_FALSE(lines.has_output(TaskId{}, worker));
}

TEST_F(LineStoreTest, what_a_restart_finds_goes_on) {
    output(0, "one\n");
    lines.add(*line_of(
        WorkerReported{worker, task, "COMPUTE_FAILED", "APP_COMPUTE_FAILED", "bad\nnews", 3, {}, {}, {}, {}, 5}, 9));
    LineStore again(store->database());
    again.add_output(worker, OutputReport{task, 1, false, 0, 3, to_bytes("one\ntwo\n")});
    EXPECT_EQ(texts(), (Texts{"one", "COMPUTE_FAILED: APP_COMPUTE_FAILED: bad news (exit code 3)", "two"}));
}

TEST_F(LineStoreTest, old_lines_go_and_positions_do_not_come_again) {
    output(0, "old\n");
    output(4, "older\n");
    const auto before = lines.read({task, {}, {}, {}, 10}).back().position;
    lines.forget_before(UINT64_MAX);
    output(10, "new\n");
    EXPECT_GT(lines.read({task, {}, {}, {}, 10}).back().position, before);
    EXPECT_EQ(texts().back(), "new");
}

}  // namespace
}  // namespace bourse::scheduler
