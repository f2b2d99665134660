// Indexes over made-up histories, for tests.
#pragma once

#include <bourse/explorer/index.hpp>
#include <bourse/explorer/made_history.hpp>

#include <gtest/gtest.h>

namespace bourse::explorer::testing {

inline constexpr std::int64_t kLater = 1'900'000'000;

inline std::unique_ptr<Index> index_at(const std::string& url) {
    auto index = Index::open(url, poco::kHub);
    EXPECT_TRUE(index) << index.error().message;
    return *std::move(index);
}

inline void prepare(Index& index) {
    testing::MadeChain chain;
    ASSERT_TRUE(index.prepare(chain));
}

inline std::vector<client::BlockBatch> batches_of(MadeHistory& history, std::size_t blocks, std::size_t deals_a_block) {
    std::vector<client::BlockBatch> out{history.deployment()};
    for (std::size_t i = 0; i < blocks; ++i) out.push_back(history.deals(deals_a_block));
    return out;
}

/// Blocks [from, to) of a history as one batch.
inline client::BlockBatch joined(const std::vector<client::BlockBatch>& batches, std::size_t from, std::size_t to) {
    auto out = batches[from];
    for (auto i = from + 1; i < to; ++i) {
        out.logs.insert(out.logs.end(), batches[i].logs.begin(), batches[i].logs.end());
        out.last = batches[i].last;
        out.head = batches[i].head;
    }
    return out;
}

struct Filled {
    Filled(std::size_t blocks = 20, std::size_t deals = 10) : index(index_at("sqlite::memory:")) {
        prepare(*index);
        for (const auto& batch : batches_of(history, blocks, deals)) index->apply(batch, history.facts());
    }
    MadeHistory history;
    std::unique_ptr<Index> index;
};

}  // namespace bourse::explorer::testing
