// A whole pool in memory, without threads or clocks: a model of the hub, workers of several characters, and the decider
// over a log of facts. The scheduler is killed after every single fact in turn; what it does afterwards must end the
// same.
#pragma once

#include <bourse/scheduler/decider.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/poco/consensus.hpp>

#include <gtest/gtest.h>

namespace bourse::scheduler {

using client::stream::CommandKind;
using poco::TaskStatus;

struct Killed {};

enum class Character { kHonest, kCheat, kSilent, kNeverReveals, kFailsUploads, kAborts };

inline Address sim_worker(std::size_t n) {
    Address address;
    address.data.fill(static_cast<std::uint8_t>(n + 1));
    return address;
}

/// The hub's rules, as far as a task's life needs them.
struct SimChain {
    struct SimTask {
        DealId deal;
        std::uint64_t index = 0;
        TaskStatus status = TaskStatus::kUnset;
        std::map<Address, Hash> contributions;
        std::set<Address> rejected, revealed;
        std::map<Hash, Uint256> groups;
        Uint256 total{1};
        Hash consensus;
        std::uint64_t winners = 0;
        std::uint64_t reveal_deadline_s = 0;
    };
    std::map<TaskId, SimTask> tasks;
    std::map<DealId, DealSeen> deals;
    std::vector<Fact> emitted;
    std::uint64_t block = 1;
    std::uint64_t time_s = 1'000;
    std::uint64_t refused = 0;

    void add_deal(const DealSeen& deal) {
        deals[deal.deal] = deal;
        emitted.emplace_back(deal);
    }
    bool initialize(const DealId& deal, std::uint64_t index) {
        const auto id = poco::task_id(deal, Uint256{index});
        auto& task = tasks[id];
        if (task.status != TaskStatus::kUnset) return false;
        task.deal = deal;
        task.index = index;
        task.status = TaskStatus::kActive;
        emitted.emplace_back(TaskInitialized{id, deal, index, block});
        return true;
    }
    bool contribute(const TaskId& id, const Address& worker, const Hash& value) {
        auto& task = tasks[id];
        const auto& deal = deals[task.deal];
        if (task.status != TaskStatus::kActive || time_s >= deal.start_s + 7 * deal.time_ref_s) return false;
        if (!task.contributions.emplace(worker, value).second) return false;
        emitted.emplace_back(TaskContributed{id, worker, value, block, time_s * 1'000});
        const poco::Credibility before{task.groups[value], task.total};
        const auto after = *poco::add_contribution(before, Uint256{2});
        task.groups[value] = after.group;
        task.total = after.total;
        if (!poco::is_consensus(after, deal.trust).value()) return true;
        task.status = TaskStatus::kRevealing;
        task.consensus = value;
        task.winners = 0;
        for (const auto& [who, what] : task.contributions)
            task.winners += what == value && !task.rejected.contains(who) ? 1U : 0U;
        task.reveal_deadline_s = time_s + 2 * deal.time_ref_s;
        emitted.emplace_back(ConsensusReached{id, value, block, time_s});
        return true;
    }
    bool reveal(const TaskId& id, const Address& worker) {
        auto& task = tasks[id];
        const auto mine = task.contributions.find(worker);
        if (task.status != TaskStatus::kRevealing || time_s >= task.reveal_deadline_s) return false;
        if (mine == task.contributions.end() || mine->second != task.consensus || task.rejected.contains(worker))
            return false;
        if (!task.revealed.insert(worker).second) return false;
        emitted.emplace_back(TaskRevealed{id, worker, task.consensus, block});
        return true;
    }
    bool finalize(const TaskId& id) {
        auto& task = tasks[id];
        const auto& deal = deals[task.deal];
        if (task.status != TaskStatus::kRevealing || time_s >= deal.start_s + 10 * deal.time_ref_s) return false;
        const bool all = task.revealed.size() == task.winners;
        if (!all && (task.revealed.empty() || time_s < task.reveal_deadline_s)) return false;
        task.status = TaskStatus::kCompleted;
        emitted.emplace_back(TaskFinalized{id, Bytes{1}, block, time_s * 1'000});
        return true;
    }
    bool reopen(const TaskId& id) {
        auto& task = tasks[id];
        if (task.status != TaskStatus::kRevealing || time_s < task.reveal_deadline_s || !task.revealed.empty())
            return false;
        for (const auto& [who, what] : task.contributions) {
            if (what == task.consensus) task.rejected.insert(who);
        }
        task.total -= task.groups[task.consensus];
        task.groups[task.consensus] = Uint256{};
        task.consensus = Hash{};
        task.status = TaskStatus::kActive;
        emitted.emplace_back(TaskReopened{id, block});
        return true;
    }
    bool claim(const TaskId& id) {
        auto& task = tasks[id];
        const auto& deal = deals[task.deal];
        const bool open = task.status == TaskStatus::kActive || task.status == TaskStatus::kRevealing;
        if (!open || time_s < deal.start_s + 10 * deal.time_ref_s) return false;
        task.status = TaskStatus::kFailed;
        emitted.emplace_back(TaskClaimed{id, block, time_s * 1'000});
        return true;
    }
};

class Sim {
public:
    explicit Sim(std::vector<Character> characters) : characters_(std::move(characters)), decider_(config()) {}

    static DeciderConfig config() {
        DeciderConfig out;
        out.supply.private_pool = true;
        out.supply.again_after_ms = 500;
        out.max_array = 5;
        out.min_window = 6;
        return out;
    }
    DealId buy(std::uint64_t tasks, std::uint64_t trust, std::uint64_t time_ref_s = 100) {
        DealSeen deal;
        deal.deal = DealId(crypto::keccak256("deal" + std::to_string(chain_.deals.size())));
        deal.trust = Uint256{trust};
        deal.time_ref_s = time_ref_s;
        deal.start_s = chain_.time_s;
        deal.first = 10;
        deal.count = tasks;
        deal.worker_stake = Uint256{1};
        chain_.add_deal(deal);
        return deal.deal;
    }
    /// The process dies when the log has so many facts.
    void kill_at(std::size_t facts) { kill_at_ = facts; }

    /// Runs until every task of every deal has ended (true) or the steps are used up.
    bool run(int steps) {
        for (int i = 0; i < steps; ++i) {
            try {
                step();
            } catch (const Killed&) {
                restart();
            }
            if (is_over()) return true;
        }
        return false;
    }
    bool is_over() const {
        std::uint64_t wanted = 0;
        for (const auto& [id, deal] : chain_.deals) wanted += deal.count;
        const auto ended = std::ranges::count_if(chain_.tasks, [](const auto& row) {
            return row.second.status == TaskStatus::kCompleted || row.second.status == TaskStatus::kFailed;
        });
        return static_cast<std::uint64_t>(ended) == wanted && cursor_ == chain_.emitted.size() && intents_.empty();
    }
    std::map<TaskId, TaskStatus> outcome() const {
        std::map<TaskId, TaskStatus> out;
        for (const auto& [id, task] : chain_.tasks) out[id] = task.status;
        return out;
    }
    const std::vector<Fact>& log() const { return log_; }
    const State& state() const { return state_; }
    SimChain& chain() { return chain_; }
    std::uint64_t restarts() const { return restarts_; }
    void skip(std::uint64_t seconds) { chain_.time_s += seconds; }

private:
    Now now() const { return {chain_.time_s, ms_}; }

    void record(const Fact& fact) {
        if (kill_at_ && log_.size() == *kill_at_) {
            kill_at_.reset();
            throw Killed{};
        }
        log_.push_back(fact);
        std::set<TaskId> touched;
        state_.apply(fact, touched);
        decider_.touch(touched);
    }

    /// What a new process finds: the log, the outbox's table, the chain, and workers that come back.
    void restart() {
        ++restarts_;
        state_ = State{};
        std::set<TaskId> touched;
        std::size_t chain_facts = 0;
        for (const auto& fact : log_) {
            state_.apply(fact, touched);
            chain_facts += is_chain_fact(fact) ? 1U : 0U;
        }
        cursor_ = chain_facts;
        decider_ = Decider(config());
        decider_.begin(state_);
        // The outbox shares the log's transactions: it has what was submitted and not reported as ended.
        for (const auto& [key, intent] : state_.intents()) intents_.try_emplace(key, intent);
        std::erase_if(intents_, [&](const auto& row) { return !state_.intents().contains(row.first); });
        joined_ = false;
    }

    static bool is_chain_fact(const Fact& fact) {
        return std::holds_alternative<DealSeen>(fact) || std::holds_alternative<TaskInitialized>(fact) ||
               std::holds_alternative<TaskContributed>(fact) || std::holds_alternative<ConsensusReached>(fact) ||
               std::holds_alternative<TaskRevealed>(fact) || std::holds_alternative<TaskReopened>(fact) ||
               std::holds_alternative<TaskFinalized>(fact) || std::holds_alternative<TaskClaimed>(fact);
    }

    void join() {
        if (std::exchange(joined_, true)) return;
        for (std::size_t n = 0; n < characters_.size(); ++n) {
            WorkerJoined fact;
            fact.worker = fact.owner = sim_worker(n);
            fact.slots = 2;
            fact.last_seq = taken_[fact.worker];
            fact.ms = ms_;
            record(fact);
        }
        decider_.touch_supply();
    }

    std::vector<Offer> offers() const {
        std::vector<Offer> out;
        for (const auto& [address, worker] : state_.workers()) {
            Offer offer;
            offer.worker = address;
            offer.owner = worker.owner;
            offer.weight = Uint256{2};
            offer.slots = worker.slots;
            const auto busy = state_.busy_slots(address);
            offer.free = worker.slots > busy ? worker.slots - busy : 0;
            offer.spendable = Uint256{1'000};
            offer.connected = !worker.lost;
            out.push_back(offer);
        }
        return out;
    }

    void step() {
        ms_ += 100;
        chain_.time_s += ms_ % 1'000 == 0 ? 1U : 0U;
        ++chain_.block;
        join();
        while (cursor_ < chain_.emitted.size()) {
            record(chain_.emitted[cursor_]);
            ++cursor_;
            decider_.touch_supply();
        }
        decider_.touch_due(now());
        for (int round = 0; decider_.has_work(); ++round) {
            ASSERT_LT(round, 1'000) << "decisions without end";
            decide_once();
        }
        work();
        execute();
    }

    void decide_once() {
        const auto decisions = decider_.decide(state_, now(), offers(), crypto::keccak256("seed"), chain_.block);
        for (const auto& fact : decisions.facts) {
            record(fact);
            if (const auto* intent = std::get_if<IntentSubmitted>(&fact)) intents_.try_emplace(intent->key, *intent);
        }
        for (const auto& request : decisions.verifications) {
            const bool stored = uploads_.contains(request.task);
            if (stored) record(UploadVerified{request.task, request.worker, request.cid});
            if (!stored) record(UploadRefused{request.task, request.worker, "not there", ms_});
        }
    }

    void work() {
        for (std::size_t n = 0; n < characters_.size(); ++n) {
            const auto worker = sim_worker(n);
            const auto* known = state_.worker(worker);
            if (known == nullptr) continue;
            const auto commands = known->commands;
            for (const auto& [seq, command] : commands) {
                if (seq > taken_[worker]) {
                    // Done as soon as taken; the report may be lost by a kill, the deed not.
                    taken_[worker] = seq;
                    obey(worker, characters_[n], command);
                }
                record(CommandsAcknowledged{worker, seq});
            }
        }
        auto reports = std::exchange(reports_, {});
        for (std::size_t i = 0; i < reports.size(); ++i) {
            try {
                record(reports[i]);
                decider_.touch_supply();
            } catch (const Killed&) {
                // Unconfirmed reports come again.
                reports_.assign(reports.begin() + static_cast<std::ptrdiff_t>(i), reports.end());
                throw;
            }
        }
    }

    void report(const Address& worker, const TaskId& task, const std::string& status) {
        WorkerReported fact;
        fact.worker = worker;
        fact.task = task;
        fact.status = status;
        fact.cid = "bafy";
        fact.ms = ms_;
        reports_.push_back(fact);
    }

    void obey(const Address& worker, Character character, const client::stream::Command& command) {
        switch (command.kind) {
            case CommandKind::kAssign:
                if (character == Character::kSilent) return;
                if (character == Character::kAborts) return report(worker, command.task, "ABORTED");
                chain_.refused +=
                    chain_.contribute(command.task, worker,
                                      crypto::keccak256(character == Character::kCheat ? "cheat" : "honest"))
                        ? 0U
                        : 1U;
                return report(worker, command.task, "CONTRIBUTED");
            case CommandKind::kReveal:
                if (character != Character::kNeverReveals) chain_.reveal(command.task, worker);
                return;
            case CommandKind::kUpload:
                if (character == Character::kFailsUploads) return report(worker, command.task, "RESULT_UPLOAD_FAILED");
                uploads_.insert(command.task);
                return report(worker, command.task, "RESULT_UPLOADED");
            case CommandKind::kComplete:
            case CommandKind::kAbort:
                return;
        }
    }

    void execute() {
        for (const auto& [key, intent] : std::map(intents_)) {
            bool done = true;
            for (const auto& id : intent.tasks) {
                const auto* task = state_.task(id);
                switch (intent.kind) {
                    case IntentKind::kInitialize:
                        done = chain_.initialize(task->deal, task->index) && done;
                        break;
                    case IntentKind::kInitializeAndClaim:
                        chain_.initialize(task->deal, task->index);
                        done = chain_.claim(id) && done;
                        break;
                    case IntentKind::kClaim:
                        done = chain_.claim(id) && done;
                        break;
                    case IntentKind::kFinalize:
                        done = chain_.finalize(id) && done;
                        break;
                    case IntentKind::kReopen:
                        done = chain_.reopen(id) && done;
                        break;
                }
            }
            // The outbox remembers the outcome if the process dies before the fact is written.
            ended_[key] = ended_.contains(key) ? ended_[key] || done : done;
            record(IntentEnded{key, ended_[key], "", ms_});
            ended_.erase(key);
            intents_.erase(key);
        }
    }

    std::vector<Character> characters_;
    Decider decider_;
    State state_;
    std::vector<Fact> log_;
    SimChain chain_;
    std::size_t cursor_ = 0;
    std::map<std::string, IntentSubmitted> intents_;
    std::map<std::string, bool> ended_;
    std::map<Address, std::uint64_t> taken_;
    std::set<TaskId> uploads_;
    std::vector<Fact> reports_;
    std::optional<std::size_t> kill_at_;
    std::uint64_t ms_ = 1'000'000;
    std::uint64_t restarts_ = 0;
    bool joined_ = false;
};

}  // namespace bourse::scheduler
