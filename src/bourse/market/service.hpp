// The market's HTTP interface (sdk-interop §3, design.md §6) and its follower of the chain.
#pragma once

#include <bourse/client/log_follower.hpp>
#include <bourse/explorer/follower.hpp>
#include <bourse/market/assets.hpp>
#include <bourse/market/faucet.hpp>
#include <bourse/market/links.hpp>
#include <bourse/market/proxy.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/companion_relay.hpp>
#include <bourse/market/v1/feed.hpp>
#include <bourse/net/http_server.hpp>
#include <bourse/orderbook/challenges.hpp>
#include <bourse/orderbook/desk.hpp>
#include <bourse/orderbook/order_book.hpp>
#include <bourse/orderbook/order_query.hpp>
#include <bourse/orderbook/publication.hpp>
#include <bourse/orderbook/reaction.hpp>
#include <bourse/sys/clock.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace bourse::market {

struct MarketConfig {
    std::filesystem::path folder;
    std::string database;        ///< as db::Database, for orders, lists, faucet; empty: market.db in the folder
    std::string index_database;  ///< for the explorer's index; empty: explorer.db in the folder
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0;
    std::string store_url;
    std::string scheduler_url;
    std::string ws_url;  ///< newHeads as wake-up of the follower; empty: polling
    std::optional<crypto::PrivateKey> faucet_key;
    FaucetConfig faucet;
    std::size_t requests_per_minute = 100;  ///< by client address; loopback is exempt
    std::vector<std::string> rate_exempt;
    std::vector<std::string> allowed_hosts;
    std::string rpc_url;                           ///< behind /v1/rpc; empty: none
    std::string public_url;                        ///< in /chain.json; empty: as the market was asked
    std::optional<crypto::PrivateKey> broker_key;  ///< sends the broker's matches; none: orders rest
    orderbook::PublicationRules rules;
    std::optional<crypto::PrivateKey> helper_key;  ///< submits matches for buyers; none: they send them themselves
    std::filesystem::path ui_folder;               ///< the built web app; empty: none
    std::uint64_t rollback_depth = 0;              ///< blocks that may be replaced; 0 where a committed block is final
    MarketLinks links;                             ///< what the web app leads to
    bool dev = false;                              ///< an embedded development stack
    HookRules hooks;
};

/// Where the data are: what the configuration says, else a file in the folder.
std::string market_database_url(const MarketConfig& config);
std::string index_database_url(const MarketConfig& config);

/// The chain behind the market; all three must outlive it.
struct MarketChains {
    orderbook::MarketChain& views;
    client::FollowerChain& blocks;
    client::OutboxChain& transactions;
    client::RpcClient* rpc = nullptr;             ///< for calls that are handed on; null: answered as unreachable
    explorer::ExplorerChain* explorer = nullptr;  ///< what the index reads; null: the index stays empty
};

/// Everything of the role but the process around it.
class MarketService {
public:
    /// The node may still be down: the follower waits for it. Errors: DB_OPEN_FAILED, DB_NEWER_SCHEMA, PORT_TAKEN,
    /// BIND_FAILED.
    static Result<std::unique_ptr<MarketService>> start(const MarketConfig& config, MarketChains chains);
    ~MarketService();

    std::uint16_t port() const noexcept { return server_.port(); }
    /// Why the market stopped itself, if it did: the data folder belongs to another chain.
    std::optional<Error> failure() const;
    /// The handlers of /v1, for tests of the feed.
    Api& api() noexcept { return *api_; }
    /// Blocks taken in so far.
    std::optional<client::Cursor> cursor() const { return reaction_.cursor(); }

private:
    struct Endpoint {
        std::string method, path, summary, query;  ///< `query`: names, comma-separated
        std::function<net::Response(const net::Request&)> handler;
    };

    MarketService(const MarketConfig& config, MarketChains chains, std::unique_ptr<db::Database> database,
                  std::unique_ptr<explorer::Index> index);
    void start_api();
    void start_desk();
    void add_page_routes();
    net::Response compass(const net::Request& request) const;
    net::Response page(const net::Request& request);
    std::string detail_table(const std::string& path);
    net::Response limited(const net::Request& request,
                          const std::function<net::Response(const net::Request&)>& handler);
    void add_endpoints();
    void add_order_endpoints(poco::OrderKind kind);
    void add_proxy_endpoints();
    net::Response documentation() const;

    Result<std::uint64_t> chain_of(const net::Request& request);
    net::Response list_orders(poco::OrderKind kind, const net::Request& request);
    net::Response show_order(poco::OrderKind kind, const net::Request& request);
    net::Response publish_order(poco::OrderKind kind, const net::Request& request);
    net::Response withdraw_orders(poco::OrderKind kind, const net::Request& request);
    net::Response list_deals(const net::Request& request);
    net::Response show_deal(const net::Request& request);
    net::Response list_categories(const net::Request& request);
    net::Response show_category(const net::Request& request);
    net::Response show_trades(const net::Request& request);
    net::Response challenge(const net::Request& request);
    net::Response show_metrics(const net::Request& request);
    net::Response use_faucet(const net::Request& request);
    /// What a request for the feed without a WebSocket names.
    struct Listening {
        std::vector<std::string> channels;
        std::string token;  ///< of a session, or empty
    };
    Result<Listening> listening(const net::Request& request) const;
    net::Response events(const net::Request& request);
    net::Response snapshots(const net::Request& request);

    void follow_loop();
    Status<> check_chain();
    bool deliver(const client::BlockBatch& batch);
    bool roll_back(const client::Cursor& to);
    void report_metrics();

    MarketConfig config_;
    MarketChains chains_;
    std::unique_ptr<db::Database> db_;
    std::mutex book_mutex_;
    orderbook::OrderBook book_;
    orderbook::Publication publication_;
    orderbook::Reaction reaction_;
    orderbook::Challenges challenges_;
    Proxy proxy_;
    std::unique_ptr<Faucet> faucet_;
    std::unique_ptr<explorer::Index> index_;
    Assets assets_;
    Bucket gateway_limit_;
    std::unique_ptr<Api> api_;
    std::unique_ptr<Feed> feed_;
    CompanionRelay companion_{sys::steady_ms};
    std::unique_ptr<orderbook::Desk> desk_;
    std::vector<Endpoint> endpoints_;
    net::HttpServer server_;
    std::atomic<std::uint64_t> last_block_{0};

    mutable std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::optional<Error> failure_;
    std::unique_ptr<client::LogFollower> follower_;
    std::unique_ptr<explorer::IndexFollower> index_follower_;
    std::thread starter_;
};

}  // namespace bourse::market
