#include <bourse/engine/block_store.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/block_codec.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

constexpr std::string_view kBlockHeadName = "block";
constexpr std::size_t kPlaceBytes = 16;  ///< of the transaction hash in the key; the rest is in the value

Bytes place_key(const Hash& hash) { return make_key(kPlaceKey, ByteView(hash).first(kPlaceBytes)); }

/// Collects the logs of candidates that match, up to a limit.
class LogCollector {
public:
    LogCollector(const db::KvStore& kv, const LogFilter& filter, std::size_t limit)
        : kv_(kv), filter_(filter), limit_(limit) {}

    /// False once the limit is exceeded. No positions: all logs of the block.
    bool visit(const StoredHeader& header, const std::vector<std::uint32_t>* positions) {
        last_block_ = header.number;
        const auto body = kv_.get(make_key(kBlockKey, header.number));
        if (!body) data_is_damaged(fmt::format("the body of block {} is missing", header.number));
        BodyReader reader(*body);
        if (positions == nullptr) {
            for (std::uint32_t i = 0; i < reader.transactions() && !is_full(); ++i) add_all(header, reader, i);
        } else {
            for (const std::uint32_t position : *positions) {
                const std::uint32_t index = reader.transaction_of_log(position);
                const auto& item = reader.transaction(index);
                add(header, item, index, position - item.first_log);
                if (is_full()) break;
            }
        }
        return !is_full();
    }

    bool is_full() const noexcept { return found_.size() > limit_; }
    std::uint64_t last_block() const noexcept { return last_block_; }
    std::vector<FoundLog> take() { return std::move(found_); }

private:
    void add_all(const StoredHeader& header, BodyReader& reader, std::uint32_t index) {
        const auto& item = reader.transaction(index);
        for (std::uint32_t i = 0; i < item.receipt.logs.size() && !is_full(); ++i) add(header, item, index, i);
    }
    void add(const StoredHeader& header, const BodyReader::Item& item, std::uint32_t index, std::uint32_t log) {
        const auto& candidate = item.receipt.logs[log];
        if (!filter_.accepts(candidate)) return;
        found_.push_back({header.number, header.hash, item.transaction.hash, index, item.first_log + log, candidate});
    }

    const db::KvStore& kv_;
    const LogFilter& filter_;
    std::size_t limit_;
    std::uint64_t last_block_ = 0;
    std::vector<FoundLog> found_;
};

tl::unexpected<Error> too_many(const LogFilter& filter, std::size_t limit, std::uint64_t last_block) {
    if (last_block == filter.from_block)
        return fail("LOG_TOO_MANY_RESULTS",
                    fmt::format("query returned more than {} results in block {:#x} alone. Name an address or a topic.",
                                limit, last_block));
    return fail("LOG_TOO_MANY_RESULTS",
                fmt::format("query returned more than {} results. Try with this block range [{:#x}, {:#x}].", limit,
                            filter.from_block, last_block - 1));
}

}  // namespace

void BlockStore::put_block(db::Batch& batch, const StoredBlock& block) {
    const std::uint64_t number = block.header.number;
    Bytes header = to_bytes(ByteView(block.header.hash));
    append(header, block.header.rlp);
    batch.put(make_key(kHeaderKey, number), std::move(header));
    if (!block.transactions.empty()) batch.put(make_key(kBlockKey, number), encode_body(block));
    Bytes number_value;
    append_u64(number_value, number);
    batch.put(make_key(kBlockHashKey, block.header.hash), number_value);
    batch.put(make_key(kMetaKey, as_bytes(kBlockHeadName)), with_checksum(std::move(number_value)));
    std::vector<const state::Log*> logs;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const Hash& hash = block.transactions[i].hash;
        Bytes place = to_bytes(ByteView(hash).subspan(kPlaceBytes));
        append_varint(place, number);
        append_varint(place, i);
        batch.put(place_key(hash), std::move(place));
        for (const auto& log : block.receipts[i].logs) logs.push_back(&log);
    }
    put_log_index(batch, number, logs);
}

std::optional<StoredHeader> BlockStore::head() const {
    const auto stored = kv_.get(make_key(kMetaKey, as_bytes(kBlockHeadName)));
    if (!stored) return std::nullopt;
    const auto value = without_checksum(*stored);
    if (!value) data_is_damaged("the mark of the last block cannot be read");
    auto found = header(Unpacker(*value).u64());
    if (!found) data_is_damaged("the last block's header is missing");
    return found;
}

std::optional<StoredHeader> BlockStore::header(std::uint64_t number) const {
    const auto stored = kv_.get(make_key(kHeaderKey, number));
    if (!stored) return std::nullopt;
    Unpacker in(*stored);
    StoredHeader header;
    header.number = number;
    header.hash = in.fixed<Hash>();
    header.rlp = to_bytes(in.rest());
    if (!in.ok()) data_is_damaged(fmt::format("the header of block {} cannot be decoded", number));
    return header;
}

std::optional<StoredBlock> BlockStore::block(std::uint64_t number) const {
    auto found = header(number);
    if (!found) return std::nullopt;
    StoredBlock block;
    block.header = *std::move(found);
    const auto stored = kv_.get(make_key(kBlockKey, number));
    if (!stored) return block;  // without transactions
    BodyReader reader(*stored);
    for (std::uint32_t i = 0; i < reader.transactions(); ++i) {
        const auto& item = reader.transaction(i);
        block.transactions.push_back(item.transaction);
        block.receipts.push_back(item.receipt);
    }
    return block;
}

std::optional<std::uint64_t> BlockStore::number_of(const Hash& block_hash) const {
    const auto stored = kv_.get(make_key(kBlockHashKey, block_hash));
    if (!stored) return std::nullopt;
    return Unpacker(*stored).u64();
}

std::optional<TransactionPlace> BlockStore::place_of(const Hash& transaction_hash) const {
    const auto stored = kv_.get(place_key(transaction_hash));
    if (!stored) return std::nullopt;
    Unpacker in(*stored);
    if (!equal(in.bytes(Hash::kSize - kPlaceBytes), ByteView(transaction_hash).subspan(kPlaceBytes)))
        return std::nullopt;
    TransactionPlace place;
    place.block_number = in.varint();
    place.index = static_cast<std::uint32_t>(in.varint());
    if (!in.ok()) data_is_damaged("the place of a transaction cannot be decoded");
    return place;
}

std::optional<TransactionRecord> BlockStore::transaction(const TransactionPlace& place) const {
    auto found = header(place.block_number);
    const auto stored = kv_.get(make_key(kBlockKey, place.block_number));
    if (!found || !stored) return std::nullopt;
    BodyReader reader(*stored);
    if (place.index >= reader.transactions()) return std::nullopt;
    const auto& item = reader.transaction(place.index);
    return TransactionRecord{place, *std::move(found), item.transaction, item.receipt, item.first_log};
}

Result<std::vector<FoundLog>> BlockStore::find_logs(const LogFilter& filter, const LogLimits& limits) const {
    if (filter.from_block > filter.to_block) return std::vector<FoundLog>();
    LogCollector collector(kv_, filter, limits.results);
    if (filter.is_selective()) {
        visit_candidates(kv_, filter, [&](std::uint64_t number, const std::vector<std::uint32_t>& positions) {
            const auto found = header(number);
            if (!found) data_is_damaged(fmt::format("the header of block {} is missing", number));
            return collector.visit(*found, &positions);
        });
    } else {
        if (filter.to_block - filter.from_block >= limits.blocks)
            return fail("LOG_RANGE_TOO_WIDE",
                        fmt::format("query without address and topics covers more than {} blocks. Try with this block "
                                    "range [{:#x}, {:#x}].",
                                    limits.blocks, filter.from_block, filter.from_block + limits.blocks - 1));
        for (std::uint64_t number = filter.from_block; number <= filter.to_block && !collector.is_full(); ++number) {
            const auto found = header(number);
            if (!found) break;  // the head is behind
            if (kv_.get(make_key(kBlockKey, number))) collector.visit(*found, nullptr);
        }
    }
    if (collector.is_full()) return too_many(filter, limits.results, collector.last_block());
    return collector.take();
}

}  // namespace bourse::engine
