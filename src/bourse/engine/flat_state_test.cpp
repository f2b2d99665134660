#include <bourse/engine/flat_state.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/engine/packing.hpp>

#include <gtest/gtest.h>

namespace bourse::engine {
namespace {

Bytes32 word(const Uint256& n) { return to_be32(n); }
Address address_of(std::uint8_t n) {
    Address out;
    out.data[19] = n;
    return out;
}

TEST(FlatState, slots_come_back_as_they_were) {
    const Bytes body(500, 3);
    for (const state::SlotValue& value :
         {state::SlotValue{}, state::SlotValue{word(1), {}}, state::SlotValue{word(Uint256::max()), {}},
          state::SlotValue{word(256), {}}, state::SlotValue{crypto::keccak256(ByteView(body)), body}}) {
        for (const std::uint64_t block : {0ULL, 127ULL, 128ULL, ~0ULL}) {
            const auto back = decode_slot(encode_slot({block, value}));
            EXPECT_EQ(back.block, block);
            EXPECT_EQ(back.value, value);
        }
    }
}

TEST(FlatState, accounts_come_back_as_they_were) {
    const state::Account account{7, Uint256::max(), word(1), word(2)};
    for (const auto& value : {std::optional<state::Account>(), std::optional(account)}) {
        const auto back = decode_account(encode_account({300, value}));
        EXPECT_EQ(back.block, 300U);
        EXPECT_EQ(back.value, value);
    }
}

TEST(FlatState, leaves_are_rlp_and_absent_for_nothing) {
    EXPECT_TRUE(slot_leaf({}).empty());
    EXPECT_EQ(slot_leaf(word(0x7f)), (Bytes{0x7f}));
    EXPECT_EQ(slot_leaf(word(0x80)), (Bytes{0x81, 0x80}));
    EXPECT_TRUE(account_leaf(std::nullopt).empty());
}

TEST(FlatState, a_diff_gives_back_each_value_and_nothing_else) {
    DiffWriter writer;
    for (std::uint8_t n = 0; n < 20; n += 2) writer.add(address_of(n), {n, state::Account{n, n, {}, {}}});
    for (std::uint8_t n = 0; n < 20; n += 2)
        for (std::uint64_t k = 0; k < 5; ++k) writer.add(address_of(n), word(k * 2), {n, {word(n + k), {}}});
    const Bytes stored = writer.finish();
    const DiffReader diff(stored);
    for (std::uint8_t n = 0; n < 21; ++n) {
        const auto account = diff.account(address_of(n));
        ASSERT_EQ(account.has_value(), n % 2 == 0 && n < 20);
        if (account) {
            EXPECT_EQ(account->value->nonce, n);
        }
        for (std::uint64_t k = 0; k < 11; ++k) {
            const auto slot = diff.slot(address_of(n), word(k));
            ASSERT_EQ(slot.has_value(), n % 2 == 0 && n < 20 && k % 2 == 0 && k < 10);
            if (slot) {
                EXPECT_EQ(slot->value.value, word(n + k / 2));
            }
        }
    }
    std::size_t rows = 0;
    diff.each_account([&](const Address&) { ++rows; });
    diff.each_slot([&](const Address&, const Bytes32&) { ++rows; });
    EXPECT_EQ(rows, 60U);
    const Bytes nothing = DiffWriter().finish();
    EXPECT_FALSE(DiffReader(nothing).account(address_of(0)));
}

TEST(FlatStateDeath, malformed_values_stop_the_process) {
    EXPECT_DEATH(decode_slot(Bytes{}), "damaged");
    EXPECT_DEATH(decode_slot(Bytes{9, 1, 1}), "damaged");
    EXPECT_DEATH(decode_slot(Bytes{2, 1, 1}), "damaged");
    EXPECT_DEATH(decode_account(Bytes{3, 1, 0xc0}), "damaged");
    EXPECT_DEATH(decode_account(Bytes{1, 1}), "damaged");
}

TEST(FlatState, leaves_of_a_range_follow_half_bytes) {
    auto kv = db::make_memory_store();
    const Address owner = address_of(1);
    db::Batch batch;
    for (std::uint64_t n = 0; n < 400; ++n)
        batch.put(slot_key(owner, word(n)), encode_slot({n, {n % 5 == 0 ? Bytes32() : word(n), {}}}));
    batch.put(slot_key(address_of(2), word(1)), encode_slot({1, {word(1), {}}}));
    kv->write(batch, false);
    const SlotLeaves source(*kv, hash_address(owner));
    for (const unsigned nibbles : {0U, 1U, 2U, 3U}) {
        const Hash prefix = hash_slot_key(word(7));
        std::vector<Bytes32> expected;
        for (std::uint64_t n = 0; n < 400; ++n) {
            const Hash key = hash_slot_key(word(n));
            if (n % 5 != 0 && state::common_nibbles(key, prefix, nibbles) == nibbles) expected.push_back(key);
        }
        std::ranges::sort(expected);
        std::vector<Bytes32> found;
        source.leaves(prefix, nibbles, [&](const Bytes32& key, ByteView) { found.push_back(key); });
        EXPECT_EQ(found, expected) << nibbles;
    }
}

TEST(Packing, numbers_come_back_and_short_input_fails) {
    for (const std::uint64_t value : {0ULL, 1ULL, 127ULL, 128ULL, 300ULL, 1ULL << 40, ~0ULL}) {
        Bytes out;
        append_varint(out, value);
        append_u64(out, value);
        Unpacker in(out);
        EXPECT_EQ(in.varint(), value);
        EXPECT_EQ(in.u64(), value);
        EXPECT_TRUE(in.ok() && in.empty());
        EXPECT_EQ(in.u8(), 0);
        EXPECT_FALSE(in.ok());
    }
    const Bytes ones(20, 0xff);
    Unpacker endless(ones);
    endless.varint();
    EXPECT_FALSE(endless.ok());
}

}  // namespace
}  // namespace bourse::engine
