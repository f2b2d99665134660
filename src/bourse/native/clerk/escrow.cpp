// Escrow: the ERC-20 surface, deposits and withdrawals in token mode, deposit-and-match (poco.md §3.3–§3.7).
#include <bourse/native/clerk/entries.hpp>
#include <bourse/native/clerk/ledger.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
namespace texts = poco::texts;

// Allowances.

Bytes32 hub_allowance_key(const Address& owner, const Address& spender) {
    return key_of(Space::kAllowance, owner, spender);
}
Uint256 load_hub_allowance(Context& context, const Address& owner, const Address& spender) {
    return uint256_from_be(context.state().slot(context.self(), hub_allowance_key(owner, spender)));
}
Outcome<void> set_hub_allowance(Context& context, const Address& owner, const Address& spender, const Uint256& amount) {
    if (owner.is_zero()) return revert_text(texts::kErc20ApproveFromNull);
    if (spender.is_zero()) return revert_text(texts::kErc20ApproveToNull);
    context.state().set_slot(context.self(), hub_allowance_key(owner, spender), to_be32(amount));
    context.emit(poco::events::Approval{owner, spender, amount});
    return {};
}

Outcome<bool> hub_approve(Context& context, Address spender, Uint256 amount) {
    BOURSE_CHECK(set_hub_allowance(context, context.sender(), spender, amount));
    return true;
}

Outcome<bool> increase_allowance(Context& context, Address spender, Uint256 plus) {
    const Uint256 allowed = load_hub_allowance(context, context.sender(), spender);
    BOURSE_TRY(const Uint256 sum, or_overflow(checked_add(allowed, plus)));
    BOURSE_CHECK(set_hub_allowance(context, context.sender(), spender, sum));
    return true;
}

Outcome<bool> decrease_allowance(Context& context, Address spender, Uint256 minus) {
    const auto rest = checked_sub(load_hub_allowance(context, context.sender(), spender), minus);
    if (!rest) return revert_empty();
    BOURSE_CHECK(set_hub_allowance(context, context.sender(), spender, *rest));
    return true;
}

Outcome<bool> hub_approve_and_call(Context& context, Address spender, Uint256 amount, Bytes data) {
    BOURSE_CHECK(set_hub_allowance(context, context.sender(), spender, amount));
    if (!context.state().has_code(spender)) return revert_empty();
    auto answer = context.call(spender, abi::encode_call(poco::selectors::external::kReceiveApproval, context.sender(),
                                                         amount, context.self(), data));
    if (!answer.ok()) return revert_data(std::move(answer.output));
    const auto accepted = abi::decode<bool>(answer.output);
    if (!accepted) return revert_empty();
    if (!std::get<0>(*accepted)) return revert_text(texts::kApprovalRefused);
    return true;
}

// Transfers.

Outcome<bool> hub_transfer(Context& context, Address to, Uint256 amount) {
    BOURSE_CHECK(ledger::transfer(context, context.sender(), to, amount));
    return true;
}

Outcome<bool> hub_transfer_from(Context& context, Address from, Address to, Uint256 amount) {
    BOURSE_CHECK(ledger::transfer(context, from, to, amount));
    const auto rest = checked_sub(load_hub_allowance(context, from, context.sender()), amount);
    if (!rest) return revert_empty();
    BOURSE_CHECK(set_hub_allowance(context, from, context.sender(), *rest));
    return true;
}

// Deposits and withdrawals.

/// RLC.transferFrom(payer, hub, amount). The token's own revert is handed on.
Outcome<void> pull_rlc(Context& context, const Address& payer, const Uint256& amount) {
    const Address token = load_hub_config(context.state(), context.self()).token;
    if (!context.state().has_code(token)) return revert_empty();
    auto input = abi::encode_call(poco::selectors::rlc::kTransferFrom, payer, context.self(), amount);
    auto answer = context.call(token, std::move(input));
    if (!answer.ok()) return revert_data(std::move(answer.output));
    const auto moved = abi::decode<bool>(answer.output);
    if (!moved) return revert_empty();
    if (!std::get<0>(*moved)) return revert_text(texts::kTransferFromFailed);
    return {};
}

/// RLC.transfer(target, amount). Its answer is not looked at, a revert is handed on.
Outcome<void> push_rlc(Context& context, const Address& target, const Uint256& amount) {
    const Address token = load_hub_config(context.state(), context.self()).token;
    if (!context.state().has_code(token)) return revert_empty();
    auto input = abi::encode_call(poco::selectors::rlc::kTransfer, target, amount);
    auto answer = context.call(token, std::move(input));
    if (!answer.ok()) return revert_data(std::move(answer.output));
    return {};
}

Outcome<bool> deposit_for(Context& context, Uint256 amount, Address target) {
    BOURSE_CHECK(pull_rlc(context, context.sender(), amount));
    BOURSE_CHECK(ledger::mint(context, target, amount));
    return true;
}

Outcome<bool> deposit(Context& context, Uint256 amount) { return deposit_for(context, amount, context.sender()); }

Outcome<bool> deposit_for_array(Context& context, std::vector<Uint256> amounts, std::vector<Address> targets) {
    if (amounts.size() != targets.size()) return revert_text(texts::kArrayLength);
    for (std::size_t i = 0; i < amounts.size(); ++i) BOURSE_CHECK(deposit_for(context, amounts[i], targets[i]));
    return true;
}

Outcome<bool> withdraw_to(Context& context, Uint256 amount, Address target) {
    BOURSE_CHECK(ledger::burn(context, context.sender(), amount));
    BOURSE_CHECK(push_rlc(context, target, amount));
    return true;
}

Outcome<bool> withdraw(Context& context, Uint256 amount) { return withdraw_to(context, amount, context.sender()); }

/// Mints what the hub holds of RLC beyond its supply.
Outcome<Uint256> recover(Context& context) {
    const auto config = load_hub_config(context.state(), context.self());
    if (context.sender() != config.owner) return revert_text(texts::kNotOwner);
    const auto answer =
        context.call(config.token, abi::encode_call(poco::selectors::rlc::kBalanceOf, context.self()), true);
    const auto held = answer.ok() ? abi::decode<Uint256>(answer.output) : std::nullopt;
    if (!held) return revert_empty();
    const Uint256 supply = load_books(context.state(), context.self()).supply;
    BOURSE_TRY(const Uint256 surplus, or_overflow(checked_sub(std::get<0>(*held), supply)));
    BOURSE_CHECK(ledger::mint(context, config.owner, surplus));
    return surplus;
}

// Deposit and match.

Outcome<void> match_after_deposit(Context& context, const Address& from, const Bytes& data) {
    if (data.size() < 4) return revert_empty();
    const Bytes4 operation = *Bytes4::from(ByteView(data).first(4));
    if (operation != hub_sel::kMatchOrders)
        return revert_data(abi::encode_call(poco::selectors::errors::kUnsupportedOperation, operation));
    const auto orders = abi::decode<poco::AppOrder, poco::DatasetOrder, poco::WorkerpoolOrder, poco::RequestOrder>(
        ByteView(data).subspan(4));
    if (!orders) return revert_empty();
    const auto& [app, dataset, workerpool, request] = *orders;
    if (request.requester != from) return revert_data(to_bytes(poco::selectors::errors::kCallerIsNotTheRequester));
    auto deal = match_for_requester(context, app, dataset, workerpool, request);
    if (deal) return {};
    if (deal.error().data.empty()) return revert_data(to_bytes(poco::selectors::errors::kOperationFailed));
    return fail(std::move(deal).error());
}

Outcome<bool> receive_approval(Context& context, Address from, Uint256 amount, Address token, Bytes data) {
    if (token != load_hub_config(context.state(), context.self()).token) return revert_text(texts::kWrongToken);
    BOURSE_CHECK(pull_rlc(context, from, amount));
    BOURSE_CHECK(ledger::mint(context, from, amount));
    if (!data.empty()) BOURSE_CHECK(match_after_deposit(context, from, data));
    return true;
}

// Views.

Outcome<Uint256> hub_allowance(Context& context, Address owner, Address spender) {
    return load_hub_allowance(context, owner, spender);
}
Outcome<Uint256> hub_balance_of(Context& context, Address account) {
    return load_account(context.state(), context.self(), account).stake;
}
Outcome<Uint256> hub_frozen_of(Context& context, Address account) {
    return load_account(context.state(), context.self(), account).locked;
}
Outcome<Uint256> hub_total_supply(Context& context) { return load_books(context.state(), context.self()).supply; }
Outcome<std::string> hub_name(Context& context) { return load_hub_config(context.state(), context.self()).name; }
Outcome<std::string> hub_symbol(Context& context) { return load_hub_config(context.state(), context.self()).symbol; }
Outcome<std::uint8_t> hub_decimals(Context& context) {
    return load_hub_config(context.state(), context.self()).decimals;
}

constexpr auto kEscrowTable = make_table(std::to_array<Entry>(
    {write<&hub_approve>(hub_sel::kApprove, gas::kTokenMove),
     write<&hub_approve_and_call>(hub_sel::kApproveAndCall, gas::kEscrowMove, &gas::optional_match<2>),
     write<&increase_allowance>(hub_sel::kIncreaseAllowance, gas::kTokenMove),
     write<&decrease_allowance>(hub_sel::kDecreaseAllowance, gas::kTokenMove),
     write<&hub_transfer>(hub_sel::kTransfer, gas::kTokenMove),
     write<&hub_transfer_from>(hub_sel::kTransferFrom, gas::kTokenMove),
     write<&deposit>(hub_sel::kDeposit, gas::kEscrowMove),
     write<&deposit_for>(hub_sel::kDepositFor, gas::kEscrowMove),
     write<&deposit_for_array>(hub_sel::kDepositForArray, gas::kArrayBase, &gas::elements<gas::kEscrowMove>),
     write<&withdraw>(hub_sel::kWithdraw, gas::kEscrowMove),
     write<&withdraw_to>(hub_sel::kWithdrawTo, gas::kEscrowMove),
     write<&recover>(hub_sel::kRecover),
     write<&receive_approval>(hub_sel::kReceiveApproval, gas::kEscrowMove, &gas::optional_match<3>),
     view<&hub_allowance>(hub_sel::kAllowance),
     view<&hub_balance_of>(hub_sel::kBalanceOf),
     view<&hub_frozen_of>(hub_sel::kFrozenOf),
     view<&hub_total_supply>(hub_sel::kTotalSupply),
     view<&hub_name>(hub_sel::kName),
     view<&hub_symbol>(hub_sel::kSymbol),
     view<&hub_decimals>(hub_sel::kDecimals)}));

}  // namespace

std::span<const Entry> hub_escrow_entries() noexcept { return kEscrowTable; }

}  // namespace bourse::native
