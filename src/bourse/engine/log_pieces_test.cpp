#include <bourse/engine/log_pieces.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/engine/block_store.hpp>

#include <gtest/gtest.h>

namespace bourse::engine {
namespace {

Hash number_hash(std::uint64_t n) { return crypto::keccak256(ByteView(to_be32(Uint256(n)))); }

/// A block whose transactions have these numbers of logs.
StoredBlock block_with(std::uint64_t number, const std::vector<std::size_t>& counts) {
    StoredBlock block;
    block.header = {number, number_hash(number), Bytes(500, 1)};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        block.transactions.push_back({Bytes(100, 2), number_hash(1'000 * number + i), Address{{3}}});
        StoredReceipt receipt{2, true, 30'000, 30'000 * (i + 1), {}};
        for (std::size_t n = 0; n < counts[i]; ++n) {
            state::Log log{Address{{4, static_cast<std::uint8_t>(n)}}, {}, Bytes(n * 3 % 70, 5)};
            for (std::size_t topic = 0; topic < n % 5; ++topic) log.topics.push_back(number_hash(i * 100 + n + topic));
            receipt.logs.push_back(std::move(log));
        }
        block.receipts.push_back(std::move(receipt));
    }
    return block;
}

std::unique_ptr<db::KvStore> store_of(const std::vector<StoredBlock>& blocks) {
    auto kv = db::make_memory_store();
    for (const auto& block : blocks) {
        db::Batch batch;
        put_log_pieces(batch, block);
        kv->write(batch, false);
    }
    return kv;
}

TEST(LogPieces, every_log_comes_back_from_any_place) {
    for (const auto& counts : std::vector<std::vector<std::size_t>>{
             {1}, {31}, {32}, {33}, {0, 31, 0, 1, 1}, {20, 20, 20, 20}, {100}, {0, 64, 0}, {5, 0, 200, 3, 0, 32}}) {
        const auto block = block_with(7, counts);
        const auto kv = store_of({block});
        std::uint32_t position = 0;
        for (std::uint32_t i = 0; i < counts.size(); ++i) {
            EXPECT_EQ(read_logs(*kv, 7, position, static_cast<std::uint32_t>(counts[i])), block.receipts[i].logs);
            for (const auto& log : block.receipts[i].logs) {
                auto cursor = open_log_piece(*kv, 7, position);
                cursor.advance_to(position);
                const auto found = cursor.log();
                EXPECT_EQ(found.log, log);
                EXPECT_EQ(found.block_number, 7U);
                EXPECT_EQ(found.block_hash, block.header.hash);
                EXPECT_EQ(found.transaction_index, i);
                EXPECT_EQ(found.transaction_hash, block.transactions[i].hash);
                EXPECT_EQ(found.log_index, position++);
            }
        }
    }
}

TEST(LogPieces, pieces_come_in_the_order_of_the_chain_and_within_the_range) {
    std::vector<StoredBlock> blocks;
    for (const std::uint64_t number : {255U, 256U, 257U, 70'000U}) blocks.push_back(block_with(number, {40, 0, 30}));
    const auto kv = store_of(blocks);
    std::vector<std::pair<std::uint64_t, std::uint32_t>> seen;
    each_log_piece(*kv, 256, 69'999, [&](LogCursor& piece) {
        while (piece.next()) seen.emplace_back(piece.log().block_number, piece.log().log_index);
        return true;
    });
    ASSERT_EQ(seen.size(), 2U * 70);
    for (std::uint32_t i = 0; i < seen.size(); ++i)
        EXPECT_EQ(seen[i], std::pair(std::uint64_t{256} + i / 70, i % 70)) << i;
    std::size_t pieces = 0;
    each_log_piece(*kv, 0, ~0ULL, [&](LogCursor&) { return ++pieces < 4; });
    EXPECT_EQ(pieces, 4U);
}

TEST(LogPieces, a_block_without_logs_has_no_piece) {
    const auto kv = store_of({block_with(1, {0, 0}), block_with(2, {})});
    kv->scan({}, {}, [](ByteView, ByteView) { return ADD_FAILURE(), false; });
    EXPECT_TRUE(read_logs(*kv, 1, 0, 0).empty());
}

TEST(LogPiecesDeath, damage_ends_the_process_with_a_sentence) {
    const auto kv = store_of({block_with(7, {40})});
    EXPECT_EXIT(open_log_piece(*kv, 7, 64), testing::ExitedWithCode(1), "logs of block 7 are missing");
    EXPECT_EXIT(read_logs(*kv, 7, 30, 20), testing::ExitedWithCode(1), "logs of block 7 cannot be decoded");
    Bytes stored;
    kv->scan({}, {}, [&](ByteView, ByteView value) { return stored = to_bytes(value), false; });
    LogCursor whole(7, 0, stored);
    whole.advance_to(31);
    for (std::size_t at = Hash::kSize; at < stored.size(); at += 7) {
        Bytes wrong = stored;
        wrong[at] ^= 0x10;
        EXPECT_EXIT(
            {
                LogCursor cursor(7, 0, wrong);
                cursor.advance_to(31);
                // A few bits of the packing's head say nothing about what is packed.
                if (cursor.log().log == whole.log().log) std::fputs("harmless", stderr);
                std::_Exit(1);
            },
            testing::ExitedWithCode(1), "damaged|harmless");
    }
}

}  // namespace
}  // namespace bourse::engine
