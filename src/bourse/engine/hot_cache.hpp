// Bounded cache of the newest committed values, shared by readers and the writer.
#pragma once

#include <bourse/base/bytes.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bourse::engine {

/// Key: a FixedBytes. Two generations: what is used moves to the young one; when that is full it becomes the old one,
/// and what was old is forgotten.
///
/// A reader that misses takes the ticket() first, reads the database, and offers what it found with the ticket. The
/// writer writes the database, calls advance(), then puts the new values: an offer from before is refused from then on,
/// so that no stale value stays.
template <class Key, class Value>
class HotCache {
public:
    /// In bytes, as counted by the sizes that callers give.
    explicit HotCache(std::size_t capacity) : shard_capacity_(capacity / (2 * kShards)) {}

    std::optional<Value> find(const Key& key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (const auto young = shard.young.find(key); young != shard.young.end()) return young->second.value;
        const auto old = shard.old.find(key);
        if (old == shard.old.end()) return std::nullopt;
        Item item = std::move(old->second);
        shard.old.erase(old);
        const Value out = item.value;
        insert(shard, key, std::move(item));
        return out;
    }

    std::uint64_t ticket() const noexcept { return generation_.load(std::memory_order_acquire); }
    void offer(std::uint64_t ticket, const Key& key, Value value, std::size_t size) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        if (ticket != generation_.load(std::memory_order_acquire)) return;
        if (!shard.young.contains(key) && !shard.old.contains(key))
            insert(shard, key, {std::move(value), size + kItemOverhead});
    }

    void advance() noexcept { generation_.fetch_add(1, std::memory_order_acq_rel); }
    void put(const Key& key, Value value, std::size_t size) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        shard.old.erase(key);
        if (const auto young = shard.young.find(key); young != shard.young.end()) {
            shard.young_size -= young->second.size;
            shard.young.erase(young);
        }
        insert(shard, key, {std::move(value), size + kItemOverhead});
    }

private:
    static constexpr std::size_t kShards = 16;
    static constexpr std::size_t kItemOverhead = sizeof(Key) + sizeof(Value) + 48;

    struct Item {
        Value value;
        std::size_t size;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept {
            // All bytes count: slot keys with equal ends are common.
            return std::hash<std::string_view>{}(as_text(key));
        }
    };
    using Map = std::unordered_map<Key, Item, KeyHash>;
    struct Shard {
        std::mutex mutex;
        Map young;
        Map old;
        std::size_t young_size = 0;
    };

    Shard& shard_of(const Key& key) noexcept { return shards_[(KeyHash{}(key) >> 24) % kShards]; }
    void insert(Shard& shard, const Key& key, Item item) {
        if (shard.young_size > shard_capacity_) {
            shard.old = std::exchange(shard.young, Map());
            shard.young_size = 0;
        }
        shard.young_size += item.size;
        shard.young.emplace(key, std::move(item));
    }

    std::size_t shard_capacity_;
    std::atomic<std::uint64_t> generation_{0};
    std::array<Shard, kShards> shards_;
};

}  // namespace bourse::engine
