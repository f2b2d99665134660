// The operator's side (web-ui §10): what the scheduler says of its workers and tasks, alerts, audit.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/explorer/rows.hpp>

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bourse::market {

extern const char* const kOpsSchema;

/// Safe from any thread. The scheduler is asked over HTTP each time; one that does not answer gives empty lists and an
/// alert.
class Ops {
public:
    Ops(db::Database& database, std::string scheduler_url, std::function<std::uint64_t()> now_ms)
        : db_(&database), url_(std::move(scheduler_url)), now_ms_(std::move(now_ms)) {}

    bool available() const noexcept { return !url_.empty(); }
    /// Errors: SCHEDULER_UNREACHABLE, NOT_FOUND.
    Result<nlohmann::json> ask(const std::string& path) const;
    Result<nlohmann::json> pool() const { return ask("/v1/pool"); }
    Result<nlohmann::json> workers() const;
    Result<nlohmann::json> task(const Hash& id) const { return ask("/v1/tasks/" + to_hex(id)); }
    /// What the scheduler shows to an address that the market has authenticated. Errors: as ask(); LOGS_REFUSED.
    Result<nlohmann::json> ask_for(const std::string& path, const Address& for_whom) const;
    /// Stop taking deals, or take them again; with a worker: it gets no new tasks. Errors: SCHEDULER_UNREACHABLE,
    /// SCHEDULER_REFUSED.
    Status<> drain(bool draining, const std::optional<Address>& worker) const;

    /// Why a task or a worker waits, in the scheduler's words; empty without a scheduler.
    std::vector<nlohmann::json> task_reasons(const Hash& task) const;
    nlohmann::json worker_reasons(const Address& worker, const std::optional<explorer::AccountRow>& row) const;

    void note(const Address& who, const std::string& action, const std::string& target, const std::string& before,
              const std::string& after, const std::string& reason);
    /// Newest first.
    std::vector<nlohmann::json> audit(std::int64_t limit) const;
    /// An alert that holds; remembers since when, and what was acknowledged or silenced.
    nlohmann::json alert(const std::string& code, const std::string& level, const std::string& text,
                         const std::string& runbook);
    /// Alerts not among these do not hold any more.
    void keep_alerts(const std::vector<std::string>& codes);
    /// Errors: NOT_FOUND.
    Status<> acknowledge(const std::string& code, std::uint64_t silenced_until_ms);

private:
    db::Database* db_;
    std::string url_;
    std::function<std::uint64_t()> now_ms_;
    std::mutex mutex_;
};

}  // namespace bourse::market
