#include <bourse/codec/ordered_trie.hpp>

#include <bourse/codec/rlp.hpp>

#include <gtest/gtest.h>

namespace bourse {
namespace {

// ethereum/tests, TrieTests/trietest.json and trieanyorder.json.
TEST(Trie, roots_of_the_official_tests) {
    const auto root = [](std::map<std::string, std::string> pairs) {
        std::map<Bytes, Bytes> raw;
        for (const auto& [key, value] : pairs) raw[to_bytes(key)] = to_bytes(value);
        return to_hex(trie_root(raw));
    };
    EXPECT_EQ(root({{"do", "verb"}, {"dog", "puppy"}, {"doge", "coin"}, {"horse", "stallion"}}),
              "0x5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84");
    EXPECT_EQ(root({{"A", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}),
              "0xd23786fb4a010da3ce639d66d5e904a11dbc02746d1ce25029e53290cabf28ab");
    EXPECT_EQ(root({{"foo", "bar"}, {"food", "bass"}}),
              "0x17beaa1648bafa633cda809c90c04af50fc8aed3cb40d16efbddee6fdf63c4c3");
    EXPECT_EQ(root({{"be", "e"}, {"dog", "puppy"}, {"bed", "d"}}),
              "0x3f67c7a47520f79faa29255d2d3c084a7a6df0453116ed7232ff10277a8be68b");
}

TEST(Trie, empty_root) {
    EXPECT_EQ(to_hex(empty_trie_root()), "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    EXPECT_EQ(ordered_trie_root({}), empty_trie_root());
}

TEST(Trie, a_list_is_a_map_from_rlp_indexes) {
    for (const std::size_t count : {1U, 2U, 16U, 127U, 128U, 129U, 300U}) {
        std::vector<Bytes> values;
        std::map<Bytes, Bytes> pairs;
        for (std::size_t i = 0; i < count; ++i) {
            values.push_back(Bytes(1 + i % 60, static_cast<std::uint8_t>(i)));
            pairs[rlp::encode_uint(i)] = values.back();
        }
        EXPECT_EQ(ordered_trie_root(values), trie_root(pairs)) << count;
    }
}

}  // namespace
}  // namespace bourse
