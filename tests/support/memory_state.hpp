// Committed state as maps, for tests that run blocks without a database.
#pragma once

#include <bourse/state/store.hpp>

#include <map>

namespace bourse::support {

/// Copies are independent.
class MemoryState final : public state::Reader {
public:
    void apply(const state::ChangeSet& changes);
    std::optional<state::Account> account(const Address& address) const override;
    state::SlotValue slot(const Address& address, const Bytes32& key) const override;
    Bytes code(const Hash& code_hash) const override;

private:
    std::map<Address, state::Account> accounts_;
    std::map<std::pair<Address, Bytes32>, state::SlotValue> slots_;
    std::map<Hash, Bytes> code_;
};

}  // namespace bourse::support
