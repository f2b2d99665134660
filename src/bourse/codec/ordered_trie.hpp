// Merkle-Patricia roots over whole lists (transactions, receipts) and maps. The state trie is state/trie.hpp.
#pragma once

#include <bourse/base/bytes.hpp>

#include <map>
#include <vector>

namespace bourse {

/// Root of the trie with keys rlp(0), rlp(1), … and the given values; the empty trie's root for no values.
Hash ordered_trie_root(const std::vector<Bytes>& values);
/// Root of the trie of the given pairs (keys as they are, not hashed). For tests and small maps.
Hash trie_root(const std::map<Bytes, Bytes>& pairs);
/// 0x56e81f17…: keccak(rlp("")).
Hash empty_trie_root() noexcept;

/// Hex-prefix encoding of a nibble path (yellow paper, appendix C).
Bytes hex_prefix(ByteView nibbles, bool leaf);

}  // namespace bourse
