// Writes what logs tell into the tables. One batch is one transaction, the cursor with it; the contents depend on the
// order of the logs alone, not on how they were cut into batches.
#pragma once

#include <bourse/db/sql.hpp>
#include <bourse/explorer/facts.hpp>
#include <bourse/explorer/rows.hpp>

#include <set>
#include <unordered_map>

namespace bourse::explorer {

/// What a batch changed, by sequence numbers of the tables.
struct Touched {
    std::set<std::int64_t> deals;                                      ///< new or changed
    std::set<std::int64_t> tasks;                                      ///< new or changed
    std::set<std::int64_t> accounts;                                   ///< new or changed
    std::set<std::int64_t> resources;                                  ///< new or changed
    std::vector<std::pair<std::int64_t, std::int64_t>> contributions;  ///< new: worker, task
    std::vector<Address> new_accounts;                                 ///< in order of their numbers
    std::vector<Hash> new_orders;                                      ///< the same
    std::vector<std::pair<std::int64_t, std::string>> names;           ///< of new resources, by account
    std::vector<std::pair<std::int64_t, std::int64_t>> roles;          ///< of accounts that got another one
    std::vector<std::int64_t> entries;
    bool categories = false;
};

class Writer {
public:
    /// The database must outlive it and have the tables.
    Writer(db::Database& database, const Address& hub);

    /// Writes a batch and its cursor. Throws what the database throws; then nothing is written.
    void apply(const client::BlockBatch& batch, const BatchFacts& facts, Touched& touched);
    /// Categories of the genesis, which no log tells of.
    void put_categories(const std::vector<poco::Category>& categories);

private:
    struct Place {
        std::int64_t block = 0, log_index = 0, time_s = 0;
        std::string tx;
        std::int64_t lone_task = 0;  ///< the one task that the transaction is about
        Address emitter;
    };
    struct Counters {
        std::int64_t accounts = 0, order_refs = 0, deals = 0, tasks = 0, contributions = 0, task_events = 0, scores = 0,
                     resources = 0, resource_owners = 0, policies = 0, entries = 0, transfers = 0;
    };

    void load_counters();
    void count_transactions(const client::BlockBatch& batch);
    void apply_log(const client::LogEntry& log, const Place& place);
    void apply_hub(const client::LogEntry& log, const Place& place);
    bool apply_task_event(const client::LogEntry& log, const Place& place);
    bool apply_score_event(const client::LogEntry& log, const Place& place);
    bool apply_money_event(const client::LogEntry& log, const Place& place);
    bool apply_closed_order(const client::LogEntry& log, const Place& place);
    void apply_registry(const client::LogEntry& log, const Place& place, ResourceKind kind);
    void apply_policy(const client::LogEntry& log, const Place& place);

    void add_deal(const poco::events::OrdersMatched& match, const Place& place);
    void count_use(const poco::Deal& deal, std::int64_t volume, const Place& place);
    void begin_task(const poco::TaskId& id, const Place& place);
    void add_contribution(const poco::events::TaskContribute& given, const Place& place);
    void reach_consensus(const poco::events::TaskConsensus& event, const Place& place);
    void reveal(const poco::events::TaskReveal& event, const Place& place);
    void reopen(const poco::TaskId& id, const Place& place);
    void finalize(const poco::events::TaskFinalize& event, const Place& place);
    void claim(const poco::TaskId& id, const Place& place);
    void end_task(std::int64_t task, bool completed, const Place& place);
    void change_score(const Address& worker, const poco::TaskId& id, bool accurate, const Place& place);
    void move_stake(const poco::events::Transfer& event, const Place& place);
    void move_token(const client::LogEntry& log, const Place& place);
    void add_transfer(bool stake, const Address& from, const Address& to, std::int64_t amount, const Place& place);
    void add_entry(EntryKind kind, const Address& account, const Address& other, std::int64_t amount, std::int64_t task,
                   const Place& place);
    void add_resource(ResourceKind kind, const Address& address, const Address& owner, const Place& place);
    void add_task_event(std::int64_t task, const char* name, std::int64_t actor, std::string value, const Place& place);

    std::int64_t account(const Address& address, const Place& place);
    std::int64_t known_account(const Address& address);
    std::int64_t order_ref(const Hash& hash);
    std::int64_t task_of(const Hash& id);
    void touch_roles(std::int64_t account, std::uint32_t roles);

    db::Database* db_;
    Address hub_;
    Counters last_;
    std::uint64_t last_block_ = 0;   ///< taken in
    std::int64_t transactions_ = 0;  ///< up to it
    std::unordered_map<Address, std::int64_t> account_cache_;
    std::unordered_map<Hash, std::int64_t> order_cache_, task_cache_;
    const BatchFacts* facts_ = nullptr;  ///< of the batch being written
    Touched* touched_ = nullptr;
};

/// Text of the chain as UTF-8 without NUL: what is neither becomes U+FFFD.
std::string clean_text(std::string_view text);
/// What a name is found by: lower case of ASCII, at most 64 bytes.
std::string name_key(std::string_view clean_name);

}  // namespace bourse::explorer
