// The scheduler's one writer: takes in what chain, workers, store and operator say, writes it down as facts, decides,
// and carries out. Everything else (follower, gate, REST, market) talks to it through its inbox or reads its state.
#pragma once

#include <bourse/client/outbox.hpp>
#include <bourse/scheduler/chain_reader.hpp>
#include <bourse/scheduler/clock.hpp>
#include <bourse/scheduler/clock_offset.hpp>
#include <bourse/scheduler/decider.hpp>
#include <bourse/scheduler/event_store.hpp>
#include <bourse/scheduler/verifier.hpp>
#include <bourse/scheduler/worker_gate.hpp>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace bourse::scheduler {

struct CoreConfig {
    Address hub;
    DeciderConfig decider;
    std::uint64_t worker_lost_ms = client::stream::kWorkerLostMs;
};

/// What the core needs of the world; all of it is set before start() and outlives the core.
struct CorePorts {
    EventStore* store = nullptr;
    client::Outbox* outbox = nullptr;
    WorkerGate* gate = nullptr;
    Verifier* verifier = nullptr;
    const ChainClock* clock = nullptr;
    const ClockOffset* node_clock = nullptr;  ///< of the node against this machine; optional
    const crypto::PrivateKey* key = nullptr;
    /// Deposits of workers, in order; called outside of locks. Errors: the old figures stay in use.
    std::function<Result<std::vector<poco::Account>>(const std::vector<Address>&)> accounts;
    /// The log could not be written: the process must end.
    std::function<void(const std::string& reason)> on_fatal;
};

class Core {
public:
    Core(CoreConfig config, CorePorts ports, State state);
    ~Core();

    void start();
    void stop();

    // Inputs, from any thread.
    void put(GateInput input);
    void put(const client::Outcome& outcome);
    void put(VerifyResult result);
    void set_draining(bool draining);
    void set_draining(const Address& worker, bool draining);
    void set_paused(const Address& worker, bool paused);
    void set_terms(const Address& worker, const Terms& terms);
    /// Ends its connection, and refuses the next ones.
    void set_banned(const Address& worker, bool banned);
    /// Returns when the facts and the cursor are committed; false when the core stops or fails first.
    bool take_blocks(std::vector<Fact> facts, const client::BlockBatch& batch);
    /// The chain's time was moved, or a timer may be due.
    void tick();

    /// For the outbox: which intents does the state still want?
    std::vector<bool> still_needed(std::span<const client::Intent> intents) const;

    /// Runs f(const State&) under the lock.
    template <class F>
    auto read(F&& f) const {
        const std::shared_lock lock(state_mutex_);
        return f(state_);
    }
    /// Workers that are logged in, with what they offer now.
    std::vector<Offer> offers() const;
    /// Workers that are not lost, whether connected at this moment or not: what the pool can promise.
    std::vector<Offer> live_workers() const;
    std::uint64_t chain_now_s() const;
    bool is_connected(const Address& worker) const;
    /// For how long each known worker has said nothing, in ms.
    std::map<Address, std::uint64_t> silences() const;
    /// By how many ms the clocks of connected workers are ahead of ours, where it is known.
    std::map<Address, std::int64_t> clocks_ahead_ms() const;
    /// The same of the node, whose clock the chain's deadlines go by.
    std::optional<std::int64_t> node_ahead_ms() const;
    Decider::Figures figures() const;
    /// Unix ms since when this process runs.
    std::uint64_t started_ms() const noexcept { return started_ms_; }

private:
    struct BlocksInput {
        std::vector<Fact> facts;
        client::Cursor cursor;
        std::promise<bool> done;
    };
    struct TickInput {};
    using Input = std::variant<GateInput, client::Outcome, VerifyResult, BlocksInput, DrainChanged, WorkerDrained,
                               WorkerPaused, WorkerTerms, WorkerBanned, TickInput>;

    /// A worker's live connection; the core's own knowledge, not part of the log.
    struct Link {
        ConnectionId connection = 0;
        std::uint64_t sent_seq = 0;
        std::optional<std::uint64_t> reported_free;
        bool pauses = false;  ///< understands stream::Pause
        /// What it was told last: whether it stands still, and whether it works on an idle machine only.
        std::optional<std::pair<bool, bool>> told;
    };
    struct Deposit {
        Uint256 stake;
        std::uint64_t read_ms = 0;
    };
    /// What a step does after its transaction.
    struct Effects {
        std::vector<VerifyRequest> verifications;
        std::vector<client::stream::FetchAnswer> answers;
        std::vector<Address> answer_to;
        std::vector<std::pair<ConnectionId, client::stream::Login>> welcomes;
        std::vector<std::pair<ConnectionId, Error>> refusals;
        std::vector<Address> pauses;  ///< to be told whether they stand still
        std::map<ConnectionId, std::uint64_t> acknowledge;
        std::vector<std::promise<bool>> committed;
        std::vector<ConnectionId> taken;
        bool intents = false;
    };

    void run();
    void push(Input input);
    std::vector<Input> wait_for_inputs();
    std::uint64_t ms_until_next() const;
    void step(std::vector<Input> inputs);
    void record(std::span<const Fact> facts, const Now& now);
    /// Of a person: who may get tasks.
    void record_order(const Fact& order, const Now& now);
    void take(GateInput& input, const Now& now, Effects& effects);
    void take(LoginInput& input, const Now& now, Effects& effects);
    void take(MessageInput& input, const Now& now, Effects& effects);
    void take(const client::Outcome& outcome, const Now& now);
    void take(const VerifyResult& result, const Now& now);
    void take_report(const MessageInput& input, const Now& now);
    void notice_lost_workers(const Now& now);
    /// Whom a person, or the hour, lets stand still or work again since it was told.
    void notice_pauses(const Now& now, Effects& effects);
    void ban(const WorkerBanned& order, const Now& now, Effects& effects);
    static Error banned_error();
    void decide_all(const Now& now, Effects& effects);
    void carry_out(Effects& effects);
    void tell_pauses(const std::vector<Address>& workers);
    void send_commands(const Address& worker, Link& link);
    client::stream::Command complete_command(const Address& worker, client::stream::Command command) const;
    std::vector<Offer> offers_locked() const;
    /// Steady ms of the last sign of life within this process; its start where there was none.
    std::uint64_t heard_locked(const Address& worker) const;
    void refresh_deposits();
    Now now() const;

    CoreConfig config_;
    CorePorts ports_;
    std::uint64_t started_ms_;
    std::uint64_t started_steady_ms_;

    mutable std::mutex inbox_mutex_;
    std::condition_variable inbox_changed_;
    std::deque<Input> inbox_;
    bool stopping_ = false;

    mutable std::shared_mutex state_mutex_;  ///< state_, links_, left_ms_, deposits_, decider_'s figures
    State state_;
    std::map<Address, Link> links_;
    std::map<Address, Deposit> deposits_;
    std::map<Address, std::uint64_t> left_ms_;  ///< monotonic: when a worker's last connection ended

    // The core's thread only.
    Decider decider_;
    std::set<TaskId> verifying_;
    std::uint64_t next_purge_ms_ = 0;
    Hash head_hash_;
    std::uint64_t head_number_ = 0;
    std::uint64_t deposits_asked_ms_ = 0;
    std::thread thread_;
};

}  // namespace bourse::scheduler
