#include <bourse/engine/block_codec.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/compression.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

namespace bourse::engine {
namespace {

constexpr std::size_t kGroup = 16;  ///< transactions compressed together

void append_item(Bytes& out, const StoredTransaction& tx, const StoredReceipt& receipt) {
    append_sized(out, tx.raw);
    append(out, tx.hash);
    append(out, tx.sender);
    out.push_back(receipt.type);
    out.push_back(receipt.success ? 1 : 0);
    append_varint(out, receipt.gas_used);
    append_varint(out, receipt.cumulative_gas);
    append_varint(out, receipt.logs.size());
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
    item.log_count = static_cast<std::uint32_t>(in.varint());
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
    const Bytes plain = decompress(groups_[group].packed, groups_[group].size);
    Unpacker in(plain);
    items_.clear();
    std::uint32_t log = groups_[group].first_log;
    while (!in.empty()) {
        items_.push_back(read_item(in));
        items_.back().first_log = log;
        log += items_.back().log_count;
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

}  // namespace bourse::engine
