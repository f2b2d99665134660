// Metrics of a node: head, blocks, transactions, gas, pool.
#pragma once

#include <bourse/engine/engine.hpp>
#include <bourse/net/http_server.hpp>

namespace bourse::node {

/// Counts every block that is committed from now on.
void watch_engine(engine::Engine& engine);
/// GET /metrics, with the pool's size as it is when asked.
void serve_node_metrics(net::HttpServer& server, engine::Engine& engine);

}  // namespace bourse::node
