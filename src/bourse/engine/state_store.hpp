// Committed state over the key-value store: flat values under hashed keys with record bodies, accounts, code, reverse
// diffs, and the tries that give the state root. One writer; any number of readers, each at one block.
//
//   auto store = StateStore::open(kv);
//   auto parent = store->head();                            // must outlive the state
//   state::State state(*parent);                            // execute a block
//   db::Batch batch;
//   Hash root = store->prepare(number, state.changes(), batch);
//   … header, receipts, index into the same batch …
//   kv.write(batch, true);
//   store->committed();                                      // readers see the block
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/db/kv.hpp>
#include <bourse/state/store.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace bourse::engine {

struct StateStoreOptions {
    std::size_t cache_bytes = 64UL << 20;  ///< hot values of accounts and slots
    std::size_t trie_bytes = 256UL << 20;  ///< decoded trie nodes; beyond it subtrees are forgotten
    /// Old states that can be asked for, in blocks before the head; 0 keeps all (archive). At least 128 otherwise.
    std::uint64_t history_blocks = 0;
    /// The table of subtree hashes is written when this many blocks or touched slots have passed.
    std::uint64_t checkpoint_blocks = 64;
    std::size_t checkpoint_slots = 8192;
};

/// Nodes from the root to the account, and for each key its value and the nodes from the storage root (EIP-1186).
struct StorageProof {
    Bytes32 key;
    state::SlotValue value;
    std::vector<Bytes> nodes;

    bool operator==(const StorageProof&) const = default;
};
struct AccountProof {
    std::uint64_t block_number = 0;
    state::Account account;
    std::vector<Bytes> nodes;
    std::vector<StorageProof> slots;

    bool operator==(const AccountProof&) const = default;
};

class StateStore {
public:
    /// The key-value store must outlive it. Errors: DATA_FOREIGN, DATA_NEWER, DATA_OLDER,
    /// DATA_DAMAGED.
    static Result<std::unique_ptr<StateStore>> open(db::KvStore& kv, const StateStoreOptions& options = {});
    ~StateStore();

    /// Number of the last committed block; nullopt before block 0.
    std::optional<std::uint64_t> head_number() const;
    /// State root of the last committed block.
    Hash head_root() const;

    /// Applies a block's changes to the tries and puts what is to be written into the batch. `number` must follow the
    /// head. Once it was called the batch must be written and committed() called, or the store be thrown away. Aborts
    /// where the flat values contradict the tries (a damaged folder).
    Hash prepare(std::uint64_t number, const state::ChangeSet& changes, db::Batch& batch);
    /// After the batch has been written: publishes the block to readers.
    void committed();

    /// State at the head; empty state before block 0. A reader stays valid and answers for its block while later
    /// blocks are committed, as long as the key-value store lives.
    std::shared_ptr<const state::Reader> head() const;
    /// State after that block; null if it is ahead of the head or no longer kept.
    std::shared_ptr<const state::Reader> at(std::uint64_t number) const;

    /// The first block whose state can be asked for.
    std::uint64_t oldest() const;

    /// Drops the states of blocks more than `keep` (at least 128) before the head, at once and in synced batches; gives
    /// how many. What a view holds stays. Not while a block is prepared.
    std::uint64_t prune(std::uint64_t keep);

    /// Proof at the head. nullopt while a block is being prepared and that takes long: prove_at then, beside the
    /// writer.
    std::optional<AccountProof> prove(const Address& address, const std::vector<Bytes32>& keys);
    /// Proof after that block, beside the writer; dearer than at the head, within what the thread may spend
    /// (old_work.hpp). Of blocks that only an archive keeps one is made at a time and one more caller waits, so that
    /// other readers keep their threads. Ends the process where the values contradict `root`, the block's state root:
    /// the folder is damaged. Errors: STATE_PRUNED (also ahead of the head), PROOF_BUSY, PROOF_TOO_OLD.
    Result<AccountProof> prove_at(std::uint64_t number, const Hash& root, const Address& address,
                                  const std::vector<Bytes32>& keys) const;

private:
    struct Impl;
    explicit StateStore(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;  ///< shared with the readers
};

}  // namespace bourse::engine
