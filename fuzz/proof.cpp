// Proofs of the state trie: what a trie of our own proves is accepted, with one bit changed it is refused; lists of
// nodes that an attacker makes are read without a crash.
#include <bourse/base/assert.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/codec/trie_proof.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/state/trie.hpp>

namespace {

using namespace bourse;

class MapSource final : public state::LeafSource {
public:
    explicit MapSource(const std::map<Bytes32, Bytes>& values) : values_(values) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override {
        for (const auto& [key, value] : values_)
            if (state::common_nibbles(prefix, key, nibbles) == nibbles) visit(key, value);
    }

private:
    const std::map<Bytes32, Bytes>& values_;
};

/// Keys that share long prefixes, so that extensions and deep branches come up.
Bytes32 near_key(std::uint8_t a, std::uint8_t b) {
    Bytes32 key;
    key.data[0] = static_cast<std::uint8_t>(a & 0x33);
    key.data[a % 32] = b;
    return key;
}

/// Three bytes a leaf: two for the key, one for the value. The first byte says which key is proven, the second which
/// bit is changed.
void own_trie(ByteView input) {
    if (input.size() < 4) return;
    std::map<Bytes32, Bytes> values;
    for (std::size_t i = 3; i + 3 <= input.size() && values.size() < 256; i += 3)
        values[near_key(input[i], input[i + 1])] = rlp::encode_uint(std::uint64_t{input[i + 2]} + 1);
    const MapSource source(values);
    state::NodePool pool;
    state::Trie trie = state::Trie::load(pool, source);
    const Hash root = trie.root();
    const Bytes32 key = near_key(input[0], input[1]);
    auto nodes = trie.prove(key, source);
    const auto proven = verify_trie_proof(root, key, nodes);
    const auto expected = values.find(key);
    BOURSE_ASSERT(proven.has_value());
    BOURSE_ASSERT(*proven == (expected == values.end() ? std::nullopt : std::optional(expected->second)));
    if (nodes.empty()) return;
    Bytes& node = nodes[input[2] % nodes.size()];
    node[input[1] % node.size()] ^= static_cast<std::uint8_t>(1U << (input[0] % 8));
    BOURSE_ASSERT(!verify_trie_proof(root, key, nodes));
}

/// The rest as a list of nodes: the root's hash is right, whatever they hold.
void made_nodes(ByteView input) {
    if (input.size() < 32) return;
    const ByteView key = input.first(1 + input[0] % 32);
    rlp::Reader reader(input.subspan(32));
    std::vector<Bytes> nodes;
    while (!reader.empty() && nodes.size() < 64)
        if (const auto node = reader.bytes()) nodes.push_back(to_bytes(*node));
    if (nodes.empty()) return;
    const Hash root = crypto::keccak256(ByteView(nodes.front()));
    if (!verify_trie_proof(root, key, nodes)) return;
    // A proof has one form.
    nodes.push_back(nodes.back());
    BOURSE_ASSERT(!verify_trie_proof(root, key, nodes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    own_trie(input);
    made_nodes(input);
    return 0;
}
