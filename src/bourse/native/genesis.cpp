#include <bourse/codec/eip712.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/native/registry/registry.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/orders.hpp>

namespace bourse::native {
namespace {

constexpr std::uint64_t kGenesisCallbackGas = 200'000;

void install_code(state::State& state) {
    for (const auto& address :
         {poco::kRlc, poco::kHub, poco::kAppRegistry, poco::kDatasetRegistry, poco::kWorkerpoolRegistry})
        state.set_code(address, Bytes{kCodeByte});
}

void install_hub(state::State& state, const HubGenesis& genesis) {
    HubConfig config;
    config.owner = genesis.owner;
    config.token = poco::kRlc;
    config.name = "Staked RLC";
    config.symbol = "SRLC";
    config.decimals = 9;
    config.app_registry = poco::kAppRegistry;
    config.dataset_registry = poco::kDatasetRegistry;
    config.workerpool_registry = poco::kWorkerpoolRegistry;
    config.callback_gas = kGenesisCallbackGas;
    config.domain_separator = eip712::domain_separator(poco::hub_domain(genesis.chain_id, poco::kHub));
    store_hub_config(state, poco::kHub, config);
    for (const auto& category : genesis.categories) append_category(state, poco::kHub, category);
}

void install_registries(state::State& state, const HubGenesis& genesis) {
    const std::pair<Address, const std::string&> registries[] = {
        {poco::kAppRegistry, genesis.app_base_uri},
        {poco::kDatasetRegistry, genesis.dataset_base_uri},
        {poco::kWorkerpoolRegistry, genesis.workerpool_base_uri}};
    for (const auto& [address, base_uri] : registries)
        store_registry(state, address, {genesis.owner, {}, true, 0, base_uri});
}

void install_resources(state::State& state, const HubGenesis& genesis) {
    for (const auto& app : genesis.apps)
        create_resource(state, ResourceKind::kApp, app.owner, poco::app_initializer(app),
                        {app.name, app.type, app.multiaddr, app.checksum, app.mrenclave, 0, 0});
    for (const auto& dataset : genesis.datasets)
        create_resource(state, ResourceKind::kDataset, dataset.owner, poco::dataset_initializer(dataset),
                        {dataset.name, {}, dataset.multiaddr, dataset.checksum, {}, 0, 0});
    for (const auto& pool : genesis.workerpools)
        create_resource(
            state, ResourceKind::kWorkerpool, pool.owner, poco::workerpool_initializer(pool.description),
            {pool.description, {}, {}, {}, {}, pool.worker_stake_ratio_policy, pool.scheduler_reward_ratio_policy});
}

/// Stake with the RLC behind it.
void add_stake(state::State& state, const Address& account, const Uint256& amount) {
    auto value = load_account(state, poco::kHub, account);
    value.stake += amount;
    store_account(state, poco::kHub, account, value);
    auto books = load_books(state, poco::kHub);
    books.supply += amount;
    store_books(state, poco::kHub, books);
    rlc_issue(state, poco::kRlc, poco::kHub, amount);
}

void fill_kitty_at_genesis(state::State& state, const Uint256& amount) {
    if (amount.is_zero()) return;
    add_stake(state, poco::kHub, amount);
    auto kitty = load_account(state, poco::kHub, poco::kKitty);
    kitty.locked += amount;
    store_account(state, poco::kHub, poco::kKitty, kitty);
    auto books = load_books(state, poco::kHub);
    books.locked += amount;
    store_books(state, poco::kHub, books);
}

}  // namespace

void apply_genesis(state::State& state, const HubGenesis& genesis) {
    install_code(state);
    rlc_set_owner(state, poco::kRlc, genesis.owner);
    install_hub(state, genesis);
    install_registries(state, genesis);
    install_resources(state, genesis);
    for (const auto& [account, amount] : genesis.rlc) rlc_issue(state, poco::kRlc, account, amount);
    for (const auto& [account, amount] : genesis.stakes) add_stake(state, account, amount);
    for (const auto& [worker, score] : genesis.scores) {
        auto account = load_account(state, poco::kHub, worker);
        account.score = score;
        store_account(state, poco::kHub, worker, account);
    }
    fill_kitty_at_genesis(state, genesis.kitty);
}

}  // namespace bourse::native
