#include <bourse/scheduler/need.hpp>

namespace bourse::scheduler {

bool counts_as_pending(const Replicate& replicate, std::uint64_t replacement_ms, std::uint64_t now_ms) noexcept {
    return replicate.is_pending() && replicate.silent_ms == 0 && now_ms < replicate.assigned_ms + replacement_ms;
}

Need::Need(const Task& task, const Deal& deal, std::uint64_t replacement_ms, std::uint64_t now_ms)
    : trust_(std::max(deal.facts.trust, Uint256{1})) {
    // Products of weights by contributed value, as the hub keeps them.
    std::map<Hash, Uint256> groups;
    for (const auto& replicate : task.replicates) {
        if (replicate.chain != poco::ContributionStatus::kContributed) continue;
        auto& group = groups[replicate.hash];
        const auto product = checked_mul(std::max(group, Uint256{1}), replicate.weight);
        if (!product) {
            met_ = true;  // the hub itself would refuse any further contribution
            return;
        }
        group = *product;
    }
    for (const auto& [hash, group] : groups) {
        if (group >= predicted_) {
            others_ += predicted_;
            predicted_ = group;
        } else {
            others_ += group;
        }
    }
    for (const auto& replicate : task.replicates) {
        if (!counts_as_pending(replicate, replacement_ms, now_ms)) continue;
        add(replicate.weight);
        ++pending_;
    }
    test();
}

void Need::add(const Uint256& weight) {
    const auto product = checked_mul(std::max(predicted_, Uint256{1}), weight);
    if (!product) {
        met_ = true;
        return;
    }
    predicted_ = *product;
    test();
}

void Need::test() {
    if (predicted_.is_zero()) return;
    const auto total = checked_add(predicted_, others_ + Uint256{poco::kInitialTotal});
    const auto reached = total ? poco::is_consensus({predicted_, *total}, trust_) : std::nullopt;
    // Overflow: the hub panics on every contribution, so that nobody should be engaged.
    met_ = met_ || reached.value_or(true);
}

}  // namespace bourse::scheduler
