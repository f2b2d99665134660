// The replicated state machine as an engine drives it: it gets a time and ordered transactions and gives a header. It
// asks neither clock nor network. The embedded sequencer drives it now; a server of CometBFT's ABCI 2.0 can
// (spec/abci.md §13).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/chain/execution.hpp>
#include <bourse/chain/genesis.hpp>
#include <bourse/engine/block_store.hpp>
#include <bourse/engine/snapshot.hpp>
#include <bourse/engine/state_store.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace bourse::engine {

/// The chain as it stood after one block; immutable, safe for any thread, cheap to hold. Published after that block was
/// synced, so a receipt is never visible before its state. The application must outlive it.
class ReadView {
public:
    ReadView(chain::BlockHeader head, const Hash& head_hash, std::uint64_t chain_id,
             std::shared_ptr<const state::Reader> state, StateStore& states, const BlockStore& blocks);

    const chain::BlockHeader& head() const noexcept { return head_; }
    const Hash& head_hash() const noexcept { return head_hash_; }
    std::uint64_t chain_id() const noexcept { return chain_id_; }
    /// State after the head.
    const state::Reader& state() const noexcept { return *state_; }
    std::shared_ptr<const state::Reader> shared_state() const noexcept { return state_; }
    /// State after that block; reading it may throw OldStateTooFar (old_work.hpp). Errors: BLOCK_UNKNOWN (ahead of this
    /// view's head), STATE_PRUNED (the message names the blocks whose state is kept).
    Result<std::shared_ptr<const state::Reader>> state_at(std::uint64_t number) const;
    /// The first block whose state is kept now.
    std::uint64_t oldest_state() const;
    /// An account and its slots with the nodes that prove them against that block's state root. Errors: as state_at;
    /// PROOF_BUSY, PROOF_TOO_OLD (StateStore::prove_at).
    Result<AccountProof> prove(std::uint64_t number, const Address& address, const std::vector<Bytes32>& keys) const;
    /// Headers, transactions, receipts and logs. May already hold blocks above this view's head.
    const BlockStore& blocks() const noexcept { return blocks_; }

    /// What calls on a committed block see: that block's own number and time (chain.md §6).
    state::BlockContext context_of(const chain::BlockHeader& header) const;
    state::BlockContext latest_context() const { return context_of(head_); }
    /// Head + 1 with time = max(head's time, now): `pending`, and estimates without a block.
    state::BlockContext pending_context(std::uint64_t now_ms) const;

private:
    chain::BlockHeader head_;
    Hash head_hash_;
    std::uint64_t chain_id_;
    std::shared_ptr<const state::Reader> state_;
    Error pruned(std::uint64_t number) const;

    StateStore& states_;
    const BlockStore& blocks_;
};
using ReadViewPtr = std::shared_ptr<const ReadView>;

/// What a validator did that consensus can prove. No rule of the chain looks at it while nobody stakes on consensus.
struct Misbehaviour {
    enum class Kind : std::uint8_t { kDuplicateVote = 1, kLightClientAttack = 2 };
    Kind kind = Kind::kDuplicateVote;
    Address validator;  ///< of the engine's key
    std::uint64_t height = 0;
    std::uint64_t time_ms = 0;
    std::int64_t power = 0;
    std::int64_t total_power = 0;

    bool operator==(const Misbehaviour&) const = default;
};

/// What an engine proposes as the next block.
struct Proposal {
    std::uint64_t height = 0;   ///< the head's plus one
    std::uint64_t time_ms = 0;  ///< raised to the parent's when below
    Address beneficiary;        ///< of fees; in a replicated engine the operator account of the proposer
    std::vector<chain::TransactionPtr> transactions = {};  ///< in order of execution
    Address proposer = {};                                 ///< of the engine's key; zero in the embedded engine
    std::vector<Misbehaviour> misbehaviour = {};
};

struct CommittedBlock {
    ReadViewPtr view;
    std::shared_ptr<const chain::ExecutedBlock> block;
};

struct ApplicationInfo {
    Hash genesis_hash;
    std::uint64_t head_number = 0;
    Hash head_hash;
    /// keccak(state root ‖ hash of the last block that had a transaction): an empty block does not change it.
    Hash app_hash;
};

class Application {
public:
    virtual ~Application() = default;

    virtual const chain::GenesisConfig& genesis() const noexcept = 0;
    virtual ApplicationInfo info() const = 0;
    /// The last committed block's view. Any thread.
    virtual ReadViewPtr view() const = 0;

    /// Properties of the bytes and of constants: what no state can make valid. Any thread.
    virtual Status<chain::InvalidTransaction> check(const chain::PreparedTransaction& tx) const = 0;
    /// The candidates whose gas limits fit in a block and whose encodings, with their overhead in a list, fit in
    /// `max_bytes`, taken in order. One that does not fit is passed over with the later ones of its sender, which could
    /// not be executed without it. Every list it gives is accepted by process.
    virtual std::vector<chain::TransactionPtr> prepare(const std::vector<chain::TransactionPtr>& candidates,
                                                       std::size_t max_bytes) const = 0;
    /// Refuses a proposal only for what its bytes and constants say (spec/abci.md §13.6).
    virtual Status<> process(const Proposal& proposal) const = 0;
    /// Executes the next block. Its result is kept until commit, and given again where an engine that was restarted
    /// asks for the same block again; another block before commit is a bug.
    virtual const chain::ExecutedBlock& finalize(const Proposal& proposal) = 0;
    /// One synced batch, then the new view, then the listeners, in the caller's thread.
    virtual CommittedBlock commit() = 0;

    /// Snapshots that others can restore; their chunks. Any thread. nullopt: there is no such chunk (any more).
    virtual std::vector<Snapshot> list_snapshots() const = 0;
    virtual std::optional<Bytes> load_snapshot_chunk(std::uint64_t height, std::uint32_t format,
                                                     std::uint32_t index) const = 0;
    /// Restoring one, in place of finalize and commit: `app_hash` is trusted, everything else is checked against it.
    /// Chunks in order; with the last one info() has the snapshot's height.
    virtual OfferAnswer offer_snapshot(const Snapshot& snapshot, const Hash& app_hash) = 0;
    virtual ChunkAnswer apply_snapshot_chunk(std::uint32_t index, ByteView chunk) = 0;

    /// Listeners stay for the application's life and must be quick. Not while a block is being committed.
    virtual void on_commit(std::function<void(const CommittedBlock&)> listener) = 0;
};

struct ChainApplicationOptions {
    StateStoreOptions state;
    /// Blocks between snapshots that are offered; 0: none.
    std::uint64_t snapshot_interval = 0;
    std::size_t snapshot_chunk_bytes = kSnapshotChunkBytes;  ///< other sizes for tests
};

/// The application over a key-value store, which must outlive it. An empty store gets block 0 and, where the genesis
/// carries transactions, block 1. Errors: DATA_FOREIGN (another chain's folder), DATA_NEWER, DATA_OLDER,
/// DATA_DAMAGED, GENESIS_INVALID.
Result<std::unique_ptr<Application>> open_application(db::KvStore& kv, chain::GenesisConfig genesis,
                                                      const ChainApplicationOptions& options = {});

}  // namespace bourse::engine
