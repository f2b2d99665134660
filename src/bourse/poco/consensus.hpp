// Consensus mathematics, exact integers (poco.md §9).
#pragma once

#include <bourse/base/uint256.hpp>

#include <optional>

namespace bourse::poco {

/// max(score / 3, 3) − 1: at least 2.
Uint256 worker_weight(const Uint256& score) noexcept;
/// floor(log2(weight)) as a contribution stores it; weight ≥ 1.
unsigned log_weight(const Uint256& weight) noexcept;

/// Credibility of one group and of the task after a contribution.
struct Credibility {
    Uint256 group;
    Uint256 total;

    bool operator==(const Credibility&) const = default;
};
inline constexpr std::uint64_t kInitialTotal = 1;
/// Adds a worker of this weight to the group; nullopt where it does not fit in 256 bits (the hub panics).
std::optional<Credibility> add_contribution(const Credibility& before, const Uint256& weight) noexcept;
/// group · trust > total · (trust − 1); nullopt on overflow. A trust of 0 counts as 1, as in deals.
std::optional<bool> is_consensus(const Credibility& credibility, const Uint256& trust) noexcept;

/// Further agreeing contributions of weight `weight` that reach consensus from here; nullopt if never within 256 bits.
std::optional<unsigned> contributions_needed(Credibility from, const Uint256& trust, const Uint256& weight) noexcept;

}  // namespace bourse::poco
