// The hub's functions, by the unit that implements them. The clerk part: escrow, orders, match, configuration. The hub
// part: tasks. Both touch money through ledger.hpp only.
#pragma once

#include <bourse/native/call.hpp>
#include <bourse/poco/contracts.hpp>
#include <bourse/poco/orders.hpp>

namespace bourse::native {

/// Looks through the tables of all units; nullptr for a selector that the hub does not serve.
const Entry* find_hub_entry(std::uint32_t selector) noexcept;
std::span<const Entry> hub_escrow_entries() noexcept;
std::span<const Entry> hub_order_entries() noexcept;
std::span<const Entry> hub_match_entries() noexcept;
std::span<const Entry> hub_config_entries() noexcept;
std::span<const Entry> hub_task_entries() noexcept;
std::span<const Entry> hub_view_entries() noexcept;

/// matchOrders as part of a deposit (poco.md §3.7): the payer is the requester.
Outcome<poco::DealId> match_for_requester(Context& context, const poco::AppOrder& app,
                                          const poco::DatasetOrder& dataset, const poco::WorkerpoolOrder& workerpool,
                                          const poco::RequestOrder& request);

}  // namespace bourse::native
