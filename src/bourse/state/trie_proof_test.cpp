// What the trie proves, verify_trie_proof accepts; whatever was changed in it is refused.
#include <bourse/codec/rlp.hpp>
#include <bourse/codec/trie_proof.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/state/trie.hpp>

#include <gtest/gtest.h>

namespace bourse::state {
namespace {

class MapLeaves final : public LeafSource {
public:
    explicit MapLeaves(const std::map<Bytes32, Bytes>& values) : values_(values) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override {
        for (const auto& [key, value] : values_)
            if (common_nibbles(prefix, key, nibbles) == nibbles) visit(key, value);
    }

private:
    const std::map<Bytes32, Bytes>& values_;
};

Bytes32 key_of(std::uint64_t n) { return crypto::keccak256("proof key " + std::to_string(n)); }

TEST(TrieProof, every_key_is_proven_there_or_absent) {
    for (const std::uint64_t size : {0U, 1U, 2U, 17U, 600U}) {
        std::map<Bytes32, Bytes> values;
        for (std::uint64_t n = 0; n < size; ++n) values[key_of(n)] = rlp::encode_uint(n + 1);
        const MapLeaves source(values);
        NodePool pool;
        Trie trie = Trie::load(pool, source);
        const Hash root = trie.root();
        for (std::uint64_t n = 0; n < size + 50; ++n) {
            const auto proven = verify_trie_proof(root, key_of(n), trie.prove(key_of(n), source));
            ASSERT_TRUE(proven.has_value()) << proven.error().message;
            ASSERT_EQ(proven->has_value(), n < size);
            if (n < size) {
                EXPECT_EQ(**proven, values[key_of(n)]);
            }
        }
    }
}

TEST(TrieProof, changed_shortened_and_padded_proofs_are_refused) {
    std::map<Bytes32, Bytes> values;
    for (std::uint64_t n = 0; n < 300; ++n) values[key_of(n)] = rlp::encode_uint(n + 1);
    const MapLeaves source(values);
    NodePool pool;
    Trie trie = Trie::load(pool, source);
    const Hash root = trie.root();
    for (const std::uint64_t n : {7U, 299U, 1000U}) {
        const auto nodes = trie.prove(key_of(n), source);
        const auto refused = [&](const std::vector<Bytes>& changed) {
            const auto result = verify_trie_proof(root, key_of(n), changed);
            return !result && result.error().code == "PROOF_INVALID";
        };
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            for (std::size_t byte = 0; byte < nodes[i].size(); ++byte) {
                auto changed = nodes;
                changed[i][byte] ^= 1;
                EXPECT_TRUE(refused(changed)) << i << " " << byte;
            }
            EXPECT_TRUE(refused({nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i)})) << i;
        }
        auto padded = nodes;
        padded.push_back(nodes.back());
        EXPECT_TRUE(refused(padded));
    }
    EXPECT_FALSE(verify_trie_proof(key_of(5), key_of(7), trie.prove(key_of(7), source)));
}

TEST(TrieProof, a_small_trie_of_which_every_byte_is_known) {
    // One leaf of the empty path below a branch, whose children are embedded: keys 0x00 and 0x10.
    const Bytes leaf{0xc2, 0x30, 0x05};
    Bytes payload;
    append(payload, leaf);
    append(payload, leaf);
    payload.insert(payload.end(), 15, 0x80);
    const Bytes node = rlp::list(payload);
    const Hash root = crypto::keccak256(ByteView(node));
    const std::vector<Bytes> nodes{node};
    EXPECT_EQ(verify_trie_proof(root, Bytes{0x00}, nodes).value(), std::optional(Bytes{0x05}));
    EXPECT_EQ(verify_trie_proof(root, Bytes{0x10}, nodes).value(), std::optional(Bytes{0x05}));
    EXPECT_EQ(verify_trie_proof(root, Bytes{0x01}, nodes).value(), std::nullopt);
    EXPECT_EQ(verify_trie_proof(root, Bytes{0x20}, nodes).value(), std::nullopt);
}

}  // namespace
}  // namespace bourse::state
