#include <bourse/db/kv.hpp>

#include <map>
#include <mutex>
#include <shared_mutex>

namespace bourse::db {
namespace {

bool starts_with(ByteView key, ByteView prefix) {
    return key.size() >= prefix.size() && equal(key.first(prefix.size()), prefix);
}

class MemoryStore final : public KvStore {
public:
    std::optional<Bytes> get(ByteView key) const override {
        const std::shared_lock lock(mutex_);
        const auto found = values_.find(to_bytes(key));
        if (found == values_.end()) return std::nullopt;
        return found->second;
    }

    void scan(ByteView prefix, ByteView from, const std::function<bool(ByteView, ByteView)>& f) const override {
        // Copied out, so that f may read and write the store.
        std::vector<std::pair<Bytes, Bytes>> found;
        {
            const std::shared_lock lock(mutex_);
            const ByteView start = as_text(from) < as_text(prefix) ? prefix : from;
            for (auto it = values_.lower_bound(to_bytes(start)); it != values_.end(); ++it) {
                if (!starts_with(it->first, prefix)) break;
                found.emplace_back(*it);
            }
        }
        for (const auto& [key, value] : found)
            if (!f(key, value)) return;
    }

    void write(const Batch& batch, bool /*sync*/) override {
        const std::unique_lock lock(mutex_);
        for (const auto& op : batch.ops()) {
            if (op.is_delete)
                values_.erase(op.key);
            else
                values_[op.key] = op.value;
        }
    }

private:
    mutable std::shared_mutex mutex_;
    std::map<Bytes, Bytes> values_;
};

}  // namespace

std::unique_ptr<KvStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace bourse::db
