#include <bourse/base/assert.hpp>
#include <bourse/poco/consensus.hpp>

#include <algorithm>

namespace bourse::poco {

Uint256 worker_weight(const Uint256& score) noexcept { return std::max(score / 3, Uint256(3)) - 1; }

unsigned log_weight(const Uint256& weight) noexcept {
    BOURSE_ASSERT(!weight.is_zero());
    return weight.bit_length() - 1;
}

std::optional<Credibility> add_contribution(const Credibility& before, const Uint256& weight) noexcept {
    const auto group = checked_mul(std::max(before.group, Uint256(1)), weight);
    if (!group) return std::nullopt;
    const auto delta = checked_sub(*group, before.group);
    const auto total = delta ? checked_add(before.total, *delta) : std::nullopt;
    if (!total) return std::nullopt;
    return Credibility{*group, *total};
}

std::optional<bool> is_consensus(const Credibility& credibility, const Uint256& trust) noexcept {
    const Uint256 needed = std::max(trust, Uint256(1));
    const auto left = checked_mul(credibility.group, needed);
    const auto right = checked_mul(credibility.total, needed - 1);
    if (!left || !right) return std::nullopt;
    return *left > *right;
}

std::optional<unsigned> contributions_needed(Credibility from, const Uint256& trust, const Uint256& weight) noexcept {
    // Weights are at least 2, so a group outgrows 256 bits within 256 steps.
    for (unsigned n = 1; n <= 256; ++n) {
        const auto next = add_contribution(from, weight);
        const auto reached = next ? is_consensus(*next, trust) : std::nullopt;
        if (!reached) return std::nullopt;
        if (*reached) return n;
        from = *next;
    }
    return std::nullopt;
}

}  // namespace bourse::poco
