// Why an order rests: the counter-orders that come closest, and what keeps them apart (web-ui §6.9).
#pragma once

#include <bourse/broker/broker.hpp>
#include <bourse/broker/check.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bourse::broker {

/// A set of counter-orders that fails the fewest conditions.
struct NearMiss {
    std::optional<Hash> app, dataset, workerpool, request;
    std::vector<Reason> reasons;  ///< those that fail, in the chain's order
    std::string gain;             ///< what the fixes together bring: "Then 0xc998… matches at once."
};

struct OrderExplanation {
    /// "matchable" (nothing is in the way), "under_way" (a match is being sent), "no_app_order", "no_dataset_order",
    /// "no_workerpool_order", "no_request_order", "no_compatible_order", "unfunded", "suspended", "nothing_left",
    /// "unknown_order".
    std::string state;
    std::string text;
    std::vector<NearMiss> near_misses;  ///< five at most, the closest first
};

/// Reads 20,000 counter-orders at most, the best priced first.
OrderExplanation explain_order(const Broker& broker, const Hash& hash, std::uint64_t categories);

/// Open orders that this one could be matched with now: pool orders for a request, requests for the other kinds.
/// Counts up to `limit`; reads as many as explain_order() does.
std::size_t count_counters(const Broker& broker, const Hash& hash, std::uint64_t categories, std::size_t limit);

}  // namespace bourse::broker
