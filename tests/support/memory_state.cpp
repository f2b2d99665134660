#include "memory_state.hpp"

namespace bourse::support {

void MemoryState::apply(const state::ChangeSet& changes) {
    for (const auto& [address, change] : changes.accounts) {
        if (change.after)
            accounts_[address] = *change.after;
        else
            accounts_.erase(address);
    }
    for (const auto& [address, slots] : changes.slots)
        for (const auto& [key, change] : slots) {
            if (change.after.value.is_zero())
                slots_.erase({address, key});
            else
                slots_[{address, key}] = change.after;
        }
    for (const auto& [hash, code] : changes.new_code) code_[hash] = code;
}

std::optional<state::Account> MemoryState::account(const Address& address) const {
    const auto found = accounts_.find(address);
    return found == accounts_.end() ? std::nullopt : std::optional(found->second);
}

state::SlotValue MemoryState::slot(const Address& address, const Bytes32& key) const {
    const auto found = slots_.find({address, key});
    return found == slots_.end() ? state::SlotValue{} : found->second;
}

Bytes MemoryState::code(const Hash& code_hash) const {
    const auto found = code_.find(code_hash);
    return found == code_.end() ? Bytes{} : found->second;
}

}  // namespace bourse::support
