#include <bourse/engine/replay.hpp>

#include <bourse/engine/test_genesis.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>

#include <sstream>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kReplayedBlocks = 12;

chain::GenesisConfig replayed_genesis() { return with_coins(chain::development_genesis(), 3); }

/// The development chain with a few transfers in every second block behind block 1, which the genesis fills.
struct MadeChain {
    std::unique_ptr<db::KvStore> kv = db::make_memory_store();
    std::unique_ptr<Application> application = open_application(*kv, replayed_genesis()).value();

    MadeChain() {
        std::uint64_t nonce = 0;
        for (std::uint64_t number = 2; number <= kReplayedBlocks; ++number) {
            Proposal proposal;
            proposal.height = number;
            proposal.time_ms = application->view()->head().time_ms + 1'234;
            proposal.beneficiary = Address{{0xbe}};
            if (number % 2 == 0) {
                for (std::uint64_t key = 1; key < 4; ++key)
                    proposal.transactions.push_back(
                        prepared({.key = key, .nonce = nonce, .price = key, .value = number}));
                ++nonce;
            }
            application->finalize(proposal);
            application->commit();
        }
    }
    std::string exported() const {
        std::stringstream out;
        EXPECT_TRUE(export_chain(*application->view(), chain::to_json(application->genesis()), out));
        return out.str();
    }
};

struct Imported {
    std::unique_ptr<db::KvStore> kv = db::make_memory_store();
    std::unique_ptr<Application> application = open_application(*kv, replayed_genesis()).value();

    Result<ReplayReport> take(const std::string& file, unsigned threads = 1) {
        std::stringstream in(file);
        auto reader = ChainFileReader::begin(in);
        if (!reader) return fail(reader.error());
        return import_chain(*application, *reader, {threads, {}});
    }
};

TEST(ChainFile, an_imported_chain_has_the_same_headers_with_any_number_of_threads) {
    const MadeChain made;
    for (const unsigned threads : {1U, 8U}) {
        Imported imported;
        const auto report = imported.take(made.exported(), threads);
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->blocks, kReplayedBlocks - 1);  // block 0 and 1 come with the genesis
        EXPECT_EQ(report->known, 2U);
        EXPECT_EQ(report->transactions, 18U);
        EXPECT_EQ(imported.application->info().head_hash, made.application->info().head_hash);
        EXPECT_EQ(imported.application->info().app_hash, made.application->info().app_hash);
    }
}

TEST(ChainFile, a_second_import_finds_everything_known) {
    const MadeChain made;
    Imported imported;
    ASSERT_TRUE(imported.take(made.exported()));
    const auto again = imported.take(made.exported());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->blocks, 0U);
    EXPECT_EQ(again->known, kReplayedBlocks + 1);
}

TEST(ChainFile, every_changed_byte_is_noticed) {
    const MadeChain made;
    const std::string file = made.exported();
    const std::size_t step = file.size() / 97 + 1;
    for (std::size_t at = 0; at < file.size(); at += step) {
        std::string changed = file;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        Imported imported;
        EXPECT_FALSE(imported.take(changed)) << "byte " << at;
    }
}

TEST(ChainFile, every_cut_is_noticed_and_the_import_goes_on_later) {
    const MadeChain made;
    const std::string file = made.exported();
    Imported imported;
    for (std::size_t size = file.size() / 2; size < file.size(); size += file.size() / 40 + 1) {
        const auto cut = imported.take(file.substr(0, size));
        ASSERT_FALSE(cut);
        EXPECT_EQ(cut.error().code, "EXPORT_CUT");
    }
    EXPECT_EQ(imported.take(file.substr(0, file.size() - 1)).error().code, "EXPORT_CUT");
    EXPECT_EQ(imported.take(file + "x").error().code, "EXPORT_DAMAGED");
    ASSERT_TRUE(imported.take(file));
    EXPECT_EQ(imported.application->info().head_hash, made.application->info().head_hash);
}

TEST(ChainFile, another_file_is_refused) {
    Imported imported;
    EXPECT_EQ(imported.take("").error().code, "EXPORT_FOREIGN");
    EXPECT_EQ(imported.take(std::string(1000, 'x')).error().code, "EXPORT_FOREIGN");
    std::string newer = MadeChain().exported();
    newer[11] = 9;
    EXPECT_EQ(imported.take(newer).error().code, "EXPORT_NEWER");
}

/// A well-formed file whose block says something else than its transactions give.
TEST(ChainFile, a_header_that_does_not_come_out_is_not_committed) {
    const MadeChain made;
    std::stringstream in(made.exported());
    auto reader = ChainFileReader::begin(in).value();
    std::stringstream forged;
    auto writer = ChainFileWriter::begin(forged, reader.genesis_json()).value();
    for (std::uint64_t number = 0;; ++number) {
        auto block = reader.next().value();
        if (!block) break;
        if (number == 6) {
            auto header = chain::decode_header(block->header).value();
            header.state_root = Hash{{1}};
            block->header = chain::encode_header(header);
        }
        ASSERT_TRUE(writer.block(*block));
    }
    ASSERT_TRUE(writer.end());
    Imported imported;
    const auto refused = imported.take(forged.str());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "IMPORT_MISMATCH");
    EXPECT_NE(refused.error().message.find("Block 6"), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("state root"), std::string::npos) << refused.error().message;
    EXPECT_EQ(imported.application->info().head_number, 5U);
}

TEST(VerifyChain, a_sound_chain_passes) {
    const MadeChain made;
    const auto report = verify_chain(made.application->genesis(), *made.application->view(), {2, {}});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->blocks, kReplayedBlocks + 1);
    EXPECT_GT(report->transactions, 18U);
    // With what it needs to remember on the disk.
    const sys::TempDir folder;
    ReplayOptions options;
    options.scratch = folder.path() / "scratch";
    const auto again = verify_chain(made.application->genesis(), *made.application->view(), options);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->transactions, report->transactions);
    EXPECT_TRUE(std::filesystem::exists(options.scratch / "CURRENT"));
}

/// Replaces the stored block 6 by a changed one, as a bad disk or a hand might.
void tamper(MadeChain& made, const std::function<void(StoredBlock&)>& change) {
    auto block = made.application->view()->blocks().block(6).value();
    change(block);
    db::Batch batch;
    BlockStore::put_block(batch, block);
    db::Batch kept;  // without the mark of the head
    for (const auto& op : batch.ops())
        if (op.key.front() != 'm') kept.put(op.key, op.value);
    made.kv->write(kept, true);
}

TEST(VerifyChain, a_changed_receipt_header_or_sender_is_named) {
    const std::vector<std::pair<std::function<void(StoredBlock&)>, std::string>> cases{
        {[](StoredBlock& b) { b.receipts[1].gas_used += 1; }, "receipt 1"},
        {[](StoredBlock& b) { b.transactions[2].sender = Address{{1}}; }, "sender of transaction 2"},
        {[](StoredBlock& b) {
             auto header = chain::decode_header(b.header.rlp).value();
             header.gas_used += 1;
             b.header.rlp = chain::encode_header(header);
         },
         "gas used"},
        {[](StoredBlock& b) { b.transactions.pop_back(), b.receipts.pop_back(); }, "transactions root"},
    };
    for (const auto& [change, named] : cases) {
        MadeChain made;
        tamper(made, change);
        const auto report = verify_chain(made.application->genesis(), *made.application->view(), {});
        ASSERT_FALSE(report) << named;
        EXPECT_EQ(report.error().code, "VERIFY_FAILED");
        EXPECT_NE(report.error().message.find("Block 6"), std::string::npos) << report.error().message;
        EXPECT_NE(report.error().message.find(named), std::string::npos) << report.error().message;
    }
}

/// Answers for the head, but with one value of the hub's storage changed.
class ChangedReader final : public state::Reader {
public:
    ChangedReader(std::shared_ptr<const state::Reader> inner, Address address)
        : inner_(std::move(inner)), address_(address) {}
    std::optional<state::Account> account(const Address& address) const override {
        auto found = inner_->account(address);
        if (found && address == address_) found->balance += Uint256{1};
        return found;
    }
    state::SlotValue slot(const Address& address, const Bytes32& key) const override {
        return inner_->slot(address, key);
    }
    Bytes code(const Hash& hash) const override { return inner_->code(hash); }

private:
    std::shared_ptr<const state::Reader> inner_;
    Address address_;
};

TEST(VerifyChain, a_changed_account_is_named) {
    const MadeChain made;
    const auto states = StateStore::open(*made.kv).value();
    const BlockStore blocks(*made.kv);
    const auto view = made.application->view();
    const ReadView changed(view->head(), view->head_hash(), view->chain_id(),
                           std::make_shared<ChangedReader>(view->shared_state(), Address{{7}}), *states, blocks);
    const auto report = verify_chain(made.application->genesis(), changed, {});
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().message.find("stored account 0x07"), std::string::npos) << report.error().message;
}

}  // namespace
}  // namespace bourse::engine
