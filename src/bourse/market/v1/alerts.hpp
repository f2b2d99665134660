// The conditions of a pool's alerts (web-ui §10.7), apart from where their facts come from.
#pragma once

#include <bourse/market/v1/ops.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace bourse::market {

/// What a pool asks at this market, and the best bid for its cheapest order's category; nRLC a task.
struct PoolOffer {
    std::size_t orders = 0;
    std::optional<std::uint64_t> ask, bid;
    std::optional<std::uint64_t> least_stake;  ///< that one more task locks of the pool's owner
};

// Each adds what holds now to `out`. `ops` remembers since when something holds.

/// NO_WORKER after 60 s without one; WORKER_LOST; OWNER_SHARE above 33 % of three workers or more.
void worker_alerts(const nlohmann::json& workers, Ops& ops, std::vector<Alert>& out);
/// HEAD_OLD: transactions of the scheduler wait for more than 15 s, and the last block is older than that too. Our
/// chain makes no blocks where there is nothing to do.
void head_alert(std::int64_t transactions, std::int64_t head_age_ms, Ops& ops, std::vector<Alert>& out);
/// CLOCK_OFFSET: the node's clock, or a living worker's, is more than 5 s off the scheduler's.
void clock_alert(const nlohmann::json& scheduler, const nlohmann::json& workers, std::vector<Alert>& out);
/// STAKE_LOW: the free stake covers less than 10 further tasks; nothing where the pool has no order.
void stake_alert(const std::optional<std::uint64_t>& tasks_covered, std::vector<Alert>& out);
/// PRICE_HIGH: for an hour, the best ask more than 20 % above the best bid, and most places idle.
void price_alert(const PoolOffer& offer, const nlohmann::json& workers, Ops& ops, std::vector<Alert>& out);
/// DISK_LOW: less than 10 % free.
void disk_alert(std::uint64_t free_bytes, std::uint64_t total_bytes, std::vector<Alert>& out);

}  // namespace bourse::market
