// A plain model of the market: token, escrow, orders, deals, tasks and reputation as poco.md tells them, written from
// that page and not from src/bourse/native. Maps and 256-bit integers, no cryptography, no storage layout. Of Bourse's
// libraries it uses what carries no rule of the protocol: integers, hashes, the ABI structs and the event encoding.
//
// Each function is one transaction's call: it gives the returned value or the revert data. After a refusal the caller
// takes the changes back with undo().
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/orders.hpp>
#include <bourse/state/state.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bourse::model {

/// Value or revert data.
template <class T>
using Answer = Result<T, Bytes>;

struct Account {
    Uint256 stake;
    Uint256 locked;
    Uint256 score;
};
struct Task {
    poco::Task shown;  ///< as viewTask shows it
    Uint256 total;
    std::map<Bytes32, Uint256> group;
    std::map<Address, poco::Contribution> contributions;
};
struct OrderFact {
    Uint256 consumed;
    Address presigner;
};
enum class Kind { kApp, kDataset, kWorkerpool };
struct Resource {
    Kind kind = Kind::kApp;
    Address owner;
    Uint256 stake_ratio;   ///< of pools
    Uint256 reward_ratio;  ///< of pools, percent
};
struct Orders {
    poco::AppOrder app;
    poco::DatasetOrder dataset;
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;
};
/// What a worker proves with a contribution.
struct Proofs {
    Address enclave;
    Bytes enclave_sign;
    Bytes authorization;
};

class Model {
public:
    // Facts; the set-up fills them.
    Address admin;
    Hash separator;
    std::map<Address, Account> accounts;
    std::map<std::pair<Address, Address>, Uint256> allowances;
    Uint256 supply;
    std::map<Address, Uint256> rlc;
    std::map<std::pair<Address, Address>, Uint256> rlc_allowances;
    Uint256 rlc_supply;
    std::map<Hash, OrderFact> orders;
    std::map<Hash, poco::Deal> deals;
    std::map<Hash, Task> tasks;
    std::map<Address, Resource> resources;
    std::vector<Uint256> categories;  ///< seconds
    Address tee_broker;
    Uint256 callback_gas;

    // Who made which signature; anything else that has the right length recovers to nobody known.
    std::map<std::pair<Hash, Bytes>, Address> signatures;
    std::set<Bytes> unrecoverable;

    /// Before each call: block time and sender.
    void begin(const Address& sender, const Uint256& now);
    void undo();
    const std::vector<state::Log>& logs() const noexcept { return logs_; }

    // RLC token (§3.8).
    Answer<bool> rlc_transfer(const Address& to, const Uint256& amount);
    Answer<bool> rlc_approve(const Address& spender, const Uint256& amount);
    Answer<bool> rlc_transfer_from(const Address& from, const Address& to, const Uint256& amount);
    Answer<void> rlc_approve_and_call(const Address& spender, const Uint256& amount, const Bytes& data);

    // Escrow (§3).
    Answer<bool> transfer(const Address& to, const Uint256& amount);
    Answer<bool> approve(const Address& spender, const Uint256& amount);
    Answer<bool> transfer_from(const Address& from, const Address& to, const Uint256& amount);
    Answer<bool> increase_allowance(const Address& spender, const Uint256& plus);
    Answer<bool> decrease_allowance(const Address& spender, const Uint256& minus);
    Answer<bool> approve_and_call(const Address& spender, const Uint256& amount);
    Answer<bool> deposit_for(const Uint256& amount, const Address& target);
    Answer<bool> deposit_for_array(const std::vector<Uint256>& amounts, const std::vector<Address>& targets);
    Answer<bool> withdraw_to(const Uint256& amount, const Address& target);
    Answer<Uint256> recover();
    Answer<bool> receive_approval(const Address& from, const Uint256& amount, const Address& token, const Bytes& data);

    // Administration, registries (§1.4, §4.4).
    Answer<Uint256> create_category(const std::string& name, const Uint256& seconds);
    Answer<void> set_tee_broker(const Address& broker);
    Answer<void> set_callback_gas(const Uint256& gas);
    Answer<void> change_policy(const Address& pool, const Uint256& stake_ratio, const Uint256& reward_ratio);
    Answer<void> transfer_resource(const Address& from, const Address& to, const Address& resource);

    // Orders (§6, §7).
    Answer<void> manage(const poco::AppOrderOperation& operation);
    Answer<void> manage(const poco::DatasetOrderOperation& operation);
    Answer<void> manage(const poco::WorkerpoolOrderOperation& operation);
    Answer<void> manage(const poco::RequestOrderOperation& operation);
    Answer<Hash> match_orders(const Orders& o);
    Answer<Hash> sponsor_match_orders(const Orders& o);
    Uint256 deal_volume(const Orders& o) const;
    Answer<void> assert_compatible(const poco::DatasetOrder& order, const Hash& deal) const;
    Answer<bool> verify(const Address& account, const Hash& hash, const Bytes& signature) const;
    Answer<bool> check_order(const Address& account, const Hash& hash, const Bytes& signature) const;

    // Tasks (§8).
    Answer<Hash> initialize(const Hash& deal, const Uint256& index);
    Answer<void> contribute(const Hash& task, const Bytes32& value, const Bytes32& seal, const Proofs& proofs);
    Answer<void> reveal(const Hash& task, const Bytes32& digest);
    Answer<void> reopen(const Hash& task);
    Answer<void> finalize(const Hash& task, const Bytes& results, const Bytes& callback_results);
    Answer<void> contribute_and_finalize(const Hash& task, const Bytes32& digest, const Bytes& results,
                                         const Bytes& callback_results, const Proofs& proofs);
    Answer<void> claim(const Hash& task);
    Answer<bool> initialize_array(const std::vector<Bytes32>& deals_of, const std::vector<Uint256>& indexes);
    Answer<bool> claim_array(const std::vector<Bytes32>& ids);
    Answer<bool> initialize_and_claim_array(const std::vector<Bytes32>& deals_of, const std::vector<Uint256>& indexes);
    Answer<Bytes> read_result(const Hash& task);

    /// Hub, token, registries and resources have code; nobody else.
    bool has_code(const Address& account) const;

private:
    template <class T>
    void put(T& place, T value) {
        undo_.push_back([&place, old = place] { place = old; });
        place = std::move(value);
    }
    template <class Event>
    void emit(const Event& event) {
        emit_at(hub_, event);
    }
    template <class Event>
    void emit_at(const Address& contract, const Event& event) {
        auto encoded = poco::encode_event(event);
        logs_.push_back({contract, std::move(encoded.topics), std::move(encoded.data)});
    }

    // §3.2
    Answer<void> move(const Address& from, const Address& to, const Uint256& amount);
    Answer<void> lock(const Address& account, const Uint256& amount);
    Answer<void> unlock(const Address& account, const Uint256& amount);
    Answer<void> seize(const Address& account, const Uint256& amount, const Hash& task);
    Answer<void> reward(const Address& account, const Uint256& amount, const Hash& task);
    Answer<void> take_locked(const Address& account, const Uint256& amount);
    void shift(const Address& from, const Address& to, const Uint256& amount);

    Answer<void> erc20_transfer(const Address& from, const Address& to, const Uint256& amount);
    Answer<void> set_allowance(const Address& owner, const Address& spender, const Uint256& amount);
    Answer<void> pull(const Address& payer, const Uint256& amount);
    Answer<void> mint(const Address& account, const Uint256& amount);
    Answer<void> rlc_move(const Address& from, const Address& to, const Uint256& amount);
    Answer<void> only_admin() const;

    template <class Order>
    Answer<void> manage_order(const poco::OrderOperation<Order>& operation, const Answer<Address>& authority);
    Answer<Address> owner_of(const Address& resource) const;
    bool is_registered(const Address& resource, Kind kind) const;
    bool allowed(const Address& restriction, const Address& account) const;
    Answer<void> check_terms(const Orders& o) const;
    Answer<void> check_restrictions(const Orders& o) const;
    struct Owners {
        Address app;
        Address dataset;
        Address workerpool;
    };
    Answer<Owners> check_signatures(const Orders& o) const;
    Answer<Hash> match(const Orders& o, const Address& payer);
    Answer<poco::Deal> make_deal(const Orders& o, const Owners& owners, const Address& payer) const;
    Bytes32 deal_tag(const Orders& o) const;
    Hash hash_of(const Hash& struct_hash) const;
    OrderFact order(const Hash& hash) const;

    Answer<void> check_proofs(const poco::Deal& deal, const Hash& task, const Bytes32& value, const Bytes32& seal,
                              const Proofs& proofs) const;
    Answer<void> count_vote(Task& task, const Hash& id, const poco::Deal& deal, const Bytes32& value);
    Answer<void> success_work(const poco::Deal& deal, const Hash& task);
    Answer<void> distribute(const poco::Deal& deal, const Task& task, const Hash& id);

    Address hub_ = poco::kHub;
    Address sender_;
    Uint256 now_;
    std::vector<std::function<void()>> undo_;
    std::vector<state::Log> logs_;
};

// Revert data.
tl::unexpected<Bytes> refuse();
tl::unexpected<Bytes> refuse(std::string_view text);
tl::unexpected<Bytes> overflow();
/// Checked arithmetic: Panic(0x11).
Answer<Uint256> add(const Uint256& a, const Uint256& b);
Answer<Uint256> sub(const Uint256& a, const Uint256& b);
Answer<Uint256> mul(const Uint256& a, const Uint256& b);
/// keccak of the parts without padding.
Hash keccak(std::initializer_list<ByteView> parts);
/// keccak("\x19Ethereum Signed Message:\n32" ‖ m)
Hash eth_signed(const Hash& message);

}  // namespace bourse::model
