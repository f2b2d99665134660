#include <bourse/engine/log_pieces.hpp>

#include <bourse/engine/block_store.hpp>
#include <bourse/engine/compression.hpp>
#include <bourse/engine/data_format.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kMaxTopics = 4;

/// Big-endian, so that pieces lie in the order of the chain.
Bytes piece_key(std::uint64_t block_number, std::uint32_t piece) {
    Bytes key = make_key(kPieceKey, block_number);
    append_u32(key, piece);
    return key;
}

Bytes pack_piece(const Hash& block_hash, ByteView plain) {
    Bytes out = to_bytes(ByteView(block_hash));
    append_varint(out, plain.size());
    append(out, compress(plain));
    return out;
}

/// A log begins with 0 where its transaction is that of the log before in the piece, else with the transaction's index
/// plus one and its hash.
void append_piece_log(Bytes& out, bool is_new, std::size_t index, const Hash& transaction, const state::Log& log) {
    append_varint(out, is_new ? index + 1 : 0);
    if (is_new) append(out, transaction);
    append(out, log.address);
    append_varint(out, log.topics.size());
    for (const Hash& topic : log.topics) append(out, topic);
    append_sized(out, log.data);
}

[[noreturn]] void piece_is_damaged(std::uint64_t block_number) {
    data_is_damaged(fmt::format("the logs of block {} cannot be decoded", block_number));
}

}  // namespace

void put_log_pieces(db::Batch& batch, const StoredBlock& block) {
    Bytes plain;
    std::uint32_t position = 0;
    const auto flush = [&] {
        if (plain.empty()) return;
        batch.put(piece_key(block.header.number, (position - 1) / kLogsPerPiece), pack_piece(block.header.hash, plain));
        plain.clear();
    };
    for (std::size_t i = 0; i < block.receipts.size(); ++i) {
        bool is_new = true;
        for (const auto& log : block.receipts[i].logs) {
            append_piece_log(plain, is_new || plain.empty(), i, block.transactions[i].hash, log);
            is_new = false;
            if (++position % kLogsPerPiece == 0) flush();
        }
    }
    flush();
}

LogCursor::LogCursor(std::uint64_t block_number, std::uint32_t piece, ByteView stored)
    : block_number_(block_number), in_(ByteView()), next_position_(piece * kLogsPerPiece) {
    Unpacker frame(stored);
    block_hash_ = frame.fixed<Hash>();
    const std::uint64_t size = frame.varint();
    if (!frame.ok()) piece_is_damaged(block_number);
    plain_ = decompress(frame.rest(), size);
    in_ = Unpacker(plain_);
}

bool LogCursor::next() {
    if (in_.empty()) return false;
    if (const std::uint64_t place = in_.varint(); place != 0) {
        transaction_index_ = static_cast<std::uint32_t>(place - 1);
        transaction_hash_ = in_.fixed<Hash>();
    }
    const ByteView from = in_.rest();
    in_.bytes(Address::kSize);
    const std::uint64_t topics = in_.varint();
    if (topics > kMaxTopics) piece_is_damaged(block_number_);
    in_.bytes(topics * Hash::kSize);
    in_.sized();
    if (!in_.ok()) piece_is_damaged(block_number_);
    log_ = from.first(from.size() - in_.rest().size());
    ++next_position_;
    return true;
}

void LogCursor::advance_to(std::uint32_t position) {
    while (next_position_ <= position)
        if (!next()) piece_is_damaged(block_number_);
}

FoundLog LogCursor::log() const {
    Unpacker in(log_);
    FoundLog out{block_number_, block_hash_, transaction_hash_, transaction_index_, next_position_ - 1, {}};
    out.log.address = in.fixed<Address>();
    const std::uint64_t topics = in.varint();
    out.log.topics.reserve(topics);
    for (std::uint64_t i = 0; i < topics; ++i) out.log.topics.push_back(in.fixed<Hash>());
    out.log.data = to_bytes(in.sized());
    return out;
}

LogCursor open_log_piece(const db::KvStore& kv, std::uint64_t block_number, std::uint32_t position) {
    const std::uint32_t piece = position / kLogsPerPiece;
    const auto stored = kv.get(piece_key(block_number, piece));
    if (!stored) data_is_damaged(fmt::format("logs of block {} are missing", block_number));
    return {block_number, piece, *stored};
}

std::vector<state::Log> read_logs(const db::KvStore& kv, std::uint64_t block_number, std::uint32_t first,
                                  std::uint32_t count) {
    std::vector<state::Log> out;
    out.reserve(count);
    while (count > 0) {
        LogCursor cursor = open_log_piece(kv, block_number, first);
        const std::uint32_t here = std::min(count, kLogsPerPiece - first % kLogsPerPiece);
        for (std::uint32_t i = 0; i < here; ++i) {
            cursor.advance_to(first + i);
            out.push_back(cursor.log().log);
        }
        first += here;
        count -= here;
    }
    return out;
}

void each_log_piece(const db::KvStore& kv, std::uint64_t from_block, std::uint64_t to_block,
                    const std::function<bool(LogCursor&)>& visit) {
    kv.scan(make_key(kPieceKey), piece_key(from_block, 0), [&](ByteView key, ByteView value) {
        Unpacker in(key.subspan(1));
        const std::uint64_t number = in.u64();
        if (number > to_block) return false;
        LogCursor cursor(number, in.u32(), value);
        return visit(cursor);
    });
}

}  // namespace bourse::engine
