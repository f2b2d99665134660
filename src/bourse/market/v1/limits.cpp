#include <bourse/market/v1/limits.hpp>

#include <algorithm>
#include <cmath>

namespace bourse::market {

namespace {

constexpr std::size_t kMaxClients = 100'000;

}  // namespace

Bucket::Level& Bucket::level_of(const std::string& who) {
    const auto now = now_ms_();
    if (levels_.size() >= kMaxClients)  // those that are full again need no memory
        std::erase_if(levels_, [&](const auto& entry) {
            return static_cast<double>(now - entry.second.at_ms) * per_minute_ / 60'000.0 >= burst_;
        });
    auto& level = levels_.try_emplace(who, Level{burst_, now}).first->second;
    level.tokens = std::min(burst_, level.tokens + static_cast<double>(now - level.at_ms) * per_minute_ / 60'000.0);
    level.at_ms = now;
    return level;
}

unsigned Bucket::wait_of(const Level& level, double cost) const {
    if (level.tokens >= cost) return 0;
    return static_cast<unsigned>(std::ceil((cost - level.tokens) * 60.0 / per_minute_));
}

unsigned Bucket::wait_for_s(const std::string& who, double cost) {
    if (per_minute_ <= 0) return 0;
    const std::lock_guard lock(mutex_);
    return wait_of(level_of(who), cost);
}

unsigned Bucket::refuse_for_s(const std::string& who, double cost) {
    if (per_minute_ <= 0) return 0;
    const std::lock_guard lock(mutex_);
    auto& level = level_of(who);
    const auto wait = wait_of(level, cost);
    if (wait == 0) level.tokens -= cost;
    return wait;
}

bool is_exempt(const std::string& address, const std::vector<std::string>& exempt) {
    return address == "127.0.0.1" || address == "::1" || std::ranges::find(exempt, address) != exempt.end();
}

}  // namespace bourse::market
