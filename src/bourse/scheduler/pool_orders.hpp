// Keeps the pool's orders at the market alive: one for each category, of a trust that the live workers can reach and a
// volume that the deposit covers (design.md §6). The market is the only memory, so that a restart changes nothing.
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/orders.hpp>
#include <bourse/scheduler/subscriptions.hpp>
#include <bourse/scheduler/supply.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace bourse::scheduler {

struct OrderOffer {
    std::uint64_t category = 0;
    std::uint64_t price_nrlc = 0;
};

struct PoolOrdersConfig {
    Address pool;
    std::vector<OrderOffer> offers;  ///< XS … XL at 20, 40, 80, 160, 320 nRLC by default
    std::uint64_t wanted_trust = 3;
    std::uint64_t volume = 10'000;
    std::uint64_t period_ms = 5'000;
    std::uint64_t grace_ms = 20'000;      ///< after the start: workers are still coming back, nothing is withdrawn
    std::uint64_t settle_ms = 3'000;      ///< a trust below the wanted one is offered once it has held for so long
    std::filesystem::path subscriptions;  ///< as parse_subscriptions; empty: none
};

/// One order as it stands at the market.
struct StandingOrder {
    poco::WorkerpoolOrder order;
    Hash hash;
    std::uint64_t remaining = 0;
};

/// What should be done: pure.
struct OrderPlan {
    std::vector<poco::WorkerpoolOrder> publish;  ///< without salt and signature
    std::vector<Hash> withdraw;
};
/// `trust`: what live workers reach, 0 for none; `spendable`: the pool owner's deposit that is not locked;
/// `may_withdraw`: false within the grace time. A trust of 0 publishes nothing.
OrderPlan plan_orders(const PoolOrdersConfig& config, const std::vector<StandingOrder>& standing, const Uint256& trust,
                      const Uint256& spendable, bool draining, bool may_withdraw);

class PoolOrders {
public:
    /// `offers`: workers that are logged in; `draining`: nothing is offered any more.
    PoolOrders(PoolOrdersConfig config, client::MarketClient market, const client::Hub& hub,
               const crypto::PrivateKey& key, std::function<std::vector<Offer>()> offers,
               std::function<bool()> draining);
    ~PoolOrders();
    void start();
    void stop();
    /// A deal was made, or workers came or went: look now.
    void wake();

private:
    void run();
    void tell(const Status<>& status, std::string& last_error) const;
    Status<> look();

    PoolOrdersConfig config_;
    client::MarketClient market_;
    const client::Hub* hub_;
    crypto::PrivateKey key_;
    SubscriptionOrders subscriptions_;
    std::function<std::vector<Offer>()> offers_;
    std::function<bool()> draining_;
    std::uint64_t started_ms_ = 0;
    std::string last_error_, last_subscription_error_;
    Uint256 last_trust_;
    std::uint64_t trust_since_ms_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace bourse::scheduler
