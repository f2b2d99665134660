#include <bourse/scheduler/decider.hpp>

#include <bourse/base/assert.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/poco/selectors.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

namespace selectors = poco::selectors::hub;
using poco::TaskStatus;

// Priorities in the outbox: what is paid for first.
constexpr int kFinalizePriority = 30;
constexpr int kReopenPriority = 20;
constexpr int kInitializePriority = 10;
constexpr int kClaimPriority = 0;

// Gas never depends on state (chain.md §2); these are bounds that hold on EVM chains as well.
constexpr std::uint64_t kArrayBaseGas = 150'000;
constexpr std::uint64_t kInitializeGas = 250'000;
constexpr std::uint64_t kClaimGas = 300'000;
constexpr std::uint64_t kFinalizeGas = 1'500'000;
constexpr std::uint64_t kReopenGas = 300'000;

std::string list_key(std::string_view name, const std::vector<TaskId>& tasks) {
    Bytes all;
    for (const auto& id : tasks) append(all, id);
    return std::string(name) + ":" + to_hex(crypto::keccak256(all));
}

std::string_view array_name(IntentKind kind) {
    switch (kind) {
        case IntentKind::kInitialize:
            return "initialize";
        case IntentKind::kInitializeAndClaim:
            return "initialize-claim";
        case IntentKind::kClaim:
            return "claim";
        case IntentKind::kFinalize:
        case IntentKind::kReopen:
            break;
    }
    BOURSE_UNREACHABLE();
}

}  // namespace

struct Decider::Round {
    const State& state;
    Now now;
    std::vector<Offer> offers;  ///< free slots go down as workers are drawn
    Hash seed;
    std::uint64_t seed_block;
    Decisions out;
    std::map<Address, std::uint64_t> next_seq;
    std::map<IntentKind, std::vector<TaskId>> arrays;

    std::uint64_t take_seq(const Address& worker) {
        const auto* known = state.worker(worker);
        auto [at, is_new] = next_seq.try_emplace(worker, known == nullptr ? 1 : known->next_seq);
        return at->second++;
    }
};

Bytes array_call(IntentKind kind, const State& state, const std::vector<TaskId>& tasks) {
    std::vector<Bytes32> ids;
    std::vector<Uint256> indexes;
    for (const auto& id : tasks) {
        const auto* task = state.task(id);
        ids.push_back(kind == IntentKind::kClaim ? id.hash : task->deal.hash);
        indexes.emplace_back(task->index);
    }
    if (kind == IntentKind::kClaim) return abi::encode_call(selectors::kClaimArray, ids);
    return abi::encode_call(
        kind == IntentKind::kInitialize ? selectors::kInitializeArray : selectors::kInitializeAndClaimArray, ids,
        indexes);
}

void Decider::begin(const State& state) {
    touched_ = state.open_tasks();
    // Ended tasks may still owe their workers the last command.
    for (const auto& [address, worker] : state.workers()) touched_.insert(worker.active.begin(), worker.active.end());
    supply_due_ = true;
}

// ---- timers
// ----------------------------------------------------------------------------------------------------------

void Decider::drop_timers(const TaskId& id) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) return;
    if (found->second.chain_s) chain_timers_.erase({*found->second.chain_s, id});
    if (found->second.unix_ms) wall_timers_.erase({*found->second.unix_ms, id});
    timers_.erase(found);
}

void Decider::set_timers(const Task& task, const Wake& wake) {
    drop_timers(task.id);
    if (!wake.chain_s && !wake.unix_ms) return;
    if (wake.chain_s) chain_timers_.emplace(*wake.chain_s, task.id);
    if (wake.unix_ms) wall_timers_.emplace(*wake.unix_ms, task.id);
    timers_[task.id] = wake;
}

void Decider::touch_due(const Now& now) {
    for (auto at = chain_timers_.begin(); at != chain_timers_.end() && at->first <= now.chain_s; ++at)
        touched_.insert(at->second);
    for (auto at = wall_timers_.begin(); at != wall_timers_.end() && at->first <= now.unix_ms; ++at)
        touched_.insert(at->second);
    if (supply_at_ms_ && *supply_at_ms_ <= now.unix_ms) supply_due_ = true;
    if (unfold_at_s_ && *unfold_at_s_ <= now.chain_s) supply_due_ = true;
}

Wake Decider::next() const {
    Wake wake;
    if (!chain_timers_.empty()) wake.chain_s = chain_timers_.begin()->first;
    if (unfold_at_s_ && (!wake.chain_s || *unfold_at_s_ < *wake.chain_s)) wake.chain_s = unfold_at_s_;
    if (!wall_timers_.empty()) wake.unix_ms = wall_timers_.begin()->first;
    if (supply_at_ms_ && (!wake.unix_ms || *supply_at_ms_ < *wake.unix_ms)) wake.unix_ms = supply_at_ms_;
    return wake;
}

// ---- one round
// -------------------------------------------------------------------------------------------------------

Decisions Decider::decide(const State& state, const Now& now, const std::vector<Offer>& offers, const Hash& seed,
                          std::uint64_t seed_block) {
    Round round{state, now, offers, seed, seed_block, {}, {}, {}};
    for (const auto& id : std::exchange(touched_, {})) {
        if (const auto* task = state.task(id)) plan_task(*task, round);
    }
    unfold_bags(round);
    send_arrays(round);
    supply_due_ = false;
    supply(round);
    figures_.waiting_for_workers = wanting_.size();
    return std::move(round.out);
}

void Decider::plan_task(const Task& task, Round& round) {
    const auto* deal = round.state.deal(task.deal);
    const auto usual = round.state.usual_ms(*deal);
    const auto actions = next_actions(task, *deal, config_.policy, round.now, usual);
    const bool wanted = std::ranges::any_of(actions, [](const Action& a) { return a.kind == ActionKind::kSupply; });
    want(task, *deal, wanted);
    if (task.status == TaskStatus::kUnset) {
        unset_.insert(task.id);
    } else {
        unset_.erase(task.id);
    }
    for (const auto& action : actions) carry_out(task, action, round);
    set_timers(task, next_wake(task, *deal, config_.policy, round.now, usual));
}

void Decider::carry_out(const Task& task, const Action& action, Round& round) {
    switch (action.kind) {
        case ActionKind::kSupply:
            return;  // want() has taken note; supply() follows
        case ActionKind::kInitialize:
            round.arrays[IntentKind::kInitialize].push_back(task.id);
            return;
        case ActionKind::kClaim:
            round.arrays[IntentKind::kClaim].push_back(task.id);
            return;
        case ActionKind::kInitializeAndClaim:
            round.arrays[IntentKind::kInitializeAndClaim].push_back(task.id);
            return;
        case ActionKind::kFinalize:
            send_one(task, IntentKind::kFinalize, round);
            return;
        case ActionKind::kReopen:
            send_one(task, IntentKind::kReopen, round);
            return;
        case ActionKind::kVerify:
            round.out.verifications.push_back({task.id, action.worker, task.replicate_of(action.worker)->cid});
            return;
        case ActionKind::kReveal:
        case ActionKind::kUpload:
        case ActionKind::kComplete:
        case ActionKind::kAbort:
            command(task, action, round);
            return;
    }
    BOURSE_UNREACHABLE();
}

void Decider::command(const Task& task, const Action& action, Round& round) {
    if (round.state.worker(action.worker) == nullptr) return;  // never logged in here: nobody to tell
    using client::stream::CommandKind;
    CommandIssued fact;
    fact.worker = action.worker;
    fact.seq = round.take_seq(action.worker);
    fact.kind = action.kind == ActionKind::kReveal     ? CommandKind::kReveal
                : action.kind == ActionKind::kUpload   ? CommandKind::kUpload
                : action.kind == ActionKind::kComplete ? CommandKind::kComplete
                                                       : CommandKind::kAbort;
    fact.task = task.id;
    fact.block = action.kind == ActionKind::kReveal ? task.consensus_block : 0;
    fact.cause = action.cause;
    fact.ms = round.now.unix_ms;
    round.out.facts.emplace_back(std::move(fact));
}

// ---- bags
// ------------------------------------------------------------------------------------------------------------

void Decider::unfold(const Deal& deal, std::uint64_t most, Round& round) {
    TasksUnfolded fact;
    fact.deal = deal.facts.deal;
    fact.first = deal.facts.first + deal.unfolded;
    fact.count = std::min(most, deal.facts.count - deal.unfolded);
    round.out.facts.emplace_back(fact);
}

void Decider::unfold_bags(Round& round) {
    std::uint64_t slots = 0;
    for (const auto& offer : round.offers) slots += offer.slots;
    const auto window = std::max(config_.min_window, 2 * slots);
    auto waiting = static_cast<std::uint64_t>(unset_.size() + wanting_.size());
    unfold_at_s_.reset();
    std::vector<const Deal*> folded;
    for (const auto& id : round.state.folded_deals()) folded.push_back(round.state.deal(id));
    std::ranges::stable_sort(folded, {}, [](const Deal* deal) { return deal->contribution_deadline_s(); });
    for (const auto* deal : folded) {
        const auto over_at = deal->final_deadline_s() + config_.policy.margin_s;
        const bool over = round.now.chain_s >= over_at;
        if (!over) unfold_at_s_ = std::min(unfold_at_s_.value_or(UINT64_MAX), over_at);
        const bool late = round.now.chain_s >= deal->contribution_deadline_s();
        if (over) {
            unfold(*deal, config_.max_array, round);  // only to be claimed, one array after another
        } else if (!late && waiting < window) {
            const auto most = std::min(config_.max_array, window - waiting);
            unfold(*deal, most, round);
            waiting += std::min(most, deal->facts.count - deal->unfolded);
        }
    }
}

// ---- transactions
// ----------------------------------------------------------------------------------------------------

void Decider::send_arrays(Round& round) {
    for (auto& [kind, tasks] : round.arrays) {
        std::vector<TaskId> chunk;
        for (const auto& id : tasks) {
            auto task = *round.state.task(id);
            // One that failed before may spoil the whole array: it goes alone.
            if (mark_of(task, kind).failures > 0) {
                send_array(kind, {id}, round);
                continue;
            }
            chunk.push_back(id);
            if (chunk.size() == config_.max_array) send_array(kind, std::exchange(chunk, {}), round);
        }
        if (!chunk.empty()) send_array(kind, std::move(chunk), round);
    }
}

void Decider::send_array(IntentKind kind, std::vector<TaskId> tasks, Round& round) {
    client::Intent intent;
    intent.key = list_key(array_name(kind), tasks);
    intent.to = config_.hub;
    intent.data = array_call(kind, round.state, tasks);
    const auto each = kind == IntentKind::kInitialize ? kInitializeGas
                      : kind == IntentKind::kClaim    ? kClaimGas
                                                      : kInitializeGas + kClaimGas;
    intent.gas_limit = kArrayBaseGas + each * tasks.size();
    intent.priority = kind == IntentKind::kInitialize ? kInitializePriority : kClaimPriority;
    round.out.facts.emplace_back(IntentSubmitted{intent.key, kind, std::move(tasks)});
    round.out.intents.push_back(std::move(intent));
}

client::Intent Decider::finalize_intent(const Task& task, const Deal& deal) const {
    client::Intent intent;
    const auto* uploader = task.replicate_of(task.uploader);
    const auto callback = deal.facts.callback.is_zero() || uploader == nullptr ? Bytes{} : uploader->callback_data;
    intent.data =
        abi::encode_call(selectors::kFinalize, task.id.hash, client::make_result_link(task.verified_cid), callback);
    intent.key = "finalize:" + to_hex(task.id) + ":" + std::to_string(task.round);
    // A callback runs code of others: its gas is estimated.
    intent.gas_limit = deal.facts.callback.is_zero() ? kFinalizeGas : 0;
    intent.priority = kFinalizePriority;
    intent.deadline_s = deal.final_deadline_s();
    return intent;
}

void Decider::send_one(const Task& task, IntentKind kind, Round& round) {
    const auto& deal = *round.state.deal(task.deal);
    client::Intent intent;
    if (kind == IntentKind::kFinalize) {
        intent = finalize_intent(task, deal);
    } else {
        intent.data = abi::encode_call(selectors::kReopen, task.id.hash);
        intent.key = "reopen:" + to_hex(task.id) + ":" + std::to_string(task.round);
        intent.gas_limit = kReopenGas;
        intent.priority = kReopenPriority;
        intent.deadline_s = deal.final_deadline_s();
    }
    intent.to = config_.hub;
    round.out.facts.emplace_back(IntentSubmitted{intent.key, kind, {task.id}});
    round.out.intents.push_back(std::move(intent));
}

// ---- supply
// ----------------------------------------------------------------------------------------------------------

void Decider::want(const Task& task, const Deal& deal, bool wanted) {
    const auto known = wanting_by_task_.find(task.id);
    if (known != wanting_by_task_.end()) {
        wanting_.erase(known->second);
        wanting_by_task_.erase(known);
    }
    if (!wanted) {
        waiting_since_ms_.erase(task.id);
        return;
    }
    const Wanting row{task.replicates.empty(), deal.contribution_deadline_s(), task.deal, task.index, task.id};
    wanting_.insert(row);
    wanting_by_task_[task.id] = row;
}

void Decider::supply(Round& round) {
    supply_at_ms_.reset();
    std::uint64_t free = 0;
    for (const auto& offer : round.offers) free += offer.connected ? offer.free : 0;
    for (const auto& row : wanting_) {
        if (free == 0) return;
        const auto before = round.out.facts.size();
        supply_task(*round.state.task(row.task), round);
        free -= std::min<std::uint64_t>(free, round.out.facts.size() - before);
    }
}

std::vector<Offer> Decider::eligible(const Task& task, const Deal& deal, Round& round, bool& others_busy) {
    std::vector<Offer> able;
    std::vector<Offer> failed_here;
    for (const auto& offer : round.offers) {
        const auto why_not = refusal(task, deal, round.state, offer, config_.supply);
        if (!why_not) {
            able.push_back(offer);
            continue;
        }
        ++figures_.refusals[std::string(to_text(*why_not))];
        if (*why_not == Refusal::kFailedHere) failed_here.push_back(offer);
        if (*why_not != Refusal::kNoSlot) continue;
        auto when_free = offer;
        when_free.free = 1;
        if (!refusal(task, deal, round.state, when_free, config_.supply)) others_busy = true;
    }
    if (!able.empty() || others_busy) return able;
    for (const auto& offer : failed_here) {
        if (may_try_again(task, offer.worker, config_.supply, round.now.unix_ms)) able.push_back(offer);
    }
    if (able.empty() && !failed_here.empty()) {
        supply_at_ms_ = std::min(supply_at_ms_.value_or(UINT64_MAX), round.now.unix_ms + 1'000);
    }
    return able;
}

bool Decider::supply_task(const Task& task, Round& round) {
    const auto& deal = *round.state.deal(task.deal);
    bool others_busy = false;
    const auto offers = eligible(task, deal, round, others_busy);
    const Need need(task, deal, replacement_ms(deal, config_.policy, round.state.usual_ms(deal)), round.now.unix_ms);
    if (offers.empty() || need.is_met()) return false;
    const auto draw = draw_workers(task, need, offers, round.seed, config_.supply);
    if (!draw.enough && others_busy && task.replicates.empty()) {
        // Fewer are free than the task needs: a moment later the choice may be better.
        const auto since = waiting_since_ms_.try_emplace(task.id, round.now.unix_ms).first->second;
        const auto until = since + config_.gather_ms;
        if (round.now.unix_ms < until) {
            supply_at_ms_ = std::min(supply_at_ms_.value_or(UINT64_MAX), until);
            return false;
        }
    }
    const bool alone = need.pending() == 0 && draw.chosen.size() == 1;
    assign(task, deal, draw, alone, round);
    return true;
}

void Decider::assign(const Task& task, const Deal& deal, const Draw& draw, bool alone, Round& round) {
    const bool no_contribution = std::ranges::all_of(
        task.replicates, [](const Replicate& r) { return r.chain == poco::ContributionStatus::kUnset; });
    for (const auto& worker : draw.chosen) {
        auto& offer = *std::ranges::find(round.offers, worker, &Offer::worker);
        WorkerAssigned fact;
        fact.task = task.id;
        fact.worker = worker;
        fact.seq = round.take_seq(worker);
        fact.weight = offer.weight;
        fact.fast =
            alone && no_contribution && deal.facts.trust <= Uint256{1} && !poco::has_bit(deal.facts.tag, poco::kTagTee);
        fact.seed_block = round.seed_block;
        fact.ms = round.now.unix_ms;
        round.out.facts.emplace_back(std::move(fact));
        --offer.free;
        offer.spendable = checked_sub(offer.spendable, deal.facts.worker_stake).value_or(Uint256{});
        ++figures_.assigned;
    }
}

}  // namespace bourse::scheduler
