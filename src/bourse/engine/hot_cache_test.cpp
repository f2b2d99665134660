#include <bourse/engine/hot_cache.hpp>

#include <bourse/base/uint256.hpp>

#include <gtest/gtest.h>

namespace bourse::engine {
namespace {

Bytes32 key_of(std::uint64_t n) { return to_be32(Uint256(n)); }

TEST(HotCache, keeps_what_is_used_and_stays_bounded) {
    HotCache<Bytes32, std::uint64_t> cache(64'000);
    for (std::uint64_t n = 0; n < 10'000; ++n) {
        cache.offer(cache.ticket(), key_of(n), n, 0);
        ASSERT_EQ(cache.find(key_of(0)), 0U) << "after " << n;
    }
    std::size_t kept = 0;
    for (std::uint64_t n = 0; n < 10'000; ++n) kept += cache.find(key_of(n)) ? 1U : 0U;
    EXPECT_GT(kept, 50U);
    EXPECT_LT(kept, 1000U);
}

TEST(HotCache, an_offer_from_before_a_write_is_refused) {
    HotCache<Bytes32, std::uint64_t> cache(64'000);
    const auto ticket = cache.ticket();
    cache.advance();
    cache.offer(ticket, key_of(1), 10, 0);
    EXPECT_EQ(cache.find(key_of(1)), std::nullopt);
    cache.put(key_of(1), 11, 0);
    cache.offer(cache.ticket(), key_of(1), 12, 0);
    EXPECT_EQ(cache.find(key_of(1)), 11U);
    cache.put(key_of(1), 13, 0);
    EXPECT_EQ(cache.find(key_of(1)), 13U);
}

TEST(HotCache, no_capacity_is_legal) {
    HotCache<Bytes32, std::uint64_t> cache(0);
    cache.put(key_of(1), 1, 0);
    cache.put(key_of(2), 2, 0);
    EXPECT_EQ(cache.find(key_of(9)), std::nullopt);
}

}  // namespace
}  // namespace bourse::engine
