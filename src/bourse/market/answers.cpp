#include <bourse/market/answers.hpp>

#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

namespace bourse::market {

namespace {

int status_of_refusal(const std::string& code) {
    if (code == "ORDER_INVALID" || code == "QUERY_INVALID" || code == "BODY_INVALID" || code == "ADDRESS_INVALID")
        return 400;
    if (code == "NOT_FOUND") return 404;
    if (code == "FAUCET_WAIT" || code == "FAUCET_BUSY") return 429;
    if (code.starts_with("NODE_") || code.starts_with("RPC_")) return 503;
    return 403;
}

}  // namespace

net::Response ok_answer(nlohmann::json fields) {
    fields["ok"] = true;
    return net::Response::json(200, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

net::Response refused_answer(const Error& error) {
    const nlohmann::json body = {{"ok", false}, {"code", error.code}, {"error", error.message}};
    auto response = net::Response::json(status_of_refusal(error.code),
                                        body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    if (response.status == 503) response.headers["Retry-After"] = "2";
    sys::Metrics::global().count("bourse_market_refusals_total", "Requests refused, by code.", 1,
                                 {{"code", error.code}});
    sys::log_debug("request refused", {{"code", error.code}, {"message", error.message}});
    return response;
}

void add_paging(nlohmann::json& body, std::uint64_t count, std::uint64_t offset, std::uint64_t limit) {
    body["count"] = count;
    if (offset + limit < count) body["nextPage"] = offset + limit;
}

Result<nlohmann::json> json_body(const net::Request& request) {
    auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (!body.is_object()) return fail("BODY_INVALID", "the body must be a JSON object");
    return body;
}

}  // namespace bourse::market
