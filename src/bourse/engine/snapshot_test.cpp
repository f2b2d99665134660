#include <bourse/engine/test_genesis.hpp>

#include <bourse/engine/application.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/replay.hpp>

#include <gtest/gtest.h>

#include <sstream>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kInterval = 20;
constexpr std::size_t kChunk = 1'000;

chain::GenesisConfig snapshot_genesis() { return with_coins(chain::development_genesis(), 1); }

struct SnapshotNode {
    std::unique_ptr<db::KvStore> kv = db::make_memory_store();
    std::unique_ptr<Application> application = opened();

    std::unique_ptr<Application> opened() {
        ChainApplicationOptions options;
        options.snapshot_interval = kInterval;
        options.snapshot_chunk_bytes = kChunk;
        return open_application(*kv, snapshot_genesis(), options).value();
    }
    /// Every third block is empty.
    void run_to(std::uint64_t height) {
        for (std::uint64_t number = application->info().head_number + 1; number <= height; ++number) {
            Proposal proposal;
            proposal.height = number;
            proposal.time_ms = application->view()->head().time_ms + 1'500;
            if (number % 3 != 0)
                proposal.transactions.push_back(prepared({.key = 1, .nonce = nonce++, .value = number}));
            application->finalize(proposal);
            application->commit();
        }
    }
    std::uint64_t nonce = 0;

    Bytes chunk(const Snapshot& snapshot, std::uint32_t index) const {
        return application->load_snapshot_chunk(snapshot.height, snapshot.format, index).value();
    }
};

/// Gives every chunk of the other node's snapshot to this one.
ChunkAnswer restore_all(SnapshotNode& from, const Snapshot& snapshot, SnapshotNode& to) {
    ChunkAnswer last = ChunkAnswer::kAbort;
    for (std::uint32_t i = 0; i < snapshot.chunks; ++i)
        last = to.application->apply_snapshot_chunk(i, from.chunk(snapshot, i));
    return last;
}

std::size_t kept_chunks(const db::KvStore& kv) {
    std::size_t out = 0;
    kv.scan(Bytes{kChunkKey}, {}, [&](ByteView, ByteView) { return ++out > 0; });
    return out;
}

TEST(Snapshot, a_node_restored_from_it_has_the_same_application_hash_and_goes_on) {
    SnapshotNode old;
    old.run_to(45);
    const auto offered = old.application->list_snapshots();
    ASSERT_EQ(offered.size(), 2U);
    EXPECT_EQ(offered[0].height, 40U);
    EXPECT_EQ(offered[1].height, 20U);
    EXPECT_GT(offered[0].chunks, 10U);
    for (const auto& snapshot : offered) {
        SnapshotNode reference;
        reference.run_to(snapshot.height);
        const auto trusted = reference.application->info();
        SnapshotNode fresh;
        ASSERT_EQ(fresh.application->offer_snapshot(snapshot, trusted.app_hash), OfferAnswer::kAccept);
        ASSERT_EQ(restore_all(old, snapshot, fresh), ChunkAnswer::kAccept);
        EXPECT_EQ(fresh.application->info().app_hash, trusted.app_hash);
        EXPECT_EQ(fresh.application->info().head_hash, trusted.head_hash);
        EXPECT_EQ(fresh.application->info().head_number, snapshot.height);
        EXPECT_EQ(kept_chunks(*fresh.kv), 0U);
        fresh.nonce = reference.nonce;
        fresh.run_to(snapshot.height + 3);
        reference.run_to(snapshot.height + 3);
        EXPECT_EQ(fresh.application->info().head_hash, reference.application->info().head_hash);
        const auto verified = verify_chain(snapshot_genesis(), *fresh.application->view(), {});
        EXPECT_TRUE(verified) << verified.error().message;
    }
}

TEST(Snapshot, equal_nodes_give_equal_bytes_however_they_came_to_them) {
    SnapshotNode step_by_step;
    for (std::uint64_t height = kInterval; height <= 5 * kInterval; height += kInterval) {
        step_by_step.run_to(height + 1);
        EXPECT_FALSE(step_by_step.application->list_snapshots().empty());  // the next one goes on from this one
    }
    SnapshotNode at_once;
    at_once.run_to(5 * kInterval + 7);
    const auto one = step_by_step.application->list_snapshots();
    const auto other = at_once.application->list_snapshots();
    EXPECT_EQ(one, other);
    std::string joined;
    for (std::uint32_t i = 0; i < one[0].chunks; ++i) {
        const Bytes chunk = step_by_step.chunk(one[0], i);
        EXPECT_EQ(chunk, at_once.chunk(one[0], i)) << i;
        EXPECT_TRUE(chunk.size() == kChunk || i + 1 == one[0].chunks);
        joined += as_text(chunk);
    }
    // And the chunks are the file that `node export` would have written then.
    SnapshotNode then;
    then.run_to(5 * kInterval);
    std::stringstream file;
    ASSERT_TRUE(export_chain(*then.application->view(), chain::to_json(snapshot_genesis()), file));
    EXPECT_EQ(joined, file.str());
}

TEST(Snapshot, what_is_not_there_is_not_given) {
    SnapshotNode node;
    EXPECT_TRUE(node.application->list_snapshots().empty());
    node.run_to(kInterval);
    const auto snapshot = node.application->list_snapshots().at(0);
    EXPECT_TRUE(node.application->load_snapshot_chunk(kInterval, kSnapshotFormat, 0));
    EXPECT_EQ(node.application->load_snapshot_chunk(kInterval, kSnapshotFormat, snapshot.chunks), std::nullopt);
    EXPECT_EQ(node.application->load_snapshot_chunk(kInterval, kSnapshotFormat + 1, 0), std::nullopt);
    EXPECT_EQ(node.application->load_snapshot_chunk(kInterval + 1, kSnapshotFormat, 0), std::nullopt);
    node.run_to(3 * kInterval);
    EXPECT_EQ(node.application->list_snapshots().size(), 2U);
    EXPECT_EQ(node.application->load_snapshot_chunk(kInterval, kSnapshotFormat, 0), std::nullopt);
    const auto kv = db::make_memory_store();
    EXPECT_TRUE(open_application(*kv, snapshot_genesis()).value()->list_snapshots().empty());
}

TEST(Snapshot, offers_that_cannot_be_used_are_refused) {
    SnapshotNode old;
    old.run_to(kInterval);
    const auto snapshot = old.application->list_snapshots().at(0);
    SnapshotNode fresh;
    EXPECT_EQ(fresh.application->apply_snapshot_chunk(0, old.chunk(snapshot, 0)), ChunkAnswer::kAbort);
    const auto offer = [&](const std::function<void(Snapshot&)>& change) {
        auto changed = snapshot;
        change(changed);
        return fresh.application->offer_snapshot(changed, Hash{{1}});
    };
    EXPECT_EQ(offer([](Snapshot& s) { s.format = 2; }), OfferAnswer::kRejectFormat);
    EXPECT_EQ(offer([](Snapshot& s) { s.hash.data[3] ^= 1; }), OfferAnswer::kReject);
    EXPECT_EQ(offer([](Snapshot& s) { s.metadata[5] ^= 1; }), OfferAnswer::kReject);
    EXPECT_EQ(offer([](Snapshot& s) { s.metadata.pop_back(); }), OfferAnswer::kReject);
    EXPECT_EQ(offer([](Snapshot& s) { s.chunks = 0, s.metadata = {}, s.hash = snapshot_hash({}); }),
              OfferAnswer::kReject);
    EXPECT_EQ(old.application->offer_snapshot(snapshot, old.application->info().app_hash), OfferAnswer::kReject);
    EXPECT_EQ(offer([](Snapshot&) {}), OfferAnswer::kAccept);
}

TEST(Snapshot, a_wrong_chunk_is_asked_for_again_and_order_is_kept) {
    SnapshotNode old;
    old.run_to(kInterval);
    const auto snapshot = old.application->list_snapshots().at(0);
    SnapshotNode fresh;
    auto& application = *fresh.application;
    ASSERT_EQ(application.offer_snapshot(snapshot, old.application->info().app_hash), OfferAnswer::kAccept);
    Bytes wrong = old.chunk(snapshot, 0);
    wrong[100] ^= 1;
    EXPECT_EQ(application.apply_snapshot_chunk(0, wrong), ChunkAnswer::kRetry);
    EXPECT_EQ(application.apply_snapshot_chunk(1, old.chunk(snapshot, 1)), ChunkAnswer::kRetrySnapshot);
    EXPECT_EQ(application.apply_snapshot_chunk(0, old.chunk(snapshot, 0)), ChunkAnswer::kAccept);
    EXPECT_EQ(application.apply_snapshot_chunk(0, old.chunk(snapshot, 0)), ChunkAnswer::kRetrySnapshot);
    EXPECT_EQ(kept_chunks(*fresh.kv), 1U);
    // A process that ends in between begins anew.
    fresh.application.reset();
    fresh.application = fresh.opened();
    EXPECT_EQ(kept_chunks(*fresh.kv), 0U);
    EXPECT_EQ(fresh.application->info().head_number, 1U);
}

TEST(Snapshot, only_the_chain_of_the_trusted_hash_is_taken) {
    SnapshotNode old;
    old.run_to(kInterval);
    const auto snapshot = old.application->list_snapshots().at(0);
    SnapshotNode fresh;
    ASSERT_EQ(fresh.application->offer_snapshot(snapshot, Hash{{9}}), OfferAnswer::kAccept);
    EXPECT_EQ(restore_all(old, snapshot, fresh), ChunkAnswer::kRejectSnapshot);
    EXPECT_EQ(fresh.application->info().head_number, 1U);  // nothing of it was executed
    EXPECT_EQ(kept_chunks(*fresh.kv), 0U);
    ASSERT_EQ(fresh.application->offer_snapshot(snapshot, old.application->info().app_hash), OfferAnswer::kAccept);
    EXPECT_EQ(restore_all(old, snapshot, fresh), ChunkAnswer::kAccept);
    EXPECT_EQ(fresh.application->info().app_hash, old.application->info().app_hash);
}

}  // namespace
}  // namespace bourse::engine
