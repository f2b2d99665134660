// The network at a glance: boot, status, figures, categories, the chain file.
#include <bourse/client/chain_file.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/market/openapi.hpp>
#include <bourse/market/v1/api.hpp>
#include <bourse/market/v1/render.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/dev_accounts.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>

namespace bourse::market {

namespace {

Json typed_data_types(const eip712::Domain& domain) {
    Json types = Json::object();
    types.update(poco::typed_data(domain, poco::AppOrder{})["types"]);
    types.update(poco::typed_data(domain, poco::DatasetOrder{})["types"]);
    types.update(poco::typed_data(domain, poco::WorkerpoolOrder{})["types"]);
    types.update(poco::typed_data(domain, poco::RequestOrder{})["types"]);
    return types;
}

Json dev_accounts() {
    auto out = Json::array();
    for (const auto& account : poco::kDevAccounts)
        out.push_back({{"name", account.name}, {"address", account.address}, {"key", account.key}});
    return out;
}

Json link_or_null(const std::string& url) { return url.empty() ? Json(nullptr) : Json(url); }

/// This market's chain, and those whose markets the page can lead to.
Json chains_of(std::uint64_t chain, const ApiConfig& config) {
    auto out =
        Json::array({{{"id", chain}, {"name", "bourse"}, {"rpc", "/v1/rpc"}, {"dev", config.dev}, {"url", nullptr}}});
    for (const auto& other : config.links.others)
        out.push_back({{"id", other.chain_id}, {"name", other.name}, {"rpc", ""}, {"dev", false}, {"url", other.url}});
    return out;
}

/// What counts as more than one request.
Json request_costs() {
    Json out = {{"export", kExportCost}, {"other", 1}};
    for (const auto& route : api_routes())
        if (route.cost > 1) out[std::string(route.name)] = route.cost;
    return out;
}

Json component(const char* name, const std::string& url) {
    Json out = {{"name", name}, {"ok", false}, {"version", nullptr}, {"message", nullptr}, {"latencyMs", nullptr}};
    if (url.empty()) {
        out["message"] = "not configured";
        return out;
    }
    net::ClientRequest ask;
    ask.url = url + "/version";
    ask.timeout_ms = 2'000;
    const auto begin = sys::steady_ms();
    const auto answer = net::http_request(ask);
    if (!answer) {
        out["message"] = answer.error().message;
        return out;
    }
    out["ok"] = answer->status == 200;
    out["latencyMs"] = sys::steady_ms() - begin;
    const auto body = Json::parse(answer->body, nullptr, false);
    if (body.is_object() && body.contains("version")) out["version"] = body["version"];
    return out;
}

Json incident_item(const Incident& incident) {
    return {{"text", incident.text},
            {"begun", incident.begun_s * 1'000},
            {"ended", incident.ended_s ? Json(*incident.ended_s * 1'000) : Json(nullptr)}};
}

}  // namespace

Result<Json> Api::boot(Call& call) const {
    BOURSE_TRY(const auto chain, parts_.chain.chain_id());
    BOURSE_TRY(const auto facts, parts_.chain.facts());
    const auto domain = poco::hub_domain(Uint256(chain), parts_.chain.hub());
    auto categories = Json::array();
    for (const auto& row : parts_.index.categories()) categories.push_back(render(row));
    const auto& from = call.request().remote_address;
    const bool local = from.starts_with("127.") || from == "::1";
    return Json{{"chains", chains_of(chain, config_)},
                {"links",
                 {{"documentation", link_or_null(config_.links.documentation_url)},
                  {"source", link_or_null(config_.links.source_url)}}},
                {"contracts",
                 {{"hub", to_checksum(parts_.chain.hub())},
                  {"token", to_checksum(facts.token)},
                  {"appRegistry", to_checksum(facts.app_registry)},
                  {"datasetRegistry", to_checksum(facts.dataset_registry)},
                  {"workerpoolRegistry", to_checksum(facts.workerpool_registry)}}},
                {"domain",
                 {{"name", "iExecODB"},
                  {"version", "5.0.0"},
                  {"chainId", chain},
                  {"verifyingContract", to_checksum(parts_.chain.hub())}}},
                {"challengeDomain", {{"name", "iExec Gateway"}, {"version", "1"}, {"chainId", chain}}},
                {"types", typed_data_types(domain)},
                {"categories", std::move(categories)},
                {"tags", {{"0", "tee"}, {"1", "scone"}, {"2", "gramine"}, {"3", "tdx"}, {"8", "gpu"}}},
                {"trustPresets", {0, 2, 10, 100, 10'000, 1'000'000}},
                {"limits",
                 {{"requestsPerMinute", config_.requests_per_minute},
                  {"burst", config_.burst},
                  {"writesPerMinute", config_.writes_per_minute},
                  {"openOrdersPerWallet", orderbook::kMaxOpenOrders},
                  {"pageMax", 1'000},
                  {"paramsBytes", 16'384},
                  {"frameBytes", 4'096}}},
                {"build", build()},
                {"features",
                 {{"faucet", parts_.faucet != nullptr},
                  {"helper", helper_ != nullptr},
                  {"store", !config_.store_url.empty()},
                  {"uploads", !config_.store_url.empty()},
                  {"scheduler", !config_.scheduler_url.empty()},
                  {"lists", true},
                  {"companion", true},
                  {"secrets", false},
                  {"verdicts", false},
                  {"receipts", false},
                  {"bridge", false},
                  {"governance", false}}},
                {"devAccounts", config_.dev && local ? dev_accounts() : Json::array()},
                {"faucetAmount",
                 parts_.faucet != nullptr ? Json(std::to_string(parts_.faucet->amount_nrlc())) : Json(nullptr)}};
}

Result<Json> Api::status(Call&) {
    auto components = Json::array();
    Json node = {{"name", "node"}, {"ok", false}, {"version", nullptr}, {"message", nullptr}, {"latencyMs", nullptr}};
    std::int64_t head = parts_.index.height();
    if (parts_.rpc != nullptr) {
        const auto begin = sys::steady_ms();
        const auto latest = parts_.rpc->head();
        node["ok"] = latest.has_value();
        if (latest) {
            head = static_cast<std::int64_t>(latest->number);
            node["latencyMs"] = sys::steady_ms() - begin;
            const auto version = parts_.rpc->call("web3_clientVersion");
            if (version && version->is_string()) node["version"] = *version;
        } else {
            node["message"] = latest.error().message;
        }
    } else {
        node["message"] = "not configured";
    }
    components.push_back(std::move(node));
    components.push_back(
        {{"name", "market"}, {"ok", true}, {"version", BOURSE_VERSION}, {"message", nullptr}, {"latencyMs", 0}});
    components.push_back(component("scheduler", config_.scheduler_url));
    components.push_back(component("store", config_.store_url));
    std::vector<double> sorted;
    {
        const std::lock_guard lock(latency_mutex_);
        sorted = latencies_.sorted();
    }
    const auto percentile = [&](double share) {
        return sorted.empty() ? 0.0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    const auto figures = parts_.index.figures(now_s());
    auto incidents = Json::array();
    for (const auto& incident : incidents_.all()) incidents.push_back(incident_item(incident));
    return Json{{"components", std::move(components)},
                {"index",
                 {{"height", parts_.index.height()},
                  {"headHeight", head},
                  {"lag", std::max<std::int64_t>(0, head - parts_.index.height())},
                  {"deals", figures.deals},
                  {"tasks", figures.tasks},
                  {"accounts", figures.accounts}}},
                {"incidents", std::move(incidents)},
                {"uptimeMs", sys::steady_ms() - started_ms_},
                {"latency", {{"p50", percentile(0.5)}, {"p95", percentile(0.95)}, {"p99", percentile(0.99)}}},
                {"cost", request_costs()}};
}

Result<Json> Api::stats(Call& call) const {
    const auto now = call.now_s();
    const auto f = parts_.index.figures(now);
    const auto ended = f.day.completed + f.day.failed;
    auto medians = Json::array();
    for (const auto& category : parts_.index.categories()) {
        explorer::Commodity commodity{category.id, explorer::TagClass::kAny, 0};
        auto spark = Json::array();
        for (const auto& median : parts_.index.hourly_medians(category.id, now))
            spark.push_back(amount_or_null(median));
        medians.push_back({{"category", category.id},
                           {"price", amount_or_null(parts_.index.ticker(commodity, now).median)},
                           {"spark", std::move(spark)}});
    }
    return Json{{"headTime", ms_of(parts_.index.block_time_s())},
                {"deals24h", f.day.deals},
                {"tasks24h", count_of(f.day.tasks)},
                {"value24h", amount_text(f.day.value)},
                {"running", f.running},
                {"success24h",
                 ended == 0 ? Json(nullptr) : Json(static_cast<double>(f.day.completed) / static_cast<double>(ended))},
                {"workers", f.day.workers},
                {"workerpools", f.pools},
                {"apps", f.apps},
                {"datasets", f.datasets},
                {"deals", f.deals},
                {"tasks", f.tasks},
                {"medians", std::move(medians)}};
}

net::Response Api::chain_file(const net::Request& request) const {
    const auto chain = parts_.chain.chain_id();
    if (!chain) return v1_refusal(chain.error());
    // Everything under the address by which the market was reached: a second machine needs no other.
    const auto host = request.header("host");
    const auto origin = !config_.public_url.empty() ? config_.public_url
                                                    : "http://" + (host.empty() ? std::string("127.0.0.1:8080") : host);
    client::Network network;
    network.name = "bourse";
    network.chain_id = *chain;
    network.rpc_url = origin + "/v1/rpc";
    network.hub = parts_.chain.hub();
    network.market_url = origin;
    if (!config_.store_url.empty()) network.store_url = origin;
    if (!config_.scheduler_url.empty()) network.scheduler_url = origin + "/scheduler";
    return net::Response::json(200, client::make_chain_file(network));
}

void Api::bind_network() {
    bind_item("boot", [this](Call& c) { return boot(c); });
    bind_raw("chain_file", [this](const net::Request& r) { return chain_file(r); });
    bind_item("status", [this](Call& c) { return status(c); });
    bind_item("stats", [this](Call& c) { return stats(c); });
    bind_list("categories", [this](Call&) -> Result<ListPage> {
        ListPage page;
        for (const auto& row : parts_.index.categories()) page.items.push_back(render(row));
        page.total = static_cast<std::int64_t>(page.items.size());
        page.as_of = parts_.index.height();
        return page;
    });
    bind_item("category", [this](Call& c) -> Result<Json> {
        for (const auto& row : parts_.index.categories())
            if (std::to_string(row.id) == c.segment("id")) return render(row);
        return fail("NOT_FOUND", "There is no category " + c.segment("id") + ".");
    });
    bind_raw("openapi", [](const net::Request&) {
        static const std::string kText = openapi_document("v1").dump();
        return net::Response::json(200, kText);
    });
}

}  // namespace bourse::market
