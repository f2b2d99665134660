// For the tests of this folder: a chain in memory, and named wallets that sign orders.
#pragma once

#include <bourse/client/log_follower.hpp>
#include <bourse/client/signing.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/orderbook/chain.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/signatures.hpp>
#include <bourse/poco/tags.hpp>

#include <map>
#include <set>

namespace bourse::orderbook::testing {

inline constexpr std::uint64_t kChainId = 65535;

inline crypto::PrivateKey key_of(std::string_view name) { return *crypto::PrivateKey::from(crypto::keccak256(name)); }
inline Address wallet(std::string_view name) { return key_of(name).address(); }
/// A resource's address.
inline Address place(std::string_view name) { return *Address::from(ByteView(crypto::keccak256(name)).first(20)); }

class FakeMarketChain final : public MarketChain {
public:
    FakeMarketChain() { separator_ = eip712::domain_separator(poco::hub_domain(kChainId, poco::kHub)); }

    std::map<Address, Address> owners;  ///< resource → owner
    std::set<Address> unregistered;
    std::map<Hash, Uint256> consumed_;
    std::map<Address, poco::Account> accounts_;
    std::map<Address, std::set<Address>> groups;  ///< with their members
    std::map<Hash, Address> presigned;
    std::map<Hash, poco::Task> tasks;
    std::map<std::pair<Hash, Address>, poco::Contribution> contributions;
    std::uint64_t now_s = 1000;
    std::vector<poco::Category> categories;
    bool down = false;
    Hash genesis = crypto::keccak256("genesis");

    const Hash& separator() const { return separator_; }

    const Address& hub() const override { return poco::kHub; }
    Result<std::uint64_t> chain_id() override {
        if (down) return unreachable();
        return kChainId;
    }
    Result<client::HubFacts> facts() override {
        if (down) return unreachable();
        return client::HubFacts{separator_, poco::kRlc, poco::kAppRegistry, poco::kDatasetRegistry,
                                poco::kWorkerpoolRegistry};
    }
    Result<bool> is_registered(const Address&, const Address& resource) override {
        return owners.contains(resource) && !unregistered.contains(resource);
    }
    Result<Address> resource_owner(const Address& resource) override { return owners.at(resource); }
    Result<bool> verify_signature(const Address& signer, const Hash& digest, ByteView signature) override {
        return poco::recover_signer(digest, signature) == signer;
    }
    Result<std::vector<Uint256>> consumed(std::span<const poco::OrderHash> orders) override {
        if (down) return unreachable();
        std::vector<Uint256> out;
        for (const auto& id : orders) out.push_back(consumed_[id.hash]);
        return out;
    }
    Result<std::vector<poco::Account>> accounts(std::span<const Address> list) override {
        if (down) return unreachable();
        std::vector<poco::Account> out;
        for (const auto& owner : list) out.push_back(accounts_[owner]);
        return out;
    }
    Result<std::uint64_t> count_category() override { return categories.size(); }
    Result<bool> is_group(const Address& address) override {
        if (down) return unreachable();
        return groups.contains(address);
    }
    Result<bool> is_member(const Address& group, const Address& account) override {
        if (down) return unreachable();
        return groups[group].contains(account);
    }
    Result<Address> presigner(const poco::OrderHash& order) override { return presigned[order.hash]; }
    Result<poco::Task> task(const poco::TaskId& id) override {
        if (!tasks.contains(id.hash)) return fail("TASK_NOT_FOUND", "no task");
        return tasks.at(id.hash);
    }
    Result<poco::Contribution> contribution(const poco::TaskId& task, const Address& worker) override {
        return contributions[{task.hash, worker}];
    }
    Result<std::uint64_t> time_s() override { return now_s; }
    Result<client::BlockHead> head() override { return block(1); }
    Result<client::BlockHead> block(std::uint64_t number) override {
        if (down) return unreachable();
        return client::BlockHead{number, number == 0 ? genesis : crypto::keccak256(std::to_string(number)),
                                 1000 + number};
    }

    poco::AppOrder app_order(std::string_view app, std::uint64_t price, std::string_view owner,
                             std::string_view salt = "0") {
        poco::AppOrder order;
        order.app = place(app);
        owners[order.app] = wallet(owner);
        order.appprice = price;
        order.volume = 10;
        order.salt = crypto::keccak256(salt);
        return signed_by(order, owner);
    }
    poco::DatasetOrder dataset_order(std::string_view dataset, std::uint64_t price, std::string_view owner) {
        poco::DatasetOrder order;
        order.dataset = place(dataset);
        owners[order.dataset] = wallet(owner);
        order.datasetprice = price;
        order.volume = 10;
        return signed_by(order, owner);
    }
    poco::WorkerpoolOrder pool_order(std::string_view pool, std::uint64_t price, std::string_view owner) {
        poco::WorkerpoolOrder order;
        order.workerpool = place(pool);
        owners[order.workerpool] = wallet(owner);
        order.workerpoolprice = price;
        order.volume = 10;
        order.trust = 3;
        return signed_by(order, owner);
    }
    poco::RequestOrder request_order(std::string_view app, std::string_view requester) {
        poco::RequestOrder order;
        order.app = place(app);
        order.appmaxprice = 5;
        order.workerpoolmaxprice = 20;
        order.requester = wallet(requester);
        order.beneficiary = order.requester;
        order.volume = 1;
        order.params = "{}";
        return signed_by(order, requester);
    }
    template <class Order>
    Order signed_by(Order order, std::string_view name) {
        client::sign_order(order, key_of(name), separator_);
        return order;
    }
    template <class Order>
    Hash hash_of(const Order& order) const {
        return poco::digest(separator_, order);
    }

private:
    static tl::unexpected<Error> unreachable() { return fail("NODE_UNREACHABLE", "the node does not answer"); }
    Hash separator_;
};

/// A log as a node gives it.
template <class Event>
client::LogEntry log_of(const Address& address, const Event& event, std::uint64_t block = 1) {
    const auto encoded = poco::encode_event(event);
    client::LogEntry log;
    log.address = address;
    log.topics = encoded.topics;
    log.data = encoded.data;
    log.block_number = block;
    log.tx_hash = crypto::keccak256("tx");
    return log;
}

inline client::BlockBatch batch_of(std::vector<client::LogEntry> logs, std::uint64_t number = 1) {
    client::BlockBatch batch;
    batch.first = number;
    batch.last = {number, crypto::keccak256(std::to_string(number)), 1000 + number};
    batch.head = batch.last;
    batch.logs = std::move(logs);
    return batch;
}

}  // namespace bourse::orderbook::testing
