// Core, gate, store and REST together, for tests: a real database, a real WebSocket server and worker's end; the node
// is a small JSON-RPC answerer, the chain of the outbox a list.
#pragma once

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

namespace bourse::scheduler::testing {

namespace stream = client::stream;
using Json = nlohmann::json;

inline crypto::PrivateKey test_key(std::uint8_t n) {
    Bytes32 bytes;
    bytes.data.fill(n);
    return *crypto::PrivateKey::from(bytes);
}

inline bool eventually(const std::function<bool()>& condition, std::uint64_t ms = 60'000) {
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
        login.pauses = true;
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
        ports.node_clock = &node_clock;
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
    net::Response post(const std::string& path, std::string body = {}) {
        net::ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + std::to_string(server.port()) + path;
        request.headers["x-bourse-admin"] = "1";
        request.body = std::move(body);
        return *net::http_request(request);
    }

    TinyNode node;
    client::RpcClient rpc;
    client::Hub hub;
    net::HttpServer server;
    ChainClock clock;
    ClockOffset node_clock;
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

}  // namespace bourse::scheduler::testing
