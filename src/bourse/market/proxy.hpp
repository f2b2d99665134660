// What the market hands on under its own origin: content of the store and uploads to it, tasks of the
// scheduler for reading.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/net/http.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>

namespace bourse::market {

struct ProxyConfig {
    std::string store_url;        ///< empty: 404
    std::string scheduler_url;    ///< empty: 404
    std::filesystem::path cache;  ///< content never changes under its identifier, so it is kept here
    std::uint64_t cache_bytes = 2ULL << 30;
    std::uint64_t max_content_bytes = 5ULL << 30;
};

/// Safe from any thread.
class Proxy {
public:
    /// Empties the cache's leftovers of an earlier process.
    explicit Proxy(ProxyConfig config);
    net::Response content(const net::Request& request);
    /// `path` at the scheduler; the query is handed on.
    net::Response scheduler(const net::Request& request, const std::string& path) const;

    /// A request to /v1/uploads, as it came; the store checks what is signed. Errors: NOT_FOUND (no store here),
    /// STORE_UNREACHABLE.
    Result<net::Response> upload(const net::Request& request) const;

private:
    void evict(const std::filesystem::path& keep);

    ProxyConfig config_;
    std::atomic<std::uint64_t> downloads_{0};
    std::mutex mutex_;
};

}  // namespace bourse::market
