// The full check of the market's books (poco.md §3.1, §21.2): every account, deal and task is read. For `bourse node
// verify`; what each transaction is checked for in release is broken_invariant in modules.hpp, at constant cost.
#pragma once

#include <bourse/state/store.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string>

namespace bourse::native {

/// Which storage keys an account has. The stores keep hashes of keys only, so the keys come from whoever saw them
/// written: WrittenKeys while blocks are replayed from genesis.
class KeySource {
public:
    virtual ~KeySource() = default;
    /// Calls `visit` once for each key (as a contract writes it, not hashed) whose slot may be set, in any order.
    virtual void each_key(const Address& contract, const std::function<void(const Bytes32& key)>& visit) const = 0;
};

/// Remembers the keys of the contracts that broken_books reads: 32 bytes and a set's node for each. Feed it the changes
/// of genesis (chain::genesis_changes) and then of every block.
class WrittenKeys final : public KeySource {
public:
    void add(const state::ChangeSet& changes);
    void each_key(const Address& contract, const std::function<void(const Bytes32& key)>& visit) const override;

private:
    std::set<std::pair<Address, Bytes32>> keys_;
};

/// Sums the state that `reader` shows: RLC balances and supply; stakes and the hub's supply; locks against what open
/// deals and contributions of each account account for; the running totals against those sums; deadlines, winners and
/// indexes of each task against its deal. nullopt if all agree, else a sentence with account, deal or task.
/// Time and memory grow with the state: one account's entry in memory for each account that has something locked.
std::optional<std::string> broken_books(const state::Reader& reader, const KeySource& keys);

}  // namespace bourse::native
