#include <bourse/chain/receipt.hpp>

#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

#include <unordered_map>  // zone-ok: a memo, never gone through

namespace bourse::chain {
namespace {

using BloomBits = std::array<std::uint16_t, 3>;

BloomBits bits_of_hash(const Hash& hash) noexcept {
    BloomBits out{};
    for (std::size_t i = 0; i < 3; ++i)
        out[i] = static_cast<std::uint16_t>((hash.data[2 * i] << 8 | hash.data[2 * i + 1]) & 0x7ff);
    return out;
}

constexpr std::size_t kBloomMemoSize = 1 << 15;

/// A pure function remembered; nearly every bloom value of the market comes again soon (spec/state.md §4).
template <class Fixed>
const BloomBits& bits_of(const Fixed& value) {
    thread_local std::unordered_map<Fixed, BloomBits> memo;  // zone-ok: never gone through
    const auto it = memo.find(value);
    if (it != memo.end()) return it->second;
    if (memo.size() >= kBloomMemoSize) memo.clear();
    return memo.emplace(value, bits_of_hash(crypto::keccak256(ByteView(value)))).first->second;
}

void set_bits(Bloom& bloom, const BloomBits& bits) noexcept {
    for (const std::uint16_t bit : bits) {
        auto& byte = bloom.data[Bloom::kSize - 1 - bit / 8];
        byte = static_cast<std::uint8_t>(byte | (1U << (bit % 8)));
    }
}

void append_log(Bytes& out, const state::Log& log, Bytes& scratch) {
    scratch.clear();
    rlp::append_bytes(scratch, log.address);
    rlp::append_list_header(scratch, log.topics.size() * 33);
    for (const auto& topic : log.topics) rlp::append_bytes(scratch, topic);
    rlp::append_bytes(scratch, log.data);
    rlp::append_list_header(out, scratch.size());
    append(out, scratch);
}

}  // namespace

void add_to_bloom(Bloom& bloom, const state::Log& log) {
    set_bits(bloom, bits_of(log.address));
    for (const auto& topic : log.topics) set_bits(bloom, bits_of(topic));
}

Bloom bloom_of(const std::vector<state::Log>& logs) {
    Bloom out;
    for (const auto& log : logs) add_to_bloom(out, log);
    return out;
}

bool contains(const Bloom& large, const Bloom& small) noexcept {
    for (std::size_t i = 0; i < Bloom::kSize; ++i)
        if ((large.data[i] & small.data[i]) != small.data[i]) return false;
    return true;
}

void merge(Bloom& into, const Bloom& what) noexcept {
    for (std::size_t i = 0; i < Bloom::kSize; ++i)
        into.data[i] = static_cast<std::uint8_t>(into.data[i] | what.data[i]);
}

Bytes encode_receipt(const Receipt& receipt) {
    Bytes logs;
    Bytes scratch;
    for (const auto& log : receipt.logs) append_log(logs, log, scratch);
    Bytes payload;
    payload.reserve(logs.size() + 300);
    rlp::append_uint(payload, receipt.success ? 1 : 0);
    rlp::append_uint(payload, receipt.cumulative_gas);
    rlp::append_bytes(payload, receipt.bloom);
    rlp::append_list_header(payload, logs.size());
    append(payload, logs);
    Bytes out;
    out.reserve(payload.size() + 10);
    if (receipt.type != 0) out.push_back(receipt.type);
    rlp::append_list_header(out, payload.size());
    append(out, payload);
    return out;
}

}  // namespace bourse::chain
