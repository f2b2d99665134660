// The market's pages: the web app for every path a browser opens, beside the programs' paths of the same names.
#include <bourse/market/answers.hpp>
#include <bourse/market/service.hpp>
#include <bourse/net/router.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace bourse::market {

namespace {

/// First segments of the app's own paths (web-ui §2). Chain prefixes lead to the same pages.
constexpr std::array kPagePaths{
    "/",        "/market",      "/market/*",       "/explorer",   "/explorer/*",  "/deal/:id", "/task/:id",
    "/app/:id", "/dataset/:id", "/workerpool/:id", "/worker/:id", "/address/:id", "/tx/:id",   "/block/:id",
    "/search",  "/wallet",      "/wallet/*",       "/ops",        "/ops/*",       "/store",    "/store/*",
    "/learn",   "/learn/*",     "/status",         "/settings",   "/welcome",     "/lists",    "/lists/*",
    "/side/*",  "/main/*",      "/dev/*"};

/// Detail pages with their call, for browsers without scripts.
constexpr std::pair<const char*, const char*> kDetails[] = {{"deal", "deal"},
                                                            {"task", "task"},
                                                            {"app", "app"},
                                                            {"dataset", "dataset"},
                                                            {"workerpool", "workerpool"},
                                                            {"worker", "worker"},
                                                            {"address", "account"},
                                                            {"tx", "transaction"},
                                                            {"block", "block"}};

}  // namespace

void MarketService::start_api() {
    ApiConfig config;
    config.requests_per_minute = static_cast<double>(config_.requests_per_minute);
    config.rate_exempt = config_.rate_exempt;
    config.allowed_hosts = config_.allowed_hosts;
    config.rpc_url = config_.rpc_url;
    config.store_url = config_.store_url;
    config.scheduler_url = config_.scheduler_url;
    config.public_url = config_.public_url;
    config.helper_key = config_.helper_key;
    config.links = config_.links;
    config.dev = config_.dev;
    config.ui_build = assets_.build();
    config.folder = config_.folder;
    config.hooks = config_.hooks;
    api_ = std::make_unique<Api>(
        ApiParts{*index_, book_, publication_, challenges_, chains_.views, *db_, proxy_, chains_.rpc, faucet_.get()},
        config);
    feed_ = std::make_unique<Feed>(*api_);
    feed_->start();
    api_->on_order_change = [this] { feed_->on_orders(); };
    api_->channel_seq = [this](const std::string& channel) { return feed_->seq_of(channel); };
    server_.websocket("/v1/ws", feed_->handlers(),
                      {.protocol = "mkt.v1", .max_message_bytes = 4'096, .check_origin = true});
    server_.websocket("/v1/companion", companion_.handlers(),
                      {.protocol = {}, .max_message_bytes = CompanionRelay::kFrameBytes, .check_origin = true});
    start_desk();
    api_->desk = desk_.get();
    if (chains_.explorer == nullptr) return;
    explorer::IndexFollowerCallbacks callbacks;
    callbacks.on_change = [this](const explorer::Touched& touched, const client::BlockBatch& batch) {
        feed_->on_block(batch.last,
                        !touched.accounts.empty() || !touched.deals.empty() || !touched.tasks.empty() ||
                            !touched.resources.empty() || touched.categories,
                        batch.last.number >= batch.head.number);
    };
    callbacks.on_rollback = [this](const explorer::Reverted& reverted) { feed_->on_rollback(reverted); };
    callbacks.on_failure = [this](const Error& error) {
        const std::lock_guard lock(mutex_);
        failure_ = error;
        sys::request_stop();
    };
    index_follower_ = std::make_unique<explorer::IndexFollower>(*index_, *chains_.explorer, chains_.blocks,
                                                                config_.ws_url, std::move(callbacks));
    index_follower_->set_rollback_depth(config_.rollback_depth);
}

Result<MarketService::Listening> MarketService::listening(const net::Request& request) const {
    constexpr std::size_t kMostChannels = 32;
    constexpr std::string_view kBearer = "Bearer ";
    if (!net::origin_is_allowed(request.header("origin"), request.header("host"), config_.allowed_hosts))
        return fail("ORIGIN_REFUSED", "Pages of other sites may not listen here.");
    Listening out;
    for (const auto& [name, value] : request.query)
        if (name == "ch") out.channels.push_back(value);
    if (out.channels.empty() || out.channels.size() > kMostChannels)
        return fail("QUERY_INVALID", "ch must name 1 to " + std::to_string(kMostChannels) + " channels");
    const auto authorization = request.header("authorization");
    if (authorization.starts_with(kBearer)) out.token = authorization.substr(kBearer.size());
    return out;
}

/// The feed for those that cannot have a WebSocket.
net::Response MarketService::events(const net::Request& request) {
    auto asked = listening(request);
    if (!asked) return v1_refusal(asked.error());
    net::Response out;
    out.headers["content-type"] = "text/event-stream";
    out.headers["cache-control"] = "no-store";
    out.headers["x-accel-buffering"] = "no";  // a proxy that gathers would hold the events back
    out.events =
        std::make_shared<const net::WsHandlers>(feed_->listener(std::move(asked->channels), std::move(asked->token)));
    return out;
}

/// The feed for those that can have neither, and ask again and again.
net::Response MarketService::snapshots(const net::Request& request) {
    const auto asked = listening(request);
    if (!asked) return v1_refusal(asked.error());
    auto out = net::Response::json(200, feed_->messages(asked->channels, asked->token));
    out.headers["cache-control"] = "no-store";
    return out;
}

void MarketService::start_desk() {
    orderbook::DeskConfig config;
    config.key = config_.broker_key;
    desk_ = std::make_unique<orderbook::Desk>(*db_, book_, chains_.views, chains_.transactions, book_mutex_, config,
                                              sys::unix_time_ms);
    desk_->on_change([this](const broker::Change&) { feed_->on_orders(); });
    publication_.on_change = [this](const std::vector<Hash>& hashes) { desk_->orders_changed(hashes); };
    reaction_.on_applied = [this](const orderbook::Reaction::Applied& applied) { desk_->chain_applied(applied); };
    desk_->start();
}

net::Response MarketService::limited(const net::Request& request,
                                     const std::function<net::Response(const net::Request&)>& handler) {
    // The same path is a page for a browser and data for programs: /deals, /docs.
    if (Assets::wants_page(request) && assets_.available() && !request.path.starts_with("/ipfs/") &&
        !request.path.starts_with("/v1/"))
        return page(request);
    if (!is_exempt(request.remote_address, config_.rate_exempt))
        if (const auto wait = gateway_limit_.refuse_for_s(request.remote_address, 1); wait > 0) {
            auto refused =
                net::Response::json(429, nlohmann::json{{"ok", false},
                                                        {"error", "too many requests from this address; try again in " +
                                                                      std::to_string(wait) + " s"}}
                                             .dump());
            refused.headers["retry-after"] = std::to_string(wait);
            return refused;
        }
    return handler(request);
}

net::Response MarketService::compass(const net::Request& request) const {
    if (config_.scheduler_url.empty())
        return net::Response::json(404, R"({"ok":false,"error":"this market has no scheduler"})");
    const auto answer = proxy_.scheduler(request, request.path);
    if (answer.status != 200) return answer;
    auto body = nlohmann::json::parse(answer.body, nullptr, false);
    if (!body.is_object()) return answer;
    body["apiUrl"] =
        (config_.public_url.empty() ? "http://" + request.header("host") : config_.public_url) + "/scheduler";
    return net::Response::json(200, body.dump());
}

std::string MarketService::detail_table(const std::string& path) {
    for (const auto& [page_name, call_name] : kDetails) {
        const auto prefix = "/" + std::string(page_name) + "/";
        if (!path.starts_with(prefix)) continue;
        net::Request inner;
        inner.method = "GET";
        inner.params["id"] = path.substr(prefix.size());
        Call call(inner, api_->now_s());
        const auto found = api_->item(call_name, call);
        const auto title = std::string(page_name) + " " + inner.params["id"];
        if (!found) return "<h1>" + html_escaped(title) + "</h1><p>" + html_escaped(found.error().message) + "</p>";
        return plain_table(title, found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    return {};
}

net::Response MarketService::page(const net::Request& request) {
    return assets_.page(request, detail_table(request.path));
}

void MarketService::add_page_routes() {
    for (const auto* path : kPagePaths) server_.route("GET", path, [this](const net::Request& r) { return page(r); });
    for (const auto* path : {"/assets/*", "/favicon.ico", "/favicon.svg", "/robots.txt", "/manifest.webmanifest"})
        server_.route("GET", path, [this](const net::Request& r) { return assets_.file(r); });
    // A person gets the app's own "not found", a program JSON.
    server_.route("GET", "/*", [this](const net::Request& r) {
        if (!Assets::wants_page(r) || !assets_.available() || r.path.starts_with("/v1/"))
            return refused_answer({"NOT_FOUND", "there is nothing at this path"});
        auto out = page(r);
        out.status = 404;
        return out;
    });
}

}  // namespace bourse::market
