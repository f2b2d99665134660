// Journalled state of a block in the making: reads through to a Reader, keeps changes in memory, reverts to any
// snapshot, and yields the block's ChangeSet. No I/O of its own; deterministic.
#pragma once

#include <bourse/state/store.hpp>

#include <memory>
#include <vector>

namespace bourse::state {

struct Log {
    Address address;
    std::vector<Bytes32> topics;
    Bytes data;

    bool operator==(const Log&) const = default;
};

class State {
public:
    /// The reader must outlive the state and must not change while the state is in use.
    explicit State(const Reader& reader);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Accounts. An account exists when it has a nonce, balance, code or storage.
    bool exists(const Address& address) const;
    std::uint64_t nonce(const Address& address) const;
    void set_nonce(const Address& address, std::uint64_t nonce);
    Uint256 balance(const Address& address) const;
    void set_balance(const Address& address, const Uint256& wei);
    Hash code_hash(const Address& address) const;
    Bytes code(const Address& address) const;
    bool has_code(const Address& address) const;
    void set_code(const Address& address, Bytes code);

    // Slots. Writing the value that stands there already dirties nothing; zero deletes.
    Bytes32 slot(const Address& address, const Bytes32& key) const;
    void set_slot(const Address& address, const Bytes32& key, const Bytes32& value);
    /// Body of a record slot; empty if the slot is zero or holds a plain value. The view is valid until the next write
    /// to that slot or a revert.
    ByteView record(const Address& address, const Bytes32& key) const;
    /// Stores a record: the slot's value becomes keccak(body), computed once at the end of the block. An empty body
    /// deletes the slot.
    void set_record(const Address& address, const Bytes32& key, Bytes body);

    // Logs of the current transaction.
    void add_log(Log log);
    const std::vector<Log>& logs() const noexcept;

    // Journal. Snapshots nest; revert undoes everything (logs too) since that snapshot.
    using Snapshot = std::size_t;
    Snapshot snapshot() const noexcept;
    void revert(Snapshot to);
    /// Ends a transaction: logs are handed out, the journal is emptied, changes stay.
    std::vector<Log> end_transaction();
    /// The slots written by the current transaction (since the last end_transaction), each once, in order of address
    /// and key; reverted ones may be among them. For invariant checkers.
    std::vector<std::pair<Address, Bytes32>> touched_slots() const;
    /// Value before the current transaction.
    SlotValue slot_before_transaction(const Address& address, const Bytes32& key) const;
    /// Only the body of that, without hashing it. Valid until the end of the transaction.
    ByteView record_before_transaction(const Address& address, const Bytes32& key) const;

    /// All changes since construction against the reader; record hashes are computed here.
    ChangeSet changes();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::state
