// Pins the chain: a change of any constant, of the state's layout or of an encoding changes these hashes and needs a
// page in docs/decisions (spec/chain.md), before the first public network only.
#include <bourse/engine/application.hpp>

#include <gtest/gtest.h>

namespace bourse::engine {
namespace {

TEST(GenesisHash, development_chain_and_its_block_1) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, chain::development_genesis()).value();
    const auto info = application->info();
    EXPECT_EQ(info.head_number, 1U);
    EXPECT_EQ(to_hex(info.genesis_hash), "0x5c62be664f467d6c0f7f99426b27b642a3844743d795469c42911b278bb45a4d");
    EXPECT_EQ(to_hex(info.head_hash), "0x500a4deb462ae42a5b193f9a7bebe47ec334ac438527346ddb00bc800e19c865");
    const auto block = application->view()->blocks().block(1).value();
    ASSERT_EQ(block.receipts.size(), 5U);
    for (const auto& receipt : block.receipts) {
        EXPECT_TRUE(receipt.success);
        EXPECT_EQ(receipt.logs.size(), 1U);
    }
}

TEST(GenesisHash, conformance_chain) {
    const auto kv = db::make_memory_store();
    const auto application = open_application(*kv, chain::conformance_genesis()).value();
    EXPECT_EQ(application->info().head_number, 0U);
    EXPECT_EQ(to_hex(application->info().genesis_hash),
              "0x0f85d57d52756c56e47feaa2781abfa3049c874badaabda700962b6c1da99e1d");
}

}  // namespace
}  // namespace bourse::engine
