// The outbox' way out: which entries may go, their gas, price and nonce, their signatures, and what the node says to
// them.
#include <bourse/client/outbox_engine.hpp>

#include <bourse/codec/transaction.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>

namespace bourse::client {
namespace {

constexpr std::uint64_t kOutboxPriceMs = 3'000;  ///< how long a gas price is used without asking again

bool mentions(const Error& error, std::string_view text) { return error.message.find(text) != std::string::npos; }

bool is_transport(const Error& error) { return error.code.starts_with("NODE_"); }

}  // namespace

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
    back_to_queue(entry, retry_pause(entry), now_ms);
}

}  // namespace bourse::client
