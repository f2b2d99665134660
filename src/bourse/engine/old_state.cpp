#include <bourse/engine/old_state.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/old_work.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

constexpr Hash kAccounts{};  ///< names the account trie in the table
/// Beyond that many blocks between the table and the asked block, reading all leaves is not dearer than their diffs.
constexpr std::uint64_t kTableReach = 16'384;
/// Reverse diffs that a proof keeps in memory; their names take about twice as much again.
constexpr std::size_t kKeptDiffBytes = 32UL << 20;

std::uint16_t subtree(const Hash& path) { return static_cast<std::uint16_t>((path.data[0] << 8) | path.data[1]); }

class OldAccountLeaves final : public state::LeafSource {
public:
    OldAccountLeaves(const db::KvStore& kv, OldDiffs& diffs) : kv_(kv), diffs_(diffs) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override {
        each_account_entry(kv_, prefix, nibbles, [&](const Bytes32& key, VersionedAccount newest) {
            OldWork::spend(kWorkOfLeaf);
            const Bytes leaf = account_leaf(diffs_.account(key, std::move(newest)));
            if (!leaf.empty()) visit(key, leaf);
        });
    }

private:
    const db::KvStore& kv_;
    OldDiffs& diffs_;
};

class OldSlotLeaves final : public state::LeafSource {
public:
    OldSlotLeaves(const db::KvStore& kv, const Hash& address_hash, OldDiffs& diffs)
        : kv_(kv), address_hash_(address_hash), diffs_(diffs) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override {
        each_slot_entry(kv_, address_hash_, prefix, nibbles, [&](const Bytes32& key, VersionedSlot newest) {
            OldWork::spend(kWorkOfLeaf);
            const Bytes leaf = slot_leaf(diffs_.slot(address_hash_, key, std::move(newest)));
            if (!leaf.empty()) visit(key, leaf);
        });
    }

private:
    const db::KvStore& kv_;
    Hash address_hash_;
    OldDiffs& diffs_;
};

}  // namespace

const OldDiffs::Names& OldDiffs::names_of(std::uint64_t block) {
    if (const auto kept = names_.find(block); kept != names_.end()) return kept->second;
    auto stored = kv_.get(make_key(kDiffKey, block));
    if (!stored) data_is_damaged(fmt::format("the reverse diff of block {} is missing", block));
    OldWork::spend(work_of_diff(stored->size()));
    kept_bytes_ += stored->size();
    if (kept_bytes_ > kKeptDiffBytes) {
        names_.clear();
        kept_bytes_ = stored->size();
    }
    Names& names = names_[block];
    names.stored = *std::move(stored);
    const DiffReader diff(names.stored);
    diff.each_account([&](const Address& a) { names.accounts.emplace(hash_address(a), a); });
    diff.each_slot([&](const Address& a, const Bytes32& key) {
        names.slots.emplace(std::pair(hash_address(a), hash_slot_key(key)), std::pair(a, key));
    });
    return names;
}

std::optional<state::Account> OldDiffs::account(const Hash& hash, VersionedAccount version) {
    while (version.block > number_) {
        const Names& names = names_of(version.block);
        const auto name = names.accounts.find(hash);
        auto before = name == names.accounts.end() ? std::nullopt : DiffReader(names.stored).account(name->second);
        if (!before || before->block >= version.block)
            data_is_damaged(fmt::format("the reverse diff of block {} lacks an account", version.block));
        version = *std::move(before);
    }
    return std::move(version.value);
}

Bytes32 OldDiffs::slot(const Hash& address_hash, const Hash& key_hash, VersionedSlot version) {
    while (version.block > number_) {
        const Names& names = names_of(version.block);
        const auto name = names.slots.find({address_hash, key_hash});
        auto before = name == names.slots.end()
                          ? std::nullopt
                          : DiffReader(names.stored).slot(name->second.first, name->second.second);
        if (!before || before->block >= version.block)
            data_is_damaged(fmt::format("the reverse diff of block {} lacks a slot", version.block));
        version = *std::move(before);
    }
    return version.value.value;
}

OldTries::OldTries(const db::KvStore& kv, std::uint64_t number, std::function<std::uint64_t()> checkpoint)
    : kv_(kv),
      number_(number),
      checkpoint_(std::move(checkpoint)),
      diffs_(kv, number),
      account_source_(std::make_unique<OldAccountLeaves>(kv, diffs_)),
      accounts_(std::make_unique<state::Trie>(load(kAccounts, *account_source_))) {}

OldTries::~OldTries() = default;

state::Trie OldTries::load(const Hash& trie_id, const state::LeafSource& source) {
    std::map<std::uint8_t, Bytes> chunks;
    std::uint64_t table_block = 0;
    // The table may be written anew while it is read: then once more.
    do {
        chunks.clear();
        table_block = checkpoint_();
        kv_.scan(make_key(kTableKey, trie_id), {}, [&](ByteView key, ByteView value) {
            chunks.emplace(key.back(), to_bytes(value));
            return true;
        });
    } while (checkpoint_() != table_block);
    const auto [from, to] = std::minmax(table_block, number_);
    if (chunks.empty() || to - from > kTableReach) return state::Trie::load(pool_, source);
    auto trie = state::Trie::load_table(pool_, chunks, changed_subtrees(trie_id, from, to), source);
    if (!trie) data_is_damaged("the table of subtree hashes cannot be decoded");
    return *std::move(trie);
}

/// Of the trie, between the states after `from` and after `to`.
std::vector<std::uint16_t> OldTries::changed_subtrees(const Hash& trie_id, std::uint64_t from, std::uint64_t to) const {
    std::set<std::uint16_t> out;
    for (std::uint64_t block = from + 1; block <= to; ++block) {
        const auto stored = kv_.get(make_key(kDiffKey, block));
        if (!stored) continue;  // a block without changes
        OldWork::spend(work_of_diff(stored->size()));
        const DiffReader diff(*stored);
        if (trie_id == kAccounts)
            diff.each_account([&](const Address& a) { out.insert(subtree(hash_address(a))); });
        else
            diff.each_slot([&](const Address& a, const Bytes32& key) {
                if (hash_address(a) == trie_id) out.insert(subtree(hash_slot_key(key)));
            });
    }
    return {out.begin(), out.end()};
}

std::vector<Bytes> OldTries::prove_account(const Hash& address_hash) {
    accounts_->root();
    return accounts_->prove(address_hash, *account_source_);
}

Hash OldTries::account_root() { return accounts_->root(); }

std::vector<std::vector<Bytes>> OldTries::prove_slots(const Hash& address_hash, const std::vector<Hash>& keys) {
    const OldSlotLeaves source(kv_, address_hash, diffs_);
    state::Trie trie = load(address_hash, source);
    trie.root();
    std::vector<std::vector<Bytes>> out;
    out.reserve(keys.size());
    for (const Hash& key : keys) out.push_back(trie.prove(key, source));
    return out;
}

}  // namespace bourse::engine
