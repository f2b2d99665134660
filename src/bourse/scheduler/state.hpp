// State of the scheduler: a fold of its facts. No clock, no I/O: apply() is all that changes it.
#pragma once

#include <bourse/poco/contracts.hpp>
#include <bourse/scheduler/facts.hpp>
#include <bourse/scheduler/tally.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace bourse::scheduler {

/// One engagement of a worker for a task. A worker that dropped out and is engaged again gets another one.
struct Replicate {
    Address worker;
    std::uint64_t round = 0;  ///< counts the reopenings before it
    Uint256 weight;
    bool fast = false;
    std::uint64_t assigned_ms = 0;

    // What the worker says.
    std::string status = "ASSIGNED";
    std::string cause;  ///< of a failure, an error result or an abort
    std::string message;
    std::optional<std::int64_t> exit_code;
    std::vector<std::pair<std::string, std::uint64_t>> history;  ///< status and Unix ms
    std::set<std::string> fetched;
    std::uint64_t paused_ms = 0;  ///< of its run, in which the app stood still
    bool computed = false;        ///< its computing slot is free again
    bool dropped = false;         ///< ABORTED: it will not contribute
    std::uint64_t dropped_ms = 0;

    // What the chain says.
    poco::ContributionStatus chain = poco::ContributionStatus::kUnset;
    Hash hash;

    // Liveness: Unix ms since when its worker is lost; 0 while it is heard.
    std::uint64_t silent_ms = 0;

    // Upload and commands.
    enum class Upload : std::uint8_t { kNone, kRequested, kReported, kFailed };
    Upload upload = Upload::kNone;
    std::uint64_t upload_ms = 0;  ///< of the last change of `upload`
    std::uint64_t upload_tries = 0;
    std::string cid;
    std::string link;
    Bytes callback_data;
    bool reveal_commanded = false;
    bool ended = false;  ///< complete or abort was commanded

    bool operator==(const Replicate&) const = default;
    /// Computing or on its way to a contribution.
    bool is_pending() const noexcept { return chain == poco::ContributionStatus::kUnset && !dropped && !ended; }
};

/// A transaction under way or failed, of one kind.
struct IntentMark {
    std::string key;  ///< of the one under way; empty: none
    std::uint64_t failures = 0;
    std::uint64_t failed_ms = 0;

    bool operator==(const IntentMark&) const = default;
};

struct Deal {
    DealSeen facts;
    std::uint64_t unfolded = 0;  ///< tasks first … first + unfolded - 1 exist as Task
    std::uint64_t open = 0;      ///< of them not yet completed or failed

    bool operator==(const Deal&) const = default;
    std::uint64_t contribution_deadline_s() const noexcept { return facts.start_s + 7 * facts.time_ref_s; }
    std::uint64_t final_deadline_s() const noexcept { return facts.start_s + 10 * facts.time_ref_s; }
};

struct Task {
    TaskId id;
    DealId deal;
    std::uint64_t index = 0;
    poco::TaskStatus status = poco::TaskStatus::kUnset;
    std::uint64_t round = 0;
    Hash consensus;
    std::uint64_t consensus_block = 0;
    std::uint64_t reveal_deadline_s = 0;
    Hash digest;  ///< revealed
    std::vector<Replicate> replicates;
    std::string verified_cid;  ///< the store has the result
    Address uploader;
    Bytes results;  ///< as finalized
    IntentMark initialize, finalize, reopen, claim;
    std::vector<std::pair<std::string, std::uint64_t>> history;  ///< chain status and block

    bool operator==(const Task&) const = default;
    bool is_open() const noexcept {
        return status != poco::TaskStatus::kCompleted && status != poco::TaskStatus::kFailed;
    }
    /// The worker's latest engagement; null if it has none.
    const Replicate* replicate_of(const Address& worker) const noexcept;
    Replicate* replicate_of(const Address& worker) noexcept;
    std::uint64_t winners() const noexcept;  ///< contributed the consensus in this round, revealed or not
    std::uint64_t revealed() const noexcept;
};

struct Worker {
    Address address;
    Address owner;
    std::string name;
    std::string software;
    std::uint64_t slots = 0;
    Bytes32 tags;
    std::uint64_t cores = 0;
    std::uint64_t memory_mib = 0;
    std::string os, platform, cpu;
    std::string prefix;
    Uint256 score;
    std::uint64_t score_block = 0;  ///< score moves up to this block are in it
    bool draining = false;          ///< gets no new tasks, says the operator
    bool paused = false;            ///< wants no new tasks, says its owner
    bool banned = false;            ///< gets no connection, says the operator
    Terms terms;                    ///< of its owner
    bool lost = false;
    std::uint64_t lost_ms = 0;
    std::uint64_t joined_ms = 0;
    std::uint64_t next_seq = 1;
    std::uint64_t acknowledged = 0;
    std::map<std::uint64_t, client::stream::Command> commands;  ///< not acknowledged; without authorisation and limits
    std::set<TaskId> active;                                    ///< tasks with a replicate of it that is not ended

    /// Tasks that it may compute at the same time.
    std::uint64_t places() const noexcept { return terms.places == 0 ? slots : std::min(slots, terms.places); }
    /// By its owner's word: paused, or out of its hours.
    bool stands_still(std::uint64_t unix_ms) const noexcept { return paused || !terms.open_at(unix_ms); }
    bool operator==(const Worker&) const = default;
};

/// Milliseconds from assignment to contribution of the last engagements of an app in a category.
struct Durations {
    std::deque<std::uint64_t> ms;

    bool operator==(const Durations&) const = default;
    std::optional<std::uint64_t> p95() const;  ///< from five on
};

class State {
public:
    /// Adds the tasks whose next actions may have changed to `touched`.
    void apply(const Fact& fact, std::set<TaskId>& touched);

    const Task* task(const TaskId& id) const noexcept;
    const Deal* deal(const DealId& id) const noexcept;
    const Worker* worker(const Address& address) const noexcept;
    const std::map<DealId, Deal>& deals() const noexcept { return deals_; }
    const std::map<Address, Worker>& workers() const noexcept { return workers_; }
    const std::unordered_map<TaskId, Task>& tasks() const noexcept { return tasks_; }
    const std::map<std::string, IntentSubmitted>& intents() const noexcept { return intents_; }
    const std::set<TaskId>& open_tasks() const noexcept { return open_; }
    /// Deals with tasks that are not unfolded yet.
    const std::set<DealId>& folded_deals() const noexcept { return folded_; }
    bool draining() const noexcept { return draining_; }
    const Tally& tally() const noexcept { return tally_; }
    std::optional<std::uint64_t> usual_ms(const Deal& deal) const;
    /// Engagements of a worker that take up a computing slot.
    std::uint64_t busy_slots(const Address& worker) const;

    bool operator==(const State&) const = default;

private:
    void on(const DealSeen& fact, std::set<TaskId>& touched);
    void on(const TaskInitialized& fact, std::set<TaskId>& touched);
    void on(const TaskContributed& fact, std::set<TaskId>& touched);
    void on(const ConsensusReached& fact, std::set<TaskId>& touched);
    void on(const TaskRevealed& fact, std::set<TaskId>& touched);
    void on(const TaskReopened& fact, std::set<TaskId>& touched);
    void on(const TaskFinalized& fact, std::set<TaskId>& touched);
    void on(const TaskClaimed& fact, std::set<TaskId>& touched);
    void on(const ScoreMoved& fact, std::set<TaskId>& touched);
    void on(const WorkerJoined& fact, std::set<TaskId>& touched);
    void on(const WorkerLost& fact, std::set<TaskId>& touched);
    void on(const WorkerHeard& fact, std::set<TaskId>& touched);
    void on(const WorkerReported& fact, std::set<TaskId>& touched);
    void on(const CommandsAcknowledged& fact, std::set<TaskId>& touched);
    void on(const TasksUnfolded& fact, std::set<TaskId>& touched);
    void on(const WorkerAssigned& fact, std::set<TaskId>& touched);
    void on(const CommandIssued& fact, std::set<TaskId>& touched);
    void on(const UploadVerified& fact, std::set<TaskId>& touched);
    void on(const UploadRefused& fact, std::set<TaskId>& touched);
    void on(const IntentSubmitted& fact, std::set<TaskId>& touched);
    void on(const IntentEnded& fact, std::set<TaskId>& touched);
    void on(const DrainChanged& fact, std::set<TaskId>& touched);
    void on(const WorkerDrained& fact, std::set<TaskId>& touched);
    void on(const WorkerPaused& fact, std::set<TaskId>& touched);
    void on(const WorkerTerms& fact, std::set<TaskId>& touched);
    void on(const WorkerBanned& fact, std::set<TaskId>& touched);

    Task* find_task(const TaskId& id) noexcept;
    Task& make_task(const Deal& deal, std::uint64_t index);
    void set_silence(const Address& worker, std::uint64_t silent_ms, std::set<TaskId>& touched);
    void close_task(Task& task, std::uint64_t ms);
    void issue(Worker& worker, client::stream::Command command);

    std::map<DealId, Deal> deals_;
    std::unordered_map<TaskId, Task> tasks_;
    std::set<TaskId> open_;
    std::set<DealId> folded_;
    std::map<Address, Worker> workers_;
    std::map<std::string, IntentSubmitted> intents_;
    std::map<std::pair<Address, std::uint64_t>, Durations> durations_;  ///< by app and category's time
    Tally tally_;
    bool draining_ = false;
};

IntentMark& mark_of(Task& task, IntentKind kind) noexcept;

}  // namespace bourse::scheduler
