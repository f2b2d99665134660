#include <bourse/engine/block_codec.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <zstd.h>

namespace bourse::engine {
namespace {

constexpr std::size_t kGroup = 16;  ///< transactions compressed together
constexpr int kCompression = 1;
/// No group of legal transactions comes near: sixteen of 128 KiB and the logs that 200 M gas can write.
constexpr std::size_t kMaxGroupBytes = 1UL << 30;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

Bytes compress(ByteView plain) {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context = [] {
        std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, kCompression);
        ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
        return made;
    }();
    Bytes out(ZSTD_compressBound(plain.size()));
    const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), plain.data(), plain.size());
    BOURSE_ASSERT(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

Bytes decompress(ByteView packed, std::size_t size) {
    thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    Bytes out(size);
    const std::size_t got = ZSTD_decompressDCtx(context.get(), out.data(), size, packed.data(), packed.size());
    if (ZSTD_isError(got) != 0 || got != size) data_is_damaged("a stored block cannot be unpacked");
    return out;
}

void append_log(Bytes& out, const state::Log& log) {
    append(out, log.address);
    append_varint(out, log.topics.size());
    for (const Hash& topic : log.topics) append(out, topic);
    append_sized(out, log.data);
}

void append_item(Bytes& out, const StoredTransaction& tx, const StoredReceipt& receipt) {
    append_sized(out, tx.raw);
    append(out, tx.hash);
    append(out, tx.sender);
    out.push_back(receipt.type);
    out.push_back(receipt.success ? 1 : 0);
    append_varint(out, receipt.gas_used);
    append_varint(out, receipt.cumulative_gas);
    append_varint(out, receipt.logs.size());
    for (const auto& log : receipt.logs) append_log(out, log);
}

state::Log read_log(Unpacker& in) {
    state::Log log;
    log.address = in.fixed<Address>();
    const std::uint64_t topics = in.varint();
    for (std::uint64_t i = 0; i < topics && in.ok(); ++i) log.topics.push_back(in.fixed<Hash>());
    log.data = to_bytes(in.sized());
    return log;
}

BodyReader::Item read_item(Unpacker& in) {
    BodyReader::Item item;
    item.transaction.raw = to_bytes(in.sized());
    item.transaction.hash = in.fixed<Hash>();
    item.transaction.sender = in.fixed<Address>();
    item.receipt.type = in.u8();
    item.receipt.success = in.u8() != 0;
    item.receipt.gas_used = in.varint();
    item.receipt.cumulative_gas = in.varint();
    const std::uint64_t logs = in.varint();
    for (std::uint64_t i = 0; i < logs && in.ok(); ++i) item.receipt.logs.push_back(read_log(in));
    return item;
}

}  // namespace

Bytes encode_body(const StoredBlock& block) {
    BOURSE_ASSERT(block.receipts.size() == block.transactions.size());
    const std::size_t count = block.transactions.size();
    Bytes directory;
    Bytes packed;
    append_varint(directory, count);
    std::size_t logs = 0;
    for (std::size_t first = 0; first < count; first += kGroup) {
        Bytes plain;
        const std::size_t first_log = logs;
        for (std::size_t i = first; i < std::min(first + kGroup, count); ++i) {
            append_item(plain, block.transactions[i], block.receipts[i]);
            logs += block.receipts[i].logs.size();
        }
        const Bytes group = compress(plain);
        append_varint(directory, first_log);
        append_varint(directory, plain.size());
        append_varint(directory, group.size());
        append(packed, group);
    }
    append(directory, packed);
    return directory;
}

BodyReader::BodyReader(ByteView stored) {
    Unpacker in(stored);
    count_ = static_cast<std::uint32_t>(in.varint());
    std::vector<std::uint64_t> sizes;
    for (std::size_t first = 0; first < count_ && in.ok(); first += kGroup) {
        Group group;
        group.first_log = static_cast<std::uint32_t>(in.varint());
        group.size = static_cast<std::size_t>(in.varint());
        sizes.push_back(in.varint());
        groups_.push_back(group);
    }
    for (std::size_t i = 0; i < groups_.size(); ++i) groups_[i].packed = in.bytes(sizes[i]);
    if (!in.ok()) data_is_damaged("a stored block cannot be decoded");
}

void BodyReader::load(std::size_t group) {
    if (loaded_ == group) return;
    if (groups_[group].size > kMaxGroupBytes) data_is_damaged("a stored block names an impossible size");
    const Bytes plain = decompress(groups_[group].packed, groups_[group].size);
    Unpacker in(plain);
    items_.clear();
    std::uint32_t log = groups_[group].first_log;
    while (!in.empty()) {
        items_.push_back(read_item(in));
        items_.back().first_log = log;
        log += static_cast<std::uint32_t>(items_.back().receipt.logs.size());
    }
    if (!in.ok() || items_.size() != std::min(kGroup, count_ - group * kGroup))
        data_is_damaged("a stored block cannot be decoded");
    loaded_ = group;
}

const BodyReader::Item& BodyReader::transaction(std::uint32_t index) {
    BOURSE_ASSERT(index < count_);
    load(index / kGroup);
    return items_[index % kGroup];
}

std::uint32_t BodyReader::transaction_of_log(std::uint32_t position) {
    const auto behind = std::ranges::upper_bound(groups_, position, {}, &Group::first_log);
    if (behind == groups_.begin()) data_is_damaged("a log's position lies in no transaction");
    // Groups without logs begin where their successor does: the last of equals is taken.
    const auto group = static_cast<std::size_t>(behind - groups_.begin()) - 1;
    load(group);
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (position < items_[i].first_log + items_[i].receipt.logs.size())
            return static_cast<std::uint32_t>(group * kGroup + i);
    data_is_damaged("a log's position lies in no transaction");
}

}  // namespace bourse::engine
