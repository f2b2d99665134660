#include <bourse/state/trie.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>

#include <utility>

namespace bourse::state {
namespace {

using Kind = NodeRef::Kind;

/// Joins disjoint subtrees, sorted by path, into one.
NodeRef join(NodePool& pool, std::span<const NodeRef> items, std::uint32_t stamp) {
    if (items.empty()) return {};
    if (items.size() == 1) return items.front();
    BranchNode branch;
    branch.path = pool.path(items.front());
    branch.depth = static_cast<std::uint8_t>(common_nibbles(branch.path, pool.path(items.back()), kKeyNibbles));
    branch.stamp = stamp;
    std::size_t next = 0;
    while (next < items.size()) {
        const unsigned slot = nibble(pool.path(items[next]), branch.depth);
        std::size_t end = next + 1;
        while (end < items.size() && nibble(pool.path(items[end]), branch.depth) == slot) ++end;
        branch.children[slot] = join(pool, items.subspan(next, end - next), stamp);
        next = end;
    }
    return pool.make(std::move(branch));
}

NodeRef make_leaf(NodePool& pool, const Bytes32& key, ByteView value) {
    LeafNode leaf;
    leaf.path = key;
    leaf.value = LeafValue(value);
    return pool.make(std::move(leaf));
}

NodeRef build_range(NodePool& pool, const LeafSource& source, const Bytes32& prefix, unsigned nibbles,
                    std::uint32_t stamp) {
    std::vector<NodeRef> leaves;
    source.leaves(prefix, nibbles,
                  [&](const Bytes32& key, ByteView value) { leaves.push_back(make_leaf(pool, key, value)); });
    return join(pool, leaves, stamp);
}

/// Puts the branch behind a stub in its place; empty where the source does not give what the stub remembers.
NodeRef open_stub(NodePool& pool, const LeafSource& source, NodeRef ref, std::uint32_t stamp) {
    const StubNode& stub = pool.stub(ref);
    const NodeRef built = build_range(pool, source, stub.path, stub.depth, stamp);
    const bool same = built.kind() == Kind::kBranch && pool.branch(built).depth == stub.depth &&
                      node_hash(pool, built, stub.depth) == stub.hash;
    if (!same) {
        pool.release_tree(built);
        return {};
    }
    pool.release(ref);
    return built;
}

/// One pass of sorted changes through the trie.
class Updater {
public:
    using Changes = std::span<const LeafChange>;

    Updater(NodePool& pool, const LeafSource& source, std::uint32_t stamp)
        : pool_(pool), source_(source), stamp_(stamp) {}

    bool damaged() const noexcept { return damaged_; }

    NodeRef apply(NodeRef node, Changes changes) {
        if (changes.empty() || damaged_) return node;
        switch (node.kind()) {
            case Kind::kEmpty:
                return insert_all(changes);
            case Kind::kLeaf:
                return apply_to_leaf(node, changes);
            case Kind::kBranch:
            case Kind::kStub:
                return apply_to_subtree(node, changes);
        }
        BOURSE_UNREACHABLE();
    }

private:
    NodeRef insert_all(Changes changes) {
        std::vector<NodeRef> leaves;
        leaves.reserve(changes.size());
        for (const auto& change : changes)
            if (!change.value.empty()) leaves.push_back(make_leaf(pool_, change.hashed_key, change.value));
        return join(pool_, leaves, stamp_);
    }

    NodeRef apply_to_leaf(NodeRef node, Changes changes) {
        std::vector<NodeRef> leaves;
        bool placed = false;
        const Bytes32 path = pool_.leaf(node).path;
        for (const auto& change : changes) {
            if (!placed && path < change.hashed_key) {
                leaves.push_back(node);
                placed = true;
            }
            if (change.hashed_key == path) {
                placed = true;
                if (change.value.empty()) {
                    pool_.release(node);
                } else {
                    auto& leaf = pool_.leaf(node);
                    leaf.value = LeafValue(change.value);
                    leaf.hash_depth = LeafNode::kNoDepth;
                    leaves.push_back(node);
                }
            } else if (!change.value.empty()) {
                leaves.push_back(make_leaf(pool_, change.hashed_key, change.value));
            }
        }
        if (!placed) leaves.push_back(node);
        return join(pool_, leaves, stamp_);
    }

    NodeRef apply_to_subtree(NodeRef node, Changes changes) {
        const unsigned depth = pool_.depth(node);
        const Bytes32 path = pool_.path(node);
        unsigned fork = depth;  // where the first new key leaves the path
        for (const auto& change : changes)
            if (!change.value.empty()) fork = std::min(fork, common_nibbles(path, change.hashed_key, depth));
        if (fork < depth) {
            BranchNode parent;
            parent.path = path;
            parent.depth = static_cast<std::uint8_t>(fork);
            parent.children[nibble(path, fork)] = node;
            return apply_below(pool_.make(std::move(parent)), changes);
        }
        changes = below(changes, path, depth);
        if (changes.empty()) return node;
        if (node.kind() == Kind::kStub) {
            node = open_stub(pool_, source_, node, stamp_);
            if (node.is_empty()) {
                damaged_ = true;
                return node;
            }
        }
        return apply_below(node, changes);
    }

    /// Those changes whose keys lie below the path; deletions elsewhere find nothing.
    static Changes below(Changes changes, const Bytes32& path, unsigned depth) {
        while (!changes.empty() && common_nibbles(path, changes.front().hashed_key, depth) < depth)
            changes = changes.subspan(1);
        while (!changes.empty() && common_nibbles(path, changes.back().hashed_key, depth) < depth)
            changes = changes.first(changes.size() - 1);
        return changes;
    }

    NodeRef apply_below(NodeRef node, Changes changes) {
        const unsigned depth = pool_.branch(node).depth;
        changes = below(changes, pool_.branch(node).path, depth);
        std::size_t next = 0;
        while (next < changes.size()) {
            const unsigned slot = nibble(changes[next].hashed_key, depth);
            std::size_t end = next + 1;
            while (end < changes.size() && nibble(changes[end].hashed_key, depth) == slot) ++end;
            const NodeRef child = apply(pool_.branch(node).children[slot], changes.subspan(next, end - next));
            auto& branch = pool_.branch(node);
            branch.children[slot] = child;
            branch.changed = static_cast<std::uint16_t>(branch.changed | (1U << slot));
            next = end;
        }
        return settle(node);
    }

    /// A branch with fewer than two children is none.
    NodeRef settle(NodeRef node) {
        auto& branch = pool_.branch(node);
        NodeRef only;
        unsigned count = 0;
        for (NodeRef child : branch.children) {
            if (child.is_empty()) continue;
            only = child;
            ++count;
        }
        if (count < 2) {
            pool_.release(node);
            return only;
        }
        branch.stamp = stamp_;
        return node;
    }

    NodePool& pool_;
    const LeafSource& source_;
    std::uint32_t stamp_;
    bool damaged_ = false;
};

Hash root_hash(const NodeHash& hash) {
    Hash out;
    if (hash.size != 32) return crypto::keccak256(hash.view());
    out.data = hash.data;
    return out;
}

/// Calls f(ref) for each entry of the table below the node.
template <class F>
void each_entry(NodePool& pool, NodeRef ref, const F& f) {
    if (ref.kind() == Kind::kBranch && pool.branch(ref).depth < kSubtreeNibbles) {
        for (NodeRef child : pool.branch(ref).children) each_entry(pool, child, f);
    } else if (!ref.is_empty()) {
        f(ref);
    }
}

// An entry of a chunk: key (32 bytes), then 64, size of the value (2 bytes, big-endian), value for a leaf; or depth
// below 64, size of the hash, hash for a subtree. The bytes of a subtree's key beyond its depth mean nothing.
constexpr std::size_t kEntryHeader = 32 + 1;

void append_entry(NodePool& pool, NodeRef ref, Bytes& out) {
    append(out, pool.path(ref));
    out.push_back(static_cast<std::uint8_t>(pool.depth(ref)));
    if (ref.kind() == Kind::kLeaf) {
        const ByteView value = pool.leaf(ref).value.view();
        out.push_back(static_cast<std::uint8_t>(value.size() >> 8));
        out.push_back(static_cast<std::uint8_t>(value.size()));
        append(out, value);
        return;
    }
    const NodeHash hash = ref.kind() == Kind::kStub ? pool.stub(ref).hash : pool.branch(ref).hash;
    out.push_back(hash.size);
    append(out, hash.view());
}

/// Reads one entry and drops it from the view; an empty reference if it is malformed.
NodeRef read_entry(NodePool& pool, ByteView& in) {
    if (in.size() < kEntryHeader) return {};
    const Bytes32 path = *Bytes32::from(in.first(32));
    const std::uint8_t depth = in[32];
    in = in.subspan(kEntryHeader);
    if (depth == kKeyNibbles) {
        if (in.size() < 2) return {};
        const std::size_t size = (std::size_t{in[0]} << 8) | in[1];
        if (size == 0 || in.size() < 2 + size) return {};
        const NodeRef leaf = make_leaf(pool, path, in.subspan(2, size));
        in = in.subspan(2 + size);
        return leaf;
    }
    if (depth < kSubtreeNibbles || depth > kKeyNibbles || in.empty()) return {};
    StubNode stub;
    stub.path = path;
    stub.depth = depth;
    stub.hash.size = in[0];
    if (stub.hash.size == 0 || stub.hash.size > 32 || in.size() < 1U + stub.hash.size) return {};
    std::copy_n(in.begin() + 1, stub.hash.size, stub.hash.data.begin());
    in = in.subspan(1U + stub.hash.size);
    return pool.make(std::move(stub));
}

std::uint16_t subtree_of(const Bytes32& path) { return static_cast<std::uint16_t>((path.data[0] << 8) | path.data[1]); }

void forget_below(NodePool& pool, NodeRef& ref, std::uint32_t older_than) {
    if (ref.kind() != Kind::kBranch) return;
    auto& branch = pool.branch(ref);
    BOURSE_DEBUG_ASSERT(branch.changed == 0);
    if (branch.depth < kSubtreeNibbles) {
        for (NodeRef& child : branch.children) forget_below(pool, child, older_than);
    } else if (branch.stamp < older_than) {
        StubNode stub;
        stub.path = branch.path;
        stub.depth = branch.depth;
        stub.hash = branch.hash;
        pool.release_tree(ref);
        ref = pool.make(std::move(stub));
    }
}

}  // namespace

Trie::Trie(NodePool& pool) : pool_(pool) {}
Trie::~Trie() { pool_.release_tree(root_); }
Trie::Trie(Trie&& other) noexcept : pool_(other.pool_), root_(std::exchange(other.root_, NodeRef())) {}

Trie Trie::load(NodePool& pool, const LeafSource& source) {
    Trie trie(pool);
    trie.root_ = build_range(pool, source, {}, 0, 0);
    return trie;
}

std::optional<Trie> Trie::load_table(NodePool& pool, const std::map<std::uint8_t, Bytes>& chunks,
                                     const std::vector<std::uint16_t>& stale, const LeafSource& source) {
    std::map<std::uint16_t, NodeRef> entries;
    bool well_formed = true;
    for (const auto& [first_byte, chunk] : chunks) {
        ByteView rest = chunk;
        while (!rest.empty() && well_formed) {
            const NodeRef entry = read_entry(pool, rest);
            well_formed = !entry.is_empty() && pool.path(entry).data[0] == first_byte &&
                          entries.try_emplace(subtree_of(pool.path(entry)), entry).second;
            if (!well_formed) pool.release_tree(entry);
        }
    }
    for (const std::uint16_t subtree : stale) {
        Bytes32 prefix;
        prefix.data[0] = static_cast<std::uint8_t>(subtree >> 8);
        prefix.data[1] = static_cast<std::uint8_t>(subtree);
        NodeRef& entry = entries[subtree];
        pool.release_tree(entry);
        entry = build_range(pool, source, prefix, kSubtreeNibbles, 0);
    }
    std::vector<NodeRef> items;
    for (const auto& [subtree, entry] : entries)
        if (!entry.is_empty()) items.push_back(entry);
    if (!well_formed) {
        for (NodeRef entry : items) pool.release_tree(entry);
        return std::nullopt;
    }
    Trie trie(pool);
    trie.root_ = join(pool, items, 0);
    return trie;
}

bool Trie::update(std::span<const LeafChange> changes, const LeafSource& source, std::uint32_t stamp) {
    Updater updater(pool_, source, stamp);
    root_ = updater.apply(root_, changes);
    return !updater.damaged();
}

Hash Trie::root() {
    if (root_.is_empty()) return empty_trie_root();
    return root_hash(node_hash(pool_, root_, 0));
}

std::vector<Bytes> Trie::prove(const Bytes32& hashed_key, const LeafSource& source) {
    std::vector<Bytes> nodes;
    const auto add = [&nodes](Bytes encoding) {
        // Nodes below 32 bytes stand inside their parent.
        if (!encoding.empty() && (nodes.empty() || encoding.size() >= 32)) nodes.push_back(std::move(encoding));
    };
    NodeRef* at = &root_;
    unsigned depth = 0;
    while (!at->is_empty()) {
        const unsigned own_depth = pool_.depth(*at);
        const bool matches = common_nibbles(pool_.path(*at), hashed_key, own_depth) >= own_depth;
        if (at->kind() == Kind::kStub && matches) {
            const NodeRef opened = open_stub(pool_, source, *at, 0);
            BOURSE_ASSERT(!opened.is_empty());
            *at = opened;
        }
        add(encode_extension(pool_, *at, depth));
        if (at->kind() == Kind::kLeaf) add(encode_node(pool_, *at, depth));
        if (at->kind() == Kind::kLeaf || !matches) break;
        add(encode_node(pool_, *at, depth));
        depth = own_depth + 1;
        at = &pool_.branch(*at).children[nibble(hashed_key, own_depth)];
    }
    return nodes;
}

std::size_t Trie::table_entries() const {
    std::size_t count = 0;
    each_entry(pool_, root_, [&count](NodeRef) { ++count; });
    return count;
}

void Trie::forget(std::uint32_t older_than) { forget_below(pool_, root_, older_than); }

Bytes Trie::encode_chunk(std::uint8_t first_byte) const {
    Bytes out;
    NodeRef at = root_;
    while (at.kind() == Kind::kBranch && pool_.branch(at).depth < 2) {
        const unsigned depth = pool_.branch(at).depth;
        at = pool_.branch(at).children[depth == 0 ? first_byte >> 4 : first_byte & 0xf];
    }
    each_entry(pool_, at, [&](NodeRef ref) {
        if (pool_.path(ref).data[0] == first_byte) append_entry(pool_, ref, out);
    });
    return out;
}

}  // namespace bourse::state
