#include <bourse/cli/up/command.hpp>
#include <bourse/cli/up/dev_setup.hpp>
#include <bourse/cli/up/ports.hpp>
#include <bourse/cli/up/samples.hpp>
#include <bourse/cli/up/supervisor.hpp>
#include <bourse/cli/up/up_file.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

namespace bourse::cli {
namespace {

constexpr std::uint64_t kOffersLimitMs = 30'000;
constexpr unsigned kMostWorkers = 5;  ///< development accounts worker1…worker5
constexpr std::uint64_t kDevChainId = 65535;
constexpr const char* kPoolDescription = "bourse-development-pool";

struct UpOptions {
    std::string ports = "default";
    std::uint32_t workers = 3;
    std::uint32_t dev_cheats = 0;
    bool no_restart = false;
    std::filesystem::path samples;
    std::string log_level = "info";

    unsigned all_workers() const { return workers + dev_cheats; }
};

/// One start of the market: holds the folder's lock, the ports, the children and what was deployed.
class Up {
public:
    explicit Up(const UpOptions& options)
        : options_(options), home_(sys::bourse_home()), supervisor_(!options.no_restart) {}

    Status<> run();

private:
    Status<> prepare_home();
    Status<> start_services();
    Status<> set_up_market();
    Status<> start_pool();
    void wait_for_offers();
    Status<> supervise();

    Status<> start_role(const std::string& name, std::uint16_t port, std::vector<std::string> arguments);
    Status<> start_registry();
    Status<> start_worker(unsigned index);
    std::string key_file(const std::string& account) const { return (facts_.keys_folder / account).string(); }
    std::string node_url() const { return local_url(facts_.ports.node); }
    std::string registry() const { return "127.0.0.1:" + std::to_string(facts_.ports.registry); }
    static void progress(const std::string& line) { std::fprintf(stderr, "up: %s\n", line.c_str()); }

    const UpOptions& options_;
    std::filesystem::path home_;
    std::optional<sys::FileLock> lock_;  ///< one market a folder
    HeldPorts held_ports_;
    Supervisor supervisor_;
    UpFacts facts_;
    std::string program_;
};

Status<> Up::prepare_home() {
    std::error_code error;
    std::filesystem::create_directories(home_ / "logs", error);
    if (error)
        return fail("DATA_UNWRITABLE", "The folder " + home_.string() + " cannot be made: " + error.message() + ".");
    std::filesystem::permissions(home_, std::filesystem::perms::owner_all, error);
    BOURSE_TRY(auto lock, sys::FileLock::acquire(home_ / "up.lock"));
    lock_.emplace(std::move(lock));
    std::filesystem::remove(home_ / "up.json", error);
    program_ = std::filesystem::read_symlink("/proc/self/exe").string();
    facts_.chain_id = kDevChainId;
    facts_.keys_folder = home_ / "keys";
    BOURSE_CHECK(write_dev_keys(facts_.keys_folder));
    if (options_.ports == "auto") {
        BOURSE_TRY(facts_.ports, auto_ports(home_ / "ports.json", options_.all_workers(), held_ports_));
    } else {
        facts_.ports = default_ports(options_.all_workers());
    }
    return {};
}

Status<> Up::start_role(const std::string& name, std::uint16_t port, std::vector<std::string> arguments) {
    progress("starting " + name + " on " + local_url(port));
    RoleSpec role;
    role.name = name;
    role.url = local_url(port);
    role.log = home_ / "logs" / (name + ".log");
    role.argv = {program_};
    role.argv.insert(role.argv.end(), arguments.begin(), arguments.end());
    for (const auto& word : {std::string("--data-dir"), (home_ / name).string(), std::string("--port"),
                             std::to_string(port), std::string("--log-level"), options_.log_level})
        role.argv.push_back(word);
    return supervisor_.start(std::move(role));
}

Status<> Up::start_registry() {
    progress("starting the image registry on " + local_url(facts_.ports.registry));
    RoleSpec role;
    role.name = "registry";
    role.url = local_url(facts_.ports.registry);
    role.ready_path = "/v2/";
    role.metrics_path.clear();
    role.log = home_ / "logs" / "registry.log";
    BOURSE_TRY(role.argv, registry_command(home_ / "registry", facts_.ports.registry));
    return supervisor_.start(std::move(role));
}

Status<> Up::start_services() {
    BOURSE_CHECK(start_role("node", facts_.ports.node, {"node", "--dev"}));
    BOURSE_CHECK(start_role("store", facts_.ports.store, {"store", "--rpc", node_url(), "--uploads-from", "anyone"}));
    BOURSE_CHECK(start_registry());
    return start_role("market", facts_.ports.market,
                      {"market", "--rpc", node_url(), "--store-url", local_url(facts_.ports.store), "--scheduler-url",
                       local_url(facts_.ports.scheduler), "--faucet-key-file", key_file("faucet"), "--helper-key-file",
                       key_file("extra1"), "--broker-key-file", key_file("extra2"), "--dev"});
}

Status<> Up::set_up_market() {
    const auto folder = options_.samples.empty() ? find_samples_folder() : options_.samples;
    Samples samples;
    if (folder.empty()) {
        progress("no samples folder found: the market starts without sample applications (--samples FOLDER)");
    } else {
        progress("building and pushing the sample applications");
        BOURSE_TRY(samples, provide_samples(folder, home_ / "samples", registry(), local_url(facts_.ports.store)));
    }
    progress("setting up deposits, pool, apps and orders");
    client::RpcClient rpc(node_url());
    DevSetup setup(rpc, client::MarketClient(local_url(facts_.ports.market), facts_.chain_id), home_ / "orders");
    BOURSE_CHECK(setup.deposit_all());
    BOURSE_TRY(facts_.workerpool, setup.deploy_pool("scheduler", kPoolDescription));
    for (const auto& image : samples.images) {
        BOURSE_TRY(facts_.apps[image.name], setup.deploy_app(image));
        BOURSE_CHECK(setup.offer_app(image.name, facts_.apps[image.name].address));
        // An app is bought as well without words about it.
        if (const auto described = setup.describe_app(image, facts_.apps[image.name].address); !described)
            progress("no page for " + image.name + ": " + described.error().message);
    }
    for (const auto& data : samples.data) {
        BOURSE_TRY(facts_.datasets[data.name], setup.deploy_dataset(data));
        BOURSE_CHECK(setup.offer_dataset(data.name, facts_.datasets[data.name].address));
    }
    return {};
}

Status<> Up::start_worker(unsigned index) {
    const auto name = "worker" + std::to_string(index + 1);
    std::vector<std::string> arguments{"worker",
                                       "--rpc",
                                       node_url(),
                                       "--scheduler",
                                       local_url(facts_.ports.scheduler),
                                       "--store-url",
                                       local_url(facts_.ports.store),
                                       "--key-file",
                                       key_file(name),
                                       "--name",
                                       name,
                                       "--registry",
                                       registry(),
                                       "--fetch-allow",
                                       local_url(facts_.ports.store)};
    if (index >= options_.workers) arguments.push_back("--dev-cheat");
    return start_role(name, facts_.ports.workers.at(index), std::move(arguments));
}

Status<> Up::start_pool() {
    BOURSE_CHECK(start_role("scheduler", facts_.ports.scheduler,
                            {"scheduler", "--rpc", node_url(), "--market", local_url(facts_.ports.market),
                             "--store-url", local_url(facts_.ports.store), "--pool", to_checksum(facts_.workerpool),
                             "--key-file", key_file("scheduler"), "--private-pool"}));
    for (unsigned i = 0; i < options_.all_workers(); ++i) BOURSE_CHECK(start_worker(i));
    return {};
}

/// The scheduler publishes once workers have logged in; whoever reads up.json may buy at once. A pool that has nothing
/// to offer (its stake is spent, say) is no reason to stay down.
void Up::wait_for_offers() {
    if (options_.all_workers() == 0) return;
    client::RpcClient rpc(node_url());
    DevSetup setup(rpc, client::MarketClient(local_url(facts_.ports.market), facts_.chain_id), home_ / "orders");
    const auto offer = home_ / "orders" / "workerpool-XS.json";
    std::error_code ignored;
    std::filesystem::remove(offer, ignored);
    const auto deadline = sys::steady_ms() + kOffersLimitMs;
    while (!sys::stop_requested() && sys::steady_ms() < deadline) {
        if (setup.save_pool_orders(facts_.workerpool) && std::filesystem::exists(offer)) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    progress("the pool offers nothing yet; see " + (home_ / "logs/scheduler.log").string());
}

Status<> Up::supervise() {
    client::RpcClient rpc(node_url());
    DevSetup setup(rpc, client::MarketClient(local_url(facts_.ports.market), facts_.chain_id), home_ / "orders");
    // The scheduler publishes its orders once workers have logged in; the files follow what the market shows.
    constexpr unsigned kTicksPerSave = 20;
    for (unsigned ticks = 0; !sys::stop_requested(); ++ticks) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        BOURSE_TRY(const bool changed, supervisor_.tick());
        if (changed) BOURSE_CHECK(write_up_files(home_, facts_, supervisor_));
        if (ticks % kTicksPerSave != 0) continue;
        if (const auto saved = setup.save_pool_orders(facts_.workerpool); !saved)
            sys::log_warn("pool orders not saved", {{"code", saved.error().code}, {"message", saved.error().message}});
    }
    return {};
}

Status<> Up::run() {
    BOURSE_CHECK(prepare_home());
    const auto all = [this]() -> Status<> {
        BOURSE_CHECK(start_services());
        BOURSE_CHECK(set_up_market());
        BOURSE_CHECK(start_pool());
        wait_for_offers();
        BOURSE_CHECK(write_up_files(home_, facts_, supervisor_));
        progress("the market is up: " + local_url(facts_.ports.market) + ", node " + node_url());
        progress("facts in " + (home_ / "up.json").string() + "; Ctrl-C stops everything");
        return supervise();
    };
    const auto result = all();
    std::error_code ignored;
    std::filesystem::remove(home_ / "up.json", ignored);
    progress("stopping");
    supervisor_.stop_all();
    if (!result && result.error().code == "STOPPED") return {};
    return result;
}

int up_main(const UpOptions& options) {
    if (options.all_workers() > kMostWorkers) {
        std::fprintf(stderr, "up: at most %u workers and cheats together: there are that many development accounts\n",
                     kMostWorkers);
        return sys::kExitUsage;
    }
    sys::signals_init();
    sys::init_log({"up", sys::LogLevel::kInfo, (sys::bourse_home() / "logs" / "up.log").string(), true});
    Up up(options);
    const auto result = up.run();
    if (result) return sys::kExitOk;
    std::fprintf(stderr, "up: %s: %s\n", result.error().code.c_str(), result.error().message.c_str());
    return sys::kExitRefused;
}

}  // namespace

void add_up_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<UpOptions>();
    auto* up = root.add_subcommand(
        "up", "Run a whole development market on this machine: node, market, scheduler, workers, store, registry");
    up->footer(
        "Examples:\n  bourse up\n  bourse up --workers 3 --dev-cheats 1\n  BOURSE_HOME=/tmp/m bourse up --ports "
        "auto\n\n"
        "Everything lies in $BOURSE_HOME (default ~/.bourse); $BOURSE_HOME/up.json says where the roles are.");
    sys::add_option(*up, "up", "ports", options->ports,
                    "default: the fixed ports; auto: free ones, chosen once and kept")
        ->check(CLI::IsMember({"default", "auto"}));
    sys::add_option(*up, "up", "workers", options->workers, "Honest workers (default 3)");
    sys::add_option(*up, "up", "dev-cheats", options->dev_cheats, "Workers that contribute a wrong result (default 0)");
    sys::add_option(*up, "up", "no-restart", options->no_restart,
                    "Stop everything when a role dies, instead of restarting it");
    sys::add_option(*up, "up", "samples", options->samples, "Folder of the sample applications");
    sys::add_option(*up, "up", "role-log-level", options->log_level, "Log level of the roles");
    up->callback([options, &exit_code] { exit_code = up_main(*options); });
}

}  // namespace bourse::cli
