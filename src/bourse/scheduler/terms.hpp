// How much of a machine its owner gives to the pool, and when.
#pragma once

#include <cstdint>

namespace bourse::scheduler {

struct Terms {
    static constexpr std::uint64_t kMinutesADay = 1'440;

    std::uint64_t places = 0;    ///< tasks at the same time; 0: as many as the worker says it can
    std::uint64_t from_min = 0;  ///< its hours, in minutes of the UTC day: from this one on…
    std::uint64_t to_min = 0;    ///< …and before this one, over midnight too; equal: all day
    bool only_idle = false;      ///< not while somebody else uses the machine; the worker watches that

    /// Whether a moment, in Unix milliseconds, lies in its hours.
    bool open_at(std::uint64_t unix_ms) const noexcept {
        if (from_min == to_min) return true;
        const auto minute = unix_ms / 60'000 % kMinutesADay;
        return from_min < to_min ? minute >= from_min && minute < to_min : minute >= from_min || minute < to_min;
    }
    bool operator==(const Terms&) const = default;
};

}  // namespace bourse::scheduler
