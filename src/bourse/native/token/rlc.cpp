#include <bourse/native/core/gas.hpp>
#include <bourse/native/core/layout.hpp>
#include <bourse/native/token/rlc.hpp>

namespace bourse::native {
namespace {

namespace rlc_sel = poco::selectors::rlc;

constexpr std::uint64_t kInitialSupply = 87'000'000'000'000'000;

Uint256 load_word(const state::State& state, const Address& token, const Bytes32& key) {
    return uint256_from_be(state.slot(token, key));
}
void store_word(state::State& state, const Address& token, const Bytes32& key, const Uint256& value) {
    state.set_slot(token, key, to_be32(value));
}
Bytes32 rlc_allowance_key(const Address& owner, const Address& spender) {
    return key_of(Space::kAllowance, owner, spender);
}

Outcome<void> move_rlc(Context& context, const Address& from, const Address& to, const Uint256& amount) {
    auto& state = context.state();
    const Address& token = context.self();
    const Uint256 held = rlc_balance(state, token, from);
    if (amount > held) return revert_empty();
    store_word(state, token, key_of(Space::kBalance, from), held - amount);
    // Read after the debit: from and to may be the same. The sum of all balances is the supply, so nothing overflows.
    store_word(state, token, key_of(Space::kBalance, to), rlc_balance(state, token, to) + amount);
    context.emit(poco::events::Transfer{from, to, amount});
    return {};
}

void set_rlc_allowance(Context& context, const Address& spender, const Uint256& amount) {
    store_word(context.state(), context.self(), rlc_allowance_key(context.sender(), spender), amount);
    context.emit(poco::events::Approval{context.sender(), spender, amount});
}

Outcome<bool> rlc_transfer(Context& context, Address to, Uint256 amount) {
    BOURSE_CHECK(move_rlc(context, context.sender(), to, amount));
    return true;
}

Outcome<bool> rlc_transfer_from(Context& context, Address from, Address to, Uint256 amount) {
    const Bytes32 key = rlc_allowance_key(from, context.sender());
    const Uint256 allowed = load_word(context.state(), context.self(), key);
    if (amount > allowed) return revert_empty();
    BOURSE_CHECK(move_rlc(context, from, to, amount));
    store_word(context.state(), context.self(), key, allowed - amount);
    return true;
}

Outcome<bool> rlc_approve(Context& context, Address spender, Uint256 amount) {
    set_rlc_allowance(context, spender, amount);
    return true;
}

Outcome<void> rlc_approve_and_call(Context& context, Address spender, Uint256 amount, Bytes data) {
    if (!context.state().has_code(spender)) return revert_empty();
    set_rlc_allowance(context, spender, amount);
    auto answer = context.call(spender, abi::encode_call(poco::selectors::external::kReceiveApproval, context.sender(),
                                                         amount, context.self(), data));
    if (!answer.ok()) return revert_data(std::move(answer.output));
    return {};  // the answer is ignored
}

Outcome<bool> rlc_burn(Context& context, Uint256 amount) {
    auto& state = context.state();
    const Address& token = context.self();
    const Uint256 held = rlc_balance(state, token, context.sender());
    if (amount > held) return revert_empty();
    store_word(state, token, key_of(Space::kBalance, context.sender()), held - amount);
    store_word(state, token, key_of(Space::kSupply), rlc_supply(state, token) - amount);
    context.emit(poco::events::Transfer{context.sender(), {}, amount});
    return true;
}

Outcome<void> rlc_transfer_ownership(Context& context, Address owner) {
    // By others than the owner, or to nobody: silently nothing.
    const Address current = address_of(context.state().slot(context.self(), key_of(Space::kConfig)));
    if (context.sender() == current && !owner.is_zero()) rlc_set_owner(context.state(), context.self(), owner);
    return {};
}

Outcome<Uint256> rlc_balance_of(Context& context, Address account) {
    return rlc_balance(context.state(), context.self(), account);
}
Outcome<Uint256> rlc_allowance(Context& context, Address owner, Address spender) {
    return load_word(context.state(), context.self(), rlc_allowance_key(owner, spender));
}
Outcome<Uint256> rlc_total_supply(Context& context) { return rlc_supply(context.state(), context.self()); }
Outcome<Uint256> rlc_initial_supply(Context&) { return Uint256(kInitialSupply); }
Outcome<std::string> rlc_name(Context&) { return std::string("iEx.ec Network Token"); }
Outcome<std::string> rlc_symbol(Context&) { return std::string("RLC"); }
Outcome<std::string> rlc_version(Context&) { return std::string("1.0"); }
Outcome<std::uint8_t> rlc_decimals(Context&) { return std::uint8_t{9}; }
Outcome<bool> rlc_locked(Context&) { return false; }
Outcome<Address> rlc_owner(Context& context) {
    return address_of(context.state().slot(context.self(), key_of(Space::kConfig)));
}

constexpr auto kRlcTable = make_table(std::to_array<Entry>(
    {view<&rlc_name>(rlc_sel::kName), view<&rlc_total_supply>(rlc_sel::kTotalSupply),
     view<&rlc_decimals>(rlc_sel::kDecimals), view<&rlc_initial_supply>(rlc_sel::kInitialSupply),
     view<&rlc_version>(rlc_sel::kVersion), view<&rlc_owner>(rlc_sel::kOwner), view<&rlc_symbol>(rlc_sel::kSymbol),
     view<&rlc_locked>(rlc_sel::kLocked), write<&rlc_transfer_ownership>(rlc_sel::kTransferOwnership),
     write<&rlc_burn>(rlc_sel::kBurn, gas::kTokenMove), write<&rlc_transfer>(rlc_sel::kTransfer, gas::kTokenMove),
     write<&rlc_transfer_from>(rlc_sel::kTransferFrom, gas::kTokenMove), view<&rlc_balance_of>(rlc_sel::kBalanceOf),
     write<&rlc_approve>(rlc_sel::kApprove, gas::kTokenMove),
     write<&rlc_approve_and_call>(rlc_sel::kApproveAndCall, gas::kEscrowMove, &gas::optional_match<2>),
     view<&rlc_allowance>(rlc_sel::kAllowance)}));

}  // namespace

Uint256 rlc_balance(const state::State& state, const Address& token, const Address& account) {
    return load_word(state, token, key_of(Space::kBalance, account));
}
Uint256 rlc_supply(const state::State& state, const Address& token) {
    return load_word(state, token, key_of(Space::kSupply));
}
void rlc_issue(state::State& state, const Address& token, const Address& account, const Uint256& amount) {
    store_word(state, token, key_of(Space::kBalance, account), rlc_balance(state, token, account) + amount);
    store_word(state, token, key_of(Space::kSupply), rlc_supply(state, token) + amount);
}
void rlc_set_owner(state::State& state, const Address& token, const Address& owner) {
    state.set_slot(token, key_of(Space::kConfig), word_of(owner));
}

std::span<const Entry> rlc_table() noexcept { return kRlcTable; }

}  // namespace bourse::native
