// eth_subscribe: new heads, logs and pending transactions towards WebSocket connections, in order and without gaps.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/rpc/method.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

namespace bourse::rpc {

/// Name of a subscription or filter: a quantity of 128 bits that cannot be guessed and does not come twice.
std::string random_quantity();

/// All subscriptions of a node. Listens to the engine for its own life, which must be as long as the engine's.
class Subscriptions {
public:
    Subscriptions(engine::Engine& engine, const RpcLimits& limits);

    /// What one connection may do while one of its messages is handled. A new subscription hears nothing before its
    /// answer is queued, and everything from then on: a client must know the id before the first event.
    class Connection final : public SubscriptionSink {
    public:
        Connection(Subscriptions& all, net::WsConnectionPtr connection)
            : all_(all), connection_(std::move(connection)) {}
        RpcResult<std::string> subscribe(const std::string& kind, const SubscriptionArguments& arguments) override;
        bool unsubscribe(const std::string& id) override;
        /// Queues the answer to the message and lets its new subscriptions hear, as one step.
        void answer(std::string text);

    private:
        Subscriptions& all_;
        net::WsConnectionPtr connection_;
        std::vector<std::string> fresh_;
    };

    void forget(const net::WsConnectionPtr& connection);
    std::size_t size() const;

private:
    enum class Kind : std::uint8_t { kHeads, kLogs, kPending, kSyncing };
    struct Entry {
        net::WsConnectionPtr connection;
        Kind kind = Kind::kHeads;
        engine::LogFilter filter;
        bool full = false;  ///< kPending: whole transactions
        bool active = false;
    };

    void on_commit(const engine::CommittedBlock& block);
    void on_add(const chain::TransactionPtr& tx);
    void send(const Entry& entry, const std::string& id, std::string_view result) const;
    void send_logs(const Entry& entry, const std::string& id, const chain::ExecutedBlock& block) const;

    const RpcLimits& limits_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;  ///< by id
    std::atomic<std::size_t> count_{0};     ///< of entries, so that nobody pays while there are none
};

}  // namespace bourse::rpc
