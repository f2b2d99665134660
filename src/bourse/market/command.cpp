#include <bourse/market/command.hpp>

#include <bourse/client/keystore.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/service.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

namespace bourse::market {

namespace {

struct MarketOptions {
    sys::RoleOptions role;
    std::string rpc = "http://127.0.0.1:8545";
    std::string hub = to_checksum(poco::kHub);
    std::filesystem::path faucet_key_file;
    std::uint64_t requests_per_minute = 100;
    MarketConfig config;
};

Status<> serve_market(MarketOptions& options) {
    BOURSE_TRY(const auto hub, parse_address(options.hub));
    auto& config = options.config;
    config.folder = options.role.data_dir;
    config.bind = options.role.bind;
    config.port = options.role.port;
    config.requests_per_minute = options.requests_per_minute;
    config.ws_url = client::websocket_url(options.rpc);
    if (!options.faucet_key_file.empty()) {
        BOURSE_TRY(config.faucet_key, client::read_key_file(options.faucet_key_file));
    }
    client::RpcClient rpc(options.rpc);
    const auto views = orderbook::make_market_chain(rpc, hub);
    const auto blocks = client::make_follower_chain(rpc);
    const auto transactions = client::make_outbox_chain(rpc);
    BOURSE_TRY(const auto service, MarketService::start(config, {*views, *blocks, *transactions}));
    sys::log_info("serving", {{"url", "http://" + config.bind + ":" + std::to_string(service->port())}});
    sys::wait_for_stop();
    if (const auto failure = service->failure()) return fail(*failure);
    return {};
}

}  // namespace

void add_market_command(CLI::App& root, int& exit_code) {
    const auto options = std::make_shared<MarketOptions>();
    auto& config = options->config;
    auto* app = root.add_subcommand("market", "Run an order book, with a faucet on development chains");
    sys::add_role_options(*app, "market", options->role, 8080);
    sys::add_option(*app, "market", "rpc", options->rpc, "URL of the node");
    sys::add_option(*app, "market", "hub", options->hub, "Address of the hub contract");
    sys::add_option(*app, "market", "store-url", config.store_url, "Store behind /ipfs");
    sys::add_option(*app, "market", "scheduler-url", config.scheduler_url, "Scheduler behind /v1/tasks");
    sys::add_option(*app, "market", "faucet-key-file", options->faucet_key_file,
                    "Key that pays the faucet (none: no faucet)");
    sys::add_option(*app, "market", "faucet-amount", config.faucet.amount_nrlc, "nRLC for each request at the faucet");
    sys::add_option(*app, "market", "requests-per-minute", options->requests_per_minute,
                    "By client address; 0: no limit");
    sys::add_option(*app, "market", "rate-exempt", config.rate_exempt,
                    "More addresses without a limit, e.g. of a proxy");
    sys::add_option(*app, "market", "allowed-hosts", config.allowed_hosts, "Host names this market is reached by");
    app->callback([options, &exit_code] {
        exit_code = sys::run_role("market", options->role, [&] { return serve_market(*options); });
    });
}

}  // namespace bourse::market
