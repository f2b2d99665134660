// bourse init
#include <bourse/cli/command.hpp>
#include <bourse/cli/project.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/sys/file.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

/// The market that is known here, or the addresses of a `bourse up` with default ports.
client::Network network_for_project(Context& context) {
    if (auto known = context.network()) {
        client::Network network = *known;
        if (network.chain_id == 0) {
            const auto id = context.chain_id();
            network.chain_id = id.value_or(65535);
        }
        return network;
    }
    client::Network network;
    network.name = "bourse";
    network.chain_id = 65535;
    network.rpc_url = "http://127.0.0.1:8545";
    network.hub = poco::kHub;
    network.market_url = "http://127.0.0.1:8080";
    network.scheduler_url = "http://127.0.0.1:8090";
    network.store_url = "http://127.0.0.1:8110";
    return network;
}

/// The chain file of a market: all that a second machine needs to know.
Result<std::string> chain_file_of(const std::string& market_url) {
    net::ClientRequest ask;
    ask.url = market_url + (market_url.ends_with('/') ? "chain.json" : "/chain.json");
    ask.timeout_ms = 10'000;
    ask.max_body_bytes = 64 << 10;
    const auto answer = net::http_request(ask);
    if (!answer)
        return fail("MARKET_UNREACHABLE",
                    fmt::format("No market answers at {}: {}", market_url, answer.error().message));
    if (answer->status != 200)
        return fail("MARKET_REFUSED", fmt::format("{} answered with status {}; a market's address is expected, like "
                                                  "http://host:8080.",
                                                  ask.url, answer->status));
    const sys::TempDir folder;
    const auto copy = folder.path() / "chain.json";
    BOURSE_CHECK(sys::write_file_atomic(copy, answer->body));
    if (const auto readable = client::read_chain_file(copy); !readable)
        return fail("CHAIN_FILE_INVALID", fmt::format("{} holds no chain file: {}", ask.url, readable.error().message));
    return answer->body;
}

Result<Answer> init_project(Context& context, const std::string& market_url) {
    std::string chain;
    if (market_url.empty()) {
        chain = client::make_chain_file(network_for_project(context));
    } else {
        BOURSE_TRY(chain, chain_file_of(market_url));
    }
    const std::pair<const char*, std::string> files[] = {
        {"iexec.json", project_template()}, {"chain.json", chain}, {"deployed.json", "{}\n"}, {"orders.json", "{}\n"}};
    Answer answer;
    answer.data = {{"written", nlohmann::json::array()}, {"kept", nlohmann::json::array()}};
    for (const auto& [name, content] : files) {
        std::error_code ignored;
        const bool is_there = std::filesystem::exists(name, ignored);
        if (!is_there) BOURSE_CHECK(sys::write_file_atomic(name, content));
        answer.data[is_there ? "kept" : "written"].push_back(name);
        answer.text += fmt::format("{} {}\n", is_there ? "kept   " : "written", name);
    }
    const auto wallet = context.wallet_address();
    answer.data["wallet"] = wallet ? nlohmann::json(to_checksum(*wallet)) : nlohmann::json(nullptr);
    answer.text += wallet ? fmt::format("wallet: {}\n", to_checksum(*wallet))
                          : "No wallet is chosen yet: `bourse wallet create` makes one.\n";
    answer.text += "Next: `bourse app init` to sell an application, or `bourse run` to buy a computation.";
    return answer;
}

}  // namespace

void add_init_command(CLI::App& root, int& exit_code) {
    auto options = std::make_shared<CommonOptions>();
    auto* init =
        root.add_subcommand("init", "Make a project folder here: iexec.json, chain.json, deployed.json, orders.json");
    add_network_options(*init, *options);
    add_wallet_options(*init, *options);
    const auto market_url = std::make_shared<std::string>();
    init->add_option("--network", *market_url, "Take chain.json from this market, e.g. http://host:8080");
    set_examples(*init,
                 "  mkdir my-app && cd my-app && bourse init\n"
                 "  bourse init --network http://market.example:8080");
    set_verb(*init, options, exit_code, [market_url](Context& context) { return init_project(context, *market_url); });
}

}  // namespace bourse::cli
