#include <bourse/native/core/record.hpp>
#include <bourse/native/hub/task_store.hpp>

namespace bourse::native {
namespace {

// Flags of the head.
constexpr std::uint8_t kHasConsensus = 1;
constexpr std::uint8_t kHasDigest = 2;
constexpr std::uint8_t kHasResults = 4;

// A contribution's byte: status in the low bits, then flags.
constexpr std::uint8_t kStatusMask = 3;
constexpr std::uint8_t kIsLeader = 4;
constexpr std::uint8_t kHasEnclave = 8;

void write_contributor(RecordWriter& out, std::uint64_t place, const Contributor& value) {
    const bool leads = value.leader == place;
    unsigned byte = static_cast<unsigned>(value.status);
    if (leads) byte |= kIsLeader;
    if (!value.enclave.is_zero()) byte |= kHasEnclave;
    out.u8(static_cast<std::uint8_t>(byte)).u8(value.log_weight).raw(value.worker).raw(value.seal);
    if (!value.enclave.is_zero()) out.raw(value.enclave);
    if (leads)
        out.raw(value.value).integer(value.group_weight).integer(value.members);
    else
        out.integer(value.leader);
}

Contributor read_contributor(RecordReader& in, std::uint64_t place) {
    Contributor out;
    const std::uint8_t byte = in.u8();
    out.status = static_cast<poco::ContributionStatus>(byte & kStatusMask);
    out.log_weight = in.u8();
    out.worker = in.fixed<Address>();
    out.seal = in.fixed<Bytes32>();
    if ((byte & kHasEnclave) != 0) out.enclave = in.fixed<Address>();
    if ((byte & kIsLeader) != 0) {
        out.leader = place;
        out.value = in.fixed<Bytes32>();
        out.group_weight = in.integer();
        out.members = in.u64();
    } else {
        out.leader = in.u64();
    }
    return out;
}

Bytes32 place_word(std::uint64_t place) noexcept { return to_be32(Uint256(place) + 1); }
std::optional<std::uint64_t> place_of(const Bytes32& word) noexcept {
    if (word.is_zero()) return std::nullopt;
    return (uint256_from_be(word) - 1).low_u64();
}

}  // namespace

TaskFile::TaskFile(const state::State& state, const Address& hub, const poco::TaskId& id)
    : state_(state), hub_(hub), id_(id) {
    const ByteView record = state.record(hub, key_of(Space::kTask, id.hash));
    if (!record.empty() && record[0] == id.hash.data[0]) decode_head(record.subspan(1));
}

void TaskFile::decode_head(ByteView record) {
    RecordReader in(record);
    status = static_cast<poco::TaskStatus>(in.u8());
    const std::uint8_t flags = in.u8();
    deal = poco::DealId(in.fixed<Hash>());
    index = in.integer();
    reveal_deadline = in.integer();
    reveal_counter = in.u64();
    winner_counter = in.u64();
    total = in.integer();
    count_ = in.u64();
    if ((flags & kHasConsensus) != 0) consensus_leader = in.u64();
    if ((flags & kHasDigest) != 0) result_digest = in.fixed<Bytes32>();
    auto& first = chunks_[0].entries;
    for (std::uint64_t place = 0; place < std::min(count_, kChunk); ++place)
        first.push_back(read_contributor(in, place));
    if ((flags & kHasResults) != 0) {
        results = to_bytes(in.text());
        results_callback = to_bytes(in.text());
    }
}

Bytes TaskFile::encode_head() {
    unsigned flags = 0;
    if (consensus_leader != kNone) flags |= kHasConsensus;
    if (!result_digest.is_zero()) flags |= kHasDigest;
    if (!results.empty() || !results_callback.empty()) flags |= kHasResults;
    RecordWriter out;
    out.u8(id_.hash.data[0])
        .u8(static_cast<std::uint8_t>(status))
        .u8(static_cast<std::uint8_t>(flags))
        .raw(deal)
        .integer(index)
        .integer(reveal_deadline)
        .integer(reveal_counter)
        .integer(winner_counter)
        .integer(total)
        .integer(count_);
    if (consensus_leader != kNone) out.integer(consensus_leader);
    if (!result_digest.is_zero()) out.raw(result_digest);
    const auto& first = chunks_[0].entries;
    for (std::uint64_t place = 0; place < first.size(); ++place) write_contributor(out, place, first[place]);
    if ((flags & kHasResults) != 0) out.text(results).text(results_callback);
    return out.take();
}

Bytes32 TaskFile::chunk_key(std::uint64_t chunk) const noexcept {
    return key_of(Space::kTaskChunk, id_, to_be32(chunk));
}

TaskFile::Chunk& TaskFile::chunk_at(std::uint64_t place) {
    const std::uint64_t number = place / kChunk;
    const auto [found, fresh] = chunks_.try_emplace(number);
    if (!fresh || number == 0) return found->second;
    const ByteView record = state_.record(hub_, chunk_key(number));
    RecordReader in(record);
    while (!in.empty()) {
        const std::uint64_t at = number * kChunk + found->second.entries.size();
        found->second.entries.push_back(read_contributor(in, at));
    }
    return found->second;
}

const Contributor& TaskFile::contributor(std::uint64_t place) {
    BOURSE_ASSERT(place < count_);
    return chunk_at(place).entries[static_cast<std::size_t>(place % kChunk)];
}

void TaskFile::set_contributor(std::uint64_t place, const Contributor& value) {
    BOURSE_ASSERT(place < count_);
    auto& chunk = chunk_at(place);
    chunk.entries[static_cast<std::size_t>(place % kChunk)] = value;
    chunk.dirty = true;
}

std::uint64_t TaskFile::append(const Contributor& value) {
    const std::uint64_t place = count_;
    auto& chunk = chunk_at(place);
    chunk.entries.push_back(value);
    chunk.dirty = true;
    ++count_;
    if (place >= kChunk) {
        new_places_.emplace_back(key_of(Space::kTaskWorker, id_, value.worker), place);
        if (value.leader == place) new_places_.emplace_back(key_of(Space::kTaskGroup, id_, value.value), place);
    }
    return place;
}

std::optional<std::uint64_t> TaskFile::find_worker(const Address& worker) {
    const auto& first = chunks_[0].entries;
    for (std::size_t place = 0; place < first.size(); ++place)
        if (first[place].worker == worker) return place;
    if (count_ <= kChunk) return std::nullopt;
    return place_of(state_.slot(hub_, key_of(Space::kTaskWorker, id_, worker)));
}

std::optional<std::uint64_t> TaskFile::find_group(const Bytes32& value) {
    const auto& first = chunks_[0].entries;
    for (std::size_t place = 0; place < first.size(); ++place)
        if (first[place].leader == place && first[place].value == value) return place;
    if (count_ <= kChunk) return std::nullopt;
    return place_of(state_.slot(hub_, key_of(Space::kTaskGroup, id_, value)));
}

void TaskFile::store(state::State& state) {
    for (auto& [number, chunk] : chunks_) {
        if (number == 0 || !chunk.dirty) continue;
        RecordWriter out;
        std::uint64_t place = number * kChunk;
        for (const auto& entry : chunk.entries) write_contributor(out, place++, entry);
        state.set_record(hub_, chunk_key(number), out.take());
        chunk.dirty = false;
    }
    for (const auto& [key, place] : new_places_) state.set_slot(hub_, key, place_word(place));
    new_places_.clear();
    state.set_record(hub_, key_of(Space::kTask, id_.hash), encode_head());
}

}  // namespace bourse::native
