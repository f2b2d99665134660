// The scheduler role put together: log, core, outbox, follower, gate, REST, market.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/scheduler/pool_orders.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bourse::scheduler {

struct ServiceConfig {
    std::filesystem::path data_dir;
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0;
    std::string rpc_url;
    std::string ws_url;      ///< empty: the node's WebSocket at the same port
    std::string market_url;  ///< empty: orders are not renewed
    std::string store_url;
    Address hub;
    Address pool;
    bool private_pool = false;
    std::uint64_t start_block = 0;
    std::uint64_t worker_lost_ms = 15'000;
    std::uint64_t upload_timeout_ms = 120'000;
    std::uint64_t min_replacement_ms = 10'000;
    PoolOrdersConfig orders;
    std::vector<std::string> allowed_hosts;
    std::function<void(const std::string&)> on_fatal;
};

class SchedulerService {
public:
    /// Errors: those of client::Hub and db, HUB_MISSING, NOT_POOL_OWNER, DATA_FOREIGN, EVENT_DAMAGED, PORT_TAKEN,
    /// BIND_FAILED.
    static Result<std::unique_ptr<SchedulerService>> start(const ServiceConfig& config, const crypto::PrivateKey& key);
    ~SchedulerService();
    std::uint16_t port() const noexcept;

private:
    struct Impl;
    explicit SchedulerService(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::scheduler
