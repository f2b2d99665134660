#include <bourse/store/answers.hpp>

#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace bourse::store {

namespace {

struct StatusOfCode {
    std::string_view code;
    int status;
};
/// Every other code is 400.
constexpr StatusOfCode kStatuses[] = {
    {"CHAIN_UNREACHABLE", 503}, {"STORE_FULL", 507},       {"DATA_UNWRITABLE", 507},       {"TASK_NOT_FOUND", 404},
    {"NOT_FOUND", 404},         {"UPLOAD_NOT_FOUND", 404}, {"AUTHORIZATION_INVALID", 403}, {"SIGNATURE_INVALID", 403},
    {"SIGNATURE_EXPIRED", 403}, {"TASK_NOT_OPEN", 403},    {"RESULT_NOT_CONSENSUS", 403},  {"UPLOADS_CLOSED", 403},
    {"STAKE_NEEDED", 403},      {"QUOTA_EXCEEDED", 403},   {"ORIGIN_REFUSED", 403},        {"ARCHIVE_TOO_LARGE", 413},
    {"FILE_TOO_LARGE", 413},    {"UPLOAD_BUSY", 409},      {"UPLOAD_COMPLETE", 409},       {"UPLOAD_INCOMPLETE", 409},
    {"UPLOAD_IN_USE", 409},     {"OFFSET_WRONG", 409},
};

int status_of(std::string_view code) {
    const auto* found = std::ranges::find(kStatuses, code, &StatusOfCode::code);
    return found == std::end(kStatuses) ? 400 : found->status;
}

}  // namespace

net::Response refusal(const Error& error, std::uint64_t retry_after_s) {
    sys::Metrics::global().count("bourse_store_refusals_total", "Requests refused, by code.", 1,
                                 {{"code", error.code}});
    sys::log_info("request refused", {{"code", error.code}, {"message", error.message}});
    const nlohmann::json body = {{"ok", false}, {"code", error.code}, {"error", error.message}};
    auto response = net::Response::json(status_of(error.code), body.dump());
    if (response.status == 503 || response.status == 507)
        response.headers["Retry-After"] = std::to_string(retry_after_s);
    return response;
}

bool is_from_foreign_page(const net::Request& request) {
    const auto origin = request.header("origin");
    if (origin.empty()) return false;
    const auto url = net::parse_url(origin);
    return !url || !(url->host == "localhost" || url->host == "::1" || url->host.starts_with("127."));
}

}  // namespace bourse::store
