// Merkle-Patricia trie over hashed keys (Ethereum's secure trie). Nodes are no database entries: the trie keeps decoded
// nodes in memory, forgets subtrees below four nibbles down to their hash when asked, and rebuilds one from the flat,
// ordered leaves of a LeafSource when a change falls into it. Deterministic; one user at a time.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/state/trie_node.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace bourse::state {

/// The leaves of one trie as they stand in the flat store, before the changes that are being applied.
class LeafSource {
public:
    using Visitor = std::function<void(const Bytes32& hashed_key, ByteView value)>;

    virtual ~LeafSource() = default;
    /// Calls `visit` for each leaf whose hashed key begins with the first `nibbles` nibbles of `prefix`, in order of
    /// the keys. The value is the trie's: rlp of the slot's value, or of the account.
    virtual void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const = 0;
};

/// One leaf to be set, or deleted where the value is empty.
struct LeafChange {
    Bytes32 hashed_key;
    Bytes value;
};

/// A path of at most 64 nibbles of which four are enough to find a subtree in the table.
inline constexpr unsigned kSubtreeNibbles = 4;
/// Entries of the table with one first byte make a chunk: what a checkpoint writes as one value.
inline constexpr std::size_t kChunks = 256;

class Trie {
public:
    /// An empty trie. The pool must outlive it; several tries may share one.
    explicit Trie(NodePool& pool);
    ~Trie();
    Trie(Trie&&) noexcept;
    Trie& operator=(Trie&&) = delete;

    /// All leaves of the source, in memory.
    static Trie load(NodePool& pool, const LeafSource& source);
    /// From the chunks of a table (see encode_chunk), except that the subtrees of the `stale` prefixes (the first two
    /// bytes of their keys) are built from the source. nullopt if a chunk is malformed.
    static std::optional<Trie> load_table(NodePool& pool, const std::map<std::uint8_t, Bytes>& chunks,
                                          const std::vector<std::uint16_t>& stale, const LeafSource& source);

    /// Applies the changes in one pass; they must be sorted by key, each key once. A subtree that is not in memory is
    /// read from the source. Returns false, with the trie unusable, where the source contradicts a remembered hash:
    /// the flat store is damaged. `stamp` (rising) marks the nodes for forget().
    bool update(std::span<const LeafChange> changes, const LeafSource& source, std::uint32_t stamp = 0);

    /// Hashes what is dirty, each node once.
    Hash root();
    bool empty() const noexcept { return root_.is_empty(); }

    /// Nodes on the way from the root to the key, in their encodings, as in eth_getProof; a subtree that is not in
    /// memory is read from the source.
    std::vector<Bytes> prove(const Bytes32& hashed_key, const LeafSource& source);

    /// Leaves and subtrees in memory or not, counted at the level of the table.
    std::size_t table_entries() const;
    /// Forgets the subtrees that were not used since `stamp`; their hashes stay. The trie must be clean (root()).
    void forget(std::uint32_t older_than);

    /// One byte of path → the table's entries below it: for each leaf that hangs above four nibbles the leaf, for each
    /// other subtree its path and hash. Empty if there are none. The trie must be clean.
    Bytes encode_chunk(std::uint8_t first_byte) const;

private:
    NodePool& pool_;
    NodeRef root_;
};

}  // namespace bourse::state
