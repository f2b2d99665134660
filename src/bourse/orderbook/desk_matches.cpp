// Sending matches and taking their outcomes in.
#include <bourse/broker/check.hpp>
#include <bourse/orderbook/desk.hpp>
#include <bourse/poco/match.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <fmt/format.h>

namespace bourse::orderbook {

namespace {

/// Names the request, the task it goes on with, and the counter-orders: the same match has the same key, whoever finds
/// it, before and after a restart.
std::string match_key(const broker::Match& match, std::uint64_t first) {
    return fmt::format("match:{}:{}:{}:{}:{}", to_hex(match.request.hash), first,
                       to_hex(match.pick.app.hash).substr(2, 16), to_hex(match.pick.workerpool.hash).substr(2, 16),
                       match.pick.dataset ? to_hex(match.pick.dataset->hash).substr(2, 16) : "0");
}

MatchRecord record_of(const broker::Match& match, std::uint64_t first, std::uint64_t now_ms) {
    MatchRecord record;
    record.key = match_key(match, first);
    record.request = match.request.hash;
    record.app = match.pick.app.hash;
    record.workerpool = match.pick.workerpool.hash;
    if (match.pick.dataset) record.dataset = match.pick.dataset->hash;
    record.volume = match.pick.volume;
    record.price_per_task = match.pick.price_per_task;
    record.created_ms = now_ms;
    return record;
}

}  // namespace

bool Desk::send_matches() {
    if (!outbox_) return false;
    bool sent = false;
    while (reservations_.size() < config_.max_under_way) {
        std::optional<broker::Match> match;
        std::uint64_t first = 0;
        {
            const std::lock_guard lock(broker_mutex_);
            match = broker_.next_match();
            questions_ = broker_.take_questions();
            if (match && !questions_.empty()) broker_.release(match->id);
        }
        // A group that may let the buyer in is asked before the buyer pays more elsewhere.
        if (!questions_.empty()) {
            if (!answer_questions()) break;
            continue;
        }
        if (!match) break;
        {
            const std::lock_guard lock(broker_mutex_);
            first = match->request.volume - broker_.available(match->request.hash) - match->pick.volume;
        }
        sent = true;
        auto record = record_of(*match, first, now_ms_());
        const auto orders = matches_.orders_of(record);
        // The rules of the chain once more, over the orders themselves and not over what the broker keeps of them.
        if (!orders || poco::terms_fault(orders->set(), categories_)) {
            const std::lock_guard lock(broker_mutex_);
            broker_.release(match->id);
            broker_.suspend(match->request.hash, orders ? "its terms do not fit" : orders.error().message);
            continue;
        }
        client::Intent intent;
        intent.key = record.key;
        intent.to = chain_->hub();
        intent.data = abi::encode_call(poco::selectors::hub::kMatchOrders, orders->app, orders->dataset,
                                       orders->workerpool, orders->request);
        db_->transaction([&] {
            matches_.put(record);
            outbox_->insert(std::span(&intent, 1));
        });
        reservations_[record.key] = match->id;
        sys::log_info("match sent", {{"request", to_hex(record.request)},
                                     {"workerpool_order", to_hex(record.workerpool)},
                                     {"tasks", std::to_string(record.volume)}});
        outbox_->wake();
    }
    return sent;
}

void Desk::settle(const client::Outcome& outcome) {
    const auto match = matches_.find(outcome.key);
    if (!match || (match->state != MatchState::kSent)) return;
    outbox_->forget(outcome.key);
    if (outcome.state == client::IntentState::kDone) {
        // The reservation ends when the book has seen the block.
        matches_.set_state(match->key, MatchState::kMined, "", outcome.block_number);
        sys::Metrics::global().count("bourse_market_matches_total", "Matches of the market by outcome.", 1,
                                     {{"outcome", "mined"}});
        return;
    }
    const bool obsolete = outcome.state == client::IntentState::kObsolete;
    matches_.set_state(match->key, obsolete ? MatchState::kObsolete : MatchState::kRefused, outcome.reason, 0);
    sys::Metrics::global().count("bourse_market_matches_total", "Matches of the market by outcome.", 1,
                                 {{"outcome", obsolete ? "obsolete" : "refused"}});
    sys::log_warn("match not made", {{"request", to_hex(match->request)},
                                     {"state", std::string(client::to_text(outcome.state))},
                                     {"reason", outcome.reason}});
    if (obsolete) {
        static_cast<void>(read_again(*match));
    } else {
        refuse(*match, outcome.reason);
    }
    const auto reserved = reservations_.find(match->key);
    if (reserved == reservations_.end()) return;
    const std::lock_guard lock(broker_mutex_);
    broker_.release(reserved->second);
    reservations_.erase(reserved);
}

/// Takes the order at fault off the books, or corrects what the broker believed.
void Desk::refuse(const MatchRecord& match, const std::string& reason) {
    const auto code = broker::code_of_revert(reason).value_or("");
    if (code == "20" || code == "21") return set_aside(match.app, reason, true);
    if (match.dataset && (code == "30" || code == "31")) return set_aside(*match.dataset, reason, true);
    if (code == "40" || code == "41") return set_aside(match.workerpool, reason, true);
    if (code == "50") return set_aside(match.request, reason, true);
    if (code.size() == 2 && code >= "12" && code <= "1b") return close_restriction(match, code);
    if (code == "60" || code == "balance") {
        if (!read_again(match)) return;
    }
    set_aside(match.request, reason, false);
}

void Desk::set_aside(const Hash& order, const std::string& reason, bool for_good) {
    auto& refusal = refusals_[order];
    ++refusal.count;
    const bool stays = for_good || refusal.count >= config_.max_refusals;
    refusal.again_ms = stays ? ~0ULL : now_ms_() + config_.retry_ms;
    const std::lock_guard lock(broker_mutex_);
    broker_.suspend(order, reason);
}

void Desk::resume_due() {
    const auto now_ms = now_ms_();
    for (auto& [hash, refusal] : refusals_) {
        if (refusal.again_ms > now_ms) continue;
        refusal.again_ms = ~0ULL;
        const std::lock_guard lock(broker_mutex_);
        broker_.resume(hash);
    }
}

/// A group that let somebody in does so no more.
void Desk::close_restriction(const MatchRecord& match, const std::string& code) {
    const auto orders = matches_.orders_of(match);
    if (!orders) return;
    for (const auto& check : poco::restrictions(orders->set())) {
        if (fmt::format("{:02x}", static_cast<unsigned>(check.fault)) != code) continue;
        const std::lock_guard lock(broker_mutex_);
        broker_.set_member(check.restriction, check.account, false);
    }
}

/// Consumption and stakes as the chain has them now.
Status<> Desk::read_again(const MatchRecord& match) {
    std::vector<OrderRecord> records;
    std::vector<poco::OrderHash> ids;
    for (const auto& hash : {match.app, match.dataset.value_or(Hash()), match.workerpool, match.request})
        if (auto record = book_->find(hash)) {
            ids.emplace_back(hash);
            if (record->kind == poco::OrderKind::kWorkerpool || record->kind == poco::OrderKind::kRequest)
                unknown_accounts_.insert(record->signer);
            records.push_back(std::move(*record));
        }
    if (ids.empty()) return {};
    BOURSE_TRY(const auto consumed, chain_->consumed(ids));
    std::vector<Hash> changed;
    {
        const std::lock_guard lock(*book_mutex_);
        db_->transaction([&] {
            for (std::size_t i = 0; i < records.size(); ++i) {
                const auto& record = records[i];
                const auto left =
                    checked_sub(terms_of(record.order).volume, consumed.at(i)).value_or(Uint256()).low_u64();
                if (left == record.remaining || record.status != OrderStatus::kOpen) continue;
                book_->set_state(record.hash, left, left == 0 ? OrderStatus::kFilled : OrderStatus::kOpen);
                changed.push_back(record.hash);
            }
        });
    }
    refresh_orders(changed);
    return refresh_accounts();
}

void Desk::release_mined(std::uint64_t block) {
    if (reservations_.empty()) return;
    for (const auto& match : matches_.open()) {
        if (match.state != MatchState::kMined || match.block > block) continue;
        matches_.set_state(match.key, MatchState::kDone, "", match.block);
        const auto reserved = reservations_.find(match.key);
        if (reserved == reservations_.end()) continue;
        refusals_.erase(match.request);
        const std::lock_guard lock(broker_mutex_);
        broker_.release(reserved->second);
        reservations_.erase(reserved);
    }
}

}  // namespace bourse::orderbook
