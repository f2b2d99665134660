// /v1 over a made-up market: every answer against its shape, exports, sessions, lists, limits.
#include <bourse/market/api_routes.hpp>
#include <bourse/market/api_schemas.hpp>
#include <bourse/market/v1_fixture.hpp>

#include <regex>
#include <set>

namespace bourse::market {
namespace {

using namespace testing;

// ---- shapes

void expect_shape(const Json& value, std::string_view shape, const std::string& where);

void expect_type(const Json& value, std::string_view type, const std::string& where) {
    static const std::map<std::string_view, std::regex> kPatterns{{"address", std::regex("0x[0-9a-fA-F]{40}")},
                                                                  {"hash", std::regex("0x[0-9a-f]{64}")},
                                                                  {"hex", std::regex("0x([0-9a-f]{2})*")},
                                                                  {"amount", std::regex("[0-9]+")}};
    if (type.ends_with('?')) {
        if (value.is_null()) return;
        type.remove_suffix(1);
    }
    if (type.ends_with("[]")) {
        ASSERT_TRUE(value.is_array()) << where;
        for (const auto& item : value) expect_type(item, type.substr(0, type.size() - 2), where + "[]");
        return;
    }
    if (type.starts_with('@')) return expect_shape(value, type.substr(1), where);
    if (const auto pattern = kPatterns.find(type); pattern != kPatterns.end()) {
        ASSERT_TRUE(value.is_string() && std::regex_match(value.get<std::string>(), pattern->second))
            << where << " = " << value;
    } else if (type == "count" || type == "ms") {
        ASSERT_TRUE(value.is_number_integer() && value >= 0) << where << " = " << value;
    } else if (type == "number") {
        ASSERT_TRUE(value.is_number()) << where;
    } else if (type == "bool") {
        ASSERT_TRUE(value.is_boolean()) << where;
    } else if (type == "object") {
        ASSERT_TRUE(value.is_object()) << where;
    } else if (type == "text") {
        ASSERT_TRUE(value.is_string()) << where;
    } else {
        ASSERT_TRUE(value.is_string() &&
                    ("|" + std::string(type) + "|").find("|" + value.get<std::string>() + "|") != std::string::npos)
            << where << " = " << value;
    }
}

void expect_shape(const Json& value, std::string_view shape, const std::string& where) {
    const auto shapes = api_shapes();
    const auto found = std::ranges::find(shapes, shape, &ApiShape::name);
    ASSERT_NE(found, shapes.end()) << shape;
    ASSERT_TRUE(value.is_object()) << where;
    for (const auto& field : found->fields) {
        ASSERT_TRUE(value.contains(std::string(field.name))) << where << "." << field.name << " is missing";
        expect_type(value[std::string(field.name)], field.type, where + "." + std::string(field.name));
    }
}

void expect_answer(const Json& body, std::string_view answer, const std::string& where) {
    ASSERT_TRUE(body.is_object()) << where;
    EXPECT_EQ(body["chain"], kChainId) << where;
    EXPECT_GT(body["height"], 0) << where;
    EXPECT_TRUE(body["time"].is_number_integer()) << where;
    if (!answer.ends_with("[]")) return expect_shape(body, answer, where);
    const auto shape = answer.substr(0, answer.size() - 2);
    EXPECT_TRUE(body["next"].is_null() || body["next"].is_string()) << where;
    EXPECT_TRUE(body["total"].is_number_integer()) << where;
    EXPECT_TRUE(body["asOf"].is_number_integer()) << where;
    for (const auto& item : body["items"]) expect_shape(item, shape, where);
}

TEST_F(V1Test, every_answer_has_the_shape_of_its_document) {
    start();
    const auto deal = get("/v1/deals?limit=1")["items"][0];
    const auto task = get("/v1/tasks?status=COMPLETE&limit=1")["items"][0];
    const auto worker = get("/v1/workers?limit=1")["items"][0];
    const std::map<std::string_view, std::string> ids{{"deal", deal["id"]},
                                                      {"deal_tasks", deal["id"]},
                                                      {"deal_strip", deal["id"]},
                                                      {"task", task["id"]},
                                                      {"app", deal["app"]["address"]},
                                                      {"app_page", deal["app"]["address"]},
                                                      {"workerpool", deal["workerpool"]["address"]},
                                                      {"account", deal["requester"]},
                                                      {"account_entries", deal["requester"]},
                                                      {"worker", worker["address"]},
                                                      {"category", "0"}};
    const std::set<std::string_view> elsewhere{"transactions", "transaction", "blocks", "block",
                                               "logs",         "challenge",   "quote"};
    int seen = 0;
    for (const auto& route : api_routes()) {
        if (route.method != "GET" || route.answer.starts_with("raw") || route.answer.starts_with("=")) continue;
        if (elsewhere.contains(route.name) || (route.name.starts_with("ops_") && route.name != "ops_overview"))
            continue;
        std::string path(route.path);
        if (const auto colon = path.find("/:"); colon != std::string::npos) {
            if (!ids.contains(route.name)) continue;
            const auto end = path.find('/', colon + 1);
            path = path.substr(0, colon + 1) + ids.at(route.name) + (end == std::string::npos ? "" : path.substr(end));
        }
        if (route.name == "search") path += "?q=app";
        expect_answer(get(path), route.answer, std::string(route.name));
        ++seen;
    }
    EXPECT_GT(seen, 30);
    expect_answer(get("/v1/explain/task/" + task["id"].get<std::string>()), "Explanation", "explain");
    expect_answer(get("/v1/explain/deal/" + deal["id"].get<std::string>()), "Explanation", "explain");
    expect_answer(get("/v1/explain/worker/" + worker["address"].get<std::string>()), "Explanation", "explain");
}

TEST_F(V1Test, boot_names_links_and_other_markets) {
    start([](MarketConfig& config) {
        config.links.source_url = "https://source.example";
        config.links.others.push_back(*parse_other_market("side=1337=https://market.example/"));
    });
    const auto boot = get("/v1/boot");
    EXPECT_EQ(boot["links"], (Json{{"documentation", nullptr}, {"source", "https://source.example"}}));
    ASSERT_EQ(boot["chains"].size(), 2U);
    EXPECT_TRUE(boot["chains"][0]["url"].is_null());
    EXPECT_EQ(boot["chains"][1]["id"], 1337);
    EXPECT_EQ(boot["chains"][1]["url"], "https://market.example");
    for (const auto* wrong : {"", "side", "=1=http://x", "side=one=http://x", "side=1=", "side=1=javascript:alert(1)"})
        EXPECT_FALSE(parse_other_market(wrong)) << wrong;
}

TEST_F(V1Test, refusals_have_stable_codes) {
    start();
    const std::tuple<const char*, int, const char*> cases[] = {
        {"/v1/deals?limit=0", 400, "QUERY_INVALID"},
        {"/v1/deals?status=WRONG", 400, "QUERY_INVALID"},
        {"/v1/deals?app=0x12", 400, "QUERY_INVALID"},
        {"/v1/deals/0x12", 400, "QUERY_INVALID"},
        {"/v1/deals/0x0000000000000000000000000000000000000000000000000000000000000001", 404, "NOT_FOUND"},
        {"/v1/tasks?format=xml", 400, "QUERY_INVALID"},
        {"/v1/candles?res=2h", 400, "QUERY_INVALID"},
        {"/v1/ops/workers", 401, "SESSION_NEEDED"},
        {"/v1/blocks", 503, "NODE_UNREACHABLE"}};
    for (const auto& [target, status, code] : cases) {
        const auto answer = ask("GET", target);
        EXPECT_EQ(answer.status, status) << target;
        const auto body = Json::parse(answer.body, nullptr, false);
        expect_shape(body, "Error", target);
        EXPECT_EQ(body["code"], code) << target;
    }
}

TEST_F(V1Test, an_unchanged_answer_is_304) {
    start();
    const auto first = ask("GET", "/v1/apps");
    const auto tag = first.headers.at("etag");
    EXPECT_EQ(ask("GET", "/v1/apps", nullptr, {{"if-none-match", tag}}).status, 304);
    EXPECT_EQ(ask("GET", "/v1/apps?limit=2", nullptr, {{"if-none-match", tag}}).status, 200);
}

TEST_F(V1Test, writes_need_a_json_body_and_no_foreign_origin) {
    start();
    const Json body = {{"authorization", "x"}};
    EXPECT_EQ(ask("POST", "/v1/session", body, {{"origin", "https://evil.example"}}).status, 403);
    net::ClientRequest form;
    form.method = "POST";
    form.url = url("/v1/session");
    form.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    form.body = "authorization=x";
    EXPECT_EQ(net::http_request(form)->status, 400);
    EXPECT_EQ(ask("POST", "/v1/session", body).status, 401);
}

TEST_F(V1Test, a_session_opens_once_for_a_challenge) {
    start();
    const auto key = orderbook::testing::key_of("somebody");
    const auto challenge = get("/v1/challenge?address=" + to_checksum(key.address()));
    const auto header = *client::authorization_header(challenge["typedData"], key);
    EXPECT_TRUE(header.starts_with(challenge["hash"].get<std::string>()));
    EXPECT_EQ(ask("POST", "/v1/session", {{"authorization", header}}).status, 200);
    EXPECT_EQ(ask("POST", "/v1/session", {{"authorization", header}}).status, 401);
    const auto token = open_session(key);
    const net::Headers bearer{{"authorization", "Bearer " + token}};
    EXPECT_EQ(
        ask("GET", "/v1/ops/workers?workerpool=" + to_checksum(MadeHistory::made("pool", 0)), nullptr, bearer).status,
        403);
    EXPECT_EQ(ask("DELETE", "/v1/session", nullptr, bearer).status, 200);
    EXPECT_EQ(ask("GET", "/v1/ops/workers", nullptr, bearer).status, 401);
}

TEST_F(V1Test, only_the_owner_of_the_served_pool_operates_it) {
    // A scheduler that runs pool 0 and counts who made it drain.
    std::atomic<int> drained{0};
    net::HttpServer scheduler({});
    const auto served = to_checksum(MadeHistory::made("pool", 0));
    scheduler.route("GET", "/v1/pool", [&](const net::Request&) {
        return net::Response::json(200, Json{{"pool", served}}.dump());
    });
    scheduler.route("GET", "/v1/workers", [](const net::Request&) {
        return net::Response::json(
            200, R"({"workers":[{"worker":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","connected":true}]})");
    });
    scheduler.route("POST", "/v1/admin/drain", [&](const net::Request&) {
        ++drained;
        return net::Response::json(200, "{}");
    });
    ASSERT_TRUE(scheduler.start());
    const auto owner = orderbook::testing::key_of("pool owner"), stranger = orderbook::testing::key_of("stranger");
    history_.give_pool(0, owner.address());
    history_.give_pool(1, stranger.address());
    start([&](MarketConfig& config) { config.scheduler_url = "http://127.0.0.1:" + std::to_string(scheduler.port()); });
    const net::Headers of_owner{{"authorization", "Bearer " + open_session(owner)}};
    const net::Headers of_stranger{{"authorization", "Bearer " + open_session(stranger)}};
    const auto other = to_checksum(MadeHistory::made("pool", 1));
    EXPECT_EQ(ask("GET", "/v1/ops/workers", nullptr, of_owner).status, 200);
    EXPECT_EQ(ask("GET", "/v1/ops/workers", nullptr, of_stranger).status, 403);
    EXPECT_EQ(ask("GET", "/v1/ops/workers?workerpool=" + other, nullptr, of_stranger).status, 403);
    EXPECT_EQ(ask("POST", "/v1/ops/actions", {{"action", "drain"}, {"workerpool", other}}, of_stranger).status, 403);
    EXPECT_EQ(drained, 0);
    EXPECT_EQ(ask("POST", "/v1/ops/actions", {{"action", "drain"}, {"reason", "update"}}, of_owner).status, 200);
    EXPECT_EQ(drained, 1);
    const auto audit = ask("GET", "/v1/ops/audit", nullptr, of_owner);
    EXPECT_EQ(Json::parse(audit.body)["items"][0]["reason"], "update");
    expect_answer(Json::parse(audit.body), "Audit[]", "audit");
    expect_answer(Json::parse(ask("GET", "/v1/ops/workers", nullptr, of_owner).body), "OpsWorker[]", "workers");
    expect_answer(Json::parse(ask("GET", "/v1/ops/tasks", nullptr, of_owner).body), "OpsTask[]", "tasks");
    expect_answer(Json::parse(ask("GET", "/v1/ops/alerts", nullptr, of_owner).body), "Alert[]", "alerts");
    expect_answer(Json::parse(ask("GET", "/v1/ops/earnings?from=0", nullptr, of_owner).body), "Earning[]", "earnings");
    service_.reset();
}

TEST_F(V1Test, a_silent_worker_is_late_and_then_lost) {
    std::atomic<int> silent{1'000};
    std::atomic<bool> draining{false};
    net::HttpServer scheduler({});
    const auto owner = orderbook::testing::key_of("pool owner");
    const auto worker = to_checksum(MadeHistory::made("worker", 1));
    scheduler.route("GET", "/v1/pool", [&](const net::Request&) {
        return net::Response::json(200, Json{{"pool", to_checksum(MadeHistory::made("pool", 0))}}.dump());
    });
    scheduler.route("GET", "/v1/workers", [&](const net::Request&) {
        const Json row = {{"worker", worker},
                          {"connected", silent < 15'000},
                          {"silent_ms", silent.load()},
                          {"last_seen_ms", 1'700'000},
                          {"os", "Debian 12"},
                          {"platform", "x86_64"},
                          {"cpu", "some processor"},
                          {"draining", draining.load()},
                          {"free", 1}};
        return net::Response::json(200, Json{{"workers", {row}}}.dump());
    });
    for (const bool drains : {true, false})
        scheduler.route("POST", std::string("/v1/admin/workers/:id/") + (drains ? "drain" : "resume"),
                        [&, drains](const net::Request& r) {
                            EXPECT_EQ(r.params.at("id"), worker);
                            draining = drains;
                            return net::Response::json(200, "{}");
                        });
    ASSERT_TRUE(scheduler.start());
    history_.give_pool(0, owner.address());
    start([&](MarketConfig& config) { config.scheduler_url = "http://127.0.0.1:" + std::to_string(scheduler.port()); });
    const net::Headers bearer{{"authorization", "Bearer " + open_session(owner)}};
    const auto row = [&] {
        const auto answer = Json::parse(ask("GET", "/v1/ops/workers", nullptr, bearer).body);
        expect_answer(answer, "OpsWorker[]", "workers");
        return answer["items"][0];
    };
    const auto alerts = [&] {
        std::set<std::string> codes;
        const auto answer = Json::parse(ask("GET", "/v1/ops/alerts", nullptr, bearer).body);
        for (const auto& alert : answer["items"]) codes.insert(alert["code"].get<std::string>());
        return codes;
    };
    EXPECT_EQ(row()["state"], "fresh");
    EXPECT_EQ(row()["platform"], "x86_64");
    EXPECT_EQ(row()["lastSeen"], 1'700'000);
    EXPECT_FALSE(alerts().contains("NO_WORKER"));
    EXPECT_EQ(get("/v1/ops/overview")["os"][0]["name"], "Debian 12");
    silent = 5'001;
    EXPECT_EQ(row()["state"], "late");
    silent = 15'001;
    EXPECT_EQ(row()["state"], "lost");
    EXPECT_TRUE(alerts().contains("WORKER_LOST"));
    EXPECT_FALSE(alerts().contains("NO_WORKER"));
    silent = 60'001;
    EXPECT_TRUE(alerts().contains("NO_WORKER"));
    const auto act = [&](const char* action) {
        return ask("POST", "/v1/ops/actions", {{"action", action}, {"target", worker}, {"reason", "new disk"}}, bearer);
    };
    EXPECT_EQ(act("drain").status, 200);
    EXPECT_EQ(row()["draining"], true);
    EXPECT_EQ(act("resume").status, 200);
    EXPECT_EQ(row()["draining"], false);
    const auto audit = Json::parse(ask("GET", "/v1/ops/audit", nullptr, bearer).body)["items"];
    ASSERT_EQ(audit.size(), 2U);
    EXPECT_EQ(audit[0]["target"], worker);
    EXPECT_EQ(audit[0]["before"], "draining");
    EXPECT_EQ(audit[0]["after"], "taking tasks");
    service_.reset();
}

TEST_F(V1Test, lists_are_signed_by_their_curator) {
    start();
    const auto key = orderbook::testing::key_of("curator");
    Json list = {{"name", "Checked"},
                 {"curator", to_checksum(key.address())},
                 {"apps", {{{"address", to_checksum(MadeHistory::made("app", 1))}, {"note", "=looked at"}}}}};
    list["sign"] = to_hex(client::sign_text(key, *Lists::signed_text(list)));
    const auto published = ask("POST", "/v1/lists", list);
    ASSERT_EQ(published.status, 200) << published.body;
    const auto id = Json::parse(published.body)["id"].get<std::string>();
    expect_answer(get("/v1/lists/" + id), "List", "list");
    EXPECT_EQ(get("/v1/apps?list=" + id)["total"], 1);
    EXPECT_EQ(get("/v1/apps/" + to_checksum(MadeHistory::made("app", 1)))["resource"]["lists"][0]["name"], "Checked");
    expect_answer(get("/v1/lists/" + id + "/runs?month=2023-11"), "ListRun[]", "runs");
    EXPECT_EQ(get("/v1/lists/" + id + "/runs?month=2023-11")["total"], 1);
    list["name"] = "Forged";
    EXPECT_EQ(Json::parse(ask("POST", "/v1/lists", list).body)["code"], "SIGNATURE_INVALID");
}

TEST(Bucket, gives_a_burst_and_then_its_rate) {
    std::uint64_t now = 1'000;
    Bucket bucket(100, 50, [&] { return now; });
    for (int i = 0; i < 50; ++i) ASSERT_EQ(bucket.refuse_for_s("a", 1), 0U);
    EXPECT_GT(bucket.refuse_for_s("a", 1), 0U);
    EXPECT_EQ(bucket.refuse_for_s("b", 1), 0U);
    now += 600;  // one more at 100 a minute
    EXPECT_EQ(bucket.refuse_for_s("a", 1), 0U);
    EXPECT_GT(bucket.refuse_for_s("a", 1), 0U);
    now += 60'000;
    for (int i = 0; i < 50; ++i) ASSERT_EQ(bucket.refuse_for_s("a", 1), 0U);
    EXPECT_GT(bucket.refuse_for_s("a", 1), 0U);
}

TEST_F(V1Test, reads_are_limited_by_address_and_loopback_is_exempt) {
    start();
    int granted = 0;
    for (; granted < 1'000; ++granted) {
        RawConnection connection(service_->port(), "127.0.0.2");
        const auto status = connection.status("GET", "/v1/categories");
        if (status == 200) continue;
        EXPECT_EQ(status, 429);
        EXPECT_NE(connection.text().find("retry-after: "), std::string::npos);
        break;
    }
    EXPECT_GE(granted, 50);  // the burst, and what came back meanwhile
    EXPECT_LT(granted, 1'000);
    EXPECT_EQ(RawConnection(service_->port(), "127.0.0.3").status("GET", "/v1/categories"), 200);
    EXPECT_EQ(RawConnection(service_->port()).status("GET", "/v1/categories"), 200);
}

TEST_F(V1Test, an_export_counts_as_ten_requests) {
    start();
    // As the document's example says.
    EXPECT_EQ(get("/v1/status")["cost"],
              (Json{{"check", 2}, {"explain", 2}, {"export", 10}, {"other", 1}, {"quote", 2}}));
    const auto status = [&](const char* target) {
        return RawConnection(service_->port(), "127.0.0.4").status("GET", target);
    };
    int granted = 0;
    while (granted < 100 && status("/v1/apps?format=csv&limit=1") == 200) ++granted;
    EXPECT_GE(granted, 5);  // of a burst of 50, and what came back meanwhile
    EXPECT_LT(granted, 50);
}

TEST_F(V1Test, writes_are_limited_by_wallet_whatever_the_address) {
    chain_.accounts_[orderbook::testing::wallet("owner")].stake = 1'000'000;
    start();
    int made = 0;
    const auto publish = [&](const std::string& from) {
        const auto order = chain_.app_order("app", 1, "owner", std::to_string(++made));
        RawConnection connection(service_->port(), from.c_str());
        const auto status =
            connection.status("POST", "/v1/apporders", Json{{"order", poco::to_json_strings(order)}}.dump());
        EXPECT_TRUE(status == 200 || status == 429) << connection.text();
        return status;
    };
    for (int i = 0; i < 20; ++i) ASSERT_EQ(publish("127.0.0." + std::to_string(2 + i % 4)), 200) << i;
    int more = 0;  // what came back meanwhile
    while (more < 15 && publish("127.0.0." + std::to_string(9 + more)) == 200) ++more;
    EXPECT_LT(more, 15);
    EXPECT_EQ(publish("127.0.0.1"), 200);  // the market's own machine
}

TEST_F(V1Test, an_account_shows_what_it_alone_may_use) {
    chain_.accounts_[orderbook::testing::wallet("owner")].stake = 1'000'000;
    start();
    auto order = chain_.app_order("app", 1, "owner");
    order.requesterrestrict = orderbook::testing::wallet("friend");
    order = chain_.signed_by(order, "owner");
    ASSERT_EQ(ask("POST", "/v1/apporders", {{"order", poco::to_json_strings(order)}}).status, 200);
    const auto granted = get("/v1/accounts/" + to_checksum(orderbook::testing::wallet("friend")))["granted"];
    ASSERT_EQ(granted.size(), 1U);
    EXPECT_EQ(granted[0]["kind"], "app");
    expect_shape(granted[0], "Grant", "granted");
    EXPECT_TRUE(granted[0]["through"].is_null());
    EXPECT_TRUE(get("/v1/accounts/" + to_checksum(orderbook::testing::wallet("owner")))["granted"].empty());
}

TEST_F(V1Test, a_signers_orders_are_listed_by_state) {
    start();
    const auto order = chain_.app_order("app", 1, "owner");
    ASSERT_EQ(ask("POST", "/v1/apporders", {{"order", poco::to_json_strings(order)}}).status, 200);
    const auto total = [&](const std::string& state) {
        return get("/v1/apporders?signer=" + to_checksum(orderbook::testing::wallet("owner")) + state)["total"];
    };
    EXPECT_EQ(total(""), 1);
    EXPECT_EQ(total("&state=any"), 1);
    EXPECT_EQ(total("&state=filled"), 0);
    EXPECT_EQ(ask("GET", "/v1/apporders?state=eaten").status, 400);
}

TEST_F(V1Test, members_see_what_their_group_may_use) {
    const auto club = orderbook::testing::place("club"), member = orderbook::testing::wallet("member");
    chain_.groups[club].insert(member);
    start();
    auto order = chain_.dataset_order("data", 1, "owner");
    order.requesterrestrict = club;
    order = chain_.signed_by(order, "owner");
    ASSERT_EQ(ask("POST", "/v1/datasetorders", {{"order", poco::to_json_strings(order)}}).status, 200);
    const auto granted = [&](const Address& who) { return get("/v1/accounts/" + to_checksum(who))["granted"]; };
    ASSERT_TRUE(soon([&] { return granted(member).size() == 1; }));  // the desk asks what the address is
    EXPECT_EQ(granted(member)[0]["kind"], "dataset");
    EXPECT_EQ(granted(member)[0]["through"], to_checksum(club));
    expect_shape(granted(member)[0], "Grant", "granted");
    EXPECT_TRUE(granted(orderbook::testing::wallet("stranger")).empty());
    chain_.groups[club].erase(member);
    EXPECT_TRUE(granted(member).empty());
}

TEST_F(V1Test, an_order_says_how_it_stands) {
    chain_.accounts_[orderbook::testing::wallet("owner")].stake = 15;
    chain_.groups[orderbook::testing::place("club")];
    start();
    const auto publish = [&](const char* path, const auto& order) {
        const auto answer = ask("POST", path, {{"order", poco::to_json_strings(order)}});
        EXPECT_EQ(answer.status, 200) << answer.body;
        const std::string hash = Json::parse(answer.body)["order"]["hash"];
        return hash;
    };
    publish("/v1/apporders", chain_.app_order("app", 1, "owner"));
    auto pool = chain_.pool_order("pool", 4, "owner");
    pool.requesterrestrict = orderbook::testing::place("club");
    const auto cheap = publish("/v1/workerpoolorders", chain_.pool_order("pool", 3, "owner"));
    const auto dear = publish("/v1/workerpoolorders", chain_.signed_by(pool, "owner"));
    auto place = get("/v1/workerpoolorders/" + dear)["place"];
    expect_shape(place, "OrderPlace", "place");
    EXPECT_EQ(place["ahead"], 10);
    EXPECT_EQ(place["funds"], (Json{{"free", "15"}, {"needed", "10"}, {"tasks", 15}}));
    ASSERT_EQ(place["restrictions"].size(), 1U);
    EXPECT_EQ(place["restrictions"][0]["kind"], "group");
    EXPECT_EQ(place["restrictions"][0]["field"], "requesterrestrict");
    place = get("/v1/workerpoolorders/" + cheap)["place"];
    EXPECT_EQ(place["ahead"], 0);
    EXPECT_TRUE(place["restrictions"].empty());
}

TEST_F(V1Test, hostile_names_are_data_everywhere) {
    history_.name_app(0, "=cmd|' /C calc'!A0");
    history_.name_app(1, "\xE2\x80\xAE<img src=x onerror=alert(1)>");
    history_.name_app(2, std::string(10'240, 'x'));
    history_.name_app(3, "a\"b,c\r\nd\xFF");
    start();
    const auto name = [&](std::uint64_t app) {
        return get("/v1/apps/" + to_checksum(MadeHistory::made("app", app)))["resource"]["name"].get<std::string>();
    };
    EXPECT_EQ(name(0), "=cmd|' /C calc'!A0");
    EXPECT_EQ(name(1), "\xE2\x80\xAE<img src=x onerror=alert(1)>");
    EXPECT_EQ(name(2).size(), 10'240U);
    EXPECT_EQ(name(3), "a\"b,c\r\nd\xEF\xBF\xBD");
    const auto csv = ask("GET", "/v1/apps?format=csv").body;
    EXPECT_NE(csv.find(",'=cmd|' /C calc'!A0,"), std::string::npos);
    EXPECT_EQ(csv.find(",=cmd"), std::string::npos);
    EXPECT_NE(csv.find("\"a\"\"b,c\r\nd"), std::string::npos);
    EXPECT_EQ(get("/v1/search?q=%3Dcmd")["items"][0]["label"], "=cmd|' /C calc'!A0");
}

TEST_F(V1Test, oversized_and_broken_bodies_are_refused) {
    start();
    EXPECT_EQ(ask("POST", "/v1/apporders", {{"order", std::string(2 << 20, 'x')}}).status, 413);
    net::ClientRequest request;
    request.method = "POST";
    request.url = url("/v1/apporders");
    request.headers = {{"content-type", "application/json"}};
    for (const auto& body : {std::string("{"), std::string("[]"), std::string("null"), std::string(100'000, '['),
                             std::string("{\"order\":") + std::string(50'000, '{'), std::string("\xFF\xFE")}) {
        request.body = body;
        const auto answer = net::http_request(request);
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 400) << body.substr(0, 40);
    }
}

}  // namespace
}  // namespace bourse::market
