// The blocks of a market of another day and another build, executed again: equal headers, whatever the build is
// (optimised or not, sanitized) and however many threads recover senders.
#include <bourse/engine/replay.hpp>

#include <gtest/gtest.h>

#include <fstream>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kKeptHeight = 36;
constexpr std::uint64_t kKeptTransactions = 39;
constexpr std::string_view kKeptHead = "0x74730b7c15bf1eab1d6fb6a401db5d1c29210eefc953b3bbeffb6436879a8469";
constexpr std::string_view kKeptStateRoot = "0xdaed214564265b36e35cfbd3a5a5cc795c38e430bed73c7fc91dac4161062e9b";

TEST(KeptChain, every_build_comes_to_the_same_headers) {
    for (const unsigned threads : {1U, 8U}) {
        std::ifstream file(std::string(BOURSE_TEST_DATA) + "/chain/market.chain", std::ios::binary);
        auto reader = ChainFileReader::begin(file);
        ASSERT_TRUE(reader) << reader.error().message;
        const auto genesis = chain::parse_genesis(reader->genesis_json());
        ASSERT_TRUE(genesis) << genesis.error().message;
        const auto kv = db::make_memory_store();
        const auto application = open_application(*kv, *genesis).value();
        const auto report = import_chain(*application, *reader, {threads, {}, {}});  // compares every header
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->known + report->blocks, kKeptHeight + 1);
        const auto view = application->view();
        EXPECT_EQ(view->head().number, kKeptHeight);
        EXPECT_EQ(to_hex(view->head_hash()), kKeptHead);
        EXPECT_EQ(to_hex(view->head().state_root), kKeptStateRoot);
        const auto verified = verify_chain(*genesis, *view, {threads, {}, {}});
        ASSERT_TRUE(verified) << verified.error().message;
        EXPECT_EQ(verified->transactions, kKeptTransactions);
    }
}

}  // namespace
}  // namespace bourse::engine
