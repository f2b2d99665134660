// Accounts and slots as flat values under hashed keys. Each value says in which block it was written; the reverse diff
// of that block holds the value before, with its own block: a chain of versions that answers for every old block.
#pragma once

#include <bourse/db/kv.hpp>
#include <bourse/state/store.hpp>
#include <bourse/state/trie.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace bourse::engine {

/// A value and the block that wrote it; block 0 also stands for "never written".
template <class T>
struct Versioned {
    std::uint64_t block = 0;
    T value;
};
using VersionedSlot = Versioned<state::SlotValue>;
using VersionedAccount = Versioned<std::optional<state::Account>>;

/// Cheap where the same address is hashed again and again.
Hash hash_address(const Address& address);
Hash hash_slot_key(const Bytes32& key);

Bytes slot_key(const Address& address, const Bytes32& key);
Bytes account_key(const Address& address);

/// A deleted slot or account keeps an entry, so that its former versions are found.
Bytes encode_slot(const VersionedSlot& slot);
Bytes encode_account(const VersionedAccount& account);
/// Abort on malformed bytes: they come from our own folder.
VersionedSlot decode_slot(ByteView stored);
VersionedAccount decode_account(ByteView stored);

VersionedSlot read_slot(const db::KvStore& kv, const Address& address, const Bytes32& key);
VersionedAccount read_account(const db::KvStore& kv, const Address& address);

/// The values of the account's and the slot's leaf in their tries; empty where there is none.
Bytes account_leaf(const std::optional<state::Account>& account);
Bytes slot_leaf(const Bytes32& value);

/// The values that a block replaced. Rows must be added in order of address, and of address and key.
class DiffWriter {
public:
    void add(const Address& address, const VersionedAccount& before);
    void add(const Address& address, const Bytes32& key, const VersionedSlot& before);
    Bytes finish() const;

private:
    Bytes accounts_;
    Bytes slots_;
    Bytes values_;
};

/// Looks into a stored diff; the bytes must outlive it.
class DiffReader {
public:
    explicit DiffReader(ByteView stored);

    std::optional<VersionedAccount> account(const Address& address) const;
    std::optional<VersionedSlot> slot(const Address& address, const Bytes32& key) const;
    void each_account(const std::function<void(const Address&)>& f) const;
    void each_slot(const std::function<void(const Address&, const Bytes32&)>& f) const;

private:
    ByteView accounts_;
    ByteView slots_;
    ByteView values_;
};

/// Entries of accounts, and of one account's slots, with those of what was deleted, whose hashed keys begin with the
/// first nibbles of `prefix`, in order of the keys.
void each_account_entry(const db::KvStore& kv, const Bytes32& prefix, unsigned nibbles,
                        const std::function<void(const Bytes32& hashed, VersionedAccount)>& f);
void each_slot_entry(const db::KvStore& kv, const Hash& address_hash, const Bytes32& prefix, unsigned nibbles,
                     const std::function<void(const Bytes32& hashed, VersionedSlot)>& f);

/// The leaves of the account trie, and of one account's storage trie, as they stand in the store.
class AccountLeaves final : public state::LeafSource {
public:
    explicit AccountLeaves(const db::KvStore& kv) : kv_(kv) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override;

private:
    const db::KvStore& kv_;
};
class SlotLeaves final : public state::LeafSource {
public:
    SlotLeaves(const db::KvStore& kv, const Hash& address_hash) : kv_(kv), address_hash_(address_hash) {}
    void leaves(const Bytes32& prefix, unsigned nibbles, const Visitor& visit) const override;

private:
    const db::KvStore& kv_;
    Hash address_hash_;
};

}  // namespace bourse::engine
