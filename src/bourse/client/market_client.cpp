#include <bourse/client/market_client.hpp>

#include <bourse/client/signing.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/poco/order_json.hpp>

#include <fmt/format.h>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::client {

using nlohmann::json;

namespace {

constexpr std::size_t kPageSize = 100;
constexpr std::chrono::milliseconds kRestPause{250};

Error market_bad_answer(const std::string& url, std::string_view what) {
    return {"MARKET_BAD_ANSWER", fmt::format("The market at {} answered in an unexpected form: {}.", url, what)};
}

std::string query_text(const OrderQuery& query) {
    std::string out;
    for (const auto& [name, value] : query)
        out += fmt::format("{}{}={}", out.empty() ? "?" : "&", net::percent_encode(name), net::percent_encode(value));
    return out;
}

std::string error_sentence(const json& body, int status) {
    auto error = body.is_object() ? body.find("error") : body.end();
    if (!body.is_object() || error == body.end()) return fmt::format("status {}", status);
    if (error->is_string()) return error->get<std::string>();
    if (error->is_object() && error->contains("message") && (*error)["message"].is_string())
        return (*error)["message"].get<std::string>();
    return error->dump();
}

Result<json> market_exchange(const std::string& base, const net::ClientRequest& request) {
    auto response = net::http_request(request);
    if (!response)
        return fail("MARKET_UNREACHABLE", fmt::format("No market answers at {} ({}). Start it with `bourse up`, give "
                                                      "another with --market, or pass orders as files.",
                                                      base, response.error().message));
    auto body = json::parse(response->body, nullptr, false);
    if (body.is_discarded()) return fail(market_bad_answer(base, fmt::format("status {}, no JSON", response->status)));
    const std::string sentence = error_sentence(body, response->status);
    if (response->status == 404)
        return fail("ORDER_NOT_FOUND", fmt::format("The market does not know it: {}", sentence));
    if (response->status == 429) return fail("MARKET_BUSY", sentence);
    if (response->status >= 500)
        return fail("MARKET_BAD_ANSWER", fmt::format("The market at {} failed: {}", base, sentence));
    if (response->status >= 400 || !body.is_object() || !body.value("ok", false))
        return fail("MARKET_REFUSED", fmt::format("The market refused: {}", sentence));
    return body;
}

/// The other interface: no "ok", errors as {code, message}.
Result<json> v1_exchange(const std::string& base, net::ClientRequest request) {
    request.headers["accept"] = "application/json";
    const auto response = net::http_request(request);
    if (!response)
        return fail("MARKET_UNREACHABLE",
                    fmt::format("No market answers at {} ({}). Start it with `bourse up`, or give "
                                "another with --market.",
                                base, response.error().message));
    auto body = json::parse(response->body, nullptr, false);
    if (!body.is_object()) return fail(market_bad_answer(base, fmt::format("status {}, no JSON", response->status)));
    if (response->status < 400) return body;
    const auto text = [&](const char* name, const std::string& otherwise) {
        const auto found = body.find(name);
        return found != body.end() && found->is_string() ? found->get<std::string>() : otherwise;
    };
    const auto code = response->status == 404   ? "NOT_FOUND"
                      : response->status == 429 ? "MARKET_BUSY"
                                                : "MARKET_REFUSED";
    return fail(text("code", code), text("message", error_sentence(body, response->status)));
}

template <class Order>
Result<PublishedOrder<Order>> parse_wrapper(const std::string& url, const json& wrapper) {
    const auto broken = [&](std::string_view what) { return fail(market_bad_answer(url, what)); };
    if (!wrapper.is_object() || !wrapper.contains("order")) return broken("an order without content");
    BOURSE_TRY(auto order, poco::order_from_json<Order>(wrapper["order"]));
    auto hash = hash_from_hex(wrapper.value("orderHash", std::string()));
    auto signer = address_from_hex(wrapper.value("signer", std::string()));
    const auto remaining = wrapper.find("remaining");
    if (!hash || remaining == wrapper.end() || !remaining->is_number_unsigned())
        return broken("an order without hash or remaining volume");
    return PublishedOrder<Order>{std::move(order),
                                 *hash,
                                 remaining->template get<std::uint64_t>(),
                                 wrapper.value("status", std::string()),
                                 wrapper.value("publicationTimestamp", std::string()),
                                 signer.value_or(Address{})};
}

template <class Order>
Result<std::vector<PublishedOrder<Order>>> parse_wrappers(const std::string& url, const std::vector<json>& wrappers) {
    std::vector<PublishedOrder<Order>> out;
    out.reserve(wrappers.size());
    for (const auto& wrapper : wrappers) {
        BOURSE_TRY(auto order, parse_wrapper<Order>(url, wrapper));
        out.push_back(std::move(order));
    }
    return out;
}

}  // namespace

std::string_view orders_path(OrderKind kind) noexcept {
    switch (kind) {
        case OrderKind::kApp:
            return "apporders";
        case OrderKind::kDataset:
            return "datasetorders";
        case OrderKind::kWorkerpool:
            return "workerpoolorders";
        case OrderKind::kRequest:
            return "requestorders";
    }
    return "";
}

Result<json> MarketClient::get(const std::string& path, OrderQuery query) const {
    query["chainId"] = std::to_string(chain_id_);
    net::ClientRequest request;
    request.url = url_ + path + query_text(query);
    request.headers["accept"] = "application/json";
    return market_exchange(url_, request);
}

Result<std::vector<json>> MarketClient::orders(OrderKind kind, const OrderQuery& query, std::size_t limit) const {
    std::vector<json> out;
    for (std::size_t page = 0; out.size() < limit; ++page) {
        OrderQuery paged = query;
        paged["pageIndex"] = std::to_string(page);
        paged["pageSize"] = std::to_string(kPageSize);
        BOURSE_TRY(auto body, get("/" + std::string(orders_path(kind)), std::move(paged)));
        auto rows = body.find("orders");
        if (rows == body.end() || !rows->is_array()) return fail(market_bad_answer(url_, "no list of orders"));
        for (auto& row : *rows)
            if (out.size() < limit) out.push_back(std::move(row));
        if (!body.contains("nextPage") || rows->empty()) break;
    }
    return out;
}

Result<std::vector<PublishedOrder<poco::AppOrder>>> MarketClient::app_orders(const OrderQuery& query,
                                                                             std::size_t limit) const {
    BOURSE_TRY(const auto wrappers, orders(OrderKind::kApp, query, limit));
    return parse_wrappers<poco::AppOrder>(url_, wrappers);
}

Result<std::vector<PublishedOrder<poco::DatasetOrder>>> MarketClient::dataset_orders(const OrderQuery& query,
                                                                                     std::size_t limit) const {
    BOURSE_TRY(const auto wrappers, orders(OrderKind::kDataset, query, limit));
    return parse_wrappers<poco::DatasetOrder>(url_, wrappers);
}

Result<std::vector<PublishedOrder<poco::WorkerpoolOrder>>> MarketClient::workerpool_orders(const OrderQuery& query,
                                                                                           std::size_t limit) const {
    BOURSE_TRY(const auto wrappers, orders(OrderKind::kWorkerpool, query, limit));
    return parse_wrappers<poco::WorkerpoolOrder>(url_, wrappers);
}

Result<std::vector<PublishedOrder<poco::RequestOrder>>> MarketClient::request_orders(const OrderQuery& query,
                                                                                     std::size_t limit) const {
    BOURSE_TRY(const auto wrappers, orders(OrderKind::kRequest, query, limit));
    return parse_wrappers<poco::RequestOrder>(url_, wrappers);
}

Result<json> MarketClient::order(OrderKind kind, const Hash& hash) const {
    return get(fmt::format("/{}/{}", orders_path(kind), to_hex(hash)));
}

Result<json> MarketClient::write(const std::string& method, OrderKind kind, const json& body,
                                 const crypto::PrivateKey& key) const {
    BOURSE_TRY(auto challenge, get("/challenge", {{"address", to_checksum(key.address())}}));
    const json& typed_data = challenge.contains("data") ? challenge["data"] : challenge;
    BOURSE_TRY(auto authorization, authorization_header(typed_data, key));
    net::ClientRequest request;
    request.method = method;
    request.url = fmt::format("{}/{}{}", url_, orders_path(kind), query_text({{"chainId", std::to_string(chain_id_)}}));
    request.headers["accept"] = "application/json";
    request.headers["content-type"] = "application/json";
    request.headers["authorization"] = authorization;
    request.body = body.dump();
    return market_exchange(url_, request);
}

Result<Hash> MarketClient::publish(OrderKind kind, const json& order, const crypto::PrivateKey& key) const {
    BOURSE_TRY(auto body, write("POST", kind, {{"order", order}}, key));
    const auto published = body.find("published");
    auto hash = published != body.end() && published->is_object()
                    ? hash_from_hex(published->value("orderHash", std::string()))
                    : std::nullopt;
    if (!hash) return fail(market_bad_answer(url_, "publication without an order hash"));
    return *hash;
}

Result<std::vector<Hash>> MarketClient::unpublish(OrderKind kind, Unpublish what, const Hash& hash,
                                                  const Address& resource, const crypto::PrivateKey& key) const {
    json body;
    if (what == Unpublish::kOne) {
        body = {{"target", "unpublish_orderHash"}, {"orderHash", to_hex(hash)}};
    } else {
        const std::string field = kind == OrderKind::kRequest ? "requester" : std::string(poco::to_text(kind));
        body = {{"target", what == Unpublish::kLast ? "unpublish_last" : "unpublish_all"},
                {field, to_checksum(resource)}};
    }
    auto answer = write("PUT", kind, body, key);
    // A market may let an order rest for a moment before it can be withdrawn: its limit is seconds at most.
    for (int i = 0; i < 20 && !answer && answer.error().message.find("rests at least") != std::string::npos; ++i) {
        std::this_thread::sleep_for(kRestPause);
        answer = write("PUT", kind, body, key);
    }
    if (!answer) return fail(std::move(answer).error());
    std::vector<Hash> out;
    for (const auto& item : answer->value("unpublished", json::array())) {
        auto value = item.is_string() ? hash_from_hex(item.get_ref<const std::string&>()) : std::nullopt;
        if (!value) return fail(market_bad_answer(url_, "an unpublished order without its hash"));
        out.push_back(*value);
    }
    return out;
}

Result<json> MarketClient::get_v1(const std::string& path, OrderQuery query) const {
    net::ClientRequest request;
    request.url = url_ + "/v1" + path + query_text(query);
    return v1_exchange(url_, std::move(request));
}

Result<AppPage> MarketClient::app_page(const Address& app) const {
    AppPage page;
    page.app = app;
    const auto answer = get_v1("/apps/" + to_checksum(app) + "/page");
    if (!answer && answer.error().code == "NOT_FOUND") return page;
    BOURSE_TRY(const auto body, answer);
    for (const auto& [name, into] : {std::pair{"readme", &page.readme}, std::pair{"parameters", &page.parameters}}) {
        const auto found = body.find(name);
        if (found == body.end() || !found->is_string())
            return fail(market_bad_answer(url_, "a page without its texts"));
        *into = found->get<std::string>();
    }
    if (const auto updated = body.find("updated"); updated != body.end() && updated->is_number_unsigned())
        page.updated_ms = updated->get<std::uint64_t>();
    return page;
}

Status<> MarketClient::publish_app_page(const AppPage& page, const crypto::PrivateKey& key) const {
    BOURSE_CHECK(check_app_page(page));
    const json body = {{"readme", page.readme},
                       {"parameters", page.parameters},
                       {"updated", page.updated_ms},
                       {"sign", to_hex(sign_text(key, app_page_text(page, chain_id_)))}};
    net::ClientRequest request;
    request.method = "PUT";
    request.url = fmt::format("{}/v1/apps/{}/page", url_, to_checksum(page.app));
    request.headers["content-type"] = "application/json";
    request.body = body.dump();
    BOURSE_CHECK(v1_exchange(url_, std::move(request)));
    return {};
}

Result<json> MarketClient::explain(std::string_view subject, const std::string& id) const {
    return get_v1(fmt::format("/explain/{}/{}", subject, net::percent_encode(id)));
}

Result<MarketClient::FaucetAnswer> MarketClient::faucet(const Address& address) const {
    net::ClientRequest request;
    request.method = "POST";
    request.url = url_ + "/v1/faucet";
    request.headers["content-type"] = "application/json";
    request.body = json{{"address", to_checksum(address)}}.dump();
    auto body = market_exchange(url_, request);
    if (!body) {
        if (body.error().code == "MARKET_BUSY") return fail("FAUCET_WAIT", body.error().message);
        if (body.error().code == "ORDER_NOT_FOUND")
            return fail("MARKET_REFUSED",
                        fmt::format("The market at {} has no faucet: it serves no development chain.", url_));
        return fail(std::move(body).error());
    }
    FaucetAnswer out;
    out.message = body->value("message", std::string());
    if (const auto amount = body->find("amount"); amount != body->end())
        out.amount_nrlc =
            uint256_from_decimal(amount->is_string() ? amount->get<std::string>() : amount->dump()).value_or(Uint256{});
    if (const auto queue = body->find("queue"); queue != body->end() && queue->is_object()) {
        out.position = queue->value("position", std::uint64_t{0});
        out.length = queue->value("length", std::uint64_t{0});
    }
    return out;
}

}  // namespace bourse::client
