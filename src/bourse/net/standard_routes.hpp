// Routes that every role has.
#pragma once

#include <bourse/net/http_server.hpp>

namespace bourse::net {

/// GET /metrics: Prometheus text of sys::Metrics::global().
void serve_metrics(HttpServer& server);
/// GET /version: {"ok":true,"role":…,"version":…}.
void serve_version(HttpServer& server, const std::string& role);

}  // namespace bourse::net
