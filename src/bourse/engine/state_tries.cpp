#include <bourse/engine/state_tries.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

/// The account trie's name in the table; no address has this hash.
constexpr Hash kAccountTrie{};
/// A smaller trie is read whole when it is needed; a larger one keeps a table.
constexpr std::size_t kTableEntries = 1024;

std::uint16_t subtree_of(const Hash& path) { return static_cast<std::uint16_t>((path.data[0] << 8) | path.data[1]); }

/// Blocks are numbered in 32 bits inside the trie's nodes: enough for centuries.
std::uint32_t stamp_of(std::uint64_t block) { return static_cast<std::uint32_t>(block); }

}  // namespace

Status<> StateTries::open(std::uint64_t checkpoint, std::uint64_t head, const Hash& expected_root) {
    for (std::uint64_t block = checkpoint + 1; block <= head; ++block) {
        const auto stored = kv_.get(make_key(kDiffKey, block));
        if (!stored) continue;  // a block without changes
        const DiffReader diff(*stored);
        diff.each_account([&](const Address& a) { stale_[kAccountTrie].insert(subtree_of(hash_address(a))); });
        diff.each_slot([&](const Address& a, const Bytes32& key) {
            stale_[hash_address(a)].insert(subtree_of(hash_slot_key(key)));
        });
    }
    for (const auto& [trie, subtrees] : stale_) changed_ += subtrees.size();
    accounts_ = load(kAccountTrie, AccountLeaves(kv_));
    if (!accounts_ || accounts_->trie.root() != expected_root)
        return fail("DATA_DAMAGED",
                    fmt::format("The data folder is damaged: its accounts do not give the state root of "
                                "block {}. Restore it from a backup, or start with an empty folder.",
                                head));
    return {};
}

std::unique_ptr<StateTries::Entry> StateTries::load(const Hash& trie_id, const state::LeafSource& source) {
    std::map<std::uint8_t, Bytes> chunks;
    const Bytes prefix = make_key(kTableKey, trie_id);
    kv_.scan(prefix, {}, [&](ByteView key, ByteView value) {
        chunks.emplace(key.back(), to_bytes(value));
        return true;
    });
    const auto stale = stale_.extract(trie_id);
    if (chunks.empty()) return std::make_unique<Entry>(state::Trie::load(pool_, source));
    std::vector<std::uint16_t> subtrees;
    if (!stale.empty()) subtrees.assign(stale.mapped().begin(), stale.mapped().end());
    auto trie = state::Trie::load_table(pool_, chunks, subtrees, source);
    if (!trie) return nullptr;
    auto entry = std::make_unique<Entry>(*std::move(trie));
    entry->has_table = true;
    for (const std::uint16_t subtree : subtrees) entry->dirty.set(subtree >> 8);
    return entry;
}

StateTries::Entry& StateTries::storage(const Hash& address_hash, const Hash& root) {
    auto& entry = storage_[address_hash];
    if (!entry) {
        entry = load(address_hash, SlotLeaves(kv_, address_hash));
        if (!entry || entry->trie.root() != root)
            data_is_damaged("the slots of an account do not give its storage root");
    }
    return *entry;
}

Hash StateTries::update(Entry& entry, std::span<const state::LeafChange> changes, const state::LeafSource& source,
                        std::uint64_t block) {
    if (!entry.trie.update(changes, source, stamp_of(block)))
        data_is_damaged("the slots below a subtree do not give its hash");
    for (const auto& change : changes) entry.dirty.set(change.hashed_key.data[0]);
    entry.used_in = block;
    changed_ += changes.size();
    return entry.trie.root();
}

Hash StateTries::update_storage(const Hash& address_hash, const Hash& root_before,
                                std::span<const state::LeafChange> changes, std::uint64_t block) {
    return update(storage(address_hash, root_before), changes, SlotLeaves(kv_, address_hash), block);
}

Hash StateTries::update_accounts(std::span<const state::LeafChange> changes, std::uint64_t block) {
    return update(*accounts_, changes, AccountLeaves(kv_), block);
}

void StateTries::put_table(const Hash& trie_id, Entry& entry, db::Batch& batch) {
    if (entry.dirty.none()) return;
    if (!entry.has_table) {
        if (entry.trie.table_entries() < kTableEntries) return;
        entry.has_table = true;
        entry.dirty.set();
    }
    for (std::size_t i = 0; i < state::kChunks; ++i) {
        if (!entry.dirty.test(i)) continue;
        const auto first_byte = static_cast<std::uint8_t>(i);
        Bytes chunk = entry.trie.encode_chunk(first_byte);
        if (chunk.empty())
            batch.remove(make_key(kTableKey, trie_id, first_byte));
        else
            batch.put(make_key(kTableKey, trie_id, first_byte), std::move(chunk));
    }
    entry.dirty.reset();
}

void StateTries::put_checkpoint(db::Batch& batch) {
    // Tries with a table that changed before the last restart and were not needed since must be brought up to date too.
    while (!stale_.empty()) {
        const Hash trie_id = stale_.begin()->first;
        auto entry = load(trie_id, SlotLeaves(kv_, trie_id));  // takes it out of stale_
        if (!entry) data_is_damaged("the table of subtree hashes cannot be decoded");
        entry->trie.root();
        storage_[trie_id] = std::move(entry);
    }
    put_table(kAccountTrie, *accounts_, batch);
    for (auto& [trie_id, entry] : storage_) put_table(trie_id, *entry, batch);
    changed_ = 0;
}

void StateTries::forget(std::uint64_t older_than) {
    accounts_->trie.forget(stamp_of(older_than));
    for (auto it = storage_.begin(); it != storage_.end();) {
        Entry& entry = *it->second;
        const bool whole = entry.used_in < older_than && !entry.has_table && entry.trie.table_entries() < kTableEntries;
        if (!whole) entry.trie.forget(stamp_of(older_than));
        it = whole ? storage_.erase(it) : std::next(it);
    }
}

void StateTries::shrink(std::uint64_t block) {
    if (pool_.bytes() <= memory_bytes_) return;
    for (std::uint64_t window = 1U << 20; pool_.bytes() > memory_bytes_ / 4 * 3; window /= 4) {
        if (window <= block) forget(block - window);
        if (window == 0) break;
    }
}

std::vector<Bytes> StateTries::prove_account(const Hash& address_hash) {
    return accounts_->trie.prove(address_hash, AccountLeaves(kv_));
}

std::vector<Bytes> StateTries::prove_slot(const Hash& address_hash, const Hash& storage_root, const Hash& slot_hash) {
    return storage(address_hash, storage_root).trie.prove(slot_hash, SlotLeaves(kv_, address_hash));
}

}  // namespace bourse::engine
