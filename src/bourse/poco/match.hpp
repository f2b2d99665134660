// The rules of a match (poco.md §7) that follow from the orders and a few given facts. The hub, the market and the
// client use the same functions; live look-ups (owners, registries, groups, signatures) are the caller's.
#pragma once

#include <bourse/poco/orders.hpp>
#include <bourse/poco/tags.hpp>

#include <array>
#include <functional>
#include <optional>

namespace bourse::poco {

/// The number is the code in the hub's error text `iExecV5-matchOrders-0x<code>`.
enum class MatchFault : std::uint8_t {
    kCategoryMismatch = 0x00,
    kCategoryUnknown = 0x01,
    kTrustTooHigh = 0x02,
    kAppOverpriced = 0x03,
    kDatasetOverpriced = 0x04,
    kWorkerpoolOverpriced = 0x05,
    kWorkerpoolTag = 0x06,
    kAppTag = 0x07,
    kAppMismatch = 0x10,
    kDatasetMismatch = 0x11,
    kRequestRestrictsWorkerpool = 0x12,
    kAppRestrictsDataset = 0x13,
    kAppRestrictsWorkerpool = 0x14,
    kAppRestrictsRequester = 0x15,
    kDatasetRestrictsApp = 0x16,
    kDatasetRestrictsWorkerpool = 0x17,
    kDatasetRestrictsRequester = 0x18,
    kWorkerpoolRestrictsApp = 0x19,
    kWorkerpoolRestrictsDataset = 0x1a,
    kWorkerpoolRestrictsRequester = 0x1b,
    kAppUnregistered = 0x20,
    kAppSignature = 0x21,
    kDatasetUnregistered = 0x30,
    kDatasetSignature = 0x31,
    kWorkerpoolUnregistered = 0x40,
    kWorkerpoolSignature = 0x41,
    kRequestSignature = 0x50,
    kConsumed = 0x60,
};
/// "iExecV5-matchOrders-0x07"
std::string error_text(MatchFault fault);
/// A sentence for people: what does not fit and what to do.
std::string_view explain(MatchFault fault) noexcept;

/// Four orders by reference. Without dataset: an all-zero dataset order.
struct OrderSet {
    const AppOrder& app;
    const DatasetOrder& dataset;
    const WorkerpoolOrder& workerpool;
    const RequestOrder& request;

    bool has_dataset() const noexcept { return !dataset.dataset.is_zero(); }
};

/// Checks 1 to 10 in their order: category, trust, prices, tags, app and dataset.
struct TermCheck {
    MatchFault fault;
    bool holds;
};
std::array<TermCheck, 10> term_checks(const OrderSet& orders, const Uint256& category_count);
/// The first of them that fails.
std::optional<MatchFault> terms_fault(const OrderSet& orders, const Uint256& category_count);

/// Checks 11 to 20 in their order: `allowed(restriction, account)` of poco.md §5.5 must hold.
struct Restriction {
    Address restriction;
    Address account;
    MatchFault fault;
};
std::array<Restriction, 10> restrictions(const OrderSet& orders);
/// The rule for restrictions without code: null allows all, an address itself only.
bool plainly_allowed(const Address& restriction, const Address& account) noexcept;

/// Checks 1 to 20 as a client can make them: a restriction that `is_group` says to have code counts as allowed.
std::optional<MatchFault> compatibility_fault(const OrderSet& orders, const Uint256& category_count,
                                              const std::function<bool(const Address&)>& is_group = {});

/// Consumed volume by order; `dataset` is ignored without dataset.
struct Consumption {
    Uint256 app;
    Uint256 dataset;
    Uint256 workerpool;
    Uint256 request;
};
/// Number of tasks of the deal (§7.3). A consumption above its volume gives nullopt (it cannot happen on chain).
std::optional<Uint256> deal_volume(const OrderSet& orders, const Consumption& consumed) noexcept;

/// What is locked (§7.6), in nRLC; nullopt where it does not fit in 256 bits.
struct MatchCost {
    Uint256 payer;  ///< (app + dataset + pool price) × volume
    Uint256 pool;   ///< floor(pool price × 30 %) × volume
};
std::optional<Uint256> payer_cost(const OrderSet& orders, const Uint256& volume) noexcept;
std::optional<Uint256> pool_cost(const WorkerpoolOrder& order, const Uint256& volume) noexcept;
std::optional<MatchCost> match_cost(const OrderSet& orders, const Uint256& volume) noexcept;

}  // namespace bourse::poco
