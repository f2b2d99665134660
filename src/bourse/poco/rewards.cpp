#include <bourse/poco/contracts.hpp>
#include <bourse/poco/rewards.hpp>

#include <algorithm>

namespace bourse::poco {
namespace {

/// floor(value · percent / 100) as the contract computes it: the product must fit.
std::optional<Uint256> percentage(const Uint256& value, const Uint256& percent) noexcept {
    const auto product = checked_mul(value, percent);
    if (!product) return std::nullopt;
    return *product / 100;
}

std::optional<Uint256> workers_part(const Uint256& value, const Uint256& scheduler_ratio) noexcept {
    const auto ratio = checked_sub(100, scheduler_ratio);
    if (!ratio) return std::nullopt;
    return percentage(value, *ratio);
}

}  // namespace

std::optional<Uint256> scheduler_stake(const Uint256& workerpool_price) noexcept {
    return percentage(workerpool_price, kWorkerpoolStakeRatio);
}

std::optional<Uint256> kitty_share(const Uint256& kitty) noexcept {
    const auto part = percentage(kitty, kKittyRatio);
    if (!part) return std::nullopt;
    return std::min(std::max(*part, Uint256(kKittyMin)), kitty);
}

std::optional<Uint256> worker_stake(const Uint256& workerpool_price, const Uint256& ratio) noexcept {
    return percentage(workerpool_price, ratio);
}

std::optional<Uint256> slashed_score(const Uint256& score) noexcept {
    const auto twice = checked_mul(score, 2);
    if (!twice) return std::nullopt;
    return *twice / 3;
}

std::optional<Distribution> distribute(const Uint256& workerpool_price, const Uint256& worker_stake,
                                       const Uint256& ratio, const std::vector<Share>& shares) noexcept {
    auto rest = std::optional(workerpool_price);
    Uint256 total_weight;
    for (const auto& share : shares) {
        if (share.proved)
            total_weight += share.weight;  // at most 255 each: no overflow
        else
            rest = rest ? checked_add(*rest, worker_stake) : std::nullopt;
    }
    const auto for_workers = rest ? workers_part(*rest, ratio) : std::nullopt;
    if (!for_workers) return std::nullopt;
    Distribution out;
    out.workers.reserve(shares.size());
    for (const auto& share : shares) {
        if (!share.proved) {
            out.workers.emplace_back();
            continue;
        }
        const auto part = mul_div(*for_workers, share.weight, total_weight);
        rest = part ? checked_sub(*rest, *part) : std::nullopt;
        if (!rest) return std::nullopt;
        out.workers.push_back(*part);
    }
    out.scheduler = *rest;
    return out;
}

std::optional<FastReward> fast_reward(const Uint256& workerpool_price, const Uint256& ratio) noexcept {
    const auto worker = workers_part(workerpool_price, ratio);
    if (!worker) return std::nullopt;
    return FastReward{*worker, workerpool_price - *worker};
}

}  // namespace bourse::poco
