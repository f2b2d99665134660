// Nodes of the state trie in memory: compact, addressed by 32-bit references into pools that several tries share.
#pragma once

#include <bourse/base/bytes.hpp>

#include <array>
#include <memory>
#include <vector>

namespace bourse::state {

/// Empty, or a leaf, branch or stub of a NodePool.
class NodeRef {
public:
    enum class Kind : std::uint8_t { kEmpty = 0, kLeaf = 1, kBranch = 2, kStub = 3 };

    constexpr NodeRef() = default;
    constexpr NodeRef(Kind kind, std::uint32_t index) : bits_((index << 2) | static_cast<std::uint32_t>(kind)) {}

    constexpr Kind kind() const noexcept { return static_cast<Kind>(bits_ & 3); }
    constexpr std::uint32_t index() const noexcept { return bits_ >> 2; }
    constexpr bool is_empty() const noexcept { return kind() == Kind::kEmpty; }
    constexpr bool operator==(const NodeRef&) const = default;

private:
    std::uint32_t bits_ = 0;
};

/// How a node stands in its parent: the keccak of its encoding, or the encoding itself where that is below 32 bytes.
struct NodeHash {
    std::array<std::uint8_t, 32> data{};
    std::uint8_t size = 0;

    ByteView view() const noexcept { return {data.data(), size}; }
    bool operator==(const NodeHash& other) const noexcept { return equal(view(), other.view()); }
};

/// A leaf's value; what fits a storage slot lies in place, an account's on the heap.
class LeafValue {
public:
    LeafValue() = default;
    explicit LeafValue(ByteView value) {
        if (value.size() <= small_.size()) {
            std::copy(value.begin(), value.end(), small_.begin());
            size_ = static_cast<std::uint8_t>(value.size());
        } else {
            large_ = std::make_unique<Bytes>(value.begin(), value.end());
        }
    }
    ByteView view() const noexcept { return large_ ? ByteView(*large_) : ByteView(small_.data(), size_); }

private:
    std::unique_ptr<Bytes> large_;
    std::array<std::uint8_t, 33> small_{};
    std::uint8_t size_ = 0;
};

inline constexpr unsigned kKeyNibbles = 64;

struct LeafNode {
    Bytes32 path;
    LeafValue value;
    NodeHash hash;
    std::uint8_t hash_depth = kNoDepth;  ///< nibbles above the node for which `hash` was computed

    static constexpr std::uint8_t kNoDepth = 0xff;
};

/// At least two children. The nibbles between the parent and `depth` make an extension node, which is not kept.
struct BranchNode {
    Bytes32 path;   ///< its first `depth` nibbles are those of every key below
    NodeHash hash;  ///< of the branch without its extension; valid unless dirty
    std::uint8_t depth = 0;
    std::uint16_t changed = 0xffff;  ///< children (bit by nibble) that changed since `hash` was computed
    std::uint32_t stamp = 0;
    std::array<NodeRef, 16> children{};
    /// Hashes of the children, kept in wide branches near the root only: there a change would otherwise visit fifteen
    /// siblings, each of them a cache miss.
    std::unique_ptr<std::array<NodeHash, 16>> child_hashes;
};

/// A branch that is not in memory.
struct StubNode {
    Bytes32 path;
    NodeHash hash;
    std::uint8_t depth = 0;
};

/// Objects with stable addresses and 30-bit indexes.
template <class T>
class Slab {
public:
    T& operator[](std::uint32_t i) noexcept { return chunks_[i / kChunk][i % kChunk]; }
    const T& operator[](std::uint32_t i) const noexcept { return chunks_[i / kChunk][i % kChunk]; }
    std::uint32_t make(T value) {
        std::uint32_t index = used_;
        if (!free_.empty()) {
            index = free_.back();
            free_.pop_back();
        } else {
            if (used_ % kChunk == 0) chunks_.push_back(std::make_unique<T[]>(kChunk));
            ++used_;
        }
        (*this)[index] = std::move(value);
        return index;
    }
    void release(std::uint32_t index) {
        (*this)[index] = T();
        free_.push_back(index);
    }
    std::size_t live() const noexcept { return used_ - free_.size(); }

private:
    static constexpr std::uint32_t kChunk = 512;
    std::vector<std::unique_ptr<T[]>> chunks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t used_ = 0;
};

class NodePool {
public:
    LeafNode& leaf(NodeRef ref) noexcept { return leaves_[ref.index()]; }
    BranchNode& branch(NodeRef ref) noexcept { return branches_[ref.index()]; }
    StubNode& stub(NodeRef ref) noexcept { return stubs_[ref.index()]; }

    NodeRef make(LeafNode node) { return {NodeRef::Kind::kLeaf, leaves_.make(std::move(node))}; }
    NodeRef make(BranchNode node) { return {NodeRef::Kind::kBranch, branches_.make(std::move(node))}; }
    NodeRef make(StubNode node) { return {NodeRef::Kind::kStub, stubs_.make(std::move(node))}; }
    /// That node alone.
    void release(NodeRef ref);
    /// The node and everything below.
    void release_tree(NodeRef ref);

    /// The path of the node, and how many of its nibbles all keys below have (64 for a leaf).
    const Bytes32& path(NodeRef ref) noexcept;
    unsigned depth(NodeRef ref) noexcept;

    /// Memory of the living nodes, values on the heap left out.
    std::size_t bytes() const noexcept;
    /// Scratch space of the encoder.
    Bytes& scratch() noexcept { return scratch_; }

private:
    Slab<LeafNode> leaves_;
    Slab<BranchNode> branches_;
    Slab<StubNode> stubs_;
    Bytes scratch_;
};

/// The i-th half byte of a path.
inline unsigned nibble(const Bytes32& path, unsigned i) noexcept {
    const unsigned byte = path.data[i / 2];
    return i % 2 == 0 ? byte >> 4 : byte & 0xf;
}
/// The number of equal nibbles at the beginning, at most `limit`.
unsigned common_nibbles(const Bytes32& a, const Bytes32& b, unsigned limit) noexcept;

/// The node as its parent refers to it when the parent's children hang below `depth` nibbles (an extension included
/// where the node lies deeper). Hashes what is dirty.
NodeHash node_hash(NodePool& pool, NodeRef ref, unsigned depth);
/// The encodings behind that: of the extension (empty if there is none) and of the node itself. Not of stubs.
Bytes encode_extension(NodePool& pool, NodeRef ref, unsigned depth);
Bytes encode_node(NodePool& pool, NodeRef ref, unsigned depth);

}  // namespace bourse::state
