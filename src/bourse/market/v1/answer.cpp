#include <bourse/market/v1/answer.hpp>

#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <atomic>
#include <future>
#include <memory>

namespace bourse::market {

namespace {

constexpr std::int64_t kExportPage = 1'000;

struct StatusOfCode {
    std::string_view code;
    int status;
};
constexpr StatusOfCode kStatuses[] = {{"QUERY_INVALID", 400},
                                      {"BODY_INVALID", 400},
                                      {"ORDER_INVALID", 400},
                                      {"ADDRESS_INVALID", 400},
                                      {"TRANSACTION_INVALID", 400},
                                      {"LIST_INVALID", 400},
                                      {"PAGE_INVALID", 400},
                                      {"PAGE_OLD", 409},
                                      {"PAGE_LIMIT", 409},
                                      {"NOT_FOUND", 404},
                                      {"DEAL_NOT_FOUND", 404},
                                      {"TASK_NOT_FOUND", 404},
                                      {"ORDER_NOT_FOUND", 404},
                                      {"SESSION_NEEDED", 401},
                                      {"AUTHORIZATION_INVALID", 401},
                                      {"FAUCET_WAIT", 429},
                                      {"FAUCET_BUSY", 429},
                                      {"RATE_LIMITED", 429},
                                      {"METHOD_NOT_ALLOWED", 403},
                                      {"MATCH_PENDING", 202},
                                      {"INTERNAL", 500},
                                      {"TOO_LARGE", 413},
                                      {"HOOK_URL_INVALID", 422},
                                      {"HOOK_ADDRESS_REFUSED", 422},
                                      {"HOOK_SECRET_INVALID", 422},
                                      {"HOOK_LIMIT", 409}};

std::string entity_tag(std::string_view content) {
    return fmt::format("W/\"{:016x}-{:x}\"", std::hash<std::string_view>{}(content), content.size());
}

net::Response tagged(const net::Request& request, const Envelope& envelope, Json content) {
    const auto tag = entity_tag(dump(content));
    if (const auto known = request.header("if-none-match"); !known.empty() && known.find(tag) != std::string::npos) {
        net::Response out;
        out.status = 304;
        out.headers["etag"] = tag;
        return out;
    }
    content["chain"] = envelope.chain;
    content["height"] = envelope.height;
    content["time"] = sys::unix_time_ms();
    auto out = json_answer(200, content);
    out.headers["etag"] = tag;
    out.headers["cache-control"] = "no-cache";
    return out;
}

/// What a streamed export remembers between its parts.
struct Export {
    net::Request request;
    ListHandler handler;
    std::unique_ptr<LineWriter> lines;
    Call call;
    std::int64_t left = 0;
    bool first = true;

    Export(const net::Request& r, ListHandler h, std::unique_ptr<LineWriter> l, std::int64_t now_s)
        : request(r), handler(std::move(h)), lines(std::move(l)), call(request, now_s) {
        call.lines = lines.get();
    }

    bool next(std::string& part) {
        auto page = coming.valid() ? coming.get() : fetch();
        if (!page) throw std::runtime_error(page.error().message);
        left -= page->count + static_cast<std::int64_t>(page->items.size());
        if (first) lines->head(part);
        first = false;
        part += page->lines;
        for (const auto& row : page->items) lines->row(part, row);
        const bool more = page->next && left > 0;
        if (more) {
            call.paging.after = std::stoll(*page->next);
            coming = std::async(std::launch::async, [this] { return fetch(); });
        }
        return more;
    }

private:
    /// Alone with `call` and `lines`: the next page is read and written while this one is sent.
    Result<ListPage> fetch() {
        call.paging.limit = std::min(kExportPage, left);
        return handler(call);
    }

    std::future<Result<ListPage>> coming;  ///< last: its end waits for a fetch that uses the others
};

std::string filter_hash(const net::Request& request) {
    std::string text;
    for (const auto& [name, value] : request.query)
        if (name != "format") text += name + "=" + value + "&";
    return fmt::format("{:08x}", std::hash<std::string>{}(text)&0xFFFFFFFFU);
}

}  // namespace

net::Response json_answer(int status, const Json& body) { return net::Response::json(status, dump(body)); }

int v1_status(const std::string& code) {
    const auto* found = std::ranges::find(kStatuses, std::string_view(code), &StatusOfCode::code);
    if (found != std::end(kStatuses)) return found->status;
    return code.starts_with("NODE_") || code.starts_with("RPC_") || code.ends_with("_UNREACHABLE") ? 503 : 403;
}

net::Response v1_refusal(const Error& error) {
    static std::atomic<std::uint64_t> last{0};
    const auto id = fmt::format("r-{:x}-{:x}", sys::unix_time_s(), ++last);
    Json body = {
        {"code", error.code}, {"message", error.message}, {"field", nullptr}, {"hint", nullptr}, {"request", id}};
    if (error.code == "QUERY_INVALID" || error.code == "PAGE_INVALID")
        body["field"] = error.message.substr(0, error.message.find(' '));
    auto out = json_answer(v1_status(error.code), body);
    if (out.status == 503) out.headers["retry-after"] = "2";
    sys::Metrics::global().count("bourse_market_refusals_total", "Requests refused, by code.", 1,
                                 {{"code", error.code}});
    sys::log_debug("request refused", {{"code", error.code}, {"message", error.message}, {"request", id}});
    return out;
}

net::Response content_answer(const net::Request& request, const Envelope& envelope, Json content) {
    return tagged(request, envelope, std::move(content));
}

net::Response page_answer(const net::Request& request, const Envelope& envelope, ListPage page) {
    Json content = {{"items", std::move(page.items)}, {"total", page.total}, {"asOf", page.as_of}};
    content["next"] = page.next ? Json(*page.next) : Json(nullptr);
    return tagged(request, envelope, std::move(content));
}

net::Response export_answer(const net::Request& request, const Envelope& envelope, std::int64_t now_s,
                            std::string_view shape, std::string_view list, const ListHandler& handler) {
    const bool csv = request.query_value("format") == "csv";
    const auto state =
        std::make_shared<Export>(request, handler, csv ? make_csv_lines(shape) : make_json_lines(), now_s);
    const auto wanted = state->call.count("limit");
    if (!wanted) return v1_refusal(wanted.error());
    state->left = wanted->value_or(INT64_MAX);
    state->call.paging.count = false;
    const auto as_of = state->call.count("asOf");
    if (!as_of) return v1_refusal(as_of.error());
    state->call.paging.as_of = as_of->value_or(envelope.height);
    net::Response out;
    out.headers["content-type"] = csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
    out.headers["content-disposition"] =
        fmt::format("attachment; filename=\"{}_{}_{}_{}.{}\"", list, envelope.chain, *state->call.paging.as_of,
                    filter_hash(request), csv ? "csv" : "jsonl");
    out.headers["x-content-type-options"] = "nosniff";
    out.headers["cache-control"] = "no-store";
    out.stream = [state](std::string& part) { return state->next(part); };
    return out;
}

}  // namespace bourse::market
