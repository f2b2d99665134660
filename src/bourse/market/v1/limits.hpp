// Request limits by client: a bucket that refills steadily.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace bourse::market {

/// `per_minute` requests on average, `burst` at once. 0 a minute: no limit. Safe from any thread.
class Bucket {
public:
    /// `now_ms`: monotonic.
    Bucket(double per_minute, double burst, std::function<std::uint64_t()> now_ms)
        : per_minute_(per_minute), burst_(burst), now_ms_(std::move(now_ms)) {}
    /// Seconds until `cost` can be had; 0: at once. Takes nothing.
    unsigned wait_for_s(const std::string& who, double cost);
    /// 0: granted; else the seconds until `cost` can be had.
    unsigned refuse_for_s(const std::string& who, double cost);

private:
    struct Level {
        double tokens = 0;
        std::uint64_t at_ms = 0;
    };
    Level& level_of(const std::string& who);
    unsigned wait_of(const Level& level, double cost) const;

    double per_minute_, burst_;
    std::function<std::uint64_t()> now_ms_;
    std::mutex mutex_;
    std::unordered_map<std::string, Level> levels_;
};

/// 127.0.0.1, ::1 and listed addresses.
bool is_exempt(const std::string& address, const std::vector<std::string>& exempt);

}  // namespace bourse::market
