// The store's HTTP interface: /v1/results, /v1/uploads, /ipfs/<cid>.
#pragma once

#include <bourse/net/http_server.hpp>
#include <bourse/store/blob_store.hpp>
#include <bourse/store/results.hpp>
#include <bourse/store/uploads.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace bourse::store {

struct StoreConfig {
    std::filesystem::path folder;
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0;
    std::uint64_t max_bytes = 50ULL << 30;
    std::uint64_t max_upload_bytes = 5ULL << 30;  ///< of a result's archive
    std::uint64_t keep_free_bytes = 1ULL << 30;
    std::uint64_t sweep_interval_ms = 2000;
    std::uint64_t retry_after_s = 5;  ///< in answers 503 and 507
    std::vector<std::string> allowed_hosts;
    UploadRules uploads;
};

/// Everything of the role but the process around it. The chain must outlive it.
class StoreService {
public:
    /// Errors: DB_OPEN_FAILED, DB_NEWER_SCHEMA, DATA_UNWRITABLE, PORT_TAKEN, BIND_FAILED.
    static Result<std::unique_ptr<StoreService>> start(const StoreConfig& config, StoreChain& chain);
    ~StoreService();

    std::uint16_t port() const noexcept { return server_.port(); }
    Results& results() noexcept { return *results_; }
    Uploads& uploads() noexcept { return *uploads_; }

private:
    StoreService(const StoreConfig& config);
    void add_routes();
    void sweep_loop();
    /// The spooled body; for an empty one a file of its own. Errors: FILE_UNWRITABLE.
    Result<std::filesystem::path> body_of(const net::Request& request) const;
    net::Response upload_result(const net::Request& request);
    net::Response show_result(const net::Request& request) const;
    net::Response content(const net::Request& request) const;
    void report_metrics() const;

    StoreConfig config_;
    std::unique_ptr<db::Database> db_;
    std::unique_ptr<BlobStore> blobs_;
    std::unique_ptr<Results> results_;
    std::unique_ptr<Uploads> uploads_;
    net::HttpServer server_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::thread sweeper_;
};

}  // namespace bourse::store
