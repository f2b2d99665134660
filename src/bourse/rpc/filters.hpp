// Filters that a client polls: eth_newFilter, eth_newBlockFilter, eth_newPendingTransactionFilter and their kin. A log
// or block filter remembers only the next block it has to tell of; what happened is read from the store when it is
// asked.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/rpc/method.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace bourse::rpc {

/// Any client that knows a filter's id may use it, by any connection, as with other nodes. Safe from any thread.
class Filters {
public:
    /// Listens to the engine's pool for its own life, which must be as long as the engine's. `clock_ms`: monotonic.
    Filters(engine::Engine& engine, const RpcLimits& limits, std::function<std::uint64_t()> clock_ms);

    /// The id. What comes after the view's head will be told. Errors: −32005 beyond the limit of the connection or of
    /// the node.
    RpcResult<std::string> add_logs(const CallContext& context, LogArguments arguments);
    RpcResult<std::string> add_blocks(const CallContext& context);
    RpcResult<std::string> add_pending(const CallContext& context);

    /// What is new since the last poll, as a JSON array. An answer that would exceed the limits of eth_getLogs ends at
    /// an earlier block; the next poll goes on from there. Errors: −32000 for an unknown (or dead) filter.
    Answer changes(const CallContext& context, const std::string& id);
    /// Arguments of a log filter. Errors: −32000 for any other.
    RpcResult<LogArguments> log_arguments(const std::string& id);
    bool remove(const std::string& id);
    std::size_t size() const;

private:
    enum class Kind : std::uint8_t { kLogs, kBlocks, kPending };
    struct Filter {
        Kind kind = Kind::kBlocks;
        std::uint64_t connection = 0;
        LogArguments logs;
        std::uint64_t polled_ms = 0;  ///< guarded by the mutex of all filters

        std::mutex mutex;  ///< one poll at a time
        std::uint64_t next_block = 0;
        std::uint64_t next_pending = 0;
    };
    using FilterPtr = std::shared_ptr<Filter>;

    RpcResult<std::string> add(const CallContext& context, FilterPtr filter);
    /// Null where it is unknown; counts as a poll.
    FilterPtr find(const std::string& id);
    void forget_dead_locked(std::uint64_t now_ms);
    void erase_locked(std::map<std::string, FilterPtr>::iterator it);
    void on_add(const chain::TransactionPtr& tx);
    Answer new_logs(const CallContext& context, Filter& filter) const;
    Answer new_blocks(const CallContext& context, Filter& filter) const;
    Answer new_pending(Filter& filter) const;

    const RpcLimits& limits_;
    std::function<std::uint64_t()> clock_ms_;
    mutable std::mutex mutex_;
    std::map<std::string, FilterPtr> filters_;  ///< by id
    /// Of filters_; nobody pays for announcements while there are none.
    std::atomic<std::size_t> pending_filters_{0};
    std::deque<Hash> announced_;         ///< the newest admissions, while a pending filter lives
    std::uint64_t first_announced_ = 0;  ///< number of announced_.front()
};

}  // namespace bourse::rpc
