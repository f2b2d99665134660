// The clerk's functions, by the file that implements them.
#pragma once

#include <bourse/native/clerk/clerk.hpp>
#include <bourse/poco/orders.hpp>

namespace bourse::native {

std::span<const Entry> hub_escrow_entries() noexcept;
std::span<const Entry> hub_order_entries() noexcept;
std::span<const Entry> hub_match_entries() noexcept;
std::span<const Entry> hub_config_entries() noexcept;
std::span<const Entry> hub_view_entries() noexcept;

/// matchOrders as part of a deposit (poco.md §3.7): the payer is the requester.
Outcome<poco::DealId> match_for_requester(Context& context, const poco::AppOrder& app,
                                          const poco::DatasetOrder& dataset, const poco::WorkerpoolOrder& workerpool,
                                          const poco::RequestOrder& request);

}  // namespace bourse::native
