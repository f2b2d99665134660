#include <bourse/net/standard_routes.hpp>

#include <bourse/sys/metrics.hpp>

namespace bourse::net {

void serve_metrics(HttpServer& server) {
    server.route("GET", "/metrics", [](const Request&) {
        Response out;
        out.headers["content-type"] = "text/plain; version=0.0.4; charset=utf-8";
        out.body = sys::Metrics::global().text();
        return out;
    });
}

void serve_version(HttpServer& server, const std::string& role) {
    server.route("GET", "/version", [role](const Request&) {
        return Response::json(200, R"({"ok":true,"role":")" + role + R"(","version":")" BOURSE_VERSION "\"}");
    });
}

}  // namespace bourse::net
