#include <bourse/market/command.hpp>

#include <bourse/client/keystore.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/service.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>

namespace bourse::market {

namespace {

/// Long enough that orders cannot flicker, too short for people to notice.
constexpr std::uint64_t kMinRestMs = 250;

struct MarketOptions {
    sys::RoleOptions role;
    std::string rpc = "http://127.0.0.1:8545";
    std::string hub = to_checksum(poco::kHub);
    std::filesystem::path faucet_key_file, helper_key_file, broker_key_file;
    std::uint64_t requests_per_minute = 100;
    std::vector<std::string> other_markets;
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
    if (!options.helper_key_file.empty()) {
        BOURSE_TRY(config.helper_key, client::read_key_file(options.helper_key_file));
    }
    if (!options.broker_key_file.empty()) {
        BOURSE_TRY(config.broker_key, client::read_key_file(options.broker_key_file));
    }
    for (const auto* url : {&config.links.documentation_url, &config.links.source_url})
        if (!url->empty()) BOURSE_CHECK(check_link(*url));
    for (const auto& text : options.other_markets) {
        BOURSE_TRY(auto other, parse_other_market(text));
        config.links.others.push_back(std::move(other));
    }
    config.rpc_url = options.rpc;
    if (config.ui_folder.empty()) config.ui_folder = find_ui_folder();
    client::RpcClient rpc(options.rpc);
    const auto views = orderbook::make_market_chain(rpc, hub);
    const auto blocks = client::make_follower_chain(rpc);
    const auto transactions = client::make_outbox_chain(rpc);
    const auto index_chain = explorer::make_explorer_chain(rpc, hub);
    BOURSE_TRY(const auto service,
               MarketService::start(config, {*views, *blocks, *transactions, &rpc, index_chain.get()}));
    sys::log_info("serving", {{"url", "http://" + config.bind + ":" + std::to_string(service->port())}});
    sys::wait_for_stop();
    if (const auto failure = service->failure()) return fail(*failure);
    return {};
}

Status<> rebuild_index(MarketOptions& options) {
    BOURSE_TRY(const auto hub, parse_address(options.hub));
    options.config.folder = options.role.data_dir;
    BOURSE_TRY(const auto index, explorer::Index::open(index_database_url(options.config), hub));
    client::RpcClient rpc(options.rpc);
    const auto chain = explorer::make_explorer_chain(rpc, hub);
    const auto blocks = client::make_follower_chain(rpc);
    index->reset();
    explorer::IndexFollower follower(*index, *chain, *blocks, {}, {});
    std::int64_t told = 0;
    BOURSE_CHECK(follower.run_to_head([&](std::int64_t height, std::int64_t head) {
        if (height < told + 10'000 && height != head) return;
        told = height;
        std::printf("%lld of %lld blocks\n", static_cast<long long>(height), static_cast<long long>(head));
        std::fflush(stdout);
    }));
    const auto figures = index->figures(index->block_time_s());
    std::printf("The index is at block %lld: %lld deals, %lld tasks, %lld accounts.\n",
                static_cast<long long>(index->height()), static_cast<long long>(figures.deals),
                static_cast<long long>(figures.tasks), static_cast<long long>(figures.accounts));
    return {};
}

}  // namespace

void add_market_command(CLI::App& root, int& exit_code) {
    const auto options = std::make_shared<MarketOptions>();
    auto& config = options->config;
    config.rules.min_rest_ms = kMinRestMs;
    auto* app = root.add_subcommand("market", "Run an order book, with a faucet on development chains");
    sys::add_role_options(*app, "market", options->role, 8080);
    sys::add_option(*app, "market", "rpc", options->rpc, "URL of the node");
    sys::add_option(*app, "market", "database", config.database,
                    "Database of orders, lists and faucet: sqlite:///path or postgresql://… (default: market.db)");
    sys::add_option(*app, "market", "index-database", config.index_database,
                    "Database of the explorer's index, another one than --database (default: explorer.db)");
    sys::add_option(*app, "market", "hub", options->hub, "Address of the hub contract");
    sys::add_option(*app, "market", "store-url", config.store_url, "Store behind /ipfs");
    sys::add_option(*app, "market", "scheduler-url", config.scheduler_url, "Scheduler behind /v1/tasks");
    sys::add_option(*app, "market", "faucet-key-file", options->faucet_key_file,
                    "Key that pays the faucet (none: no faucet)");
    sys::add_option(*app, "market", "faucet-amount", config.faucet.amount_nrlc, "nRLC for each request at the faucet");
    sys::add_option(*app, "market", "helper-key-file", options->helper_key_file,
                    "Key that submits matches for buyers (none: they send them themselves)");
    sys::add_option(*app, "market", "broker-key-file", options->broker_key_file,
                    "Key that sends the broker's matches (none: limit orders rest)");
    sys::add_option(*app, "market", "min-rest-ms", config.rules.min_rest_ms,
                    "Time an order rests before it may be withdrawn");
    sys::add_option(*app, "market", "max-open-orders", config.rules.max_open_orders, "Open orders by kind and wallet");
    sys::add_option(*app, "market", "ui-dir", config.ui_folder,
                    "Folder of the built web app (default: found beside the program)");
    sys::add_option(*app, "market", "public-url", config.public_url,
                    "Address in /chain.json (default: as the market was asked)");
    sys::add_option(*app, "market", "rollback-depth", config.rollback_depth,
                    "Blocks that this chain may replace (0: a block is final, as on ours)");
    sys::add_option(*app, "market", "dev", config.dev, "Show the public development accounts to pages on this machine");
    sys::add_option(*app, "market", "private-hooks", config.hooks.to_private,
                    "Let webhooks reach loopback, private and link-local addresses too");
    sys::add_option(*app, "market", "requests-per-minute", options->requests_per_minute,
                    "By client address; 0: no limit");
    sys::add_option(*app, "market", "rate-exempt", config.rate_exempt,
                    "More addresses without a limit, e.g. of a proxy");
    sys::add_option(*app, "market", "allowed-hosts", config.allowed_hosts, "Host names this market is reached by");
    sys::add_option(*app, "market", "documentation-url", config.links.documentation_url,
                    "Documentation that the web app leads to");
    sys::add_option(*app, "market", "source-url", config.links.source_url, "Source code that the web app leads to");
    sys::add_option(*app, "market", "other-market", options->other_markets,
                    "Market of another chain, as NAME=CHAINID=URL (again and again)");
    auto* reindex =
        app->add_subcommand("reindex", "Rebuild the explorer's index from the genesis (the market must be stopped)");
    reindex->callback([options, &exit_code] {
        exit_code = sys::run_role("market", options->role, [&] { return rebuild_index(*options); });
    });
    app->callback([options, reindex, &exit_code] {
        if (reindex->parsed()) return;
        exit_code = sys::run_role("market", options->role, [&] { return serve_market(*options); });
    });
}

}  // namespace bourse::market
