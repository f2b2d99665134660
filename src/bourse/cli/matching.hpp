// From four orders to a deal: where orders come from, the checks before anything is sent, and the match itself.
#pragma once

#include <bourse/cli/context.hpp>
#include <bourse/client/project_file.hpp>
#include <bourse/poco/ids.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/order_json.hpp>
#include <bourse/poco/orders.hpp>

#include <optional>
#include <string>

namespace bourse::cli {

using client::OrderKind;

/// An order named by a user: empty → orders.json of the working folder; 0x and 64 digits → the market, by hash;
/// anything else → a file with the order, or with {"order": …} as the market wraps it. Errors: ORDER_MISSING,
/// ORDER_NOT_FOUND, ORDER_INVALID and those of market and files.
Result<poco::AnyOrder> find_order(Context& context, OrderKind kind, const std::string& source);
template <class Order>
Result<Order> find_order(Context& context, const std::string& source) {
    BOURSE_TRY(auto order, find_order(context, poco::OrderTraits<Order>::kKind, source));
    return std::get<Order>(std::move(order));
}

struct MatchSet {
    poco::AppOrder app;
    poco::DatasetOrder dataset;  ///< all zero without dataset
    poco::WorkerpoolOrder workerpool;
    poco::RequestOrder request;

    poco::OrderSet view() const { return {app, dataset, workerpool, request}; }
};

/// What the chain says about a set of orders at this moment.
struct MatchFacts {
    poco::Consumption consumed;
    poco::Account payer;
    Address pool_owner;
    poco::Account pool;
    Uint256 volume;        ///< tasks that the deal would have
    poco::MatchCost cost;  ///< for that volume
};
/// Errors: those of the node, RESOURCE_NOT_FOUND.
Result<MatchFacts> read_match_facts(client::Hub& hub, const MatchSet& set);

/// Every rule that a client can check, with the numbers compared and the command that helps; nullopt when the match may
/// be sent. Codes: ORDERS_INCOMPATIBLE, ORDER_CONSUMED, STAKE_TOO_LOW, POOL_STAKE_TOO_LOW.
Result<std::optional<Error>> match_refusal(client::Hub& hub, const MatchSet& set, const MatchFacts& facts);

struct Sealed {
    poco::DealId deal;
    Uint256 volume;
    Uint256 first_index;
    Hash transaction;
};
/// Sends matchOrders and reads the deal from its receipt.
Result<Sealed> match_orders(Context& context, const MatchSet& set);

/// Ids of a deal's tasks in order of their index.
std::vector<poco::TaskId> tasks_of(const poco::DealId& deal, const Uint256& first_index, std::uint64_t count);

}  // namespace bourse::cli
