// What state needs of a store: committed values by account and slot. The engine implements it over RocksDB, tests by a
// map.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace bourse::state {

struct Account {
    std::uint64_t nonce = 0;
    Uint256 balance;    ///< wei
    Hash storage_root;  ///< empty_trie_root() when there is no storage
    Hash code_hash;     ///< keccak of the code; of nothing for plain accounts

    bool operator==(const Account&) const = default;
};

/// The body of a record: immutable bytes that copies share, so that reading a slot never copies a record. Empty where
/// there is none.
class RecordBody {
public:
    RecordBody() = default;
    RecordBody(Bytes bytes)  // NOLINT: bytes are a body
        : bytes_(bytes.empty() ? nullptr : std::make_shared<const Bytes>(std::move(bytes))) {}

    bool empty() const noexcept { return bytes_ == nullptr; }
    std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
    ByteView view() const noexcept { return bytes_ ? ByteView(*bytes_) : ByteView(); }
    operator ByteView() const noexcept { return view(); }
    bool operator==(const RecordBody& other) const noexcept {
        return bytes_ == other.bytes_ || equal(view(), other.view());
    }

private:
    std::shared_ptr<const Bytes> bytes_;
};

/// A slot's value and, where the slot holds the hash of a record, the record's body (spec/state.md §1, layout c).
struct SlotValue {
    Bytes32 value;
    RecordBody body;  ///< empty unless value = keccak(body)

    bool operator==(const SlotValue&) const = default;
};

/// One account's or slot's change within a block: old and new, for the store's batch and its reverse diff.
struct AccountChange {
    std::optional<Account> before;
    std::optional<Account> after;
};
struct SlotChange {
    SlotValue before;
    SlotValue after;  ///< value zero: deleted
};
/// Everything that a block changed; entries whose value did not change are left out. Ordered, so that iteration is
/// the same on every node.
struct ChangeSet {
    std::map<Address, AccountChange> accounts;
    std::map<Address, std::map<Bytes32, SlotChange>> slots;
    std::map<Hash, Bytes> new_code;
};

/// Read access to committed state at one block. Implementations are safe for concurrent readers.
class Reader {
public:
    virtual ~Reader() = default;
    virtual std::optional<Account> account(const Address& address) const = 0;
    virtual SlotValue slot(const Address& address, const Bytes32& key) const = 0;
    virtual Bytes code(const Hash& code_hash) const = 0;
};

}  // namespace bourse::state
