// What ended tasks tell the pool's console (web-ui §10.1, §10.4): how long stages took, what failed and who paid for
// it, seconds computed. Part of the state: fed by facts alone, and bounded.
#pragma once

#include <bourse/base/bytes.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bourse::scheduler {

struct Task;
struct Deal;
struct Replicate;
struct Worker;

/// In the order of a task's life. Queue: sealed until the first worker is engaged; finalise: from the last report of a
/// winner until the chain has the result; the others begin and end with a worker's reports.
enum class Stage : std::uint8_t { kQueue, kDownload, kCompute, kContribute, kReveal, kUpload, kFinalise };
inline constexpr std::size_t kStages = 7;
std::string_view to_text(Stage stage) noexcept;
/// The stage that a worker's report begins; nothing where it waits for others.
std::optional<Stage> stage_of(std::string_view status) noexcept;

/// Whom a failure cost money (middleware §9.7). Nobody: it cost time.
enum class Payer : std::uint8_t { kWorker, kRequester, kPool, kNobody };
std::string_view to_text(Payer payer) noexcept;

struct Fault {
    std::uint64_t ms = 0;  ///< Unix, when its task ended
    std::string cause;  ///< of the replicate or of the error result; WRONG_RESULT, NOT_REVEALED, WORKER_LOST, DEADLINE
    Payer payer = Payer::kNobody;
    Address worker;  ///< zero: of the whole task

    bool operator==(const Fault&) const = default;
};

/// Milliseconds. A stage lasted as long as with the slowest of the winners; one that a task did not have counts
/// nowhere.
struct StageFigures {
    std::uint64_t p50 = 0, p95 = 0, p99 = 0;
    std::uint64_t tasks = 0;
};

struct UsageKey {
    std::uint64_t day_s = 0;  ///< Unix, begin of the day in UTC on which the task ended
    Address worker, app;
    std::uint64_t category = 0;

    auto operator<=>(const UsageKey&) const = default;
};

class Tally {
public:
    static constexpr std::size_t kWindow = 1'000;  ///< tasks
    static constexpr std::size_t kMostFaults = 10'000;
    static constexpr std::uint64_t kFaultsKeptMs = 7ULL * 86'400'000;
    static constexpr std::uint64_t kUsageKeptS = 400ULL * 86'400;

    /// Once, when a task has become COMPLETED or FAILED.
    void task_ended(const Task& task, const Deal& deal, const std::map<Address, Worker>& workers, std::uint64_t ms);

    /// Of the newest kWindow completed tasks.
    std::array<StageFigures, kStages> stages() const;
    /// Oldest first, of the last kFaultsKeptMs before the newest one.
    const std::deque<Fault>& faults() const noexcept { return faults_; }
    /// Core milliseconds: time of computing without its pauses × the worker's cores ÷ its places.
    const std::map<UsageKey, std::uint64_t>& usage() const noexcept { return usage_; }
    /// Engagements by how they ended: rewarded, surplus, dropped, lost, wrong, unrevealed, unpaid (the task failed).
    const std::map<std::string, std::uint64_t, std::less<>>& outcomes() const noexcept { return outcomes_; }
    std::uint64_t completed() const noexcept { return completed_; }
    std::uint64_t failed() const noexcept { return failed_; }

    bool operator==(const Tally&) const = default;

private:
    using Times = std::array<std::optional<std::uint64_t>, kStages>;

    void note_stages(const Task& task, const Deal& deal, std::uint64_t ms);
    void note_replicate(const Task& task, const Replicate& replicate, std::uint64_t ms);
    void note_usage(const Deal& deal, const Replicate& replicate, const Worker& worker, std::uint64_t ms);
    void add_fault(Fault fault);

    std::deque<Times> times_;
    std::deque<Fault> faults_;
    std::map<UsageKey, std::uint64_t> usage_;
    std::map<std::string, std::uint64_t, std::less<>> outcomes_;
    std::uint64_t completed_ = 0, failed_ = 0;
};

/// What a task still has to go through, by the usual lengths: the sum of p95 of the stages that remain until its next
/// deadline (contribution while it is not yet agreed, else the final one), in ms.
std::uint64_t needed_ms(const Task& task, const std::array<StageFigures, kStages>& usual);

}  // namespace bourse::scheduler
