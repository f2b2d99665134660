// Invariants over what a transaction touched (poco.md §3.1, §21.2). Sums are compared by their changes, totals stand
// in the hub's books, so the cost depends on the transaction alone.
#include <bourse/native/clerk/hub_state.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/native/token/rlc.hpp>
#include <bourse/poco/addresses.hpp>

#include <set>

namespace bourse::native {
namespace {

/// A sum of changes modulo 2^256: sums of amounts that fit never mislead.
struct Changes {
    Uint256 stake;
    Uint256 locked;
    Uint256 rlc;
    Uint256 rlc_supply;
    bool hub_touched = false;
    bool rlc_touched = false;
};

Uint256 wide_before(const state::State& state, Space space, const Address& account) {
    return uint256_from_be(state.slot_before_transaction(poco::kHub, key_of(space, account)).value);
}

/// An account as it stood before the transaction.
HubAccount account_before(const state::State& state, const Address& account) {
    const Bytes32 slot = state.slot_before_transaction(poco::kHub, key_of(Space::kAccount, account)).value;
    HubAccount out = account_of(slot);
    if (!has_wide_values(slot)) return out;
    if (const Uint256 stake = wide_before(state, Space::kWideStake, account); !stake.is_zero()) out.stake = stake;
    if (const Uint256 locked = wide_before(state, Space::kWideLocked, account); !locked.is_zero()) out.locked = locked;
    return out;
}

void add_account(const state::State& state, const Address& account, Changes& changes) {
    const auto before = account_before(state, account);
    const auto after = load_account(state, poco::kHub, account);
    changes.stake += after.stake - before.stake;
    changes.locked += after.locked - before.locked;
}

void add_rlc(const state::State& state, const Bytes32& key, Uint256& sum) {
    sum += uint256_from_be(state.slot(poco::kRlc, key)) -
           uint256_from_be(state.slot_before_transaction(poco::kRlc, key).value);
}

Changes collect(const state::State& state) {
    Changes changes;
    std::set<Address> accounts;  // a wide value can change without its account's slot
    for (const auto& [address, key] : state.touched_slots()) {
        const auto space = static_cast<Space>(key.data[0]);
        if (address == poco::kHub) {
            const bool is_account =
                space == Space::kAccount || space == Space::kWideStake || space == Space::kWideLocked;
            if (is_account) accounts.insert(address_of(key));
            changes.hub_touched = changes.hub_touched || is_account || space == Space::kBooks;
        } else if (address == poco::kRlc) {
            changes.rlc_touched = true;
            if (space == Space::kBalance) add_rlc(state, key, changes.rlc);
            if (space == Space::kSupply) add_rlc(state, key, changes.rlc_supply);
        }
    }
    for (const auto& account : accounts) add_account(state, account, changes);
    return changes;
}

std::optional<std::string> broken_books(const state::State& state, const Changes& changes) {
    const Books before = books_of(state.slot_before_transaction(poco::kHub, key_of(Space::kBooks)).body);
    const Books books = load_books(state, poco::kHub);
    const auto hub = load_account(state, poco::kHub, poco::kHub);
    const auto kitty = load_account(state, poco::kHub, poco::kKitty);
    if (changes.stake != books.supply - before.supply) return "The sum of all stakes differs from the hub's supply.";
    if (changes.locked != books.locked - before.locked) return "The sum of all locked amounts differs from the books.";
    if (!books.in_flight.is_zero()) return "Seized value was not handed on.";
    if (hub.stake != books.locked + books.stray) return "The hub's balance differs from what is locked.";
    if (books.locked != books.committed + kitty.locked)
        return "What is locked differs from what open deals, contributions and the kitty account for.";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> broken_invariant(const state::State& state) {
    const Changes changes = collect(state);
    if (changes.rlc != changes.rlc_supply) return "The sum of all RLC balances differs from the token's supply.";
    if (changes.hub_touched)
        if (auto broken = broken_books(state, changes)) return broken;
    if ((changes.hub_touched || changes.rlc_touched) &&
        rlc_balance(state, poco::kRlc, poco::kHub) < load_books(state, poco::kHub).supply)
        return "The hub holds less RLC than its supply.";
    return std::nullopt;
}

}  // namespace bourse::native
