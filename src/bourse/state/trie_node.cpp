#include <bourse/state/trie_node.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

namespace bourse::state {
namespace {

constexpr std::uint8_t kEmptyItem = 0x80;
constexpr unsigned kAllChildren = 0xffff;
constexpr unsigned kDepthOfKeptHashes = 4;
constexpr std::ptrdiff_t kWideBranch = 8;

/// Hex-prefix encoding of the nibbles [from, to) as an RLP item.
void append_hex_prefix(Bytes& out, const Bytes32& path, unsigned from, unsigned to, bool leaf) {
    std::array<std::uint8_t, 33> packed{};
    const unsigned count = to - from;
    const unsigned flag = leaf ? 2 : 0;
    std::size_t size = 1;
    unsigned i = from;
    if (count % 2 == 1) {
        packed[0] = static_cast<std::uint8_t>(((flag | 1) << 4) | nibble(path, i++));
    } else {
        packed[0] = static_cast<std::uint8_t>(flag << 4);
    }
    for (; i < to; i += 2) packed[size++] = static_cast<std::uint8_t>((nibble(path, i) << 4) | nibble(path, i + 1));
    rlp::append_bytes(out, ByteView(packed.data(), size));
}

void append_reference(Bytes& out, const NodeHash& hash) {
    if (hash.size == 32) out.push_back(0xa0);
    append(out, hash.view());
}

/// Payload → list, in place: the header goes before what was written since `start`.
void wrap_list(Bytes& out, std::size_t start) {
    Bytes header;
    rlp::append_list_header(header, out.size() - start);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(start), header.begin(), header.end());
}

NodeHash hash_encoding(ByteView encoding) {
    NodeHash out;
    if (encoding.size() < 32) {
        std::copy(encoding.begin(), encoding.end(), out.data.begin());
        out.size = static_cast<std::uint8_t>(encoding.size());
    } else {
        out.data = crypto::keccak256(encoding).data;
        out.size = 32;
    }
    return out;
}

void append_leaf(Bytes& out, const LeafNode& leaf, unsigned depth) {
    const std::size_t start = out.size();
    append_hex_prefix(out, leaf.path, depth, kKeyNibbles, true);
    rlp::append_bytes(out, leaf.value.view());
    wrap_list(out, start);
}

void append_branch(Bytes& out, const std::array<NodeHash, 16>& children) {
    std::size_t payload = 1;
    for (const auto& child : children) payload += child.size == 0 ? 1U : child.size + (child.size == 32 ? 1U : 0U);
    rlp::append_list_header(out, payload);
    for (const auto& child : children) {
        if (child.size == 0)
            out.push_back(kEmptyItem);
        else
            append_reference(out, child);
    }
    out.push_back(kEmptyItem);
}

/// Takes the hashes of the children named by the bits of `which`.
void take_child_hashes(NodePool& pool, const BranchNode& branch, unsigned which, std::array<NodeHash, 16>& out) {
    for (std::size_t i = 0; i < 16; ++i) {
        if ((which >> i & 1U) == 0) continue;
        out[i] = branch.children[i].is_empty() ? NodeHash() : node_hash(pool, branch.children[i], branch.depth + 1U);
    }
}

void append_branch_node(Bytes& out, NodePool& pool, const BranchNode& branch) {
    std::array<NodeHash, 16> hashes;
    take_child_hashes(pool, branch, kAllChildren, hashes);
    append_branch(out, hashes);
}

bool keeps_child_hashes(const BranchNode& branch) noexcept {
    if (branch.depth >= kDepthOfKeptHashes) return false;
    return std::ranges::count_if(branch.children, [](NodeRef child) { return !child.is_empty(); }) >= kWideBranch;
}

/// The hash of a branch of which something changed.
NodeHash hash_branch(NodePool& pool, BranchNode& branch) {
    std::array<NodeHash, 16> passing;
    auto* hashes = &passing;
    unsigned which = kAllChildren;
    if (!keeps_child_hashes(branch)) {
        branch.child_hashes.reset();
    } else {
        if (branch.child_hashes)
            which = branch.changed;
        else
            branch.child_hashes = std::make_unique<std::array<NodeHash, 16>>();
        hashes = branch.child_hashes.get();
    }
    take_child_hashes(pool, branch, which, *hashes);  // uses the scratch space too
    auto& out = pool.scratch();
    out.clear();
    append_branch(out, *hashes);
    return hash_encoding(out);
}

/// A node without its extension.
const NodeHash& own_hash(NodePool& pool, NodeRef ref, unsigned depth) {
    switch (ref.kind()) {
        case NodeRef::Kind::kLeaf: {
            auto& leaf = pool.leaf(ref);
            if (leaf.hash_depth != depth) {
                auto& out = pool.scratch();
                out.clear();
                append_leaf(out, leaf, depth);
                leaf.hash = hash_encoding(out);
                leaf.hash_depth = static_cast<std::uint8_t>(depth);
            }
            return leaf.hash;
        }
        case NodeRef::Kind::kBranch: {
            auto& branch = pool.branch(ref);
            if (branch.changed != 0) {
                branch.hash = hash_branch(pool, branch);
                branch.changed = 0;
            }
            return branch.hash;
        }
        case NodeRef::Kind::kStub:
            return pool.stub(ref).hash;
        case NodeRef::Kind::kEmpty:
            break;
    }
    BOURSE_UNREACHABLE();
}

}  // namespace

void NodePool::release(NodeRef ref) {
    switch (ref.kind()) {
        case NodeRef::Kind::kLeaf:
            leaves_.release(ref.index());
            break;
        case NodeRef::Kind::kBranch:
            branches_.release(ref.index());
            break;
        case NodeRef::Kind::kStub:
            stubs_.release(ref.index());
            break;
        case NodeRef::Kind::kEmpty:
            break;
    }
}

void NodePool::release_tree(NodeRef ref) {
    if (ref.kind() == NodeRef::Kind::kBranch)
        for (NodeRef child : branch(ref).children) release_tree(child);
    release(ref);
}

const Bytes32& NodePool::path(NodeRef ref) noexcept {
    switch (ref.kind()) {
        case NodeRef::Kind::kLeaf:
            return leaf(ref).path;
        case NodeRef::Kind::kBranch:
            return branch(ref).path;
        case NodeRef::Kind::kStub:
            return stub(ref).path;
        case NodeRef::Kind::kEmpty:
            break;
    }
    BOURSE_UNREACHABLE();
}

unsigned NodePool::depth(NodeRef ref) noexcept {
    switch (ref.kind()) {
        case NodeRef::Kind::kLeaf:
            return kKeyNibbles;
        case NodeRef::Kind::kBranch:
            return branch(ref).depth;
        case NodeRef::Kind::kStub:
            return stub(ref).depth;
        case NodeRef::Kind::kEmpty:
            break;
    }
    BOURSE_UNREACHABLE();
}

std::size_t NodePool::bytes() const noexcept {
    return leaves_.live() * sizeof(LeafNode) + branches_.live() * sizeof(BranchNode) + stubs_.live() * sizeof(StubNode);
}

unsigned common_nibbles(const Bytes32& a, const Bytes32& b, unsigned limit) noexcept {
    unsigned i = 0;
    while (i + 1 < limit && a.data[i / 2] == b.data[i / 2]) i += 2;
    if (i < limit && nibble(a, i) == nibble(b, i)) ++i;
    return i;
}

NodeHash node_hash(NodePool& pool, NodeRef ref, unsigned depth) {
    const NodeHash& own = own_hash(pool, ref, depth);
    if (ref.kind() == NodeRef::Kind::kLeaf || pool.depth(ref) == depth) return own;
    return hash_encoding(encode_extension(pool, ref, depth));
}

Bytes encode_extension(NodePool& pool, NodeRef ref, unsigned depth) {
    Bytes out;
    if (ref.kind() == NodeRef::Kind::kLeaf || pool.depth(ref) == depth) return out;
    append_hex_prefix(out, pool.path(ref), depth, pool.depth(ref), false);
    append_reference(out, own_hash(pool, ref, depth));
    wrap_list(out, 0);
    return out;
}

Bytes encode_node(NodePool& pool, NodeRef ref, unsigned depth) {
    Bytes out;
    if (ref.kind() == NodeRef::Kind::kLeaf) {
        append_leaf(out, pool.leaf(ref), depth);
    } else {
        BOURSE_ASSERT(ref.kind() == NodeRef::Kind::kBranch);
        append_branch_node(out, pool, pool.branch(ref));
    }
    return out;
}

}  // namespace bourse::state
