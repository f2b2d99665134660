// The handlers of /v1, bound to the table of routes.
#pragma once

#include <bourse/broker/explain.hpp>
#include <bourse/client/rpc_client.hpp>
#include <bourse/explorer/index.hpp>
#include <bourse/market/api_routes.hpp>
#include <bourse/market/faucet.hpp>
#include <bourse/market/proxy.hpp>
#include <bourse/market/v1/answer.hpp>
#include <bourse/market/v1/limits.hpp>
#include <bourse/market/v1/lists.hpp>
#include <bourse/market/v1/ops.hpp>
#include <bourse/market/v1/sessions.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/orderbook/challenges.hpp>
#include <bourse/orderbook/publication.hpp>

#include <map>
#include <memory>

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
    bool dev = false;  ///< an embedded development stack: its accounts are shown to loopback
    std::string ui_build;
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
    /// Why an order of the broker's books rests; nothing where no broker runs.
    std::function<broker::OrderExplanation(const Hash&)> explain_order;
    /// allowed(restriction, account) of poco.md §5.5 as far as the broker knows; nothing where no broker runs.
    std::function<std::optional<bool>(const Address& restriction, const Address& account)> allowed;
    /// Where the live channel of a book stands; nothing: no feed.
    std::function<std::uint64_t(const std::string& channel)> channel_seq;
    /// The cheapest compatible orders, from the broker's books; nothing where no broker runs.
    std::function<std::vector<broker::Pick>(const broker::Ask&)> fill_ask;

    // For the live feed: the same content without an envelope.
    Result<Json> book_content(const explorer::Commodity& commodity, bool levels, std::int64_t group,
                              std::int64_t limit) const;
    Json ticker_content(const explorer::Commodity& commodity) const;
    Result<ListPage> list(std::string_view route, Call& call) const;
    Result<Json> item(std::string_view route, Call& call) const;
    Json task_detail(const explorer::TaskRow& task) const;
    std::vector<Json> open_orders_of(const Address& signer) const;
    Result<Json> worker_items() const;
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
    void bind_market();
    void bind_orders();
    void bind_session();
    void bind_node();
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
    Result<ListPage> accounts(Call& call) const;
    Result<Json> account(Call& call) const;
    Result<ListPage> entries(Call& call) const;
    Result<ListPage> workers(Call& call) const;
    Result<Json> worker(Call& call) const;
    Result<ListPage> contributions(Call& call) const;
    Result<ListPage> transfers(Call& call) const;
    Result<Json> search(Call& call) const;
    Json with_market_facts(Json resource, const explorer::ResourceRow& row) const;
    Json locks_of(const Address& who) const;
    Json granted_to(const Address& who) const;

    // market_handlers.cpp
    Result<Json> boot(Call& call) const;
    Result<Json> status(Call& call) const;
    Result<Json> stats(Call& call) const;
    Result<Json> book(Call& call) const;
    Result<ListPage> trades(Call& call) const;
    Result<Json> candles(Call& call) const;
    Result<Json> quote(Call& call) const;
    Result<explorer::Commodity> commodity(Call& call) const;
    net::Response chain_file(const net::Request& request) const;

    // order_handlers.cpp
    Result<ListPage> orders(poco::OrderKind kind, Call& call) const;
    Result<Json> order(poco::OrderKind kind, Call& call) const;
    Result<Json> publish(poco::OrderKind kind, Call& call);
    Result<Json> withdraw(poco::OrderKind kind, Call& call);
    Result<Json> check(Call& call) const;
    Result<Json> match(Call& call);
    Result<Json> explain(Call& call) const;

    // ops_handlers.cpp
    Result<Address> pool_of(const Call& call) const;
    Result<Address> operated_pool(const Call& call);
    Json ops_series(const Address& pool, std::int64_t now) const;
    Json ops_stages(const Address& pool, std::int64_t now) const;
    Result<Json> ops_overview(Call& call) const;
    Json worker_item(const Json& worker) const;
    Json pool_task_item(const explorer::TaskRow& task) const;
    Result<ListPage> ops_workers(Call& call);
    Result<ListPage> ops_tasks(Call& call);
    Result<ListPage> ops_earnings(Call& call);
    Result<ListPage> ops_alerts(Call& call);
    Result<ListPage> ops_audit(Call& call);
    Result<Json> ops_act(Call& call);
    Result<Json> ops_drain(const Address& who, bool draining, const std::string& target, const std::string& reason);

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

    // node_handlers.cpp
    net::Response rpc(const net::Request& request) const;
    Result<Json> send(Call& call) const;
    Result<std::vector<Json>> blocks_of(const std::vector<std::int64_t>& numbers, bool full) const;
    Result<ListPage> blocks(Call& call) const;
    Result<Json> block(Call& call) const;
    Result<ListPage> transactions(Call& call) const;
    Result<Json> transaction(Call& call) const;

    ApiParts parts_;
    ApiConfig config_;
    Sessions sessions_;
    Lists lists_store_;
    Ops ops_;
    Bucket reads_, writes_, wallet_writes_;
    std::uint64_t started_ms_;
    mutable std::mutex latency_mutex_;
    std::vector<double> latencies_;
    std::size_t next_latency_ = 0;
    std::map<std::string_view, ListHandler> lists_;
    std::map<std::string_view, ItemHandler> items_;
    std::map<std::string_view, RawHandler> raws_;
    std::unique_ptr<class Helper> helper_;
};

}  // namespace bourse::market
