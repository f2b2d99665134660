#include <bourse/node/command.hpp>

#include <bourse/chain/genesis.hpp>
#include <bourse/node/data_command.hpp>
#include <bourse/node/node.hpp>
#include <bourse/rpc/method.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace bourse::node {

namespace {

struct NodeFlags {
    sys::RoleOptions role;
    NodeOptions node;
    std::uint32_t handler_threads = 8;
    int clock_offset = 0;
    bool conformance = false;
};

void add_run_options(CLI::App& app, NodeFlags& flags) {
    sys::add_role_options(app, "node", flags.role, 8545);
    sys::add_option(app, "node", "dev", flags.node.dev, "Run the development chain (id 65535, public test accounts)");
    sys::add_option(app, "node", "genesis", flags.node.genesis_file, "Genesis file for an empty data folder");
    sys::add_option(app, "node", "compat-delay-ms", flags.node.compat_delay_ms,
                    "How long eth_sendRawTransaction holds a transaction back, for existing clients (0 to 1000)")
        ->check(CLI::Range(0, 1000));
    sys::add_option(app, "node", "heartbeat-ms", flags.node.heartbeat_ms,
                    "An empty block after that long without one; 0: none");
    sys::add_option(app, "node", "history-blocks", flags.node.history_blocks,
                    "Blocks whose state is kept (at least 128), unless the genesis asks for an archive; 0: all");
    sys::add_option(app, "node", "dev-clock-offset", flags.clock_offset,
                    "Seconds between the chain's clock and the system's, e.g. -3600 (development chains)");
    sys::add_option(app, "node", "handler-threads", flags.handler_threads, "Threads that answer requests")
        ->check(CLI::Range(1, 256));
    sys::add_option(app, "node", "allow-host", flags.node.allowed_hosts,
                    "Host name this node is reached by (repeatable)");
    sys::add_option(app, "node", "cors", flags.node.cors, "Let web pages of any origin use the RPC");
    sys::add_option(app, "node", "rate-exempt", flags.node.rate_exempt,
                    "Client address without a limit of requests (repeatable)");
    add_limit_options(app, flags.node.limits);
    sys::add_option(app, "node", "quota-exempt", flags.node.quota_exempt,
                    "Sender without a transaction quota (repeatable)");
}

Status<> serve(NodeFlags& flags) {
    flags.node.data_dir = flags.role.data_dir;
    flags.node.bind = flags.role.bind;
    flags.node.port = flags.role.port;
    flags.node.handler_threads = flags.handler_threads;
    flags.node.clock_offset_s = flags.clock_offset;
    BOURSE_TRY(const auto node, Node::open(flags.node));
    BOURSE_CHECK(node->start());
    sys::wait_for_stop();
    node->stop();
    return {};
}

Status<> init_folder(const NodeFlags& flags) {
    NodeOptions options;
    options.data_dir = flags.role.data_dir;
    options.genesis_file = flags.node.genesis_file;
    options.dev = flags.node.dev;
    BOURSE_TRY(const auto node, Node::open(options));
    const auto info = node->engine().application().info();
    std::cout << "data folder " << options.data_dir.string() << "\nchain id    " << node->engine().view()->chain_id()
              << "\ngenesis     " << to_hex(info.genesis_hash) << "\nhead        " << info.head_number << "\n";
    return {};
}

int print_genesis(const NodeFlags& flags) {
    if (flags.node.dev == flags.conformance) {
        std::cerr << "bourse node genesis: say which one, --dev or --conformance\n";
        return sys::kExitUsage;
    }
    std::cout << chain::to_json(flags.node.dev ? chain::development_genesis() : chain::conformance_genesis()) << "\n";
    return sys::kExitOk;
}

}  // namespace

void add_node_command(CLI::App& root, int& exit_code) {
    auto* app = root.add_subcommand("node", "The chain: blocks, state, Ethereum JSON-RPC over HTTP and WebSocket");
    app->footer(
        "Examples:\n  bourse node --dev\n  bourse node init --genesis genesis.json --data-dir /srv/bourse/node");
    app->require_subcommand(0, 1);
    const auto flags = std::make_shared<NodeFlags>();
    add_run_options(*app, *flags);
    app->callback([app, flags, &exit_code] {
        if (!app->get_subcommands().empty()) return;
        exit_code = sys::run_role("node", flags->role, [flags] { return serve(*flags); });
    });

    const auto init_flags = std::make_shared<NodeFlags>();
    auto* init = app->add_subcommand("init", "Make a data folder from a genesis file, without starting the node");
    init->add_option("--genesis", init_flags->node.genesis_file, "Genesis file");
    init->add_flag("--dev", init_flags->node.dev, "The development genesis instead of a file");
    init->add_option("--data-dir", init_flags->role.data_dir, "Folder of its data (default: $BOURSE_HOME/node)");
    init->callback([init_flags, &exit_code] {
        init_flags->role.log_level = "warn";
        exit_code = sys::run_role("node", init_flags->role, [init_flags] { return init_folder(*init_flags); });
    });

    const auto print_flags = std::make_shared<NodeFlags>();
    auto* genesis = app->add_subcommand("genesis", "Print a genesis file that is built in");
    genesis->add_flag("--dev", print_flags->node.dev, "Of the development chain");
    genesis->add_flag("--conformance", print_flags->conformance, "Of the conformance vectors");
    genesis->callback([print_flags, &exit_code] { exit_code = print_genesis(*print_flags); });

    add_data_commands(*app, exit_code);

    auto* docs = app->add_subcommand("rpc-docs", "Print the reference page of the JSON-RPC methods (Markdown)");
    docs->callback([&exit_code] {
        std::cout << rpc::method_reference();
        exit_code = sys::kExitOk;
    });

    auto* limits = app->add_subcommand("limits-docs", "Print the reference page of the node's limits (Markdown)");
    limits->callback([&exit_code] {
        std::cout << limits_reference();
        exit_code = sys::kExitOk;
    });
}

}  // namespace bourse::node
