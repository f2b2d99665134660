// Reading committed state: the newest values through a cache, and the state after any kept block.
#pragma once

#include <bourse/db/kv.hpp>
#include <bourse/engine/flat_state.hpp>
#include <bourse/engine/hot_cache.hpp>
#include <bourse/state/store.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace bourse::engine {

/// The newest committed values, each with the block that wrote it. Any number of readers beside one writer.
class NewestState {
public:
    NewestState(const db::KvStore& kv, std::size_t cache_bytes)
        : kv_(kv), slots_(cache_bytes / 4 * 3), accounts_(cache_bytes / 4) {}

    VersionedSlot slot(const Address& address, const Bytes32& key) const;
    VersionedAccount account(const Address& address) const;
    const db::KvStore& kv() const noexcept { return kv_; }

    struct Update {
        std::vector<std::pair<std::pair<Address, Bytes32>, VersionedSlot>> slots;
        std::vector<std::pair<Address, VersionedAccount>> accounts;
    };
    /// After the values have been written to the database.
    void publish(Update update);

private:
    using SlotId = FixedBytes<52, struct SlotIdTag>;
    static SlotId slot_id(const Address& address, const Bytes32& key) noexcept;

    const db::KvStore& kv_;
    mutable HotCache<SlotId, VersionedSlot> slots_;
    mutable HotCache<Address, VersionedAccount> accounts_;
};

/// State after one block: the newest value, or the one that the reverse diffs lead back to. A read throws
/// OldStateTooFar beyond what the thread may spend (old_work.hpp).
class BlockView final : public state::Reader {
public:
    /// `release` is called when the view is destroyed.
    BlockView(const NewestState& newest, std::uint64_t number, std::function<void()> release)
        : newest_(newest), number_(number), release_(std::move(release)) {}
    ~BlockView() override { release_(); }
    BlockView(const BlockView&) = delete;
    BlockView& operator=(const BlockView&) = delete;

    std::optional<state::Account> account(const Address& address) const override;
    state::SlotValue slot(const Address& address, const Bytes32& key) const override;
    Bytes code(const Hash& code_hash) const override;

private:
    const NewestState& newest_;
    std::uint64_t number_;
    std::function<void()> release_;
};

/// Before block 0.
class EmptyView final : public state::Reader {
public:
    std::optional<state::Account> account(const Address&) const override { return std::nullopt; }
    state::SlotValue slot(const Address&, const Bytes32&) const override { return {}; }
    Bytes code(const Hash&) const override { return {}; }
};

}  // namespace bourse::engine
