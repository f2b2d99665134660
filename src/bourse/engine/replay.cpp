#include <bourse/engine/replay.hpp>

#include <bourse/chain/execution.hpp>
#include <bourse/engine/packing.hpp>
#include <bourse/engine/prepare.hpp>
#include <bourse/native/books.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

// Blocks whose senders are recovered together.
constexpr std::size_t kReplayBlocks = 256;
constexpr std::size_t kReplayTransactions = 4096;
/// Replay needs no old states; that is the least a store keeps.
constexpr std::uint64_t kReplayHistory = 128;

/// A block to be executed again, with its senders once recovered.
struct ReplayBlock {
    chain::BlockHeader header;
    std::vector<Bytes> raw;
    std::vector<chain::TransactionPtr> transactions;  ///< null where the bytes are no transaction
};

void recover_senders(std::vector<ReplayBlock>& blocks, unsigned threads) {
    std::vector<ByteView> raw;
    for (const auto& block : blocks) raw.insert(raw.end(), block.raw.begin(), block.raw.end());
    const auto prepared = prepare_all(raw, threads);
    auto from = prepared.begin();
    for (auto& block : blocks) {
        const auto to = from + static_cast<std::ptrdiff_t>(block.raw.size());
        block.transactions.assign(from, to);
        from = to;
    }
}

/// The first header field that differs.
std::string_view differing_field(const chain::BlockHeader& a, const chain::BlockHeader& b) {
    if (a.number != b.number) return "number";
    if (a.parent_hash != b.parent_hash) return "parent hash";
    if (a.beneficiary != b.beneficiary) return "beneficiary";
    if (a.time_ms != b.time_ms || a.time_s != b.time_s) return "time";
    if (a.transactions_root != b.transactions_root) return "transactions root";
    if (a.gas_used != b.gas_used) return "gas used";
    if (a.receipts_root != b.receipts_root) return "receipts root";
    if (a.logs_bloom != b.logs_bloom) return "logs bloom";
    if (a.state_root != b.state_root) return "state root";
    return "header";
}

/// Reads blocks until a batch is full or none are left.
Result<std::vector<ReplayBlock>> read_batch(const std::function<Result<std::optional<ReplayBlock>>()>& next) {
    std::vector<ReplayBlock> out;
    std::size_t transactions = 0;
    while (out.size() < kReplayBlocks && transactions < kReplayTransactions) {
        BOURSE_TRY(auto block, next());
        if (!block) break;
        transactions += block->raw.size();
        out.push_back(*std::move(block));
    }
    return out;
}

bool all_recovered(const ReplayBlock& block) {
    return std::ranges::none_of(block.transactions, [](const auto& tx) { return tx == nullptr; });
}

tl::unexpected<Error> import_mismatch(std::uint64_t number, std::string_view what) {
    return fail("IMPORT_MISMATCH",
                fmt::format("Block {} of the file was not taken: {}. The blocks before it are in the "
                            "data folder. Export the chain anew from a node that passes `bourse node "
                            "verify`, with the same version of the program.",
                            number, what));
}

Status<> import_block(Application& application, ReplayBlock& block, ReplayReport& report) {
    const std::uint64_t number = block.header.number;
    const auto view = application.view();
    if (number <= view->head().number) {
        const auto stored = view->blocks().header(number);
        if (!stored || stored->rlp != chain::encode_header(block.header))
            return import_mismatch(number, "the data folder holds another block of that number");
        ++report.known;
        return {};
    }
    if (number != view->head().number + 1) return import_mismatch(number, "the numbers do not follow each other");
    if (!all_recovered(block)) return import_mismatch(number, "a transaction of it cannot be decoded");
    Proposal proposal{number, block.header.time_ms, block.header.beneficiary, std::move(block.transactions)};
    if (const auto valid = application.process(proposal); !valid) return import_mismatch(number, valid.error().message);
    const auto& executed = application.finalize(proposal);
    if (!executed.skipped.empty())
        return import_mismatch(
            number, "a transaction of it cannot be executed: " + std::string(to_text(executed.skipped.front().reason)));
    if (executed.header != block.header)
        return import_mismatch(
            number, fmt::format("its {} comes out different", differing_field(executed.header, block.header)));
    ++report.blocks;
    report.transactions += proposal.transactions.size();
    application.commit();
    return {};
}

// Letters of the scratch store beside those of the state.
constexpr char kWrittenAccountKey = 'A';  ///< address
constexpr char kWrittenSlotKey = 'S';     ///< address ‖ key

/// What a replay of a data folder keeps, in a store of its own: the state, and the names of all values ever written
/// (the stores know their hashes only).
class Verification final : public native::KeySource {
public:
    Verification(const chain::GenesisConfig& genesis, const ReadView& view, std::unique_ptr<db::KvStore> kv)
        : genesis_(genesis), view_(view), kv_(std::move(kv)) {}

    Status<> block_zero();
    Status<> block(ReplayBlock& block);
    Status<> state_and_books() const;
    const ReplayReport& report() const noexcept { return report_; }
    void each_key(const Address& contract, const std::function<void(const Bytes32& key)>& visit) const override;

private:
    Status<> failed(std::uint64_t number, std::string_view what) const;
    Hash apply(std::uint64_t number, const state::ChangeSet& changes);
    Status<> compare(const chain::ExecutedBlock& executed) const;
    Status<> compare_state() const;

    const chain::GenesisConfig& genesis_;
    const ReadView& view_;
    std::unique_ptr<db::KvStore> kv_;
    std::unique_ptr<StateStore> states_;
    chain::BlockHeader head_;
    Hash head_hash_;
    ReplayReport report_;
};

Status<> Verification::failed(std::uint64_t number, std::string_view what) const {
    return fail("VERIFY_FAILED",
                fmt::format("Block {}: {}. The data folder does not hold what its chain gives. Restore "
                            "it from a backup, or import the chain into an empty folder.",
                            number, what));
}

void put_names(db::Batch& batch, const state::ChangeSet& changes) {
    for (const auto& [address, change] : changes.accounts) batch.put(make_key(kWrittenAccountKey, address), Bytes());
    for (const auto& [address, slots] : changes.slots) {
        batch.put(make_key(kWrittenAccountKey, address), Bytes());
        for (const auto& [key, change] : slots)
            if (change.before.value.is_zero()) batch.put(make_key(kWrittenSlotKey, address, key), Bytes());
    }
}

Hash Verification::apply(std::uint64_t number, const state::ChangeSet& changes) {
    db::Batch batch;
    const Hash root = states_->prepare(number, changes, batch);
    put_names(batch, changes);
    batch.sort();
    kv_->write(batch, false);
    states_->committed();
    return root;
}

void Verification::each_key(const Address& contract, const std::function<void(const Bytes32& key)>& visit) const {
    const Bytes prefix = make_key(kWrittenSlotKey, contract);
    kv_->scan(prefix, {}, [&](ByteView key, ByteView) {
        visit(*Bytes32::from(key.subspan(prefix.size())));
        return true;
    });
}

Status<> Verification::block_zero() {
    StateStoreOptions options;
    options.history_blocks = kReplayHistory;
    BOURSE_TRY(states_, StateStore::open(*kv_, options));
    const Hash root = apply(0, chain::genesis_changes(genesis_));
    head_ = chain::genesis_header(genesis_, root);
    head_hash_ = chain::header_hash(head_);
    const auto stored = view_.blocks().header(0);
    if (!stored || stored->rlp != chain::encode_header(head_) || stored->hash != head_hash_)
        return failed(0, "its header is not that of the genesis file");
    ++report_.blocks;
    return {};
}

Status<> Verification::block(ReplayBlock& block) {
    const std::uint64_t number = block.header.number;
    if (!all_recovered(block)) return failed(number, "a transaction cannot be decoded");
    chain::BlockInput input;
    input.parent = head_;
    input.parent_hash = head_hash_;
    input.chain_id = genesis_.chain_id;
    input.time_ms = block.header.time_ms;
    input.beneficiary = block.header.beneficiary;
    input.transactions = std::move(block.transactions);
    const auto parent = states_->head();
    auto executed = chain::execute_block(input, *parent);
    if (!executed.skipped.empty()) return failed(number, "a transaction of it cannot be executed");
    chain::seal_block(executed, apply(number, executed.changes));
    if (executed.header != block.header)
        return failed(number, fmt::format("the {} is another", differing_field(executed.header, block.header)));
    BOURSE_CHECK(compare(executed));
    head_ = executed.header;
    head_hash_ = executed.hash;
    ++report_.blocks;
    report_.transactions += executed.executed.size();
    return {};
}

/// Against what answers are made from: hash, senders, receipts, and the ways to find them.
Status<> Verification::compare(const chain::ExecutedBlock& executed) const {
    const std::uint64_t number = executed.header.number;
    const auto& blocks = view_.blocks();
    const auto stored = blocks.block(number);
    if (!stored || stored->header.hash != executed.hash) return failed(number, "the stored hash is another");
    if (blocks.number_of(executed.hash) != number) return failed(number, "it is not found by its hash");
    if (stored->receipts.size() != executed.executed.size()) return failed(number, "receipts are missing");
    for (std::uint32_t i = 0; i < executed.executed.size(); ++i) {
        const auto& entry = executed.executed[i];
        const StoredReceipt receipt{entry.receipt.type, entry.receipt.success, entry.gas_used,
                                    entry.receipt.cumulative_gas, entry.receipt.logs};
        if (stored->receipts[i] != receipt) return failed(number, fmt::format("receipt {} is another", i));
        const auto& tx = stored->transactions[i];
        if (tx.hash != entry.transaction->hash || tx.sender != entry.transaction->sender)
            return failed(number, fmt::format("hash or sender of transaction {} is another", i));
        if (blocks.place_of(tx.hash) != TransactionPlace{number, i})
            return failed(number, fmt::format("transaction {} is not found by its hash", i));
    }
    return {};
}

Status<> Verification::compare_state() const {
    const auto replayed = states_->head();
    std::string wrong;
    kv_->scan(make_key(kWrittenAccountKey), {}, [&](ByteView key, ByteView) {
        const Address address = *Address::from(key.subspan(1));
        if (view_.state().account(address) == replayed->account(address)) return true;
        wrong = "account " + to_hex(address);
        return false;
    });
    kv_->scan(make_key(kWrittenSlotKey), {}, [&](ByteView key, ByteView) {
        const Address address = *Address::from(key.subspan(1, Address::kSize));
        const Bytes32 slot = *Bytes32::from(key.subspan(1 + Address::kSize));
        if (!wrong.empty() || view_.state().slot(address, slot) == replayed->slot(address, slot)) return wrong.empty();
        wrong = "slot " + to_hex(slot) + " of " + to_hex(address);
        return false;
    });
    if (!wrong.empty()) return failed(view_.head().number, "the stored " + wrong + " is another");
    return {};
}

Status<> Verification::state_and_books() const {
    const std::uint64_t number = view_.head().number;
    if (head_hash_ != view_.head_hash()) return failed(number, "the head's hash is another");
    BOURSE_CHECK(compare_state());
    if (const auto broken = native::broken_books(view_.state(), *this))
        return failed(number, "the books do not balance: " + *broken);
    return {};
}

}  // namespace

Result<ReplayReport> export_chain(const ReadView& view, const std::string& genesis_json, std::ostream& out) {
    BOURSE_TRY(auto writer, ChainFileWriter::begin(out, genesis_json));
    ReplayReport report;
    for (std::uint64_t number = 0; number <= view.head().number; ++number) {
        auto block = view.blocks().block(number);
        if (!block) return fail("DATA_DAMAGED", fmt::format("Block {} is missing in the data folder.", number));
        ExportedBlock exported{std::move(block->header.rlp), {}};
        for (auto& tx : block->transactions) exported.transactions.push_back(std::move(tx.raw));
        BOURSE_CHECK(writer.block(exported));
        ++report.blocks;
        report.transactions += exported.transactions.size();
    }
    BOURSE_CHECK(writer.end());
    return report;
}

Result<ReplayReport> import_chain(Application& application, ChainFileReader& in, const ReplayOptions& options) {
    ReplayReport report;
    std::uint64_t expected = 0;
    const auto next = [&in, &expected]() -> Result<std::optional<ReplayBlock>> {
        BOURSE_TRY(auto exported, in.next());
        if (!exported) return std::optional<ReplayBlock>();
        auto header = chain::decode_header(exported->header);
        if (!header || header->number != expected)
            return fail("EXPORT_DAMAGED", fmt::format("The file's block {} has no valid header of that number. Export "
                                                      "the chain anew.",
                                                      expected));
        ++expected;
        return std::optional(ReplayBlock{*std::move(header), std::move(exported->transactions), {}});
    };
    for (;;) {
        BOURSE_TRY(auto batch, read_batch(next));
        if (batch.empty()) return report;
        recover_senders(batch, options.threads);
        for (auto& block : batch) {
            BOURSE_CHECK(import_block(application, block, report));
            if (options.progress) options.progress(block.header.number);
        }
    }
}

Result<ReplayReport> verify_chain(const chain::GenesisConfig& genesis, const ReadView& view,
                                  const ReplayOptions& options) {
    std::unique_ptr<db::KvStore> scratch = db::make_memory_store();
    if (!options.scratch.empty()) {
        BOURSE_TRY(scratch, db::open_rocksdb(options.scratch));
    }
    Verification verification(genesis, view, std::move(scratch));
    BOURSE_CHECK(verification.block_zero());
    std::uint64_t number = 1;
    const auto next = [&view, &number]() -> Result<std::optional<ReplayBlock>> {
        if (number > view.head().number) return std::optional<ReplayBlock>();
        auto stored = view.blocks().block(number);
        auto header = stored ? chain::decode_header(stored->header.rlp) : std::nullopt;
        if (!header || header->number != number)
            return fail("VERIFY_FAILED",
                        fmt::format("Block {}: it is missing, or its header cannot be decoded. Restore "
                                    "the data folder from a backup.",
                                    number));
        ++number;
        ReplayBlock block{*std::move(header), {}, {}};
        for (auto& tx : stored->transactions) block.raw.push_back(std::move(tx.raw));
        return std::optional(std::move(block));
    };
    for (;;) {
        BOURSE_TRY(auto batch, read_batch(next));
        if (batch.empty()) break;
        recover_senders(batch, options.threads);
        for (auto& block : batch) {
            BOURSE_CHECK(verification.block(block));
            if (options.progress) options.progress(block.header.number);
        }
    }
    BOURSE_CHECK(verification.state_and_books());
    return verification.report();
}

}  // namespace bourse::engine
