#include <bourse/engine/block_store.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/block_codec.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

#include <iterator>
#include <numeric>

namespace bourse::engine {
namespace {

constexpr std::string_view kBlockHeadName = "block";
constexpr std::size_t kPlaceBytes = 16;  ///< of the transaction hash in the key; the rest is in the value

Bytes place_key(const Hash& hash) { return make_key(kPlaceKey, ByteView(hash).first(kPlaceBytes)); }

/// Collects the logs of candidates that match, up to the limits.
class LogCollector {
public:
    LogCollector(const db::KvStore& kv, const LogFilter& filter, const LogLimits& limits)
        : kv_(kv), filter_(filter), limits_(limits) {}

    /// Candidates of one block, ascending. False once a limit is exceeded.
    bool visit(std::uint64_t block, const std::vector<std::uint32_t>& positions) {
        std::optional<LogCursor> cursor;
        std::uint32_t piece = 0;
        for (const std::uint32_t position : positions) {
            if (!cursor || position / kLogsPerPiece != piece) cursor.emplace(open_log_piece(kv_, block, position));
            piece = position / kLogsPerPiece;
            cursor->advance_to(position);
            if (!add(*cursor)) return false;
        }
        return true;
    }
    /// All logs of a piece. False once a limit is exceeded.
    bool visit(LogCursor& piece) {
        while (piece.next())
            if (!add(piece)) return false;
        return true;
    }

    /// What was found, or which limit was exceeded and with which range it is not.
    Result<std::vector<FoundLog>> take() {
        if (found_.size() > limits_.results)
            return refuse(fmt::format("query returned more than {} results", limits_.results));
        if (refused_ > limits_.refused)
            return refuse(
                fmt::format("query went through more than {} logs that have these topics elsewhere", limits_.refused));
        return std::move(found_);
    }

private:
    bool add(const LogCursor& cursor) {
        FoundLog found = cursor.log();
        block_ = found.block_number;
        if (filter_.accepts(found.log))
            found_.push_back(std::move(found));
        else
            ++refused_;
        return found_.size() <= limits_.results && refused_ <= limits_.refused;
    }
    tl::unexpected<Error> refuse(const std::string& what) const {
        if (block_ == filter_.from_block)
            return fail("LOG_TOO_MANY_RESULTS",
                        fmt::format("{} in block {:#x} alone. Name an address or a topic.", what, block_));
        return fail("LOG_TOO_MANY_RESULTS",
                    fmt::format("{}. Try with this block range [{:#x}, {:#x}].", what, filter_.from_block, block_ - 1));
    }

    const db::KvStore& kv_;
    const LogFilter& filter_;
    LogLimits limits_;
    std::vector<FoundLog> found_;
    std::size_t refused_ = 0;
    std::uint64_t block_ = 0;  ///< of the log looked at last
};

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
    put_log_pieces(batch, block);
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
    std::vector<std::uint32_t> log_counts;
    for (std::uint32_t i = 0; i < reader.transactions(); ++i) {
        const auto& item = reader.transaction(i);
        block.transactions.push_back(item.transaction);
        block.receipts.push_back(item.receipt);
        log_counts.push_back(item.log_count);
    }
    auto logs = read_logs(kv_, number, 0, std::accumulate(log_counts.begin(), log_counts.end(), std::uint32_t{0}));
    auto next = std::make_move_iterator(logs.begin());
    for (std::size_t i = 0; i < log_counts.size(); ++i) {
        block.receipts[i].logs.assign(next, next + log_counts[i]);
        next += log_counts[i];
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
    TransactionRecord out{place, *std::move(found), item.transaction, item.receipt, item.first_log};
    out.receipt.logs = read_logs(kv_, place.block_number, item.first_log, item.log_count);
    return out;
}

Result<std::vector<FoundLog>> BlockStore::find_logs(const LogFilter& filter, const LogLimits& limits) const {
    if (filter.from_block > filter.to_block) return std::vector<FoundLog>();
    LogCollector collector(kv_, filter, limits);
    if (filter.is_selective()) {
        visit_candidates(kv_, filter, [&](std::uint64_t number, const std::vector<std::uint32_t>& positions) {
            return collector.visit(number, positions);
        });
    } else {
        if (filter.to_block - filter.from_block >= limits.blocks)
            return fail("LOG_RANGE_TOO_WIDE",
                        fmt::format("query without address and topics covers more than {} blocks. Try with this block "
                                    "range [{:#x}, {:#x}].",
                                    limits.blocks, filter.from_block, filter.from_block + limits.blocks - 1));
        each_log_piece(kv_, filter.from_block, filter.to_block,
                       [&](LogCursor& piece) { return collector.visit(piece); });
    }
    return collector.take();
}

}  // namespace bourse::engine
