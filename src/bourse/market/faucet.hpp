// The faucet of development chains (design.md §6): some RLC for a new wallet, once a day and address.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/orderbook/chain.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace bourse::market {

extern const char* const kFaucetSchema;

struct FaucetConfig {
    std::uint64_t amount_nrlc = 200;
    std::uint64_t queue_length = 10;                   ///< places in the waiting list
    std::uint64_t period_ms = 24ULL * 60 * 60 * 1000;  ///< between two requests of an address
};

/// Grants are rows beside the outbox's intents, written in one transaction: each granted request is paid exactly once,
/// across restarts. Safe from any thread.
class Faucet {
public:
    /// `now_ms`: wall clock. All references must outlive it. The database has kFaucetSchema and
    /// client::outbox_schema().
    Faucet(db::Database& database, orderbook::MarketChain& chain, client::OutboxChain& outbox_chain,
           const crypto::PrivateKey& key, FaucetConfig config, std::function<std::uint64_t()> now_ms);
    void start();
    void stop() { outbox_->stop(); }

    struct Grant {
        std::uint64_t amount_nrlc = 0;
        std::uint64_t position = 0;  ///< 1 is next
        std::uint64_t length = 0;    ///< places in the waiting list
        std::string message;
    };
    /// Errors: FAUCET_WAIT (the sentence says until when, next_ms() too), FAUCET_BUSY (the list is full), and those of
    /// the chain.
    Result<Grant> request(const Address& address);
    /// When the address may ask (again), in ms of the wall clock; 0: now.
    std::uint64_t next_ms(const Address& address) const;
    std::uint64_t amount_nrlc() const noexcept { return config_.amount_nrlc; }
    client::Outbox& outbox() noexcept { return *outbox_; }

private:
    void settle(const client::Outcome& outcome);

    db::Database* db_;
    orderbook::MarketChain* chain_;
    FaucetConfig config_;
    std::function<std::uint64_t()> now_ms_;
    std::mutex mutex_;
    std::unique_ptr<client::Outbox> outbox_;
};

}  // namespace bourse::market
