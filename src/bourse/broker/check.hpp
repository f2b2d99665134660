// Would these four orders match, and if not, why not: every condition of matchOrders in its order (poco.md §7.2), with
// the smallest change that helps (web-ui §6.6, §6.9).
#pragma once

#include <bourse/broker/order.hpp>
#include <bourse/poco/match.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bourse::broker {

enum class Answer : std::uint8_t { kHolds, kFails, kUnknown };
/// "ok", "failed", "unknown"
std::string_view to_text(Answer answer) noexcept;

/// The smallest change that makes a condition hold. `action` is stable: switch_category, lower_trust, raise_price,
/// change_tag, pick_app, swap_app, swap_dataset, clear_restriction, list_allowed, open_registry, resign, next_order,
/// top_up, notify_pool.
struct Fix {
    std::string action;
    std::string field;  ///< the order's member to change, e.g. "workerpoolmaxprice"; empty: none
    std::string value;  ///< what it should be: decimal, address or tag
    std::string text;   ///< a sentence
};

struct Reason {
    std::uint8_t step = 0;  ///< 1…31 of poco.md §7.2; 32 payer's stake, 33 pool's stake
    std::string code;       ///< "00"…"60" as in the revert text; "owner" (steps 21, 24, 27); "balance" (32, 33)
    Answer answer = Answer::kHolds;
    poco::OrderKind concerns = poco::OrderKind::kRequest;  ///< whose order the fix is about
    std::string text;                                      ///< a sentence with both numbers
    std::string now, needed;                               ///< value now, value needed; empty where it is no value
    std::optional<Fix> fix;                                ///< of a condition that fails
};

/// What the four orders do not tell; absent: not known.
struct MatchFacts {
    std::optional<Uint256> categories;  ///< how many the chain has
    /// allowed(restriction, account) of poco.md §5.5 beyond null and equality.
    std::function<std::optional<bool>(const Address& restriction, const Address& account)> allowed;
    struct Signed {
        std::optional<bool> has_owner;   ///< owner() answers; always true of a request
        std::optional<bool> registered;  ///< always true of a request
        std::optional<bool> signature;   ///< valid by signature or presigned
        std::optional<Uint256> consumed;
        std::optional<Address> owner;  ///< of the resource
    };
    Signed app, dataset, workerpool, request;
    std::optional<Uint256> payer_stake, pool_stake;  ///< free stake in nRLC
};

struct CheckResult {
    bool would_match = false;                      ///< no condition fails and none is unknown
    std::vector<Reason> reasons;                   ///< every condition that applies, in the chain's order
    std::optional<Uint256> volume;                 ///< tasks of the deal (poco.md §7.3)
    std::optional<Uint256> payer_cost, pool_cost;  ///< nRLC for that volume

    /// The one that the chain would name; null when none fails.
    const Reason* first_failure() const;
};

CheckResult check(const poco::OrderSet& orders, const MatchFacts& facts);

/// The code that a revert text of the hub carries ("iExecV5-matchOrders-0x06" → "06"; escrow's "Transfer amount
/// exceeds balance" → "balance"); nullopt for others.
std::optional<std::string> code_of_revert(std::string_view text);

}  // namespace bourse::broker
