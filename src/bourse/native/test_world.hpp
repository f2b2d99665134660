// For unit tests: a state in memory, a host without anything but native modules, and a small market on it.
#pragma once

#include <bourse/crypto/secp256k1.hpp>
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/orders.hpp>

#include <gtest/gtest.h>
#include <functional>
#include <map>
#include <string>

namespace bourse::native::test {

namespace hub = poco::selectors::hub;

class EmptyState final : public state::Reader {
public:
    std::optional<state::Account> account(const Address&) const override { return std::nullopt; }
    state::SlotValue slot(const Address&, const Bytes32&) const override { return {}; }
    Bytes code(const Hash&) const override { return {}; }
};

/// What a state made of nothing holds.
class ChangesReader final : public state::Reader {
public:
    explicit ChangesReader(const state::ChangeSet& changes) : changes_(changes) {}
    std::optional<state::Account> account(const Address& address) const override {
        const auto found = changes_.accounts.find(address);
        return found == changes_.accounts.end() ? std::nullopt : found->second.after;
    }
    state::SlotValue slot(const Address& address, const Bytes32& key) const override {
        const auto contract = changes_.slots.find(address);
        if (contract == changes_.slots.end()) return {};
        const auto found = contract->second.find(key);
        return found == contract->second.end() ? state::SlotValue{} : found->second.after;
    }
    Bytes code(const Hash&) const override { return Bytes{kCodeByte}; }

private:
    const state::ChangeSet& changes_;
};

/// Contracts that are not native, played by functions.
using Contracts = std::map<Address, std::function<state::CallResult(const state::Message&)>>;

class TestHost final : public state::Host {
public:
    TestHost(state::State& state, const state::BlockContext& block, const Address& origin, Contracts contracts = {})
        : state_(state), block_(block), origin_(origin), contracts_(std::move(contracts)) {}
    state::State& state() noexcept override { return state_; }
    const state::BlockContext& block() const noexcept override { return block_; }
    const Address& origin() const noexcept override { return origin_; }
    state::CallResult call(const state::Message& message) override {
        if (const auto contract = contracts_.find(message.to); contract != contracts_.end())
            return contract->second(message);
        if (!has_native_code(state_, message.to)) return {state::CallResult::Status::kSuccess, message.gas, {}};
        return execute(*this, message);
    }

private:
    state::State& state_;
    const state::BlockContext& block_;
    Address origin_;
    Contracts contracts_;
};

inline crypto::PrivateKey key_of_role(const std::string& role) {
    return *crypto::PrivateKey::from(*from_hex(poco::find_dev_account(role)->key));
}
inline Address role(const std::string& name) { return *address_from_hex(poco::find_dev_account(name)->address); }
/// Keys beyond the twenty of the mnemonic.
inline crypto::PrivateKey numbered_key(std::uint64_t number) { return *crypto::PrivateKey::from(to_be32(number + 1)); }

inline HubGenesis small_genesis() {
    HubGenesis genesis;
    genesis.chain_id = 31337;
    genesis.owner = role("admin");
    genesis.rlc = {{role("admin"), Uint256(1'000'000'000'000)}, {role("requester"), Uint256(1'000'000)}};
    for (const auto* name : {"requester", "sponsor", "scheduler", "worker1", "worker2", "worker3"})
        genesis.stakes.emplace_back(role(name), 1'000'000'000);
    genesis.categories = {{"XS", "", 300}, {"S", "", 1'200}};
    genesis.apps = {{role("app_provider"), "app", "DOCKER", {}, {}, {}}};
    genesis.datasets = {{role("dataset_provider"), "data", {}, {}}};
    genesis.workerpools = {{role("scheduler"), "pool", 35, 5}};
    return genesis;
}

class TestWorld {
public:
    explicit TestWorld(const HubGenesis& genesis = small_genesis()) : state_(empty_) {
        block.chain_id = genesis.chain_id;
        block.time_s = 1'700'000'000;
        apply_genesis(state_, genesis);
        EXPECT_EQ(broken_invariant(state_), std::nullopt);
        static_cast<void>(state_.end_transaction());
        app = poco::resource_address(poco::kAppRegistry, poco::app_initializer(genesis.apps[0]), genesis.apps[0].owner);
        dataset = poco::resource_address(poco::kDatasetRegistry, poco::dataset_initializer(genesis.datasets[0]),
                                         genesis.datasets[0].owner);
        pool = poco::resource_address(poco::kWorkerpoolRegistry,
                                      poco::workerpool_initializer(genesis.workerpools[0].description),
                                      genesis.workerpools[0].owner);
    }

    /// One transaction; the invariants must hold after it, whatever its outcome.
    state::CallResult send(const Address& from, const Address& to, Bytes input) {
        state::Message message;
        message.sender = from;
        message.to = to;
        message.input = std::move(input);
        message.gas = 1'000'000'000;
        TestHost host(state_, block, from, contracts);
        auto result = host.call(message);
        EXPECT_EQ(broken_invariant(state_), std::nullopt);
        logs = state_.end_transaction();
        return result;
    }
    template <class... Args>
    state::CallResult hub_call(const Address& from, const Bytes4& selector, const Args&... args) {
        return send(from, poco::kHub, abi::encode_call(selector, args...));
    }

    template <class Order>
    void sign(Order& order, const crypto::PrivateKey& key) const {
        const Hash separator = eip712::domain_separator(poco::hub_domain(block.chain_id, poco::kHub));
        order.salt = to_be32(salt_++);
        order.sign = crypto::sign(key, poco::digest(separator, order)).to_rsv();
    }

    HubAccount account(const Address& address) const { return load_account(state_, poco::kHub, address); }
    Books books() const { return load_books(state_, poco::kHub); }
    state::State& state() noexcept { return state_; }
    template <class T>
    T view(const Bytes4& selector, const Hash& id) {
        return std::get<0>(abi::decode<T>(hub_call({}, selector, id).output).value());
    }

    state::BlockContext block;
    Contracts contracts;
    std::vector<state::Log> logs;  ///< of the last transaction
    Address app;
    Address dataset;
    Address pool;

private:
    EmptyState empty_;
    state::State state_;
    mutable std::uint64_t salt_ = 1;
};

/// Terms of a match; all orders are made and signed for it.
struct Terms {
    Uint256 app_price = 1;
    Uint256 pool_price = 100;
    Uint256 volume = 1;
    Uint256 trust = 1;
    bool with_dataset = false;
    Address callback = {};
    std::string params = {};
};

inline Bytes match_input(TestWorld& world, const Terms& terms, const Bytes4& selector = hub::kMatchOrders) {
    poco::AppOrder app;
    app.app = world.app;
    app.appprice = terms.app_price;
    app.volume = terms.volume;
    world.sign(app, key_of_role("app_provider"));
    poco::DatasetOrder dataset;
    if (terms.with_dataset) {
        dataset.dataset = world.dataset;
        dataset.datasetprice = 2;
        dataset.volume = terms.volume;
        world.sign(dataset, key_of_role("dataset_provider"));
    }
    poco::WorkerpoolOrder pool;
    pool.workerpool = world.pool;
    pool.workerpoolprice = terms.pool_price;
    pool.volume = terms.volume;
    pool.trust = terms.trust;
    world.sign(pool, key_of_role("scheduler"));
    poco::RequestOrder request;
    request.app = world.app;
    request.appmaxprice = terms.app_price;
    request.dataset = dataset.dataset;
    request.datasetmaxprice = dataset.datasetprice;
    request.workerpool = world.pool;
    request.workerpoolmaxprice = terms.pool_price;
    request.requester = role("requester");
    request.volume = terms.volume;
    request.trust = terms.trust;
    request.callback = terms.callback;
    request.params = terms.params;
    world.sign(request, key_of_role("requester"));
    return abi::encode_call(selector, app, dataset, pool, request);
}

/// contribute() of a worker with the pool's authorisation.
inline state::CallResult contribute(TestWorld& world, const Address& worker, const poco::TaskId& task,
                                    const Hash& digest) {
    const auto authorization =
        crypto::sign(key_of_role("scheduler"), poco::signed_hash(poco::authorization_message(worker, task)));
    return world.hub_call(worker, hub::kContribute, task, poco::result_hash(task, digest),
                          poco::result_seal(worker, task, digest), Address{}, Bytes{}, authorization.to_rsv());
}

/// Matches and initialises task 0. Both must succeed.
inline poco::TaskId open_one(TestWorld& world, const Terms& terms) {
    const auto matched = world.send(role("requester"), poco::kHub, match_input(world, terms));
    EXPECT_TRUE(matched.ok()) << to_hex(matched.output);
    const poco::DealId deal(Hash::from(matched.output).value_or(Hash{}));
    EXPECT_TRUE(world.hub_call(role("requester"), hub::kInitialize, deal, Uint256(0)).ok());
    return poco::task_id(deal, 0);
}

}  // namespace bourse::native::test
