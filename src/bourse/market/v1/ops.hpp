// The operator's side (web-ui §10): what the scheduler says of its workers and tasks, alerts, audit.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/result.hpp>
#include <bourse/db/sql.hpp>
#include <bourse/explorer/rows.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bourse::market {

extern const char* const kOpsSchema;

/// Of a row of the scheduler: a number, also one written as text; 0 where there is none.
std::int64_t number_in(const nlohmann::json& object, const char* name);
nlohmann::json text_or_null(const nlohmann::json& object, const char* name);
/// fresh, late or lost, by the delay since a worker's last sign of life (middleware §9.3: 5 s, 15 s).
std::string worker_state(const nlohmann::json& worker);
/// That delay in ms, null where the scheduler does not tell it.
nlohmann::json delay_of(const nlohmann::json& worker);
/// By how many ms another clock is ahead of the scheduler's, null where the scheduler does not know: of the node in its
/// facts of the pool, or of a worker in its row.
nlohmann::json clock_ahead_of(const nlohmann::json& object);
/// Is it off by more than 5 s (web-ui §10.7)? Not where nobody knows.
bool clock_is_off(const nlohmann::json& object);
/// Tasks that may be late, in the shape of Overview.risk, from the scheduler's figures.
nlohmann::json risk_of(const nlohmann::json& figures);

struct Alert {
    std::string code, level, text, runbook;
};

/// Safe from any thread. The scheduler is asked over HTTP each time; one that does not answer gives empty lists and an
/// alert.
class Ops {
public:
    Ops(db::Database& database, std::string scheduler_url, std::function<std::uint64_t()> now_ms)
        : db_(&database), url_(std::move(scheduler_url)), now_ms_(std::move(now_ms)) {}

    bool available() const noexcept { return !url_.empty(); }
    /// What the scheduler shows to everybody, or to an address that the market has authenticated.
    /// Errors: SCHEDULER_UNREACHABLE, NOT_FOUND, LOGS_REFUSED.
    Result<nlohmann::json> ask(const std::string& path, const std::optional<Address>& for_whom = {}) const;
    Result<nlohmann::json> pool() const { return ask("/v1/pool"); }
    Result<nlohmann::json> workers() const;
    Result<nlohmann::json> task(const Hash& id) const { return ask("/v1/tasks/" + to_hex(id)); }
    /// Stages, faults, risks, counts by status and outcome, as of the scheduler.
    Result<nlohmann::json> figures() const { return ask("/v1/figures"); }
    /// Core milliseconds by day, worker, app and category; empty where the scheduler does not answer.
    std::vector<nlohmann::json> usage(std::int64_t from_s, std::int64_t to_s) const;
    /// drain, resume: the pool stops taking deals, or takes them again; with a worker: it gets no new tasks. pause,
    /// unpause, terms (with a body): of a worker by its owner. ban, unban: whether it may connect.
    /// Errors: SCHEDULER_UNREACHABLE, SCHEDULER_REFUSED.
    Status<> order(const std::string& action, const std::optional<Address>& worker,
                   const nlohmann::json& body = nullptr) const;

    /// Why a task or a worker waits, in the scheduler's words; empty without a scheduler.
    std::vector<nlohmann::json> task_reasons(const Hash& task) const;
    nlohmann::json worker_reasons(const Address& worker, const std::optional<explorer::AccountRow>& row) const;

    void note(const Address& who, const std::string& action, const std::string& target, const std::string& before,
              const std::string& after, const std::string& reason);
    /// Newest first.
    std::vector<nlohmann::json> audit(std::int64_t limit) const;
    /// These hold now, and no others: their shapes, with since when, and what was acknowledged or silenced. Tells
    /// on_alert what is new or over, in order; what is silenced is not told.
    std::vector<nlohmann::json> settle(const Address& pool, const std::vector<Alert>& holding);
    std::function<void(const Address& pool, bool raised, const nlohmann::json& alert)> on_alert;
    /// Since how many ms a condition holds without a break, as far as it was asked about; 0 where it does not hold.
    std::uint64_t held_ms(const std::string& condition, bool holds);
    /// Errors: NOT_FOUND.
    Status<> acknowledge(const std::string& code, std::uint64_t silenced_until_ms);

private:
    std::vector<nlohmann::json> settle_locked(const std::vector<Alert>& holding,
                                              std::vector<std::pair<bool, nlohmann::json>>& news);

    db::Database* db_;
    std::string url_;
    std::function<std::uint64_t()> now_ms_;
    std::mutex settling_;  ///< taken before mutex_: what is told comes in the order of what held
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> held_since_ms_;
    std::map<std::string, nlohmann::json> told_;  ///< alerts that hold, as they were shown last
};

}  // namespace bourse::market
