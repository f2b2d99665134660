#include <bourse/engine/log_index.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <set>
#include <unordered_map>

namespace bourse::engine {
namespace {

using Positions = std::vector<std::uint32_t>;

/// 'a' or 't', then the last 20 bytes of an address or topic. Logs are compared in full later, so that two topics with
/// equal ends only cost time.
using IndexedValue = FixedBytes<21, struct IndexedValueTag>;

IndexedValue indexed(char kind, ByteView value) {
    IndexedValue out;
    out.data[0] = static_cast<std::uint8_t>(kind);
    const ByteView tail = value.last(20);
    std::copy(tail.begin(), tail.end(), out.begin() + 1);
    return out;
}
IndexedValue indexed(const Address& address) { return indexed('a', address); }
IndexedValue indexed(const Hash& topic) { return indexed('t', topic); }

/// Differences to the position before.
Bytes encode_positions(const Positions& positions) {
    Bytes out;
    std::uint32_t last = 0;
    for (const std::uint32_t position : positions) {
        append_varint(out, position - last);
        last = position;
    }
    return out;
}

Positions decode_positions(ByteView stored) {
    Positions out;
    Unpacker in(stored);
    std::uint32_t last = 0;
    while (!in.empty()) out.push_back(last += static_cast<std::uint32_t>(in.varint()));
    if (!in.ok()) data_is_damaged("a list of the log index cannot be decoded");
    return out;
}

/// The blocks in which one value occurs, read ahead in growing steps: few when others leap over them, many in a scan.
class Postings {
public:
    Postings(const db::KvStore& kv, const IndexedValue& value, std::uint64_t to_block)
        : kv_(kv), prefix_(make_key(kLogKey, value)), to_block_(to_block) {}

    /// The first block from `number` on; nullopt if there is none in the range.
    std::optional<std::uint64_t> seek(std::uint64_t number) {
        while (at_ < ahead_.size() && ahead_[at_].block < number) ++at_;
        if (at_ == ahead_.size() && !ended_) read(number);
        if (at_ == ahead_.size()) return std::nullopt;
        return ahead_[at_].block;
    }
    /// Positions within the block that seek() gave.
    Positions positions() const {
        const Item& item = ahead_[at_];
        return decode_positions(ByteView(stored_).subspan(item.offset, item.size));
    }

private:
    static constexpr std::size_t kFirstStep = 4;
    static constexpr std::size_t kLastStep = 512;

    struct Item {
        std::uint64_t block;
        std::size_t offset;  ///< of its positions in stored_
        std::size_t size;
    };

    void read(std::uint64_t from) {
        const bool leaps = !ahead_.empty() && from > ahead_.back().block + 1;
        step_ = leaps ? kFirstStep : std::min(step_ * 4, kLastStep);
        ahead_.clear();
        stored_.clear();
        at_ = 0;
        Bytes start = prefix_;
        append_u64(start, from);
        ended_ = true;
        kv_.scan(prefix_, start, [&](ByteView key, ByteView value) {
            const std::uint64_t block = Unpacker(key.subspan(prefix_.size())).u64();
            if (block > to_block_) return false;
            ahead_.push_back({block, stored_.size(), value.size()});
            append(stored_, value);
            ended_ = ahead_.size() < step_;
            return ended_;
        });
    }

    const db::KvStore& kv_;
    Bytes prefix_;
    std::uint64_t to_block_;
    std::vector<Item> ahead_;
    Bytes stored_;
    std::size_t at_ = 0;
    std::size_t step_ = kFirstStep / 4;
    bool ended_ = false;
};

/// One criterion of a filter: any of several values.
class Alternatives {
public:
    template <class Values>
    Alternatives(const db::KvStore& kv, const Values& values, std::uint64_t to_block) {
        std::set<IndexedValue> distinct;
        for (const auto& value : values) distinct.insert(indexed(value));
        for (const auto& value : distinct) lists_.emplace_back(kv, value, to_block);
    }

    std::optional<std::uint64_t> seek(std::uint64_t number) {
        std::optional<std::uint64_t> first;
        for (auto& list : lists_)
            if (const auto block = list.seek(number); block && (!first || *block < *first)) first = block;
        return first;
    }
    /// Positions within that block of any of the values, ascending.
    Positions positions(std::uint64_t block) {
        Positions out;
        for (auto& list : lists_) {
            if (list.seek(block) != block) continue;
            const Positions more = list.positions();
            Positions merged;
            std::ranges::set_union(out, more, std::back_inserter(merged));
            out = std::move(merged);
        }
        return out;
    }

private:
    std::vector<Postings> lists_;
};

/// The first block from `number` on in which all criteria occur.
std::optional<std::uint64_t> next_common(std::vector<Alternatives>& criteria, std::uint64_t number) {
    std::size_t agreed = 0;
    for (std::size_t i = 0; agreed < criteria.size(); i = (i + 1) % criteria.size()) {
        const auto block = criteria[i].seek(number);
        if (!block) return std::nullopt;
        agreed = *block == number ? agreed + 1 : 1;
        number = *block;
    }
    return number;
}

Positions common_positions(std::vector<Alternatives>& criteria, std::uint64_t block) {
    Positions out = criteria.front().positions(block);
    for (std::size_t i = 1; i < criteria.size() && !out.empty(); ++i) {
        Positions both;
        std::ranges::set_intersection(out, criteria[i].positions(block), std::back_inserter(both));
        out = std::move(both);
    }
    return out;
}

}  // namespace

bool LogFilter::accepts(const state::Log& log) const noexcept {
    if (!addresses.empty() && std::ranges::find(addresses, log.address) == addresses.end()) return false;
    if (topics.size() > log.topics.size()) return false;
    for (std::size_t i = 0; i < topics.size(); ++i)
        if (!topics[i].empty() && std::ranges::find(topics[i], log.topics[i]) == topics[i].end()) return false;
    return true;
}

bool LogFilter::is_selective() const noexcept {
    return !addresses.empty() || std::ranges::any_of(topics, [](const auto& position) { return !position.empty(); });
}

void put_log_index(db::Batch& batch, std::uint64_t block_number, const std::vector<const state::Log*>& logs) {
    std::unordered_map<IndexedValue, Positions> found;
    for (std::uint32_t position = 0; position < logs.size(); ++position) {
        const auto add = [&](const IndexedValue& value) {
            Positions& list = found[value];
            if (list.empty() || list.back() != position) list.push_back(position);
        };
        add(indexed(logs[position]->address));
        for (const Hash& topic : logs[position]->topics) add(indexed(topic));
    }
    for (const auto& [value, positions] : found)
        batch.put(make_key(kLogKey, value, block_number), encode_positions(positions));
}

void visit_candidates(const db::KvStore& kv, const LogFilter& filter,
                      const std::function<bool(std::uint64_t, const std::vector<std::uint32_t>&)>& visit) {
    BOURSE_ASSERT(filter.is_selective());
    std::vector<Alternatives> criteria;
    for (const auto& position : filter.topics)
        if (!position.empty()) criteria.emplace_back(kv, position, filter.to_block);
    if (!filter.addresses.empty()) criteria.emplace_back(kv, filter.addresses, filter.to_block);
    auto block = next_common(criteria, filter.from_block);
    while (block && *block <= filter.to_block) {
        const Positions positions = common_positions(criteria, *block);
        if (!positions.empty() && !visit(*block, positions)) return;
        block = next_common(criteria, *block + 1);
    }
}

}  // namespace bourse::engine
