// Subscriptions: so many tasks a period for one requester at a fixed price, until an end. The four signed orders know
// no time, so the pool's own service signs an order for each period and withdraws it when the next one begins.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/hub.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/poco/orders.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace bourse::scheduler {

struct Subscription {
    Address requester;
    std::uint64_t category = 0;
    std::uint64_t trust = 1;
    std::uint64_t price_nrlc = 0;           ///< a task
    std::uint64_t tasks = 0;                ///< a period
    std::uint64_t from_s = 0, until_s = 0;  ///< Unix time; the end is not served any more
    std::uint64_t period_s = 0;

    bool operator==(const Subscription&) const = default;
};

/// A JSON array of {"requester", "category", "trust", "price_nrlc", "tasks", "from", "until", "period_s"}; category 0
/// and trust 1 may be left out. Errors: SUBSCRIPTION_INVALID.
Result<std::vector<Subscription>> parse_subscriptions(std::string_view json);

/// The order of the period at `now_s`, unsigned; nullopt before the first and after the last. Its salt names
/// subscription and period: made again after a restart it is the same order, so the chain counts its tasks once.
std::optional<poco::WorkerpoolOrder> order_of_period(const Subscription& subscription, const Address& pool,
                                                     std::uint64_t now_s);
/// Is it an order of this subscription, of whatever period?
bool belongs_to(const Bytes32& salt, const Subscription& subscription, const Address& pool);

/// Keeps the orders of all subscriptions of a file at the market. The file is read anew each time: it may change, and
/// it may be missing. Tasks of a period that nobody has used end with it at the market; whoever kept the signed order
/// could still match it, unless the owner closes it on chain (`bourse order cancel`).
class SubscriptionOrders {
public:
    /// References outlive it.
    SubscriptionOrders(std::filesystem::path file, const Address& pool, const client::MarketClient& market,
                       const client::Hub& hub, const crypto::PrivateKey& key)
        : file_(std::move(file)), pool_(pool), market_(&market), hub_(&hub), key_(&key) {}
    /// `draining`: everything is withdrawn. Errors of file, node and market: the first, after all were tried.
    Status<> look(std::uint64_t now_s, bool draining) const;

private:
    Status<> renew(const Subscription& subscription, std::uint64_t now_s, bool draining) const;

    std::filesystem::path file_;
    Address pool_;
    const client::MarketClient* market_;
    const client::Hub* hub_;
    const crypto::PrivateKey* key_;
};

}  // namespace bourse::scheduler
