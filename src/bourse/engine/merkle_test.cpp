#include <bourse/engine/merkle.hpp>

#include <gtest/gtest.h>

namespace bourse::engine {
namespace {

/// Roots of the first leaves of "", 01, 0202, 030303, …, as CometBFT computes them.
TEST(Merkle, roots_are_those_of_the_consensus_engine) {
    const std::vector<std::string_view> roots{"0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                              "0x6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                              "0x5397b75fcd025549e5c6c04c86b73ee49d8a3135745f4e082f08397d79fa37b3",
                                              "0x12c35e40e6189d661c70a762621a48f8bac032746c1712e8d6e73d7c1ef0beb1",
                                              "0x2fc5e5989670017aa78cfaf26036dc2e04ee67b7ffa5e233a1def0354950f416",
                                              "0xdb6d52ab524f99f572fb0198a6a87357ae59e2cbc2d54866ed2a7eee7b801c18",
                                              "0x919da75eedccb5ae06e7d1a5aa037e43e3b594ea6a79ae58a29d388a1724642e",
                                              "0xb0cc4f00cd89333eef11e629a34d1c746aa6e4d6493bb553e4dac36871ab00e5",
                                              "0xc596bdd1cd29b0aec1e58487d6f764fc058a66ec9b3b17836e08338c844c6bc1"};
    std::vector<Bytes> leaves;
    for (const auto root : roots) {
        EXPECT_EQ(to_hex(merkle_root(leaves)), root);
        leaves.emplace_back(leaves.size(), static_cast<std::uint8_t>(leaves.size()));
    }
}

}  // namespace
}  // namespace bourse::engine
