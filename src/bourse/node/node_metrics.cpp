#include <bourse/node/node_metrics.hpp>

#include <bourse/sys/metrics.hpp>

namespace bourse::node {

void watch_engine(engine::Engine& engine) {
    engine.application().on_commit([](const engine::CommittedBlock& committed) {
        auto& metrics = sys::Metrics::global();
        const auto& block = *committed.block;
        metrics.gauge("bourse_node_head_block", "Number of the last committed block",
                      static_cast<double>(block.header.number));
        metrics.gauge("bourse_node_head_time_seconds", "Time of the last committed block",
                      static_cast<double>(block.header.time_s));
        metrics.count("bourse_node_blocks_total", "Blocks committed since the start");
        metrics.count("bourse_node_transactions_total", "Transactions committed since the start",
                      static_cast<double>(block.executed.size()));
        metrics.count("bourse_node_gas_total", "Gas used since the start", static_cast<double>(block.header.gas_used));
        if (!block.skipped.empty())
            metrics.count("bourse_node_skipped_transactions_total", "Transactions that turned out not to be executable",
                          static_cast<double>(block.skipped.size()));
    });
}

void serve_node_metrics(net::HttpServer& server, engine::Engine& engine) {
    server.route("GET", "/metrics", [&engine](const net::Request&) {
        auto& metrics = sys::Metrics::global();
        const auto pool = engine.pool().status();
        const char* help = "Transactions in the pool";
        metrics.gauge("bourse_node_pool_transactions", help, static_cast<double>(pool.executable),
                      {{"state", "executable"}});
        metrics.gauge("bourse_node_pool_transactions", help, static_cast<double>(pool.waiting), {{"state", "waiting"}});
        metrics.gauge("bourse_node_pool_bytes", "Bytes of the transactions in the pool",
                      static_cast<double>(pool.bytes));
        metrics.gauge("bourse_node_head_block", "Number of the last committed block",
                      static_cast<double>(engine.view()->head().number));
        net::Response out;
        out.headers["content-type"] = "text/plain; version=0.0.4; charset=utf-8";
        out.body = metrics.text();
        return out;
    });
}

}  // namespace bourse::node
