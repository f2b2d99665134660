// The scheduler's HTTP interface: tasks, logs for their requester, workers, pool; the SDK's read-only paths beside
// ours.
#pragma once

#include <bourse/net/http_server.hpp>
#include <bourse/scheduler/core.hpp>

#include <map>
#include <mutex>
#include <string>

namespace bourse::scheduler {

/// Pending challenges for log access (sdk-interop.md §3.3, §6): several for an address, each used once, each for an
/// hour.
class LogChallenges {
public:
    explicit LogChallenges(std::uint64_t chain_id) : chain_id_(chain_id) {}
    /// Typed data of a fresh challenge. `now_ms`: monotonic.
    nlohmann::json create(const Address& address, std::uint64_t now_ms);
    /// The address that signed a pending challenge. Errors: AUTHORIZATION_INVALID.
    Result<Address> redeem(std::string_view header, std::uint64_t now_ms);

private:
    struct Pending {
        Address address;
        std::uint64_t until_ms = 0;
    };
    std::uint64_t chain_id_;
    std::mutex mutex_;
    std::map<Hash, Pending> pending_;
};

struct RestConfig {
    Address pool;
    Address scheduler;
    Address hub;
    std::uint64_t chain_id = 0;
};

class RestApi {
public:
    RestApi(RestConfig config, Core& core, EventStore& store);
    void add_routes(net::HttpServer& server);

private:
    net::Response show_task(const net::Request& request) const;
    net::Response show_task_for_sdk(const net::Request& request) const;
    net::Response show_replicate_for_sdk(const net::Request& request) const;
    net::Response api_of_pool_for_sdk(const net::Request& request) const;
    net::Response challenge(const net::Request& request, bool for_sdk);
    net::Response logs(const net::Request& request, bool for_sdk);
    net::Response lines_of_task(const net::Request& request);
    net::Response lines_of_worker(const net::Request& request);
    net::Response lines(const net::Request& request, LineQuery query) const;
    /// Nothing where the task is unknown.
    std::optional<Address> requester_of(const std::optional<poco::TaskId>& id) const;
    Result<Address> reader_of(const net::Request& request);
    net::Response workers() const;
    net::Response pool() const;
    net::Response figures() const;
    net::Response usage(const net::Request& request) const;
    net::Response drain(const net::Request& request, bool draining);
    /// Order to a worker that has joined.
    net::Response order_worker(const net::Request& request, const std::function<void(const Address&)>& order);
    net::Response set_terms(const net::Request& request);

    RestConfig config_;
    Core* core_;
    EventStore* store_;
    LogChallenges challenges_;
};

/// The status names of middleware.md §2.4 as a projection of a task's state.
std::string sdk_task_status(const Task& task);
std::string sdk_replicate_status(const Replicate& replicate, const Task& task);

/// Sets the gauges of middleware.md §9.6 from the state.
void publish_gauges(const Core& core);

}  // namespace bourse::scheduler
