// Limits of a task by category (middleware.md §9.8), and the standard categories (poco.md §1.5).
#pragma once

#include <bourse/base/uint256.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace bourse::poco {

struct StandardCategory {
    std::string_view name;
    std::uint64_t time_ref;  ///< seconds
};
inline constexpr std::array<StandardCategory, 5> kStandardCategories{
    {{"XS", 300}, {"S", 1'200}, {"M", 3'600}, {"L", 10'800}, {"XL", 36'000}}};

inline constexpr std::uint64_t kMiB = 1024 * 1024;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

/// Equal on all workers of a task: they travel with each assignment.
struct TaskLimits {
    std::uint64_t seconds = 0;  ///< wall time by a steady clock: 1 × the category's time
    std::uint32_t cpus = 0;
    std::uint64_t memory_bytes = 0;  ///< swap included
    std::uint32_t processes = 0;
    std::uint32_t open_files = 0;
    std::uint64_t disk_bytes = 0;  ///< /iexec_out and scratch
    std::uint64_t inodes = 0;
    std::uint64_t download_bytes = 0;
    std::uint64_t image_bytes = 0;  ///< unpacked

    bool operator==(const TaskLimits&) const = default;
};
/// By the category's time; times between the standard ones take the next longer row, longer ones the last.
TaskLimits limits_for(const Uint256& time_ref) noexcept;

/// Bytes of each of stdout and stderr that are kept from the start and from the end.
inline constexpr std::uint64_t kStreamHeadBytes = 512 * 1024;
inline constexpr std::uint64_t kStreamTailBytes = 512 * 1024;

}  // namespace bourse::poco
