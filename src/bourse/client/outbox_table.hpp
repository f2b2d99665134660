// Rows of the outbox's table. Private to the outbox.
#pragma once

#include <bourse/client/outbox.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bourse::client {

/// An intent under way, as in its row.
struct OutboxEntry {
    std::uint64_t id = 0;  ///< order of arrival
    Intent intent;
    IntentState state = IntentState::kQueued;
    std::uint64_t nonce = 0;  ///< kSent only, as are the next three
    Bytes raw;
    std::vector<Hash> hashes;  ///< every transaction signed for this nonce, newest last
    Uint256 gas_price;
    std::uint64_t attempts = 0;
    std::string reason;
    std::uint64_t block_number = 0;
    std::uint64_t gas_used = 0;
    // Not stored: times of this process, monotonic milliseconds.
    std::uint64_t next_try_ms = 0;
    std::uint64_t sent_ms = 0;  ///< 0: send it (again) now
    std::uint64_t signed_ms = 0;
    unsigned lost_nonce_rounds = 0;  ///< rounds in which its nonce was used up and no receipt was found

    bool is_filler() const noexcept { return intent.key.starts_with("gap:"); }
};

class OutboxTable {
public:
    OutboxTable(db::Database& database, const Address& wallet);

    /// Entries that are queued or sent, in order of arrival. Final ones older than a week are removed.
    std::vector<OutboxEntry> load_open(std::uint64_t now_unix_ms);
    /// Adds the intent, or queues one again that ended without success. False when it is under way or done.
    bool add(const Intent& intent, std::uint64_t now_unix_ms);
    std::optional<OutboxEntry> find(const std::string& key);
    /// Writes state, nonce, transactions, attempts, reason and receipt.
    void update(const OutboxEntry& entry, std::uint64_t now_unix_ms);
    void remove(const std::string& key);
    void transaction(const std::function<void()>& f) { database_->transaction(f); }

private:
    db::Database* database_;
    std::string wallet_;
};

Outcome outcome_of(const OutboxEntry& entry);

}  // namespace bourse::client
