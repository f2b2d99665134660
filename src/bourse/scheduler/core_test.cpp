// The core with its gate, store and REST, as in a process of its own.
#include <bourse/scheduler/core_fixture.hpp>

namespace bourse::scheduler {
namespace {

using namespace testing;

TEST_F(CoreTest, WorkerLogsInAndGetsASignedTask) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto welcome = worker.wait_for<stream::Welcome>();
    ASSERT_TRUE(welcome);
    EXPECT_TRUE(stream::check_welcome(*welcome, worker.login(), life.key.address()));
    const auto deal = life.sell(1, 1);
    ASSERT_TRUE(eventually([&] { return life.chain.sent > 0; }));  // initializeArray
    const auto task = poco::task_id(deal.deal, Uint256{0});
    life.feed({TaskInitialized{task, deal.deal, 0, 2}});
    const auto command = worker.wait_for<stream::Command>();
    ASSERT_TRUE(command);
    EXPECT_EQ(command->kind, stream::CommandKind::kAssign);
    EXPECT_EQ(command->task, task);
    EXPECT_EQ(command->limits.seconds, 300U);
    EXPECT_TRUE(command->fast);
    const auto message = poco::authorization_message(test_key(1).address(), task);
    EXPECT_EQ(poco::recover_signer(poco::signed_hash(message), command->authorization), life.key.address());
}

TEST_F(CoreTest, UnacknowledgedCommandsComeAgainAfterARestart) {
    TaskId task;
    std::string stream_id;
    {
        Life life(url);
        TinyWorker worker(life.server.port(), test_key(1));
        const auto deal = life.sell(1, 1);
        task = poco::task_id(deal.deal, Uint256{0});
        life.feed({TaskInitialized{task, deal.deal, 0, 2}});
        ASSERT_TRUE(worker.wait_for<stream::Command>());
        stream_id = worker.stream_id;
    }
    Life life(url);
    {
        TinyWorker again(life.server.port(), test_key(1));
        const auto command = again.wait_for<stream::Command>();
        ASSERT_TRUE(command);
        EXPECT_EQ(command->seq, 1U);
        EXPECT_EQ(again.stream_id, stream_id);
        again.send(stream::AckReport{1});
        ASSERT_TRUE(again.wait_for<stream::ReportAck>());
    }
    // Taken over now: only what is new comes.
    TinyWorker third(life.server.port(), test_key(1), 1, stream_id);
    ASSERT_TRUE(third.wait_for<stream::Welcome>());
    life.feed({TaskClaimed{task, 3, 0}});
    const auto next = third.wait_for<stream::Command>();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->seq, 2U);
    EXPECT_EQ(next->kind, stream::CommandKind::kAbort);
}

TEST_F(CoreTest, BadLoginsAndMessagesAreRefused) {
    Life life(url);
    life.node.poor.insert(test_key(2).address());
    TinyWorker poor(life.server.port(), test_key(2));
    EXPECT_EQ(poor.wait_for<stream::Refused>()->code, "STAKE_TOO_LOW");
    EXPECT_TRUE(eventually([&] { return poor.closed.load(); }));

    TinyWorker rude(life.server.port(), test_key(1));
    ASSERT_TRUE(rude.wait_for<stream::Welcome>());
    rude.send_text("{}");
    EXPECT_EQ(rude.wait_for<stream::Refused>()->code, "STREAM_BAD_MESSAGE");

    TinyWorker first(life.server.port(), test_key(1));
    ASSERT_TRUE(first.wait_for<stream::Welcome>());
    TinyWorker second(life.server.port(), test_key(1));
    ASSERT_TRUE(second.wait_for<stream::Welcome>());
    EXPECT_EQ(first.wait_for<stream::Refused>()->code, "STREAM_SUPERSEDED");
    second.send(stream::Ping{});
    EXPECT_TRUE(second.wait_for<stream::Pong>());
}

TEST_F(CoreTest, LogsAreForTheRequesterOnly) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto deal = life.sell(1, 1);
    const auto task = poco::task_id(deal.deal, Uint256{0});
    life.feed({TaskInitialized{task, deal.deal, 0, 2}});
    ASSERT_TRUE(worker.wait_for<stream::Command>());
    worker.send(stream::LogReport{task, to_bytes("hi\xff"), {}, 3});
    ASSERT_TRUE(worker.wait_for<stream::ReportAck>());
    const auto path = "/v1/tasks/" + to_hex(task) + "/logs";
    EXPECT_EQ(life.get(path).status, 401);
    EXPECT_EQ(life.get(path, life.signed_by(test_key(51))).status, 403);
    const auto header = life.signed_by(test_key(50));
    const auto answer = life.get(path, header);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto logs = Json::parse(answer.body);
    EXPECT_EQ(logs["logs"][0]["exit_code"], 3);
    EXPECT_EQ(life.get(path, header).status, 403);  // each challenge serves once
}

TEST_F(CoreTest, OutputIsReadWhileTheAppRuns) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto deal = life.sell(1, 1);
    const auto task = poco::task_id(deal.deal, Uint256{0});
    life.feed({TaskInitialized{task, deal.deal, 0, 2}});
    ASSERT_TRUE(worker.wait_for<stream::Command>());
    worker.send(stream::OutputReport{task, 5, false, 0, 1'000, to_bytes("first\nsecond\n")});
    const auto path = "/v1/tasks/" + to_hex(task) + "/lines?after=0";
    EXPECT_EQ(life.get(path).status, 401);
    EXPECT_EQ(life.get(path, life.signed_by(test_key(51))).status, 403);
    Json output;
    ASSERT_TRUE(eventually([&] {
        output = Json::array();
        const auto answer = Json::parse(life.get(path, life.signed_by(test_key(50))).body);
        for (const auto& line : answer["lines"])
            if (line["source"] == "stdout") output.push_back(line["text"]);
        return output.size() == 2;
    }));
    EXPECT_EQ(output, (Json{"first", "second"}));
    // The whole log at the end does not say it all again.
    worker.send(stream::LogReport{task, to_bytes("first\nsecond\n"), {}, 0});
    ASSERT_TRUE(eventually([&] {
        return Json::parse(life.get("/v1/tasks/" + to_hex(task) + "/logs", life.signed_by(test_key(50))).body)["logs"]
                   .size() == 1;
    }));
    const auto all = Json::parse(life.get(path, life.signed_by(test_key(50))).body)["lines"];
    EXPECT_EQ(std::ranges::count_if(all, [](const Json& line) { return line["text"] == "first"; }), 1);
    EXPECT_EQ(all[0]["text"], "initialised in block 2");
    EXPECT_EQ(
        life.get("/v1/workers/" + to_checksum(test_key(1).address()) + "/lines", life.signed_by(test_key(50))).status,
        403);
}

TEST_F(CoreTest, FiguresTellOpenTasksAndThoseThatAreLate) {
    Life life(url);
    const auto deal = life.sell(1, 3);
    const auto task = poco::task_id(deal.deal, Uint256{1});
    const auto figures = [&] { return Json::parse(life.get("/v1/figures").body); };
    ASSERT_TRUE(eventually([&] { return figures()["tasks"].contains("INITIALIZING"); }));
    EXPECT_EQ(figures()["stages"], Json::array());
    EXPECT_EQ(figures()["risk"], Json::array());
    EXPECT_EQ(Json::parse(life.get("/v1/usage?from=0").body)["usage"], Json::array());
    life.feed({TaskInitialized{task, deal.deal, 1, 2}, TaskClaimed{task, 3, sys::unix_time_ms()}});
    ASSERT_TRUE(eventually([&] { return figures()["tasks"]["FAILED"] == 1; }));
    EXPECT_EQ(figures()["faults"], (Json{{{"cause", "DEADLINE"}, {"payer", "pool"}, {"count", 1}}}));
}

TEST_F(CoreTest, TasksWorkersAndPoolAreShown) {
    Life life(url);
    TinyWorker worker(life.server.port(), test_key(1));
    const auto deal = life.sell(2, 3);
    const auto task = poco::task_id(deal.deal, Uint256{1});
    ASSERT_TRUE(eventually([&] { return life.get("/v1/tasks/" + to_hex(task)).status == 200; }));
    const auto shown = Json::parse(life.get("/v1/tasks/" + to_hex(task)).body);
    EXPECT_EQ(shown["status"], "UNSET");
    EXPECT_TRUE(shown["verdict"].is_null());
    EXPECT_EQ(Json::parse(life.get("/tasks/" + to_hex(task)).body)["currentStatus"], "INITIALIZING");
    EXPECT_EQ(life.get("/v1/tasks/0x12").status, 400);
    EXPECT_EQ(life.get("/v1/tasks/" + to_hex(Hash{})).status, 404);
    EXPECT_TRUE(eventually([&] { return Json::parse(life.get("/v1/workers").body)["workers"].size() == 1; }));
    EXPECT_EQ(Json::parse(life.get("/v1/pool").body)["deals"], 1);
    EXPECT_NE(life.get("/metrics").body.find("bourse_scheduler_tasks"), std::string::npos);
}

TEST_F(CoreTest, DatabaseOfAnotherPoolIsRefused) {
    ASSERT_TRUE(EventStore::open(url, Identity{1, {}, {}, {}}));
    const auto other = EventStore::open(url, Identity{2, {}, {}, {}});
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, "DATA_FOREIGN");
}

}  // namespace
}  // namespace bourse::scheduler
