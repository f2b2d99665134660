// The tries of a block behind the head, as far as a proof needs them: built from the flat values through the reverse
// diffs, with the table of subtree hashes as a short cut. Beside the writer, without its tries or its locks.
#pragma once

#include <bourse/engine/flat_state.hpp>
#include <bourse/state/trie.hpp>

#include <map>
#include <memory>
#include <set>

namespace bourse::engine {

/// Reverse diffs, each with the plain names behind its hashed keys; some are kept for the next look. For one thread.
/// What is read is spent from the thread's OldWork.
class OldDiffs {
public:
    /// Both must outlive it. The diffs of the blocks behind `number` must be kept meanwhile: a view of it is held.
    OldDiffs(const db::KvStore& kv, std::uint64_t number) : kv_(kv), number_(number) {}

    /// The value after block `number`, from the newest one.
    std::optional<state::Account> account(const Hash& hash, VersionedAccount newest);
    Bytes32 slot(const Hash& address_hash, const Hash& key_hash, VersionedSlot newest);

private:
    struct Names {
        Bytes stored;
        std::map<Hash, Address> accounts;
        std::map<std::pair<Hash, Hash>, std::pair<Address, Bytes32>> slots;
    };
    /// Valid until the next call.
    const Names& names_of(std::uint64_t block);

    const db::KvStore& kv_;
    std::uint64_t number_;
    std::map<std::uint64_t, Names> names_;
    std::size_t kept_bytes_ = 0;
};

class OldTries {
public:
    /// As OldDiffs. `checkpoint` gives the block of the table of subtree hashes, as the store has it when asked.
    OldTries(const db::KvStore& kv, std::uint64_t number, std::function<std::uint64_t()> checkpoint);
    ~OldTries();

    /// Nodes from the root to the account; and the root, which the caller compares with the header's.
    std::vector<Bytes> prove_account(const Hash& address_hash);
    Hash account_root();
    /// Nodes from the account's storage root to each of the slots.
    std::vector<std::vector<Bytes>> prove_slots(const Hash& address_hash, const std::vector<Hash>& keys);

private:
    state::Trie load(const Hash& trie_id, const state::LeafSource& source);
    std::vector<std::uint16_t> changed_subtrees(const Hash& trie_id, std::uint64_t from, std::uint64_t to) const;

    const db::KvStore& kv_;
    std::uint64_t number_;
    std::function<std::uint64_t()> checkpoint_;
    OldDiffs diffs_;
    state::NodePool pool_;
    std::unique_ptr<state::LeafSource> account_source_;
    std::unique_ptr<state::Trie> accounts_;
};

}  // namespace bourse::engine
