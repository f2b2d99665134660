#include <bourse/store/command.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/store/service.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <CLI/CLI.hpp>

namespace bourse::store {

namespace {

struct StoreOptions {
    sys::RoleOptions role;
    std::string rpc = "http://127.0.0.1:8545";
    std::string hub = to_checksum(poco::kHub);
    StoreConfig config;
};

Status<> serve_store(StoreOptions& options) {
    BOURSE_TRY(const auto hub, parse_address(options.hub));
    client::RpcClient rpc(options.rpc);
    const auto chain = make_store_chain(rpc, hub);
    options.config.folder = options.role.data_dir;
    options.config.bind = options.role.bind;
    options.config.port = options.role.port;
    BOURSE_TRY(const auto service, StoreService::start(options.config, *chain));
    sys::log_info("serving", {{"url", "http://" + options.role.bind + ":" + std::to_string(service->port())}});
    sys::wait_for_stop();
    return {};
}

}  // namespace

void add_store_command(CLI::App& root, int& exit_code) {
    const auto options = std::make_shared<StoreOptions>();
    auto* app = root.add_subcommand("store", "Keep results and data under their content identifiers");
    sys::add_role_options(*app, "store", options->role, 8110);
    sys::add_option(*app, "store", "rpc", options->rpc, "URL of the node");
    sys::add_option(*app, "store", "hub", options->hub, "Address of the hub contract");
    sys::add_option(*app, "store", "max-bytes", options->config.max_bytes, "Most bytes of content to keep");
    sys::add_option(*app, "store", "max-upload-bytes", options->config.max_upload_bytes, "Largest archive of a result");
    sys::add_option(*app, "store", "keep-free-bytes", options->config.keep_free_bytes,
                    "Bytes of the disk to leave free");
    auto& uploads = options->config.uploads;
    sys::add_option(*app, "store", "uploads-from", uploads.from,
                    "Whose files to keep: nobody, staked (wallets with a deposit), anyone")
        ->check(CLI::IsMember({"nobody", "staked", "anyone"}));
    sys::add_option(*app, "store", "max-file-bytes", uploads.max_bytes, "Largest file of a data provider");
    sys::add_option(*app, "store", "max-owner-bytes", uploads.owner_bytes, "Most bytes of files of one wallet");
    sys::add_option(*app, "store", "max-files-bytes", uploads.total_bytes, "Most bytes of files of all wallets");
    sys::add_option(*app, "store", "keep-files-ms", uploads.keep_ms,
                    "How long to keep an unfinished upload, and a file that no dataset on chain refers to");
    sys::add_option(*app, "store", "allowed-hosts", options->config.allowed_hosts,
                    "Host names this store is reached by");
    app->callback([options, &exit_code] {
        exit_code = sys::run_role("store", options->role, [&] { return serve_store(*options); });
    });
}

}  // namespace bourse::store
