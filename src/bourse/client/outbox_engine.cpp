#include <bourse/client/outbox_engine.hpp>

#include <bourse/codec/transaction.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>

namespace bourse::client {
namespace {

constexpr std::uint64_t kOutboxMaxPauseMs = 8'000;
constexpr std::uint64_t kOutboxIdleMs = 3'600'000;
constexpr std::uint64_t kOutboxPriceMs = 3'000;  ///< how long a gas price is used without asking again

bool mentions(const Error& error, std::string_view text) { return error.message.find(text) != std::string::npos; }

bool is_transport(const Error& error) { return error.code.starts_with("NODE_"); }

std::uint64_t retry_pause(const OutboxConfig& config, std::uint64_t attempts) {
    const auto shift = std::min<std::uint64_t>(attempts == 0 ? 0 : attempts - 1, 5);
    return std::min(config.retry_ms << shift, kOutboxMaxPauseMs);
}

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
    back_to_queue(entry, retry_pause(config_, entry.attempts), now_ms);
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
    entry.next_try_ms = now_ms + retry_pause(config_, entry.attempts);
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

// ---- sending
// ---------------------------------------------------------------------------------------------------------

std::vector<OutboxEntry*> OutboxEngine::due_entries(std::uint64_t now_ms) {
    std::vector<OutboxEntry*> due;
    for (auto& [id, entry] : open_) {
        if (entry.state == IntentState::kQueued && now_ms >= entry.next_try_ms) due.push_back(&entry);
    }
    std::ranges::stable_sort(due, [](const OutboxEntry* a, const OutboxEntry* b) {
        return a->intent.priority != b->intent.priority ? a->intent.priority > b->intent.priority : a->id < b->id;
    });
    const auto flying = in_flight();
    const auto room = config_.max_in_flight > flying ? config_.max_in_flight - flying : 0;
    if (due.size() > room) due.resize(room);
    return due;
}

void OutboxEngine::drop_expired(std::vector<OutboxEntry*>& due, std::uint64_t now_ms) {
    const bool any = std::ranges::any_of(due, [](const auto* entry) { return entry->intent.deadline_s != 0; });
    if (!any) return;
    const auto time = chain_->time_s();
    if (!time) {
        for (auto* entry : due) entry->next_try_ms = now_ms + config_.retry_ms;
        due.clear();
        return;
    }
    std::erase_if(due, [&](OutboxEntry* entry) {
        if (entry->intent.deadline_s == 0 || *time < entry->intent.deadline_s) return false;
        finish(*entry, IntentState::kExpired);
        return true;
    });
}

bool OutboxEngine::drop_unneeded(std::vector<OutboxEntry*>& due, std::uint64_t now_ms) {
    std::vector<Intent> intents;
    intents.reserve(due.size());
    for (const auto* entry : due) intents.push_back(entry->intent);
    const auto needed = still_needed_(intents);
    if (!needed) {
        for (auto* entry : due) entry->next_try_ms = now_ms + config_.retry_ms;
        return false;
    }
    std::vector<OutboxEntry*> kept;
    for (std::size_t i = 0; i < due.size(); ++i) {
        if ((*needed)[i]) {
            kept.push_back(due[i]);
        } else {
            finish(*due[i], IntentState::kObsolete);
        }
    }
    due = std::move(kept);
    return true;
}

bool OutboxEngine::give_gas(OutboxEntry& entry, std::uint64_t now_ms) {
    if (entry.intent.gas_limit != 0) return true;
    const auto gas = chain_->estimate_gas({entry.intent.to, entry.intent.data, address_, entry.intent.value});
    if (gas) {
        entry.intent.gas_limit = *gas;
        return true;
    }
    if (is_transport(gas.error())) {
        entry.next_try_ms = now_ms + config_.retry_ms;
        return false;
    }
    // Refused before anything was sent: the same as a revert, without its cost.
    postpone(entry, gas.error().message, now_ms);
    store(entry);
    if (entry.attempts >= config_.max_attempts) finish(entry, IntentState::kReverted);
    return false;
}

bool OutboxEngine::learn_nonce(std::uint64_t now_ms) {
    if (!chain_id_) {
        const auto id = chain_->chain_id();
        if (!id) {
            pause_until_ms_ = now_ms + config_.retry_ms;
            return false;
        }
        chain_id_ = *id;
    }
    if (next_nonce_) return true;
    const auto pending = chain_->nonce(address_, true);
    if (!pending) {
        pause_until_ms_ = now_ms + config_.retry_ms;
        return false;
    }
    auto next = *pending;
    for (const auto& [id, entry] : open_) {
        if (entry.state == IntentState::kSent) next = std::max(next, entry.nonce + 1);
    }
    next_nonce_ = next;
    std::erase_if(free_nonces_, [&](std::uint64_t nonce) { return nonce < *pending || nonce >= next; });
    return true;
}

Result<Uint256> OutboxEngine::gas_price(std::uint64_t now_ms) {
    if (gas_price_ && now_ms < gas_price_ms_ + kOutboxPriceMs) return *gas_price_;
    BOURSE_TRY(const auto price, chain_->gas_price());
    gas_price_ = price;
    gas_price_ms_ = now_ms;
    return price;
}

std::uint64_t OutboxEngine::take_nonce() {
    if (!free_nonces_.empty()) return free_nonces_.extract(free_nonces_.begin()).value();
    return (*next_nonce_)++;
}

void OutboxEngine::sign(OutboxEntry& entry, const Uint256& price, std::uint64_t now_ms) {
    Transaction tx;
    tx.chain_id = *chain_id_;
    tx.nonce = entry.nonce;
    tx.gas_limit = entry.intent.gas_limit;
    tx.to = entry.intent.to;
    tx.value = entry.intent.value;
    tx.data = entry.intent.data;
    if (config_.eip1559) {
        tx.type = 2;
        tx.max_fee = price;
        tx.max_priority_fee = price;
    } else {
        tx.gas_price = price;
    }
    sign_transaction(tx, key_);
    entry.raw = encode_transaction(tx);
    entry.hashes.push_back(transaction_hash(entry.raw));
    entry.gas_price = price;
    entry.state = IntentState::kSent;
    entry.signed_ms = now_ms;
    entry.sent_ms = 0;
}

bool OutboxEngine::sign_and_store(std::vector<OutboxEntry*>& due, std::uint64_t now_ms) {
    std::erase_if(due, [&](OutboxEntry* entry) { return !give_gas(*entry, now_ms); });
    if (due.empty() || !learn_nonce(now_ms)) return false;
    const auto price = gas_price(now_ms);
    if (!price) {
        pause_until_ms_ = now_ms + config_.retry_ms;
        return false;
    }
    table_.transaction([&] {
        for (auto* entry : due) {
            entry->nonce = take_nonce();
            entry->hashes.clear();
            sign(*entry, std::min(*price, config_.max_gas_price), now_ms);
            store(*entry);
        }
    });
    return true;
}

void OutboxEngine::send_queued(std::uint64_t now_ms) {
    if (now_ms < pause_until_ms_) return;
    auto due = due_entries(now_ms);
    if (due.empty()) return;
    drop_expired(due, now_ms);
    if (due.empty() || !drop_unneeded(due, now_ms) || due.empty()) return;
    if (!sign_and_store(due, now_ms)) return;
    transmit(std::move(due), now_ms);
}

void OutboxEngine::transmit(std::vector<OutboxEntry*> entries, std::uint64_t now_ms) {
    std::ranges::sort(entries, {}, [](const OutboxEntry* entry) { return entry->nonce; });
    std::vector<Bytes> raws;
    raws.reserve(entries.size());
    for (const auto* entry : entries) raws.push_back(entry->raw);
    const auto answers = chain_->send(raws);
    if (!answers) {
        // Unknown whether they arrived: sent_ms stays 0, so they go out again after the pause.
        pause_until_ms_ = now_ms + config_.retry_ms;
        return;
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i]->sent_ms = now_ms;
        if (!(*answers)[i]) handle_refusal(*entries[i], (*answers)[i].error(), now_ms);
    }
}

void OutboxEngine::handle_refusal(OutboxEntry& entry, const Error& error, std::uint64_t now_ms) {
    if (mentions(error, "already known") || mentions(error, "known transaction")) return;
    if (is_transport(error)) {
        entry.sent_ms = 0;
        return;
    }
    if (mentions(error, "nonce too low")) {
        entry.sent_ms = 0;  // mined meanwhile, or taken by another: the next round finds out
        next_nonce_.reset();
        return;
    }
    if (mentions(error, "underpriced") && entry.hashes.size() > 1) return;  // a raise that was not enough
    if (mentions(error, "underpriced")) {
        next_nonce_.reset();  // another program's transaction waits with this nonce
        back_to_queue(entry, config_.retry_ms, now_ms);
        return;
    }
    free_nonces_.insert(entry.nonce);
    postpone(entry, error.message, now_ms);
    sys::log_warn("transaction refused by the node", {{"key", entry.intent.key}, {"reason", error.message}});
    if (entry.attempts >= config_.max_attempts) {
        finish(entry, IntentState::kReverted);
        return;
    }
    back_to_queue(entry, retry_pause(config_, entry.attempts), now_ms);
}

}  // namespace bourse::client
