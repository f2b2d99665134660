#include <bourse/cli/up/up_file.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/sys/file.hpp>

#include <nlohmann/json.hpp>

namespace bourse::cli {
namespace {

nlohmann::json deployed_json(const std::map<std::string, client::DevApp>& deployed) {
    auto out = nlohmann::json::object();
    for (const auto& [name, entry] : deployed)
        out[name] = {{"address", to_checksum(entry.address)},
                     {"multiaddr", entry.multiaddr},
                     {"checksum", to_hex(entry.checksum)}};
    return out;
}

nlohmann::json accounts_json(const std::filesystem::path& keys_folder) {
    auto out = nlohmann::json::array();
    for (const auto& account : poco::kDevAccounts)
        out.push_back({{"name", account.name},
                       {"address", account.address},
                       {"key_file", (keys_folder / account.name).string()}});
    return out;
}

nlohmann::json roles_json(const Supervisor& supervisor) {
    auto out = nlohmann::json::array();
    for (const auto& role : supervisor.roles())
        out.push_back(
            {{"name", role.spec.name},
             {"pid", role.child ? role.child->pid() : 0},
             {"url", role.spec.url},
             {"metrics_url", role.spec.metrics_path.empty() ? nlohmann::json(nullptr)
                                                            : nlohmann::json(role.spec.url + role.spec.metrics_path)},
             {"log", role.spec.log.string()}});
    return out;
}

client::Network up_network(const UpFacts& facts) {
    client::Network network;
    network.name = "bourse";
    network.chain_id = facts.chain_id;
    network.rpc_url = local_url(facts.ports.node);
    network.hub = poco::kHub;
    network.market_url = local_url(facts.ports.market);
    network.scheduler_url = local_url(facts.ports.scheduler);
    network.store_url = local_url(facts.ports.store);
    return network;
}

}  // namespace

std::string local_url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

Status<> write_dev_keys(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
    for (const auto& account : poco::kDevAccounts) {
        const auto file = folder / account.name;
        if (std::filesystem::exists(file)) continue;
        BOURSE_CHECK(sys::write_file_atomic(file, std::string(account.key) + "\n", 0600));
    }
    return {};
}

Status<> write_up_files(const std::filesystem::path& home, const UpFacts& facts, const Supervisor& supervisor) {
    const auto network = up_network(facts);
    BOURSE_CHECK(sys::write_file_atomic(home / "chain.json", client::make_chain_file(network)));
    BOURSE_CHECK(sys::write_file_atomic(home / "chain-v8.json", client::make_chain_file(network, true)));
    const nlohmann::json up{
        {"rpc_url", network.rpc_url},
        {"ws_url", "ws://127.0.0.1:" + std::to_string(facts.ports.node)},
        {"chain_id", facts.chain_id},
        {"hub", to_checksum(poco::kHub)},
        {"rlc", to_checksum(poco::kRlc)},
        {"app_registry", to_checksum(poco::kAppRegistry)},
        {"dataset_registry", to_checksum(poco::kDatasetRegistry)},
        {"workerpool_registry", to_checksum(poco::kWorkerpoolRegistry)},
        {"workerpool", to_checksum(facts.workerpool)},
        {"market_url", network.market_url},
        {"scheduler_url", network.scheduler_url},
        {"secrets_url", nullptr},
        {"store_url", network.store_url},
        {"registry_url", local_url(facts.ports.registry)},
        {"bridge_url", nullptr},
        {"vault", nullptr},
        {"accounts", accounts_json(facts.keys_folder)},
        {"apps", deployed_json(facts.apps)},
        {"datasets", deployed_json(facts.datasets)},
        {"roles", roles_json(supervisor)},
    };
    return sys::write_file_atomic(home / "up.json", up.dump(2) + "\n");
}

}  // namespace bourse::cli
