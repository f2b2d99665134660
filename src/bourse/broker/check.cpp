#include <bourse/broker/check.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/poco/tags.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>

namespace bourse::broker {

using poco::MatchFault;
using poco::OrderKind;

namespace {

std::string code_text(MatchFault fault) { return fmt::format("{:02x}", static_cast<unsigned>(fault)); }
Answer answer_of(bool holds) { return holds ? Answer::kHolds : Answer::kFails; }
Answer answer_of(const std::optional<bool>& holds) { return holds ? answer_of(*holds) : Answer::kUnknown; }

/// What must hold, in words.
std::string_view condition(MatchFault fault) {
    switch (fault) {
        case MatchFault::kCategoryMismatch:
            return "Request and workerpool order are of the same category.";
        case MatchFault::kCategoryUnknown:
            return "The category exists.";
        case MatchFault::kTrustTooHigh:
            return "The pool offers the trust that the request asks for.";
        case MatchFault::kAppOverpriced:
            return "The app's price is within the request's limit.";
        case MatchFault::kDatasetOverpriced:
            return "The dataset's price is within the request's limit.";
        case MatchFault::kWorkerpoolOverpriced:
            return "The workerpool's price is within the request's limit.";
        case MatchFault::kWorkerpoolTag:
            return "The workerpool offers every tag that the deal needs.";
        case MatchFault::kAppTag:
            return "The app order carries the TEE tag if the deal needs it.";
        case MatchFault::kAppMismatch:
            return "The app order is for the app of the request.";
        case MatchFault::kDatasetMismatch:
            return "The dataset order is for the dataset of the request.";
        case MatchFault::kRequestRestrictsWorkerpool:
            return "The request allows this workerpool.";
        case MatchFault::kAppRestrictsDataset:
            return "The app order allows this dataset.";
        case MatchFault::kAppRestrictsWorkerpool:
            return "The app order allows this workerpool.";
        case MatchFault::kAppRestrictsRequester:
            return "The app order allows this requester.";
        case MatchFault::kDatasetRestrictsApp:
            return "The dataset order allows this app.";
        case MatchFault::kDatasetRestrictsWorkerpool:
            return "The dataset order allows this workerpool.";
        case MatchFault::kDatasetRestrictsRequester:
            return "The dataset order allows this requester.";
        case MatchFault::kWorkerpoolRestrictsApp:
            return "The workerpool order allows this app.";
        case MatchFault::kWorkerpoolRestrictsDataset:
            return "The workerpool order allows this dataset.";
        case MatchFault::kWorkerpoolRestrictsRequester:
            return "The workerpool order allows this requester.";
        case MatchFault::kAppUnregistered:
            return "The app is in the registry.";
        case MatchFault::kDatasetUnregistered:
            return "The dataset is in the registry.";
        case MatchFault::kWorkerpoolUnregistered:
            return "The workerpool is in the registry.";
        case MatchFault::kAppSignature:
            return "The app's owner has signed the app order.";
        case MatchFault::kDatasetSignature:
            return "The dataset's owner has signed the dataset order.";
        case MatchFault::kWorkerpoolSignature:
            return "The workerpool's owner has signed the workerpool order.";
        case MatchFault::kRequestSignature:
            return "The requester has signed the request.";
        case MatchFault::kConsumed:
            return "Something is left of all orders.";
    }
    return {};
}
std::string_view words(MatchFault fault, Answer answer) {
    return answer == Answer::kFails ? poco::explain(fault) : condition(fault);
}

std::string tag_text(const poco::Tag& tag) {
    const auto names = poco::tag_names(tag);
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

/// Kind, registry word and member names of the three sell orders.
struct Sell {
    OrderKind kind;
    const char* name;
    std::uint8_t step_owner;
    MatchFault unregistered, signature;
};
constexpr std::array<Sell, 3> kSells{
    {{OrderKind::kApp, "app", 21, MatchFault::kAppUnregistered, MatchFault::kAppSignature},
     {OrderKind::kDataset, "dataset", 24, MatchFault::kDatasetUnregistered, MatchFault::kDatasetSignature},
     {OrderKind::kWorkerpool, "workerpool", 27, MatchFault::kWorkerpoolUnregistered,
      MatchFault::kWorkerpoolSignature}}};

/// Builds the list of reasons in the chain's order.
class Checker {
public:
    Checker(const poco::OrderSet& orders, const MatchFacts& facts) : o_(orders), facts_(facts) {}

    CheckResult run() {
        check_terms();
        check_restrictions();
        check_signed();
        check_volume();
        check_balances();
        result_.would_match =
            std::ranges::all_of(result_.reasons, [](const Reason& r) { return r.answer == Answer::kHolds; });
        return std::move(result_);
    }

private:
    Reason& add(std::uint8_t step, std::string code, Answer answer, OrderKind concerns, std::string_view text) {
        auto& reason = result_.reasons.emplace_back();
        reason.step = step;
        reason.code = std::move(code);
        reason.answer = answer;
        reason.concerns = concerns;
        reason.text = text;
        return reason;
    }
    static void numbers(Reason& reason, std::string now, std::string needed) {
        reason.now = std::move(now);
        reason.needed = std::move(needed);
    }

    void check_terms() {
        const auto categories = facts_.categories.value_or(Uint256::max());
        std::uint8_t step = 0;
        for (const auto& check : poco::term_checks(o_, categories)) {
            auto answer = answer_of(check.holds);
            if (check.fault == MatchFault::kCategoryUnknown && !facts_.categories) answer = Answer::kUnknown;
            auto& reason = add(++step, code_text(check.fault), answer, OrderKind::kRequest, poco::explain(check.fault));
            describe(reason, check.fault);
            if (answer != Answer::kFails) reason.fix.reset();
            if (answer != Answer::kFails) reason.text = condition(check.fault);
        }
    }

    void price(Reason& reason, const char* what, const char* field, const Uint256& limit, const Uint256& asked) {
        numbers(reason, to_decimal(limit), to_decimal(asked));
        if (asked <= limit) return;
        reason.text = fmt::format("The {} price {} nRLC is above the maximum {} nRLC by {} nRLC.", what,
                                  to_decimal(asked), to_decimal(limit), to_decimal(asked - limit));
        reason.fix = Fix{"raise_price", field, to_decimal(asked),
                         fmt::format("Raise the {} price from {} to {}.", what, to_decimal(limit), to_decimal(asked))};
    }

    void describe(Reason& reason, MatchFault fault) {
        const auto& r = o_.request;
        const auto& w = o_.workerpool;
        if (fault == MatchFault::kCategoryMismatch) {
            numbers(reason, to_decimal(r.category), to_decimal(w.category));
            reason.fix = Fix{"switch_category", "category", to_decimal(w.category),
                             fmt::format("Ask for category {}, or pick a workerpool order of category {}.",
                                         to_decimal(w.category), to_decimal(r.category))};
        } else if (fault == MatchFault::kCategoryUnknown) {
            const auto count = facts_.categories.value_or(Uint256());
            numbers(reason, to_decimal(r.category), "below " + to_decimal(count));
            reason.fix = Fix{"switch_category", "category", "", "Pick a category that the chain has."};
        } else if (fault == MatchFault::kTrustTooHigh) {
            numbers(reason, to_decimal(r.trust), to_decimal(w.trust));
            if (r.trust > w.trust)
                reason.text = fmt::format("The request asks for trust {}, this workerpool order offers {}.",
                                          to_decimal(r.trust), to_decimal(w.trust));
            reason.fix = Fix{"lower_trust", "trust", to_decimal(w.trust),
                             fmt::format("Lower trust to {}, or pick a pool that offers {}.", to_decimal(w.trust),
                                         to_decimal(r.trust))};
        } else if (fault == MatchFault::kAppOverpriced) {
            price(reason, "app", "appmaxprice", r.appmaxprice, o_.app.appprice);
        } else if (fault == MatchFault::kDatasetOverpriced) {
            price(reason, "dataset", "datasetmaxprice", r.datasetmaxprice, o_.dataset.datasetprice);
        } else if (fault == MatchFault::kWorkerpoolOverpriced) {
            price(reason, "workerpool", "workerpoolmaxprice", r.workerpoolmaxprice, w.workerpoolprice);
        } else if (fault == MatchFault::kWorkerpoolTag || fault == MatchFault::kAppTag) {
            describe_tag(reason, fault);
        } else {
            describe_resource(reason, fault);
        }
    }

    void describe_tag(Reason& reason, MatchFault fault) {
        const auto deal = poco::deal_tag(o_.app.tag, o_.dataset.tag, o_.request.tag);
        if (fault == MatchFault::kWorkerpoolTag) {
            poco::Tag missing;
            for (std::size_t i = 0; i < 32; ++i)
                missing.data[i] = static_cast<std::uint8_t>(deal.data[i] & ~o_.workerpool.tag.data[i]);
            numbers(reason, to_hex(o_.workerpool.tag), to_hex(poco::tag_or(o_.workerpool.tag, deal)));
            if (!missing.is_zero())
                reason.text = fmt::format("The workerpool lacks what the deal needs: {}.", tag_text(missing));
            reason.fix = Fix{"change_tag", "tag", to_hex(o_.workerpool.tag),
                             fmt::format("Pick a workerpool order with {}, or ask for less.", tag_text(deal))};
            return;
        }
        numbers(reason, to_hex(o_.app.tag), to_hex(poco::with_bit(o_.app.tag, poco::kTagTee)));
        reason.concerns = OrderKind::kApp;
        reason.fix =
            Fix{"pick_app", "", "", "Pick an app order with the TEE tag, or take TEE out of the request's tag."};
    }

    void describe_resource(Reason& reason, MatchFault fault) {
        const bool app = fault == MatchFault::kAppMismatch;
        const auto& asked = app ? o_.request.app : o_.request.dataset;
        const auto& offered = app ? o_.app.app : o_.dataset.dataset;
        numbers(reason, to_checksum(offered), to_checksum(asked));
        reason.concerns = app ? OrderKind::kApp : OrderKind::kDataset;
        reason.fix = Fix{app ? "swap_app" : "swap_dataset", app ? "app" : "dataset", to_checksum(asked),
                         fmt::format("Take an order for the {} {}.", app ? "app" : "dataset", to_checksum(asked))};
    }

    static OrderKind maker_of(std::size_t restriction) {
        if (restriction == 0) return OrderKind::kRequest;
        return restriction <= 3 ? OrderKind::kApp : restriction <= 6 ? OrderKind::kDataset : OrderKind::kWorkerpool;
    }

    void check_restrictions() {
        const auto checks = poco::restrictions(o_);
        for (std::size_t i = 0; i < checks.size(); ++i) {
            const auto& check = checks[i];
            std::optional<bool> holds = poco::plainly_allowed(check.restriction, check.account);
            if (!*holds) holds = facts_.allowed ? facts_.allowed(check.restriction, check.account) : std::nullopt;
            auto& reason = add(static_cast<std::uint8_t>(11 + i), code_text(check.fault), answer_of(holds), maker_of(i),
                               poco::explain(check.fault));
            numbers(reason, to_checksum(check.account),
                    check.restriction.is_zero() ? "anyone" : to_checksum(check.restriction));
            if (holds != false) continue;
            if (i == 0)
                reason.fix = Fix{"clear_restriction", "workerpool", to_checksum(Address()),
                                 "Clear the request's workerpool, or take an order of that pool."};
            else
                reason.fix =
                    Fix{"list_allowed", "", to_checksum(check.restriction),
                        fmt::format("Take another order: this one is for {} only.", to_checksum(check.restriction))};
        }
    }

    const MatchFacts::Signed& signed_of(OrderKind kind) const {
        if (kind == OrderKind::kApp) return facts_.app;
        if (kind == OrderKind::kDataset) return facts_.dataset;
        return kind == OrderKind::kWorkerpool ? facts_.workerpool : facts_.request;
    }

    void check_signed() {
        for (const auto& sell : kSells) {
            if (sell.kind == OrderKind::kDataset && !o_.has_dataset()) continue;
            const auto& known = signed_of(sell.kind);
            auto step = sell.step_owner;
            auto& owner = add(step++, "owner", answer_of(known.has_owner), sell.kind,
                              fmt::format("The {} has an owner on this chain.", sell.name));
            if (owner.answer == Answer::kFails) {
                owner.text = fmt::format("There is no {} at this address on this chain.", sell.name);
                owner.fix = Fix{"open_registry", "", "", fmt::format("Pick a {} of the registry.", sell.name)};
            }
            auto& registered = add(step++, code_text(sell.unregistered), answer_of(known.registered), sell.kind,
                                   words(sell.unregistered, answer_of(known.registered)));
            if (registered.answer == Answer::kFails)
                registered.fix = Fix{"open_registry", "", "", fmt::format("Pick a {} of the registry.", sell.name)};
            check_signature(step, sell.signature, sell.kind, known);
        }
        check_signature(30, MatchFault::kRequestSignature, OrderKind::kRequest, facts_.request);
    }

    void check_signature(std::uint8_t step, MatchFault fault, OrderKind kind, const MatchFacts::Signed& known) {
        auto& reason =
            add(step, code_text(fault), answer_of(known.signature), kind, words(fault, answer_of(known.signature)));
        if (reason.answer != Answer::kFails) return;
        if (kind == OrderKind::kRequest)
            reason.fix = Fix{"resign", "sign", "", "Sign the request again with the requester's key."};
        else
            reason.fix = Fix{"resign", "sign", "", "Ask the maker to sign again: the owner may have changed."};
    }

    void check_volume() {
        Reason reason;
        reason.step = 31;
        reason.code = code_text(MatchFault::kConsumed);
        reason.text = condition(MatchFault::kConsumed);
        const bool known = facts_.app.consumed && facts_.workerpool.consumed && facts_.request.consumed &&
                           (!o_.has_dataset() || facts_.dataset.consumed);
        reason.answer = Answer::kUnknown;
        if (known) {
            const poco::Consumption consumed{*facts_.app.consumed, facts_.dataset.consumed.value_or(Uint256()),
                                             *facts_.workerpool.consumed, *facts_.request.consumed};
            result_.volume = poco::deal_volume(o_, consumed).value_or(Uint256());
            reason.answer = answer_of(!result_.volume->is_zero());
            reason.needed = "1";
            reason.now = to_decimal(*result_.volume);
        }
        if (reason.answer == Answer::kFails) {
            reason.text = poco::explain(MatchFault::kConsumed);
            name_consumed(reason);
        }
        result_.reasons.push_back(std::move(reason));
    }

    /// Which of the four has nothing left.
    void name_consumed(Reason& reason) const {
        const auto look = [&](OrderKind kind, const Uint256& volume) {
            const auto& consumed = signed_of(kind).consumed;
            if (!consumed || *consumed < volume) return false;
            reason.concerns = kind;
            reason.text = fmt::format("Nothing is left of the {} order: {} of {} tasks are consumed or cancelled.",
                                      poco::to_text(kind), to_decimal(*consumed), to_decimal(volume));
            reason.fix = Fix{"next_order", "", "", fmt::format("Take the next best {} order.", poco::to_text(kind))};
            return true;
        };
        if (look(OrderKind::kApp, o_.app.volume)) return;
        if (o_.has_dataset() && look(OrderKind::kDataset, o_.dataset.volume)) return;
        if (look(OrderKind::kWorkerpool, o_.workerpool.volume)) return;
        look(OrderKind::kRequest, o_.request.volume);
        if (reason.concerns == OrderKind::kRequest) reason.fix = Fix{"resign", "salt", "", "Place a new request."};
    }

    void check_balances() {
        if (!result_.volume || result_.volume->is_zero()) return;
        result_.payer_cost = poco::payer_cost(o_, *result_.volume);
        result_.pool_cost = poco::pool_cost(o_.workerpool, *result_.volume);
        const auto& owner = facts_.workerpool.owner;
        const bool same = owner && *owner == o_.request.requester;
        balance(32, OrderKind::kRequest, "payer", facts_.payer_stake, result_.payer_cost, "top_up");
        // The payer is debited first; a pool's owner that buys of itself needs both (poco.md §7.6).
        auto left = facts_.pool_stake;
        if (same && left && result_.payer_cost) left = checked_sub(*left, *result_.payer_cost).value_or(Uint256());
        balance(33, OrderKind::kWorkerpool, "pool owner", left, result_.pool_cost, "notify_pool");
    }

    void balance(std::uint8_t step, OrderKind kind, const char* who, const std::optional<Uint256>& stake,
                 const std::optional<Uint256>& cost, const char* action) {
        std::optional<bool> holds;
        if (!cost)
            holds = false;
        else if (stake)
            holds = *stake >= *cost;
        auto& reason = add(step, "balance", answer_of(holds), kind, fmt::format("The {}'s free stake covers it.", who));
        numbers(reason, stake ? to_decimal(*stake) : "", cost ? to_decimal(*cost) : "");
        if (holds != false) return;
        if (!cost || !stake) {
            reason.text = fmt::format("The {} would have to lock more than exists.", who);
            return;
        }
        const auto missing = to_decimal(*cost - *stake);
        reason.text = fmt::format("The {} is short by {} nRLC: {} nRLC are needed, {} nRLC are free.", who, missing,
                                  to_decimal(*cost), to_decimal(*stake));
        reason.fix = Fix{action, "", missing, fmt::format("Deposit {} nRLC.", missing)};
        if (kind == OrderKind::kWorkerpool) reason.fix->text = fmt::format("The pool must deposit {} nRLC.", missing);
    }

    const poco::OrderSet& o_;
    const MatchFacts& facts_;
    CheckResult result_;
};

}  // namespace

std::string_view to_text(Answer answer) noexcept {
    switch (answer) {
        case Answer::kHolds:
            return "ok";
        case Answer::kFails:
            return "failed";
        case Answer::kUnknown:
            return "unknown";
    }
    return "unknown";
}

const Reason* CheckResult::first_failure() const {
    const auto found =
        std::ranges::find_if(reasons, [](const Reason& reason) { return reason.answer == Answer::kFails; });
    return found == reasons.end() ? nullptr : &*found;
}

CheckResult check(const poco::OrderSet& orders, const MatchFacts& facts) { return Checker(orders, facts).run(); }

std::optional<std::string> code_of_revert(std::string_view text) {
    constexpr std::string_view kPrefix = "iExecV5-matchOrders-0x";
    if (const auto at = text.find(kPrefix); at != std::string_view::npos && text.size() >= at + kPrefix.size() + 2)
        return std::string(text.substr(at + kPrefix.size(), 2));
    if (text.find("Transfer amount exceeds balance") != std::string_view::npos) return "balance";
    if (text.find("invalid-signature-format") != std::string_view::npos) return "signature";
    return std::nullopt;
}

}  // namespace bourse::broker
