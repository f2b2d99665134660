// The purchase behind `bourse run`: offers, choice, checks, signatures, deal.
#pragma once

#include <bourse/cli/matching.hpp>
#include <bourse/cli/order_fill.hpp>

#include <optional>
#include <string>

namespace bourse::cli {

struct BuyArgs {
    std::string app;
    std::string dataset;
    std::string workerpool;
    std::uint64_t category = 0;
    std::uint64_t trust = 1;
    std::uint64_t volume = 1;
    std::string tag;
    std::string budget;
    std::string beneficiary;
    std::string callback;
    TaskArgs task;
};
void add_buy_options(CLI::App& app, BuyArgs& args);

struct Bill {
    Uint256 app_price, dataset_price, workerpool_price;  ///< nRLC a task
    Uint256 price_per_task, total;                       ///< nRLC
    Address workerpool;
    std::uint64_t volume = 0;
    std::uint64_t category = 0;
    std::uint64_t trust = 0;
};

/// A purchase that passed every check; nothing is signed yet.
struct PreparedPurchase {
    MatchSet set;  ///< orders of others are signed, own ones and the request are not
    bool own_app = false;
    bool own_dataset = false;
    bool own_workerpool = false;
    Bill bill;
};
/// Errors: those of client/selection.hpp, match_refusal, market and node; APP_WITHOUT_CHECKSUM, PARAMS_….
Result<PreparedPurchase> prepare_purchase(Context& context, const BuyArgs& args);
/// Signs own orders and the request, and sends the match.
Result<Sealed> seal_purchase(Context& context, PreparedPurchase purchase);

}  // namespace bourse::cli
