#include <bourse/scheduler/state.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/poco/rewards.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

constexpr std::size_t kKeptDurations = 100;
constexpr std::size_t kMinDurations = 5;
constexpr std::size_t kMaxHistory = 64;

template <class Replicates>
auto* latest_of(Replicates& replicates, const Address& worker) noexcept {
    const auto found =
        std::ranges::find(replicates.rbegin(), replicates.rend(), worker, [](const Replicate& r) { return r.worker; });
    return found == replicates.rend() ? nullptr : &*found;
}

}  // namespace

const Replicate* Task::replicate_of(const Address& worker) const noexcept { return latest_of(replicates, worker); }
Replicate* Task::replicate_of(const Address& worker) noexcept { return latest_of(replicates, worker); }

std::uint64_t Task::winners() const noexcept {
    return static_cast<std::uint64_t>(std::ranges::count_if(replicates, [&](const Replicate& r) {
        return r.hash == consensus && !consensus.is_zero() &&
               (r.chain == poco::ContributionStatus::kContributed || r.chain == poco::ContributionStatus::kProved);
    }));
}

std::uint64_t Task::revealed() const noexcept {
    return static_cast<std::uint64_t>(
        std::ranges::count(replicates, poco::ContributionStatus::kProved, &Replicate::chain));
}

std::optional<std::uint64_t> Durations::p95() const {
    if (ms.size() < kMinDurations) return std::nullopt;
    std::vector<std::uint64_t> sorted(ms.begin(), ms.end());
    std::ranges::sort(sorted);
    return sorted[(sorted.size() * 95 + 99) / 100 - 1];
}

IntentMark& mark_of(Task& task, IntentKind kind) noexcept {
    switch (kind) {
        case IntentKind::kInitialize:
            return task.initialize;
        case IntentKind::kFinalize:
            return task.finalize;
        case IntentKind::kReopen:
            return task.reopen;
        case IntentKind::kClaim:
        case IntentKind::kInitializeAndClaim:
            return task.claim;
    }
    BOURSE_UNREACHABLE();
}

const Task* State::task(const TaskId& id) const noexcept {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : &found->second;
}

Task* State::find_task(const TaskId& id) noexcept {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? nullptr : &found->second;
}

const Deal* State::deal(const DealId& id) const noexcept {
    const auto found = deals_.find(id);
    return found == deals_.end() ? nullptr : &found->second;
}

const Worker* State::worker(const Address& address) const noexcept {
    const auto found = workers_.find(address);
    return found == workers_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> State::usual_ms(const Deal& deal) const {
    const auto found = durations_.find({deal.facts.app, deal.facts.time_ref_s});
    return found == durations_.end() ? std::nullopt : found->second.p95();
}

std::uint64_t State::busy_slots(const Address& address) const {
    const auto* known = worker(address);
    if (known == nullptr) return 0;
    return static_cast<std::uint64_t>(std::ranges::count_if(known->active, [&](const TaskId& id) {
        const auto* replicate = task(id)->replicate_of(address);
        return replicate != nullptr && replicate->is_pending() && !replicate->computed;
    }));
}

void State::apply(const Fact& fact, std::set<TaskId>& touched) {
    std::visit([&](const auto& f) { on(f, touched); }, fact);
}

// ---- chain
// -----------------------------------------------------------------------------------------------------------

void State::on(const DealSeen& fact, std::set<TaskId>&) {
    const bool is_new = deals_.try_emplace(fact.deal, Deal{fact, 0, 0}).second;
    if (is_new && fact.count > 0) folded_.insert(fact.deal);
}

Task& State::make_task(const Deal& deal, std::uint64_t index) {
    const auto id = poco::task_id(deal.facts.deal, Uint256{index});
    auto [at, is_new] = tasks_.try_emplace(id);
    if (is_new) {
        at->second.id = id;
        at->second.deal = deal.facts.deal;
        at->second.index = index;
        open_.insert(id);
    }
    return at->second;
}

void State::on(const TasksUnfolded& fact, std::set<TaskId>& touched) {
    const auto found = deals_.find(fact.deal);
    if (found == deals_.end()) return;
    auto& deal = found->second;
    for (auto index = fact.first; index < fact.first + fact.count; ++index) {
        const bool is_new = !tasks_.contains(poco::task_id(fact.deal, Uint256{index}));
        touched.insert(make_task(deal, index).id);
        if (is_new) ++deal.open;
    }
    deal.unfolded = std::max(deal.unfolded, fact.first + fact.count - deal.facts.first);
    if (deal.unfolded >= deal.facts.count) folded_.erase(fact.deal);
}

void State::on(const TaskInitialized& fact, std::set<TaskId>& touched) {
    const auto found = deals_.find(fact.deal);
    if (found == deals_.end()) return;
    const bool is_new = !tasks_.contains(fact.task);
    auto& task = make_task(found->second, fact.index);
    if (is_new) ++found->second.open;
    if (task.status != poco::TaskStatus::kUnset) return;
    task.status = poco::TaskStatus::kActive;
    task.history.emplace_back("ACTIVE", fact.block);
    touched.insert(task.id);
}

void State::on(const TaskContributed& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    auto* replicate = task->replicate_of(fact.worker);
    if (replicate == nullptr) {
        // Engaged by a log that is lost, with an authorisation that is still valid: the chain is right.
        replicate = &task->replicates.emplace_back();
        replicate->worker = fact.worker;
        replicate->weight = Uint256{2};
        replicate->assigned_ms = fact.ms;
        replicate->round = task->round;
    }
    replicate->chain = poco::ContributionStatus::kContributed;
    replicate->hash = fact.hash;
    replicate->round = task->round;
    replicate->computed = true;
    touched.insert(task->id);
    const auto& deal = deals_.at(task->deal).facts;
    auto& kept = durations_[{deal.app, deal.time_ref_s}].ms;
    kept.push_back(fact.ms > replicate->assigned_ms ? fact.ms - replicate->assigned_ms : 0);
    if (kept.size() > kKeptDurations) kept.pop_front();
}

void State::on(const ConsensusReached& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    task->status = poco::TaskStatus::kRevealing;
    task->consensus = fact.value;
    task->consensus_block = fact.block;
    task->reveal_deadline_s = fact.time_s + 2 * deals_.at(task->deal).facts.time_ref_s;
    task->history.emplace_back("REVEALING", fact.block);
    touched.insert(task->id);
}

void State::on(const TaskRevealed& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    task->digest = fact.digest;
    if (auto* replicate = task->replicate_of(fact.worker)) replicate->chain = poco::ContributionStatus::kProved;
    touched.insert(task->id);
}

void State::on(const TaskReopened& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    for (auto& replicate : task->replicates) {
        if (replicate.chain == poco::ContributionStatus::kContributed && replicate.hash == task->consensus) {
            replicate.chain = poco::ContributionStatus::kRejected;
        }
        replicate.upload = Replicate::Upload::kNone;
        replicate.upload_tries = 0;
        replicate.reveal_commanded = false;
    }
    task->status = poco::TaskStatus::kActive;
    task->consensus = Hash{};
    task->consensus_block = 0;
    task->reveal_deadline_s = 0;
    task->verified_cid.clear();
    task->uploader = Address{};
    task->reopen = IntentMark{};
    task->finalize = IntentMark{};
    ++task->round;
    task->history.emplace_back("REOPENED", fact.block);
    touched.insert(task->id);
}

void State::close_task(Task& task, std::uint64_t ms) {
    if (open_.erase(task.id) == 0) return;
    auto& deal = deals_.at(task.deal);
    if (deal.open > 0) --deal.open;
    tally_.task_ended(task, deal, workers_, ms);
}

void State::on(const TaskFinalized& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    task->status = poco::TaskStatus::kCompleted;
    task->results = fact.results;
    task->history.emplace_back("COMPLETED", fact.block);
    close_task(*task, fact.ms);
    touched.insert(task->id);
}

void State::on(const TaskClaimed& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    task->status = poco::TaskStatus::kFailed;
    task->history.emplace_back("FAILED", fact.block);
    close_task(*task, fact.ms);
    touched.insert(task->id);
}

void State::on(const ScoreMoved& fact, std::set<TaskId>&) {
    const auto found = workers_.find(fact.worker);
    if (found == workers_.end() || fact.block <= found->second.score_block) return;
    auto& score = found->second.score;
    score = fact.accurate ? score + Uint256{1} : poco::slashed_score(score).value_or(Uint256{});
}

// ---- workers
// ---------------------------------------------------------------------------------------------------------

void State::set_silence(const Address& worker, std::uint64_t silent_ms, std::set<TaskId>& touched) {
    const auto found = workers_.find(worker);
    if (found == workers_.end()) return;
    found->second.lost = silent_ms != 0;
    found->second.lost_ms = silent_ms;
    for (const auto& id : found->second.active) {
        auto* replicate = tasks_.at(id).replicate_of(worker);
        if (replicate == nullptr || replicate->silent_ms == silent_ms) continue;
        replicate->silent_ms = silent_ms;
        touched.insert(id);
    }
}

void State::on(const WorkerJoined& fact, std::set<TaskId>& touched) {
    auto& worker = workers_[fact.worker];
    worker.address = fact.worker;
    worker.owner = fact.owner;
    worker.name = fact.name;
    worker.software = fact.software;
    worker.slots = fact.slots;
    worker.tags = fact.tags;
    worker.cores = fact.cores;
    worker.memory_mib = fact.memory_mib;
    worker.os = fact.os;
    worker.platform = fact.platform;
    worker.cpu = fact.cpu;
    worker.prefix = fact.prefix;
    worker.score = fact.score;
    worker.score_block = fact.score_block;
    worker.joined_ms = fact.ms;
    // A worker ahead of us: the machine lost power and with it our newest facts. Go on above what it has seen.
    worker.next_seq = std::max(worker.next_seq, fact.last_seq + 1);
    on(CommandsAcknowledged{fact.worker, fact.last_seq}, touched);
    set_silence(fact.worker, 0, touched);
}

void State::on(const WorkerLost& fact, std::set<TaskId>& touched) { set_silence(fact.worker, fact.ms, touched); }
void State::on(const WorkerHeard& fact, std::set<TaskId>& touched) { set_silence(fact.worker, 0, touched); }

void State::on(const WorkerReported& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    auto* replicate = task == nullptr ? nullptr : task->replicate_of(fact.worker);
    if (replicate == nullptr) return;
    if (replicate->status != fact.status && replicate->history.size() < kMaxHistory) {
        replicate->history.emplace_back(fact.status, fact.ms);
    }
    replicate->status = fact.status;
    if (!fact.cause.empty()) replicate->cause = fact.cause;
    if (!fact.message.empty()) replicate->message = fact.message;
    if (fact.exit_code) replicate->exit_code = fact.exit_code;
    replicate->paused_ms = std::max(replicate->paused_ms, fact.paused_ms);
    replicate->fetched.insert(fact.fetched.begin(), fact.fetched.end());
    if (fact.status == "COMPUTED" || fact.status == "CONTRIBUTING" || fact.status == "CONTRIBUTED")
        replicate->computed = true;
    if (fact.status == "ABORTED" && !replicate->ended && replicate->chain == poco::ContributionStatus::kUnset) {
        replicate->dropped = true;
        replicate->dropped_ms = fact.ms;
    }
    if (fact.status == "RESULT_UPLOADED" && task->verified_cid.empty()) {
        replicate->upload = Replicate::Upload::kReported;
        replicate->upload_ms = fact.ms;
        replicate->cid = fact.cid;
        replicate->link = fact.link;
        replicate->callback_data = fact.callback_data;
    }
    if (fact.status == "RESULT_UPLOAD_FAILED" && replicate->upload == Replicate::Upload::kRequested) {
        replicate->upload = Replicate::Upload::kFailed;
        replicate->upload_ms = fact.ms;
    }
    if (replicate->dropped || replicate->ended) workers_.at(fact.worker).active.erase(task->id);
    touched.insert(task->id);
}

void State::on(const CommandsAcknowledged& fact, std::set<TaskId>&) {
    const auto found = workers_.find(fact.worker);
    if (found == workers_.end()) return;
    auto& worker = found->second;
    worker.acknowledged = std::max(worker.acknowledged, std::min(fact.seq, worker.next_seq - 1));
    worker.commands.erase(worker.commands.begin(), worker.commands.upper_bound(worker.acknowledged));
}

// ---- decisions
// -------------------------------------------------------------------------------------------------------

void State::issue(Worker& worker, client::stream::Command command) {
    worker.next_seq = std::max(worker.next_seq, command.seq + 1);
    worker.commands.emplace(command.seq, std::move(command));
}

void State::on(const WorkerAssigned& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    const auto worker = workers_.find(fact.worker);
    if (task == nullptr || worker == workers_.end()) return;
    auto& replicate = task->replicates.emplace_back();
    replicate.worker = fact.worker;
    replicate.round = task->round;
    replicate.weight = fact.weight;
    replicate.fast = fact.fast;
    replicate.assigned_ms = fact.ms;
    replicate.history.emplace_back("ASSIGNED", fact.ms);
    replicate.silent_ms = worker->second.lost_ms;
    worker->second.active.insert(task->id);
    client::stream::Command command;
    command.seq = fact.seq;
    command.kind = client::stream::CommandKind::kAssign;
    command.task = fact.task;
    command.deal = task->deal;
    command.index = task->index;
    command.fast = fact.fast;
    issue(worker->second, std::move(command));
    touched.insert(task->id);
}

void State::on(const CommandIssued& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    const auto worker = workers_.find(fact.worker);
    auto* replicate = task == nullptr ? nullptr : task->replicate_of(fact.worker);
    if (replicate == nullptr || worker == workers_.end()) return;
    switch (fact.kind) {
        case client::stream::CommandKind::kReveal:
            replicate->reveal_commanded = true;
            break;
        case client::stream::CommandKind::kUpload:
            replicate->upload = Replicate::Upload::kRequested;
            replicate->status = "RESULT_UPLOAD_REQUESTED";
            replicate->upload_ms = fact.ms;
            ++replicate->upload_tries;
            task->uploader = fact.worker;
            break;
        case client::stream::CommandKind::kComplete:
        case client::stream::CommandKind::kAbort:
            replicate->ended = true;
            worker->second.active.erase(task->id);
            break;
        case client::stream::CommandKind::kAssign:
            break;
    }
    client::stream::Command command;
    command.seq = fact.seq;
    command.kind = fact.kind;
    command.task = fact.task;
    command.block = fact.block;
    command.cause = fact.cause;
    issue(worker->second, std::move(command));
    touched.insert(task->id);
}

void State::on(const UploadVerified& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    if (task == nullptr) return;
    task->verified_cid = fact.cid;
    task->uploader = fact.worker;
    touched.insert(task->id);
}

void State::on(const UploadRefused& fact, std::set<TaskId>& touched) {
    auto* task = find_task(fact.task);
    auto* replicate = task == nullptr ? nullptr : task->replicate_of(fact.worker);
    if (replicate == nullptr) return;
    replicate->upload = Replicate::Upload::kFailed;
    replicate->upload_ms = fact.ms;
    replicate->message = fact.reason;
    touched.insert(task->id);
}

void State::on(const IntentSubmitted& fact, std::set<TaskId>& touched) {
    intents_.insert_or_assign(fact.key, fact);
    for (const auto& id : fact.tasks) {
        auto* task = find_task(id);
        if (task == nullptr) continue;
        mark_of(*task, fact.kind).key = fact.key;
        touched.insert(id);
    }
}

void State::on(const IntentEnded& fact, std::set<TaskId>& touched) {
    const auto found = intents_.find(fact.key);
    if (found == intents_.end()) return;
    for (const auto& id : found->second.tasks) {
        auto* task = find_task(id);
        if (task == nullptr) continue;
        auto& mark = mark_of(*task, found->second.kind);
        if (mark.key != fact.key) continue;
        // A transaction that is done keeps its mark until the event arrives, so that it is not sent twice.
        if (!fact.done) {
            mark.key.clear();
            ++mark.failures;
            mark.failed_ms = fact.ms;
        }
        touched.insert(id);
    }
    intents_.erase(found);
}

void State::on(const DrainChanged& fact, std::set<TaskId>&) { draining_ = fact.draining; }

void State::on(const WorkerDrained& fact, std::set<TaskId>&) {
    if (const auto found = workers_.find(fact.worker); found != workers_.end()) found->second.draining = fact.draining;
}

void State::on(const WorkerPaused& fact, std::set<TaskId>&) {
    if (const auto found = workers_.find(fact.worker); found != workers_.end()) found->second.paused = fact.paused;
}

void State::on(const WorkerTerms& fact, std::set<TaskId>&) {
    if (const auto found = workers_.find(fact.worker); found != workers_.end()) found->second.terms = fact.terms;
}

void State::on(const WorkerBanned& fact, std::set<TaskId>&) {
    if (const auto found = workers_.find(fact.worker); found != workers_.end()) found->second.banned = fact.banned;
}

}  // namespace bourse::scheduler
