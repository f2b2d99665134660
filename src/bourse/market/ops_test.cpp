// The operator's console over a scheduler that says what the test wants.
#include <bourse/market/v1_fixture.hpp>

#include <ctime>
#include <set>

namespace bourse::market {
namespace {

using namespace testing;

Json worker_row(const std::string& worker, const std::string& owner) {
    return {{"worker", worker},  {"owner", owner},  {"name", "w"},  {"connected", true}, {"silent_ms", 100},
            {"draining", false}, {"paused", false}, {"slots", 2},   {"free", 1},         {"busy", 1},
            {"cores", 8},        {"tee", true},     {"gpu", false}, {"failed_24h", 3},   {"last_seen_ms", 1'700'000},
            {"places", 2}};
}

class OpsTest : public V1Test {
protected:
    /// The scheduler of the first made pool.
    void serve() {
        const auto served = to_checksum(MadeHistory::made("pool", 0));
        const auto answer = [this](const char* path, std::function<Json()> content) {
            scheduler_.route("GET", path, [this, content = std::move(content)](const net::Request&) {
                const std::lock_guard lock(mutex_);
                return net::Response::json(200, content().dump());
            });
        };
        pool_ = {{"pool", served}, {"scheduler", to_checksum(owner_.address())}, {"reachable_trust", "4"}};
        figures_ = Json::object();
        answer("/v1/pool", [this] { return pool_; });
        answer("/v1/workers", [this] { return Json{{"workers", workers_}}; });
        answer("/v1/figures", [this] { return figures_; });
        answer("/v1/usage", [this] { return Json{{"usage", usage_}}; });
        for (const auto* action : {"drain", "resume", "pause", "unpause", "terms", "ban", "unban"})
            scheduler_.route("POST", std::string("/v1/admin/workers/:id/") + action,
                             [this, action](const net::Request& request) {
                                 const std::lock_guard lock(mutex_);
                                 orders_.push_back(std::string(action) + " " + request.params.at("id") +
                                                   (request.body.empty() ? "" : " ") + request.body);
                                 return net::Response::json(200, "{}");
                             });
        scheduler_.route("GET", "/v1/workers/:id/lines", [this](const net::Request& request) {
            const std::lock_guard lock(mutex_);
            readers_.insert(std::string(request.header("x-bourse-for")));
            return net::Response::json(200, R"({"lines":[],"kept_ms":1000})");
        });
        ASSERT_TRUE(scheduler_.start());
        history_.give_pool(0, owner_.address());
        start([&](MarketConfig& config) {
            config.scheduler_url = "http://127.0.0.1:" + std::to_string(scheduler_.port());
            config.hooks.to_private = true;
        });
    }
    void TearDown() override {
        V1Test::TearDown();
        scheduler_.stop();
    }
    void change(const std::function<void()>& f) {
        const std::lock_guard lock(mutex_);
        f();
    }
    net::Headers bearer(const crypto::PrivateKey& key) const {
        return {{"authorization", "Bearer " + open_session(key)}};
    }
    Json read(const std::string& target, const net::Headers& headers) const {
        const auto answer = ask("GET", target, nullptr, headers);
        EXPECT_EQ(answer.status, 200) << target << " " << answer.body;
        return Json::parse(answer.body, nullptr, false);
    }
    std::set<std::string> alerts(const net::Headers& headers) const {
        std::set<std::string> out;
        const auto answer = read("/v1/ops/alerts", headers);
        for (const auto& alert : answer["items"]) out.insert(alert["code"].get<std::string>());
        return out;
    }

    crypto::PrivateKey owner_ = orderbook::testing::key_of("pool owner");
    std::mutex mutex_;
    Json pool_, workers_ = Json::array(), figures_, usage_ = Json::array();
    std::vector<std::string> orders_;
    std::set<std::string> readers_;
    net::HttpServer scheduler_{net::ServerConfig{}};
};

TEST_F(OpsTest, a_worker_sees_and_pauses_itself_and_nobody_else) {
    const auto wallet = orderbook::testing::key_of("worker"), keeper = orderbook::testing::key_of("keeper");
    const auto mine = to_checksum(wallet.address()), other = to_checksum(MadeHistory::made("worker", 1));
    workers_ = {worker_row(mine, to_checksum(keeper.address())), worker_row(other, other)};
    serve();
    EXPECT_EQ(read("/v1/ops/workers", bearer(owner_))["items"].size(), 2U);
    for (const auto& key : {wallet, keeper}) {
        const auto headers = bearer(key);
        const auto rows = read("/v1/ops/workers", headers)["items"];
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0]["address"], mine);
        EXPECT_EQ(rows[0]["failed24h"], 3);
        EXPECT_EQ(rows[0]["tee"], true);
        const auto act = [&](const char* action, const std::string& target) {
            return ask("POST", "/v1/ops/actions", {{"action", action}, {"target", target}, {"reason", "nap"}}, headers)
                .status;
        };
        EXPECT_EQ(act("pause", mine), 200);
        EXPECT_EQ(act("unpause", mine), 200);
        EXPECT_EQ(act("pause", other), 403);
        EXPECT_EQ(act("resume", mine), 403);  // the operator's drain is not its to end
        EXPECT_EQ(act("pause", to_checksum(MadeHistory::made("worker", 7))), 404);
        EXPECT_EQ(ask("GET", "/v1/logs?worker=" + mine, nullptr, headers).status, 200);
        EXPECT_EQ(ask("GET", "/v1/logs?worker=" + other, nullptr, headers).status, 403);
        EXPECT_EQ(ask("GET", "/v1/ops/alerts", nullptr, headers).status, 403);
        EXPECT_TRUE(readers_.contains(to_checksum(key.address())));
    }
    EXPECT_EQ(orders_,
              (std::vector<std::string>{"pause " + mine, "unpause " + mine, "pause " + mine, "unpause " + mine}));
    const auto stranger = bearer(orderbook::testing::key_of("stranger"));
    EXPECT_EQ(ask("GET", "/v1/ops/workers", nullptr, stranger).status, 403);
    const auto audit = read("/v1/ops/audit", bearer(owner_))["items"];
    EXPECT_EQ(audit[0]["action"], "unpause");
    EXPECT_EQ(audit[0]["who"], to_checksum(keeper.address()));
    // Live, too.
    Listener listener("ws://127.0.0.1:" + std::to_string(service_->port()) + "/v1/ws");
    listener.send({{"op", "auth"}, {"token", open_session(keeper)}});
    listener.send({{"op", "sub"}, {"id", "mine"}, {"ch", "ops:workers"}});
    listener.send({{"op", "sub"}, {"id", "all"}, {"ch", "ops:tasks"}});
    EXPECT_EQ(listener.op("snap", "mine")["data"]["items"].size(), 1U);
    EXPECT_EQ(listener.op("err", "all")["code"], "FORBIDDEN");
}

TEST_F(OpsTest, a_session_of_a_worker_or_its_owner_says_so) {
    const auto keeper = orderbook::testing::key_of("keeper");
    workers_ = {worker_row(to_checksum(MadeHistory::made("worker", 1)), to_checksum(keeper.address()))};
    serve();
    const auto challenge = get("/v1/challenge?address=" + to_checksum(keeper.address()));
    const auto header = client::authorization_header(challenge["typedData"], keeper);
    const auto session = Json::parse(ask("POST", "/v1/session", {{"authorization", *header}}).body);
    EXPECT_EQ(session["scopes"], (Json{"self", "worker"}));
}

TEST_F(OpsTest, the_overview_shows_what_the_scheduler_measures) {
    workers_ = {worker_row(to_checksum(MadeHistory::made("worker", 1)), to_checksum(MadeHistory::made("worker", 1)))};
    serve();
    change([&] {
        figures_ = {{"stages", {{{"stage", "compute"}, {"p50", 1}, {"p95", 2}, {"p99", 3}, {"tasks", 4}}}},
                    {"faults", {{{"cause", "DEADLINE"}, {"payer", "pool"}, {"count", 5}}}},
                    {"risk", {{{"task", "0x12"}, {"left_ms", 6}, {"needed_ms", 7}}}}};
    });
    const auto overview = get("/v1/ops/overview");
    EXPECT_EQ(overview["stages"][0]["p95"], 2);
    EXPECT_EQ(overview["faults"][0]["payer"], "pool");
    EXPECT_EQ(overview["risk"], (Json{{{"task", "0x12"}, {"timeLeftMs", 6}, {"neededMs", 7}}}));
    EXPECT_EQ(overview["coresBusy"], 4);  // one of two places of a worker of eight
    EXPECT_GT(overview["health"]["diskTotal"], 0);
    EXPECT_GT(overview["health"]["memory"], 1'000'000);
    EXPECT_TRUE(overview["health"]["store"].is_null());
    EXPECT_TRUE(overview["wasted"]["reasons"].is_array());
}

TEST_F(OpsTest, earnings_join_the_chains_money_and_the_schedulers_seconds) {
    serve();
    const auto headers = bearer(owner_);
    const auto pools = read("/v1/ops/earnings?from=0", headers)["items"];
    ASSERT_FALSE(pools.empty());
    EXPECT_TRUE(pools[0]["account"].is_null());
    EXPECT_EQ(pools[0]["cpuSeconds"], 0);
    const auto workers = read("/v1/ops/earnings?from=0&by=worker", headers)["items"];
    ASSERT_FALSE(workers.empty());
    const auto sum = [](const Json& rows, const char* member) {
        std::int64_t out = 0;
        for (const auto& row : rows) out += std::stoll(row[member].get<std::string>());
        return out;
    };
    EXPECT_EQ(sum(pools, "workers"), sum(workers, "workers"));
    EXPECT_EQ(sum(pools, "slashed"), sum(workers, "slashed"));
    const auto all = std::to_string(std::max<std::int64_t>(sum(pools, "scheduler"), 0));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(get("/v1/ops/overview")["earnedAll"], all);  // also when days are known
    const auto& row = workers[0];
    std::tm day = {};
    ASSERT_NE(::strptime(row["day"].get<std::string>().c_str(), "%Y-%m-%d", &day), nullptr);
    const auto day_s = static_cast<std::int64_t>(::timegm(&day));
    change([&] {
        usage_ = {{{"day_s", day_s},
                   {"worker", row["account"]},
                   {"app", row["app"]},
                   {"category", row["category"]},
                   {"core_ms", 2'500}}};
    });
    EXPECT_EQ(read("/v1/ops/earnings?from=0&by=worker", headers)["items"][0]["cpuSeconds"], 2.5);
    double seconds = 0;
    const auto joined = read("/v1/ops/earnings?from=0", headers)["items"];
    for (const auto& each : joined) seconds += each["cpuSeconds"].get<double>();
    EXPECT_EQ(seconds, 2.5);
    EXPECT_EQ(joined.size(), pools.size());
    EXPECT_EQ(ask("GET", "/v1/ops/earnings?by=app", nullptr, headers).status, 400);
}

TEST_F(OpsTest, an_owner_sets_the_terms_of_its_worker) {
    const auto keeper = orderbook::testing::key_of("keeper");
    const auto mine = to_checksum(MadeHistory::made("worker", 2)), other = to_checksum(MadeHistory::made("worker", 1));
    workers_ = {worker_row(mine, to_checksum(keeper.address())), worker_row(other, other)};
    serve();
    const auto headers = bearer(keeper);
    Json asked{{"action", "terms"},   {"target", mine},  {"places", 1},
               {"fromMinute", 1'320}, {"toMinute", 420}, {"onlyIdle", true}};
    const auto act = [&](const Json& body) { return ask("POST", "/v1/ops/actions", body, headers); };
    EXPECT_EQ(read("/v1/ops/workers", headers)["items"][0]["places"], 2);  // all of its slots
    EXPECT_EQ(act(asked).status, 200);
    EXPECT_EQ(orders_, std::vector<std::string>{"terms " + mine +
                                                R"( {"from_min":1320,"only_idle":true,"places":1,"to_min":420})"});
    const auto entry = read("/v1/ops/audit", bearer(owner_))["items"][0];
    EXPECT_EQ(entry["before"], "2 at a time, all day");
    EXPECT_EQ(entry["after"], "1 at a time, 22:00-07:00 UTC, only when idle");
    for (const auto& [name, value] : std::vector<std::pair<std::string, Json>>{
             {"places", -1}, {"fromMinute", 1'440}, {"toMinute", "7"}, {"onlyIdle", 1}}) {
        auto wrong = asked;
        wrong[name] = value;
        EXPECT_EQ(act(wrong).status, 400) << name;
    }
    asked["target"] = other;
    EXPECT_EQ(act(asked).status, 403);
}

TEST_F(OpsTest, an_operator_bans_a_worker_and_says_why) {
    const auto worker = to_checksum(MadeHistory::made("worker", 1));
    workers_ = {worker_row(worker, worker)};
    serve();
    const auto act = [&](const crypto::PrivateKey& who, const char* action, const char* reason) {
        return ask("POST", "/v1/ops/actions", {{"action", action}, {"target", worker}, {"reason", reason}}, bearer(who))
            .status;
    };
    EXPECT_EQ(act(owner_, "ban", ""), 400);
    EXPECT_EQ(act(orderbook::testing::key_of("stranger"), "ban", "mine"), 403);
    EXPECT_EQ(act(owner_, "ban", "wrong results"), 200);
    EXPECT_EQ(read("/v1/ops/audit", bearer(owner_))["items"][0]["reason"], "wrong results");
    EXPECT_EQ(act(owner_, "unban", ""), 200);
    EXPECT_EQ(orders_, (std::vector<std::string>{"ban " + worker, "unban " + worker}));
    change([&] { workers_[0]["banned"] = true; });
    EXPECT_EQ(read("/v1/ops/workers", bearer(owner_))["items"][0]["banned"], true);
}

TEST_F(OpsTest, one_owner_of_most_workers_is_told) {
    const auto owner = to_checksum(MadeHistory::made("owner", 1));
    for (std::uint64_t i = 0; i < 3; ++i)
        workers_.push_back(worker_row(to_checksum(MadeHistory::made("worker", i)), owner));
    serve();
    const auto headers = bearer(owner_);
    EXPECT_TRUE(alerts(headers).contains("OWNER_SHARE"));
    change([&] { workers_.erase(0); });
    EXPECT_FALSE(alerts(headers).contains("OWNER_SHARE"));
    change([&] { figures_ = {{"risk", {{{"task", "0x12"}, {"left_ms", 6}, {"needed_ms", 7}}}}}; });
    EXPECT_TRUE(alerts(headers).contains("DEADLINE_RISK"));
}

TEST_F(OpsTest, clocks_that_differ_are_shown_and_told) {
    const auto mine = to_checksum(MadeHistory::made("worker", 1));
    workers_ = {worker_row(mine, mine)};
    serve();
    const auto headers = bearer(owner_);
    EXPECT_TRUE(get("/v1/ops/overview")["health"]["clockOffsetMs"].is_null());
    EXPECT_TRUE(read("/v1/ops/workers", headers)["items"][0]["clockAheadMs"].is_null());
    EXPECT_FALSE(alerts(headers).contains("CLOCK_OFFSET"));
    change([&] {
        pool_["node_ahead_ms"] = -7'000;
        workers_[0]["clock_ahead_ms"] = 5'001;
    });
    EXPECT_EQ(get("/v1/ops/overview")["health"]["clockOffsetMs"], -7'000);
    EXPECT_TRUE(alerts(headers).contains("CLOCK_OFFSET"));
    const auto row = read("/v1/ops/workers", headers)["items"][0];
    EXPECT_EQ(row["clockAheadMs"], 5'001);
    EXPECT_EQ(row["clockDrift"], true);
    change([&] { pool_["node_ahead_ms"] = workers_[0]["clock_ahead_ms"] = 40; });
    EXPECT_FALSE(alerts(headers).contains("CLOCK_OFFSET"));
    EXPECT_EQ(read("/v1/ops/workers", headers)["items"][0]["clockDrift"], false);
}

TEST_F(OpsTest, an_alert_reaches_a_webhook_with_nobody_looking) {
    std::mutex mutex;
    std::vector<std::string> events;
    std::string body;
    net::HttpServer receiver{net::ServerConfig{}};
    receiver.route("POST", "/in", [&](const net::Request& request) {
        const std::lock_guard lock(mutex);
        const auto alert = Json::parse(request.body);
        if (alert["alert"]["code"] == "OWNER_SHARE") events.push_back(alert["event"]);
        body += request.body;
        return net::Response::json(200, "{}");
    });
    ASSERT_TRUE(receiver.start());
    serve();
    const auto headers = bearer(owner_);
    const auto url = "http://127.0.0.1:" + std::to_string(receiver.port()) + "/in";
    const auto stranger = bearer(orderbook::testing::key_of("stranger"));
    EXPECT_EQ(ask("POST", "/v1/ops/hooks", {{"url", url}}, stranger).status, 403);
    EXPECT_EQ(ask("POST", "/v1/ops/hooks", {{"url", "ftp://x/"}}, headers).status, 422);
    const auto made = Json::parse(ask("POST", "/v1/ops/hooks", {{"url", url}}, headers).body);
    const auto secret = made["secret"].get<std::string>();
    EXPECT_EQ(ask("GET", "/v1/ops/hooks", nullptr, headers).body.find(secret), std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/ops/audit", nullptr, headers).body.find(secret), std::string::npos);
    const auto owner = to_checksum(MadeHistory::made("owner", 1));
    const auto count = [&] {
        const std::lock_guard lock(mutex);
        return events.size();
    };
    change([&] {
        for (std::uint64_t i = 0; i < 3; ++i)
            workers_.push_back(worker_row(to_checksum(MadeHistory::made("worker", i)), owner));
    });
    ASSERT_TRUE(soon([&] { return count() == 1; }));
    change([&] { workers_ = Json::array(); });
    ASSERT_TRUE(soon([&] { return count() == 2; }));
    {
        const std::lock_guard lock(mutex);  // messages about other alerts may still come
        EXPECT_EQ(events, (std::vector<std::string>{"alert.raised", "alert.ended"}));
        EXPECT_EQ(body.find(secret), std::string::npos);
    }
    const auto path = "/v1/ops/hooks/" + made["id"].get<std::string>();
    EXPECT_EQ(ask("DELETE", path, nullptr, stranger).status, 403);
    EXPECT_EQ(ask("DELETE", path, nullptr, headers).status, 200);
    EXPECT_EQ(ask("DELETE", path, nullptr, headers).status, 404);
    service_.reset();
}

TEST_F(OpsTest, a_silenced_alert_stays_silent_when_it_comes_back) {
    const auto owner = to_checksum(MadeHistory::made("owner", 1));
    Json three = Json::array();
    for (std::uint64_t i = 0; i < 3; ++i)
        three.push_back(worker_row(to_checksum(MadeHistory::made("worker", i)), owner));
    workers_ = three;
    serve();
    const auto headers = bearer(owner_);
    EXPECT_TRUE(alerts(headers).contains("OWNER_SHARE"));
    const auto until = sys::unix_time_ms() + 3'600'000;
    EXPECT_EQ(
        ask("POST", "/v1/ops/actions", {{"action", "silence"}, {"target", "OWNER_SHARE"}, {"until", until}}, headers)
            .status,
        200);
    change([&] { workers_.erase(0); });
    EXPECT_FALSE(alerts(headers).contains("OWNER_SHARE"));
    change([&] { workers_ = three; });
    const auto shown = read("/v1/ops/alerts", headers)["items"];
    const auto found = std::ranges::find_if(shown, [](const Json& alert) { return alert["code"] == "OWNER_SHARE"; });
    ASSERT_NE(found, shown.end());
    EXPECT_EQ((*found)["silencedUntil"], until);
}

TEST_F(OpsTest, metrics_have_the_names_of_the_dashboard_and_no_ids) {
    workers_ = {worker_row(to_checksum(MadeHistory::made("worker", 1)), to_checksum(MadeHistory::made("worker", 1)))};
    serve();
    change([&] {
        figures_ = {{"tasks", {{"COMPLETED", 7}}},
                    {"outcomes", {{"rewarded", 9}}},
                    {"stages", {{{"stage", "compute"}, {"p50", 1'500}, {"p95", 2}, {"p99", 3}, {"tasks", 4}}}}};
    });
    const auto text = ask("GET", "/metrics").body;
    for (const auto* line :
         {"pool_workers{state=\"fresh\"} 1", "pool_cores{state=\"busy\"} 4", "pool_gpus{state=\"live\"} 0",
          "pool_tasks{status=\"COMPLETED\"} 7", "pool_replicas_total{outcome=\"rewarded\"} 9",
          "pool_stage_seconds{quantile=\"0.5\",stage=\"compute\"} 1.5", "pool_reward_nrlc_total{party=\"workers\"}",
          "pool_stake_nrlc{part=\"free\"}", "chain_head_age_seconds ", "book_orders{category=\"0\",side=\"ask\"}",
          "book_best_nrlc{", "ws_clients 0", "ws_dropped_total "})
        EXPECT_NE(text.find(line), std::string::npos) << line;
    (void)get("/v1/stats");
    EXPECT_NE(ask("GET", "/metrics").body.find("http_requests_seconds{quantile=\"0.95\",route=\"stats\"}"),
              std::string::npos);
    EXPECT_EQ(text.find("0x"), std::string::npos);
}

}  // namespace
}  // namespace bourse::market
