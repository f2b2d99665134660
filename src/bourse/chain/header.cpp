#include <bourse/chain/header.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

namespace bourse::chain {
namespace {

constexpr std::size_t kHeaderNonceSize = 8;

std::array<std::uint8_t, 8> be64(std::uint64_t value) noexcept {
    std::array<std::uint8_t, 8> out{};
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
    return out;
}

std::uint64_t from_be64(ByteView bytes) noexcept {
    std::uint64_t out = 0;
    for (const auto byte : bytes) out = (out << 8) | byte;
    return out;
}

template <class Fixed>
bool take_fixed(rlp::Reader& reader, Fixed& out) {
    const auto value = reader.fixed<Fixed>();
    if (value) out = *value;
    return value.has_value();
}

bool take_u64(rlp::Reader& reader, std::uint64_t& out) {
    const auto value = reader.u64();
    if (value) out = *value;
    return value.has_value();
}

bool expect_bytes(rlp::Reader& reader, ByteView expected) {
    const auto value = reader.bytes();
    return value && equal(*value, expected);
}

bool expect_zero(rlp::Reader& reader) { return reader.uint() == Uint256{}; }

}  // namespace

Hash empty_ommers_hash() noexcept {
    static const Hash hash = crypto::keccak256(ByteView(rlp::list({})));
    return hash;
}

Hash prevrandao_of(const Hash& parent_hash, std::uint64_t number) noexcept {
    return crypto::keccak256({as_bytes("bourse/prevrandao/1"), parent_hash, be64(number)});
}

Bytes extra_data(const BlockHeader& header) { return to_bytes(be64(header.time_ms)); }

Bytes encode_header(const BlockHeader& header) {
    Bytes out;
    out.reserve(640);
    rlp::append_bytes(out, header.parent_hash);
    rlp::append_bytes(out, empty_ommers_hash());
    rlp::append_bytes(out, header.beneficiary);
    rlp::append_bytes(out, header.state_root);
    rlp::append_bytes(out, header.transactions_root);
    rlp::append_bytes(out, header.receipts_root);
    rlp::append_bytes(out, header.logs_bloom);
    rlp::append_uint(out, 0);  // difficulty
    rlp::append_uint(out, header.number);
    rlp::append_uint(out, header.gas_limit);
    rlp::append_uint(out, header.gas_used);
    rlp::append_uint(out, header.time_s);
    rlp::append_bytes(out, be64(header.time_ms));
    rlp::append_bytes(out, header.prevrandao);
    rlp::append_bytes(out, std::array<std::uint8_t, kHeaderNonceSize>{});
    rlp::append_uint(out, 0);                   // base fee
    rlp::append_bytes(out, empty_trie_root());  // withdrawals
    rlp::append_uint(out, 0);                   // blob gas used
    rlp::append_uint(out, 0);                   // excess blob gas
    rlp::append_bytes(out, Hash{});             // parent beacon block root
    return rlp::list(out);
}

std::optional<BlockHeader> decode_header(ByteView rlp) {
    const auto item = rlp::Reader::single(rlp);
    if (!item || !item->is_list) return std::nullopt;
    rlp::Reader reader(item->payload);
    BlockHeader out;
    bool ok = take_fixed(reader, out.parent_hash) && expect_bytes(reader, empty_ommers_hash()) &&
              take_fixed(reader, out.beneficiary) && take_fixed(reader, out.state_root) &&
              take_fixed(reader, out.transactions_root) && take_fixed(reader, out.receipts_root) &&
              take_fixed(reader, out.logs_bloom) && expect_zero(reader) && take_u64(reader, out.number) &&
              take_u64(reader, out.gas_limit) && take_u64(reader, out.gas_used) && take_u64(reader, out.time_s);
    if (!ok) return std::nullopt;
    const auto extra = reader.bytes();
    if (!extra || extra->size() != 8) return std::nullopt;
    out.time_ms = from_be64(*extra);
    ok = take_fixed(reader, out.prevrandao) && expect_bytes(reader, std::array<std::uint8_t, kHeaderNonceSize>{}) &&
         expect_zero(reader) && expect_bytes(reader, empty_trie_root()) && expect_zero(reader) && expect_zero(reader) &&
         expect_bytes(reader, Hash{}) && reader.empty();
    if (!ok) return std::nullopt;
    return out;
}

Hash header_hash(const BlockHeader& header) { return crypto::keccak256(ByteView(encode_header(header))); }

}  // namespace bourse::chain
