// How much credibility a task still lacks (middleware.md §2.7 [R], poco.md §9), in exact integers.
#pragma once

#include <bourse/poco/consensus.hpp>
#include <bourse/scheduler/reconcile.hpp>

namespace bourse::scheduler {

class Need {
public:
    /// From the contributions on chain and the engagements that still count at `now_ms`.
    Need(const Task& task, const Deal& deal, std::uint64_t replacement_ms, std::uint64_t now_ms);

    /// The best group, with everyone who is pending joining it, would reach consensus; or no number of workers can.
    bool is_met() const noexcept { return met_; }
    /// One more worker of this weight joins.
    void add(const Uint256& weight);
    /// Engagements that count and have not contributed yet.
    std::uint64_t pending() const noexcept { return pending_; }

private:
    void test();

    Uint256 trust_;
    Uint256 predicted_;  ///< best group × pending weights; 0 while both are empty
    Uint256 others_;     ///< sum of the other groups
    std::uint64_t pending_ = 0;
    bool met_ = false;
};

/// Does this engagement count as on its way to a contribution?
bool counts_as_pending(const Replicate& replicate, std::uint64_t replacement_ms, std::uint64_t now_ms) noexcept;

}  // namespace bourse::scheduler
