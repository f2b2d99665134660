#include <bourse/client/outbox_engine.hpp>

#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>

namespace bourse::client {
namespace {

constexpr std::uint64_t kOutboxMaxPauseMs = 8'000;
constexpr std::uint64_t kOutboxIdleMs = 3'600'000;

}  // namespace

OutboxEngine::OutboxEngine(db::Database& database, OutboxChain& chain, const crypto::PrivateKey& wallet,
                           StillNeeded still_needed, OutboxConfig config)
    : table_(database, wallet.address()),
      chain_(&chain),
      key_(wallet),
      address_(wallet.address()),
      still_needed_(std::move(still_needed)),
      config_(std::move(config)) {}

void OutboxEngine::load() {
    for (auto& entry : table_.load_open(sys::unix_time_ms())) open_.emplace(entry.id, std::move(entry));
}

void OutboxEngine::submit(std::span<const Intent> intents) {
    table_.transaction([&] { insert(intents); });
}

void OutboxEngine::insert(std::span<const Intent> intents) {
    const auto now = sys::unix_time_ms();
    for (const auto& intent : intents) {
        if (!table_.add(intent, now)) continue;
        const std::lock_guard lock(mutex_);
        incoming_.insert(intent.key);
    }
}

std::optional<Outcome> OutboxEngine::outcome(const std::string& key) {
    const auto entry = table_.find(key);
    if (!entry) return std::nullopt;
    return outcome_of(*entry);
}

void OutboxEngine::forget(const std::string& key) { table_.remove(key); }

Outbox::Figures OutboxEngine::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

void OutboxEngine::take_incoming() {
    std::set<std::string> keys;
    {
        const std::lock_guard lock(mutex_);
        keys.swap(incoming_);
    }
    for (const auto& key : keys) {
        auto entry = table_.find(key);
        // Not there: the owner's transaction is still open or was rolled back; it calls wake() when it has committed.
        if (!entry || is_final(entry->state)) continue;
        open_.emplace(entry->id, *std::move(entry));
    }
}

std::uint64_t OutboxEngine::step(std::uint64_t now_ms, bool look_now) {
    take_incoming();
    if (now_ms >= pause_until_ms_) {
        const bool due_look = now_ms >= last_look_ms_ + config_.poll_ms;
        if (in_flight() > 0 && (look_now || due_look)) {
            look_up_receipts(now_ms);
            mend_stuck(now_ms);
        }
        send_queued(now_ms);
    }
    flush_outcomes();
    return next_time(now_ms);
}

std::uint64_t OutboxEngine::in_flight() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(open_, [](const auto& item) { return item.second.state == IntentState::kSent; }));
}

std::uint64_t OutboxEngine::next_time(std::uint64_t now_ms) const {
    std::uint64_t next = now_ms + kOutboxIdleMs;
    for (const auto& [id, entry] : open_) {
        if (entry.state == IntentState::kSent) {
            next = std::min(next, last_look_ms_ + config_.poll_ms);
        } else {
            next = std::min(next, std::max(entry.next_try_ms, now_ms + 1));
        }
    }
    return std::max(next, pause_until_ms_);
}

void OutboxEngine::store(const OutboxEntry& entry) { table_.update(entry, sys::unix_time_ms()); }

void OutboxEngine::finish(OutboxEntry& entry, IntentState state) {
    entry.state = state;
    entry.raw.clear();
    store(entry);
    settled_.push_back(outcome_of(entry));
    open_.erase(entry.id);  // ends the entry's life: the caller must not touch it any more
}

void OutboxEngine::flush_outcomes() {
    auto settled = std::exchange(settled_, {});
    {
        const std::lock_guard lock(mutex_);
        std::uint64_t oldest = 0;
        const auto now = sys::steady_ms();
        figures_.in_flight = in_flight();
        figures_.queued = open_.size() - figures_.in_flight;
        for (const auto& [id, entry] : open_) {
            if (entry.state == IntentState::kSent && entry.signed_ms != 0)
                oldest = std::max(oldest, now - entry.signed_ms);
        }
        figures_.oldest_in_flight_ms = oldest;
        for (const auto& outcome : settled) {
            figures_.gas_used += outcome.gas_used;
            if (outcome.state == IntentState::kDone) ++figures_.done;
            if (outcome.state == IntentState::kReverted) ++figures_.reverted;
        }
    }
    for (const auto& outcome : settled) {
        if (config_.on_outcome && !outcome.key.starts_with("gap:")) config_.on_outcome(outcome);
    }
}

// ---- receipts
// --------------------------------------------------------------------------------------------------------

void OutboxEngine::look_up_receipts(std::uint64_t now_ms) {
    last_look_ms_ = now_ms;
    std::vector<Hash> hashes;
    std::vector<std::uint64_t> ids;
    for (const auto& [id, entry] : open_) {
        if (entry.state != IntentState::kSent) continue;
        for (const auto& hash : entry.hashes) {
            hashes.push_back(hash);
            ids.push_back(id);
        }
    }
    const auto receipts = chain_->receipts(hashes);
    const auto head = config_.confirmations > 0 ? chain_->block_number() : Result<std::uint64_t>(0);
    if (!receipts || !head) {
        pause_until_ms_ = now_ms + config_.retry_ms;
        return;
    }
    std::vector<std::uint64_t> reverted;
    table_.transaction([&] {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto found = open_.find(ids[i]);
            if (found == open_.end() || !(*receipts)[i] || !(*receipts)[i]->has_value()) continue;
            const auto& receipt = **(*receipts)[i];
            if (config_.confirmations > 0 && *head < receipt.block_number + config_.confirmations) continue;
            auto& entry = found->second;
            entry.hashes = {hashes[i]};  // of all that were signed for this nonce, the one that counted
            entry.block_number = receipt.block_number;
            entry.gas_used = receipt.gas_used;
            if (receipt.ok) {
                entry.reason.clear();
                finish(entry, IntentState::kDone);
            } else {
                reverted.push_back(ids[i]);
            }
        }
    });
    // Outside of the transaction: finding the reason asks the node and the owner.
    for (const auto id : reverted) settle_revert(open_.at(id), now_ms);
}

void OutboxEngine::settle_revert(OutboxEntry& entry, std::uint64_t now_ms) {
    const auto again = chain_->call({entry.intent.to, entry.intent.data, address_, entry.intent.value});
    entry.reason = again ? "reverted; the same call would succeed now" : again.error().message;
    ++entry.attempts;
    sys::log_warn("transaction reverted", {{"key", entry.intent.key}, {"reason", entry.reason}});
    if (entry.attempts >= config_.max_attempts) {
        finish(entry, IntentState::kReverted);
        return;
    }
    const auto needed = still_needed_(std::span<const Intent>(&entry.intent, 1));
    if (needed && !needed->front()) {
        finish(entry, IntentState::kObsolete);
        return;
    }
    back_to_queue(entry, retry_pause(entry), now_ms);
}

std::uint64_t OutboxEngine::retry_pause(const OutboxEntry& entry) const {
    const auto shift = std::min<std::uint64_t>(entry.attempts == 0 ? 0 : entry.attempts - 1, 5);
    return std::min(config_.retry_ms << shift, kOutboxMaxPauseMs);
}

void OutboxEngine::back_to_queue(OutboxEntry& entry, std::uint64_t delay_ms, std::uint64_t now_ms) {
    entry.state = IntentState::kQueued;
    entry.raw.clear();
    entry.hashes.clear();
    entry.lost_nonce_rounds = 0;
    entry.next_try_ms = now_ms + delay_ms;
    store(entry);
}

void OutboxEngine::postpone(OutboxEntry& entry, const std::string& reason, std::uint64_t now_ms) {
    entry.reason = reason;
    ++entry.attempts;
    entry.next_try_ms = now_ms + retry_pause(entry);
}

// ---- transactions that do not get on
// ---------------------------------------------------------------------------------

void OutboxEngine::mend_stuck(std::uint64_t now_ms) {
    if (in_flight() == 0) return;
    std::vector<OutboxEntry*> silent;
    for (auto& [id, entry] : open_) {
        if (entry.state != IntentState::kSent) continue;
        if (entry.sent_ms == 0 || now_ms >= entry.sent_ms + config_.resend_ms) silent.push_back(&entry);
    }
    if (silent.empty()) return;
    const auto latest = chain_->nonce(address_, false);
    if (!latest) {
        pause_until_ms_ = now_ms + config_.retry_ms;
        return;
    }
    std::vector<OutboxEntry*> resend;
    std::uint64_t lowest = UINT64_MAX;
    for (const auto& [id, entry] : open_) {
        if (entry.state == IntentState::kSent) lowest = std::min(lowest, entry.nonce);
    }
    for (auto* entry : silent) {
        if (entry->nonce >= *latest) {
            entry->lost_nonce_rounds = 0;
            if (!entry->gas_price.is_zero() && now_ms >= entry->signed_ms + config_.replace_ms)
                raise_price(*entry, now_ms);
            resend.push_back(entry);
        } else if (++entry->lost_nonce_rounds >= 2) {
            // Twice without a receipt although the nonce is used up: somebody else's transaction took it.
            sys::log_warn("nonce taken by another transaction", {{"key", entry->intent.key}});
            next_nonce_.reset();
            if (entry->is_filler()) {
                finish(*entry, IntentState::kObsolete);
            } else {
                back_to_queue(*entry, 0, now_ms);
            }
        }
    }
    if (lowest != UINT64_MAX && *latest < lowest) fill_gaps(*latest, lowest, now_ms);
    if (resend.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        figures_.resent += resend.size();
    }
    transmit(std::move(resend), now_ms);
}

void OutboxEngine::fill_gaps(std::uint64_t from, std::uint64_t to, std::uint64_t now_ms) {
    std::vector<OutboxEntry*> fillers;
    const auto price = gas_price(now_ms);
    if (!price || !(chain_id_ || learn_nonce(now_ms))) return;
    table_.transaction([&] {
        for (auto nonce = from; nonce < to && fillers.size() < 64; ++nonce) {
            free_nonces_.erase(nonce);
            OutboxEntry filler;
            filler.intent.key = "gap:" + std::to_string(nonce);
            filler.intent.to = address_;
            filler.intent.gas_limit = 21'000;
            filler.nonce = nonce;
            table_.add(filler.intent, sys::unix_time_ms());
            filler.id = table_.find(filler.intent.key)->id;
            sign(filler, *price, now_ms);
            store(filler);
            const auto id = filler.id;
            fillers.push_back(&(open_[id] = std::move(filler)));
        }
    });
    sys::log_warn("filling unused nonces", {{"from", std::to_string(from)}, {"to", std::to_string(to)}});
    transmit(std::move(fillers), now_ms);
}

void OutboxEngine::raise_price(OutboxEntry& entry, std::uint64_t now_ms) {
    const auto raised = entry.gas_price + entry.gas_price / Uint256{8} + Uint256{1};  // +12.5 %
    if (raised > config_.max_gas_price) return;
    sign(entry, raised, now_ms);
    store(entry);
    const std::lock_guard lock(mutex_);
    ++figures_.replaced;
}

}  // namespace bourse::client
