#include <bourse/node/node.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/crypto/cipher.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/node/admin.hpp>
#include <bourse/node/data_folder.hpp>
#include <bourse/node/node_metrics.hpp>
#include <bourse/rpc/service.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>

namespace bourse::node {

namespace {

constexpr std::size_t kMaxGenesisBytes = 256UL << 20;
/// Clocks are set back a little now and then; blocks then keep the head's time until the clock has caught up.
constexpr std::uint64_t kClockToleranceMs = 60'000;

Status<> check_clock(engine::Engine& engine, std::int64_t offset_s) {
    const std::uint64_t behind_ms = engine.sequencer().behind_head_ms();
    if (behind_ms <= kClockToleranceMs) return {};
    const std::int64_t behind_s = static_cast<std::int64_t>(behind_ms / 1000);
    const std::string hint = engine.is_development()
                                 ? ", or start with --dev-clock-offset " + std::to_string(offset_s + behind_s + 1)
                                 : std::string();
    return fail("CLOCK_BEHIND", "The clock is " + std::to_string(behind_s) +
                                    " s behind the time of the last block. Set the system's clock right" + hint + ".");
}

Result<chain::GenesisConfig> read_genesis(const std::filesystem::path& file) {
    BOURSE_TRY(const auto text, sys::read_file(file, kMaxGenesisBytes));
    auto config = chain::parse_genesis(text);
    if (!config) return fail(config.error().code, file.string() + ": " + config.error().message);
    return config;
}

Result<std::set<Address>> parse_addresses(const std::vector<std::string>& texts) {
    std::set<Address> out;
    for (const auto& text : texts) {
        BOURSE_TRY(const auto address, parse_address(text));
        out.insert(address);
    }
    return out;
}

}  // namespace

Result<chain::GenesisConfig> choose_genesis(const std::filesystem::path& data_dir,
                                            const std::filesystem::path& genesis_file, bool dev) {
    if (dev && !genesis_file.empty())
        return fail("GENESIS_INVALID", "--dev and --genesis exclude each other; --dev brings its own genesis.");
    const auto own = data_dir / "genesis.json";
    const bool has_own = std::filesystem::exists(own);
    std::optional<chain::GenesisConfig> wanted;
    if (dev) wanted = chain::development_genesis();
    if (!genesis_file.empty()) {
        BOURSE_TRY(wanted, read_genesis(genesis_file));
    }
    if (!has_own) {
        if (wanted) return *std::move(wanted);
        return fail("GENESIS_MISSING", "The data folder " + data_dir.string() +
                                           " holds no chain yet. Start with --dev, or with --genesis FILE.");
    }
    BOURSE_TRY(auto kept, read_genesis(own));
    if (wanted && chain::to_json(*wanted) != chain::to_json(kept))
        return fail("DATA_FOREIGN", "The data folder " + data_dir.string() +
                                        " belongs to a chain with another genesis (id " +
                                        std::to_string(kept.chain_id) + "). Choose another folder with --data-dir.");
    return kept;
}

struct Node::Impl {
    NodeOptions options;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<rpc::RpcService> rpc;
    std::unique_ptr<net::HttpServer> server;
    std::string admin_token;
    bool started = false;
    bool stopped = false;
};

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Node::~Node() { stop(); }

Result<std::unique_ptr<Node>> Node::open(NodeOptions options) {
    auto impl = std::make_unique<Impl>();
    remove_stale_copies(options.data_dir);
    BOURSE_TRY(auto genesis, choose_genesis(options.data_dir, options.genesis_file, options.dev));
    const auto genesis_text = chain::to_json(genesis);
    engine::EngineOptions engine;
    engine.data_folder = options.data_dir;
    engine.compat_delay_ms = options.compat_delay_ms;
    engine.heartbeat_ms = options.heartbeat_ms;
    engine.clock_offset_s = options.clock_offset_s;
    BOURSE_TRY(engine.quota_exempt, parse_addresses(options.quota_exempt));
    engine.state.history_blocks = genesis.archive ? 0 : options.history_blocks;
    engine.genesis = std::move(genesis);
    BOURSE_TRY(impl->engine, engine::Engine::open(std::move(engine)));
    const auto own = options.data_dir / "genesis.json";
    if (!std::filesystem::exists(own)) {
        BOURSE_CHECK(sys::write_file_atomic(own, genesis_text, 0644, true));
    }

    net::ServerConfig server;
    server.bind = options.bind;
    server.port = options.port;
    server.handler_threads = options.handler_threads;
    server.cors = options.cors;
    server.allowed_hosts = options.allowed_hosts;
    server.rate_exempt = options.rate_exempt;
    apply(options.limits, server);
    impl->rpc = std::make_unique<rpc::RpcService>(*impl->engine, rpc_limits(options.limits));
    impl->server = std::make_unique<net::HttpServer>(std::move(server));
    impl->rpc->mount(*impl->server);
    watch_engine(*impl->engine);
    serve_node_metrics(*impl->server, *impl->engine);
    net::serve_version(*impl->server, "node");
    impl->admin_token = to_hex_plain(crypto::random_bytes32());
    serve_admin(*impl->server, *impl->engine, impl->admin_token);
    impl->options = std::move(options);
    return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Status<> Node::start() {
    BOURSE_CHECK(check_clock(*impl_->engine, impl_->options.clock_offset_s));
    // The server first: a taken port must not leave blocks behind.
    BOURSE_CHECK(impl_->server->start());
    BOURSE_CHECK(write_admin_file(impl_->options.data_dir, impl_->options.bind, port(), impl_->admin_token));
    impl_->started = true;
    impl_->engine->start();
    const auto info = impl_->engine->application().info();
    sys::log_info("node started", {{"url", "http://" + impl_->options.bind + ":" + std::to_string(port())},
                                   {"chain_id", std::to_string(impl_->engine->view()->chain_id())},
                                   {"genesis", to_hex(info.genesis_hash)},
                                   {"head", std::to_string(info.head_number)}});
    return {};
}

std::uint16_t Node::port() const noexcept { return impl_->server->port(); }

engine::Engine& Node::engine() noexcept { return *impl_->engine; }

void Node::stop() {
    if (impl_->stopped) return;
    impl_->stopped = true;
    if (impl_->started) remove_admin_file(impl_->options.data_dir);
    impl_->server->stop();
    impl_->engine->stop();
}

}  // namespace bourse::node
