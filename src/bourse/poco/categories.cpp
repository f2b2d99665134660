#include <bourse/poco/categories.hpp>

namespace bourse::poco {
namespace {

constexpr std::array<TaskLimits, 5> kLimitRows{
    {{300, 1, 512 * kMiB, 128, 1'024, 256 * kMiB, 16'384, 256 * kMiB, 2 * kGiB},
     {1'200, 1, 1 * kGiB, 128, 1'024, 1 * kGiB, 65'536, 1 * kGiB, 4 * kGiB},
     {3'600, 1, 2 * kGiB, 256, 4'096, 4 * kGiB, 262'144, 4 * kGiB, 8 * kGiB},
     {10'800, 2, 4 * kGiB, 512, 4'096, 16 * kGiB, 1'048'576, 16 * kGiB, 16 * kGiB},
     {36'000, 2, 8 * kGiB, 1'024, 4'096, 64 * kGiB, 1'048'576, 64 * kGiB, 16 * kGiB}}};

}  // namespace

TaskLimits limits_for(const Uint256& time_ref) noexcept {
    TaskLimits limits = kLimitRows.back();
    for (const auto& row : kLimitRows) {
        if (time_ref > row.seconds) continue;
        limits = row;
        break;
    }
    limits.seconds = time_ref.saturated_u64();
    return limits;
}

}  // namespace bourse::poco
