// Webhooks: what is told to addresses that a pool's operator has named (docs/reference/webhooks.md).
//
// A message is in the database before post() returns and stays there until its receiver has answered with 2xx or the
// tries are used up, so a restart loses none. Messages of one hook go out in order; a receiver that is away holds up
// its own only. Receivers cannot be made to reach into the market's own network: only http and https, no redirects, and
// the address that the name resolves to is the one checked and connected to.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>

#include <nlohmann/json_fwd.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bourse::market {

extern const char* const kHooksSchema;

struct HookRules {
    bool to_private = false;               ///< loopback, private and link-local receivers too
    std::uint64_t first_retry_ms = 5'000;  ///< doubled with each try
    std::uint64_t longest_retry_ms = 3'600'000;
    std::uint64_t max_tries = 10;
    std::uint64_t timeout_ms = 5'000;
};

/// Safe from any thread.
class Hooks {
public:
    static constexpr std::size_t kMostHooks = 10;     ///< of a pool
    static constexpr std::size_t kMostWaiting = 100;  ///< messages of a hook; then the oldest is given up
    static constexpr std::size_t kMinSecret = 16, kMaxSecret = 200;

    /// `now_ms`: Unix.
    Hooks(db::Database& database, HookRules rules, std::function<std::uint64_t()> now_ms)
        : db_(&database), rules_(rules), now_ms_(std::move(now_ms)) {}
    ~Hooks() { stop(); }
    void start();
    void stop();

    /// The hook with its `secret`, which is shown this once. Errors: HOOK_URL_INVALID, HOOK_ADDRESS_REFUSED,
    /// HOOK_SECRET_INVALID, HOOK_LIMIT.
    Result<nlohmann::json> add(const Address& pool, const std::string& url, std::optional<std::string> secret);
    /// Oldest first, without secrets.
    std::vector<nlohmann::json> list(const Address& pool) const;
    /// With its messages. Errors: NOT_FOUND.
    Status<> remove(const Address& pool, const std::string& id);
    /// To every hook of the pool. `event`: alert.raised or alert.ended.
    void post(const Address& pool, const std::string& event, const nlohmann::json& alert);

    /// t=MS,v1=HEX of HMAC-SHA256(secret, "MS." + body).
    static std::string signature(const std::string& secret, std::uint64_t ms, const std::string& body);

private:
    struct Delivery;
    void run();
    std::uint64_t step();
    /// The first message that is due of a hook whose older ones are gone.
    std::optional<Delivery> next_due() const;
    void deliver(const Delivery& delivery);
    void note_failure(const Delivery& delivery, const std::string& why, std::int64_t status);
    std::uint64_t pause_ms() const;
    Status<> check_url(const std::string& url) const;
    bool may_reach(const std::string& ip) const;

    db::Database* db_;
    HookRules rules_;
    std::function<std::uint64_t()> now_ms_;
    mutable std::mutex mutex_;  ///< guards the two below, and numbers given out
    std::condition_variable changed_;
    bool stop_ = false, fresh_ = false;
    std::thread thread_;
};

}  // namespace bourse::market
