#include <bourse/scheduler/pool_orders.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/rewards.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace bourse::scheduler {
namespace {

constexpr std::uint64_t kWakePauseMs = 200;  ///< many deals at once cause one look
constexpr std::size_t kMostStanding = 200;
constexpr std::uint64_t kLowShare = 10;  ///< renewed below a tenth of the volume

/// Volume of each order so that all of them together are covered by the deposit.
std::uint64_t covered_volume(const PoolOrdersConfig& config, const Uint256& spendable) {
    Uint256 stake_of_all;
    for (const auto& offer : config.offers) {
        stake_of_all += poco::scheduler_stake(Uint256{offer.price_nrlc}).value_or(Uint256::max());
    }
    if (stake_of_all.is_zero()) return config.volume;
    return std::min(config.volume, (spendable / stake_of_all).saturated_u64());
}

bool is_usable(const StandingOrder& standing, const OrderOffer& offer, const Uint256& trust, const Uint256& spendable,
               std::uint64_t wanted_trust) {
    const auto& order = standing.order;
    const auto stake = poco::scheduler_stake(order.workerpoolprice).value_or(Uint256::max());
    const auto needed = checked_mul(stake, Uint256{standing.remaining});
    return order.category == Uint256{offer.category} && order.workerpoolprice == Uint256{offer.price_nrlc} &&
           order.tag.is_zero() && order.trust <= trust && order.trust <= Uint256{wanted_trust} && needed &&
           *needed <= spendable && standing.remaining > 0;
}

}  // namespace

OrderPlan plan_orders(const PoolOrdersConfig& config, const std::vector<StandingOrder>& standing, const Uint256& trust,
                      const Uint256& spendable, bool draining, bool may_withdraw) {
    OrderPlan plan;
    const auto volume = covered_volume(config, spendable);
    std::set<Hash> good;
    for (const auto& offer : config.offers) {
        const StandingOrder* kept = nullptr;
        for (const auto& order : standing) {
            if (draining || !is_usable(order, offer, trust, spendable, config.wanted_trust)) continue;
            good.insert(order.hash);
            const auto rank = [](const StandingOrder& o) { return std::pair(o.order.trust, o.remaining); };
            if (kept == nullptr || rank(order) > rank(*kept)) kept = &order;
        }
        const bool has_best = kept != nullptr && kept->order.trust >= trust;
        // Nearly used up: a fresh one stands beside it, so that no bag is split needlessly.
        const bool is_low = has_best && kept->remaining < volume / kLowShare;
        if (draining || (has_best && !is_low) || trust.is_zero() || volume == 0) continue;
        // A lower trust than the workers reach now is replaced by a better one.
        if (kept != nullptr && !has_best) good.erase(kept->hash);
        poco::WorkerpoolOrder order;
        order.workerpool = config.pool;
        order.workerpoolprice = Uint256{offer.price_nrlc};
        order.volume = Uint256{volume};
        order.category = Uint256{offer.category};
        order.trust = trust;
        plan.publish.push_back(std::move(order));
    }
    for (const auto& order : standing) {
        // Orders with a tag are not ours to judge: the pool's owner made them by hand.
        if (order.order.tag.is_zero() && !good.contains(order.hash) && may_withdraw)
            plan.withdraw.push_back(order.hash);
    }
    return plan;
}

PoolOrders::PoolOrders(PoolOrdersConfig config, client::MarketClient market, const client::Hub& hub,
                       const crypto::PrivateKey& key, std::function<std::vector<Offer>()> offers,
                       std::function<bool()> draining)
    : config_(std::move(config)),
      market_(std::move(market)),
      hub_(&hub),
      key_(key),
      subscriptions_(config_.subscriptions, config_.pool, market_, hub, key_),
      offers_(std::move(offers)),
      draining_(std::move(draining)),
      started_ms_(sys::steady_ms()) {}

PoolOrders::~PoolOrders() { stop(); }

void PoolOrders::start() {
    thread_ = std::thread([this] { run(); });
}

void PoolOrders::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void PoolOrders::wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
}

/// Each error once, until there is another.
void PoolOrders::tell(const Status<>& status, std::string& last_error) const {
    if (!status && status.error().message != last_error) {
        sys::log_warn("pool orders not renewed", {{"code", status.error().code}, {"reason", status.error().message}});
    }
    last_error = status ? std::string() : status.error().message;
}

void PoolOrders::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        lock.unlock();
        tell(look(), last_error_);
        tell(subscriptions_.look(sys::unix_time_ms() / 1000, draining_()), last_subscription_error_);
        lock.lock();
        changed_.wait_for(lock, std::chrono::milliseconds(config_.period_ms), [this] { return woken_ || stopping_; });
        if (woken_) changed_.wait_for(lock, std::chrono::milliseconds(kWakePauseMs), [this] { return stopping_; });
        woken_ = false;
    }
}

Status<> PoolOrders::look() {
    BOURSE_TRY(const auto found, market_.workerpool_orders({{"workerpool", to_checksum(config_.pool)}}, kMostStanding));
    std::vector<StandingOrder> standing;
    for (const auto& row : found) standing.push_back({row.order, row.hash, row.remaining});
    BOURSE_TRY(const auto account, hub_->account(key_.address()));
    const auto trust = reachable_trust(offers_(), Uint256{config_.wanted_trust});
    const auto now = sys::steady_ms();
    const bool may_withdraw = draining_() || now >= started_ms_ + config_.grace_ms;
    if (trust != std::exchange(last_trust_, trust)) trust_since_ms_ = now;
    // While workers are still coming in, orders of every trust on the way would be published and withdrawn again.
    if (trust < Uint256{config_.wanted_trust} && now < trust_since_ms_ + config_.settle_ms && !draining_()) return {};
    const auto plan = plan_orders(config_, standing, trust, account.stake, draining_(), may_withdraw);
    auto& metrics = sys::Metrics::global();
    metrics.gauge("bourse_scheduler_reachable_trust", "Trust that the live workers reach, at most the wanted one",
                  static_cast<double>(trust.saturated_u64()));
    metrics.gauge("bourse_scheduler_standing_orders", "The pool's open orders at the market",
                  static_cast<double>(standing.size()));
    if (plan.publish.empty() && plan.withdraw.empty()) return {};
    BOURSE_TRY(const auto facts, hub_->facts());
    // The better order first, so that buyers always find one.
    for (auto order : plan.publish) {
        order.salt = client::random_salt();
        client::sign_order(order, key_, facts.domain_separator);
        BOURSE_TRY(const auto hash, market_.publish(poco::OrderKind::kWorkerpool, poco::to_json_strings(order), key_));
        sys::log_info("pool order published", {{"hash", to_hex(hash)},
                                               {"category", to_decimal(order.category)},
                                               {"trust", to_decimal(order.trust)},
                                               {"price_nrlc", to_decimal(order.workerpoolprice)},
                                               {"volume", to_decimal(order.volume)}});
    }
    for (const auto& hash : plan.withdraw) {
        BOURSE_TRY(const auto gone, market_.unpublish(poco::OrderKind::kWorkerpool,
                                                      client::MarketClient::Unpublish::kOne, hash, config_.pool, key_));
        sys::log_info("pool order withdrawn", {{"hash", to_hex(hash)}, {"orders", std::to_string(gone.size())}});
    }
    return {};
}

}  // namespace bourse::scheduler
