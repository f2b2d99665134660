#include <bourse/native/clerk/ledger.hpp>
#include <bourse/poco/addresses.hpp>
#include <bourse/poco/error_text.hpp>

namespace bourse::native::ledger {
namespace {

namespace events = poco::events;
namespace texts = poco::texts;

/// Debits and credits spendable stake. The caller has checked the balance.
void shift_stake(Context& context, const Address& from, const Address& to, const Uint256& amount) {
    if (from == to || amount.is_zero()) return;
    auto debtor = load_account(context.state(), context.self(), from);
    debtor.stake -= amount;
    store_account(context.state(), context.self(), from, debtor);
    auto creditor = load_account(context.state(), context.self(), to);
    creditor.stake += amount;  // cannot overflow: all stakes sum to the supply
    store_account(context.state(), context.self(), to, creditor);
}

/// `move` of §3.2, checks only.
Outcome<void> check_move(Context& context, const Address& from, const Address& to, const Uint256& amount) {
    if (from.is_zero()) return revert_text(texts::kEscrowFromNull);
    if (to.is_zero()) return revert_text(texts::kEscrowToNull);
    if (amount > load_account(context.state(), context.self(), from).stake) return revert_text(texts::kEscrowBalance);
    return {};
}

/// Adds to (or takes from) what an account has locked and what the books say of it.
void change_locked(Context& context, const Address& account, const Uint256& plus, const Uint256& minus) {
    if (plus == minus) return;
    auto value = load_account(context.state(), context.self(), account);
    value.locked = value.locked + plus - minus;
    store_account(context.state(), context.self(), account, value);
    auto books = load_books(context.state(), context.self());
    books.locked = books.locked + plus - minus;
    store_books(context.state(), context.self(), books);
}

/// Adds to and takes from one of the hub's totals.
void change_total(Context& context, Uint256 Books::*total, const Uint256& plus, const Uint256& minus) {
    if (plus == minus) return;
    auto books = load_books(context.state(), context.self());
    books.*total = books.*total + plus - minus;
    store_books(context.state(), context.self(), books);
}

Outcome<void> check_locked(Context& context, const Address& account, const Uint256& amount) {
    if (load_account(context.state(), context.self(), account).locked < amount) return revert_overflow();
    return {};
}

}  // namespace

Outcome<void> lock(Context& context, const Address& account, const Uint256& amount) {
    BOURSE_CHECK(check_move(context, account, context.self(), amount));
    shift_stake(context, account, context.self(), amount);
    change_locked(context, account, amount, 0);
    if (account == context.self()) change_total(context, &Books::stray, 0, amount);
    context.emit(events::Transfer{account, context.self(), amount});
    context.emit(events::Lock{account, amount});
    return {};
}

Outcome<void> unlock(Context& context, const Address& account, const Uint256& amount) {
    BOURSE_CHECK(check_move(context, context.self(), account, amount));
    BOURSE_CHECK(check_locked(context, account, amount));
    shift_stake(context, context.self(), account, amount);
    change_locked(context, account, 0, amount);
    if (account == context.self()) change_total(context, &Books::stray, amount, 0);
    context.emit(events::Transfer{context.self(), account, amount});
    context.emit(events::Unlock{account, amount});
    return {};
}

Outcome<void> seize(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task) {
    BOURSE_CHECK(check_locked(context, account, amount));
    change_locked(context, account, 0, amount);
    change_total(context, &Books::in_flight, amount, 0);
    context.emit(events::Seize{account, amount, task});
    return {};
}

Outcome<void> reward(Context& context, const Address& account, const Uint256& amount, const poco::TaskId& task) {
    BOURSE_CHECK(check_move(context, context.self(), account, amount));
    shift_stake(context, context.self(), account, amount);
    change_total(context, &Books::in_flight, 0, amount);
    if (account == context.self()) change_total(context, &Books::stray, amount, 0);
    context.emit(events::Transfer{context.self(), account, amount});
    context.emit(events::Reward{account, amount, task});
    return {};
}

Outcome<void> fill_kitty(Context& context, const Uint256& amount, const poco::TaskId& task) {
    const auto kitty = load_account(context.state(), context.self(), poco::kKitty);
    if (!checked_add(kitty.locked, amount)) return revert_overflow();
    change_locked(context, poco::kKitty, amount, 0);
    change_total(context, &Books::in_flight, 0, amount);
    context.emit(events::Reward{poco::kKitty, amount, task});
    context.emit(events::Lock{poco::kKitty, amount});
    return {};
}

Uint256 kitty(Context& context) { return load_account(context.state(), context.self(), poco::kKitty).locked; }

void commit(Context& context, const Uint256& amount) { change_total(context, &Books::committed, amount, 0); }
void release(Context& context, const Uint256& amount) { change_total(context, &Books::committed, 0, amount); }

Outcome<void> transfer(Context& context, const Address& from, const Address& to, const Uint256& amount) {
    if (from.is_zero()) return revert_text(texts::kErc20FromNull);
    if (to.is_zero()) return revert_text(texts::kErc20ToNull);
    if (amount > load_account(context.state(), context.self(), from).stake) return revert_empty();
    shift_stake(context, from, to, amount);
    if (from != to && to == context.self()) change_total(context, &Books::stray, amount, 0);
    if (from != to && from == context.self()) change_total(context, &Books::stray, 0, amount);
    context.emit(events::Transfer{from, to, amount});
    return {};
}

Outcome<void> mint(Context& context, const Address& account, const Uint256& amount) {
    if (account.is_zero()) return revert_text(texts::kErc20MintNull);
    auto books = load_books(context.state(), context.self());
    BOURSE_TRY(books.supply, or_overflow(checked_add(books.supply, amount)));
    if (account == context.self()) books.stray += amount;
    store_books(context.state(), context.self(), books);
    auto value = load_account(context.state(), context.self(), account);
    value.stake += amount;
    store_account(context.state(), context.self(), account, value);
    context.emit(events::Transfer{Address{}, account, amount});
    return {};
}

Outcome<void> burn(Context& context, const Address& account, const Uint256& amount) {
    if (account.is_zero()) return revert_text(texts::kErc20BurnNull);
    auto value = load_account(context.state(), context.self(), account);
    if (amount > value.stake) return revert_empty();
    value.stake -= amount;
    store_account(context.state(), context.self(), account, value);
    auto books = load_books(context.state(), context.self());
    books.supply -= amount;
    if (account == context.self()) books.stray -= amount;
    store_books(context.state(), context.self(), books);
    context.emit(events::Transfer{account, Address{}, amount});
    return {};
}

}  // namespace bourse::native::ledger
