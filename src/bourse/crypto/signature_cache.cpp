#include <bourse/crypto/signature_cache.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>  // zone-ok: a memo, never gone through

namespace bourse::crypto {

struct SignatureCache::Impl {
    struct SignedHash {
        Hash hash;
        Signature signature;

        bool operator==(const SignedHash&) const = default;
    };

    struct SignedHashHasher {
        std::size_t operator()(const SignedHash& key) const noexcept {
            const std::string_view r = as_text(key.signature.r);
            const std::size_t low = std::hash<Hash>{}(key.hash);
            return low ^ (std::hash<std::string_view>{}(r)*31 + key.signature.parity);
        }
    };

    using SignerMap = std::unordered_map<SignedHash, Address, SignedHashHasher>;  // zone-ok: never gone through

    static constexpr std::size_t kShards = 16;

    /// Two generations: when the young one is full it becomes the old one, and what was old is forgotten. A hit in the
    /// old generation moves the entry to the young one.
    struct SignerShard {
        std::mutex mutex;
        SignerMap young;
        SignerMap old;
    };

    std::array<SignerShard, kShards> shards;
    std::size_t generation_size = 0;
    std::atomic<std::uint64_t> hits{0};
    std::atomic<std::uint64_t> misses{0};

    SignerShard& shard_of(const Hash& hash) noexcept { return shards[hash.data[15] % kShards]; }

    void insert(SignerShard& shard, const SignedHash& key, const Address& signer) {
        if (shard.young.size() >= generation_size) {
            shard.old = std::move(shard.young);
            shard.young = {};
        }
        shard.young.insert_or_assign(key, signer);
    }
};

SignatureCache::SignatureCache(std::size_t capacity) : impl_(std::make_unique<Impl>()) {
    impl_->generation_size = std::max<std::size_t>(1, capacity / (2 * Impl::kShards));
}
SignatureCache::~SignatureCache() = default;

std::optional<Address> SignatureCache::find(const Hash& hash, const Signature& signature) {
    const Impl::SignedHash key{hash, signature};
    auto& shard = impl_->shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (const auto it = shard.young.find(key); it != shard.young.end()) {
        ++impl_->hits;
        return it->second;
    }
    if (const auto it = shard.old.find(key); it != shard.old.end()) {
        ++impl_->hits;
        const Address signer = it->second;
        impl_->insert(shard, key, signer);
        return signer;
    }
    ++impl_->misses;
    return std::nullopt;
}

void SignatureCache::remember(const Hash& hash, const Signature& signature, const Address& signer) {
    auto& shard = impl_->shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    impl_->insert(shard, {hash, signature}, signer);
}

std::optional<Address> SignatureCache::recover(const Hash& hash, const Signature& signature) {
    if (auto known = find(hash, signature)) return known;
    const auto signer = crypto::recover(hash, signature);
    if (signer) remember(hash, signature, *signer);
    return signer;
}

std::uint64_t SignatureCache::hits() const noexcept { return impl_->hits; }
std::uint64_t SignatureCache::misses() const noexcept { return impl_->misses; }

SignatureCache& SignatureCache::global() {
    static SignatureCache cache;
    return cache;
}

}  // namespace bourse::crypto
