// What people and clocks say of workers: drained, paused, set wrong.
#include <bourse/scheduler/core_fixture.hpp>

namespace bourse::scheduler {
namespace {

using namespace testing;

TEST_F(CoreTest, AWorkerThatDrainsGetsNoNewTask) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto address = test_key(1).address();
    const auto shown = [&] { return Json::parse(life.get("/v1/workers").body)["workers"]; };
    ASSERT_TRUE(eventually([&] { return shown().size() == 1; }));
    EXPECT_EQ(shown()[0]["free"], 1);
    EXPECT_LT(shown()[0]["silent_ms"], 10'000);
    EXPECT_GT(shown()[0]["last_seen_ms"], 1'600'000'000'000U);
    EXPECT_EQ(shown()[0]["platform"], "x86_64");
    EXPECT_EQ(life.post("/v1/admin/workers/" + to_checksum(address) + "/drain").status, 200);
    ASSERT_TRUE(eventually([&] { return shown()[0]["draining"] == true; }));
    EXPECT_EQ(shown()[0]["free"], 0);
    EXPECT_EQ(life.post("/v1/admin/workers/" + to_checksum(test_key(9).address()) + "/drain").status, 404);
    EXPECT_EQ(life.post("/v1/admin/workers/" + to_checksum(address) + "/resume").status, 200);
    EXPECT_TRUE(eventually([&] { return shown()[0]["free"] == 1; }));
}

TEST_F(CoreTest, AWorkerPausedByItsOwnerStaysSoWhateverTheOperatorDoes) {
    const auto path = "/v1/admin/workers/" + to_checksum(test_key(1).address()) + "/";
    {
        Life life(url);
        TinyWorker worker(life.server.port(), test_key(1));
        const auto rows = [&] { return Json::parse(life.get("/v1/workers").body)["workers"]; };
        const auto row = [&] { return rows()[0]; };
        ASSERT_TRUE(eventually([&] { return rows().size() == 1; }));
        EXPECT_EQ(life.post(path + "pause").status, 200);
        EXPECT_EQ(life.post(path + "drain").status, 200);
        EXPECT_EQ(life.post(path + "resume").status, 200);
        ASSERT_TRUE(eventually([&] { return row()["paused"] == true && row()["draining"] == false; }));
        EXPECT_EQ(row()["free"], 0);
        EXPECT_EQ(row()["failed_24h"], 0);
        EXPECT_EQ(row()["gpu"], false);
    }
    Life again(url);
    TinyWorker worker(again.server.port(), test_key(1));
    const auto row = [&] { return Json::parse(again.get("/v1/workers").body)["workers"][0]; };
    EXPECT_EQ(row()["paused"], true);
    EXPECT_EQ(again.post(path + "unpause").status, 200);
    EXPECT_TRUE(eventually([&] { return row()["paused"] == false && row()["free"] == 1; }));
}

TEST_F(CoreTest, APauseReachesTheWorkerAtOnceAndAgainAfterEveryLogin) {
    const auto path = "/v1/admin/workers/" + to_checksum(test_key(1).address()) + "/";
    {
        Life life(url);
        TinyWorker worker(life.server.port(), test_key(1));
        ASSERT_TRUE(worker.wait_for<stream::Pause>());
        EXPECT_FALSE(worker.wait_for<stream::Pause>()->paused);
        EXPECT_EQ(life.post(path + "pause").status, 200);
        const auto told = worker.wait_for<stream::Pause>(1);
        ASSERT_TRUE(told);
        EXPECT_TRUE(told->paused);
        EXPECT_GE(told->chain_s, 1'000U);
    }
    Life again(url);
    TinyWorker worker(again.server.port(), test_key(1));
    const auto told = worker.wait_for<stream::Pause>();
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->paused);
    EXPECT_EQ(again.post(path + "unpause").status, 200);
    ASSERT_TRUE(worker.wait_for<stream::Pause>(1));
    EXPECT_FALSE(worker.wait_for<stream::Pause>(1)->paused);
}

TEST(TermsTest, HoursMayGoOverMidnight) {
    const auto at = [](std::uint64_t hour, std::uint64_t minute) { return (hour * 60 + minute) * 60'000 + 86'400'000; };
    EXPECT_TRUE(Terms{}.open_at(at(3, 0)));
    const Terms day{0, 8 * 60, 18 * 60 + 30, false}, night{0, 22 * 60, 7 * 60, false};
    EXPECT_FALSE(day.open_at(at(7, 59)));
    EXPECT_TRUE(day.open_at(at(8, 0)));
    EXPECT_TRUE(day.open_at(at(18, 29)));
    EXPECT_FALSE(day.open_at(at(18, 30)));
    EXPECT_TRUE(night.open_at(at(22, 0)));
    EXPECT_TRUE(night.open_at(at(0, 0)));
    EXPECT_TRUE(night.open_at(at(6, 59)));
    EXPECT_FALSE(night.open_at(at(7, 0)));
    EXPECT_FALSE(night.open_at(at(21, 59)));
}

TEST_F(CoreTest, TheTermsOfAnOwnerBoundWhatIsOfferedAndOutliveTheProcess) {
    const auto path = "/v1/admin/workers/" + to_checksum(test_key(1).address()) + "/terms";
    // Hours that are over in any case: an hour long, and begun two hours ago.
    const auto minute = sys::unix_time_s() / 60 % Terms::kMinutesADay;
    const Json closed{{"places", 0},
                      {"from_min", (minute + Terms::kMinutesADay - 120) % Terms::kMinutesADay},
                      {"to_min", (minute + Terms::kMinutesADay - 60) % Terms::kMinutesADay},
                      {"only_idle", false}};
    const Json open{{"places", 5}, {"from_min", 0}, {"to_min", 0}, {"only_idle", true}};
    {
        Life life(url);
        TinyWorker worker(life.server.port(), test_key(1));
        ASSERT_TRUE(worker.wait_for<stream::Pause>());
        EXPECT_EQ(life.post(path, closed.dump()).status, 200);
        const auto told = worker.wait_for<stream::Pause>(1);
        ASSERT_TRUE(told);
        EXPECT_TRUE(told->paused);
        for (const auto* wrong : {"", "{}", R"({"places":1,"from_min":1440,"to_min":0,"only_idle":false})",
                                  R"({"places":-1,"from_min":0,"to_min":0,"only_idle":false})",
                                  R"({"places":1,"from_min":0,"to_min":0,"only_idle":1})"})
            EXPECT_EQ(life.post(path, wrong).status, 400) << wrong;
    }
    Life again(url);
    TinyWorker worker(again.server.port(), test_key(1));
    const auto row = [&] { return Json::parse(again.get("/v1/workers").body)["workers"][0]; };
    const auto told = worker.wait_for<stream::Pause>();
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->paused);
    EXPECT_EQ(row()["off_hours"], true);
    EXPECT_EQ(row()["paused"], false);  // by nobody's word
    EXPECT_EQ(row()["free"], 0);
    EXPECT_EQ(again.post(path, open.dump()).status, 200);
    const auto after = worker.wait_for<stream::Pause>(1);
    ASSERT_TRUE(after);
    EXPECT_FALSE(after->paused);
    EXPECT_TRUE(after->only_idle);
    EXPECT_EQ(row()["places"], 1);  // it has no more
    EXPECT_EQ(row()["free"], 1);
}

TEST_F(CoreTest, ABannedWorkerIsRefusedUntilTheBanEnds) {
    const auto path = "/v1/admin/workers/" + to_checksum(test_key(1).address()) + "/";
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    ASSERT_TRUE(worker.wait_for<stream::Welcome>());
    ASSERT_TRUE(worker.wait_for<stream::Pause>());
    EXPECT_EQ(life.post(path + "ban").status, 200);
    const auto refused = worker.wait_for<stream::Refused>();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, "WORKER_BANNED");
    TinyWorker back(life.server.port(), test_key(1));
    ASSERT_TRUE(back.wait_for<stream::Refused>());
    EXPECT_EQ(back.wait_for<stream::Refused>()->code, "WORKER_BANNED");
    EXPECT_EQ(Json::parse(life.get("/v1/workers").body)["workers"][0]["banned"], true);
    EXPECT_EQ(life.post(path + "unban").status, 200);
    ASSERT_TRUE(eventually([&] { return Json::parse(life.get("/v1/workers").body)["workers"][0]["banned"] == false; }));
    TinyWorker third(life.server.port(), test_key(1));
    EXPECT_TRUE(third.wait_for<stream::Welcome>());
}

TEST_F(CoreTest, ClocksOfWorkersAreComparedByTheirPings) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto ahead = [&] {
        const auto rows = Json::parse(life.get("/v1/workers").body)["workers"];
        return rows.empty() ? Json(nullptr) : rows[0]["clock_ahead_ms"];
    };
    ASSERT_TRUE(worker.wait_for<stream::Welcome>());
    EXPECT_TRUE(ahead().is_null());
    worker.send(stream::Ping{});  // of a worker that tells no time
    const auto pong = worker.wait_for<stream::Pong>();
    ASSERT_TRUE(pong);
    EXPECT_GT(pong->sent_ms, 1'600'000'000'000U);
    EXPECT_TRUE(ahead().is_null());
    // A clock that is 8 s ahead of ours, which shows in one message.
    worker.send(stream::Ping{sys::unix_time_ms() + 8'000, 0, 0});
    ASSERT_TRUE(worker.wait_for<stream::Pong>(1));
    ASSERT_TRUE(ahead().is_number());
    EXPECT_LE(ahead(), 8'000);
    EXPECT_GT(ahead(), 0);  // 8 s less the way here
    // One that is behind needs an answer that it got.
    const auto back = sys::unix_time_ms() - 9'000;
    worker.send(stream::Ping{back, pong->sent_ms, pong->sent_ms - 9'000});
    ASSERT_TRUE(worker.wait_for<stream::Pong>(2));
    EXPECT_EQ(ahead(), -9'000);
    worker.send(stream::Ping{UINT64_MAX, 1, UINT64_MAX});
    ASSERT_TRUE(worker.wait_for<stream::Pong>(3));
    EXPECT_EQ(ahead(), -9'000);
}

TEST_F(CoreTest, TheNodesClockIsShownOnceItIsKnown) {
    Life life(url);
    const auto shown = [&] { return Json::parse(life.get("/v1/pool").body)["node_ahead_ms"]; };
    EXPECT_TRUE(shown().is_null());
    life.node_clock.note(bounds_of_answer(3'600'000, 999, 0, 40));
    EXPECT_EQ(shown(), 3'599'960);
}

}  // namespace
}  // namespace bourse::scheduler
