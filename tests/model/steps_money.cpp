// Steps of the escrow, the token, the administrator and the registries.
#include "market.hpp"

#include <bourse/poco/selectors.hpp>

namespace bourse::model {
namespace {

namespace hub = poco::selectors::hub;
namespace rlc = poco::selectors::rlc;
using poco::kHub;
using poco::kRlc;

std::string words(std::size_t length) { return std::to_string((length + 31) / 32); }

Uint256 stake_of(Market& m, const Address& account) { return m.model.accounts[account].stake; }
/// Somebody with a stake, most of the time.
Address staker(Market& m) {
    for (int i = 0; i < 4; ++i)
        if (const Address who = m.somebody(); !stake_of(m, who).is_zero()) return who;
    return m.somebody();
}
/// A pair that has an allowance in the map, if there is one.
std::pair<Address, Address> pair_of(Market& m, const std::map<std::pair<Address, Address>, Uint256>& allowances,
                                    bool deposits) {
    std::vector<std::pair<Address, Address>> found;
    for (const auto& [pair, amount] : allowances)
        if (!amount.is_zero() && (pair.second == kHub) == deposits) found.push_back(pair);
    if (found.empty() || m.random.chance(10)) return {m.somebody(), m.somebody()};
    return m.random.pick(found);
}
Uint256 allowed_to_hub(Market& m, const Address& payer) {
    return std::min(m.model.rlc_allowances[{payer, kHub}], m.model.rlc[payer]);
}
/// Somebody who let the hub pull tokens, most of the time.
Address payer(Market& m) { return pair_of(m, m.model.rlc_allowances, true).first; }

// RLC. Moves to and from the null address are outside poco.md.

Address token_target(Market& m) {
    const Address target = m.anybody();
    return target.is_zero() ? kHub : target;
}
Step rlc_transfer(Market& m) {
    const Address from = m.somebody();
    return make_step(m, from, kRlc, rlc::kTransfer, &Model::rlc_transfer, token_target(m), m.amount(m.model.rlc[from]));
}
Step rlc_approve(Market& m) {
    const Address from = m.somebody();
    const Address spender = m.random.chance(60) ? kHub : token_target(m);
    return make_step(m, from, kRlc, rlc::kApprove, &Model::rlc_approve, spender, m.amount(m.model.rlc[from]));
}
Step rlc_transfer_from(Market& m) {
    const auto [owner, spender] = pair_of(m, m.model.rlc_allowances, false);
    const Uint256 most = std::min(m.model.rlc_allowances[{owner, spender}], m.model.rlc[owner]);
    return make_step(m, spender, kRlc, rlc::kTransferFrom, &Model::rlc_transfer_from, owner, token_target(m),
                     m.amount(most));
}
Step rlc_approve_and_call(Market& m) {
    const Address from = m.somebody();
    const Address spender = m.random.chance(90) ? kHub : m.somebody();
    Bytes data;
    if (m.random.chance(10)) data = {1, 2, 3};
    if (m.random.chance(10)) data = {1, 2, 3, 4, 5};
    if (m.random.chance(5)) data = {0x15, 0x61, 0x94, 0xd4, 0};
    auto step = make_step(m, from, kRlc, rlc::kApproveAndCall, &Model::rlc_approve_and_call, spender,
                          m.amount(m.model.rlc[from]), data);
    step.shape = data.empty() ? "" : " data";
    return step;
}

// ERC-20 surface of the hub.

Step transfer(Market& m) {
    const Address from = staker(m);
    return make_step(m, from, kHub, hub::kTransfer, &Model::transfer, m.anybody(), m.amount(stake_of(m, from)));
}
Step approve(Market& m) {
    const Address from = m.somebody();
    return make_step(m, from, kHub, hub::kApprove, &Model::approve, m.anybody(), m.amount(stake_of(m, from)));
}
Step transfer_from(Market& m) {
    const auto [owner, spender] = pair_of(m, m.model.allowances, false);
    const Uint256 most = std::min(m.model.allowances[{owner, spender}], stake_of(m, owner));
    return make_step(m, spender, kHub, hub::kTransferFrom, &Model::transfer_from, owner, m.anybody(), m.amount(most));
}
Step increase_allowance(Market& m) {
    const Address from = m.somebody();
    return make_step(m, from, kHub, hub::kIncreaseAllowance, &Model::increase_allowance, m.anybody(),
                     m.amount(stake_of(m, from)));
}
Step decrease_allowance(Market& m) {
    const auto [owner, spender] = pair_of(m, m.model.allowances, false);
    return make_step(m, owner, kHub, hub::kDecreaseAllowance, &Model::decrease_allowance, spender,
                     m.amount(m.model.allowances[{owner, spender}]));
}
Step approve_and_call(Market& m) {
    const Address from = m.somebody();
    const Address spender = m.random.chance(50) ? kHub : m.anybody();
    const Uint256 amount = m.amount(stake_of(m, from));
    Step step;
    step.from = from;
    step.to = kHub;
    step.input = abi::encode_call(hub::kApproveAndCall, spender, amount, Bytes{});
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.approve_and_call(spender, amount)); };
    return step;
}

// Deposits and withdrawals.

Step deposit(Market& m) {
    const Address from = payer(m);
    const Uint256 amount = m.amount(allowed_to_hub(m, from));
    Step step;
    step.from = from;
    step.to = kHub;
    step.input = abi::encode_call(hub::kDeposit, amount);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.deposit_for(amount, from)); };
    return step;
}
Step deposit_for(Market& m) {
    const Address from = payer(m);
    return make_step(m, from, kHub, hub::kDepositFor, &Model::deposit_for, m.amount(allowed_to_hub(m, from)),
                     m.anybody());
}
Step deposit_for_array(Market& m) {
    const Address from = payer(m);
    std::vector<Uint256> amounts;
    std::vector<Address> targets;
    const auto count = m.random.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        amounts.push_back(m.random.chance(85) ? allowed_to_hub(m, from) / Uint256(5 + m.random.below(90))
                                              : m.amount(allowed_to_hub(m, from)));
        targets.push_back(m.random.chance(95) ? m.somebody() : m.anybody());
    }
    if (m.random.chance(5)) targets.push_back(m.somebody());
    auto step = make_step(m, from, kHub, hub::kDepositForArray, &Model::deposit_for_array, amounts, targets);
    step.shape = " " + std::to_string(count);
    return step;
}
Step withdraw(Market& m) {
    const Address from = staker(m);
    const Uint256 amount = m.amount(stake_of(m, from));
    Step step;
    step.from = from;
    step.to = kHub;
    step.input = abi::encode_call(hub::kWithdraw, amount);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.withdraw_to(amount, from)); };
    return step;
}
Step withdraw_to(Market& m) {
    const Address from = staker(m);
    return make_step(m, from, kHub, hub::kWithdrawTo, &Model::withdraw_to, m.amount(stake_of(m, from)),
                     token_target(m));
}
Step recover(Market& m) {
    const Address from = m.random.chance(70) ? m.actors[0] : m.somebody();
    return make_step(m, from, kHub, hub::kRecover, &Model::recover);
}
Step receive_approval(Market& m) {
    const Address from = m.random.chance(95) ? payer(m) : kHub;
    const Address token = m.random.chance(92) ? kRlc : m.random.pick(m.accounts);
    const Bytes data = m.random.chance(88) ? Bytes{} : Bytes(static_cast<std::size_t>(m.random.below(7)), 0x15);
    auto step = make_step(m, m.somebody(), kHub, hub::kReceiveApproval, &Model::receive_approval, from,
                          m.amount(allowed_to_hub(m, from)), token, data);
    step.shape = data.empty() ? "" : " data";
    return step;
}

// Administrator and registries.

Address administrator(Market& m) { return m.random.chance(80) ? m.actors[0] : m.somebody(); }
Step create_category(Market& m) {
    const std::string name(static_cast<std::size_t>(m.random.below(70)), 'c');
    const Uint256 seconds = m.random.below(150);
    Step step;
    step.from = administrator(m);
    step.to = kHub;
    step.input = abi::encode_call(hub::kCreateCategory, name, std::string(), seconds);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.create_category(name, seconds)); };
    step.shape = " " + words(name.size());
    return step;
}
Step set_tee_broker(Market& m) {
    const Address broker = m.random.chance(40) ? Address{} : m.somebody();
    return make_step(m, administrator(m), kHub, hub::kSetTeeBroker, &Model::set_tee_broker, broker);
}
Step set_callback_gas(Market& m) {
    const std::vector<Uint256> amounts{0, 1, 62, 63, 64, 100'000, 200'000, 1'000'000};
    return make_step(m, administrator(m), kHub, hub::kSetCallbackGas, &Model::set_callback_gas, m.random.pick(amounts));
}
Step change_policy(Market& m) {
    const Address pool = m.random.pick(m.pools);
    const Address from = m.random.chance(80) ? m.model.resources.at(pool).owner : m.somebody();
    const std::vector<Uint256> ratios{0, 1, 30, 100, 101, 333, Uint256::max()};
    const Uint256 stake = m.random.chance(70) ? Uint256(m.random.below(120)) : m.random.pick(ratios);
    const Uint256 share = m.random.below(104);
    Step step;
    step.from = from;
    step.to = pool;
    step.input = abi::encode_call(poco::selectors::resource::kChangePolicy, stake, share);
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.change_policy(pool, stake, share)); };
    return step;
}
Step transfer_resource(Market& m) {
    std::vector<Address> all = m.apps;
    all.insert(all.end(), m.datasets.begin(), m.datasets.end());
    all.insert(all.end(), m.pools.begin(), m.pools.end());
    const Address resource = m.random.pick(all);
    const auto& entry = m.model.resources.at(resource);
    const Address owner = m.random.chance(85) ? entry.owner : m.somebody();
    const Address from = m.random.chance(95) ? owner : m.somebody();
    const Address to = m.random.chance(96) ? m.somebody() : m.random.chance(50) ? kHub : Address{};
    Step step;
    step.from = owner;
    step.to = entry.kind == Kind::kApp       ? poco::kAppRegistry
              : entry.kind == Kind::kDataset ? poco::kDatasetRegistry
                                             : poco::kWorkerpoolRegistry;
    step.input = abi::encode_call(poco::selectors::registry::kTransferFrom, from, to, uint256_from_be(resource));
    step.time_s = m.next_time();
    step.expect = [=](Model& model) { return encoded(model.transfer_resource(from, to, resource)); };
    return step;
}

}  // namespace

const std::vector<StepKind>& money_steps() {
    static const std::vector<StepKind> kinds{
        {"rlc.transfer", 2, &rlc_transfer},
        {"rlc.approve", 6, &rlc_approve},
        {"rlc.transferFrom", 2, &rlc_transfer_from},
        {"rlc.approveAndCall", 4, &rlc_approve_and_call},
        {"transfer", 6, &transfer},
        {"approve", 4, &approve},
        {"transferFrom", 4, &transfer_from},
        {"increaseAllowance", 2, &increase_allowance},
        {"decreaseAllowance", 2, &decrease_allowance},
        {"approveAndCall", 1, &approve_and_call, false},
        {"deposit", 5, &deposit},
        {"depositFor", 3, &deposit_for},
        {"depositForArray", 3, &deposit_for_array},
        {"withdraw", 4, &withdraw},
        {"withdrawTo", 3, &withdraw_to},
        {"recover", 1, &recover},
        {"receiveApproval", 3, &receive_approval},
        {"createCategory", 1, &create_category},
        {"setTeeBroker", 1, &set_tee_broker},
        {"setCallbackGas", 1, &set_callback_gas},
        {"changePolicy", 2, &change_policy},
        {"registry.transferFrom", 1, &transfer_resource},
    };
    return kinds;
}

}  // namespace bourse::model
