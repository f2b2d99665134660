// Turns what the tasks want into facts, transactions and messages. Deterministic: given the same state, inputs and
// times it decides the same; all effects are carried out by the core after the decisions are in the log.
#pragma once

#include <bourse/client/outbox.hpp>
#include <bourse/scheduler/supply.hpp>

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace bourse::scheduler {

struct DeciderConfig {
    Address hub;
    Policy policy;
    SupplyPolicy supply;
    std::uint64_t max_array = 50;   ///< tasks in one initializeArray or claimArray
    std::uint64_t min_window = 32;  ///< tasks that are unfolded and wait for workers: at least so many
    std::uint64_t gather_ms = 200;  ///< how long a fresh task waits for more free workers
};

struct VerifyRequest {
    TaskId task;
    Address worker;
    std::string cid;
};

/// What one round decided.
struct Decisions {
    std::vector<Fact> facts;
    std::vector<client::Intent> intents;
    std::vector<VerifyRequest> verifications;
};

class Decider {
public:
    explicit Decider(DeciderConfig config) : config_(std::move(config)) {}

    /// Plans for everything in the state: after a start.
    void begin(const State& state);
    /// Tasks to look at again.
    void touch(const std::set<TaskId>& tasks) { touched_.insert(tasks.begin(), tasks.end()); }
    /// Tasks whose timers have run out.
    void touch_due(const Now& now);
    /// A worker came, went or has a slot again.
    void touch_supply() { supply_due_ = true; }
    bool has_work() const noexcept { return !touched_.empty() || supply_due_; }

    /// One round. The caller logs and applies the facts, touches what they touched, and repeats until has_work() is
    /// false. `offers`: the workers as they are; `seed`: hash of the newest block, `seed_block` its number.
    Decisions decide(const State& state, const Now& now, const std::vector<Offer>& offers, const Hash& seed,
                     std::uint64_t seed_block);

    /// When to call touch_due() next.
    Wake next() const;

    struct Figures {
        std::uint64_t waiting_for_workers = 0;
        std::map<std::string, std::uint64_t> refusals;  ///< by reason, since the start
        std::uint64_t assigned = 0;
    };
    const Figures& figures() const noexcept { return figures_; }

private:
    struct Round;

    void plan_task(const Task& task, Round& round);
    void carry_out(const Task& task, const Action& action, Round& round);
    void command(const Task& task, const Action& action, Round& round);
    void set_timers(const Task& task, const Wake& wake);
    void drop_timers(const TaskId& id);
    void unfold_bags(Round& round);
    void unfold(const Deal& deal, std::uint64_t most, Round& round);
    void supply(Round& round);
    bool supply_task(const Task& task, Round& round);
    std::vector<Offer> eligible(const Task& task, const Deal& deal, Round& round, bool& others_busy);
    void assign(const Task& task, const Deal& deal, const Draw& draw, bool alone, Round& round);
    void send_arrays(Round& round);
    void send_array(IntentKind kind, std::vector<TaskId> tasks, Round& round);
    void send_one(const Task& task, IntentKind kind, Round& round);
    client::Intent finalize_intent(const Task& task, const Deal& deal) const;

    /// Tasks that want workers: those already begun first, then by contribution deadline, deal and index.
    struct Wanting {
        bool fresh = true;
        std::uint64_t deadline_s = 0;
        DealId deal;
        std::uint64_t index = 0;
        TaskId task;
        auto operator<=>(const Wanting&) const = default;
    };
    void want(const Task& task, const Deal& deal, bool wanted);

    DeciderConfig config_;
    std::set<TaskId> touched_;
    bool supply_due_ = false;
    std::set<Wanting> wanting_;
    std::map<TaskId, Wanting> wanting_by_task_;
    std::map<TaskId, std::uint64_t> waiting_since_ms_;
    std::set<TaskId> unset_;  ///< unfolded, not yet initialised
    std::set<std::pair<std::uint64_t, TaskId>> chain_timers_, wall_timers_;
    std::map<TaskId, Wake> timers_;
    std::optional<std::uint64_t> supply_at_ms_;
    std::optional<std::uint64_t> unfold_at_s_;  ///< when the rest of a bag is unfolded to be claimed
    Figures figures_;
};

/// Call data and gas of the scheduler's transactions.
Bytes array_call(IntentKind kind, const State& state, const std::vector<TaskId>& tasks);

}  // namespace bourse::scheduler
