#include <bourse/state/trie.hpp>

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <random>

namespace bourse::state {
namespace {

/// Leaves in a map: what the flat store is to the real one.
class MapSource final : public LeafSource {
public:
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override {
        ++reads;
        for (const auto& [key, value] : values)
            if (common_nibbles(key, prefix, nibbles) >= nibbles) visit(key, value);
    }
    Hash expected_root() const {
        std::map<Bytes, Bytes> pairs;
        for (const auto& [key, value] : values) pairs[to_bytes(ByteView(key))] = value;
        return trie_root(pairs);
    }
    void apply(std::span<const LeafChange> changes) {
        for (const auto& change : changes) {
            if (change.value.empty())
                values.erase(change.hashed_key);
            else
                values[change.hashed_key] = change.value;
        }
    }

    std::map<Bytes32, Bytes> values;
    mutable std::size_t reads = 0;
};

Bytes32 key_of(std::uint64_t n) { return crypto::keccak256(ByteView(to_be32(Uint256(n)))); }

std::vector<LeafChange> sorted(std::map<Bytes32, Bytes> changes) {
    std::vector<LeafChange> out;
    for (auto& [key, value] : changes) out.push_back({key, std::move(value)});
    return out;
}

/// Values from nothing (a deletion) to above 32 bytes.
Bytes random_value(std::mt19937_64& random) {
    if (random() % 3 == 0) return {};
    return rlp::encode_bytes(Bytes(1 + random() % 40, static_cast<std::uint8_t>(1 + random() % 255)));
}

TEST(Trie, empty_root_is_that_of_ethereum) {
    NodePool pool;
    EXPECT_EQ(to_hex(Trie(pool).root()), "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
}

// Secure tries of ethereum/tests: TrieTests/trietest_secureTrie.json and trieanyorder_secureTrie.json.
Hash secure_root(const std::vector<std::pair<std::string, std::string>>& pairs) {
    NodePool pool;
    Trie trie(pool);
    const MapSource source;
    for (const auto& [key, value] : pairs) {
        const Bytes raw_key = key.starts_with("0x") ? *from_hex(key) : to_bytes(key);
        const Bytes raw_value = value.starts_with("0x") ? *from_hex(value) : to_bytes(value);
        const LeafChange change{crypto::keccak256(ByteView(raw_key)), raw_value};
        EXPECT_TRUE(trie.update({&change, 1}, source));
    }
    return trie.root();
}

TEST(Trie, known_vectors_emptyValues) {
    EXPECT_EQ(to_hex(secure_root({{"do", "verb"},
                                  {"ether", "wookiedoo"},
                                  {"horse", "stallion"},
                                  {"shaman", "horse"},
                                  {"doge", "coin"},
                                  {"ether", ""},
                                  {"dog", "puppy"},
                                  {"shaman", ""}})),
              "0x29b235a58c3c25ab83010c327d5932bcf05324b7d6b1185e650798034783ca9d");
}

TEST(Trie, known_vectors_jeff) {
    EXPECT_EQ(
        to_hex(secure_root({{"0x0000000000000000000000000000000000000000000000000000000000000045",
                             "0x22b224a1420a802ab51d326e29fa98e34c4f24ea"},
                            {"0x0000000000000000000000000000000000000000000000000000000000000046",
                             "0x67706c2076330000000000000000000000000000000000000000000000000000"},
                            {"0x0000000000000000000000000000000000000000000000000000001234567890",
                             "0x697c7b8c961b56f675d570498424ac8de1a918f6"},
                            {"0x000000000000000000000000697c7b8c961b56f675d570498424ac8de1a918f6", "0x1234567890"},
                            {"0x0000000000000000000000007ef9e639e2733cb34e4dfc576d4b23f72db776b2",
                             "0x4655474156000000000000000000000000000000000000000000000000000000"},
                            {"0x000000000000000000000000ec4f34c97e43fbb2816cfd95e388353c7181dab1",
                             "0x4e616d6552656700000000000000000000000000000000000000000000000000"},
                            {"0x4655474156000000000000000000000000000000000000000000000000000000",
                             "0x7ef9e639e2733cb34e4dfc576d4b23f72db776b2"},
                            {"0x4e616d6552656700000000000000000000000000000000000000000000000000",
                             "0xec4f34c97e43fbb2816cfd95e388353c7181dab1"},
                            {"0x0000000000000000000000000000000000000000000000000000001234567890", ""},
                            {"0x000000000000000000000000697c7b8c961b56f675d570498424ac8de1a918f6",
                             "0x6f6f6f6820736f2067726561742c207265616c6c6c793f000000000000000000"},
                            {"0x6f6f6f6820736f2067726561742c207265616c6c6c793f000000000000000000",
                             "0x697c7b8c961b56f675d570498424ac8de1a918f6"}})),
        "0x72adb52e9d9428f808e3e8045be18d3baa77881d0cfab89a17a2bcbacee2f320");
}

TEST(Trie, known_vectors_foo) {
    EXPECT_EQ(to_hex(secure_root({{"foo", "bar"}, {"food", "bass"}})),
              "0x1385f23a33021025d9e87cca5c66c00de06178807b96a9acc92b7d651ccde842");
}

TEST(Trie, blocks_of_random_changes_give_the_roots_of_another_implementation) {
    std::mt19937_64 random(20260101);
    NodePool pool;
    Trie trie(pool);
    MapSource source;
    for (std::uint32_t block = 1; block <= 200; ++block) {
        std::map<Bytes32, Bytes> changes;
        const std::size_t count = 1 + random() % 60;
        for (std::size_t i = 0; i < count; ++i) changes[key_of(random() % 800)] = random_value(random);
        const auto list = sorted(std::move(changes));
        ASSERT_TRUE(trie.update(list, source, block));
        source.apply(list);
        ASSERT_EQ(trie.root(), source.expected_root()) << "block " << block;
        if (block % 7 == 0) trie.forget(block - static_cast<std::uint32_t>(random() % 5));
    }
}

TEST(Trie, forgotten_subtrees_are_read_again_only_where_they_change) {
    std::mt19937_64 random(7);
    NodePool pool;
    MapSource source;
    // Keys with few first bytes, so that subtrees at four nibbles hold many leaves.
    const auto crowded = [](std::uint64_t n) {
        Bytes32 key = key_of(n);
        key.data[0] = static_cast<std::uint8_t>(n % 3);
        key.data[1] = static_cast<std::uint8_t>(n % 5);
        return key;
    };
    for (std::uint64_t n = 0; n < 600; ++n) source.values[crowded(n)] = rlp::encode_uint(n + 1);
    Trie trie = Trie::load(pool, source);
    ASSERT_EQ(trie.root(), source.expected_root());
    const std::size_t full = pool.bytes();
    trie.forget(1);
    EXPECT_LT(pool.bytes(), full / 10);
    EXPECT_EQ(trie.root(), source.expected_root());
    source.reads = 0;
    const LeafChange one{crowded(4), {0x05}};
    ASSERT_TRUE(trie.update({&one, 1}, source, 1));
    EXPECT_EQ(source.reads, 1U);
    source.apply({&one, 1});
    EXPECT_EQ(trie.root(), source.expected_root());
    for (std::uint32_t block = 2; block < 120; ++block) {
        std::map<Bytes32, Bytes> changes;
        for (std::size_t i = random() % 30; i > 0; --i) changes[crowded(random() % 700)] = random_value(random);
        const auto list = sorted(std::move(changes));
        ASSERT_TRUE(trie.update(list, source, block));
        source.apply(list);
        ASSERT_EQ(trie.root(), source.expected_root()) << "block " << block;
        trie.forget(block + static_cast<std::uint32_t>(random() % 2));
    }
}

TEST(Trie, a_source_that_contradicts_a_hash_is_found_out) {
    NodePool pool;
    MapSource source;
    for (std::uint64_t n = 0; n < 40; ++n) {
        Bytes32 key = key_of(n);
        key.data[0] = key.data[1] = 0;
        source.values[key] = {0x01};
    }
    Trie trie = Trie::load(pool, source);
    trie.root();
    trie.forget(1);
    source.values.begin()->second = {0x02};
    const LeafChange change{source.values.rbegin()->first, {0x07}};
    EXPECT_FALSE(trie.update({&change, 1}, source, 1));
}

/// Keys that share 60 of 64 nibbles and values of one byte: nodes below 32 bytes, on several levels.
TEST(Trie, nodes_below_32_bytes_stand_inside_their_parents) {
    std::mt19937_64 random(3);
    NodePool pool;
    Trie trie(pool);
    MapSource source;
    for (std::uint32_t block = 1; block <= 300; ++block) {
        std::map<Bytes32, Bytes> changes;
        for (std::size_t i = random() % 6; i > 0; --i) {
            Bytes32 key;
            key.data[30] = static_cast<std::uint8_t>(random() % 2 == 0 ? 0 : random());
            key.data[31] = static_cast<std::uint8_t>(random());
            changes[key] = random() % 3 == 0 ? Bytes() : Bytes(1 + random() % 2, static_cast<std::uint8_t>(random()));
        }
        const auto list = sorted(std::move(changes));
        ASSERT_TRUE(trie.update(list, source, block));
        source.apply(list);
        ASSERT_EQ(trie.root(), source.expected_root()) << "block " << block;
    }
}

TEST(Trie, one_pass_and_one_by_one_agree) {
    rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& writes) {
        NodePool pool;
        Trie one_by_one(pool);
        Trie one_pass(pool);
        const MapSource source;
        std::map<Bytes32, Bytes> last;
        for (const auto& [key, value] : writes) {
            const LeafChange change{key_of(key), value == 0 ? Bytes() : rlp::encode_uint(value)};
            RC_ASSERT(one_by_one.update({&change, 1}, source));
            last[change.hashed_key] = change.value;
        }
        RC_ASSERT(one_pass.update(sorted(std::move(last)), source));
        RC_ASSERT(one_by_one.root() == one_pass.root());
    });
}

TEST(Trie, nothing_is_left_in_the_pool) {
    std::mt19937_64 random(11);
    NodePool pool;
    {
        MapSource source;
        Trie trie(pool);
        for (std::uint32_t block = 0; block < 50; ++block) {
            std::map<Bytes32, Bytes> changes;
            for (std::size_t i = 0; i < 50; ++i) changes[key_of(random() % 300)] = random_value(random);
            const auto list = sorted(std::move(changes));
            ASSERT_TRUE(trie.update(list, source, block));
            source.apply(list);
            trie.root();
            trie.forget(block);
        }
        std::map<Bytes32, Bytes> all;
        for (std::uint64_t n = 0; n < 300; ++n) all[key_of(n)] = {};
        ASSERT_TRUE(trie.update(sorted(std::move(all)), source, 51));
        EXPECT_TRUE(trie.empty());
        EXPECT_EQ(pool.bytes(), 0U);
        const LeafChange change{key_of(1), {0x01}};
        ASSERT_TRUE(trie.update({&change, 1}, source));
    }
    EXPECT_EQ(pool.bytes(), 0U);
}

TEST(Trie, a_table_gives_the_same_trie_with_stale_subtrees_rebuilt) {
    std::mt19937_64 random(5);
    for (const std::uint64_t leaves : {1U, 2U, 40U, 3000U}) {
        NodePool pool;
        MapSource source;
        for (std::uint64_t n = 0; n < leaves; ++n) {
            Bytes32 key = key_of(n);
            if (n % 2 == 0) key.data[1] = 0;
            source.values[key] = rlp::encode_uint(n + 1);
        }
        Trie trie = Trie::load(pool, source);
        trie.root();
        if (leaves > 40) trie.forget(1);
        std::map<std::uint8_t, Bytes> chunks;
        for (unsigned i = 0; i < kChunks; ++i) {
            auto chunk = trie.encode_chunk(static_cast<std::uint8_t>(i));
            if (!chunk.empty()) chunks[static_cast<std::uint8_t>(i)] = std::move(chunk);
        }
        // Changes after the table was written.
        std::map<Bytes32, Bytes> changes;
        std::vector<std::uint16_t> stale;
        for (std::size_t i = 0; i < 50; ++i) {
            Bytes32 key = key_of(random() % 4000);
            if (i % 2 == 0) key.data[1] = 0;
            changes[key] = random_value(random);
            stale.push_back(static_cast<std::uint16_t>((key.data[0] << 8) | key.data[1]));
        }
        const auto list = sorted(std::move(changes));
        ASSERT_TRUE(trie.update(list, source, 1));
        source.apply(list);
        auto loaded = Trie::load_table(pool, chunks, stale, source);
        ASSERT_TRUE(loaded);
        EXPECT_EQ(loaded->root(), source.expected_root());
        EXPECT_EQ(trie.root(), source.expected_root());
        EXPECT_EQ(loaded->table_entries(), trie.table_entries());
    }
}

TEST(Trie, malformed_chunks_are_refused) {
    NodePool pool;
    MapSource source;
    for (std::uint64_t n = 0; n < 5; ++n) source.values[key_of(n)] = rlp::encode_uint(n + 1);
    Trie trie = Trie::load(pool, source);
    trie.root();
    const std::uint8_t first = key_of(0).data[0];
    const Bytes chunk = trie.encode_chunk(first);
    ASSERT_FALSE(chunk.empty());
    const std::size_t before = pool.bytes();
    for (std::size_t cut = 1; cut < chunk.size(); ++cut)
        EXPECT_FALSE(
            Trie::load_table(pool, {{first, Bytes(chunk.begin(), chunk.end() - static_cast<long>(cut))}}, {}, source));
    EXPECT_FALSE(Trie::load_table(pool, {{static_cast<std::uint8_t>(first + 1), chunk}}, {}, source));
    Bytes twice = chunk;
    append(twice, chunk);
    EXPECT_FALSE(Trie::load_table(pool, {{first, twice}}, {}, source));
    EXPECT_EQ(pool.bytes(), before);
}

/// Follows a proof from the root by hash as a light client does. nullopt: the proof is wrong; empty: key absent.
std::optional<Bytes> verify(const Hash& root, const Bytes32& key, const std::vector<Bytes>& nodes) {
    if (nodes.empty()) return root == empty_trie_root() ? std::optional(Bytes()) : std::nullopt;
    std::size_t next = 0;
    Bytes reference = to_bytes(ByteView(root));
    unsigned depth = 0;
    while (true) {
        Bytes node = reference;
        if (reference.size() == 32) {
            if (next == nodes.size() || to_bytes(ByteView(crypto::keccak256(ByteView(nodes[next])))) != reference)
                return std::nullopt;
            node = nodes[next++];
        }
        const auto outer = rlp::Reader::single(node);
        if (!outer || !outer->is_list) return std::nullopt;
        std::vector<Bytes> items;
        rlp::Reader reader(outer->payload);
        while (!reader.empty()) {
            const auto item = reader.next();
            if (!item) return std::nullopt;
            items.push_back(item->is_list ? rlp::list(item->payload) : to_bytes(item->payload));
        }
        if (items.size() == 17) {
            reference = items[nibble(key, depth++)];
            if (reference.empty()) return next == nodes.size() ? std::optional(Bytes()) : std::nullopt;
            continue;
        }
        Bytes path;
        const bool odd = (items[0][0] & 0x10) != 0;
        if (odd) path.push_back(items[0][0] & 0xf);
        for (std::size_t i = 1; i < items[0].size(); ++i) {
            path.push_back(items[0][i] >> 4);
            path.push_back(items[0][i] & 0xf);
        }
        for (const std::uint8_t step : path)
            if (nibble(key, depth++) != step) return next == nodes.size() ? std::optional(Bytes()) : std::nullopt;
        if ((items[0][0] & 0x20) != 0) return next == nodes.size() ? std::optional(items[1]) : std::nullopt;
        reference = items[1];
    }
}

TEST(Trie, proofs_convince_for_present_and_absent_keys) {
    NodePool pool;
    MapSource source;
    for (std::uint64_t n = 0; n < 300; ++n) {
        Bytes32 key = key_of(n);
        if (n % 3 == 0) key.data[0] = key.data[1] = 0;
        source.values[key] = rlp::encode_uint(n + 1);
    }
    Trie trie = Trie::load(pool, source);
    const Hash root = trie.root();
    trie.forget(1);
    for (const auto& [key, value] : source.values) {
        const auto nodes = trie.prove(key, source);
        ASSERT_EQ(verify(root, key, nodes), value);
        auto wrong = nodes;
        wrong.back().back() ^= 1;
        EXPECT_EQ(verify(root, key, wrong), std::nullopt);
    }
    trie.forget(1);
    for (std::uint64_t n = 1000; n < 1200; ++n) {
        Bytes32 key = key_of(n);
        if (n % 3 == 0) key.data[0] = key.data[1] = 0;
        EXPECT_EQ(verify(root, key, trie.prove(key, source)), Bytes());
    }
    EXPECT_EQ(trie.root(), root);
}

TEST(Trie, proofs_with_embedded_nodes_convince) {
    NodePool pool;
    MapSource source;
    for (unsigned n = 0; n < 40; n += 3) {
        Bytes32 key;
        key.data[31] = static_cast<std::uint8_t>(n);
        source.values[key] = {static_cast<std::uint8_t>(n + 1)};
    }
    Trie trie = Trie::load(pool, source);
    for (unsigned n = 0; n < 60; ++n) {
        Bytes32 key;
        key.data[31] = static_cast<std::uint8_t>(n);
        const bool present = n < 40 && n % 3 == 0;
        EXPECT_EQ(verify(trie.root(), key, trie.prove(key, source)),
                  present ? Bytes{static_cast<std::uint8_t>(n + 1)} : Bytes());
    }
}

}  // namespace
}  // namespace bourse::state
