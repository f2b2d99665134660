#include <bourse/engine/sender_quotas.hpp>

#include <algorithm>

namespace bourse::engine {
namespace {

constexpr std::uint64_t kBaseTokens = 256;
constexpr std::uint64_t kTokensPerRlc = 16;
constexpr std::uint64_t kMaxTokens = 65'536;
constexpr std::uint64_t kRefillMs = 10'000;  ///< an empty bucket is full after that
constexpr std::uint64_t kResizeMs = 10'000;
constexpr std::size_t kMaxBuckets = 100'000;

}  // namespace

std::uint64_t SenderQuotas::bucket_size(std::uint64_t staked_rlc) noexcept {
    if (staked_rlc >= kMaxTokens / kTokensPerRlc) return kMaxTokens;
    return std::min(kMaxTokens, kBaseTokens + kTokensPerRlc * staked_rlc);
}

void SenderQuotas::refill(Bucket& bucket, const Address& sender, std::uint64_t now_ms) {
    const bool is_new = bucket.size == 0;
    if (is_new || now_ms - bucket.sized_at_ms >= kResizeMs) {
        const std::uint64_t size = bucket_size(staked_rlc_ ? staked_rlc_(sender) : 0);
        if (size > bucket.size) bucket.milli_tokens += (size - bucket.size) * 1000;
        bucket.size = size;
        bucket.sized_at_ms = now_ms;
    }
    const std::uint64_t elapsed = is_new ? 0 : std::min(now_ms - bucket.filled_at_ms, kRefillMs);
    bucket.milli_tokens = std::min(bucket.size * 1000, bucket.milli_tokens + elapsed * bucket.size * 1000 / kRefillMs);
    bucket.filled_at_ms = now_ms;
}

void SenderQuotas::forget_full(std::uint64_t now_ms) {
    std::erase_if(buckets_, [&](const auto& entry) { return now_ms - entry.second.filled_at_ms >= kRefillMs; });
}

std::uint64_t SenderQuotas::take(const Address& sender, std::size_t bytes, std::uint64_t now_ms) {
    if (buckets_.size() >= kMaxBuckets) forget_full(now_ms);
    Bucket& bucket = buckets_[sender];
    refill(bucket, sender, now_ms);
    const std::uint64_t cost = (std::uint64_t{bytes} + 1023) / 1024 * 1000;
    if (bucket.milli_tokens >= cost) {
        bucket.milli_tokens -= cost;
        return 0;
    }
    const std::uint64_t per_ms = std::max<std::uint64_t>(1, bucket.size * 1000 / kRefillMs);
    return (cost - bucket.milli_tokens) / per_ms + 1;
}

}  // namespace bourse::engine
