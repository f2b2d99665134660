#include <bourse/engine/replay.hpp>

#include <bourse/chain/execution.hpp>
#include <bourse/native/books.hpp>

#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

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
    std::vector<std::pair<ReplayBlock*, std::size_t>> work;
    for (auto& block : blocks) {
        block.transactions.resize(block.raw.size());
        for (std::size_t i = 0; i < block.raw.size(); ++i) work.emplace_back(&block, i);
    }
    std::atomic<std::size_t> next{0};
    const auto run = [&work, &next] {
        for (std::size_t i = next++; i < work.size(); i = next++) {
            auto& [block, index] = work[i];
            if (auto tx = chain::prepare_transaction(block->raw[index])) block->transactions[index] = *std::move(tx);
        }
    };
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < std::min<std::size_t>(threads, work.size()); ++i) helpers.emplace_back(run);
    run();
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
    Proposal proposal{block.header.time_ms, block.header.beneficiary, std::move(block.transactions)};
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

/// What a replay of a data folder keeps: state in memory, and which values were ever written.
class Verification {
public:
    Verification(const chain::GenesisConfig& genesis, const ReadView& view)
        : genesis_(genesis), view_(view), kv_(db::make_memory_store()) {}

    Status<> block_zero();
    Status<> block(ReplayBlock& block);
    Status<> state_and_books() const;
    const ReplayReport& report() const noexcept { return report_; }

private:
    Status<> failed(std::uint64_t number, std::string_view what) const;
    Hash apply(std::uint64_t number, const state::ChangeSet& changes);
    Status<> compare(const chain::ExecutedBlock& executed) const;
    void remember(const state::ChangeSet& changes);

    const chain::GenesisConfig& genesis_;
    const ReadView& view_;
    std::unique_ptr<db::KvStore> kv_;
    std::unique_ptr<StateStore> states_;
    chain::BlockHeader head_;
    Hash head_hash_;
    native::WrittenKeys keys_;
    std::set<Address> accounts_;
    std::set<std::pair<Address, Bytes32>> slots_;
    ReplayReport report_;
};

Status<> Verification::failed(std::uint64_t number, std::string_view what) const {
    return fail("VERIFY_FAILED",
                fmt::format("Block {}: {}. The data folder does not hold what its chain gives. Restore "
                            "it from a backup, or import the chain into an empty folder.",
                            number, what));
}

Hash Verification::apply(std::uint64_t number, const state::ChangeSet& changes) {
    db::Batch batch;
    const Hash root = states_->prepare(number, changes, batch);
    kv_->write(batch, false);
    states_->committed();
    remember(changes);
    return root;
}

void Verification::remember(const state::ChangeSet& changes) {
    keys_.add(changes);
    for (const auto& [address, change] : changes.accounts) accounts_.insert(address);
    for (const auto& [address, slots] : changes.slots) {
        accounts_.insert(address);
        for (const auto& [key, change] : slots) slots_.emplace(address, key);
    }
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

Status<> Verification::state_and_books() const {
    const std::uint64_t number = view_.head().number;
    if (head_hash_ != view_.head_hash()) return failed(number, "the head's hash is another");
    const auto replayed = states_->head();
    for (const auto& address : accounts_)
        if (view_.state().account(address) != replayed->account(address))
            return failed(number, "the stored account " + to_hex(address) + " is another");
    for (const auto& [address, key] : slots_)
        if (view_.state().slot(address, key) != replayed->slot(address, key))
            return failed(number, "the stored slot " + to_hex(key) + " of " + to_hex(address) + " is another");
    if (const auto broken = native::broken_books(view_.state(), keys_))
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
    Verification verification(genesis, view);
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
