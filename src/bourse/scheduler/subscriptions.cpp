#include <bourse/scheduler/subscriptions.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace bourse::scheduler {
namespace {

constexpr std::size_t kNameBytes = 24;  ///< of a salt: whose subscription; the rest is the period's number
constexpr std::size_t kMostPeriodOrders = 200;

tl::unexpected<Error> bad_subscription(std::size_t number, const std::string& what) {
    return fail("SUBSCRIPTION_INVALID", fmt::format("Subscription {} of the file: {}.", number + 1, what));
}

Result<Subscription> subscription_from(const nlohmann::json& row, std::size_t number) {
    if (!row.is_object()) return bad_subscription(number, "it must be an object");
    Subscription out;
    const auto requester = row.find("requester");
    if (requester == row.end() || !requester->is_string()) return bad_subscription(number, "requester is missing");
    const auto address = parse_address(requester->get<std::string>());
    if (!address) return bad_subscription(number, "requester must be an address");
    out.requester = *address;
    const std::pair<const char*, std::uint64_t*> numbers[] = {
        {"category", &out.category}, {"trust", &out.trust},   {"price_nrlc", &out.price_nrlc}, {"tasks", &out.tasks},
        {"from", &out.from_s},       {"until", &out.until_s}, {"period_s", &out.period_s}};
    for (const auto& [name, into] : numbers) {
        const auto value = row.find(name);
        if (value == row.end()) continue;
        if (!value->is_number_unsigned())
            return bad_subscription(number, std::string(name) + " must be a whole number");
        *into = value->get<std::uint64_t>();
    }
    if (out.tasks == 0 || out.period_s == 0 || out.until_s <= out.from_s)
        return bad_subscription(number, "tasks and period_s must be above 0, and until after from");
    return out;
}

/// The first bytes of the salts of a subscription: its terms, so that other terms make another subscription.
Hash name_of(const Subscription& s, const Address& pool) {
    return crypto::keccak256(fmt::format("subscription:{}:{}:{}:{}:{}:{}:{}:{}", to_hex(pool), to_hex(s.requester),
                                         s.category, s.trust, s.price_nrlc, s.tasks, s.from_s, s.period_s));
}

}  // namespace

Result<std::vector<Subscription>> parse_subscriptions(std::string_view json) {
    const auto rows = nlohmann::json::parse(json, nullptr, false);
    if (!rows.is_array()) return fail("SUBSCRIPTION_INVALID", "The file of subscriptions must hold a JSON array.");
    std::vector<Subscription> out;
    for (const auto& row : rows) {
        BOURSE_TRY(auto subscription, subscription_from(row, out.size()));
        out.push_back(subscription);
    }
    return out;
}

std::optional<poco::WorkerpoolOrder> order_of_period(const Subscription& s, const Address& pool, std::uint64_t now_s) {
    if (now_s < s.from_s || now_s >= s.until_s) return std::nullopt;
    poco::WorkerpoolOrder order;
    order.workerpool = pool;
    order.workerpoolprice = s.price_nrlc;
    order.volume = s.tasks;
    order.category = s.category;
    order.trust = s.trust;
    order.requesterrestrict = s.requester;
    const auto name = name_of(s, pool);
    const auto period = (now_s - s.from_s) / s.period_s;
    std::copy_n(name.data.begin(), kNameBytes, order.salt.data.begin());
    for (std::size_t i = 0; i < 8; ++i)
        order.salt.data[kNameBytes + i] = static_cast<std::uint8_t>(period >> (56 - 8 * i));
    return order;
}

bool belongs_to(const Bytes32& salt, const Subscription& subscription, const Address& pool) {
    const auto name = name_of(subscription, pool);
    return std::equal(name.data.begin(), name.data.begin() + kNameBytes, salt.data.begin());
}

Status<> SubscriptionOrders::look(std::uint64_t now_s, bool draining) const {
    if (file_.empty() || !std::filesystem::exists(file_)) return {};
    BOURSE_TRY(const auto text, sys::read_file(file_));
    BOURSE_TRY(const auto subscriptions, parse_subscriptions(text));
    Status<> first;
    for (const auto& subscription : subscriptions)
        if (auto status = renew(subscription, now_s, draining); !status && first) first = std::move(status);
    return first;
}

Status<> SubscriptionOrders::renew(const Subscription& subscription, std::uint64_t now_s, bool draining) const {
    BOURSE_TRY(const auto standing, market_->workerpool_orders({{"workerpool", to_checksum(pool_)},
                                                                {"requester", to_checksum(subscription.requester)},
                                                                {"isRequesterStrict", "true"}},
                                                               kMostPeriodOrders));
    auto order = draining ? std::nullopt : order_of_period(subscription, pool_, now_s);
    BOURSE_TRY(const auto facts, hub_->facts());
    const auto wanted = order ? poco::order_hash(facts.domain_separator, *order) : poco::OrderHash();
    bool stands = false;
    for (const auto& row : standing) {
        if (row.hash == wanted.hash) {
            stands = true;
        } else if (belongs_to(row.order.salt, subscription, pool_)) {
            BOURSE_TRY(const auto gone,
                       market_->unpublish(poco::OrderKind::kWorkerpool, client::MarketClient::Unpublish::kOne, row.hash,
                                          pool_, *key_));
            sys::log_info("period of a subscription ended", {{"hash", to_hex(row.hash)},
                                                             {"requester", to_checksum(subscription.requester)},
                                                             {"orders", std::to_string(gone.size())}});
        }
    }
    if (!order || stands) return {};
    BOURSE_TRY(const auto consumed, hub_->consumed(wanted));
    if (consumed >= order->volume) return {};  // the period's tasks are used up
    client::sign_order(*order, *key_, facts.domain_separator);
    BOURSE_TRY(const auto hash, market_->publish(poco::OrderKind::kWorkerpool, poco::to_json_strings(*order), *key_));
    sys::log_info("subscription renewed", {{"hash", to_hex(hash)},
                                           {"requester", to_checksum(subscription.requester)},
                                           {"tasks", to_decimal(order->volume)}});
    return {};
}

}  // namespace bourse::scheduler
