// /v1 over a made-up market: every answer against its shape, exports, sessions, lists, limits, the live feed.
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/explorer/made_history.hpp>
#include <bourse/market/api_routes.hpp>
#include <bourse/market/api_schemas.hpp>
#include <bourse/market/service.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/net/ws_client.hpp>
#include <bourse/orderbook/test_chain.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

namespace bourse::market {
namespace {

using explorer::testing::MadeHistory;
using orderbook::testing::FakeMarketChain;
using orderbook::testing::kChainId;

class NoBlocks final : public client::FollowerChain {
public:
    Result<client::BlockHead> head() override { return client::BlockHead{0, Hash{}, 0}; }
    Result<client::BlockHead> block(std::uint64_t number) override { return client::BlockHead{number, Hash{}, number}; }
    Result<std::vector<client::LogEntry>> logs(const client::LogFilter&) override {
        return std::vector<client::LogEntry>{};
    }
};

class NoTransactions final : public client::OutboxChain {
public:
    Result<std::uint64_t> chain_id() override { return kChainId; }
    Result<std::uint64_t> time_s() override { return std::uint64_t{1}; }
    Result<std::uint64_t> block_number() override { return std::uint64_t{1}; }
    Result<std::uint64_t> nonce(const Address&, bool) override { return std::uint64_t{0}; }
    Result<Uint256> gas_price() override { return Uint256(0); }
    Result<std::uint64_t> estimate_gas(const client::CallRequest&) override { return std::uint64_t{50'000}; }
    Result<Bytes> call(const client::CallRequest&) override { return Bytes{}; }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        return std::vector<Result<Hash>>(raws.size(), Hash{});
    }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        return std::vector<Result<std::optional<client::Receipt>>>(hashes.size(), std::optional<client::Receipt>());
    }
};

class V1Test : public testing::Test {
protected:
    void start(const std::function<void(MarketConfig&)>& change = {}) {
        {
            auto index = *explorer::Index::open("sqlite://" + (dir_.path() / "explorer.db").string(), poco::kHub);
            for (const auto& category : MadeHistory::categories()) chain_.categories.push_back(category);
            explorer::testing::MadeChain made;
            ASSERT_TRUE(index->prepare(made));
            index->apply(history_.deployment(), history_.facts());
            for (int i = 0; i < 12; ++i) index->apply(history_.deals(6), history_.facts());
        }
        MarketConfig config;
        config.folder = dir_.path();
        if (change) change(config);
        auto service = MarketService::start(config, {chain_, blocks_, transactions_});
        ASSERT_TRUE(service) << service.error().message;
        service_ = *std::move(service);
    }
    void TearDown() override { service_.reset(); }

    std::string url(const std::string& target) const {
        return "http://127.0.0.1:" + std::to_string(service_->port()) + target;
    }
    net::Response ask(const std::string& method, const std::string& target, const Json& body = nullptr,
                      net::Headers headers = {}) const {
        net::ClientRequest request;
        request.method = method;
        request.url = url(target);
        request.headers = std::move(headers);
        if (!body.is_null()) {
            request.body = body.dump();
            request.headers["content-type"] = "application/json";
        }
        const auto answer = net::http_request(request);
        EXPECT_TRUE(answer) << target << (answer ? "" : answer.error().message);
        return answer.value_or(net::Response{});
    }
    Json get(const std::string& target) const {
        const auto answer = ask("GET", target);
        EXPECT_EQ(answer.status, 200) << target << " " << answer.body;
        return Json::parse(answer.body, nullptr, false);
    }
    std::string open_session(const crypto::PrivateKey& key) const {
        const auto challenge = get("/v1/challenge?address=" + to_checksum(key.address()));
        const auto header = client::authorization_header(challenge["typedData"], key);
        const auto session = ask("POST", "/v1/session", {{"authorization", *header}});
        EXPECT_EQ(session.status, 200) << session.body;
        return Json::parse(session.body)["token"];
    }

    sys::TempDir dir_;
    MadeHistory history_;
    FakeMarketChain chain_;
    NoBlocks blocks_;
    NoTransactions transactions_;
    std::unique_ptr<MarketService> service_;
};

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

}  // namespace

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

TEST_F(V1Test, exports_hold_every_row_and_guard_their_cells) {
    start();
    const auto total = get("/v1/deals")["total"].get<std::size_t>();
    const auto lines = ask("GET", "/v1/deals?format=jsonl");
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(lines.body, '\n')), total);
    EXPECT_TRUE(lines.headers.at("content-disposition").starts_with("attachment; filename=\"deals_"));
    const auto csv = ask("GET", "/v1/deals?format=csv&category=1");
    const auto some = get("/v1/deals?category=1")["total"].get<std::size_t>();
    EXPECT_TRUE(csv.body.starts_with("id,index,tx,block,time,status,app.address,"));
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(csv.body, '\n')), some + 1);
    for (const auto* evil : {"=1+1", "+1", "-1", "@x", "\tx"}) EXPECT_EQ(csv_cell(evil)[0], '\'') << evil;
    EXPECT_EQ(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
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

// ---- feed

namespace {

struct Listener {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Json> messages;
    bool closed = false;
    std::unique_ptr<net::WsClient> socket;

    explicit Listener(const std::string& url) {
        net::WsClient::Callbacks callbacks;
        callbacks.on_message = [this](std::string_view text) {
            const std::lock_guard lock(mutex);
            messages.push_back(Json::parse(text, nullptr, false));
            changed.notify_all();
        };
        callbacks.on_close = [this](const Error&) {
            const std::lock_guard lock(mutex);
            closed = true;
            changed.notify_all();
        };
        auto made = net::WsClient::connect(url, std::move(callbacks));
        EXPECT_TRUE(made);
        if (made) socket = *std::move(made);
    }
    Json wait(const std::function<bool(const Json&)>& fits) {
        std::unique_lock lock(mutex);
        Json out;
        changed.wait_for(lock, std::chrono::seconds(10), [&] {
            for (const auto& message : messages)
                if (fits(message)) {
                    out = message;
                    return true;
                }
            return closed;
        });
        return out;
    }
    Json op(const std::string& name, const std::string& id = {}) {
        return wait([&](const Json& m) { return m["op"] == name && (id.empty() || m.value("id", "") == id); });
    }
    void send(const Json& message) { socket->send(message.dump()); }
};

}  // namespace

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
    EXPECT_TRUE(listener.changed.wait_for(lock, std::chrono::seconds(10), [&] { return listener.closed; }));
}

namespace {

/// A client without a socket.
class QuietConnection final : public net::WsConnection {
public:
    explicit QuietConnection(std::uint64_t number) { request_.connection = number; }
    void send(std::string text) override {
        const std::lock_guard lock(mutex_);
        sent_.push_back(Json::parse(text));
    }
    void close(std::uint16_t code, std::string) override { closed_with = code; }
    std::size_t queued_bytes() const override { return queued; }
    void discard_queue() override {
        queued = 0;
        ++discarded;
    }
    const net::Request& request() const noexcept override { return request_; }
    /// Messages of a kind so far.
    std::vector<Json> of(const std::string& op) const {
        const std::lock_guard lock(mutex_);
        std::vector<Json> out;
        for (const auto& message : sent_)
            if (message["op"] == op) out.push_back(message);
        return out;
    }
    std::atomic<std::size_t> queued{0};
    std::atomic<int> discarded{0}, closed_with{0};

private:
    net::Request request_;
    mutable std::mutex mutex_;
    std::vector<Json> sent_;
};

bool soon(const std::function<bool()>& condition) {
    for (const auto end = sys::steady_ms() + 10'000; sys::steady_ms() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(2)))
        if (condition()) return true;
    return condition();
}

struct FeedUnderTest {
    FeedUnderTest(Api& api) : feed(api), handlers(feed.handlers()) { feed.start(); }
    void block() {
        ++number;
        feed.on_block({number, crypto::keccak256(std::to_string(number)), 1'000 + number}, true);
    }
    std::shared_ptr<QuietConnection> join(std::uint64_t id, const Json& since = nullptr) {
        auto connection = std::make_shared<QuietConnection>(id);
        handlers.on_open(connection);
        Json message = {{"op", "sub"}, {"id", "s"}, {"ch", "blocks"}};
        if (!since.is_null()) message["since"] = since;
        handlers.on_message(connection, message.dump());
        return connection;
    }
    Feed feed;
    net::WsHandlers handlers;
    std::uint64_t number = 0;
};

}  // namespace

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
    EXPECT_GE(first->of("tick").size(), 3U);
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

}  // namespace bourse::market
