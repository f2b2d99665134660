#include <bourse/state/state.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/state/entry_table.hpp>

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace bourse::state {
namespace {

const Hash& empty_code_hash() {
    static const Hash hash = crypto::keccak256(ByteView());
    return hash;
}

template <std::size_t N, class Tag>
void mix_in(std::uint64_t& hash, const FixedBytes<N, Tag>& bytes) noexcept {
    for (std::size_t i = 0; i < N; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data.data() + i, i + 8 <= N ? 8 : N % 8);
        hash = (hash ^ word) * 0xD6E8FEB86659FD93ULL;
        hash ^= hash >> 32;
    }
}

/// Mixes all bytes; a sender who chooses keys gains at most a slow block of its own.
template <class... Parts>
std::uint64_t mix(const Parts&... parts) noexcept {
    std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
    (mix_in(hash, parts), ...);
    // Keys that differ in their last byte alone differ in the upper bits so far.
    hash *= 0xFF51AFD7ED558CCDULL;
    return hash ^ (hash >> 29);
}

/// A slot whose record may not be hashed yet.
struct PendingSlot {
    mutable SlotValue slot;
    mutable bool hash_is_pending = false;

    const SlotValue& value() const {
        if (hash_is_pending) {
            slot.value = crypto::keccak256(slot.body.view());
            hash_is_pending = false;
        }
        return slot;
    }
    bool holds(const Bytes32& plain) const noexcept { return slot.body.empty() && slot.value == plain; }
    bool operator==(const PendingSlot& other) const {
        if (slot.body.empty() || other.slot.body.empty()) return slot.body.empty() && other.holds(slot.value);
        return slot.body == other.slot.body;
    }
};

struct SlotEntry {
    Address address;
    Bytes32 key;
    SlotValue base;  ///< in the reader
    PendingSlot current;
    PendingSlot before;  ///< when transaction `written_in` began
    std::uint64_t written_in = 0;
};

struct AccountEntry {
    Address address;
    std::optional<Account> base;
    Account current;
};

struct SlotUndo {
    SlotEntry* entry;
    PendingSlot old;
};
struct AccountUndo {
    AccountEntry* entry;
    Account old;
};
struct LogUndo {};
using Undo = std::variant<SlotUndo, AccountUndo, LogUndo>;

bool has_own_facts(const Account& account) {
    return account.nonce != 0 || !account.balance.is_zero() || account.code_hash != empty_code_hash();
}

}  // namespace

struct State::Impl {
    explicit Impl(const Reader& r) : reader(r) {}

    SlotEntry& slot(const Address& address, const Bytes32& key) {
        const auto hash = mix(address, key);
        auto* found =
            slots.find(hash, [&](const SlotEntry& entry) { return entry.key == key && entry.address == address; });
        if (found != nullptr) return *found;
        SlotValue base = reader.slot(address, key);
        return slots.insert(hash, {address, key, base, {base, false}, {}, 0});
    }

    AccountEntry& account(const Address& address) {
        const auto hash = mix(address);
        auto* found = accounts.find(hash, [&](const AccountEntry& entry) { return entry.address == address; });
        if (found != nullptr) return *found;
        auto base = reader.account(address);
        Account current = base.value_or(Account());
        if (current.code_hash.is_zero()) current.code_hash = empty_code_hash();
        if (current.storage_root.is_zero()) current.storage_root = empty_trie_root();
        if (base) base = current;
        return accounts.insert(hash, {address, base, current});
    }

    Account& write(AccountEntry& entry) {
        journal.emplace_back(AccountUndo{&entry, entry.current});
        return entry.current;
    }

    void write(SlotEntry& entry, PendingSlot value) {
        if (entry.written_in != transaction) {
            entry.before = entry.current;
            entry.written_in = transaction;
        }
        journal.emplace_back(SlotUndo{&entry, std::exchange(entry.current, std::move(value))});
    }

    const PendingSlot& before_transaction(const Address& address, const Bytes32& key) {
        const SlotEntry& entry = slot(address, key);
        return entry.written_in == transaction ? entry.before : entry.current;
    }

    bool has_written_slots(const Address& address) {
        return std::ranges::any_of(slots.entries(), [&](const SlotEntry& entry) {
            return entry.address == address && !entry.current.holds({});
        });
    }

    void add_accounts(ChangeSet& out) {
        for (const auto& entry : accounts.entries()) {
            const bool remains = has_own_facts(entry.current) || entry.current.storage_root != empty_trie_root();
            const auto after = remains ? std::optional(entry.current) : std::nullopt;
            if (after == entry.base) continue;
            out.accounts.emplace(entry.address, AccountChange{entry.base, after});
            const auto code = new_code.find(entry.current.code_hash);
            if (code != new_code.end()) out.new_code.insert(*code);
        }
    }

    void add_slots(ChangeSet& out) {
        std::vector<const SlotEntry*> changed;
        for (const auto& entry : slots.entries())
            if (!(entry.current == PendingSlot{entry.base, false})) changed.push_back(&entry);
        std::ranges::sort(changed, [](const SlotEntry* a, const SlotEntry* b) {
            return std::tie(a->address, a->key) < std::tie(b->address, b->key);
        });
        for (const auto* entry : changed) {
            auto& of_account = out.slots[entry->address];
            of_account.emplace_hint(of_account.end(), entry->key, SlotChange{entry->base, entry->current.value()});
        }
    }

    const Reader& reader;
    EntryTable<AccountEntry> accounts;
    EntryTable<SlotEntry> slots;
    std::map<Hash, Bytes> new_code;
    std::vector<Log> logs;
    std::vector<Undo> journal;
    std::uint64_t transaction = 1;
};

State::State(const Reader& reader) : impl_(std::make_unique<Impl>(reader)) {}
State::~State() = default;

bool State::exists(const Address& address) const {
    const Account& account = impl_->account(address).current;
    return has_own_facts(account) || account.storage_root != empty_trie_root() || impl_->has_written_slots(address);
}

std::uint64_t State::nonce(const Address& address) const { return impl_->account(address).current.nonce; }

void State::set_nonce(const Address& address, std::uint64_t nonce) {
    auto& entry = impl_->account(address);
    if (entry.current.nonce != nonce) impl_->write(entry).nonce = nonce;
}

Uint256 State::balance(const Address& address) const { return impl_->account(address).current.balance; }

void State::set_balance(const Address& address, const Uint256& wei) {
    auto& entry = impl_->account(address);
    if (entry.current.balance != wei) impl_->write(entry).balance = wei;
}

Hash State::code_hash(const Address& address) const { return impl_->account(address).current.code_hash; }

Bytes State::code(const Address& address) const {
    const Hash& hash = impl_->account(address).current.code_hash;
    if (hash == empty_code_hash()) return {};
    const auto found = impl_->new_code.find(hash);
    return found != impl_->new_code.end() ? found->second : impl_->reader.code(hash);
}

bool State::has_code(const Address& address) const {
    return impl_->account(address).current.code_hash != empty_code_hash();
}

void State::set_code(const Address& address, Bytes code) {
    const Hash hash = crypto::keccak256(ByteView(code));
    auto& entry = impl_->account(address);
    if (entry.current.code_hash == hash) return;
    impl_->write(entry).code_hash = hash;
    if (!code.empty()) impl_->new_code.try_emplace(hash, std::move(code));
}

Bytes32 State::slot(const Address& address, const Bytes32& key) const {
    return impl_->slot(address, key).current.value().value;
}

void State::set_slot(const Address& address, const Bytes32& key, const Bytes32& value) {
    auto& entry = impl_->slot(address, key);
    if (!entry.current.holds(value)) impl_->write(entry, {{value, {}}, false});
}

ByteView State::record(const Address& address, const Bytes32& key) const {
    return impl_->slot(address, key).current.slot.body.view();
}

void State::set_record(const Address& address, const Bytes32& key, Bytes body) {
    if (body.empty()) return set_slot(address, key, {});
    auto& entry = impl_->slot(address, key);
    if (!equal(entry.current.slot.body, body)) impl_->write(entry, {{{}, std::move(body)}, true});
}

void State::add_log(Log log) {
    impl_->logs.push_back(std::move(log));
    impl_->journal.emplace_back(LogUndo{});
}

const std::vector<Log>& State::logs() const noexcept { return impl_->logs; }

State::Snapshot State::snapshot() const noexcept { return impl_->journal.size(); }

void State::revert(Snapshot to) {
    auto& journal = impl_->journal;
    BOURSE_ASSERT(to <= journal.size());
    while (journal.size() > to) {
        if (auto* slot = std::get_if<SlotUndo>(&journal.back()))
            slot->entry->current = std::move(slot->old);
        else if (auto* account = std::get_if<AccountUndo>(&journal.back()))
            account->entry->current = account->old;
        else
            impl_->logs.pop_back();
        journal.pop_back();
    }
}

std::vector<Log> State::end_transaction() {
    impl_->journal.clear();
    ++impl_->transaction;
    return std::exchange(impl_->logs, {});
}

std::vector<std::pair<Address, Bytes32>> State::touched_slots() const {
    std::vector<std::pair<Address, Bytes32>> out;
    for (const auto& undo : impl_->journal)
        if (const auto* slot = std::get_if<SlotUndo>(&undo)) out.emplace_back(slot->entry->address, slot->entry->key);
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());  // clang 14 has no ranges::unique over libstdc++ 12
    return out;
}

SlotValue State::slot_before_transaction(const Address& address, const Bytes32& key) const {
    return impl_->before_transaction(address, key).value();
}

ByteView State::record_before_transaction(const Address& address, const Bytes32& key) const {
    return impl_->before_transaction(address, key).slot.body.view();
}

ChangeSet State::changes() {
    ChangeSet out;
    impl_->add_accounts(out);
    impl_->add_slots(out);
    return out;
}

}  // namespace bourse::state
