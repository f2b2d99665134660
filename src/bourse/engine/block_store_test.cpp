#include <bourse/engine/block_store.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/engine/block_codec.hpp>

#include <gtest/gtest.h>

#include <random>

namespace bourse::engine {
namespace {

Hash hash_of(std::uint64_t n) { return crypto::keccak256(ByteView(to_be32(Uint256(n)))); }
Address address_of(std::uint64_t n) { return *Address::from(ByteView(hash_of(n)).first(20)); }

/// Logs of one transaction get their topics from this.
using MakeLogs = std::function<std::vector<state::Log>(std::uint64_t block, std::uint64_t index)>;

StoredBlock make_block(std::uint64_t number, std::size_t transactions, const MakeLogs& make_logs) {
    StoredBlock block;
    block.header = {number, hash_of(1'000'000 + number), Bytes(600, static_cast<std::uint8_t>(number))};
    std::uint64_t gas = 0;
    for (std::uint64_t i = 0; i < transactions; ++i) {
        Bytes raw(100 + i % 50, static_cast<std::uint8_t>(i));
        append(raw, to_be32(Uint256(number * 10'000 + i)));
        const Hash hash = crypto::keccak256(ByteView(raw));
        block.transactions.push_back({std::move(raw), hash, address_of(i % 5)});
        gas += 21'000 + i;
        block.receipts.push_back({static_cast<std::uint8_t>(i % 3), i % 7 != 0, 21'000 + i, gas, make_logs(number, i)});
    }
    return block;
}

std::vector<state::Log> no_logs(std::uint64_t, std::uint64_t) { return {}; }
std::vector<state::Log> some_logs(std::uint64_t block, std::uint64_t index) {
    std::vector<state::Log> logs;
    for (std::uint64_t i = 0; i < index % 4; ++i)
        logs.push_back({address_of(1), {hash_of(1), hash_of(block), hash_of(index)}, Bytes(i * 10, 1)});
    return logs;
}

void put(db::KvStore& kv, const StoredBlock& block) {
    db::Batch batch;
    BlockStore::put_block(batch, block);
    kv.write(batch, false);
}

TEST(BlockStore, blocks_of_every_size_come_back_as_they_were) {
    auto kv = db::make_memory_store();
    const BlockStore store(*kv);
    EXPECT_EQ(store.head(), std::nullopt);
    std::uint64_t number = 0;
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 32U, 100U}) {
        const auto block = make_block(number, size, some_logs);
        put(*kv, block);
        EXPECT_EQ(store.head(), block.header);
        EXPECT_EQ(store.block(number), block);
        EXPECT_EQ(store.header(number), block.header);
        EXPECT_EQ(store.number_of(block.header.hash), number);
        ++number;
    }
    EXPECT_EQ(store.block(number), std::nullopt);
    EXPECT_EQ(store.number_of(hash_of(1)), std::nullopt);
}

TEST(BlockStore, transactions_are_found_by_hash) {
    auto kv = db::make_memory_store();
    const BlockStore store(*kv);
    const auto block = make_block(7, 40, some_logs);
    put(*kv, block);
    std::uint32_t first_log = 0;
    for (std::uint32_t i = 0; i < 40; ++i) {
        const auto place = store.place_of(block.transactions[i].hash);
        ASSERT_EQ(place, (TransactionPlace{7, i}));
        const auto record = store.transaction(*place);
        ASSERT_TRUE(record);
        EXPECT_EQ(record->transaction, block.transactions[i]);
        EXPECT_EQ(record->receipt, block.receipts[i]);
        EXPECT_EQ(record->header, block.header);
        EXPECT_EQ(record->first_log_index, first_log);
        first_log += static_cast<std::uint32_t>(block.receipts[i].logs.size());
    }
    // A hash whose beginning is known is not the known one.
    Hash similar = block.transactions[0].hash;
    similar.data[31] ^= 1;
    EXPECT_EQ(store.place_of(similar), std::nullopt);
    EXPECT_EQ(store.transaction({7, 40}), std::nullopt);
    EXPECT_EQ(store.transaction({8, 0}), std::nullopt);
}

TEST(BlockStore, logs_are_found_with_their_places) {
    auto kv = db::make_memory_store();
    const BlockStore store(*kv);
    std::vector<StoredBlock> blocks;
    for (std::uint64_t number = 0; number < 20; ++number) {
        blocks.push_back(make_block(number, 50, number % 3 == 0 ? MakeLogs(no_logs) : MakeLogs(some_logs)));
        put(*kv, blocks.back());
    }
    for (const LogFilter& filter :
         {LogFilter{0, 19, {}, {}}, LogFilter{3, 11, {address_of(1)}, {}}, LogFilter{0, 30, {}, {{}, {hash_of(7)}}},
          LogFilter{2, 19, {address_of(1)}, {{hash_of(1)}, {}, {hash_of(17), hash_of(35)}}},
          LogFilter{0, 19, {address_of(2)}, {}}, LogFilter{5, 4, {}, {}}}) {
        const auto found = store.find_logs(filter);
        ASSERT_TRUE(found);
        std::size_t next = 0;
        for (const auto& block : blocks) {
            std::uint32_t position = 0;
            for (std::uint32_t i = 0; i < block.receipts.size(); ++i) {
                for (const auto& log : block.receipts[i].logs) {
                    const std::uint32_t log_index = position++;
                    if (block.header.number < filter.from_block || block.header.number > filter.to_block) continue;
                    if (!filter.accepts(log)) continue;
                    ASSERT_LT(next, found->size());
                    const auto& hit = (*found)[next++];
                    EXPECT_EQ(hit.log, log);
                    EXPECT_EQ(hit.block_number, block.header.number);
                    EXPECT_EQ(hit.block_hash, block.header.hash);
                    EXPECT_EQ(hit.transaction_hash, block.transactions[i].hash);
                    EXPECT_EQ(hit.transaction_index, i);
                    EXPECT_EQ(hit.log_index, log_index);
                }
            }
        }
        EXPECT_EQ(next, found->size());
    }
}

TEST(BlockStore, limits_name_a_range_that_fits) {
    auto kv = db::make_memory_store();
    const BlockStore store(*kv);
    for (std::uint64_t number = 0; number < 10; ++number) put(*kv, make_block(number, 40, some_logs));
    const std::size_t each = store.find_logs({0, 0, {}, {}})->size();
    for (const LogFilter& filter : {LogFilter{1, 9, {}, {}}, LogFilter{1, 9, {address_of(1)}, {}}}) {
        auto refused = store.find_logs(filter, {3 * each + 1, 100});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "LOG_TOO_MANY_RESULTS");
        EXPECT_NE(refused.error().message.find("[0x1, 0x3]"), std::string::npos) << refused.error().message;
        EXPECT_EQ(store.find_logs({1, 3, filter.addresses, {}}, {3 * each + 1, 100})->size(), 3 * each);
        EXPECT_EQ(store.find_logs(filter, {9 * each, 100})->size(), 9 * each);
        refused = store.find_logs(filter, {each - 1, 100});
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().message.find("0x1 alone"), std::string::npos) << refused.error().message;
    }
    const auto wide = store.find_logs({1, 6, {}, {}}, {10'000, 5});
    ASSERT_FALSE(wide);
    EXPECT_EQ(wide.error().code, "LOG_RANGE_TOO_WIDE");
    EXPECT_NE(wide.error().message.find("[0x1, 0x5]"), std::string::npos) << wide.error().message;
    EXPECT_TRUE(store.find_logs({1, 5, {}, {}}, {10'000, 5}));
    EXPECT_TRUE(store.find_logs({0, ~0ULL, {address_of(1)}, {}}, {10'000, 5}));
}

TEST(BlockStore, a_topic_at_another_position_does_not_make_a_search_endless) {
    auto kv = db::make_memory_store();
    const BlockStore store(*kv);
    for (std::uint64_t number = 0; number < 10; ++number) put(*kv, make_block(number, 40, some_logs));
    // The index names every log that has the first topic; none has it at the second position.
    const LogFilter filter{0, 9, {}, {{}, {hash_of(1)}}};
    std::size_t each = 0, in_vain = 0;
    const auto all = store.find_logs({0, 9, {}, {}});
    ASSERT_TRUE(all);
    for (const auto& hit : *all) {
        in_vain += filter.accepts(hit.log) ? 0U : 1U;
        each += hit.block_number == 0 ? 1U : 0U;
    }
    ASSERT_GT(in_vain, each);
    EXPECT_TRUE(store.find_logs(filter, {10'000, 10'000, in_vain}));
    for (const auto& [most, words] : {std::pair{in_vain - 1, "have these topics elsewhere. Try with this block range"},
                                      std::pair{each - 1, "in block 0x0 alone"}}) {
        const auto refused = store.find_logs(filter, {10'000, 10'000, most});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, "LOG_TOO_MANY_RESULTS");
        EXPECT_NE(refused.error().message.find(words), std::string::npos) << refused.error().message;
    }
}

TEST(BlockStore, blocks_shrink) {
    const auto block = make_block(1, 200, [](std::uint64_t, std::uint64_t index) {
        std::vector<state::Log> logs(5, {address_of(1), {hash_of(1), hash_of(2), hash_of(index)}, Bytes(64, 0)});
        return logs;
    });
    std::size_t plain = 0;
    for (std::size_t i = 0; i < 200; ++i) plain += block.transactions[i].raw.size() + 5 * (20 + 96 + 64);
    db::Batch pieces;
    put_log_pieces(pieces, block);
    std::size_t stored = encode_body(block).size();
    for (const auto& op : pieces.ops()) stored += op.key.size() + op.value.size();
    EXPECT_LT(stored, plain / 4);
}

TEST(BlockStoreDeath, a_damaged_body_stops_the_process) {
    const Bytes body = encode_body(make_block(1, 20, some_logs));
    for (const std::size_t at : {std::size_t{0}, std::size_t{5}, body.size() / 2, body.size() - 1}) {
        Bytes wrong = body;
        wrong[at] ^= 0x40;
        EXPECT_DEATH(
            {
                BodyReader reader(wrong);
                for (std::uint32_t i = 0; i < reader.transactions(); ++i) reader.transaction(i);
                std::_Exit(reader.transactions() == 20 ? 0 : 1);
            },
            "damaged");
    }
}

/// Counts what a query takes out of the store.
class CountingStore final : public db::KvStore {
public:
    explicit CountingStore(const db::KvStore& inner) : inner_(inner) {}
    std::optional<Bytes> get(ByteView key) const override {
        ++gets;
        return inner_.get(key);
    }
    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        inner_.scan(prefix, from, [&](ByteView key, ByteView value) {
            ++scanned;
            return f(key, value);
        });
    }
    void write(const db::Batch&, bool) override { FAIL() << "a query writes nothing"; }

    mutable std::size_t gets = 0;
    mutable std::size_t scanned = 0;

private:
    const db::KvStore& inner_;
};

/// Work, not time, so that a busy machine changes nothing; bench/micro/rpc_logs_bench.cpp measures the time of 1,000
/// matches among 1,000,000 logs on disk.
TEST(BlockStore, a_query_reads_only_the_pieces_that_match) {
    auto kv = db::make_memory_store();
    for (std::uint64_t number = 0; number < 60; ++number) {
        put(*kv, make_block(number, 40, [](std::uint64_t block, std::uint64_t index) {
            const bool rare = block % 20 == 0 && index % 10 == 0;
            return std::vector<state::Log>(3, {address_of(1), {hash_of(1), hash_of(rare ? 77 : 1000 + index)}, {}});
        }));
    }
    const CountingStore counting(*kv);
    const auto found = BlockStore(counting).find_logs({0, 59, {address_of(1)}, {{hash_of(1)}, {hash_of(77)}}});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), 3U * 4 * 3);
    EXPECT_EQ(counting.gets, 3U * 3);  // pieces of logs, in each of which some match
    EXPECT_LT(counting.scanned, 60U);  // of 60 entries for each of two common values, and three for the rare one
}

}  // namespace
}  // namespace bourse::engine
