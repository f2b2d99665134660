// The outbox without its thread: what happens in one round. Private to the outbox.
#pragma once

#include <bourse/client/outbox.hpp>
#include <bourse/client/outbox_table.hpp>

#include <map>
#include <mutex>
#include <set>
#include <vector>

namespace bourse::client {

class OutboxEngine {
public:
    OutboxEngine(db::Database& database, OutboxChain& chain, const crypto::PrivateKey& wallet, StillNeeded still_needed,
                 OutboxConfig config);

    void load();
    void submit(std::span<const Intent> intents);
    void insert(std::span<const Intent> intents);
    /// Does everything that can be done at `now_ms` (monotonic) and says when to come again. `look_now`: a block was
    /// noticed, so look receipts up without waiting for the next poll. One caller at a time.
    std::uint64_t step(std::uint64_t now_ms, bool look_now);
    std::optional<Outcome> outcome(const std::string& key);
    void forget(const std::string& key);
    Outbox::Figures figures() const;
    const Address& address() const noexcept { return address_; }

private:
    using Entries = std::map<std::uint64_t, OutboxEntry>;  ///< by id

    void take_incoming();
    void look_up_receipts(std::uint64_t now_ms);
    Result<Uint256> gas_price(std::uint64_t now_ms);
    void settle_revert(OutboxEntry& entry, std::uint64_t now_ms);
    void mend_stuck(std::uint64_t now_ms);
    void fill_gaps(std::uint64_t from, std::uint64_t to, std::uint64_t now_ms);
    void raise_price(OutboxEntry& entry, std::uint64_t now_ms);
    void send_queued(std::uint64_t now_ms);
    std::vector<OutboxEntry*> due_entries(std::uint64_t now_ms);
    void drop_expired(std::vector<OutboxEntry*>& due, std::uint64_t now_ms);
    bool drop_unneeded(std::vector<OutboxEntry*>& due, std::uint64_t now_ms);
    bool give_gas(OutboxEntry& entry, std::uint64_t now_ms);
    bool learn_nonce(std::uint64_t now_ms);
    std::uint64_t take_nonce();
    bool sign_and_store(std::vector<OutboxEntry*>& due, std::uint64_t now_ms);
    void sign(OutboxEntry& entry, const Uint256& price, std::uint64_t now_ms);
    void transmit(std::vector<OutboxEntry*> entries, std::uint64_t now_ms);
    void handle_refusal(OutboxEntry& entry, const Error& error, std::uint64_t now_ms);
    /// ms until an entry is tried again: longer each time.
    std::uint64_t retry_pause(const OutboxEntry& entry) const;
    void postpone(OutboxEntry& entry, const std::string& reason, std::uint64_t now_ms);
    void back_to_queue(OutboxEntry& entry, std::uint64_t delay_ms, std::uint64_t now_ms);
    void finish(OutboxEntry& entry, IntentState state);
    void store(const OutboxEntry& entry);
    void flush_outcomes();
    std::uint64_t next_time(std::uint64_t now_ms) const;
    std::uint64_t in_flight() const;

    OutboxTable table_;
    OutboxChain* chain_;
    crypto::PrivateKey key_;
    Address address_;
    StillNeeded still_needed_;
    OutboxConfig config_;

    mutable std::mutex mutex_;        ///< guards incoming_ and figures_
    std::set<std::string> incoming_;  ///< keys written to the table and not yet taken over
    Outbox::Figures figures_;

    // The rest belongs to the caller of step().
    Entries open_;
    std::vector<Outcome> settled_;
    std::optional<std::uint64_t> next_nonce_;
    std::set<std::uint64_t> free_nonces_;  ///< given out, refused by the node and not used since
    std::optional<std::uint64_t> chain_id_;
    std::uint64_t last_look_ms_ = 0;
    std::optional<Uint256> gas_price_;
    std::uint64_t gas_price_ms_ = 0;    ///< when it was read
    std::uint64_t pause_until_ms_ = 0;  ///< the node does not answer
};

}  // namespace bourse::client
