// Drives every task of the worker from its record in the journal: what is to be done next follows from the record
// alone, so a restart goes on where the last process ended. Commands, outcomes of transactions and finished work change
// the record and call advance().
#pragma once

#include <bourse/client/outbox.hpp>
#include <bourse/worker/chain_steps.hpp>
#include <bourse/worker/compute.hpp>
#include <bourse/worker/journal.hpp>
#include <bourse/worker/output_tail.hpp>
#include <bourse/worker/task_facts.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace bourse::worker {

struct EngineParts {
    const WorkerConfig* config = nullptr;
    const crypto::PrivateKey* wallet = nullptr;
    client::Hub* hub = nullptr;
    Journal* journal = nullptr;
    ImageCache* images = nullptr;
    Sandbox* sandbox = nullptr;
    std::uint64_t slots = 1;
    /// Sends a report; its number, or 0 without a connection.
    std::function<std::uint64_t(const client::stream::WorkerMessage&)> send;
};

class Engine {
public:
    explicit Engine(EngineParts parts);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The outbox reports its outcomes to on_outcome(); both live until stop().
    void start(client::Outbox& outbox);
    /// Kills running apps (they run again after the next start) and joins the threads.
    void stop();

    // From the session's thread.
    void on_connected();
    void on_command(const client::stream::Command& command);
    void on_report_ack(std::uint64_t number);
    void on_fetch_answer(const client::stream::FetchAnswer& answer);
    /// Running apps stand still, and none is begun, until the next one says otherwise; also after a restart. With
    /// `only_idle` they do, too, while somebody else uses the machine (machine_use.hpp), and no room is offered.
    void on_pause(const client::stream::Pause& pause);
    // From the outbox's thread.
    void on_outcome(const client::Outcome& outcome);

    /// Tasks taken and not yet computed.
    std::uint64_t busy() const;

private:
    struct Run {
        std::atomic<bool> cancelled{false};
    };

    void advance(const poco::TaskId& task);
    void submit(ChainStep step, const TaskRecord& record);
    void report(const poco::TaskId& task, client::stream::StatusReport status);
    void report_status(const TaskRecord& record, std::string status, std::string cause = {}, std::string message = {});
    void send_log(const TaskRecord& record);
    std::vector<std::shared_ptr<OutputTail>> tails() const;
    void send_free();
    /// Ends all work on the task, tells the scheduler, forgets it.
    void drop(const poco::TaskId& task, const std::string& status, const std::string& cause,
              const std::string& message);

    void compute_loop();
    void compute(const poco::TaskId& task, const std::shared_ptr<Run>& run);
    Result<std::shared_ptr<const DealFacts>> facts_with_retry(const client::stream::Command& assignment,
                                                              const Run& run);
    Status<> check_and_reserve(const client::stream::Command& assignment, const DealFacts& facts);
    Result<Computed> work(const client::stream::Command& assignment, const DealFacts& facts, const Run& run);
    void computed(const TaskRecord& before, const DealFacts& facts, const Computed& result);
    bool fetched_elsewhere(const poco::TaskId& task, const std::string& key, const Run& run);

    void transfer_loop();
    void transfer(const poco::TaskId& task);
    void upload_failed(const TaskRecord& record, const Error& error);

    void contributed(const poco::TaskId& task);
    Result<poco::Contribution> own_contribution(const poco::TaskId& task);
    void contribution_failed(const poco::TaskId& task, const client::Outcome& outcome, ChainStep step);
    void reveal_failed(const poco::TaskId& task, const client::Outcome& outcome);
    void watch_loop();  ///< whether somebody else uses the machine
    void note_use(bool in_use);
    bool stands_aside() const;
    bool pause(std::uint64_t ms);  ///< false when stopping
    /// Whether the app of a task has to stand still. A task that the pause makes too late is dropped: as long as
    /// another worker, engaged now, could still do it in time.
    bool stands_still(const client::stream::Command& assignment, std::uint64_t ran_ms);

    EngineParts parts_;
    Address worker_;
    TaskFacts facts_;
    client::Outbox* outbox_ = nullptr;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::deque<poco::TaskId> compute_queue_;
    std::map<poco::TaskId, std::shared_ptr<Run>> runs_;     ///< queued or running
    std::map<poco::TaskId, std::uint64_t> transfers_;       ///< due at this steady time; being done: ~0
    std::map<poco::TaskId, std::string> last_reports_;      ///< payloads, newer than the journal's
    std::map<std::uint64_t, poco::TaskId> logs_in_flight_;  ///< by number of the report
    std::map<poco::TaskId, std::shared_ptr<OutputTail>> tails_;
    std::map<std::pair<poco::TaskId, std::string>, std::optional<bool>> fetch_answers_;
    OwnersWish wish_;
    bool in_use_ = false;        ///< by somebody else; known while the wish asks for it
    std::uint64_t chain_s_ = 0;  ///< the chain's time at chain_read_ms_ (steady); 0: not told yet
    std::uint64_t chain_read_ms_ = 0;
    std::mutex check_mutex_;  ///< one check of the deposit at a time
    std::vector<std::thread> threads_;
};

}  // namespace bourse::worker
