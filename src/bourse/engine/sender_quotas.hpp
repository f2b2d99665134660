// Token buckets of senders (spec/chain.md §7): what bounds spam where gas is free. Admission policy, not consensus.
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstdint>
#include <functional>
#include <unordered_map>

namespace bourse::engine {

/// One user at a time (the pool's lock).
class SenderQuotas {
public:
    /// `staked_rlc`: stake plus lock of an account in whole RLC; asked at most once in ten seconds for each sender.
    explicit SenderQuotas(std::function<std::uint64_t(const Address&)> staked_rlc)
        : staked_rlc_(std::move(staked_rlc)) {}

    /// Takes one token for each started KiB. 0 if there were enough, else the milliseconds until there will be.
    std::uint64_t take(const Address& sender, std::size_t bytes, std::uint64_t now_ms);

    /// 256 + 16 for each RLC, at most 65,536.
    static std::uint64_t bucket_size(std::uint64_t staked_rlc) noexcept;

private:
    struct Bucket {
        std::uint64_t size = 0;
        std::uint64_t milli_tokens = 0;
        std::uint64_t filled_at_ms = 0;
        std::uint64_t sized_at_ms = 0;
    };
    void refill(Bucket& bucket, const Address& sender, std::uint64_t now_ms);
    void forget_full(std::uint64_t now_ms);

    std::function<std::uint64_t(const Address&)> staked_rlc_;
    std::unordered_map<Address, Bucket> buckets_;
};

}  // namespace bourse::engine
