#include <bourse/engine/log_index.hpp>

#include <bourse/crypto/hash.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace bourse::engine {
namespace {

Address address_of(std::uint64_t n) {
    return *Address::from(ByteView(crypto::keccak256(ByteView(to_be32(Uint256(n))))).first(20));
}
Hash topic_of(std::uint64_t n) { return crypto::keccak256(ByteView(to_be32(Uint256(n)))); }

using Blocks = std::map<std::uint64_t, std::vector<state::Log>>;

void put(db::KvStore& kv, const Blocks& blocks) {
    db::Batch batch;
    for (const auto& [number, logs] : blocks) {
        std::vector<const state::Log*> pointers;
        for (const auto& log : logs) pointers.push_back(&log);
        put_log_index(batch, number, pointers);
    }
    kv.write(batch, false);
}

using Found = std::vector<std::pair<std::uint64_t, std::uint32_t>>;

/// By the index, with the check that a caller makes.
Found search(const db::KvStore& kv, const Blocks& blocks, const LogFilter& filter) {
    Found out;
    visit_candidates(kv, filter, [&](std::uint64_t number, const std::vector<std::uint32_t>& positions) {
        for (const std::uint32_t position : positions)
            if (filter.accepts(blocks.at(number)[position])) out.emplace_back(number, position);
        return true;
    });
    return out;
}

/// By looking at every log.
Found search_all(const Blocks& blocks, const LogFilter& filter) {
    Found out;
    for (const auto& [number, logs] : blocks)
        for (std::uint32_t i = 0; i < logs.size(); ++i)
            if (number >= filter.from_block && number <= filter.to_block && filter.accepts(logs[i]))
                out.emplace_back(number, i);
    return out;
}

TEST(LogIndex, one_key_for_each_value_and_block) {
    auto kv = db::make_memory_store();
    const state::Log log{address_of(1), {topic_of(1), topic_of(2), topic_of(1)}, {}};
    put(*kv, {{5, {log, log, log}}});
    std::size_t keys = 0;
    kv->scan({}, {}, [&](ByteView, ByteView) { return ++keys > 0; });
    EXPECT_EQ(keys, 3U);
}

TEST(LogIndex, filters_follow_positions_and_alternatives) {
    const state::Log log{address_of(1), {topic_of(1), topic_of(2)}, {}};
    EXPECT_TRUE((LogFilter{0, 9, {}, {}}.accepts(log)));
    EXPECT_TRUE((LogFilter{0, 9, {address_of(2), address_of(1)}, {}}.accepts(log)));
    EXPECT_FALSE((LogFilter{0, 9, {address_of(2)}, {}}.accepts(log)));
    EXPECT_TRUE((LogFilter{0, 9, {}, {{}, {topic_of(3), topic_of(2)}}}.accepts(log)));
    EXPECT_FALSE((LogFilter{0, 9, {}, {{topic_of(2)}}}.accepts(log)));
    EXPECT_FALSE((LogFilter{0, 9, {}, {{}, {}, {}}}.accepts(log)));
    EXPECT_FALSE((LogFilter{0, 9, {}, {{}, {}}}.is_selective()));
    EXPECT_TRUE((LogFilter{0, 9, {}, {{}, {topic_of(1)}}}.is_selective()));
}

TEST(LogIndex, random_queries_find_what_a_full_search_finds) {
    std::mt19937_64 random(1);
    auto kv = db::make_memory_store();
    Blocks blocks;
    for (std::uint64_t number = 0; number < 300; number += 1 + random() % 3) {
        auto& logs = blocks[number];
        for (std::size_t i = random() % 12; i > 0; --i) {
            state::Log log{address_of(random() % 3), {}, {}};
            for (std::size_t t = random() % 5; t > 0; --t) log.topics.push_back(topic_of(random() % 8));
            logs.push_back(std::move(log));
        }
    }
    put(*kv, blocks);
    std::size_t hits = 0;
    for (int query = 0; query < 500; ++query) {
        LogFilter filter;
        filter.from_block = random() % 320;
        filter.to_block = filter.from_block + random() % 200;
        for (std::size_t i = random() % 3; i > 0; --i) filter.addresses.push_back(address_of(random() % 4));
        for (std::size_t position = random() % 4; position > 0; --position) {
            filter.topics.emplace_back();
            for (std::size_t i = random() % 3; i > 0; --i) filter.topics.back().push_back(topic_of(random() % 9));
        }
        if (!filter.is_selective()) continue;
        const auto expected = search_all(blocks, filter);
        hits += expected.size();
        EXPECT_EQ(search(*kv, blocks, filter), expected);
    }
    EXPECT_GT(hits, 100U);
}

TEST(LogIndex, a_visitor_can_end_the_search) {
    auto kv = db::make_memory_store();
    Blocks blocks;
    for (std::uint64_t number = 0; number < 50; ++number) blocks[number] = {{address_of(1), {topic_of(1)}, {}}};
    put(*kv, blocks);
    int visited = 0;
    visit_candidates(*kv, {10, 40, {address_of(1)}, {}},
                     [&](std::uint64_t, const std::vector<std::uint32_t>&) { return ++visited < 7; });
    EXPECT_EQ(visited, 7);
}

}  // namespace
}  // namespace bourse::engine
