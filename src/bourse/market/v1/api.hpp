// The handlers of /v1, bound to the table of routes.
#pragma once

#include <bourse/client/rpc_client.hpp>
#include <bourse/explorer/index.hpp>
#include <bourse/market/api_routes.hpp>
#include <bourse/market/faucet.hpp>
#include <bourse/market/links.hpp>
#include <bourse/market/proxy.hpp>
#include <bourse/market/v1/alerts.hpp>
#include <bourse/market/v1/answer.hpp>
#include <bourse/market/v1/app_pages.hpp>
#include <bourse/market/v1/hooks.hpp>
#include <bourse/market/v1/incidents.hpp>
#include <bourse/market/v1/limits.hpp>
#include <bourse/market/v1/lists.hpp>
#include <bourse/market/v1/ops.hpp>
#include <bourse/market/v1/rows.hpp>
#include <bourse/market/v1/sessions.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/orderbook/challenges.hpp>
#include <bourse/orderbook/desk.hpp>
#include <bourse/orderbook/publication.hpp>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <thread>

namespace bourse::market {

/// What the handlers work with; all of it outlives the Api.
struct ApiParts {
    explorer::Index& index;
    orderbook::OrderBook& book;
    orderbook::Publication& publication;
    orderbook::Challenges& challenges;
    orderbook::MarketChain& chain;
    db::Database& database;
    Proxy& proxy;
    client::RpcClient* rpc = nullptr;  ///< null: no node (tests): what needs it answers NODE_UNREACHABLE
    Faucet* faucet = nullptr;
};

struct ApiConfig {
    double requests_per_minute = 100;
    double burst = 50;
    double writes_per_minute = 20;
    std::vector<std::string> rate_exempt, allowed_hosts;
    std::string rpc_url, store_url, scheduler_url, public_url;
    std::optional<crypto::PrivateKey> helper_key;  ///< submits matches for buyers
    MarketLinks links;
    bool dev = false;  ///< an embedded development stack: its accounts are shown to loopback
    std::string ui_build;
    std::filesystem::path folder;  ///< of the market's data: its disk is watched; incidents.json
    HookRules hooks;
};

/// A pool as its scheduler tells it; empty where another one runs it, or where it does not answer.
struct PoolState {
    Address pool;
    bool ours = false;
    std::optional<Error> silent;  ///< why the scheduler tells nothing
    Json scheduler = Json::object(), workers = Json::array(), figures = Json::object();
};
struct OperatorCall {
    Address who, pool;
    Json body;
};
/// The last times of a kind of call, in ms.
struct Latencies {
    void add(double ms);
    std::vector<double> sorted() const;
    std::vector<double> ring;
    std::size_t next = 0;
};

struct LogSource {
    std::string path;  ///< at the scheduler
    Address reader;    ///< whom the scheduler lets see it
};
struct LogPage {
    std::vector<Json> lines;   ///< of the shape LogLine
    std::int64_t kept_ms = 0;  ///< how long the scheduler keeps one
};

class Api {
public:
    Api(ApiParts parts, ApiConfig config);
    ~Api();
    void add_routes(net::HttpServer& server);
    /// Called after the book of a kind has changed by a request.
    std::function<void()> on_order_change;
    /// The broker at work; null: none runs.
    orderbook::Desk* desk = nullptr;
    /// Where the live channel of a book stands; nothing: no feed.
    std::function<std::uint64_t(const std::string& channel)> channel_seq;

    // For the live feed: the same content without an envelope.
    Result<Json> book_content(const explorer::Commodity& commodity, bool levels, std::int64_t group,
                              std::int64_t limit) const;
    Json ticker_content(const explorer::Commodity& commodity) const;
    Result<ListPage> list(std::string_view route, Call& call) const;
    Result<Json> item(std::string_view route, Call& call) const;
    Json task_detail(const explorer::TaskRow& task) const;
    std::vector<Json> open_orders_of(const Address& signer) const;
    /// Errors: FORBIDDEN where it answers for none of them.
    Result<Json> worker_items(const Address& who, const Address& pool) const;
    Result<Json> pool_task_items(const Address& pool, std::int64_t limit) const;
    std::string build() const;
    std::int64_t now_s() const;
    Envelope envelope() const;
    Sessions& sessions() noexcept { return sessions_; }
    const ApiParts& parts() const noexcept { return parts_; }
    /// May this address operate the pool? Errors: FORBIDDEN.
    Status<> check_operator(const Address& who, const Address& pool) const;
    /// What a pool's operator should know now.
    std::vector<Json> alerts_of(const Address& pool);
    std::vector<Json> alerts_of(const PoolState& state);
    /// Does the address answer for this worker (a row of the scheduler): is it the worker or its owner?
    static bool answers_for(const Address& who, const Json& worker);
    /// Looks for alerts by itself from now on, and sends webhooks; nothing without a scheduler.
    void start_watch();
    void stop_watch();
    /// Sets the gauges of web-ui §10.9. `listeners`: clients of the feed.
    void publish_metrics(std::size_t listeners);
    /// The pool of this market's scheduler. Errors: as Ops::ask().
    Result<Address> served_pool() const;
    /// Where the scheduler has the lines of a task, or of a worker, for whom they are meant. Errors: FORBIDDEN,
    /// NOT_FOUND, QUERY_INVALID, SCHEDULER_UNREACHABLE.
    Result<LogSource> log_source(const std::optional<Hash>& task, const std::optional<Address>& worker,
                                 const Address& who) const;
    /// Ascending; after a position, or the newest before one. Errors: LOGS_REFUSED, NOT_FOUND, SCHEDULER_UNREACHABLE.
    Result<LogPage> log_lines(const LogSource& source, std::optional<std::int64_t> after,
                              std::optional<std::int64_t> before, std::size_t limit) const;
    /// The pools an address owns.
    std::vector<Address> pools_of(const Address& owner) const;

private:
    using ItemHandler = std::function<Result<Json>(Call&)>;
    using RawHandler = std::function<net::Response(const net::Request&)>;
    void bind_explorer();
    void bind_network();
    void bind_market();
    void bind_orders();
    void bind_session();
    void bind_node();
    void bind_uploads();
    void bind_app_pages();
    void bind_ops();
    void bind_logs();
    void bind_list(std::string_view name, ListHandler handler) { lists_[name] = std::move(handler); }
    void bind_item(std::string_view name, ItemHandler handler) { items_[name] = std::move(handler); }
    void bind_raw(std::string_view name, RawHandler handler) { raws_[name] = std::move(handler); }
    net::Response answer(const ApiRoute& route, const net::Request& request);
    std::optional<net::Response> refuse_early(const ApiRoute& route, const net::Request& request);
    /// Has the wallet writes left? One that succeeded is counted by count_write(). Errors: RATE_LIMITED.
    Status<> check_writes(const net::Request& request, const Address& wallet);
    void count_write(const net::Request& request, const Address& wallet);

    // explorer_handlers.cpp
    Result<ListPage> deals(Call& call) const;
    Result<Json> deal(Call& call) const;
    Result<ListPage> deal_tasks(Call& call) const;
    Result<Json> deal_strip(Call& call) const;
    Result<ListPage> tasks(Call& call) const;
    Result<Json> task(Call& call) const;
    Result<ListPage> resources(explorer::ResourceKind kind, Call& call) const;
    Result<Json> resource(explorer::ResourceKind kind, Call& call) const;
    Result<Json> search(Call& call) const;
    ResourceFacts facts_of(const explorer::ResourceRow& row) const;

    // account_handlers.cpp
    Result<ListPage> accounts(Call& call) const;
    Result<Json> account(Call& call) const;
    Result<ListPage> entries(Call& call) const;
    Result<ListPage> workers(Call& call) const;
    Result<Json> worker(Call& call) const;
    Result<ListPage> contributions(Call& call) const;
    Result<ListPage> transfers(Call& call) const;
    Json locks_of(const Address& who) const;

    // network_handlers.cpp
    Result<Json> boot(Call& call) const;
    Result<Json> status(Call& call);
    Result<Json> stats(Call& call) const;
    net::Response chain_file(const net::Request& request) const;

    // market_handlers.cpp
    Result<Json> book(Call& call) const;
    Result<ListPage> trades(Call& call) const;
    Result<Json> candles(Call& call) const;
    Result<Json> quote(Call& call) const;
    Result<explorer::Commodity> commodity(Call& call) const;
    Uint256 free_stake_of(const Address& maker) const;

    // order_handlers.cpp
    Result<ListPage> orders(poco::OrderKind kind, Call& call) const;
    Result<Json> order(poco::OrderKind kind, Call& call) const;
    Result<Json> publish(poco::OrderKind kind, Call& call);
    Result<Json> withdraw(poco::OrderKind kind, Call& call);
    Result<Json> check(Call& call) const;
    Result<Json> match(Call& call);
    Result<Json> explain(Call& call) const;
    /// allowed(restriction, account) of poco.md §5.5 as far as the broker knows; nothing where no broker runs.
    std::function<std::optional<bool>(const Address& restriction, const Address& account)> allowed() const;

    // access.cpp
    Json granted_to(const Address& who) const;
    Json place_of(const orderbook::OrderRecord& record) const;
    Json restrictions_of(const poco::AnyOrder& order) const;

    // ops_access.cpp
    Result<Address> pool_of(const Call& call) const;
    Result<Address> operated_pool(const Call& call);
    Result<std::vector<Json>> workers_shown_to(const Address& who, const Address& pool) const;
    Result<std::vector<Json>> workers_shown_to(Call& call);

    // ops_overview.cpp
    Json ops_series(const Address& pool, std::int64_t now) const;
    PoolState state_of(const Address& pool) const { return state_of(pool, ops_.pool()); }
    /// `scheduler`: what it says of its pool.
    PoolState state_of(const Address& pool, const Result<Json>& scheduler) const;
    PoolOffer offer_of(const Address& pool) const;
    std::optional<std::uint64_t> tasks_covered(const Address& pool, const PoolOffer& offer) const;
    Json idle_reasons(const PoolState& state) const;
    /// Sums of all ended tasks; past days are summed once.
    explorer::EarningRow earned_in_all(const Address& pool);
    Json health();
    bool store_answers();
    std::int64_t head_age_ms() const;
    Json event_lag() const;
    Result<Json> ops_overview(Call& call);

    // ops_rows.cpp
    Json worker_item(const Json& worker) const;
    std::set<std::string> tasks_at_risk() const;
    Json pool_task_item(const explorer::TaskRow& task, const std::set<std::string>& at_risk) const;
    Result<ListPage> ops_workers(Call& call);
    Result<ListPage> ops_tasks(Call& call);
    Result<ListPage> ops_earnings(Call& call);

    // ops_alerts.cpp
    void chain_alerts(std::vector<Alert>& out) const;
    void look_for_alerts();
    void watch();

    // ops_actions.cpp
    Result<OperatorCall> operator_call(Call& call);
    Result<ListPage> ops_alerts(Call& call);
    Result<ListPage> ops_audit(Call& call);
    Result<Json> ops_act(Call& call);
    Result<Json> ops_drain(const Address& who, bool draining, const std::string& target, const std::string& reason);
    // ops_owner.cpp
    Result<Json> own_worker(const Address& who, const std::string& target) const;
    Result<Json> ops_pause(const Address& who, bool pause, const std::string& target, const std::string& reason);
    Result<Json> ops_terms(const Address& who, const Json& body, const std::string& target, const std::string& reason);
    Result<Json> ops_ban(const Address& who, bool ban, const std::string& target, const std::string& reason);
    Result<Json> ops_add_hook(Call& call);
    Result<Json> ops_remove_hook(Call& call);

    // pool_metrics.cpp
    void publish_pool(const PoolState& state);
    void publish_book() const;
    void publish_times() const;

    // timeline.cpp
    Result<Json> timeline(Call& call) const;

    // log_handlers.cpp
    Result<Json> logs_page(Call& call, const LogSource& source) const;
    net::Response logs_file(const LogSource& source, const std::string& name, bool as_json) const;
    net::Response logs(const net::Request& request);

    // session_handlers.cpp
    Result<Json> challenge(Call& call);
    Result<Json> open_session(Call& call);
    Json with_list_facts(Json list) const;
    Result<ListPage> list_runs(Call& call) const;

    // app_page_handlers.cpp
    Result<Json> app_page(Call& call) const;
    Result<Json> publish_app_page(Call& call);

    // upload_handlers.cpp
    net::Response upload(const net::Request& request) const;
    net::Response upload_chunk(const net::Request& request);

    // node_handlers.cpp
    net::Response rpc(const net::Request& request) const;
    Result<Json> send(Call& call) const;
    Result<std::vector<Json>> blocks_of(const std::vector<std::int64_t>& numbers, bool full) const;
    /// The first block not before a time; above the head where there is none.
    Result<std::int64_t> first_block_at(std::int64_t time_s, std::int64_t head) const;
    /// First and last block of `from` and `to`, up to the head.
    Result<std::pair<std::int64_t, std::int64_t>> block_range(const Call& call, std::int64_t head) const;
    Result<ListPage> blocks(Call& call) const;
    Result<Json> block(Call& call) const;
    Result<ListPage> transactions(Call& call) const;
    Result<Json> transaction(Call& call) const;

    ApiParts parts_;
    ApiConfig config_;
    Sessions sessions_;
    Lists lists_store_;
    AppPages app_pages_;
    Ops ops_;
    Hooks hooks_;
    Incidents incidents_;
    Bucket reads_, writes_, wallet_writes_;
    std::uint64_t started_ms_;
    mutable std::mutex latency_mutex_;
    Latencies latencies_;
    std::map<std::string_view, Latencies> latencies_of_;  ///< by route
    std::mutex earned_mutex_;
    std::map<Address, explorer::EarningRow> earned_before_;  ///< by pool, until its `day_s`
    std::mutex store_mutex_;
    bool store_ok_ = false;
    std::uint64_t store_asked_ms_ = 0;  ///< steady; 0: never
    std::mutex watch_mutex_;
    std::condition_variable watch_changed_;
    std::optional<Address> watched_;
    bool watch_over_ = false;
    std::thread watch_;
    std::map<std::string_view, ListHandler> lists_;
    std::map<std::string_view, ItemHandler> items_;
    std::map<std::string_view, RawHandler> raws_;
    std::unique_ptr<class Helper> helper_;
};

}  // namespace bourse::market
