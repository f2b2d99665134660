// Sessions of /v1: opened by a signed challenge, kept in memory, 15 minutes sliding.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/net/http.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace bourse::market {

class Sessions {
public:
    static constexpr std::uint64_t kLifeMs = 15 * 60 * 1000;
    static constexpr std::size_t kMaxSessions = 10'000;  ///< the one that ends first goes

    /// `now_ms`: wall clock.
    explicit Sessions(std::function<std::uint64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

    struct Session {
        std::string token;
        Address address;
        std::uint64_t expires_ms = 0;
    };
    Session open(const Address& address);
    /// Each use moves the end.
    std::optional<Session> use(const std::string& token);
    void close(const std::string& token);
    /// Of a header `authorization: Bearer TOKEN`. Errors: SESSION_NEEDED.
    Result<Session> of(const net::Request& request);

private:
    std::function<std::uint64_t()> now_ms_;
    std::mutex mutex_;
    std::map<std::string, Session> sessions_;
};

}  // namespace bourse::market
