// Clocks of the processes outside the deterministic zone.
#pragma once

#include <cstdint>
#include <string>

namespace bourse::sys {

std::uint64_t unix_time_s();
std::uint64_t unix_time_ms();
/// Monotonic milliseconds; for time-outs and measurements.
std::uint64_t steady_ms();
/// 2026-06-01T12:00:00.000Z
std::string iso8601_ms(std::uint64_t unix_ms);

}  // namespace bourse::sys
