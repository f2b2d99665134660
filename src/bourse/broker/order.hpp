// An open order as the broker keeps it: what matching reads, without params, salt and signature.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/orders.hpp>
#include <bourse/poco/tags.hpp>

#include <cstdint>

namespace bourse::broker {

/// Largest amount the broker counts with: markets refuse orders beyond it (sdk-interop §3.4).
inline constexpr std::uint64_t kMaxAmount = (1ULL << 53) - 1;

/// Amounts in nRLC a task.
struct Order {
    poco::OrderKind kind = poco::OrderKind::kApp;
    Hash hash;
    Address subject;                             ///< app, dataset or workerpool; of a request: the requester
    Address owner;                               ///< who signed: pays (requester) or stakes (owner of the pool)
    std::uint64_t price = 0;                     ///< of a request: workerpoolmaxprice
    std::uint64_t app_max = 0, dataset_max = 0;  ///< of a request
    std::uint64_t category = 0, trust = 0;       ///< of pools and requests
    poco::Tag tag;
    /// Of a request what it asks for (workerpool is a restriction); else restrictions, zero for all.
    Address app, dataset, workerpool, requester;
    std::uint64_t volume = 0;
    std::uint64_t remaining = 0;     ///< volume less what the chain has consumed
    std::uint64_t published_ms = 0;  ///< time priority

    bool operator==(const Order&) const = default;
};

/// Amounts above kMaxAmount are cut to it (such an order is never published).
Order order_from(const poco::AnyOrder& order, const Hash& hash, const Address& owner, std::uint64_t remaining,
                 std::uint64_t published_ms);

/// The order as the rules of poco/match.hpp read it; params, salt, signature, beneficiary and callback are empty.
/// `Signed` is the struct of its kind, poco::AppOrder … poco::RequestOrder.
template <class Signed>
Signed as_order(const Order& order);

/// floor(price × 30 %): what a pool's owner locks a task (poco.md §7.6).
constexpr std::uint64_t stake_per_task(std::uint64_t pool_price) noexcept { return pool_price * 30 / 100; }

/// Free stake that the order's owner must have for each task left, in nRLC: a pool's stake, a request's limits.
std::uint64_t needed_per_task(const Order& order) noexcept;

}  // namespace bourse::broker
