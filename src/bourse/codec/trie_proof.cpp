#include <bourse/codec/trie_proof.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

#include <algorithm>
#include <vector>

namespace bourse {
namespace {

constexpr std::size_t kBranchItems = 17;
constexpr std::size_t kSmallestHashed = 32;  ///< shorter nodes stand in their parent

tl::unexpected<Error> bad_proof(const char* what) {
    return fail("PROOF_INVALID", std::string("The proof does not hold: ") + what + ".");
}

/// The path of a leaf or extension, from its hex-prefix encoding.
struct ProofPath {
    Bytes nibbles;
    bool is_leaf = false;
};

std::optional<ProofPath> decode_hex_prefix(ByteView encoded) {
    if (encoded.empty()) return std::nullopt;
    const unsigned flags = encoded[0] >> 4;
    const bool is_odd = (flags & 1) != 0;
    const auto first = static_cast<std::uint8_t>(encoded[0] & 0xf);
    if (flags > 3 || (!is_odd && first != 0)) return std::nullopt;
    ProofPath out;
    out.is_leaf = (flags & 2) != 0;
    if (is_odd) out.nibbles.push_back(first);
    for (const std::uint8_t byte : encoded.subspan(1)) {
        out.nibbles.push_back(byte >> 4);
        out.nibbles.push_back(byte & 0xf);
    }
    return out;
}

/// Follows a key through the nodes of a proof.
class ProofWalk {
public:
    ProofWalk(ByteView key, std::span<const Bytes> nodes) : nodes_(nodes) {
        for (const std::uint8_t byte : key) {
            rest_.push_back(byte >> 4);
            rest_.push_back(byte & 0xf);
        }
    }

    Result<std::optional<Bytes>> from(const Hash& root) {
        if (nodes_.empty() && root == empty_trie_root()) return std::nullopt;
        BOURSE_CHECK(enter(root));
        while (!is_done_) BOURSE_CHECK(step());
        if (next_ != nodes_.size()) return bad_proof("it lists nodes that are not on the way to the key");
        return std::move(value_);
    }

private:
    /// Goes on with the next listed node, which must have that hash.
    Status<> enter(const Hash& hash) {
        if (next_ == nodes_.size()) return bad_proof("a node is missing");
        const Bytes& node = nodes_[next_++];
        if (crypto::keccak256(ByteView(node)) != hash) return bad_proof("a node has another hash");
        if (next_ > 1 && node.size() < kSmallestHashed) return bad_proof("a short node stands by itself");
        const auto item = rlp::Reader::single(node);
        if (!item || !item->is_list) return bad_proof("a node is no list");
        return read(item->payload);
    }

    Status<> read(ByteView payload) {
        items_.clear();
        rlp::Reader reader(payload);
        while (!reader.empty()) {
            const auto item = reader.next();
            if (!item || items_.size() == kBranchItems) return bad_proof("a node cannot be decoded");
            items_.push_back(*item);
        }
        return {};
    }

    Status<> step() {
        if (items_.size() == kBranchItems) return step_branch();
        if (items_.size() != 2 || items_[0].is_list) return bad_proof("a node has neither 2 nor 17 items");
        const auto path = decode_hex_prefix(items_[0].payload);
        if (!path) return bad_proof("a path cannot be decoded");
        if (path->is_leaf) {
            return std::ranges::equal(path->nibbles, ByteView(rest_).subspan(at_)) ? end_with(items_[1]) : end();
        }
        if (path->nibbles.empty()) return bad_proof("an extension leads nowhere");
        const ByteView left = ByteView(rest_).subspan(at_);
        if (left.size() < path->nibbles.size() || !equal(left.first(path->nibbles.size()), path->nibbles)) return end();
        at_ += path->nibbles.size();
        return follow(items_[1], false);
    }

    Status<> step_branch() {
        if (at_ < rest_.size()) return follow(items_[rest_[at_++]], true);
        const rlp::Item& value = items_.back();
        return !value.is_list && value.payload.empty() ? end() : end_with(value);
    }

    Status<> follow(const rlp::Item& child, bool may_be_empty) {
        if (child.is_list) {
            if (child.payload.size() + 1 >= kSmallestHashed) return bad_proof("a long node stands in its parent");
            const ByteView payload = child.payload;  // into a listed node, which stays
            return read(payload);
        }
        if (child.payload.empty() && may_be_empty) return end();
        const auto hash = Hash::from(child.payload);
        if (!hash) return bad_proof("a reference is neither a hash nor a node");
        return enter(*hash);
    }

    Status<> end() {
        is_done_ = true;
        return {};
    }
    Status<> end_with(const rlp::Item& value) {
        if (value.is_list || value.payload.empty()) return bad_proof("a leaf has no value");
        value_ = to_bytes(value.payload);
        return end();
    }

    std::span<const Bytes> nodes_;
    std::size_t next_ = 0;
    Bytes rest_;          ///< nibbles of the key
    std::size_t at_ = 0;  ///< how many of them were followed
    std::vector<rlp::Item> items_;
    bool is_done_ = false;
    std::optional<Bytes> value_;
};

}  // namespace

Result<std::optional<Bytes>> verify_trie_proof(const Hash& root, ByteView key, std::span<const Bytes> nodes) {
    return ProofWalk(key, nodes).from(root);
}

}  // namespace bourse
