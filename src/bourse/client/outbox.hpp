// Durable outbox: the one writer of a wallet's transactions (middleware.md §2.12).
//
// The owner hands over intents ("task T is finalized with link L"), identified by a key; handing over the same key
// again changes nothing while it is under way or done. The outbox gives each a nonce, signs it, writes both down and
// only then sends it; a restart goes on from the table. Before each send, and after each failure, it asks the owner's
// predicate whether the intent is still needed. It finds dropped, replaced and reverted transactions by itself, fills
// nonces that became useless, and on chains with fees raises the price of what is stuck.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/base/uint256.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/db/sql.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bourse::client {

/// Tables of the outbox: one entry of the owner's list of migrations.
std::string outbox_schema();

struct Intent {
    std::string key;  ///< unique within the wallet, e.g. "finalize:0x…:0"
    Address to;
    Bytes data;
    Uint256 value;
    std::uint64_t gas_limit = 0;   ///< 0: estimated before the first send
    int priority = 0;              ///< higher first
    std::uint64_t deadline_s = 0;  ///< chain time from which it is useless; 0: none
};

enum class IntentState : std::uint8_t {
    kQueued,    ///< waits for its (next) send
    kSent,      ///< has a nonce and a signed transaction; not yet in a block
    kDone,      ///< in a block, with success
    kReverted,  ///< refused by the chain and still needed according to the predicate, or out of attempts
    kObsolete,  ///< not needed any more
    kExpired,   ///< its deadline passed first
};
std::string_view to_text(IntentState state) noexcept;
bool is_final(IntentState state) noexcept;

struct Outcome {
    std::string key;
    IntentState state = IntentState::kQueued;
    Hash tx_hash;  ///< zero while nothing was sent
    std::uint64_t block_number = 0;
    std::uint64_t gas_used = 0;
    std::string reason;  ///< of a revert, decoded; of a refusal, as the node wrote it
    std::uint64_t attempts = 0;
};

/// What the outbox needs of a chain. The real one is make_outbox_chain(); tests write their own.
class OutboxChain {
public:
    virtual ~OutboxChain() = default;
    virtual Result<std::uint64_t> chain_id() = 0;
    virtual Result<std::uint64_t> time_s() = 0;  ///< of the pending block
    virtual Result<std::uint64_t> block_number() = 0;
    virtual Result<std::uint64_t> nonce(const Address& account, bool pending) = 0;
    virtual Result<Uint256> gas_price() = 0;
    virtual Result<std::uint64_t> estimate_gas(const CallRequest& request) = 0;
    virtual Result<Bytes> call(const CallRequest& request) = 0;  ///< at latest, for the revert's reason
    virtual Result<std::vector<Result<Hash>>> send(const std::vector<Bytes>& raws) = 0;
    virtual Result<std::vector<Result<std::optional<Receipt>>>> receipts(const std::vector<Hash>& hashes) = 0;
};
std::unique_ptr<OutboxChain> make_outbox_chain(RpcClient& rpc);

/// For each intent in order: is it still needed? An error counts as "cannot say": it stays queued and is asked again.
using StillNeeded = std::function<Result<std::vector<bool>>(std::span<const Intent> intents)>;

struct OutboxConfig {
    std::uint64_t poll_ms = 40;         ///< how soon receipts are looked up again without a notice
    std::uint64_t retry_ms = 250;       ///< pause after a failure, doubled up to 8 s
    std::uint64_t max_attempts = 5;     ///< sends that were reverted before kReverted is final
    std::uint64_t resend_ms = 2'000;    ///< a transaction that the node does not know any more is sent again
    std::uint64_t replace_ms = 15'000;  ///< on chains with fees: raise the price of what is stuck so long
    std::uint64_t max_in_flight = 512;  ///< sent and not yet in a block
    Uint256 max_gas_price = Uint256{22'000'000'000};
    bool eip1559 = false;             ///< type 2 transactions; else legacy ones with EIP-155
    std::uint64_t confirmations = 0;  ///< further blocks before a receipt counts; 0 where a block is final
    std::function<void(const Outcome&)> on_outcome;  ///< from the outbox's thread, after the outcome is stored
};

class Outbox {
public:
    /// The database must have outbox_schema() applied; it and the chain outlive the outbox.
    Outbox(db::Database& database, OutboxChain& chain, const crypto::PrivateKey& wallet, StillNeeded still_needed,
           OutboxConfig config);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// Loads what is open. Part of start(); alone for tests that call step().
    void load();
    void start();
    /// Ends the thread; open intents stay in the table. Idempotent.
    void stop();

    /// Writes the intents in a transaction of their own and wakes the thread.
    void submit(std::span<const Intent> intents);
    void submit(const Intent& intent) { submit(std::span<const Intent>(&intent, 1)); }
    /// Only writes, for owners that store facts and intents in one transaction; call wake() after it is committed.
    void insert(std::span<const Intent> intents);
    void wake();
    /// A new block has been seen: look up receipts now.
    void notice_block();

    std::optional<Outcome> outcome(const std::string& key) const;
    /// Blocks until the intent is final or the time is over (then the present state).
    Outcome wait(const std::string& key, std::uint64_t timeout_ms);
    /// Final outcomes are kept until they are forgotten (or 7 days, whichever is first).
    void forget(const std::string& key);

    struct Figures {
        std::uint64_t queued = 0, in_flight = 0, done = 0, reverted = 0, replaced = 0, resent = 0, gas_used = 0;
        std::uint64_t oldest_in_flight_ms = 0;
    };
    Figures figures() const;
    const Address& address() const noexcept;

    /// One round of work without the thread: for tests. `now_ms`: monotonic.
    void step(std::uint64_t now_ms);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bourse::client
