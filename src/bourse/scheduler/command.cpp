#include <bourse/scheduler/command.hpp>

#include <bourse/client/keystore.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/scheduler/service.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

namespace bourse::scheduler {
namespace {

constexpr std::uint16_t kSchedulerPort = 8090;

struct SchedulerOptions {
    sys::RoleOptions role;
    std::string rpc = "http://127.0.0.1:8545";
    std::string pool;
    std::string hub = to_checksum(poco::kHub);
    std::vector<std::string> prices{"20", "40", "80", "160", "320"};
    client::KeySource key;
    ServiceConfig config;
};

/// Prices by category, 0, 1, 2 …, in nRLC; an empty one leaves the category out.
Result<std::vector<OrderOffer>> parse_prices(const std::vector<std::string>& prices) {
    std::vector<OrderOffer> out;
    for (std::size_t category = 0; category < prices.size(); ++category) {
        if (prices[category].empty()) continue;
        BOURSE_TRY(const auto price, parse_rlc(prices[category]));
        if (!price.fits_u64()) return fail("AMOUNT_INVALID", "The price " + prices[category] + " is too high.");
        out.push_back({category, price.low_u64()});
    }
    return out;
}

Status<> serve_scheduler(SchedulerOptions& options) {
    auto& config = options.config;
    if (options.pool.empty())
        return fail("POOL_MISSING", "Say which pool to run: --pool 0x… (bourse workerpool deploy makes one).");
    BOURSE_TRY(config.hub, parse_address(options.hub));
    BOURSE_TRY(config.pool, parse_address(options.pool));
    BOURSE_TRY(config.orders.offers, parse_prices(options.prices));
    BOURSE_TRY(const auto key, client::load_key(options.key));
    config.data_dir = options.role.data_dir;
    config.bind = options.role.bind;
    config.port = options.role.port;
    config.rpc_url = options.rpc;
    config.orders.pool = config.pool;
    config.orders.grace_ms = config.worker_lost_ms + 5'000;
    bool failed = false;
    config.on_fatal = [&failed](const std::string&) {
        failed = true;
        sys::request_stop();
    };
    BOURSE_TRY(const auto service, SchedulerService::start(config, key));
    sys::log_info("serving", {{"url", "http://" + config.bind + ":" + std::to_string(service->port())},
                              {"pool", to_checksum(config.pool)}});
    sys::wait_for_stop();
    if (failed)
        return fail("LOG_UNWRITABLE", "The scheduler could not write its log and has stopped; see its log file.");
    return {};
}

}  // namespace

void add_scheduler_command(CLI::App& root, int& exit_code) {
    const auto options = std::make_shared<SchedulerOptions>();
    auto& config = options->config;
    auto* app = root.add_subcommand("scheduler", "Run a worker pool: take deals, engage workers, finalize");
    const auto option = [&](std::string_view name, auto& value, std::string_view help) {
        return sys::add_option(*app, "scheduler", name, value, help);
    };
    sys::add_role_options(*app, "scheduler", options->role, kSchedulerPort);
    option("rpc", options->rpc, "URL of the node");
    option("ws", config.ws_url, "WebSocket URL of the node (default: the same port)");
    option("market", config.market_url, "URL of the market where the pool's orders are renewed; empty: not at all");
    option("store-url", config.store_url, "URL of the result store");
    option("pool", options->pool, "Address of the workerpool contract");
    option("hub", options->hub, "Address of the hub contract");
    option("key-file", options->key.key_file, "File with the pool owner's key (0x hex, mode 0600)");
    option("wallet-file", options->key.wallet_file, "The same as a wallet file");
    option("password-file", options->key.password_file, "File with the wallet's password");
    option("private-pool", config.private_pool,
           "All workers are the operator's own: address prefixes are not compared");
    option("start-block", config.start_block, "First block to look for deals in");
    option("prices", options->prices, "nRLC a task for each category from 0 on; repeat the option or leave one empty");
    option("trust", config.orders.wanted_trust, "Highest trust that is offered");
    option("volume", config.orders.volume, "Tasks that each order offers");
    option("subscriptions", config.orders.subscriptions,
           "JSON file of subscriptions whose orders are renewed each period (docs/guides/operator.md)");
    option("worker-lost-ms", config.worker_lost_ms, "Silence after which a worker counts as lost");
    option("upload-timeout-ms", config.upload_timeout_ms, "Time an uploader has before another one is asked");
    option("min-replacement-ms", config.min_replacement_ms, "Shortest replacement timer for silent replicates");
    option("allowed-hosts", config.allowed_hosts, "Host names this scheduler is reached by");
    app->callback([options, &exit_code] {
        exit_code = sys::run_role("scheduler", options->role, [&] { return serve_scheduler(*options); });
    });
}

}  // namespace bourse::scheduler
