// How far another machine's clock is ahead of ours, from bounds that messages between the two give.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>

namespace bourse::scheduler {

/// Offsets in ms (theirs - ours) that one exchange allows; an open side knows nothing.
struct OffsetBounds {
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// They showed `shown_ms` to `shown_ms` + `grain_ms` at a moment between `sent_ms` and `came_ms` of our clock.
constexpr OffsetBounds bounds_of_answer(std::int64_t shown_ms, std::int64_t grain_ms, std::int64_t sent_ms,
                                        std::int64_t came_ms) noexcept {
    return {shown_ms - came_ms, shown_ms + grain_ms - sent_ms};
}

/// Every exchange is true for itself, whatever its message's way took; together they leave a narrow range. One that
/// contradicts older ones ends them: a clock was set. Safe from any thread.
class ClockOffset {
public:
    static constexpr std::size_t kReadings = 32;

    void note(const OffsetBounds& bounds) {
        if (bounds.low > bounds.high) return;  // nobody's clock shows that
        const std::lock_guard lock(mutex_);
        readings_.push_front(bounds);
        if (readings_.size() > kReadings) readings_.pop_back();
    }
    /// The offset next to 0 that fits: no alarm without a reason. nullopt before the first reading.
    std::optional<std::int64_t> ms() const {
        const std::lock_guard lock(mutex_);
        if (readings_.empty()) return std::nullopt;
        OffsetBounds left;
        for (const auto& reading : readings_) {
            const OffsetBounds both{std::max(left.low, reading.low), std::min(left.high, reading.high)};
            if (both.low > both.high) break;
            left = both;
        }
        return std::clamp<std::int64_t>(0, left.low, left.high);
    }

private:
    mutable std::mutex mutex_;
    std::deque<OffsetBounds> readings_;  ///< newest first
};

}  // namespace bourse::scheduler
