#include <bourse/engine/state_views.hpp>

#include <bourse/engine/data_format.hpp>
#include <bourse/engine/old_work.hpp>
#include <bourse/engine/packing.hpp>

#include <fmt/format.h>

namespace bourse::engine {
namespace {

/// Goes back from a version that is too new; `find` takes the value out of a reverse diff.
template <class T, class Find>
T version_at(const db::KvStore& kv, Versioned<T> version, std::uint64_t number, const Find& find) {
    while (version.block > number) {
        const auto stored = kv.get(make_key(kDiffKey, version.block));
        if (!stored) data_is_damaged(fmt::format("the reverse diff of block {} is missing", version.block));
        OldWork::spend(work_of_value(stored->size()));
        auto before = find(DiffReader(*stored));
        if (!before || before->block >= version.block)
            data_is_damaged(fmt::format("the reverse diff of block {} lacks a value", version.block));
        version = *std::move(before);
    }
    return std::move(version.value);
}

}  // namespace

NewestState::SlotId NewestState::slot_id(const Address& address, const Bytes32& key) noexcept {
    SlotId id;
    std::copy(address.begin(), address.end(), id.begin());
    std::copy(key.begin(), key.end(), id.begin() + Address::kSize);
    return id;
}

VersionedSlot NewestState::slot(const Address& address, const Bytes32& key) const {
    const SlotId id = slot_id(address, key);
    if (auto hit = slots_.find(id)) return *std::move(hit);
    const auto ticket = slots_.ticket();
    auto value = read_slot(kv_, address, key);
    slots_.offer(ticket, id, value, value.value.body.size());
    return value;
}

VersionedAccount NewestState::account(const Address& address) const {
    if (auto hit = accounts_.find(address)) return *std::move(hit);
    const auto ticket = accounts_.ticket();
    auto value = read_account(kv_, address);
    accounts_.offer(ticket, address, value, 0);
    return value;
}

void NewestState::publish(Update update) {
    slots_.advance();
    accounts_.advance();
    for (auto& [where, value] : update.slots) {
        const std::size_t size = value.value.body.size();
        slots_.put(slot_id(where.first, where.second), std::move(value), size);
    }
    for (auto& [address, value] : update.accounts) accounts_.put(address, std::move(value), 0);
}

std::optional<state::Account> BlockView::account(const Address& address) const {
    return version_at(newest_.kv(), newest_.account(address), number_,
                      [&](const DiffReader& diff) { return diff.account(address); });
}

state::SlotValue BlockView::slot(const Address& address, const Bytes32& key) const {
    return version_at(newest_.kv(), newest_.slot(address, key), number_,
                      [&](const DiffReader& diff) { return diff.slot(address, key); });
}

Bytes BlockView::code(const Hash& code_hash) const {
    return newest_.kv().get(make_key(kCodeKey, code_hash)).value_or(Bytes());
}

}  // namespace bourse::engine
