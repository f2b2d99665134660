// The broker at work: the open orders of the book in memory, kept in step with store and chain, and the matches that
// the market sends from a wallet of its own.
#pragma once

#include <bourse/broker/broker.hpp>
#include <bourse/broker/explain.hpp>
#include <bourse/client/outbox.hpp>
#include <bourse/crypto/secp256k1.hpp>
#include <bourse/orderbook/matches.hpp>
#include <bourse/orderbook/reaction.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace bourse::orderbook {

struct DeskConfig {
    std::optional<crypto::PrivateKey> key;  ///< sends matches; absent: orders rest until someone else matches them
    std::size_t max_under_way = 64;         ///< matches sent and not settled
    std::uint64_t retry_ms = 5'000;         ///< before an order refused for an unclear reason is tried again
    std::uint64_t max_refusals = 3;         ///< after which it stays out until it is published again
    std::size_t page = 10'000;              ///< orders read at once when loading
    std::uint64_t recheck_ms = 30'000;      ///< how often groups that refused somebody are asked again
};

/// The database has kOrdersSchema, kMatchesSchema and client::outbox_schema(). All references outlive it. Safe from any
/// thread. Facts are in SQL before anything is sent, so a killed market goes on where it stood.
class Desk {
public:
    /// `now_ms`: wall clock.
    Desk(db::Database& database, OrderBook& book, MarketChain& chain, client::OutboxChain& transactions,
         std::mutex& book_mutex, DeskConfig config, std::function<std::uint64_t()> now_ms);
    ~Desk();

    /// Loads the open orders and starts the thread. The node may be down.
    void start();
    void stop();

    /// Signals; cheap, from any thread.
    void orders_changed(const std::vector<Hash>& hashes);
    void chain_applied(const Reaction::Applied& applied);

    /// Change of what is on show; from the desk's thread, which must not be called back. Set it before start().
    void on_change(std::function<void(const broker::Change&)> callback);

    std::vector<broker::Pick> fill(const broker::Ask& ask);
    broker::OrderExplanation explain_order(const Hash& hash) const;
    /// As broker::count_counters.
    std::size_t count_counters(const Hash& hash, std::size_t limit) const;
    std::vector<broker::Order> book_of(poco::OrderKind kind, std::uint64_t category, std::size_t limit) const;
    /// allowed(restriction, account) as far as the chain was asked.
    std::optional<bool> allowed(const Address& restriction, const Address& account) const;
    /// Free stake of an account, nRLC, that the broker counts with: as read from the chain. nullopt: not read yet.
    std::optional<std::uint64_t> funds(const Address& account) const;
    std::vector<Address> members_of(const Address& group, std::size_t limit) const;
    bool sends_matches() const noexcept { return config_.key.has_value(); }
    std::size_t size() const;

    /// For tests, instead of start(): load once, then one round of work. True while there was something to do.
    void load();
    bool step();
    client::Outbox* outbox() noexcept { return outbox_.get(); }

private:
    struct Inbox {
        std::vector<Hash> orders;
        std::set<Address> accounts;
        std::vector<client::Outcome> outcomes;
        std::uint64_t block = 0;
        bool categories = false;
        bool empty() const noexcept { return orders.empty() && accounts.empty() && outcomes.empty() && !categories; }
    };
    void run();
    void refresh_orders(const std::vector<Hash>& hashes);
    Status<> refresh_accounts();
    void ask_refusals_again();
    Status<> answer_questions();
    Status<> refresh_categories();
    void take_back_matches();
    bool send_matches();
    void settle(const client::Outcome& outcome);
    void refuse(const MatchRecord& match, const std::string& reason);
    Status<> read_again(const MatchRecord& match);
    void close_restriction(const MatchRecord& match, const std::string& code);
    void set_aside(const Hash& order, const std::string& reason, bool for_good);
    void release_mined(std::uint64_t block);
    void resume_due();

    db::Database* db_;
    OrderBook* book_;
    MarketChain* chain_;
    std::mutex* book_mutex_;
    DeskConfig config_;
    std::function<std::uint64_t()> now_ms_;
    Matches matches_;
    std::unique_ptr<client::Outbox> outbox_;

    mutable std::mutex broker_mutex_;
    broker::Broker broker_;
    std::uint64_t categories_ = 0;

    // Of the desk's thread.
    std::set<Address> unknown_accounts_;
    std::vector<broker::GroupQuestion> questions_;
    std::optional<broker::GroupQuestion> recheck_after_;  ///< where ask_refusals_again() goes on
    std::uint64_t recheck_at_ms_ = 0;
    bool categories_stale_ = true;
    std::map<std::string, std::uint64_t> reservations_;  ///< by key of the match
    struct Refusal {
        std::uint64_t count = 0, again_ms = 0;
    };
    std::map<Hash, Refusal> refusals_;
    std::uint64_t block_ = 0;

    std::mutex inbox_mutex_;
    std::condition_variable awake_;
    Inbox inbox_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace bourse::orderbook
