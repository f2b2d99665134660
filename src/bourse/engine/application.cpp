#include <bourse/engine/application.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/engine_keys.hpp>
#include <bourse/engine/snapshot_source.hpp>
#include <bourse/engine/snapshot_target.hpp>

#include <mutex>
#include <unordered_set>

namespace bourse::engine {
namespace {

using chain::TransactionPtr;

/// Bytes that a transaction takes in CometBFT's list: tag, length as varint, content.
std::size_t listed_size(std::size_t raw_size) {
    std::size_t digits = 1;
    for (std::size_t rest = raw_size >> 7; rest != 0; rest >>= 7) ++digits;
    return 1 + digits + raw_size;
}

StoredBlock to_stored(const chain::ExecutedBlock& block) {
    StoredBlock out;
    out.header = {block.header.number, block.hash, chain::encode_header(block.header)};
    out.transactions.reserve(block.executed.size());
    out.receipts.reserve(block.executed.size());
    for (const auto& entry : block.executed) {
        out.transactions.push_back({entry.transaction->raw, entry.transaction->hash, entry.transaction->sender});
        out.receipts.push_back({entry.receipt.type, entry.receipt.success, entry.gas_used, entry.receipt.cumulative_gas,
                                entry.receipt.logs});
    }
    return out;
}

bool is_same(const Proposal& a, const Proposal& b) {
    const auto same_transaction = [](const TransactionPtr& x, const TransactionPtr& y) { return x->hash == y->hash; };
    return a.height == b.height && a.time_ms == b.time_ms && a.beneficiary == b.beneficiary &&
           a.proposer == b.proposer && a.misbehaviour == b.misbehaviour &&
           std::ranges::equal(a.transactions, b.transactions, same_transaction);
}

/// State and hash of block 0 come from the same code that fills a data folder, over a store in memory.
Hash genesis_hash_of(const chain::GenesisConfig& genesis, const state::ChangeSet& changes) {
    const auto kv = db::make_memory_store();
    auto states = StateStore::open(*kv);
    BOURSE_ASSERT(states.has_value());
    db::Batch batch;
    return chain::header_hash(chain::genesis_header(genesis, (*states)->prepare(0, changes, batch)));
}

class ChainApplication final : public Application {
public:
    ChainApplication(db::KvStore& kv, chain::GenesisConfig genesis, const ChainApplicationOptions& options)
        : kv_(kv),
          genesis_(std::move(genesis)),
          blocks_(kv),
          snapshots_(chain::to_json(genesis_), options.snapshot_interval, options.snapshot_chunk_bytes),
          restore_(kv) {}

    Status<> open(const ChainApplicationOptions& options);

    const chain::GenesisConfig& genesis() const noexcept override { return genesis_; }
    ApplicationInfo info() const override;
    ReadViewPtr view() const override {
        const std::lock_guard lock(mutex_);
        return view_;
    }
    Status<chain::InvalidTransaction> check(const chain::PreparedTransaction& tx) const override;
    std::vector<TransactionPtr> prepare(const std::vector<TransactionPtr>& candidates,
                                        std::size_t max_bytes) const override;
    Status<> process(const Proposal& proposal) const override;
    const chain::ExecutedBlock& finalize(const Proposal& proposal) override;
    CommittedBlock commit() override;
    std::vector<Snapshot> list_snapshots() const override { return snapshots_.list(*view()); }
    std::optional<Bytes> load_snapshot_chunk(std::uint64_t height, std::uint32_t format,
                                             std::uint32_t index) const override {
        return snapshots_.chunk(*view(), height, format, index);
    }
    OfferAnswer offer_snapshot(const Snapshot& snapshot, const Hash& app_hash) override {
        return restore_.offer(*this, snapshot, app_hash);
    }
    ChunkAnswer apply_snapshot_chunk(std::uint32_t index, ByteView chunk) override {
        return restore_.apply(*this, index, chunk);
    }
    void on_commit(std::function<void(const CommittedBlock&)> listener) override {
        listeners_.push_back(std::move(listener));
    }

private:
    struct PendingBlock {
        Proposal proposal;
        std::shared_ptr<chain::ExecutedBlock> block;
        db::Batch batch;
    };

    void write_genesis(const state::ChangeSet& changes);
    Status<> check_stored_chain();
    Status<> seal_genesis_transactions();
    void publish(chain::BlockHeader head, const Hash& hash);

    db::KvStore& kv_;
    chain::GenesisConfig genesis_;
    std::unique_ptr<StateStore> states_;
    BlockStore blocks_;
    mutable SnapshotSource snapshots_;
    SnapshotTarget restore_;
    Hash genesis_hash_;
    Hash last_filled_;  ///< of the engine's thread; readers get it through info_
    std::optional<PendingBlock> pending_;
    std::vector<std::function<void(const CommittedBlock&)>> listeners_;

    mutable std::mutex mutex_;  ///< of what follows
    ReadViewPtr view_;
    ApplicationInfo info_;
};

Status<> ChainApplication::open(const ChainApplicationOptions& options) {
    StateStoreOptions state_options = options.state;
    if (genesis_.archive) state_options.history_blocks = 0;
    BOURSE_TRY(const auto format, read_data_format(kv_));
    restore_.clear();
    BOURSE_TRY(states_, StateStore::open(kv_, state_options));
    const state::ChangeSet changes = chain::genesis_changes(genesis_);
    genesis_hash_ = genesis_hash_of(genesis_, changes);
    if (!format) {
        write_genesis(changes);
    } else {
        if (format->genesis_hash != genesis_hash_)
            return fail("DATA_FOREIGN", "The data folder belongs to another chain (genesis " +
                                            to_hex(format->genesis_hash) + ", not " + to_hex(genesis_hash_) +
                                            "). Choose another --data-dir, or start with that chain's genesis file.");
        BOURSE_CHECK(check_stored_chain());
    }
    return seal_genesis_transactions();
}

void ChainApplication::write_genesis(const state::ChangeSet& changes) {
    db::Batch batch;
    const Hash root = states_->prepare(0, changes, batch);
    const chain::BlockHeader header = chain::genesis_header(genesis_, root);
    BlockStore::put_block(batch, {{0, genesis_hash_, chain::encode_header(header)}, {}, {}});
    put_data_format(batch, genesis_hash_);
    kv_.write(batch, true);
    states_->committed();
    publish(header, genesis_hash_);
}

/// Blocks and state were written together, so they must agree.
Status<> ChainApplication::check_stored_chain() {
    const auto damaged = [](const char* what) {
        return fail("DATA_DAMAGED", std::string("The data folder is damaged: ") + what +
                                        ". Restore it from a copy, or start with an empty --data-dir and sync again.");
    };
    const auto head = blocks_.head();
    if (!head || states_->head_number() != head->number) return damaged("blocks and state end at different heights");
    const auto header = chain::decode_header(head->rlp);
    if (!header || chain::header_hash(*header) != head->hash)
        return damaged("the last block's header does not match its hash");
    if (header->state_root != states_->head_root())
        return damaged("the state does not have the root of the last block");
    if (const auto bytes = kv_.get(as_bytes(kLastFilledKey))) last_filled_ = Hash::from(*bytes).value_or(Hash{});
    publish(*header, head->hash);
    return {};
}

/// Block 1 holds exactly the genesis' transactions, with genesis time.
Status<> ChainApplication::seal_genesis_transactions() {
    if (genesis_.transactions.empty()) return {};
    if (view()->head().number > 0) {
        const auto first = blocks_.block(1);
        const bool same =
            first && std::ranges::equal(first->transactions, genesis_.transactions, {}, &StoredTransaction::raw);
        if (!same)
            return fail("DATA_FOREIGN",
                        "The data folder belongs to a chain whose genesis file has other transactions. "
                        "Choose another --data-dir.");
        return {};
    }
    Proposal proposal;
    proposal.height = 1;
    proposal.time_ms = genesis_.time_s * 1000;
    proposal.beneficiary = genesis_.beneficiary;
    for (const auto& raw : genesis_.transactions) {
        auto tx = chain::prepare_transaction(raw);
        if (!tx)
            return fail("GENESIS_INVALID",
                        "A transaction of the genesis file is not valid: " + std::string(to_text(tx.error())) + ".");
        proposal.transactions.push_back(*std::move(tx));
    }
    const auto& block = finalize(proposal);
    if (!block.skipped.empty())
        return fail("GENESIS_INVALID", "A transaction of the genesis file cannot be executed: " +
                                           std::string(to_text(block.skipped.front().reason)) + ".");
    commit();
    return {};
}

void ChainApplication::publish(chain::BlockHeader head, const Hash& hash) {
    ApplicationInfo info;
    info.genesis_hash = genesis_hash_;
    info.head_number = head.number;
    info.head_hash = hash;
    info.app_hash = crypto::keccak256({head.state_root, last_filled_});
    auto view =
        std::make_shared<const ReadView>(std::move(head), hash, genesis_.chain_id, states_->head(), *states_, blocks_);
    const std::lock_guard lock(mutex_);
    view_.swap(view);  // the former view ends after the lock
    info_ = info;
}

ApplicationInfo ChainApplication::info() const {
    const std::lock_guard lock(mutex_);
    return info_;
}

Status<chain::InvalidTransaction> ChainApplication::check(const chain::PreparedTransaction& tx) const {
    if (const auto reason = chain::check_constants(tx, genesis_.chain_id, chain::kBlockGasLimit)) return fail(*reason);
    return {};
}

std::vector<TransactionPtr> ChainApplication::prepare(const std::vector<TransactionPtr>& candidates,
                                                      std::size_t max_bytes) const {
    std::vector<TransactionPtr> out;
    std::unordered_set<Hash> seen;
    std::unordered_set<Address> passed_over;
    std::uint64_t gas_left = chain::kBlockGasLimit;
    std::size_t bytes_left = max_bytes;
    for (const auto& tx : candidates) {
        if (!check(*tx) || passed_over.contains(tx->sender) || !seen.insert(tx->hash).second) continue;
        const std::size_t size = listed_size(tx->raw.size());
        if (tx->tx.gas_limit > gas_left || size > bytes_left) {
            passed_over.insert(tx->sender);
            continue;
        }
        gas_left -= tx->tx.gas_limit;
        bytes_left -= size;
        out.push_back(tx);
    }
    return out;
}

Status<> ChainApplication::process(const Proposal& proposal) const {
    std::unordered_set<Hash> seen;
    std::uint64_t gas = 0;
    for (const auto& tx : proposal.transactions) {
        const auto valid = check(*tx);
        if (!valid) return fail(std::string(to_code(valid.error())), std::string(to_text(valid.error())));
        if (!seen.insert(tx->hash).second) return fail("DUPLICATE", "the proposal holds a transaction twice");
        gas += tx->tx.gas_limit;
        if (gas > chain::kBlockGasLimit) return fail("GAS_LIMIT", "the proposal exceeds the block gas limit");
    }
    return {};
}

const chain::ExecutedBlock& ChainApplication::finalize(const Proposal& proposal) {
    if (pending_) {
        BOURSE_ASSERT(is_same(pending_->proposal, proposal));  // a height has one decided block
        return *pending_->block;
    }
    const ReadViewPtr parent = view();
    BOURSE_ASSERT(proposal.height == parent->head().number + 1);
    chain::BlockInput input;
    input.parent = parent->head();
    input.parent_hash = parent->head_hash();
    input.chain_id = genesis_.chain_id;
    input.time_ms = proposal.time_ms;
    input.beneficiary = proposal.beneficiary;
    input.transactions = proposal.transactions;

    pending_.emplace();
    pending_->proposal = proposal;
    pending_->block = std::make_shared<chain::ExecutedBlock>(chain::execute_block(input, parent->state()));
    chain::ExecutedBlock& block = *pending_->block;
    chain::seal_block(block, states_->prepare(block.header.number, block.changes, pending_->batch));
    block.changes = {};  // they stand in the batch
    BlockStore::put_block(pending_->batch, to_stored(block));
    if (!block.executed.empty()) pending_->batch.put(as_bytes(kLastFilledKey), block.hash);
    return block;
}

CommittedBlock ChainApplication::commit() {
    BOURSE_ASSERT(pending_.has_value());
    pending_->batch.sort();  // a fifth less work for the store
    kv_.write(pending_->batch, true);
    states_->committed();
    const std::shared_ptr<const chain::ExecutedBlock> block = std::move(pending_->block);
    pending_.reset();
    if (!block->executed.empty()) last_filled_ = block->hash;
    publish(block->header, block->hash);
    CommittedBlock out{view(), block};
    for (const auto& listener : listeners_) listener(out);
    return out;
}

}  // namespace

Result<std::unique_ptr<Application>> open_application(db::KvStore& kv, chain::GenesisConfig genesis,
                                                      const ChainApplicationOptions& options) {
    auto application = std::make_unique<ChainApplication>(kv, std::move(genesis), options);
    BOURSE_CHECK(application->open(options));
    return std::unique_ptr<Application>(std::move(application));
}

}  // namespace bourse::engine
