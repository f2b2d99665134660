// The live feed over a made-up market: snapshots, deltas, what is missed, what is reverted, logs, server-sent events.
#include <bourse/market/v1_fixture.hpp>

namespace bourse::market {
namespace {

using namespace testing;

TEST_F(V1Test, the_feed_sends_snapshots_and_refuses_what_it_must) {
    start();
    Listener listener("ws://127.0.0.1:" + std::to_string(service_->port()) + "/v1/ws");
    EXPECT_EQ(listener.op("hello")["chain"], kChainId);
    for (const auto* channel : {"status", "deals", "tasks", "blocks", "trades:1-any-0", "ticker:1-any-0",
                                "book:1-any-0:orders", "book:1-any-0:levels", "candles:1-any-0:1h", "registry:app"}) {
        listener.send({{"op", "sub"}, {"id", channel}, {"ch", channel}});
        const auto snap = listener.op("snap", channel);
        EXPECT_TRUE(snap["data"].is_object()) << channel;
    }
    const auto deals = listener.op("snap", "deals")["data"];
    EXPECT_EQ(deals["items"], get("/v1/deals")["items"]);
    listener.send({{"op", "ping"}, {"t", 7}});
    EXPECT_EQ(listener.op("pong")["t"], 7);
    listener.send({{"op", "sub"}, {"id", "x"}, {"ch", "nonsense"}});
    EXPECT_EQ(listener.op("err", "x")["code"], "UNKNOWN_CHANNEL");
    listener.send({{"op", "sub"}, {"id", "y"}, {"ch", "orders:mine"}});
    EXPECT_EQ(listener.op("err", "y")["code"], "AUTH_NEEDED");
    listener.send({{"op", "dance"}});
    EXPECT_EQ(listener.wait([](const Json& m) { return m["op"] == "err" && m["code"] == "BAD_MESSAGE"; })["op"], "err");
    const auto key = orderbook::testing::key_of("somebody");
    listener.send({{"op", "auth"}, {"token", open_session(key)}});
    EXPECT_EQ(listener.op("auth")["address"], to_checksum(key.address()));
    listener.send({{"op", "sub"}, {"id", "z"}, {"ch", "orders:mine"}});
    EXPECT_TRUE(listener.op("snap", "z")["data"]["items"].is_array());
    listener.send({{"op", "sub"}, {"id", "w"}, {"ch", "orders:" + to_checksum(MadeHistory::made("worker", 1))}});
    EXPECT_EQ(listener.op("err", "w")["code"], "FORBIDDEN");
    listener.socket->send(std::string(5'000, 'x'));
    std::unique_lock lock(listener.mutex);
    EXPECT_TRUE(listener.changed.wait_for(lock, std::chrono::seconds(60), [&] { return listener.closed; }));
}

TEST_F(V1Test, a_client_that_comes_back_gets_what_it_missed) {
    start();
    FeedUnderTest test(service_->api());
    const auto first = test.join(1);
    ASSERT_EQ(first->of("snap").size(), 1U);
    const auto begin = first->of("snap")[0]["seq"].get<std::uint64_t>();
    for (std::size_t i = 1; i <= 3; ++i) {
        test.block();
        ASSERT_TRUE(soon([&] { return first->of("delta").size() == i; }));
    }
    auto before = begin;
    for (const auto& delta : first->of("delta")) {
        EXPECT_EQ(delta["prev"], before);
        EXPECT_EQ(delta["data"]["items"].size(), 1U);
        before = delta["seq"];
    }
    EXPECT_TRUE(soon([&] { return first->of("tick").size() >= 3; }));
    const auto back = test.join(2, begin + 1);
    EXPECT_TRUE(back->of("snap").empty());
    ASSERT_EQ(back->of("delta").size(), 2U);
    EXPECT_EQ(back->of("delta")[0]["prev"], begin + 1);
    EXPECT_EQ(test.join(3, begin + 77)->of("snap").size(), 1U);
    test.handlers.on_close(first);
    test.block();
    ASSERT_TRUE(soon([&] { return back->of("delta").size() == 3; }));
    EXPECT_EQ(first->of("delta").size(), 3U);
}

TEST_F(V1Test, a_client_that_does_not_read_is_told_to_begin_anew_and_then_cut) {
    start();
    FeedUnderTest test(service_->api());
    const auto slow = test.join(1);
    for (int round = 1; round <= 3; ++round) {
        slow->queued = 2 << 20;
        test.block();
        ASSERT_TRUE(soon([&] { return slow->discarded == round; }));
        if (round == 3) break;
        ASSERT_TRUE(soon([&] { return slow->of("resync").size() == static_cast<std::size_t>(round); }));
        test.handlers.on_message(slow, R"({"op":"sub","id":"s","ch":"blocks"})");
    }
    EXPECT_TRUE(soon([&] { return slow->closed_with == 4008; }));
}

TEST_F(V1Test, what_a_session_showed_ends_with_it) {
    start();
    const auto key = orderbook::testing::key_of("somebody");
    const auto token = open_session(key);
    FeedUnderTest under(service_->api());
    const auto connection = under.join(1);
    const auto say = [&](const Json& message) { under.handlers.on_message(connection, message.dump()); };
    say({{"op", "auth"}, {"token", token}});
    say({{"op", "sub"}, {"id", "mine"}, {"ch", "orders:" + to_checksum(key.address())}});
    ASSERT_TRUE(soon([&] { return connection->of("snap").size() == 2; }));
    under.block();
    ASSERT_TRUE(soon([&] { return !connection->of("tick").empty(); }));
    EXPECT_TRUE(connection->of("err").empty());
    EXPECT_EQ(ask("DELETE", "/v1/session", nullptr, {{"authorization", "Bearer " + token}}).status, 200);
    under.block();
    ASSERT_TRUE(soon([&] { return !connection->of("err").empty(); }));
    EXPECT_EQ(connection->of("err")[0]["code"], "SESSION_ENDED");
    EXPECT_EQ(connection->of("err")[0]["id"], "mine");
    say({{"op", "sub"}, {"id", "again"}, {"ch", "orders:" + to_checksum(key.address())}});
    ASSERT_TRUE(soon([&] { return connection->of("err").size() == 2; }));
    EXPECT_EQ(connection->of("err")[1]["code"], "AUTH_NEEDED");
}

TEST(ChannelDelta, holds_changed_rows_and_removed_ones_as_zero) {
    ChannelSpec spec;
    spec.keyed = {{"asks", "hash"}};
    spec.removed_as_zero = "remaining";
    const Json before = {{"asks", {{{"hash", "a"}, {"remaining", 2}}, {{"hash", "b"}, {"remaining", 1}}}},
                         {"total", 2}};
    const Json now = {{"asks", {{{"hash", "a"}, {"remaining", 1}}, {{"hash", "c"}, {"remaining", 5}}}}, {"total", 2}};
    EXPECT_TRUE(channel_delta(spec, before, before).is_null());
    const auto delta = channel_delta(spec, before, now);
    // Applying the delta to the old state gives the new one, also twice.
    std::map<std::string, int> book{{"a", 2}, {"b", 1}};
    for (int round = 0; round < 2; ++round)
        for (const auto& row : delta["asks"]) {
            if (row["remaining"] == 0)
                book.erase(row["hash"].get<std::string>());
            else
                book[row["hash"].get<std::string>()] = row["remaining"];
        }
    EXPECT_EQ(book, (std::map<std::string, int>{{"a", 1}, {"c", 5}}));
}

TEST_F(V1Test, misuse_of_the_socket_is_answered_or_ends_it) {
    start();
    Listener listener("ws://127.0.0.1:" + std::to_string(service_->port()) + "/v1/ws");
    ASSERT_EQ(listener.op("hello")["op"], "hello");
    const auto refusals = [&] {
        const std::lock_guard lock(listener.mutex);
        return std::ranges::count_if(listener.messages, [](const Json& m) { return m["op"] == "err"; });
    };
    std::ptrdiff_t expected = 0;
    for (const auto& text :
         {std::string("no json"), std::string(4'000, '['), std::string("[1,2]"), std::string("{\"op\":7}"),
          std::string("{\"op\":\"sub\",\"id\":5,\"ch\":\"blocks\"}"), std::string("{\"op\":\"sub\",\"id\":\"a\"}"),
          std::string("{\"op\":\"sub\",\"id\":\"a\",\"ch\":\"deal:0x12\"}"), std::string("{\"op\":\"unsub\"}"),
          std::string("{\"op\":\"auth\",\"token\":\"nonsense\"}")}) {
        listener.socket->send(text);
        ++expected;
        EXPECT_TRUE(soon([&] { return refusals() == expected; })) << text.substr(0, 40);
    }
    for (int i = 0; i < 257; ++i) listener.send({{"op", "sub"}, {"id", "s" + std::to_string(i)}, {"ch", "blocks"}});
    EXPECT_EQ(listener.wait([](const Json& m) { return m.value("code", "") == "TOO_MANY_SUBSCRIPTIONS"; })["id"],
              "s256");
    listener.socket->send("\xFF\xFE");  // text frames hold UTF-8: the connection ends
    EXPECT_TRUE(soon([&] {
        const std::lock_guard lock(listener.mutex);
        return listener.closed;
    }));
    RawConnection foreign(service_->port());
    foreign.send(
        "GET /v1/ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n"
        "origin: https://evil.example\r\n\r\n");
    EXPECT_NE(foreign.read_until("\r\n\r\n").find(" 403 "), std::string::npos);
}

TEST(ChannelRevert, takes_void_rows_out_and_names_them) {
    const auto hash = [](const char* text) { return crypto::keccak256(text); };
    explorer::Reverted reverted;
    reverted.height = 10;
    reverted.deals = {hash("d2")};
    reverted.tasks = {hash("t2")};
    reverted.first_s = 120;
    const auto rows = [&](const char* array, const char* key, const std::vector<Json>& keys) {
        auto out = Json::array();
        for (const auto& value : keys) out.push_back({{key, value}});
        return Json{{array, out}, {"total", 7}};
    };
    const auto taken = [&](const std::string& name, const char* array, const char* key, Json content,
                           std::int64_t bucket_s = 0) {
        ChannelSpec spec;
        spec.keyed = {{array, key}};
        spec.bucket_s = bucket_s;
        auto gone = take_reverted(spec, name, content, reverted);
        return std::pair(gone, content[array].size());
    };
    const std::vector<Json> deals{to_hex(hash("d1")), to_hex(hash("d2")), to_hex(hash("d3"))};
    const auto of_deals = taken("deals", "items", "id", rows("items", "id", deals));
    EXPECT_EQ(of_deals.first, Json::array({to_hex(hash("d2"))}));
    EXPECT_EQ(of_deals.second, 2U);
    EXPECT_EQ(taken("trades:0-any-0", "items", "deal", rows("items", "deal", deals)).second, 2U);
    EXPECT_EQ(taken("blocks", "items", "number", rows("items", "number", {12, 11, 10})).first, Json::array({12, 11}));
    EXPECT_EQ(taken("candles:0-any-0:1m", "candles", "time", rows("candles", "time", {0, 60'000, 120'000, 180'000}), 60)
                  .first,
              Json::array({120'000, 180'000}));
    const Json entries = {{"account", 1}, {"entries", {{{"index", 5}, {"block", 11}}, {{"index", 4}, {"block", 10}}}}};
    EXPECT_EQ(taken("address:0x1", "entries", "index", entries).first, Json::array({5}));
    Json one = {{"deal", {{"id", "x"}}}, {"tasks", Json::array()}};
    ChannelSpec spec;
    spec.keyed = {{"tasks", "id"}};
    EXPECT_EQ(take_reverted(spec, "deal:" + to_hex(hash("d2")), one, reverted), Json::array({to_hex(hash("d2"))}));
    EXPECT_TRUE(one["deal"].is_null());
    EXPECT_TRUE(take_reverted(spec, "deal:" + to_hex(hash("d1")), one, reverted).empty());
}

TEST_F(V1Test, nothing_is_told_until_the_index_has_caught_up_with_a_rollback) {
    start();
    FeedUnderTest test(service_->api());
    for (int i = 0; i < 3; ++i) test.block();
    const auto client = std::make_shared<QuietConnection>(1);
    test.handlers.on_open(client);
    for (const auto* channel : {"deals", "blocks"})
        test.handlers.on_message(client, Json{{"op", "sub"}, {"id", channel}, {"ch", channel}}.dump());
    ASSERT_EQ(client->of("snap").size(), 2U);
    explorer::Reverted reverted;
    reverted.height = 2;
    // One that came again with the new blocks, and one that did not.
    const auto page = get("/v1/deals?limit=1");
    reverted.deals = {*hash_from_hex(page["items"][0]["id"].get<std::string>()), crypto::keccak256("gone")};
    const auto ticks = client->of("tick").size();
    test.feed.on_rollback(reverted);
    const auto deltas_before = client->of("delta").size();
    test.feed.on_block({3, crypto::keccak256("other"), 2'000}, true, false);
    ASSERT_TRUE(soon([&] { return client->of("tick").size() > ticks; }));
    EXPECT_EQ(client->of("delta").size(), deltas_before);
    test.feed.on_block({4, crypto::keccak256("next"), 2'001}, true, true);
    ASSERT_TRUE(soon([&] { return client->of("delta").size() >= deltas_before + 2; }));
    auto deltas = client->of("delta");
    deltas.erase(deltas.begin(), deltas.begin() + static_cast<std::ptrdiff_t>(deltas_before));
    EXPECT_EQ(deltas[0]["id"], "blocks");
    EXPECT_EQ(deltas[0]["data"]["revert"], Json::array({3}));
    EXPECT_EQ(deltas[0]["data"]["height"], 2);
    EXPECT_EQ(deltas[1]["id"], "blocks");
    EXPECT_EQ(deltas[1]["prev"], deltas[0]["seq"]);
    EXPECT_EQ(deltas[1]["data"]["items"][0]["number"], 4);
}

TEST_F(V1Test, the_feed_is_had_as_events_too) {
    start();
    RawConnection events(service_->port());
    events.send("GET /v1/events?ch=deals&ch=blocks&ch=orders:mine HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const auto& text = events.read_until("\"op\":\"tick\"");
    EXPECT_NE(text.find("content-type: text/event-stream"), std::string::npos);
    EXPECT_NE(text.find("data: {\"build\""), std::string::npos) << text;
    EXPECT_NE(text.find("{\"op\":\"snap\",\"id\":\"deals\""), std::string::npos);
    EXPECT_NE(text.find("\"id\":\"blocks\""), std::string::npos);
    EXPECT_NE(text.find("AUTH_NEEDED"), std::string::npos);
    const auto key = orderbook::testing::key_of("somebody");
    RawConnection mine(service_->port());
    mine.send("GET /v1/events?ch=orders:mine HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer " +
              open_session(key) + "\r\n\r\n");
    EXPECT_NE(mine.read_until("\"op\":\"snap\"").find("\"items\":[]"), std::string::npos);
    EXPECT_EQ(RawConnection(service_->port()).status("GET", "/v1/events"), 400);
    RawConnection foreign(service_->port());
    foreign.send("GET /v1/events?ch=deals HTTP/1.1\r\nhost: localhost\r\norigin: https://evil.example\r\n\r\n");
    EXPECT_NE(foreign.read_until("\r\n\r\n").find(" 403 "), std::string::npos);
}

TEST_F(V1Test, the_feed_is_had_by_asking_again_and_again) {
    start();
    const auto first = get("/v1/snapshots?ch=deals&ch=orders:mine&ch=nonsense")["messages"];
    ASSERT_EQ(first.size(), 5U);
    EXPECT_EQ(first[0]["op"], "hello");
    EXPECT_EQ(first[1]["op"], "snap");
    EXPECT_EQ(first[1]["id"], "deals");
    EXPECT_TRUE(first[1]["data"]["items"].is_array());
    EXPECT_EQ(first[2]["code"], "AUTH_NEEDED");
    EXPECT_EQ(first[3]["code"], "UNKNOWN_CHANNEL");
    EXPECT_EQ(first[4]["op"], "tick");
    EXPECT_EQ(RawConnection(service_->port()).status("GET", "/v1/snapshots"), 400);
}

namespace {

/// A scheduler that runs pool 0 and has as many lines of a task as the test says.
class LineScheduler {
public:
    explicit LineScheduler(const Address& owner) : server_({}) {
        server_.route("GET", "/v1/pool", [owner](const net::Request&) {
            return net::Response::json(
                200,
                Json{{"pool", to_checksum(MadeHistory::made("pool", 0))}, {"scheduler", to_checksum(owner)}}.dump());
        });
        server_.route("GET", "/v1/workers", [this](const net::Request&) {
            ++waiting;
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return released_; });
            return net::Response::json(200, R"({"workers":[]})");
        });
        for (const auto* path : {"/v1/tasks/:id/lines", "/v1/workers/:id/lines"})
            server_.route("GET", path, [this](const net::Request& r) { return lines(r); });
        EXPECT_TRUE(server_.start());
    }
    ~LineScheduler() { release(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    void release() {
        const std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }
    std::atomic<std::int64_t> count{0};
    std::atomic<int> waiting{0};
    std::string worker_reader;

private:
    net::Response lines(const net::Request& request) {
        const auto number = [&](const char* name, std::int64_t otherwise) {
            const auto text = request.query_value(name);
            return text ? std::int64_t{std::stoll(*text)} : otherwise;
        };
        if (request.path.starts_with("/v1/workers/")) worker_reader = request.header("x-bourse-for");
        const auto limit = number("limit", 200), end = std::min(count.load(), number("before", INT64_MAX) - 1);
        const auto begin = request.query_value("after") ? number("after", 0) : std::max<std::int64_t>(0, end - limit);
        auto rows = Json::array();
        for (auto i = begin + 1; i <= std::min(end, begin + limit); ++i)
            rows.push_back({{"position", i},
                            {"ms", 1'700'000'000'000 + i},
                            {"source", i % 10 == 0 ? "stderr" : "stdout"},
                            {"level", nullptr},
                            {"worker", nullptr},
                            {"task", request.params.at("id")},
                            {"text", "line " + std::to_string(i)}});
        return net::Response::json(200, Json{{"lines", rows}, {"kept_ms", 1'000}}.dump());
    }
    net::HttpServer server_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool released_ = false;
};

}  // namespace

TEST_F(V1Test, no_line_of_a_running_task_is_lost) {
    const auto owner = orderbook::testing::key_of("pool owner");
    LineScheduler scheduler(owner.address());
    history_.give_pool(0, owner.address());
    start([&](MarketConfig& config) { config.scheduler_url = scheduler.url(); });
    const auto pool = to_checksum(MadeHistory::made("pool", 0));
    const auto task = get("/v1/tasks?workerpool=" + pool + "&limit=1")["items"][0]["id"].get<std::string>();
    const auto token = open_session(owner);
    const net::Headers bearer{{"authorization", "Bearer " + token}};
    scheduler.count = 300;
    Listener listener("ws://127.0.0.1:" + std::to_string(service_->port()) + "/v1/ws");
    listener.send({{"op", "auth"}, {"token", token}});
    listener.send({{"op", "sub"}, {"id", "l"}, {"ch", "logs:" + task}});
    const auto snap = listener.op("snap", "l")["data"]["lines"];
    ASSERT_EQ(snap.size(), 200U);
    auto last = snap.back()["position"].get<std::int64_t>();
    EXPECT_EQ(last, 300);
    constexpr std::int64_t kLines = 4'000;
    for (scheduler.count = 1'000; scheduler.count < kLines; scheduler.count = scheduler.count + 1'000)
        std::this_thread::sleep_for(std::chrono::milliseconds(60));
    scheduler.count = kLines;
    const auto reached = listener.wait(
        [&](const Json& m) { return m["op"] == "delta" && m["data"]["lines"].back()["position"] == kLines; });
    ASSERT_FALSE(reached.is_null());
    const std::lock_guard lock(listener.mutex);
    for (const auto& message : listener.messages) {
        if (message["op"] != "delta") continue;
        for (const auto& line : message["data"]["lines"]) {
            ASSERT_EQ(line["position"], ++last);
        }
    }
    EXPECT_EQ(last, kLines);
    // The file has every line too, the page what was asked for.
    const auto file = ask("GET", "/v1/logs?format=text&task=" + task, nullptr, bearer);
    EXPECT_EQ(std::ranges::count(file.body, '\n'), kLines);
    EXPECT_TRUE(file.headers.at("content-disposition").starts_with("attachment"));
    const auto page =
        Json::parse(ask("GET", "/v1/logs?lines=5&source=stderr&before=101&task=" + task, nullptr, bearer).body);
    ASSERT_EQ(page["lines"].size(), 5U);
    EXPECT_EQ(page["lines"][4]["position"], 100);
    EXPECT_EQ(page["lines"][0]["position"], 60);
    EXPECT_EQ(page["more"], true);
    EXPECT_EQ(page["keptUntil"], 1'700'000'000'100 + 1'000);
    const auto found = Json::parse(ask("GET", "/v1/logs?q=line+377&after=0&task=" + task, nullptr, bearer).body);
    EXPECT_EQ(found["lines"].size(), 11U);  // 377, 3770 … 3779
    const auto worker = to_checksum(MadeHistory::made("worker", 1));
    EXPECT_EQ(ask("GET", "/v1/logs?worker=" + worker, nullptr, bearer).status, 200);
    EXPECT_EQ(scheduler.worker_reader, to_checksum(owner.address()));
    const net::Headers stranger{{"authorization", "Bearer " + open_session(orderbook::testing::key_of("stranger"))}};
    EXPECT_EQ(ask("GET", "/v1/logs?worker=" + worker, nullptr, stranger).status, 403);
    EXPECT_EQ(ask("GET", "/v1/logs?task=" + task, nullptr, stranger).status, 403);
    EXPECT_EQ(ask("GET", "/v1/logs?task=" + task).status, 401);
}

TEST_F(V1Test, a_scheduler_that_hangs_holds_up_nobody_else) {
    const auto owner = orderbook::testing::key_of("pool owner");
    LineScheduler scheduler(owner.address());
    history_.give_pool(0, owner.address());
    start([&](MarketConfig& config) { config.scheduler_url = scheduler.url(); });
    FeedUnderTest test(service_->api());
    const auto token = open_session(owner);
    auto stuck = std::make_shared<QuietConnection>(1);
    test.handlers.on_open(stuck);
    test.handlers.on_message(stuck, Json{{"op", "auth"}, {"token", token}}.dump());
    std::thread subscribing([&] { test.handlers.on_message(stuck, R"({"op":"sub","id":"w","ch":"ops:workers"})"); });
    ASSERT_TRUE(soon([&] { return scheduler.waiting > 0; }));
    const auto other = test.join(2);
    ASSERT_EQ(other->of("snap").size(), 1U);
    test.block();
    EXPECT_TRUE(soon([&] { return other->of("delta").size() == 1; }));
    EXPECT_TRUE(stuck->of("snap").empty());
    scheduler.release();
    subscribing.join();
    EXPECT_EQ(stuck->of("snap").size(), 1U);
    test.block();
    EXPECT_TRUE(soon([&] { return other->of("delta").size() == 2; }));
}

}  // namespace
}  // namespace bourse::market
