#include <bourse/explorer/schema.hpp>

namespace bourse::explorer {

namespace {

constexpr const char* kAccounts = R"(
CREATE TABLE accounts(seq BIGINT PRIMARY KEY, address TEXT NOT NULL, first_block BIGINT NOT NULL,
  first_s BIGINT NOT NULL, staked BIGINT NOT NULL DEFAULT 0, locked BIGINT NOT NULL DEFAULT 0,
  score BIGINT NOT NULL DEFAULT 0, deals BIGINT NOT NULL DEFAULT 0, contributions BIGINT NOT NULL DEFAULT 0,
  proved BIGINT NOT NULL DEFAULT 0, rewards BIGINT NOT NULL DEFAULT 0, slashed BIGINT NOT NULL DEFAULT 0,
  last_contribution_s BIGINT NOT NULL DEFAULT 0, roles BIGINT NOT NULL DEFAULT 0, entries BIGINT NOT NULL DEFAULT 0,
  transfers BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX accounts_address ON accounts(address);
CREATE INDEX accounts_staked ON accounts(staked, seq);
CREATE INDEX accounts_score ON accounts(score, seq);
CREATE TABLE order_refs(seq BIGINT PRIMARY KEY, hash TEXT NOT NULL);
CREATE UNIQUE INDEX order_refs_hash ON order_refs(hash);
CREATE TABLE categories(id BIGINT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, ref_s BIGINT NOT NULL,
  block BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);
)";

constexpr const char* kDeals = R"(
CREATE TABLE deals(seq BIGINT PRIMARY KEY, id TEXT NOT NULL, tx TEXT NOT NULL, block BIGINT NOT NULL,
  log_index BIGINT NOT NULL, start_s BIGINT NOT NULL, contribution_s BIGINT NOT NULL, final_s BIGINT NOT NULL,
  app BIGINT NOT NULL, app_owner BIGINT NOT NULL, app_price BIGINT NOT NULL, dataset BIGINT NOT NULL,
  dataset_owner BIGINT NOT NULL, dataset_price BIGINT NOT NULL, pool BIGINT NOT NULL, pool_owner BIGINT NOT NULL,
  pool_price BIGINT NOT NULL, requester BIGINT NOT NULL, beneficiary BIGINT NOT NULL, callback BIGINT NOT NULL,
  payer BIGINT NOT NULL, params TEXT NOT NULL, category BIGINT NOT NULL, tag TEXT NOT NULL, trust BIGINT NOT NULL,
  volume BIGINT NOT NULL, first_index BIGINT NOT NULL, worker_stake BIGINT NOT NULL, share BIGINT NOT NULL,
  app_order BIGINT NOT NULL, dataset_order BIGINT NOT NULL, pool_order BIGINT NOT NULL, request_order BIGINT NOT NULL,
  initialised BIGINT NOT NULL DEFAULT 0, revealing BIGINT NOT NULL DEFAULT 0, complete BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX deals_id ON deals(id);
CREATE INDEX deals_tx ON deals(tx);
CREATE TABLE tasks(seq BIGINT PRIMARY KEY, id TEXT NOT NULL, deal BIGINT NOT NULL, idx BIGINT NOT NULL,
  status BIGINT NOT NULL, block BIGINT NOT NULL, init_s BIGINT NOT NULL, end_s BIGINT NOT NULL DEFAULT 0,
  reveal_s BIGINT NOT NULL DEFAULT 0, contributions BIGINT NOT NULL DEFAULT 0, winners BIGINT NOT NULL DEFAULT 0,
  revealed BIGINT NOT NULL DEFAULT 0, consensus TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '',
  results TEXT NOT NULL DEFAULT '', callback TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX tasks_id ON tasks(id);
CREATE INDEX tasks_deal ON tasks(deal, idx);
CREATE TABLE contributions(seq BIGINT PRIMARY KEY, task BIGINT NOT NULL, worker BIGINT NOT NULL, status BIGINT NOT NULL,
  faulty BIGINT NOT NULL DEFAULT 0, hash TEXT NOT NULL, weight BIGINT NOT NULL, enclave TEXT NOT NULL,
  block BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL, reveal_s BIGINT NOT NULL DEFAULT 0,
  stake BIGINT NOT NULL, reward BIGINT NOT NULL DEFAULT 0, loss BIGINT NOT NULL DEFAULT 0,
  score_before BIGINT NOT NULL DEFAULT -1, score_after BIGINT NOT NULL DEFAULT -1);
CREATE UNIQUE INDEX contributions_task ON contributions(task, worker);
CREATE TABLE task_events(seq BIGINT PRIMARY KEY, task BIGINT NOT NULL, name TEXT NOT NULL, actor BIGINT NOT NULL,
  value TEXT NOT NULL, block BIGINT NOT NULL, log_index BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE INDEX task_events_task ON task_events(task, seq);
CREATE TABLE scores(seq BIGINT PRIMARY KEY, worker BIGINT NOT NULL, score BIGINT NOT NULL, accurate BIGINT NOT NULL,
  task BIGINT NOT NULL, block BIGINT NOT NULL, time_s BIGINT NOT NULL);
CREATE INDEX scores_worker ON scores(worker, seq);
)";

constexpr const char* kResources = R"(
CREATE TABLE resources(seq BIGINT PRIMARY KEY, kind BIGINT NOT NULL, account BIGINT NOT NULL, owner BIGINT NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, type TEXT NOT NULL, multiaddr TEXT NOT NULL, checksum TEXT NOT NULL,
  mrenclave TEXT NOT NULL, stake_ratio BIGINT NOT NULL, share BIGINT NOT NULL, block BIGINT NOT NULL,
  time_s BIGINT NOT NULL, tx TEXT NOT NULL, deals BIGINT NOT NULL DEFAULT 0, runs BIGINT NOT NULL DEFAULT 0,
  completed BIGINT NOT NULL DEFAULT 0, failed BIGINT NOT NULL DEFAULT 0, requesters BIGINT NOT NULL DEFAULT 0,
  revenue BIGINT NOT NULL DEFAULT 0, last_used_s BIGINT NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX resources_account ON resources(account);
CREATE INDEX resources_kind ON resources(kind, seq);
CREATE INDEX resources_owner ON resources(kind, owner, seq);
CREATE INDEX resources_name ON resources(name_key, seq);
CREATE INDEX resources_kind_name ON resources(kind, name_key, seq);
CREATE INDEX resources_runs ON resources(kind, runs, seq);
CREATE TABLE resource_requesters(resource BIGINT NOT NULL, requester BIGINT NOT NULL, PRIMARY KEY(resource, requester));
CREATE TABLE resource_owners(seq BIGINT PRIMARY KEY, resource BIGINT NOT NULL, owner BIGINT NOT NULL,
  block BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE INDEX resource_owners_resource ON resource_owners(resource, seq);
CREATE TABLE policies(seq BIGINT PRIMARY KEY, resource BIGINT NOT NULL, stake_ratio BIGINT NOT NULL,
  share BIGINT NOT NULL, block BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE INDEX policies_resource ON policies(resource, seq);
CREATE TABLE dataset_uses(app BIGINT NOT NULL, dataset BIGINT NOT NULL, deals BIGINT NOT NULL, runs BIGINT NOT NULL,
  PRIMARY KEY(app, dataset));
CREATE INDEX dataset_uses_dataset ON dataset_uses(dataset, app);
)";

constexpr const char* kMoney = R"(
CREATE TABLE entries(seq BIGINT PRIMARY KEY, kind BIGINT NOT NULL, account BIGINT NOT NULL, other BIGINT NOT NULL,
  amount BIGINT NOT NULL, task BIGINT NOT NULL, block BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE INDEX entries_account ON entries(account, seq);
CREATE INDEX entries_kind ON entries(account, kind, seq);
CREATE INDEX entries_task ON entries(task, seq);
CREATE TABLE transfers(seq BIGINT PRIMARY KEY, stake BIGINT NOT NULL, from_account BIGINT NOT NULL,
  to_account BIGINT NOT NULL, amount BIGINT NOT NULL, block BIGINT NOT NULL, time_s BIGINT NOT NULL, tx TEXT NOT NULL);
CREATE INDEX transfers_from ON transfers(from_account, seq);
CREATE INDEX transfers_to ON transfers(to_account, seq);
CREATE TABLE closed_orders(hash TEXT PRIMARY KEY, kind BIGINT NOT NULL, block BIGINT NOT NULL, time_s BIGINT NOT NULL,
  tx TEXT NOT NULL);
)";

constexpr const char* kCategoryTimes = "ALTER TABLE categories ADD COLUMN created_s BIGINT NOT NULL DEFAULT 0";
/// `total`: transactions up to this block; blocks without any have no row.
constexpr const char* kBlocks = "CREATE TABLE block_transactions(block BIGINT PRIMARY KEY, total BIGINT NOT NULL)";

}  // namespace

std::vector<std::string> index_migrations() { return {kAccounts, kDeals, kResources, kMoney, kCategoryTimes, kBlocks}; }

const std::vector<std::string>& index_tables() {
    static const std::vector<std::string> kTables{"accounts",
                                                  "order_refs",
                                                  "categories",
                                                  "meta",
                                                  "deals",
                                                  "tasks",
                                                  "contributions",
                                                  "task_events",
                                                  "scores",
                                                  "resources",
                                                  "resource_requesters",
                                                  "resource_owners",
                                                  "policies",
                                                  "dataset_uses",
                                                  "entries",
                                                  "transfers",
                                                  "closed_orders",
                                                  "block_transactions"};
    return kTables;
}

}  // namespace bourse::explorer
