// For tests of the state store: the whole state in maps, its root by another implementation, and random blocks.
#pragma once

#include <bourse/codec/ordered_trie.hpp>
#include <bourse/codec/rlp.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/state_store.hpp>
#include <bourse/state/state.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace bourse::engine::testing {

inline Address address_of(std::uint64_t n) {
    return *Address::from(ByteView(crypto::keccak256(ByteView(to_be32(Uint256(n))))).first(20));
}
inline Bytes32 word(std::uint64_t n) { return to_be32(Uint256(n)); }

/// The whole state in maps, and its root by another implementation.
struct Model {
    std::map<Address, state::Account> accounts;
    std::map<std::pair<Address, Bytes32>, state::SlotValue> slots;

    Hash root() const {
        std::map<Address, std::map<Bytes, Bytes>> storage;
        for (const auto& [where, slot] : slots)
            storage[where.first][to_bytes(ByteView(crypto::keccak256(ByteView(where.second))))] =
                rlp::encode_uint(uint256_from_be(slot.value));
        std::map<Address, state::Account> all = accounts;
        for (const auto& [address, pairs] : storage) {
            auto [found, added] = all.try_emplace(address);
            if (added) found->second.code_hash = crypto::keccak256(ByteView());
        }
        std::map<Bytes, Bytes> leaves;
        for (const auto& [address, account] : all) {
            const auto pairs = storage.find(address);
            Bytes payload;
            rlp::append_uint(payload, account.nonce);
            rlp::append_uint(payload, account.balance);
            rlp::append_bytes(payload, pairs == storage.end() ? empty_trie_root() : trie_root(pairs->second));
            rlp::append_bytes(payload, account.code_hash);
            leaves[to_bytes(ByteView(crypto::keccak256(ByteView(address))))] = rlp::list(payload);
        }
        return trie_root(leaves);
    }
};

/// Random writes to a state and the same to the model.
inline void random_block(std::mt19937_64& random, state::State& state, Model& model, std::uint64_t accounts,
                         std::uint64_t slots, std::size_t writes) {
    for (std::size_t i = 0; i < writes; ++i) {
        const Address address = address_of(random() % accounts);
        const Bytes32 key = word(random() % slots);
        switch (random() % 5) {
            case 0: {
                state.set_slot(address, key, {});
                model.slots.erase({address, key});
                break;
            }
            case 1: {
                const Bytes32 value = word(1 + random() % 1000);
                state.set_slot(address, key, value);
                model.slots[{address, key}] = {value, {}};
                break;
            }
            case 2: {
                const std::uint64_t nonce = random() % 3;
                const std::uint64_t balance = random() % 3;
                state.set_nonce(address, nonce);
                state.set_balance(address, balance);
                if (nonce == 0 && balance == 0) {
                    model.accounts.erase(address);
                } else {
                    model.accounts[address] = {nonce, balance, {}, crypto::keccak256(ByteView())};
                }
                break;
            }
            default: {
                Bytes body(1 + random() % 300, static_cast<std::uint8_t>(random()));
                state.set_record(address, key, body);
                const Hash hash = crypto::keccak256(ByteView(body));
                model.slots[{address, key}] = {hash, std::move(body)};
            }
        }
    }
}

inline Hash commit(db::KvStore& kv, StateStore& store, state::State& state) {
    db::Batch batch;
    const std::uint64_t number = store.head_number() ? *store.head_number() + 1 : 0;
    const Hash root = store.prepare(number, state.changes(), batch);
    if (number == 0) put_data_format(batch, crypto::keccak256("genesis"));
    batch.sort();
    kv.write(batch, true);
    store.committed();
    return root;
}

inline void expect_state(const state::Reader& reader, const Model& model, std::uint64_t accounts, std::uint64_t slots) {
    for (std::uint64_t a = 0; a < accounts; ++a) {
        const Address address = address_of(a);
        const auto expected = model.accounts.find(address);
        const auto found = reader.account(address);
        if (expected != model.accounts.end()) {
            ASSERT_TRUE(found);
            EXPECT_EQ(found->nonce, expected->second.nonce);
            EXPECT_EQ(found->balance, expected->second.balance);
        } else if (found) {
            EXPECT_EQ(found->nonce, 0U);
            EXPECT_NE(found->storage_root, empty_trie_root());
        }
        for (std::uint64_t s = 0; s < slots; ++s) {
            const auto slot = model.slots.find({address, word(s)});
            EXPECT_EQ(reader.slot(address, word(s)), slot == model.slots.end() ? state::SlotValue() : slot->second);
        }
    }
}

}  // namespace bourse::engine::testing
