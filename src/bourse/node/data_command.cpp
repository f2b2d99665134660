#include <bourse/node/data_command.hpp>

#include <bourse/engine/chain_file.hpp>
#include <bourse/engine/replay.hpp>
#include <bourse/node/admin.hpp>
#include <bourse/node/data_folder.hpp>
#include <bourse/node/node.hpp>
#include <bourse/sys/command.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

namespace bourse::node {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t kProgressBlocks = 10'000;

struct DataFlags {
    fs::path data_dir;
    fs::path file;  ///< of a chain ("-": standard stream), or a backup's folder
    bool json = false;
    unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    std::uint64_t history_blocks = 128;
};

void print_result(const DataFlags& flags, std::ostream& out, const json& result) {
    if (flags.json) {
        json whole = result;
        whole["ok"] = true;
        out << whole.dump() << "\n";
        return;
    }
    for (const auto& [name, value] : result.items())
        out << fmt::format("{:<14}{}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
}

int print_refusal(const DataFlags& flags, std::ostream& out, std::string_view verb, const Error& error) {
    if (flags.json)
        out << json{{"ok", false}, {"error", {{"code", error.code}, {"message", error.message}}}}.dump(
                   -1, ' ', false, json::error_handler_t::replace)
            << "\n";
    else
        std::cerr << "bourse node " << verb << ": " << error.message << " [" << error.code << "]\n";
    return sys::kExitRefused;
}

int run_data_verb(DataFlags& flags, std::string_view verb, const std::function<Result<json>()>& body) {
    if (flags.data_dir.empty()) flags.data_dir = sys::bourse_home() / "node";
    sys::init_log({"node", sys::LogLevel::kWarn, "", true});
    // Where the chain itself goes to standard output, what is said about it must not.
    std::ostream& out = verb == "export" && flags.file == "-" ? std::cerr : std::cout;
    try {
        const auto result = body();
        if (!result) return print_refusal(flags, out, verb, result.error());
        print_result(flags, out, *result);
        return sys::kExitOk;
    } catch (const std::exception& error) {
        return print_refusal(flags, out, verb, {"UNEXPECTED", error.what()});
    }
}

engine::ReplayOptions replay_options(const DataFlags& flags) {
    engine::ReplayOptions out;
    out.threads = flags.threads;
    if (!flags.json)
        out.progress = [](std::uint64_t block) {
            if (block != 0 && block % kProgressBlocks == 0) std::cerr << "block " << block << "\n";
        };
    return out;
}

json head_json(const engine::Application& application) {
    const auto status = chain_status(application);
    return {{"height", status["height"]}, {"hash", status["hash"]}, {"stateRoot", status["stateRoot"]}};
}

json backup_json(const BackupInfo& info) {
    return {{"height", info.height},
            {"hash", to_hex(info.hash)},
            {"stateRoot", to_hex(info.state_root)},
            {"genesisHash", to_hex(info.genesis_hash)}};
}

Result<json> run_status(const DataFlags& flags) {
    BOURSE_TRY(const auto genesis, choose_genesis(flags.data_dir, {}, false));
    json status;
    const auto chain = ChainFolder::open(flags.data_dir);
    if (chain) {
        status = chain_status((*chain)->application());
    } else {
        if (chain.error().code != "DATA_LOCKED") return fail(chain.error());
        BOURSE_TRY(status, ask_running_node(flags.data_dir, "GET", "/admin/status", nullptr));
        status.erase("ok");
    }
    status["running"] = !chain.has_value();
    status["dataDir"] = flags.data_dir.string();
    status["bytes"] = folder_bytes(flags.data_dir);
    return status;
}

Result<json> export_to(const DataFlags& flags, ChainFolder& chain, std::ostream& out) {
    const auto view = chain.application().view();
    BOURSE_TRY(const auto report, engine::export_chain(*view, chain::to_json(chain.genesis()), out));
    json result = head_json(chain.application());
    result["blocks"] = report.blocks;
    result["transactions"] = report.transactions;
    result["file"] = flags.file.string();
    return result;
}

Result<json> run_export(const DataFlags& flags) {
    BOURSE_TRY(const auto chain, ChainFolder::open_beside_node(flags.data_dir));
    if (flags.file == "-") return export_to(flags, *chain, std::cout);
    if (fs::exists(flags.file))
        return fail("EXPORT_EXISTS", "There is a file " + flags.file.string() + " already. Choose another name.");
    fs::path partial = flags.file;
    partial += ".partial";
    std::error_code error;
    auto result = [&]() -> Result<json> {
        std::ofstream out(partial, std::ios::binary | std::ios::trunc);
        if (!out)
            return fail("EXPORT_UNWRITABLE",
                        "Cannot write " + partial.string() + ". Choose a folder that exists and has space.");
        BOURSE_TRY(auto done, export_to(flags, *chain, out));
        out.close();
        if (!out) return fail("EXPORT_UNWRITABLE", "Cannot write " + partial.string() + ". Free space there.");
        return done;
    }();
    if (result) fs::rename(partial, flags.file, error);
    if (error) result = fail("EXPORT_UNWRITABLE", "Cannot name " + flags.file.string() + ": " + error.message() + ".");
    if (!result) fs::remove(partial, error);
    return result;
}

Result<json> import_from(const DataFlags& flags, std::istream& in) {
    BOURSE_TRY(auto reader, engine::ChainFileReader::begin(in));
    BOURSE_TRY(auto genesis, chain::parse_genesis(reader.genesis_json()));
    BOURSE_TRY(const auto chain, ChainFolder::open_for(flags.data_dir, std::move(genesis), flags.history_blocks));
    BOURSE_TRY(const auto report, engine::import_chain(chain->application(), reader, replay_options(flags)));
    chain->keep_clock_of_head();
    json result = head_json(chain->application());
    result["blocks"] = report.blocks;
    result["transactions"] = report.transactions;
    result["known"] = report.known;
    return result;
}

Result<json> run_import(const DataFlags& flags) {
    if (flags.file == "-") return import_from(flags, std::cin);
    std::ifstream in(flags.file, std::ios::binary);
    if (!in)
        return fail("FILE_NOT_FOUND", "Cannot read " + flags.file.string() +
                                          ". Give an exported chain, or - for "
                                          "standard input.");
    return import_from(flags, in);
}

Result<json> run_verify(const DataFlags& flags) {
    BOURSE_TRY(const auto chain, ChainFolder::open_beside_node(flags.data_dir));
    const auto view = chain->application().view();
    auto options = replay_options(flags);
    options.scratch = scratch_folder(flags.data_dir, "verify");
    const auto report = engine::verify_chain(chain->genesis(), *view, options);
    std::error_code ignored;
    fs::remove_all(options.scratch, ignored);
    if (!report) return fail(report.error());
    json result = head_json(chain->application());
    result["blocks"] = report->blocks;
    result["transactions"] = report->transactions;
    result["books"] = "balanced";
    return result;
}

Result<json> run_prune(const DataFlags& flags) {
    const std::uint64_t before = folder_bytes(flags.data_dir);
    std::uint64_t dropped = 0;
    json result;
    {
        auto chain = ChainFolder::open(flags.data_dir);
        if (!chain && chain.error().code == "DATA_LOCKED")
            return fail("DATA_LOCKED", "A node uses " + flags.data_dir.string() +
                                           ". Stop it first; a running node prunes "
                                           "by itself, see --history-blocks.");
        if (!chain) return fail(chain.error());
        if ((*chain)->genesis().archive)
            return fail("ARCHIVE", "The genesis of this chain asks for an archive: the states of all blocks stay.");
        BOURSE_TRY(dropped, (*chain)->prune(flags.history_blocks));
    }
    BOURSE_TRY(const auto chain, ChainFolder::open(flags.data_dir));
    result = head_json(chain->application());
    result["oldestState"] = chain->application().view()->oldest_state();
    result["dropped"] = dropped;
    result["bytesBefore"] = before;
    result["bytes"] = folder_bytes(flags.data_dir);
    return result;
}

using Verb = Result<json> (*)(const DataFlags&);

CLI::App* add_verb(CLI::App& node, int& exit_code, const std::string& name, const std::string& help,
                   const std::shared_ptr<DataFlags>& flags, Verb verb) {
    auto* app = node.add_subcommand(name, help);
    app->add_option("--data-dir", flags->data_dir, "The node's data folder (default: $BOURSE_HOME/node)");
    app->add_flag("--json", flags->json, "Print one JSON object");
    app->callback([flags, name, verb, &exit_code] {
        exit_code = run_data_verb(*flags, name, [flags, verb] { return verb(*flags); });
    });
    return app;
}

void add_threads(CLI::App& app, DataFlags& flags) {
    app.add_option("--threads", flags.threads, "Threads that recover senders")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
}

}  // namespace

void add_data_commands(CLI::App& node, int& exit_code) {
    const auto flags = [] { return std::make_shared<DataFlags>(); };
    add_verb(node, exit_code, "status", "Height, root, sizes and kept states of a data folder, also beside its node",
             flags(), run_status);

    const auto to_file = flags();
    add_verb(node, exit_code, "export", "Write the chain to a file, also beside its node", to_file, run_export)
        ->add_option("--out", to_file->file, "The file, - for standard output")
        ->required();

    const auto from_file = flags();
    auto* import = add_verb(node, exit_code, "import", "Execute an exported chain and compare every header", from_file,
                            run_import);
    import->add_option("--in", from_file->file, "The file, - for standard input")->required();
    import->add_option("--history-blocks", from_file->history_blocks, "Blocks whose state is kept; 0: all")
        ->capture_default_str();
    add_threads(*import, *from_file);

    const auto verified = flags();
    add_threads(*add_verb(node, exit_code, "verify",
                          "Replay the chain from its genesis; compare headers, receipts and state; check the books",
                          verified, run_verify),
                *verified);

    const auto saved = flags();
    add_verb(node, exit_code, "backup", "Copy the chain to a new folder, also while its node makes blocks", saved,
             [](const DataFlags& f) -> Result<json> {
                 BOURSE_TRY(const auto info, make_backup(f.data_dir, f.file));
                 return backup_json(info);
             })
        ->add_option("--to", saved->file, "A new or empty folder")
        ->required();

    const auto restored = flags();
    add_verb(node, exit_code, "restore", "Make a data folder from a backup", restored,
             [](const DataFlags& f) -> Result<json> {
                 BOURSE_TRY(const auto info, restore_backup(f.file, f.data_dir));
                 return backup_json(info);
             })
        ->add_option("--from", restored->file, "Folder that backup made")
        ->required();

    const auto pruned = flags();
    add_verb(node, exit_code, "prune", "Drop old states of a stopped node", pruned, run_prune)
        ->add_option("--history-blocks", pruned->history_blocks, "Blocks whose state is kept (at least 128)")
        ->check(CLI::Range(std::uint64_t{128}, std::uint64_t{1} << 62))
        ->capture_default_str();
}

}  // namespace bourse::node
