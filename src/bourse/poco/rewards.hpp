// Money of a task: stakes, kitty, distribution (poco.md §10). Amounts in nRLC.
#pragma once

#include <bourse/base/uint256.hpp>

#include <optional>
#include <vector>

namespace bourse::poco {

/// floor(pool price · 30 / 100), a task; nullopt on overflow.
std::optional<Uint256> scheduler_stake(const Uint256& workerpool_price) noexcept;
/// What a success pays from a kitty of this size: min(max(10 %, 1 RLC), all); nullopt on overflow.
std::optional<Uint256> kitty_share(const Uint256& kitty) noexcept;
/// floor(pool price · ratio / 100): the stake of a contribution; nullopt on overflow.
std::optional<Uint256> worker_stake(const Uint256& workerpool_price, const Uint256& ratio) noexcept;
/// floor(score · 2 / 3): after a faulty contribution; nullopt on overflow.
std::optional<Uint256> slashed_score(const Uint256& score) noexcept;

struct Share {
    bool proved = false;
    Uint256 weight;  ///< logarithmic, as stored
};
struct Distribution {
    std::vector<Uint256> workers;  ///< reward of each share; 0 for those not proved
    Uint256 scheduler;             ///< the rest, rounding dust included
};
/// Splits price + stakes of those not proved. `ratio` is the scheduler's percentage. nullopt where the contract panics.
std::optional<Distribution> distribute(const Uint256& workerpool_price, const Uint256& worker_stake,
                                       const Uint256& ratio, const std::vector<Share>& shares) noexcept;
/// contributeAndFinalize: floor(price · (100 − ratio) / 100) for the worker, the rest for the scheduler.
struct FastReward {
    Uint256 worker;
    Uint256 scheduler;
};
std::optional<FastReward> fast_reward(const Uint256& workerpool_price, const Uint256& ratio) noexcept;

}  // namespace bourse::poco
