#include <bourse/codec/ordered_trie.hpp>

#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

#include <span>

namespace bourse {
namespace {

struct TrieEntry {
    Bytes path;  ///< nibbles
    ByteView value;
};
using TrieEntries = std::span<const TrieEntry>;

Bytes to_nibbles(ByteView key) {
    Bytes out;
    out.reserve(key.size() * 2);
    for (const auto byte : key) {
        out.push_back(byte >> 4);
        out.push_back(byte & 0x0f);
    }
    return out;
}

/// Number of nibbles from `depth` on that first and last of the sorted entries share.
std::size_t shared_prefix(TrieEntries entries, std::size_t depth) {
    const Bytes& first = entries.front().path;
    const Bytes& last = entries.back().path;
    const std::size_t limit = std::min(first.size(), last.size());
    std::size_t end = depth;
    while (end < limit && first[end] == last[end]) ++end;
    return end - depth;
}

Bytes node_rlp(TrieEntries entries, std::size_t depth);

/// How a node stands in its parent: itself when shorter than 32 bytes, else its hash.
void append_reference(Bytes& out, const Bytes& node) {
    if (node.size() < 32)
        append(out, node);
    else
        rlp::append_bytes(out, crypto::keccak256(ByteView(node)));
}

Bytes branch_payload(TrieEntries entries, std::size_t depth) {
    ByteView value;
    std::size_t next = 0;
    if (entries[0].path.size() == depth) {
        value = entries[0].value;
        next = 1;
    }
    Bytes payload;
    for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
        std::size_t end = next;
        while (end < entries.size() && entries[end].path[depth] == nibble) ++end;
        if (end == next)
            payload.push_back(0x80);
        else
            append_reference(payload, node_rlp(entries.subspan(next, end - next), depth + 1));
        next = end;
    }
    rlp::append_bytes(payload, value);
    return payload;
}

Bytes node_rlp(TrieEntries entries, std::size_t depth) {
    const ByteView rest = ByteView(entries[0].path).subspan(depth);
    Bytes payload;
    if (entries.size() == 1) {
        rlp::append_bytes(payload, hex_prefix(rest, true));
        rlp::append_bytes(payload, entries[0].value);
        return rlp::list(payload);
    }
    const std::size_t shared = shared_prefix(entries, depth);
    if (shared == 0) return rlp::list(branch_payload(entries, depth));
    rlp::append_bytes(payload, hex_prefix(rest.first(shared), false));
    append_reference(payload, rlp::list(branch_payload(entries, depth + shared)));
    return rlp::list(payload);
}

}  // namespace

Bytes hex_prefix(ByteView nibbles, bool leaf) {
    Bytes out;
    out.reserve(nibbles.size() / 2 + 1);
    const auto flag = static_cast<std::uint8_t>(leaf ? 0x20 : 0x00);
    std::size_t i = 0;
    if (nibbles.size() % 2 != 0)
        out.push_back(static_cast<std::uint8_t>(flag | 0x10 | nibbles[i++]));
    else
        out.push_back(flag);
    for (; i < nibbles.size(); i += 2) out.push_back(static_cast<std::uint8_t>(nibbles[i] << 4 | nibbles[i + 1]));
    return out;
}

Hash empty_trie_root() noexcept {
    static const Hash root = crypto::keccak256(as_bytes("\x80"));
    return root;
}

Hash ordered_trie_root(const std::vector<Bytes>& values) {
    if (values.empty()) return empty_trie_root();
    std::vector<TrieEntry> entries;
    entries.reserve(values.size());
    // rlp(1) … rlp(127) are the bytes 01…7f, rlp(0) is 80, the rest begin with 81 and more.
    const std::size_t small = std::min<std::size_t>(values.size(), 128);
    for (std::size_t i = 1; i < small; ++i) entries.push_back({to_nibbles(rlp::encode_uint(i)), values[i]});
    entries.push_back({to_nibbles(rlp::encode_uint(0)), values[0]});
    for (std::size_t i = small; i < values.size(); ++i) entries.push_back({to_nibbles(rlp::encode_uint(i)), values[i]});
    return crypto::keccak256(ByteView(node_rlp(entries, 0)));
}

Hash trie_root(const std::map<Bytes, Bytes>& pairs) {
    if (pairs.empty()) return empty_trie_root();
    std::vector<TrieEntry> entries;
    entries.reserve(pairs.size());
    for (const auto& [key, value] : pairs) entries.push_back({to_nibbles(key), value});
    return crypto::keccak256(ByteView(node_rlp(entries, 0)));
}

}  // namespace bourse
