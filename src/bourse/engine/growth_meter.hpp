// Who makes the state grow (spec/chain.md §7): free gas must not mean free state, so the node shows it.
#pragma once

#include <bourse/chain/execution.hpp>

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bourse::engine {

/// One user at a time: the thread that commits blocks.
class GrowthMeter {
public:
    /// Counts a committed block, and every ten seconds of chain time puts the largest senders into the metric
    /// bourse_node_state_growth_bytes.
    void add(const chain::ExecutedBlock& block);
    /// Senders with the largest growth since the start, largest first, in bytes.
    std::vector<std::pair<Address, std::int64_t>> largest(std::size_t count) const;

private:
    void forget_small();

    std::unordered_map<Address, std::int64_t> by_sender_;
    std::uint64_t exported_at_ms_ = 0;
};

}  // namespace bourse::engine
