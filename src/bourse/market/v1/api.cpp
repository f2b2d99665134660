#include <bourse/market/v1/api.hpp>

#include <bourse/client/upload.hpp>
#include <bourse/market/openapi.hpp>
#include <bourse/market/v1/helper.hpp>
#include <bourse/net/router.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace bourse::market {

namespace {

constexpr std::size_t kLatencies = 1'000;  ///< kept of each kind

std::string_view page_shape(const ApiRoute& route) {
    return route.answer.ends_with("[]") ? route.answer.substr(0, route.answer.size() - 2) : std::string_view();
}

}  // namespace

Api::Api(ApiParts parts, ApiConfig config)
    : parts_(parts),
      config_(std::move(config)),
      sessions_(sys::unix_time_ms),
      lists_store_(parts.database, sys::unix_time_ms),
      app_pages_(parts.database, sys::unix_time_ms),
      ops_(parts.database, config_.scheduler_url, sys::unix_time_ms),
      hooks_(parts.database, config_.hooks, sys::unix_time_ms),
      incidents_(config_.folder / "incidents.json"),
      reads_(config_.requests_per_minute, config_.burst, sys::steady_ms),
      writes_(config_.requests_per_minute > 0 ? config_.writes_per_minute : 0, config_.writes_per_minute,
              sys::steady_ms),
      wallet_writes_(config_.requests_per_minute > 0 ? config_.writes_per_minute : 0, config_.writes_per_minute,
                     sys::steady_ms),
      started_ms_(sys::steady_ms()) {
    if (config_.helper_key && parts_.rpc != nullptr)
        helper_ = std::make_unique<Helper>(*parts_.rpc, parts_.chain, *config_.helper_key);
    bind_explorer();
    bind_network();
    bind_market();
    bind_orders();
    bind_session();
    bind_node();
    bind_uploads();
    bind_app_pages();
    bind_ops();
    bind_logs();
}

Api::~Api() { stop_watch(); }

void Latencies::add(double ms) {
    if (ring.size() < kLatencies)
        ring.push_back(ms);
    else
        ring[next++ % kLatencies] = ms;
}

std::vector<double> Latencies::sorted() const {
    auto out = ring;
    std::ranges::sort(out);
    return out;
}

std::int64_t Api::now_s() const {
    return std::max(parts_.index.block_time_s(), static_cast<std::int64_t>(sys::unix_time_s()));
}

std::string Api::build() const {
    return std::string(BOURSE_VERSION) + (config_.ui_build.empty() ? "" : "+" + config_.ui_build);
}

Envelope Api::envelope() const {
    const auto chain = parts_.chain.chain_id();  // cached after the first success
    return {chain.value_or(0), parts_.index.height()};
}

Result<ListPage> Api::list(std::string_view route, Call& call) const { return lists_.at(route)(call); }
Result<Json> Api::item(std::string_view route, Call& call) const { return items_.at(route)(call); }

void Api::add_routes(net::HttpServer& server) {
    for (const auto& route : api_routes()) {
        if (!lists_.contains(route.name) && !items_.contains(route.name) && !raws_.contains(route.name)) continue;
        net::RouteOptions options;
        if (route.body.starts_with("raw ")) options = {.spool_body = true, .max_body_bytes = client::kUploadChunkBytes};
        server.route(
            std::string(route.method), std::string(route.path),
            [this, &route](const net::Request& request) { return answer(route, request); }, options);
    }
}

std::optional<net::Response> Api::refuse_early(const ApiRoute& route, const net::Request& request) {
    const bool write = route.method != "GET";
    if (write) {
        // A foreign page can send a plain form here, but neither this content type nor an Origin of ours.
        if (!net::origin_is_allowed(request.header("origin"), request.header("host"), config_.allowed_hosts))
            return v1_refusal({"ORIGIN_REFUSED", "Pages of other sites may not change anything here."});
        if (!request.body.empty() && request.header("content-type").find("json") == std::string::npos)
            return v1_refusal({"BODY_INVALID", "Send the body as content-type: application/json."});
    }
    if (is_exempt(request.remote_address, config_.rate_exempt)) return std::nullopt;
    const bool counts_as_write = write && route.name != "rpc" && route.name != "check";
    const bool exports = request.query_value("format").value_or("json") != "json";
    const auto cost = exports ? kExportCost : route.cost;
    const auto wait = counts_as_write ? writes_.refuse_for_s(request.remote_address, cost)
                                      : reads_.refuse_for_s(request.remote_address, cost);
    if (wait == 0) return std::nullopt;
    auto refused = v1_refusal(
        {"RATE_LIMITED", "Too many requests from this address; try again in " + std::to_string(wait) + " s."});
    refused.headers["retry-after"] = std::to_string(wait);
    return refused;
}

Status<> Api::check_writes(const net::Request& request, const Address& wallet) {
    if (is_exempt(request.remote_address, config_.rate_exempt)) return {};
    const auto wait = wallet_writes_.wait_for_s(to_hex(wallet), 1);
    if (wait == 0) return {};
    return fail("RATE_LIMITED", "Too many changes by this wallet; try again in " + std::to_string(wait) + " s.");
}

void Api::count_write(const net::Request& request, const Address& wallet) {
    if (!is_exempt(request.remote_address, config_.rate_exempt)) (void)wallet_writes_.refuse_for_s(to_hex(wallet), 1);
}

net::Response Api::answer(const ApiRoute& route, const net::Request& request) {
    if (auto refused = refuse_early(route, request)) return *std::move(refused);
    const auto begin = std::chrono::steady_clock::now();
    const auto respond = [&]() -> net::Response {
        if (const auto raw = raws_.find(route.name); raw != raws_.end()) return raw->second(request);
        const auto facts = envelope();
        Call call(request, now_s());
        if (const auto item = items_.find(route.name); item != items_.end()) {
            auto content = item->second(call);
            if (!content) {
                auto refused = v1_refusal(content.error());
                if (content.error().code == "RATE_LIMITED" && config_.writes_per_minute > 0)
                    refused.headers["retry-after"] = std::to_string(std::lround(60 / config_.writes_per_minute) + 1);
                return refused;
            }
            return content_answer(request, facts, *std::move(content));
        }
        const auto& handler = lists_.at(route.name);
        const auto format = request.query_value("format").value_or("json");
        if (format == "csv" || format == "jsonl") {
            const auto path = route.path.substr(route.path.rfind('/') + 1);
            return export_answer(request, facts, call.now_s(), page_shape(route), path, handler);
        }
        if (format != "json") return v1_refusal({"QUERY_INVALID", "format must be json, csv or jsonl"});
        if (const auto good = call.read_paging(); !good) return v1_refusal(good.error());
        auto page = handler(call);
        if (!page) return v1_refusal(page.error());
        return page_answer(request, facts, *std::move(page));
    };
    auto out = respond();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    const std::lock_guard lock(latency_mutex_);
    latencies_.add(took.count());
    latencies_of_[route.name].add(took.count());
    return out;
}

}  // namespace bourse::market
