// The account trie and the storage tries of all accounts, as far as they are in memory, and the table of subtree hashes
// from which a restart rebuilds them.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/engine/flat_state.hpp>
#include <bourse/state/trie.hpp>

#include <bitset>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace bourse::engine {

class StateTries {
public:
    StateTries(const db::KvStore& kv, std::size_t memory_bytes) : kv_(kv), memory_bytes_(memory_bytes) {}

    /// Loads the account trie of the state at `head`. The table in the store is that of block `checkpoint`; what the
    /// reverse diffs of the blocks behind it name is read from the flat values. Errors: DATA_DAMAGED where the root is
    /// not `expected_root`.
    Status<> open(std::uint64_t checkpoint, std::uint64_t head, const Hash& expected_root);

    /// Both abort where the flat values contradict the trie. Changes are sorted by hashed key; the flat values are
    /// those before the changes. `block` is the block's number. An account's storage root before is needed to check its
    /// trie when it is loaded.
    Hash update_storage(const Hash& address_hash, const Hash& root_before, std::span<const state::LeafChange> changes,
                        std::uint64_t block);
    Hash update_accounts(std::span<const state::LeafChange> changes, std::uint64_t block);

    /// Slots and accounts changed since the table was written.
    std::size_t changed_since_checkpoint() const noexcept { return changed_; }
    /// Puts the parts of the table that changed.
    void put_checkpoint(db::Batch& batch);
    /// Forgets cold subtrees and tries where they take more memory than allowed.
    void shrink(std::uint64_t block);
    std::size_t memory_used() const noexcept { return pool_.bytes(); }

    /// The flat values must be those of the tries.
    std::vector<Bytes> prove_account(const Hash& address_hash);
    std::vector<Bytes> prove_slot(const Hash& address_hash, const Hash& storage_root, const Hash& slot_hash);

private:
    using Stale = std::map<Hash, std::set<std::uint16_t>>;

    struct Entry {
        explicit Entry(state::Trie t) : trie(std::move(t)) {}
        state::Trie trie;
        std::bitset<state::kChunks> dirty;  ///< chunks that changed since the table was written
        bool has_table = false;
        std::uint64_t used_in = 0;
    };

    std::unique_ptr<Entry> load(const Hash& trie_id, const state::LeafSource& source);
    Entry& storage(const Hash& address_hash, const Hash& root);
    Hash update(Entry& entry, std::span<const state::LeafChange> changes, const state::LeafSource& source,
                std::uint64_t block);
    void put_table(const Hash& trie_id, Entry& entry, db::Batch& batch);
    void forget(std::uint64_t older_than);

    const db::KvStore& kv_;
    std::size_t memory_bytes_;
    state::NodePool pool_;
    std::unique_ptr<Entry> accounts_;
    std::map<Hash, std::unique_ptr<Entry>> storage_;
    Stale stale_;  ///< by trie: subtrees that changed after the table in the store; tries not loaded yet
    std::size_t changed_ = 0;
};

}  // namespace bourse::engine
