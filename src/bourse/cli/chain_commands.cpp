// bourse chain info
#include <bourse/cli/command.hpp>
#include <bourse/cli/context.hpp>
#include <bourse/codec/text.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

Status<> add_categories(client::Hub& hub, Answer& answer) {
    BOURSE_TRY(const auto count, hub.count_category());
    std::vector<std::vector<std::string>> rows{{"category", "name", "longest run of a task"}};
    answer.data["categories"] = nlohmann::json::array();
    for (std::uint64_t id = 0; id < count; ++id) {
        BOURSE_TRY(const auto category, hub.category(id));
        answer.data["categories"].push_back(
            {{"id", id}, {"name", category.name}, {"work_clock_time_ref", to_decimal(category.work_clock_time_ref)}});
        rows.push_back({std::to_string(id), category.name, to_decimal(category.work_clock_time_ref) + " s"});
    }
    answer.text += table(rows);
    return {};
}

Result<Answer> chain_info(Context& context) {
    BOURSE_TRY(const auto network, context.network());
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto facts, hub->facts());
    BOURSE_TRY(const auto chain_id, context.chain_id());
    BOURSE_TRY(const auto head, hub->rpc().head());
    BOURSE_TRY(const auto version, hub->rpc().call("web3_clientVersion"));
    Answer answer;
    answer.data = {{"chain_id", chain_id},
                   {"rpc_url", network.rpc_url},
                   {"node_version", version},
                   {"block", head.number},
                   {"block_time", head.time_s},
                   {"hub", to_checksum(hub->address())},
                   {"rlc", to_checksum(facts.token)},
                   {"app_registry", to_checksum(facts.app_registry)},
                   {"dataset_registry", to_checksum(facts.dataset_registry)},
                   {"workerpool_registry", to_checksum(facts.workerpool_registry)},
                   {"market_url", network.market_url},
                   {"store_url", network.store_url},
                   {"scheduler_url", network.scheduler_url}};
    answer.text = fields({{"chain", fmt::format("{} (from {})", chain_id, network.origin)},
                          {"node", fmt::format("{} {}", network.rpc_url,
                                               version.is_string() ? version.get<std::string>() : version.dump())},
                          {"block", fmt::format("{} of {}", head.number, time_text(head.time_s))},
                          {"hub", to_checksum(hub->address())},
                          {"RLC token", to_checksum(facts.token)},
                          {"app registry", to_checksum(facts.app_registry)},
                          {"dataset registry", to_checksum(facts.dataset_registry)},
                          {"workerpool registry", to_checksum(facts.workerpool_registry)},
                          {"market", network.market_url.empty() ? "none" : network.market_url},
                          {"store", network.store_url.empty() ? "none" : network.store_url},
                          {"scheduler", network.scheduler_url.empty() ? "none" : network.scheduler_url}});
    BOURSE_CHECK(add_categories(*hub, answer));
    return answer;
}

}  // namespace

void add_chain_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("chain", "The chain: info");
    group->require_subcommand(1);
    auto options = std::make_shared<CommonOptions>();
    auto* info = group->add_subcommand("info", "Addresses of hub, token and registries, head, categories, services");
    add_network_options(*info, *options);
    set_examples(*info, "  bourse chain info\n  bourse chain info --rpc http://127.0.0.1:8545 --json");
    set_verb(*info, options, exit_code, chain_info);
}

}  // namespace bourse::cli
