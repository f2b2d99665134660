// poco.md §3: escrow ledger and token.
#include "model.hpp"

#include <bourse/crypto/hash.hpp>

namespace bourse::model {

namespace events = poco::events;

tl::unexpected<Bytes> refuse() { return tl::unexpected<Bytes>(Bytes{}); }
tl::unexpected<Bytes> refuse(std::string_view text) { return tl::unexpected<Bytes>(abi::encode_error(text)); }
tl::unexpected<Bytes> overflow() { return tl::unexpected<Bytes>(abi::encode_panic(0x11)); }

Answer<Uint256> add(const Uint256& a, const Uint256& b) {
    const Uint256 sum = a + b;
    if (sum < a) return overflow();
    return sum;
}
Answer<Uint256> sub(const Uint256& a, const Uint256& b) {
    if (b > a) return overflow();
    return a - b;
}
Answer<Uint256> mul(const Uint256& a, const Uint256& b) {
    const Uint256 product = a * b;
    if (!a.is_zero() && product / a != b) return overflow();
    return product;
}
Hash keccak(std::initializer_list<ByteView> parts) { return crypto::keccak256(parts); }
Hash eth_signed(const Hash& message) {
    static constexpr std::string_view kPrefix =
        "\x19"
        "Ethereum Signed Message:\n32";
    return keccak({as_bytes(kPrefix), message});
}

void Model::begin(const Address& sender, const Uint256& now) {
    sender_ = sender;
    now_ = now;
    undo_.clear();
    logs_.clear();
}
void Model::undo() {
    while (!undo_.empty()) {
        undo_.back()();
        undo_.pop_back();
    }
    logs_.clear();
}

bool Model::has_code(const Address& account) const {
    return account == hub_ || account == poco::kRlc || account == poco::kAppRegistry ||
           account == poco::kDatasetRegistry || account == poco::kWorkerpoolRegistry || resources.contains(account);
}

// §3.2 primitives.

void Model::shift(const Address& from, const Address& to, const Uint256& amount) {
    put(accounts[from].stake, accounts[from].stake - amount);
    put(accounts[to].stake, accounts[to].stake + amount);
}
Answer<void> Model::move(const Address& from, const Address& to, const Uint256& amount) {
    if (from.is_zero()) return refuse("IexecEscrow: Transfer from empty address");
    if (to.is_zero()) return refuse("IexecEscrow: Transfer to empty address");
    if (amount > accounts[from].stake) return refuse("IexecEscrow: Transfer amount exceeds balance");
    shift(from, to, amount);
    emit(events::Transfer{from, to, amount});
    return {};
}
Answer<void> Model::take_locked(const Address& account, const Uint256& amount) {
    BOURSE_TRY(const Uint256 rest, sub(accounts[account].locked, amount));
    put(accounts[account].locked, rest);
    return {};
}
Answer<void> Model::lock(const Address& account, const Uint256& amount) {
    BOURSE_CHECK(move(account, hub_, amount));
    put(accounts[account].locked, accounts[account].locked + amount);
    emit(events::Lock{account, amount});
    return {};
}
Answer<void> Model::unlock(const Address& account, const Uint256& amount) {
    BOURSE_CHECK(move(hub_, account, amount));
    BOURSE_CHECK(take_locked(account, amount));
    emit(events::Unlock{account, amount});
    return {};
}
Answer<void> Model::seize(const Address& account, const Uint256& amount, const Hash& task) {
    BOURSE_CHECK(take_locked(account, amount));
    emit(events::Seize{account, amount, poco::TaskId(task)});
    return {};
}
Answer<void> Model::reward(const Address& account, const Uint256& amount, const Hash& task) {
    BOURSE_CHECK(move(hub_, account, amount));
    emit(events::Reward{account, amount, poco::TaskId(task)});
    return {};
}

// §3.3 ERC-20 surface.

Answer<void> Model::erc20_transfer(const Address& from, const Address& to, const Uint256& amount) {
    if (from.is_zero()) return refuse("ERC20: transfer from the zero address");
    if (to.is_zero()) return refuse("ERC20: transfer to the zero address");
    if (amount > accounts[from].stake) return refuse();
    shift(from, to, amount);
    emit(events::Transfer{from, to, amount});
    return {};
}
Answer<bool> Model::transfer(const Address& to, const Uint256& amount) {
    BOURSE_CHECK(erc20_transfer(sender_, to, amount));
    return true;
}
Answer<void> Model::set_allowance(const Address& owner, const Address& spender, const Uint256& amount) {
    if (spender.is_zero()) return refuse("ERC20: approve to the zero address");
    put(allowances[{owner, spender}], amount);
    emit(events::Approval{owner, spender, amount});
    return {};
}
Answer<bool> Model::approve(const Address& spender, const Uint256& amount) {
    BOURSE_CHECK(set_allowance(sender_, spender, amount));
    return true;
}
Answer<bool> Model::transfer_from(const Address& from, const Address& to, const Uint256& amount) {
    BOURSE_CHECK(erc20_transfer(from, to, amount));
    const Uint256 left = allowances[{from, sender_}];
    if (left < amount) return refuse();
    BOURSE_CHECK(set_allowance(from, sender_, left - amount));
    return true;
}
Answer<bool> Model::increase_allowance(const Address& spender, const Uint256& plus) {
    BOURSE_TRY(const Uint256 amount, add(allowances[{sender_, spender}], plus));
    return approve(spender, amount);
}
Answer<bool> Model::decrease_allowance(const Address& spender, const Uint256& minus) {
    const Uint256 left = allowances[{sender_, spender}];
    if (left < minus) return refuse();
    return approve(spender, left - minus);
}
/// Nobody but the hub answers receiveApproval, and the hub wants another token than itself.
Answer<bool> Model::approve_and_call(const Address& spender, const Uint256& amount) {
    BOURSE_CHECK(set_allowance(sender_, spender, amount));
    if (spender == hub_) return refuse("wrong-token");
    return refuse();
}

// §3.4 deposits and withdrawals.

Answer<void> Model::pull(const Address& payer, const Uint256& amount) {
    const Uint256 left = rlc_allowances[{payer, hub_}];
    if (left < amount) return refuse();
    BOURSE_CHECK(rlc_move(payer, hub_, amount));
    put(rlc_allowances[{payer, hub_}], left - amount);
    return {};
}
Answer<void> Model::mint(const Address& account, const Uint256& amount) {
    if (account.is_zero()) return refuse("ERC20: mint to the zero address");
    BOURSE_TRY(const Uint256 sum, add(supply, amount));
    put(supply, sum);
    put(accounts[account].stake, accounts[account].stake + amount);
    emit(events::Transfer{Address{}, account, amount});
    return {};
}
Answer<bool> Model::deposit_for(const Uint256& amount, const Address& target) {
    BOURSE_CHECK(pull(sender_, amount));
    BOURSE_CHECK(mint(target, amount));
    return true;
}
Answer<bool> Model::deposit_for_array(const std::vector<Uint256>& amounts, const std::vector<Address>& targets) {
    if (amounts.size() != targets.size()) return refuse("invalid-array-length");
    for (std::size_t i = 0; i < amounts.size(); ++i) BOURSE_CHECK(deposit_for(amounts[i], targets[i]));
    return true;
}
Answer<bool> Model::withdraw_to(const Uint256& amount, const Address& target) {
    if (amount > accounts[sender_].stake) return refuse();
    put(accounts[sender_].stake, accounts[sender_].stake - amount);
    put(supply, supply - amount);
    emit(events::Transfer{sender_, Address{}, amount});
    BOURSE_CHECK(rlc_move(hub_, target, amount));
    return true;
}
Answer<Uint256> Model::recover() {
    BOURSE_CHECK(only_admin());
    BOURSE_TRY(const Uint256 delta, sub(rlc[hub_], supply));
    BOURSE_CHECK(mint(admin, delta));
    return delta;
}

namespace {
Bytes custom_error(std::string_view signature) {
    const Hash hash = keccak({as_bytes(signature)});
    return Bytes(hash.begin(), hash.begin() + 4);
}
}  // namespace

// §3.7
Answer<bool> Model::receive_approval(const Address& from, const Uint256& amount, const Address& token,
                                     const Bytes& data) {
    if (token != poco::kRlc) return refuse("wrong-token");
    BOURSE_CHECK(pull(from, amount));
    BOURSE_CHECK(mint(from, amount));
    if (data.empty()) return true;
    if (data.size() < 4) return refuse();
    const Bytes selector(data.begin(), data.begin() + 4);
    if (selector != Bytes{0x15, 0x61, 0x94, 0xd4}) {
        Bytes error = custom_error("UnsupportedOperation(bytes4)");
        append(error, selector);
        error.resize(4 + 32);
        return tl::unexpected<Bytes>(error);
    }
    const auto decoded = abi::decode<poco::AppOrder, poco::DatasetOrder, poco::WorkerpoolOrder, poco::RequestOrder>(
        ByteView(data).subspan(4));
    if (!decoded) return refuse();
    const auto& [app, dataset, workerpool, request] = *decoded;
    if (request.requester != from) return tl::unexpected<Bytes>(custom_error("CallerIsNotTheRequester()"));
    const auto matched = match_orders({app, dataset, workerpool, request});
    if (!matched && matched.error().empty()) return tl::unexpected<Bytes>(custom_error("OperationFailed()"));
    if (!matched) return tl::unexpected<Bytes>(matched.error());
    return true;
}

// §3.8 RLC.

Answer<void> Model::rlc_move(const Address& from, const Address& to, const Uint256& amount) {
    if (rlc[from] < amount) return refuse();
    put(rlc[from], rlc[from] - amount);
    put(rlc[to], rlc[to] + amount);
    emit_at(poco::kRlc, events::Transfer{from, to, amount});
    return {};
}
Answer<bool> Model::rlc_transfer(const Address& to, const Uint256& amount) {
    BOURSE_CHECK(rlc_move(sender_, to, amount));
    return true;
}
Answer<bool> Model::rlc_approve(const Address& spender, const Uint256& amount) {
    put(rlc_allowances[{sender_, spender}], amount);
    emit_at(poco::kRlc, events::Approval{sender_, spender, amount});
    return true;
}
Answer<bool> Model::rlc_transfer_from(const Address& from, const Address& to, const Uint256& amount) {
    const Uint256 left = rlc_allowances[{from, sender_}];
    if (left < amount) return refuse();
    BOURSE_CHECK(rlc_move(from, to, amount));
    put(rlc_allowances[{from, sender_}], left - amount);
    return true;
}
Answer<void> Model::rlc_approve_and_call(const Address& spender, const Uint256& amount, const Bytes& data) {
    BOURSE_CHECK(rlc_approve(spender, amount));
    if (spender != hub_) return refuse();
    BOURSE_CHECK(receive_approval(sender_, amount, poco::kRlc, data));
    return {};
}

// §1.4

Answer<void> Model::only_admin() const {
    if (sender_ != admin) return refuse("Ownable: caller is not the owner");
    return {};
}
Answer<Uint256> Model::create_category(const std::string& name, const Uint256& seconds) {
    BOURSE_CHECK(only_admin());
    const Uint256 index = categories.size();
    undo_.push_back([this] { categories.pop_back(); });
    categories.push_back(seconds);
    emit(events::CreateCategory{index, name, "", seconds});
    return index;
}
Answer<void> Model::set_tee_broker(const Address& broker) {
    BOURSE_CHECK(only_admin());
    put(tee_broker, broker);
    return {};
}
Answer<void> Model::set_callback_gas(const Uint256& gas) {
    BOURSE_CHECK(only_admin());
    put(callback_gas, gas);
    return {};
}

// §4.4, §4.5

Answer<void> Model::change_policy(const Address& pool, const Uint256& stake_ratio, const Uint256& reward_ratio) {
    Resource& entry = resources.at(pool);
    if (sender_ != entry.owner) return refuse("caller is not the owner");
    if (reward_ratio > 100) return refuse();
    emit_at(pool, events::PolicyUpdate{entry.stake_ratio, stake_ratio, entry.reward_ratio, reward_ratio});
    put(entry.stake_ratio, stake_ratio);
    put(entry.reward_ratio, reward_ratio);
    return {};
}
Answer<void> Model::transfer_resource(const Address& from, const Address& to, const Address& resource) {
    Resource& entry = resources.at(resource);
    const Address registry = entry.kind == Kind::kApp       ? poco::kAppRegistry
                             : entry.kind == Kind::kDataset ? poco::kDatasetRegistry
                                                            : poco::kWorkerpoolRegistry;
    if (sender_ != entry.owner) return refuse("ERC721: transfer caller is not owner nor approved");
    if (from != entry.owner) return refuse("ERC721: transfer of token that is not own");
    if (to.is_zero()) return refuse("ERC721: transfer to the zero address");
    const Uint256 token = uint256_from_be(resource);
    emit_at(registry, events::Erc721Approval{from, Address{}, token});
    emit_at(registry, events::Erc721Transfer{from, to, token});
    put(entry.owner, to);
    return {};
}

}  // namespace bourse::model
