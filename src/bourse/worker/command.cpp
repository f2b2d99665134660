#include <bourse/worker/command.hpp>

#include <bourse/client/keystore.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/worker.hpp>

#include <CLI/CLI.hpp>

namespace bourse::worker {
namespace {

struct WorkerOptions {
    sys::RoleOptions role;
    client::KeySource key;
    std::string hub = to_checksum(poco::kHub);
    std::string pool, owner;
    WorkerConfig config;
};

Status<> read_addresses(WorkerOptions& options) {
    BOURSE_TRY(options.config.hub, parse_address(options.hub));
    if (!options.pool.empty()) {
        BOURSE_TRY(options.config.pool, parse_address(options.pool));
    }
    if (!options.owner.empty()) {
        BOURSE_TRY(options.config.owner, parse_address(options.owner));
    }
    return {};
}

Status<> serve_worker(WorkerOptions& options) {
    BOURSE_CHECK(read_addresses(options));
    options.config.data_dir = options.role.data_dir;
    BOURSE_TRY(const auto wallet, client::load_key(options.key));
    net::ServerConfig server_config;
    server_config.bind = options.role.bind;
    server_config.port = options.role.port;
    server_config.handler_threads = 2;
    net::HttpServer server(server_config);
    net::serve_metrics(server);
    net::serve_version(server, "worker");
    BOURSE_TRY(const auto worker, Worker::create(options.config, wallet));
    BOURSE_CHECK(server.start());
    worker->start();
    sys::log_info("serving", {{"url", "http://" + options.role.bind + ":" + std::to_string(server.port())},
                              {"worker", to_checksum(wallet.address())}});
    sys::wait_for_stop();
    worker->stop();
    server.stop();
    return {};
}

void add_worker_options(CLI::App& app, WorkerOptions& options) {
    const auto add = [&](std::string_view name, auto& value, std::string_view help) {
        sys::add_option(app, "worker", name, value, help);
    };
    auto& config = options.config;
    add("rpc", config.rpc_url, "URL of the node");
    add("scheduler", config.scheduler_url, "URL of the pool's scheduler");
    add("store-url", config.store_url, "URL of the result store; also the default IPFS gateway");
    add("hub", options.hub, "Address of the hub contract");
    add("pool", options.pool, "Refuse a scheduler of any other pool");
    add("owner", options.owner, "Address that answers for this worker (default: its own)");
    add("key-file", options.key.key_file, "File with the key as 0x-hex text, mode 0600");
    add("wallet-file", options.key.wallet_file, "Encrypted wallet (Web3 Secret Storage)");
    add("password-file", options.key.password_file, "Its password; else BOURSE_PASSWORD");
    add("name", config.name, "Name shown by the scheduler");
    add("registry", config.registries, "Image registry HOST:PORT that may be at any address (repeatable)");
    add("default-registry", config.default_registry,
        "Registry for image names without a host; without it they are refused");
    add("fetch-allow", config.fetch_allow,
        "Origin that inputs may come from although it is not public https (repeatable)");
    add("ipfs-gateway", config.ipfs_gateways, "Origin asked for /ipfs/ references (repeatable; default: the store)");
    add("slots", config.slots, "Tasks computed at the same time (0: cores - 1)");
    add("max-stake-percent", config.max_stake_percent,
        "Decline deals whose stake exceeds this share of the pool's price");
    add("image-cache", config.image_cache_dir, "Folder of unpacked images, shared by the workers of a machine");
    add("image-cache-mib", config.image_cache_mib, "Budget of that folder in MiB");
    add("registry-retry-ms", config.registry_retry_ms, "Pause between the three tries to reach a registry");
    add("download-timeout-ms", config.download_timeout_ms, "Limit for one download");
    add("sandbox", config.sandbox, "auto, runc, or chroot (development chains only)");
    add("dev-cheat", config.dev_cheat, "Contribute wrong digests (development chains only)");
}

}  // namespace

void add_worker_command(CLI::App& root, int& exit_code) {
    const auto options = std::make_shared<WorkerOptions>();
    options->config.image_cache_dir = sys::bourse_home() / "cache" / "images";
    auto* app = root.add_subcommand("worker", "Run tasks of a pool in a sandbox and contribute their results");
    sys::add_role_options(*app, "worker", options->role, 8120);
    add_worker_options(*app, *options);
    app->callback([options, &exit_code] {
        exit_code = sys::run_role("worker", options->role, [&] { return serve_worker(*options); });
    });
}

}  // namespace bourse::worker
