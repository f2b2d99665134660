#include <bourse/node/admin.hpp>

#include <bourse/crypto/cipher.hpp>
#include <bourse/engine/data_format.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/file.hpp>

#include <nlohmann/json.hpp>

namespace bourse::node {
namespace {

constexpr std::uint64_t kAdminTimeoutMs = 600'000;  ///< a copy to another file system takes its time
constexpr std::size_t kMaxAdminFileBytes = 4096;

std::filesystem::path admin_file(const std::filesystem::path& data_dir) { return data_dir / "admin.json"; }

net::Response admin_error(int status, const Error& error) {
    const nlohmann::json body{{"ok", false}, {"error", {{"code", error.code}, {"message", error.message}}}};
    return net::Response::json(status, body.dump());
}

bool is_allowed(const net::Request& request, const std::string& token) {
    return crypto::constant_time_equal(as_bytes(request.header("authorization")), as_bytes("Bearer " + token));
}

net::Handler guarded(const std::string& token, std::function<net::Response(const net::Request&)> handler) {
    return [token, handler = std::move(handler)](const net::Request& request) {
        if (!is_allowed(request, token))
            return admin_error(403, {"FORBIDDEN", "The token of admin.json in the node's data folder is needed."});
        return handler(request);
    };
}

net::Response copy_chain(const engine::Engine& engine, const net::Request& request) {
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (!body.is_object() || !body.contains("to") || !body["to"].is_string())
        return admin_error(400, {"INVALID", "Say where to: {\"to\": \"/folder\"}."});
    const std::filesystem::path to = body["to"].get<std::string>();
    if (!to.is_absolute()) return admin_error(400, {"INVALID", "The folder must be an absolute path."});
    if (const auto copied = engine.copy_to(to); !copied) return admin_error(409, copied.error());
    return net::Response::json(200, R"({"ok":true})");
}

std::string_view kind_name(chain::ChainKind kind) {
    switch (kind) {
        case chain::ChainKind::kPublic:
            return "public";
        case chain::ChainKind::kDevelopment:
            return "development";
        case chain::ChainKind::kConformance:
            return "conformance";
    }
    return "";
}

Error unreachable(const std::filesystem::path& data_dir, const std::string& why) {
    return {"ADMIN_UNREACHABLE", "Another process uses " + data_dir.string() + " and cannot be asked (" + why +
                                     "). Stop that process, then try again."};
}

}  // namespace

nlohmann::json chain_status(const engine::Application& application) {
    const auto view = application.view();
    const auto info = application.info();
    const auto& genesis = application.genesis();
    return {{"chainId", genesis.chain_id},
            {"kind", kind_name(genesis.kind)},
            {"archive", genesis.archive},
            {"genesisHash", to_hex(info.genesis_hash)},
            {"height", view->head().number},
            {"hash", to_hex(view->head_hash())},
            {"stateRoot", to_hex(view->head().state_root)},
            {"time", view->head().time_s},
            {"oldestState", view->oldest_state()},
            {"format", engine::kDataFormat}};
}

void serve_admin(net::HttpServer& server, engine::Engine& engine, const std::string& token) {
    server.route("GET", "/admin/status", guarded(token, [&engine](const net::Request&) {
                     auto status = chain_status(engine.application());
                     status["ok"] = true;
                     return net::Response::json(200, status.dump());
                 }));
    server.route("POST", "/admin/copy",
                 guarded(token, [&engine](const net::Request& request) { return copy_chain(engine, request); }));
}

Status<> write_admin_file(const std::filesystem::path& data_dir, const std::string& bind, std::uint16_t port,
                          const std::string& token) {
    const bool any_address = bind == "0.0.0.0" || bind == "::";
    const std::string host = any_address ? "127.0.0.1" : bind.find(':') != std::string::npos ? "[" + bind + "]" : bind;
    const nlohmann::json content{{"url", "http://" + host + ":" + std::to_string(port)}, {"token", token}};
    return sys::write_file_atomic(admin_file(data_dir), content.dump(2) + "\n", 0600);
}

void remove_admin_file(const std::filesystem::path& data_dir) noexcept {
    std::error_code ignored;
    std::filesystem::remove(admin_file(data_dir), ignored);
}

Result<nlohmann::json> ask_running_node(const std::filesystem::path& data_dir, const std::string& method,
                                        const std::string& path, const nlohmann::json& body) {
    const auto text = sys::read_file(admin_file(data_dir), kMaxAdminFileBytes);
    if (!text) return fail(unreachable(data_dir, "it wrote no admin.json that can be read"));
    const auto file = nlohmann::json::parse(*text, nullptr, false);
    if (!file.is_object() || !file.contains("url") || !file["url"].is_string() || !file.contains("token") ||
        !file["token"].is_string())
        return fail(unreachable(data_dir, "its admin.json is damaged"));
    net::ClientRequest request;
    request.method = method;
    request.url = file["url"].get<std::string>() + path;
    request.headers["authorization"] = "Bearer " + file["token"].get<std::string>();
    request.headers["content-type"] = "application/json";
    if (!body.is_null()) request.body = body.dump();
    request.timeout_ms = kAdminTimeoutMs;
    const auto answer = net::http_request(request);
    if (!answer) return fail(unreachable(data_dir, answer.error().message));
    auto parsed = nlohmann::json::parse(answer->body, nullptr, false);
    if (parsed.is_object() && parsed.value("ok", false)) return parsed;
    if (!parsed.is_object() || !parsed.contains("error") || !parsed["error"].is_object())
        return fail(unreachable(data_dir, "its answer is not a node's"));
    const auto& error = parsed["error"];
    return fail(error.value("code", "REFUSED"), error.value("message", "The node refused."));
}

}  // namespace bourse::node
