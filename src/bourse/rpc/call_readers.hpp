// Readers between a call and the state it runs on: one that ends calls that take too long, one that notes what is read.
#pragma once

#include <bourse/state/store.hpp>

#include <cstdint>
#include <map>
#include <set>

namespace bourse::rpc {

/// Thrown through a call that has run longer than it may; nothing it did outlives it.
struct CallTimedOut {};

/// Gas bounds every call already; this bounds the wall time on a slow machine. Passes reads on until the deadline.
class TimedReader final : public state::Reader {
public:
    /// The reader must outlive it. `deadline_ms`: by sys::steady_ms().
    TimedReader(const state::Reader& reader, std::uint64_t deadline_ms) : reader_(reader), deadline_ms_(deadline_ms) {}

    std::optional<state::Account> account(const Address& address) const override;
    state::SlotValue slot(const Address& address, const Bytes32& key) const override;
    Bytes code(const Hash& code_hash) const override;

private:
    void check() const;

    const state::Reader& reader_;
    std::uint64_t deadline_ms_;
    mutable std::uint32_t reads_ = 0;
};

/// What calls read, for eth_createAccessList. For one thread.
class RecordingReader final : public state::Reader {
public:
    /// The reader must outlive it.
    explicit RecordingReader(const state::Reader& reader) : reader_(reader) {}

    std::optional<state::Account> account(const Address& address) const override;
    state::SlotValue slot(const Address& address, const Bytes32& key) const override;
    Bytes code(const Hash& code_hash) const override { return reader_.code(code_hash); }

    /// Accounts with the slots that were read of each, in order.
    const std::map<Address, std::set<Bytes32>>& reads() const noexcept { return reads_; }

private:
    const state::Reader& reader_;
    mutable std::map<Address, std::set<Bytes32>> reads_;
};

}  // namespace bourse::rpc
