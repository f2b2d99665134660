#include <bourse/engine/state_store.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/codec/ordered_trie.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/engine/flat_state.hpp>
#include <bourse/engine/old_state.hpp>
#include <bourse/engine/old_work.hpp>
#include <bourse/engine/packing.hpp>
#include <bourse/engine/state_tries.hpp>
#include <bourse/engine/state_views.hpp>

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <set>

namespace bourse::engine {
namespace {

constexpr std::string_view kHeadName = "state";
/// History is pruned in step with the blocks; more at once only after the setting was lowered.
constexpr std::uint64_t kPrunedPerBlock = 4;
constexpr std::uint64_t kLeastHistory = 128;
/// A prune by hand: reverse diffs in one synced batch.
constexpr std::uint64_t kPrunedPerBatch = 64;
/// Most blocks are prepared and written within that; a proof that waits longer is made without the writer's tries.
constexpr std::chrono::milliseconds kProofPatience{20};

/// An account of which nothing is known; it has no leaf.
const state::Account& no_account() {
    static const state::Account account{0, 0, empty_trie_root(), crypto::keccak256(ByteView())};
    return account;
}

/// Given back in the end.
struct Place {
    std::counting_semaphore<2>& places;
    ~Place() { places.release(); }
};

/// What a restart needs to know.
struct StateHead {
    std::uint64_t number = 0;
    Hash root;
    std::uint64_t checkpoint = 0;  ///< block of the table of subtree hashes
    std::uint64_t oldest = 0;      ///< first block whose state can be asked for
};

Bytes encode_head(const StateHead& head) {
    Bytes out;
    append_u64(out, head.number);
    append(out, head.root);
    append_u64(out, head.checkpoint);
    append_u64(out, head.oldest);
    return with_checksum(std::move(out));
}

Result<std::optional<StateHead>> read_head(const db::KvStore& kv) {
    const auto stored = kv.get(make_key(kMetaKey, as_bytes(kHeadName)));
    if (!stored) return std::optional<StateHead>();
    const auto value = without_checksum(*stored);
    Unpacker in(value ? ByteView(*value) : ByteView());
    StateHead head;
    head.number = in.u64();
    head.root = in.fixed<Hash>();
    head.checkpoint = in.u64();
    head.oldest = in.u64();
    if (!in.ok() || head.checkpoint > head.number)
        return fail(
            "DATA_DAMAGED",
            "The data folder is damaged: the mark of its last block cannot be read. Restore it from a backup, or "
            "start with an empty folder.");
    return std::optional(head);
}

}  // namespace

struct StateStore::Impl {
    Impl(db::KvStore& store, const StateStoreOptions& o)
        : kv(store), options(o), newest(store, o.cache_bytes), tries(store, o.trie_bytes) {
        if (options.history_blocks != 0) options.history_blocks = std::max(options.history_blocks, kLeastHistory);
    }

    struct Change {
        const Address* address;
        Hash hash;
        std::optional<state::Account> before;
        std::optional<state::Account> after;
    };
    std::vector<Change> changed_accounts(const state::ChangeSet& changes);
    Hash new_storage_root(const Change& change, const std::map<Bytes32, state::SlotChange>& slots, const Hash& before);
    void put_accounts(const std::vector<Change>& changed, DiffWriter& diff, db::Batch& batch);
    void put_slots(const state::ChangeSet& changes, DiffWriter& diff, db::Batch& batch);
    void put_checkpoint(db::Batch& batch);
    AccountProof old_proof(const state::Reader& view, std::uint64_t number, const Hash& root, const Address& address,
                           const std::vector<Bytes32>& keys) const;
    std::uint64_t claim_prunable();
    void prune(db::Batch& batch);
    void prune_diff(std::uint64_t number, const std::set<Bytes>& written, db::Batch& batch);

    db::KvStore& kv;
    StateStoreOptions options;
    NewestState newest;

    // Never held for long.
    mutable std::mutex mutex;
    std::optional<StateHead> head;      ///< what readers see
    std::uint64_t oldest_readable = 0;  ///< may be ahead of head->oldest while a block is prepared
    std::multiset<std::uint64_t> views;

    // Held while tries are used: by the writer and by proofs.
    std::timed_mutex tries_mutex;
    std::condition_variable_any prepared;
    bool is_preparing = false;
    StateTries tries;

    // Of proofs far behind the head: one at work, one waiting.
    std::counting_semaphore<2> old_proof_places{2};
    std::mutex old_proof_mutex;

    // The writer's own.
    StateHead next;
    NewestState::Update update;
};

Hash StateStore::Impl::new_storage_root(const Change& change, const std::map<Bytes32, state::SlotChange>& slots,
                                        const Hash& before) {
    std::vector<state::LeafChange> leaves;
    leaves.reserve(slots.size());
    for (const auto& [key, slot] : slots) leaves.push_back({hash_slot_key(key), slot_leaf(slot.after.value)});
    std::ranges::sort(leaves, {}, &state::LeafChange::hashed_key);
    return tries.update_storage(change.hash, before, leaves, next.number);
}

/// Accounts whose leaf changes, ordered by address, with their new storage roots.
std::vector<StateStore::Impl::Change> StateStore::Impl::changed_accounts(const state::ChangeSet& changes) {
    std::set<Address> touched;
    for (const auto& [address, change] : changes.accounts) touched.insert(address);
    for (const auto& [address, slots] : changes.slots) touched.insert(address);
    std::vector<Change> out;
    for (const Address& one : touched) {
        const auto own = changes.accounts.find(one);
        const auto slots = changes.slots.find(one);
        const Address* address = own != changes.accounts.end() ? &own->first : &slots->first;
        Change change{address, hash_address(one), newest.account(one).value, {}};
        change.after = own != changes.accounts.end() ? own->second.after : change.before;
        state::Account after = change.after.value_or(no_account());
        after.storage_root = change.before ? change.before->storage_root : empty_trie_root();
        if (slots != changes.slots.end())
            after.storage_root = new_storage_root(change, slots->second, after.storage_root);
        change.after = after == no_account() ? std::nullopt : std::optional(after);
        if (change.after != change.before) out.push_back(std::move(change));
    }
    return out;
}

void StateStore::Impl::put_accounts(const std::vector<Change>& changed, DiffWriter& diff, db::Batch& batch) {
    std::vector<state::LeafChange> leaves;
    for (const Change& change : changed) {
        leaves.push_back({change.hash, account_leaf(change.after)});
        VersionedAccount value{next.number, change.after};
        diff.add(*change.address, newest.account(*change.address));
        batch.put(account_key(*change.address), encode_account(value));
        update.accounts.emplace_back(*change.address, std::move(value));
    }
    std::ranges::sort(leaves, {}, &state::LeafChange::hashed_key);
    next.root = tries.update_accounts(leaves, next.number);
}

void StateStore::Impl::put_slots(const state::ChangeSet& changes, DiffWriter& diff, db::Batch& batch) {
    for (const auto& [address, slots] : changes.slots) {
        for (const auto& [key, change] : slots) {
            const auto before = newest.slot(address, key);
            // The block must have been executed on this state.
            BOURSE_ASSERT(before.value.value == change.before.value);
            VersionedSlot value{next.number, change.after};
            diff.add(address, key, before);
            batch.put(slot_key(address, key), encode_slot(value));
            update.slots.emplace_back(std::pair(address, key), std::move(value));
        }
    }
}

void StateStore::Impl::put_checkpoint(db::Batch& batch) {
    const bool due = next.number >= next.checkpoint + options.checkpoint_blocks ||
                     tries.changed_since_checkpoint() >= options.checkpoint_slots;
    if (!due) return;
    tries.put_checkpoint(batch);
    next.checkpoint = next.number;
}

/// The last block whose reverse diff no kept or held state needs: that of block `oldest` needs those behind it. From
/// here on nobody can ask for an older state.
std::uint64_t StateStore::Impl::claim_prunable() {
    const std::lock_guard lock(mutex);
    std::uint64_t limit = next.number - options.history_blocks;
    if (!views.empty()) limit = std::min(limit, *views.begin());
    limit = std::min(limit, next.oldest + kPrunedPerBlock);
    oldest_readable = std::max(oldest_readable, limit);
    return limit;
}

void StateStore::Impl::prune(db::Batch& batch) {
    if (options.history_blocks == 0 || next.number < options.history_blocks) return;
    const std::uint64_t limit = claim_prunable();
    if (next.oldest >= limit) return;
    std::set<Bytes> written;
    for (const auto& op : batch.ops()) written.insert(op.key);
    while (next.oldest < limit) prune_diff(++next.oldest, written, batch);
}

void StateStore::Impl::prune_diff(std::uint64_t number, const std::set<Bytes>& written, db::Batch& batch) {
    const Bytes key = make_key(kDiffKey, number);
    const auto stored = kv.get(key);
    if (!stored) return;
    const DiffReader diff(*stored);
    // Entries of what was deleted then, and still is, have no more versions to lead to. What this block writes itself
    // must stay.
    const auto drop = [&](Bytes entry) {
        if (!written.contains(entry)) batch.remove(entry);
    };
    diff.each_account([&](const Address& a) {
        const auto now = newest.account(a);
        if (!now.value && now.block == number) drop(account_key(a));
    });
    diff.each_slot([&](const Address& a, const Bytes32& k) {
        const auto now = newest.slot(a, k);
        if (now.value.value.is_zero() && now.block == number) drop(slot_key(a, k));
    });
    batch.remove(key);
}

StateStore::StateStore(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
StateStore::~StateStore() = default;

Result<std::unique_ptr<StateStore>> StateStore::open(db::KvStore& kv, const StateStoreOptions& options) {
    BOURSE_TRY(const auto format, read_data_format(kv));
    BOURSE_TRY(auto head, read_head(kv));
    if (format.has_value() != head.has_value())
        return fail(
            "DATA_DAMAGED",
            "The data folder is damaged: the mark of its format or of its last block is missing. Restore it from a "
            "backup, or start with an empty folder.");
    auto impl = std::make_shared<Impl>(kv, options);
    impl->head = head;
    impl->next = head.value_or(StateHead{});
    impl->oldest_readable = impl->next.oldest;
    BOURSE_CHECK(impl->tries.open(impl->next.checkpoint, impl->next.number, head ? head->root : empty_trie_root()));
    return std::unique_ptr<StateStore>(new StateStore(std::move(impl)));
}

std::optional<std::uint64_t> StateStore::head_number() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->head ? std::optional(impl_->head->number) : std::nullopt;
}

Hash StateStore::head_root() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->head ? impl_->head->root : empty_trie_root();
}

Hash StateStore::prepare(std::uint64_t number, const state::ChangeSet& changes, db::Batch& batch) {
    Impl& impl = *impl_;
    const auto head = head_number();
    const std::lock_guard lock(impl.tries_mutex);
    BOURSE_ASSERT(!impl.is_preparing);
    BOURSE_ASSERT(number == (head ? *head + 1 : 0));
    impl.is_preparing = true;
    impl.next.number = number;
    DiffWriter diff;
    const auto changed = impl.changed_accounts(changes);
    impl.put_accounts(changed, diff, batch);
    impl.put_slots(changes, diff, batch);
    for (const auto& [hash, code] : changes.new_code) batch.put(make_key(kCodeKey, hash), code);
    if (!changed.empty() && number > 0) batch.put(make_key(kDiffKey, number), diff.finish());
    impl.put_checkpoint(batch);
    impl.prune(batch);
    batch.put(make_key(kMetaKey, as_bytes(kHeadName)), encode_head(impl.next));
    return impl.next.root;
}

void StateStore::committed() {
    Impl& impl = *impl_;
    {
        const std::lock_guard lock(impl.tries_mutex);
        BOURSE_ASSERT(impl.is_preparing);
        impl.newest.publish(std::exchange(impl.update, {}));
        const std::lock_guard head_lock(impl.mutex);
        impl.head = impl.next;
        impl.is_preparing = false;
    }
    impl.prepared.notify_all();
    const std::lock_guard lock(impl.tries_mutex);
    impl.tries.shrink(impl.next.number);
}

std::shared_ptr<const state::Reader> StateStore::head() const {
    const auto number = head_number();
    if (!number) return std::make_shared<EmptyView>();
    auto view = at(*number);
    // Only a head that was pruned since, many blocks later, is refused.
    return view ? view : head();
}

std::shared_ptr<const state::Reader> StateStore::at(std::uint64_t number) const {
    Impl& impl = *impl_;
    const std::lock_guard lock(impl.mutex);
    if (!impl.head || number > impl.head->number || number < impl.oldest_readable) return nullptr;
    const auto entry = impl.views.insert(number);
    return std::make_shared<BlockView>(impl.newest, number, [shared = impl_, entry] {
        const std::lock_guard release_lock(shared->mutex);
        shared->views.erase(entry);
    });
}

std::uint64_t StateStore::prune(std::uint64_t keep) {
    Impl& impl = *impl_;
    const std::lock_guard lock(impl.tries_mutex);
    BOURSE_ASSERT(!impl.is_preparing);
    const std::uint64_t first = impl.next.oldest;
    keep = std::max(keep, kLeastHistory);
    std::uint64_t limit = impl.next.number > keep ? impl.next.number - keep : 0;
    {
        const std::lock_guard head_lock(impl.mutex);
        if (!impl.head) return 0;
        if (!impl.views.empty()) limit = std::min(limit, *impl.views.begin());
        impl.oldest_readable = std::max(impl.oldest_readable, limit);
    }
    while (impl.next.oldest < limit) {
        db::Batch batch;
        for (std::uint64_t i = 0; i < kPrunedPerBatch && impl.next.oldest < limit; ++i)
            impl.prune_diff(++impl.next.oldest, {}, batch);
        batch.put(make_key(kMetaKey, as_bytes(kHeadName)), encode_head(impl.next));
        impl.kv.write(batch, true);
    }
    const std::lock_guard head_lock(impl.mutex);
    impl.head = impl.next;
    return impl.next.oldest - first;
}

std::optional<AccountProof> StateStore::prove(const Address& address, const std::vector<Bytes32>& keys) {
    Impl& impl = *impl_;
    std::unique_lock lock(impl.tries_mutex, kProofPatience);
    if (!lock || !impl.prepared.wait_for(lock, kProofPatience, [&impl] { return !impl.is_preparing; }))
        return std::nullopt;
    AccountProof proof;
    proof.block_number = head_number().value_or(0);
    const Hash hash = hash_address(address);
    const auto found = impl.newest.account(address).value;
    proof.account = found.value_or(no_account());
    proof.nodes = impl.tries.prove_account(hash);
    for (const Bytes32& key : keys)
        proof.slots.push_back({key, impl.newest.slot(address, key).value,
                               impl.tries.prove_slot(hash, proof.account.storage_root, hash_slot_key(key))});
    return proof;
}

std::uint64_t StateStore::oldest() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->oldest_readable;
}

/// Built by the caller's thread alone; the view keeps the diffs that lead back to its block.
AccountProof StateStore::Impl::old_proof(const state::Reader& view, std::uint64_t number, const Hash& root,
                                         const Address& address, const std::vector<Bytes32>& keys) const {
    const auto checkpoint = [this] {
        const auto stored = read_head(kv);
        if (!stored || !*stored) data_is_damaged("the mark of the last block cannot be read");
        return (*stored)->checkpoint;
    };
    OldTries old_tries(kv, number, checkpoint);
    if (old_tries.account_root() != root)
        data_is_damaged("the values before a block do not give the state root of the block");
    AccountProof proof;
    proof.block_number = number;
    const Hash hash = hash_address(address);
    proof.account = view.account(address).value_or(no_account());
    proof.nodes = old_tries.prove_account(hash);
    if (keys.empty()) return proof;
    std::vector<Hash> hashed;
    hashed.reserve(keys.size());
    for (const Bytes32& key : keys) hashed.push_back(hash_slot_key(key));
    auto nodes = old_tries.prove_slots(hash, hashed);
    for (std::size_t i = 0; i < keys.size(); ++i)
        proof.slots.push_back({keys[i], view.slot(address, keys[i]), std::move(nodes[i])});
    return proof;
}

Result<AccountProof> StateStore::prove_at(std::uint64_t number, const Hash& root, const Address& address,
                                          const std::vector<Bytes32>& keys) const {
    Impl& impl = *impl_;
    const auto view = at(number);
    if (!view) return fail("STATE_PRUNED", fmt::format("the state of block {} is not kept", number));
    try {
        if (number + kLeastHistory >= head_number().value_or(0))
            return impl.old_proof(*view, number, root, address, keys);
        if (!impl.old_proof_places.try_acquire())
            return fail("PROOF_BUSY", "two proofs of older blocks are being made already; try again in a moment");
        const Place place{impl.old_proof_places};
        const std::lock_guard turn(impl.old_proof_mutex);
        return impl.old_proof(*view, number, root, address, keys);
    } catch (const OldStateTooFar&) {
        return fail("PROOF_TOO_OLD",
                    fmt::format("too much has changed since block {} for a proof of it; ask for a later "
                                "block, or a node with a higher --old-state-work",
                                number));
    }
}

}  // namespace bourse::engine
