// Core, gate, store and REST together: a real database, a real WebSocket server and worker's end; the node is a small
// JSON-RPC answerer, the chain of the outbox a list.
#include <bourse/scheduler/core.hpp>

#include <bourse/client/outbox.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/net/ws_client.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/scheduler/rest.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace bourse::scheduler {
namespace {

namespace stream = client::stream;
using Json = nlohmann::json;

crypto::PrivateKey test_key(std::uint8_t n) {
    Bytes32 bytes;
    bytes.data.fill(n);
    return *crypto::PrivateKey::from(bytes);
}

bool eventually(const std::function<bool()>& condition, std::uint64_t ms = 10'000) {
    const auto end = sys::steady_ms() + ms;
    while (!condition()) {
        if (sys::steady_ms() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

/// Answers what logging in needs: the head, scores of 0, a deposit for everyone but those named poor.
class TinyNode {
public:
    TinyNode() : server_({}) {
        server_.route("POST", "/", [this](const net::Request& request) {
            const auto body = Json::parse(request.body);
            if (!body.is_array()) return net::Response::json(200, answer(body).dump());
            auto out = Json::array();
            for (const auto& call : body) out.push_back(answer(call));
            return net::Response::json(200, out.dump());
        });
        EXPECT_TRUE(server_.start());
    }
    ~TinyNode() { server_.stop(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
    std::set<Address> poor;

private:
    Json answer(const Json& call) const {
        Json out{{"jsonrpc", "2.0"}, {"id", call["id"]}};
        const auto method = call["method"].get<std::string>();
        if (method == "eth_getBlockByNumber") {
            out["result"] = {{"number", "0x5"}, {"hash", to_hex(crypto::keccak256("b"))}, {"timestamp", "0x3e8"}};
        } else if (method == "eth_call") {
            const auto data = *from_hex(call["params"][0].value("data", call["params"][0].value("input", "")));
            const auto asked = *Address::from(ByteView(data).subspan(16, 20));
            const bool account = equal(ByteView(data).first(4), poco::selectors::hub::kViewAccount);
            const Uint256 stake{poor.contains(asked) ? 0U : 1'000'000U};
            out["result"] = to_hex(account ? abi::encode(stake, Uint256{}) : abi::encode(Uint256{}));
        } else {
            out["result"] = "0xffff";
        }
        return out;
    }
    net::HttpServer server_;
};

/// Mines everything at once; nothing ever fails.
class InstantChain final : public client::OutboxChain {
public:
    std::atomic<std::uint64_t> sent{0};
    Result<std::uint64_t> chain_id() override { return 65535; }
    Result<std::uint64_t> time_s() override { return 1'000; }
    Result<std::uint64_t> block_number() override { return 1; }
    Result<std::uint64_t> nonce(const Address&, bool) override { return sent.load(); }
    Result<Uint256> gas_price() override { return Uint256{}; }
    Result<std::uint64_t> estimate_gas(const client::CallRequest&) override { return 100'000; }
    Result<Bytes> call(const client::CallRequest&) override { return Bytes{}; }
    Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) override {
        std::vector<Result<Hash>> out;
        for (const auto& raw : raws) out.push_back(crypto::keccak256(raw));
        sent += raws.size();
        return out;
    }
    Result<std::vector<Result<std::optional<client::Receipt>>>> receipts(const std::vector<Hash>& hashes) override {
        std::vector<Result<std::optional<client::Receipt>>> out;
        for (const auto& hash : hashes) {
            client::Receipt receipt;
            receipt.tx_hash = hash;
            receipt.ok = true;
            out.push_back(std::optional(receipt));
        }
        return out;
    }
};

/// A worker's end of the stream.
class TinyWorker {
public:
    TinyWorker(std::uint16_t port, const crypto::PrivateKey& wallet, std::uint64_t last_seq = 0,
               std::string last_stream = {})
        : wallet_(wallet) {
        net::WsClient::Callbacks callbacks;
        callbacks.on_message = [this](std::string_view text) {
            const std::lock_guard lock(mutex_);
            messages_.push_back(*stream::server_message_from(text));
        };
        callbacks.on_close = [this](const Error&) { closed = true; };
        socket_ = *net::WsClient::connect("ws://127.0.0.1:" + std::to_string(port) + std::string(stream::kStreamPath),
                                          callbacks);
        const auto hello = wait_for<stream::Hello>();
        if (!hello) return;
        stream_id = hello->stream_id;
        stream::Login login;
        login.pool = hello->pool;
        login.hub = hello->hub;
        login.chain_id = hello->chain_id;
        login.nonce = hello->nonce;
        login.worker = login.owner = wallet_.address();
        login.session_key = test_key(200).address();
        login.expiry_s = sys::unix_time_s() + 60;
        login.platform = "x86_64";
        login.last_seq = last_seq;
        login.last_stream_id = last_stream;
        stream::sign_login(login, wallet_);
        login_ = login;
        sealer_.emplace(hello->nonce, test_key(200));
        socket_->send(stream::to_text(login));
    }
    template <class T>
    std::optional<T> wait_for(std::size_t skip = 0) {
        std::optional<T> out;
        eventually([&] {
            const std::lock_guard lock(mutex_);
            auto left = skip;
            for (const auto& message : messages_) {
                const auto* found = std::get_if<T>(&message);
                if (found == nullptr || left-- > 0) continue;
                out = *found;
                return true;
            }
            return false;
        });
        return out;
    }
    void send(const stream::WorkerMessage& message) { socket_->send(sealer_->seal(message)); }
    void send_text(const std::string& text) { socket_->send(text); }
    const stream::Login& login() const { return login_; }
    std::atomic<bool> closed{false};
    std::string stream_id;

private:
    crypto::PrivateKey wallet_;
    std::mutex mutex_;
    std::vector<stream::ServerMessage> messages_;
    std::optional<stream::Sealer> sealer_;
    stream::Login login_;
    std::unique_ptr<net::WsClient> socket_;
};

/// One life of a scheduler process over a database file that outlives it.
struct Life {
    explicit Life(const std::string& database_url) : rpc(node.url()), hub(rpc, hub_address()), server({}) {
        clock.note(1'000, sys::steady_ms());
        store = *EventStore::open(database_url, Identity{65535, {}, hub_address(), pool()});
        outbox = std::make_unique<client::Outbox>(
            store->database(), chain, key,
            [this](std::span<const client::Intent> intents) -> Result<std::vector<bool>> {
                return core->still_needed(intents);
            },
            [this] {
                client::OutboxConfig config;
                config.on_outcome = [this](const client::Outcome& outcome) { core->put(outcome); };
                return config;
            }());
        GateConfig gate_config;
        gate_config.pool = pool();
        gate_config.hub = hub_address();
        gate_config.chain_id = 65535;
        gate_config.stream_id = store->stream_id();
        gate = std::make_unique<WorkerGate>(server, hub, gate_config,
                                            [this](GateInput input) { core->put(std::move(input)); });
        verifier = std::make_unique<Verifier>(
            "http://127.0.0.1:1", [this](VerifyResult r) { core->put(std::move(r)); }, 1U);
        CorePorts ports;
        ports.store = store.get();
        ports.outbox = outbox.get();
        ports.gate = gate.get();
        ports.verifier = verifier.get();
        ports.clock = &clock;
        ports.key = &key;
        CoreConfig config;
        config.decider.supply.private_pool = true;
        config.decider.gather_ms = 0;
        core = std::make_unique<Core>(config, ports, *store->load());
        rest = std::make_unique<RestApi>(RestConfig{pool(), key.address(), hub_address(), 65535}, *core, *store);
        rest->add_routes(server);
        outbox->load();
        core->start();
        outbox->start();
        EXPECT_TRUE(server.start());
    }
    ~Life() {
        gate->close_all();
        server.stop();
        core->stop();
        verifier->stop();
        outbox->stop();
    }
    static Address hub_address() { return test_key(100).address(); }
    static Address pool() { return test_key(101).address(); }

    DealSeen sell(std::uint64_t tasks, std::uint64_t trust) {
        DealSeen deal;
        deal.deal = DealId(crypto::keccak256("d" + std::to_string(trust)));
        deal.trust = Uint256{trust};
        deal.time_ref_s = 300;
        deal.start_s = 1'000;
        deal.count = tasks;
        deal.requester = test_key(50).address();
        feed({deal});
        return deal;
    }
    void feed(std::vector<Fact> facts) {
        client::BlockBatch batch;
        batch.last.number = ++block;
        batch.last.hash = crypto::keccak256(std::to_string(block));
        EXPECT_TRUE(core->take_blocks(std::move(facts), batch));
    }
    net::Response get(const std::string& path, const std::string& authorization = {}) {
        net::ClientRequest request;
        request.url = "http://127.0.0.1:" + std::to_string(server.port()) + path;
        if (!authorization.empty()) request.headers["authorization"] = authorization;
        return *net::http_request(request);
    }
    /// The authorization header for a fresh challenge.
    std::string signed_by(const crypto::PrivateKey& reader) {
        const auto challenge = Json::parse(get("/v1/challenge?address=" + to_checksum(reader.address())).body);
        return *client::authorization_header(challenge["data"], reader);
    }
    net::Response post(const std::string& path) {
        net::ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + std::to_string(server.port()) + path;
        request.headers["x-bourse-admin"] = "1";
        return *net::http_request(request);
    }

    TinyNode node;
    client::RpcClient rpc;
    client::Hub hub;
    net::HttpServer server;
    ChainClock clock;
    InstantChain chain;
    crypto::PrivateKey key = test_key(9);
    std::uint64_t block = 0;
    std::unique_ptr<EventStore> store;
    std::unique_ptr<client::Outbox> outbox;
    std::unique_ptr<WorkerGate> gate;
    std::unique_ptr<Verifier> verifier;
    std::unique_ptr<Core> core;
    std::unique_ptr<RestApi> rest;
};

class CoreTest : public ::testing::Test {
protected:
    sys::TempDir folder;
    std::string url = "sqlite://" + (folder.path() / "s.db").string();
};

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
