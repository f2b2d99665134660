// Choice of the cheapest compatible set of orders for a purchase: a pure function.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/client/market_client.hpp>
#include <bourse/poco/orders.hpp>

#include <optional>
#include <vector>

namespace bourse::client {

struct Purchase {
    Address requester;
    Address app;
    Address dataset;     ///< zero: none
    Address workerpool;  ///< zero: any
    std::uint64_t category = 0;
    std::uint64_t trust = 1;
    Bytes32 tag;
    std::uint64_t volume = 1;            ///< tasks; every order must have that much left
    std::optional<Uint256> budget_nrlc;  ///< for all tasks together
};

struct Offers {
    std::vector<PublishedOrder<poco::AppOrder>> apps;
    std::vector<PublishedOrder<poco::DatasetOrder>> datasets;
    std::vector<PublishedOrder<poco::WorkerpoolOrder>> workerpools;
};

struct Selection {
    poco::AppOrder app;
    poco::DatasetOrder dataset;  ///< all zero without dataset
    poco::WorkerpoolOrder workerpool;
    Uint256 price_per_task_nrlc;
    Uint256 total_nrlc;
};

/// The set with the lowest price a task. Among equal prices the app order that was published first wins, then the lower
/// hash, then the dataset's and the pool's order alike. Restrictions that name a group contract count as not fulfilled.
/// Errors, each with the numbers compared: NO_APP_ORDER, NO_DATASET_ORDER, NO_WORKERPOOL_ORDER, NO_COMPATIBLE_ORDERS,
/// BUDGET_EXCEEDED.
Result<Selection> select_orders(const Purchase& purchase, const Offers& offers);

/// A request order that accepts exactly the selected prices; unsigned, salt zero.
poco::RequestOrder request_for(const Purchase& purchase, const Selection& selection, const Address& beneficiary,
                               const Address& callback, std::string params);

}  // namespace bourse::client
