#include <bourse/rpc/service.hpp>

#include <bourse/engine/old_work.hpp>
#include <bourse/engine/prepare.hpp>
#include <bourse/rpc/filters.hpp>
#include <bourse/rpc/json.hpp>
#include <bourse/rpc/subscriptions.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <simdjson.h>

namespace bourse::rpc {

namespace {

namespace dom = simdjson::dom;

void append_error(std::string& out, std::string_view id, const RpcError& error) {
    out += R"({"jsonrpc":"2.0","id":)";
    out += id;
    out += R"(,"error":{"code":)";
    out += std::to_string(error.code);
    out += R"(,"message":)";
    append_json_text(out, error.message);
    if (!error.data.empty()) {
        out += R"(,"data":)";
        out += error.data;
    }
    out += "}}";
}

std::string error_answer(int code, std::string message) {
    std::string out;
    append_error(out, "null", {code, std::move(message), {}});
    return out;
}

struct RequestParts {
    std::string id;  ///< JSON text; empty: a notification
    std::string_view method;
    dom::element params;
    bool has_params = false;
};

/// False where this is no JSON-RPC request; `id` is set as far as it can be told.
bool take_apart(const dom::element& json, RequestParts& out) {
    dom::object object;
    dom::element member;
    std::string_view version;
    if (json.get(object) != simdjson::SUCCESS) return false;
    if (object["id"].get(member) == simdjson::SUCCESS) {
        if (member.is_object() || member.is_array() || member.is_bool()) return false;
        out.id = simdjson::minify(member);
    }
    if (object["jsonrpc"].get(version) != simdjson::SUCCESS || version != "2.0") return false;
    if (object["method"].get(out.method) != simdjson::SUCCESS) return false;
    out.has_params = object["params"].get(out.params) == simdjson::SUCCESS;
    return true;
}

tl::unexpected<RpcError> not_available(std::string_view method) {
    std::string message = "the method " + std::string(method.substr(0, 100)) + " does not exist/is not available";
    if (const auto* refused = find_refused_method(method)) message += ": " + std::string(refused->reason);
    return rpc_fail(kMethodNotFound, std::move(message));
}

Answer run_method(CallContext& context, const RequestParts& request) {
    const auto* method = find_method(request.method);
    if (method == nullptr) return not_available(request.method);
    if (method->scope == MethodScope::kDevelopment && !context.engine.is_development())
        return not_available(request.method);
    auto params = parse_params(request.has_params ? &request.params : nullptr, method->params);
    if (!params) return tl::unexpected(std::move(params).error());
    return method->run(context, *params);
}

/// Counts by method; names that are not in the table are one label, so that callers cannot make new ones.
void count_call(std::string_view name, bool ok) {
    const auto* method = find_method(name);
    sys::Metrics::global().count(
        "bourse_node_rpc_calls_total", "JSON-RPC calls by method", 1,
        {{"method", method != nullptr ? std::string(method->name) : "unknown"}, {"ok", ok ? "true" : "false"}});
}

void append_answer(std::string& out, CallContext& context, const dom::element& json) {
    RequestParts request;
    if (!take_apart(json, request)) {
        append_error(out, request.id.empty() ? "null" : request.id, {kInvalidRequest, "invalid request", {}});
        return;
    }
    Answer answer = rpc_fail(kServerError, "internal error");
    try {
        const engine::OldWork bound(context.limits.old_state_work);
        answer = run_method(context, request);
    } catch (const engine::OldStateTooFar&) {
        answer = rpc_fail(kLimitExceeded,
                          "too much has changed since that block; ask for a later one, or a node with a higher "
                          "--old-state-work");
    } catch (const std::exception& e) {
        sys::log_error("rpc call failed", {{"method", std::string(request.method)}, {"error", e.what()}});
    }
    count_call(request.method, answer.has_value());
    if (request.id.empty()) return;
    if (!answer) {
        append_error(out, request.id, answer.error());
        return;
    }
    out += R"({"jsonrpc":"2.0","id":)";
    out += request.id;
    out += R"(,"result":)";
    out += *answer;
    out += '}';
}

/// Below that many raw transactions threads cost more than they save.
constexpr std::size_t kRecoverTogether = 8;

/// Recovers the senders of a batch's raw transactions on all cores; the calls, answered in order, find them remembered.
void recover_senders_ahead(const dom::array& batch) {
    std::vector<Bytes> raw;
    for (const dom::element item : batch) {
        std::string_view method;
        std::string_view text;
        if (item["method"].get(method) != simdjson::SUCCESS || !method.ends_with("_sendRawTransaction")) continue;
        if (item["params"].at(0).get(text) != simdjson::SUCCESS) continue;
        if (auto bytes = from_hex(text)) raw.push_back(*std::move(bytes));
    }
    if (raw.size() < kRecoverTogether) return;
    const std::vector<ByteView> views(raw.begin(), raw.end());
    engine::prepare_all(views);
}

/// One parser a thread keeps its memory between requests.
simdjson::simdjson_result<dom::element> parse_body(std::string_view body, std::size_t capacity) {
    thread_local dom::parser parser;
    const bool padded = capacity >= body.size() + simdjson::SIMDJSON_PADDING;
    return parser.parse(body.data(), body.size(), !padded);
}

}  // namespace

RpcService::RpcService(engine::Engine& engine, RpcLimits limits, std::function<std::uint64_t()> clock_ms)
    : engine_(engine),
      limits_(limits),
      subscriptions_(std::make_unique<Subscriptions>(engine, limits_)),
      filters_(std::make_unique<Filters>(engine, limits_, clock_ms ? std::move(clock_ms) : sys::steady_ms)) {}

RpcService::~RpcService() = default;

std::string RpcService::handle(std::string_view body, SubscriptionSink* sink, std::size_t capacity,
                               std::uint64_t connection) {
    dom::element json;
    if (body.empty() || parse_body(body, capacity).get(json) != simdjson::SUCCESS)
        return error_answer(kParseError, "parse error: the body is not valid JSON");
    CallContext context{engine_, engine_.view(), limits_, *filters_, sink, connection};
    std::string out;
    dom::array batch;
    if (json.get(batch) != simdjson::SUCCESS) {
        append_answer(out, context, json);
        return out;
    }
    if (batch.size() == 0) return error_answer(kInvalidRequest, "empty batch");
    if (batch.size() > limits_.batch_calls)
        return error_answer(kInvalidRequest,
                            "batch too large: at most " + std::to_string(limits_.batch_calls) + " calls");
    recover_senders_ahead(batch);
    out = "[";
    for (const dom::element item : batch) {
        const auto before = out.size();
        if (before > 1) out += ',';
        const auto begin = out.size();
        if (out.size() > limits_.batch_answer_bytes) {
            RequestParts request;
            take_apart(item, request);
            append_error(out, request.id.empty() ? "null" : request.id,
                         {kResponseTooLarge, "response too large: split the batch", {}});
        } else {
            context.view = engine_.view();
            append_answer(out, context, item);
        }
        if (out.size() == begin) out.resize(before);
    }
    if (out.size() == 1) return {};
    return out += ']';
}

void RpcService::mount(net::HttpServer& server) {
    server.route("POST", "/", [this](const net::Request& request) {
        auto text = handle(request.body, nullptr, request.body.capacity(), request.connection);
        if (!text.empty()) return net::Response::json(200, std::move(text));
        net::Response nothing;
        nothing.status = 204;
        return nothing;
    });
    net::WsHandlers handlers;
    handlers.on_message = [this](const net::WsConnectionPtr& connection, std::string_view message) {
        Subscriptions::Connection sink(*subscriptions_, connection);
        sink.answer(handle(message, &sink, 0, connection->request().connection));
    };
    handlers.on_close = [this](const net::WsConnectionPtr& connection) { subscriptions_->forget(connection); };
    server.websocket("/", std::move(handlers));
}

}  // namespace bourse::rpc
