// The chain's clock between two readings of the pending block's time.
#pragma once

#include <cstdint>
#include <mutex>

namespace bourse::scheduler {

/// Runs on from the last reading with the machine's steady clock. Never goes back. Safe from any thread.
class ChainClock {
public:
    /// A reading of the pending block's time, or of a new head's, at `steady_ms`. True when it is ahead of what the
    /// clock had said by more than a second: somebody moved the chain's time.
    bool note(std::uint64_t time_s, std::uint64_t steady_ms) {
        const std::lock_guard lock(mutex_);
        const auto said = at(steady_ms);
        if (has_reading_ && time_s <= said) return false;
        const bool moved = has_reading_ && time_s > said + 1;
        has_reading_ = true;
        base_s_ = time_s;
        base_ms_ = steady_ms;
        return moved;
    }
    std::uint64_t now_s(std::uint64_t steady_ms) const {
        const std::lock_guard lock(mutex_);
        return at(steady_ms);
    }

private:
    std::uint64_t at(std::uint64_t steady_ms) const {
        if (!has_reading_ || steady_ms < base_ms_) return base_s_;
        return base_s_ + (steady_ms - base_ms_) / 1'000;
    }

    mutable std::mutex mutex_;
    bool has_reading_ = false;
    std::uint64_t base_s_ = 0;
    std::uint64_t base_ms_ = 0;
};

}  // namespace bourse::scheduler
