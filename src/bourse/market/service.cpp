#include <bourse/market/service.hpp>

#include <bourse/client/outbox.hpp>
#include <bourse/market/answers.hpp>
#include <bourse/net/standard_routes.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/sys/process.hpp>

#include <chrono>
#include <sstream>

namespace bourse::market {

namespace {

/// Deals and categories once had tables here; the explorer's index is where they are.
constexpr const char* kDealsElsewhere = "DROP TABLE IF EXISTS deals;DROP TABLE IF EXISTS categories";
constexpr const char* kMetaSchema = "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL)";

/// Sockets of the live feed among them.
constexpr std::size_t kMaxConnections = 8'192;

/// Chunks of uploads on their way to the store.
std::filesystem::path spool_folder(const MarketConfig& config) { return config.folder / "spool"; }

/// Emptied of what a killed predecessor left.
void clear_spool(const MarketConfig& config) {
    std::error_code ignored;
    std::filesystem::remove_all(spool_folder(config), ignored);
    std::filesystem::create_directories(spool_folder(config), ignored);
}

net::ServerConfig market_server_config(const MarketConfig& config) {
    net::ServerConfig server;
    server.bind = config.bind;
    server.port = config.port;
    server.cors = true;
    server.max_body_bytes = 1 << 20;
    server.max_connections = kMaxConnections;
    server.allowed_hosts = config.allowed_hosts;
    server.spool_dir = spool_folder(config);
    return server;
}

constexpr std::array kKinds{poco::OrderKind::kApp, poco::OrderKind::kDataset, poco::OrderKind::kWorkerpool,
                            poco::OrderKind::kRequest};

std::string order_parameters(poco::OrderKind kind) {
    switch (kind) {
        case poco::OrderKind::kApp:
            return "app,appOwner,dataset,workerpool,requester,isDatasetStrict,isWorkerpoolStrict,isRequesterStrict,"
                   "minTag,maxTag,"
                   "minVolume";
        case poco::OrderKind::kDataset:
            return "dataset,datasetOwner,app,workerpool,requester,isAppStrict,isWorkerpoolStrict,isRequesterStrict,"
                   "minTag,maxTag,"
                   "minVolume,bulkOnly";
        case poco::OrderKind::kWorkerpool:
            return "category,workerpool,workerpoolOwner,app,dataset,requester,isAppStrict,isDatasetStrict,"
                   "isRequesterStrict,"
                   "minTag,maxTag,minTrust,minVolume";
        case poco::OrderKind::kRequest:
            return "category,requester,beneficiary,app,dataset,workerpool,isWorkerpoolStrict,minTag,maxTag,maxTrust,"
                   "minVolume";
    }
    return {};
}

/// OpenAPI's form of a route: "/deals/{dealid}".
std::string openapi_path(const std::string& path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '*') {
            out += "{rest}";
        } else if (path[i] != ':') {
            out += path[i];
        } else {
            const auto end = std::min(path.find('/', i), path.size());
            out += "{" + path.substr(i + 1, end - i - 1) + "}";
            i = end - 1;
        }
    }
    return out;
}

nlohmann::json openapi_parameters(const std::string& path, const std::string& query) {
    auto out = nlohmann::json::array();
    const auto add = [&](const std::string& name, const char* in, bool required) {
        out.push_back({{"name", name}, {"in", in}, {"required", required}, {"schema", {{"type", "string"}}}});
    };
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1))
        add(path.substr(open + 1, path.find('}', open) - open - 1), "path", true);
    std::istringstream names(query);
    for (std::string name; std::getline(names, name, ',');) add(name, "query", false);
    return out;
}

}  // namespace

MarketService::MarketService(const MarketConfig& config, MarketChains chains, std::unique_ptr<db::Database> database,
                             std::unique_ptr<explorer::Index> index)
    : config_(config),
      chains_(chains),
      db_(std::move(database)),
      book_(*db_),
      publication_(*db_, book_, chains.views, book_mutex_, sys::unix_time_ms, config.rules),
      reaction_(*db_, book_, chains.views, book_mutex_),
      challenges_(sys::steady_ms),
      proxy_({config.store_url, config.scheduler_url, config.folder / "content-cache"}),
      index_(std::move(index)),
      assets_(config.ui_folder),
      gateway_limit_(static_cast<double>(config.requests_per_minute), static_cast<double>(config.requests_per_minute),
                     sys::steady_ms),
      server_(market_server_config(config)) {}

std::string market_database_url(const MarketConfig& config) {
    if (!config.database.empty()) return config.database;
    return "sqlite://" + (config.folder / "market.db").string() + "?sync=full";
}

std::string index_database_url(const MarketConfig& config) {
    if (!config.index_database.empty()) return config.index_database;
    return "sqlite://" + (config.folder / "explorer.db").string();
}

Result<std::unique_ptr<MarketService>> MarketService::start(const MarketConfig& config, MarketChains chains) {
    sys::raise_file_limit(2 * kMaxConnections);
    clear_spool(config);
    BOURSE_TRY(auto database, db::Database::open(market_database_url(config)));
    BOURSE_CHECK(
        database->migrate({orderbook::kOrdersSchema, kDealsElsewhere, orderbook::kCursorSchema, kMetaSchema,
                           client::outbox_schema(), kFaucetSchema, kListsSchema, kOpsSchema, orderbook::kMatchesSchema,
                           orderbook::kRestrictedSchema, orderbook::kCountsSchema, kHooksSchema, kAppPagesSchema}));
    BOURSE_TRY(auto index, explorer::Index::open(index_database_url(config), chains.views.hub()));
    std::unique_ptr<MarketService> service(new MarketService(config, chains, std::move(database), std::move(index)));
    if (config.faucet_key) {
        service->faucet_ = std::make_unique<Faucet>(*service->db_, chains.views, chains.transactions,
                                                    *config.faucet_key, config.faucet, sys::unix_time_ms);
        service->faucet_->start();
    }
    service->publication_.note_counts(config.rollback_depth > 0);
    service->start_api();
    service->add_endpoints();
    service->api_->start_watch();
    BOURSE_CHECK(service->server_.start());
    if (service->index_follower_) service->index_follower_->start();
    service->starter_ = std::thread([raw = service.get()] { raw->follow_loop(); });
    return service;
}

MarketService::~MarketService() {
    server_.stop();
    if (api_) api_->stop_watch();
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    if (starter_.joinable()) starter_.join();
    if (follower_) follower_->stop();
    if (index_follower_) index_follower_->stop();
    if (desk_) desk_->stop();
    if (feed_) feed_->stop();
    if (faucet_) faucet_->stop();
}

std::optional<Error> MarketService::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

void MarketService::add_order_endpoints(poco::OrderKind kind) {
    const std::string name = std::string(poco::to_text(kind)) + "orders";
    const auto path = "/" + name;
    endpoints_.push_back({"GET", path, "Open " + name + ", best price first",
                          order_parameters(kind) + ",pageIndex,pageSize",
                          [this, kind](const net::Request& r) { return list_orders(kind, r); }});
    endpoints_.push_back({"GET", path + "/:hash", "One order, of any status", "",
                          [this, kind](const net::Request& r) { return show_order(kind, r); }});
    endpoints_.push_back({"POST", path, "Publish a signed order (authorization header)", "",
                          [this, kind](const net::Request& r) { return publish_order(kind, r); }});
    endpoints_.push_back({"PUT", path, "Withdraw orders (authorization header)", "",
                          [this, kind](const net::Request& r) { return withdraw_orders(kind, r); }});
}

void MarketService::add_proxy_endpoints() {
    const auto content = [this](const net::Request& r) { return proxy_.content(r); };
    const auto below = [this](const net::Request& r) { return proxy_.scheduler(r, "/" + r.params.at("*")); };
    const auto task = [this](const char* behind) {
        return [this, behind](const net::Request& r) {
            return proxy_.scheduler(r, "/v1/tasks/" + r.params.at("id") + behind);
        };
    };
    const auto log_challenge = [this](const net::Request& r) { return proxy_.scheduler(r, "/v1/challenge"); };
    const auto pool = [this](const net::Request& r) { return proxy_.scheduler(r, "/v1/pool"); };
    endpoints_.push_back({"GET", "/ipfs/:cid", "Content of the store", "", content});
    endpoints_.push_back({"HEAD", "/ipfs/:cid", "Content of the store", "", content});
    endpoints_.push_back({"GET", "/scheduler/*", "The scheduler's own interface, reading only", "", below});
    endpoints_.push_back({"GET", "/v1/tasks/:id/record", "A task's record, from the scheduler", "", task("")});
    endpoints_.push_back(
        {"GET", "/v1/tasks/:id/logs", "Output of a task's app, from the scheduler", "", task("/logs")});
    endpoints_.push_back(
        {"GET", "/v1/logs/challenge", "Challenge of the scheduler, for logs", "address", log_challenge});
    endpoints_.push_back({"GET", "/v1/pool", "The pool, from the scheduler", "", pool});
    endpoints_.push_back({"GET", "/v1/events", "The live feed as server-sent events", "ch",
                          [this](const net::Request& r) { return events(r); }});
    endpoints_.push_back({"GET", "/v1/snapshots", "The live feed for those that ask again and again", "ch",
                          [this](const net::Request& r) { return snapshots(r); }});
}

void MarketService::add_endpoints() {
    const auto bind = [this](net::Response (MarketService::*handler)(const net::Request&)) {
        return [this, handler](const net::Request& r) { return (this->*handler)(r); };
    };
    endpoints_.push_back(
        {"GET", "/challenge", "Typed data to sign for a write", "address", bind(&MarketService::challenge)});
    endpoints_.push_back({"GET", "/categories", "Categories by time",
                          "minWorkClockTimeRef,maxWorkClockTimeRef,pageIndex,pageSize",
                          bind(&MarketService::list_categories)});
    endpoints_.push_back({"GET", "/categories/:catid", "One category", "", bind(&MarketService::show_category)});
    endpoints_.push_back({"GET", "/deals", "Deals, newest first",
                          "category,requester,beneficiary,app,dataset,workerpool,appOwner,datasetOwner,workerpoolOwner,"
                          "apporderHash,datasetorderHash,workerpoolorderHash,requestorderHash,pageIndex,pageSize",
                          bind(&MarketService::list_deals)});
    endpoints_.push_back({"GET", "/deals/:dealid", "One deal", "", bind(&MarketService::show_deal)});
    endpoints_.push_back({"GET", "/ohlc", "Last trades of a category", "category", bind(&MarketService::show_trades)});
    for (const auto kind : kKinds) add_order_endpoints(kind);
    endpoints_.push_back({"GET", "/metrics", "Counts of open orders; without chainId Prometheus text", "",
                          bind(&MarketService::show_metrics)});
    endpoints_.push_back({"POST", "/v1/faucet", "Some RLC for a new wallet on a development chain", "",
                          bind(&MarketService::use_faucet)});
    add_proxy_endpoints();
    endpoints_.push_back(
        {"GET", "/docs", "This document", "", [this](const net::Request&) { return documentation(); }});
    for (const auto& endpoint : endpoints_)
        server_.route(endpoint.method, endpoint.path,
                      [this, handler = endpoint.handler](const net::Request& r) { return limited(r, handler); });
    net::serve_version(server_, "market");
    api_->add_routes(server_);
    // The SDK's directory of pools; behind /v1/workerpools/:id, which looks like it.
    server_.route("GET", "/:chain/workerpools/:pool", [this](const net::Request& r) { return compass(r); });
    add_page_routes();
}

net::Response MarketService::documentation() const {
    nlohmann::json paths;
    for (const auto& endpoint : endpoints_) {
        const auto path = openapi_path(endpoint.path);
        std::string method = endpoint.method;
        std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        paths[path][method] = {
            {"summary", endpoint.summary},
            {"parameters", openapi_parameters(path, endpoint.query.empty() ? "chainId" : "chainId," + endpoint.query)},
            {"responses",
             {{"200", {{"description", "ok"}}},
              {"400", {{"description", "input"}}},
              {"403", {{"description", "refused by a rule"}}}}}};
    }
    const nlohmann::json document = {
        {"openapi", "3.0.3"}, {"info", {{"title", "Bourse market"}, {"version", BOURSE_VERSION}}}, {"paths", paths}};
    return net::Response::json(200, document.dump());
}

/// A market's data belong to one chain: deals, orders and the cursor mean nothing on another.
Status<> MarketService::check_chain() {
    BOURSE_TRY(const auto genesis, chains_.views.block(0));
    const auto rows = db_->query("SELECT value FROM meta WHERE name='genesis'");
    if (rows.empty()) {
        db_->execute("INSERT INTO meta(name, value) VALUES('genesis', ?1)", {to_hex(genesis.hash)});
        return {};
    }
    if (db::sql_text(rows[0][0]) == to_hex(genesis.hash)) return {};
    return fail("FOREIGN_DATA", "The data in " + config_.folder.string() + " belong to another chain (genesis " +
                                    db::sql_text(rows[0][0]) + ", the node has " + to_hex(genesis.hash) +
                                    "). Choose another folder with --data-dir, or another node with --rpc.");
}

bool MarketService::deliver(const client::BlockBatch& batch) {
    try {
        const auto applied = reaction_.apply(batch);
        if (!applied) {
            sys::log_warn("chain events not taken in",
                          {{"code", applied.error().code}, {"message", applied.error().message}});
            return false;
        }
    } catch (const std::exception& error) {
        sys::log_error("chain events not taken in", {{"message", error.what()}});
        return false;
    }
    last_block_.store(batch.head.number);
    if (!batch.logs.empty()) report_metrics();
    return true;
}

bool MarketService::roll_back(const client::Cursor& to) {
    try {
        reaction_.roll_back(to);
    } catch (const std::exception& error) {
        sys::log_error("blocks were replaced; not undone", {{"message", error.what()}});
        return false;
    }
    sys::log_warn("blocks were replaced", {{"back_to", std::to_string(to.number)}});
    feed_->on_orders();
    return true;
}

void MarketService::follow_loop() {
    std::unique_lock lock(mutex_);
    for (bool told = false; !stop_;) {
        lock.unlock();
        auto ready = check_chain();
        reaction_.set_rollback_depth(config_.rollback_depth);
        auto config = ready ? reaction_.follow() : Result<client::FollowerConfig>(fail(ready.error()));
        lock.lock();
        if (config && ready) {
            config->ws_url = config_.ws_url;
            client::FollowerCallbacks callbacks;
            callbacks.deliver = [this](const client::BlockBatch& batch) { return deliver(batch); };
            callbacks.recent = [this] { return reaction_.recent(); };
            callbacks.roll_back = [this](const client::Cursor& to) { return roll_back(to); };
            callbacks.on_head = [this](const client::BlockHead& head) { last_block_.store(head.number); };
            follower_ = std::make_unique<client::LogFollower>(chains_.blocks, *config, std::move(callbacks));
            follower_->start();
            sys::log_info("following the chain");
            return;
        }
        const auto error = ready ? config.error() : ready.error();
        if (error.code == "FOREIGN_DATA") {
            failure_ = error;
            sys::request_stop();
            return;
        }
        if (!told) sys::log_warn("waiting for the node", {{"code", error.code}, {"message", error.message}});
        told = true;
        stopping_.wait_for(lock, std::chrono::milliseconds(200), [this] { return stop_; });
    }
}

void MarketService::report_metrics() {
    auto& metrics = sys::Metrics::global();
    for (const auto kind : kKinds)
        metrics.gauge("bourse_market_open_orders", "Open orders by kind.", static_cast<double>(book_.count_open(kind)),
                      {{"kind", std::string(poco::to_text(kind))}});
    if (const auto cursor = reaction_.cursor())
        metrics.gauge("bourse_market_block_number", "Last block taken in.", static_cast<double>(cursor->number));
}

}  // namespace bourse::market
