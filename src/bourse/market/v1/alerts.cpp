#include <bourse/market/v1/alerts.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

namespace bourse::market {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kNobodyMs = 60'000;
constexpr std::uint64_t kPriceHighMs = 3'600'000;
constexpr std::uint64_t kHeadOldMs = 15'000;
constexpr std::uint64_t kStakeTasks = 10;
constexpr std::uint64_t kDiskPercent = 10;
constexpr std::int64_t kOwnerPercent = 33;
constexpr std::int64_t kOwnerLeastWorkers = 3;

}  // namespace

void worker_alerts(const Json& workers, Ops& ops, std::vector<Alert>& out) {
    std::int64_t lost = 0, alive = 0;
    std::uint64_t least_silence = UINT64_MAX;
    std::map<std::string, std::int64_t> by_owner;
    for (const auto& worker : workers) {
        const auto delay = delay_of(worker);
        if (delay.is_number()) least_silence = std::min(least_silence, delay.get<std::uint64_t>());
        if (worker_state(worker) == "lost") {
            ++lost;
            continue;
        }
        ++alive;
        ++by_owner[worker.value("owner", worker.value("worker", std::string()))];
    }
    const auto held = ops.held_ms("nobody", alive == 0);
    if (alive == 0 && std::max(held, least_silence == UINT64_MAX ? 0 : least_silence) >= kNobodyMs)
        out.push_back({"NO_WORKER", "danger", "No worker is alive.", "Start a worker: `bourse worker`."});
    else if (lost > 0)
        out.push_back({"WORKER_LOST", "warning", fmt::format("{} of {} workers are silent.", lost, workers.size()),
                       "Look at the machine and the worker's log."});
    for (const auto& [owner, count] : by_owner)
        if (alive >= kOwnerLeastWorkers && count * 100 > alive * kOwnerPercent)
            out.push_back({"OWNER_SHARE", "warning",
                           fmt::format("{} of {} living workers belong to {}.", count, alive, owner),
                           "Workers of one owner never check each other: trust above theirs needs others. Let more "
                           "owners join."});
}

void head_alert(std::int64_t transactions, std::int64_t head_age_ms, Ops& ops, std::vector<Alert>& out) {
    const auto waited = ops.held_ms("transactions", transactions > 0);
    if (waited > kHeadOldMs && head_age_ms > static_cast<std::int64_t>(kHeadOldMs))
        out.push_back(
            {"HEAD_OLD", "danger",
             fmt::format("The last block is {} s old, and {} transactions wait.", head_age_ms / 1'000, transactions),
             "Look at the node: does it take transactions? Has its disk room?"});
}

void clock_alert(const Json& scheduler, const Json& workers, std::vector<Alert>& out) {
    constexpr const char* kRunbook =
        "Set the clocks of both machines by NTP (`timedatectl`). A development chain whose time was moved shows this "
        "too.";
    if (clock_is_off(scheduler)) {
        const auto ahead = clock_ahead_of(scheduler).get<std::int64_t>();
        out.push_back({"CLOCK_OFFSET", "warning",
                       fmt::format("The node's clock is {} s {} the scheduler's: deadlines go by it.",
                                   std::abs(ahead) / 1'000, ahead > 0 ? "ahead of" : "behind"),
                       kRunbook});
        return;
    }
    std::int64_t living = 0, off = 0;
    std::string name;
    for (const auto& worker : workers) {
        if (worker_state(worker) == "lost") continue;
        ++living;
        if (!clock_is_off(worker)) continue;
        ++off;
        if (name.empty()) name = worker.value("worker", "");
    }
    if (off > 0)
        out.push_back({"CLOCK_OFFSET", "warning",
                       fmt::format("The clocks of {} of {} living workers are more than 5 s off the scheduler's, first "
                                   "that of {}.",
                                   off, living, name),
                       kRunbook});
}

void stake_alert(const std::optional<std::uint64_t>& tasks_covered, std::vector<Alert>& out) {
    if (tasks_covered && *tasks_covered < kStakeTasks)
        out.push_back({"STAKE_LOW", "warning", fmt::format("The free stake covers {} further tasks.", *tasks_covered),
                       "Deposit from the pool owner's wallet, or lower the volume of the orders."});
}

void price_alert(const PoolOffer& offer, const Json& workers, Ops& ops, std::vector<Alert>& out) {
    std::int64_t places = 0, busy = 0;
    for (const auto& worker : workers) {
        if (worker_state(worker) == "lost") continue;
        places += number_in(worker, "slots");
        busy += number_in(worker, "busy");
    }
    const bool high = offer.ask && offer.bid && *offer.ask * 10 > *offer.bid * 12 && places > 0 && busy * 2 < places;
    if (ops.held_ms("price", high) >= kPriceHighMs && high)
        out.push_back({"PRICE_HIGH", "info",
                       fmt::format("The best ask, {} nRLC, is more than 20 % above the best bid, {} nRLC, for an hour, "
                                   "and most places are idle.",
                                   *offer.ask, *offer.bid),
                       "Lower the price of the pool's orders."});
}

void disk_alert(std::uint64_t free_bytes, std::uint64_t total_bytes, std::vector<Alert>& out) {
    if (total_bytes > 0 && free_bytes < total_bytes / 100 * kDiskPercent)
        out.push_back({"DISK_LOW", "danger",
                       fmt::format("{} % of the market's disk is free.", free_bytes * 100 / total_bytes),
                       "Make room: old logs, the content cache, or a larger disk."});
}

}  // namespace bourse::market
