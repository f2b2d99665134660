// The life cycle of tasks (poco.md §8, §9): initialize, contribute, reveal, reopen, finalize, contributeAndFinalize,
// claim and the array forms.
#include <bourse/base/assert.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/native/core/gas.hpp>
#include <bourse/native/hub/hub.hpp>
#include <bourse/native/hub/tasks.hpp>
#include <bourse/poco/consensus.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/tags.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;
namespace events = poco::events;
using poco::ContributionStatus;
using poco::TaskStatus;

/// Conditions without a text revert empty.
Outcome<void> require(bool condition) {
    if (!condition) return revert_empty();
    return {};
}

}  // namespace

Uint256 OpenTask::contribution_deadline() const noexcept {
    return *poco::deadline(deal.start_time, time_ref, poco::kContributionDeadlineRatio);
}
Uint256 OpenTask::final_deadline() const noexcept {
    return *poco::deadline(deal.start_time, time_ref, poco::kFinalDeadlineRatio);
}

Outcome<OpenTask> open_task(Context& context, const poco::TaskId& id) {
    TaskFile file(context.state(), context.self(), id);
    if (file.status == TaskStatus::kUnset) return revert_empty();
    auto deal = load_deal(context.state(), context.self(), file.deal);
    BOURSE_ASSERT(deal.has_value());
    const Uint256 time_ref = category_time(context.state(), context.self(), deal->category);
    return OpenTask{std::move(file), *std::move(deal), time_ref};
}

namespace {

// Initialise.

Outcome<poco::TaskId> initialize(Context& context, Bytes32 deal_hash, Uint256 index) {
    const poco::DealId deal_id(deal_hash);
    const auto deal = load_deal(context.state(), context.self(), deal_id);
    if (!deal) return revert_empty();
    BOURSE_CHECK(require(index >= deal->bot_first));
    BOURSE_TRY(const Uint256 end, or_overflow(checked_add(deal->bot_first, deal->bot_size)));
    BOURSE_CHECK(require(index < end));
    const auto id = poco::task_id(deal_id, index);
    TaskFile task(context.state(), context.self(), id);
    BOURSE_CHECK(require(task.status == TaskStatus::kUnset));
    const Uint256 time_ref = category_time(context.state(), context.self(), deal->category);
    BOURSE_CHECK(or_overflow(poco::deadline(deal->start_time, time_ref, poco::kFinalDeadlineRatio)));
    task.status = TaskStatus::kActive;
    task.deal = deal_id;
    task.index = index;
    task.total = poco::kInitialTotal;
    task.store(context.state());
    context.emit(events::TaskInitialize{id, deal->workerpool.pointer});
    return id;
}

// Contribute.

struct Proofs {
    Address enclave;
    Bytes enclave_sign;
    Bytes authorization_sign;
};

/// Conditions 4 to 6 of §8.2.
Outcome<void> check_authorization(Context& context, const OpenTask& task, const Hash& result_hash,
                                  const Hash& result_seal, const Proofs& proofs) {
    BOURSE_CHECK(require(!proofs.enclave.is_zero() || !poco::has_bit(task.deal.tag, poco::kTagTee)));
    const Address broker = load_task_settings(context.state(), context.self()).tee_broker;
    const bool by_broker = !proofs.enclave.is_zero() && !broker.is_zero();
    const Hash message = poco::authorization_message(context.sender(), task.file.id(), proofs.enclave);
    BOURSE_TRY(const bool is_authorized, external::verify(context, by_broker ? broker : task.deal.workerpool.owner,
                                                          poco::signed_hash(message), proofs.authorization_sign));
    BOURSE_CHECK(require(is_authorized));
    if (proofs.enclave.is_zero()) return {};
    const Hash proof = poco::signed_hash(poco::enclave_message(result_hash, result_seal));
    BOURSE_TRY(const bool is_proved, external::verify(context, proofs.enclave, proof, proofs.enclave_sign));
    return require(is_proved);
}

/// Adds the contribution to its group (§9). Returns the leader's place.
Outcome<std::uint64_t> join_group(TaskFile& task, Contributor entry, const Hash& result_hash, const Uint256& weight) {
    const auto leader = task.find_group(result_hash);
    const Uint256 group = leader ? task.contributor(*leader).group_weight : Uint256(0);
    BOURSE_TRY(const auto credibility, or_overflow(poco::add_contribution({group, task.total}, weight)));
    task.total = credibility.total;
    if (!leader) {
        entry.leader = task.contributor_count();
        entry.value = result_hash;
        entry.group_weight = credibility.group;
        entry.members = 1;
        return task.append(entry);
    }
    entry.leader = *leader;
    task.append(entry);
    auto first = task.contributor(*leader);
    first.group_weight = credibility.group;
    ++first.members;
    task.set_contributor(*leader, first);
    return *leader;
}

Outcome<void> test_consensus(Context& context, OpenTask& task, std::uint64_t leader_place) {
    const auto& leader = task.file.contributor(leader_place);
    BOURSE_TRY(const bool is_reached,
               or_overflow(poco::is_consensus({leader.group_weight, task.file.total}, task.deal.trust)));
    if (!is_reached) return {};
    task.file.winner_counter = leader.members;
    task.file.status = TaskStatus::kRevealing;
    task.file.consensus_leader = leader_place;
    BOURSE_TRY(task.file.reveal_deadline,
               or_overflow(poco::deadline(context.now(), task.time_ref, poco::kRevealDeadlineRatio)));
    task.file.reveal_counter = 0;
    context.emit(events::TaskConsensus{task.file.id(), leader.value});
    return {};
}

Outcome<void> contribute(Context& context, Bytes32 task_hash, Bytes32 result_hash, Bytes32 result_seal, Address enclave,
                         Bytes enclave_sign, Bytes authorization_sign) {
    BOURSE_TRY(auto task, open_task(context, poco::TaskId(task_hash)));
    BOURSE_CHECK(require(task.file.status == TaskStatus::kActive));
    BOURSE_CHECK(require(context.now() < task.contribution_deadline()));
    BOURSE_CHECK(require(!task.file.find_worker(context.sender())));
    const Proofs proofs{enclave, std::move(enclave_sign), std::move(authorization_sign)};
    BOURSE_CHECK(check_authorization(context, task, result_hash, result_seal, proofs));
    BOURSE_CHECK(ledger::lock(context, context.sender(), task.deal.worker_stake));
    ledger::commit(context, task.deal.worker_stake);

    const Uint256 score = load_reputation(context.state(), context.self(), context.sender()).score;
    const Uint256 weight = poco::worker_weight(score);
    Contributor entry;
    entry.worker = context.sender();
    entry.status = ContributionStatus::kContributed;
    entry.log_weight = static_cast<std::uint8_t>(poco::log_weight(weight));
    entry.seal = result_seal;
    entry.enclave = enclave;
    context.emit(events::TaskContribute{task.file.id(), context.sender(), result_hash});
    BOURSE_TRY(const std::uint64_t leader, join_group(task.file, entry, result_hash, weight));
    BOURSE_CHECK(test_consensus(context, task, leader));
    task.file.store(context.state());
    return {};
}

// Reveal and reopen.

Outcome<void> reveal(Context& context, Bytes32 task_hash, Bytes32 digest) {
    const poco::TaskId id(task_hash);
    TaskFile task(context.state(), context.self(), id);
    BOURSE_CHECK(require(task.status == TaskStatus::kRevealing));
    BOURSE_CHECK(require(context.now() < task.reveal_deadline));
    const auto place = task.find_worker(context.sender());
    BOURSE_CHECK(require(place.has_value()));
    auto entry = task.contributor(*place);
    BOURSE_CHECK(require(entry.status == ContributionStatus::kContributed));
    const Bytes32 value = task.value_of(*place);
    BOURSE_CHECK(require(entry.leader == task.consensus_leader));
    BOURSE_CHECK(require(value == poco::result_hash(id, digest)));
    BOURSE_CHECK(require(entry.seal == poco::result_seal(context.sender(), id, digest)));
    entry.status = ContributionStatus::kProved;
    task.set_contributor(*place, entry);
    ++task.reveal_counter;
    task.result_digest = digest;
    task.store(context.state());
    context.emit(events::TaskReveal{id, context.sender(), digest});
    return {};
}

Outcome<void> reopen(Context& context, Bytes32 task_hash) {
    BOURSE_TRY(auto task, open_task(context, poco::TaskId(task_hash)));
    BOURSE_CHECK(require(context.sender() == task.deal.workerpool.owner));
    BOURSE_CHECK(require(task.file.status == TaskStatus::kRevealing));
    BOURSE_CHECK(require(context.now() < task.final_deadline()));
    BOURSE_CHECK(require(context.now() >= task.file.reveal_deadline && task.file.reveal_counter == 0));
    const std::uint64_t leader_place = task.file.consensus_leader;
    for (std::uint64_t place = 0; place < task.file.contributor_count(); ++place) {
        if (task.file.contributor(place).leader != leader_place) continue;
        auto entry = task.file.contributor(place);
        entry.status = ContributionStatus::kRejected;
        task.file.set_contributor(place, entry);
    }
    auto leader = task.file.contributor(leader_place);
    task.file.total -= leader.group_weight;
    leader.group_weight = 0;
    leader.members = 0;
    task.file.set_contributor(leader_place, leader);
    task.file.status = TaskStatus::kActive;
    task.file.consensus_leader = TaskFile::kNone;
    task.file.reveal_deadline = 0;
    task.file.winner_counter = 0;
    task.file.store(context.state());
    context.emit(events::TaskReopen{task.file.id()});
    return {};
}

// Finalise.

bool is_callback_payload_right(const DealTerms& deal, const Bytes& payload, const Hash& digest) {
    if (deal.callback.is_zero() && payload.empty()) return true;
    return crypto::keccak256(payload) == digest;
}

Outcome<void> finalize(Context& context, Bytes32 task_hash, Bytes results, Bytes results_callback) {
    BOURSE_TRY(auto task, open_task(context, poco::TaskId(task_hash)));
    auto& file = task.file;
    BOURSE_CHECK(require(context.sender() == task.deal.workerpool.owner));
    BOURSE_CHECK(require(file.status == TaskStatus::kRevealing));
    BOURSE_CHECK(require(context.now() < task.final_deadline()));
    BOURSE_CHECK(require(file.reveal_counter == file.winner_counter ||
                         (file.reveal_counter > 0 && context.now() >= file.reveal_deadline)));
    BOURSE_CHECK(require(is_callback_payload_right(task.deal, results_callback, file.result_digest)));
    file.status = TaskStatus::kCompleted;
    file.results = results;
    file.results_callback = results_callback;
    file.store(context.state());
    BOURSE_CHECK(settle_success(context, task));
    BOURSE_CHECK(distribute_rewards(context, task));
    context.emit(events::TaskFinalize{file.id(), std::move(results)});
    call_back(context, task.deal.callback, file.id(), results_callback);
    return {};
}

/// The single contribution of contributeAndFinalize: proved at once, no stake, no weight.
void complete_at_once(Context& context, OpenTask& task, const Hash& digest, const Hash& hash, const Hash& seal,
                      const Address& enclave) {
    Contributor entry;
    entry.worker = context.sender();
    entry.status = ContributionStatus::kProved;
    entry.seal = seal;
    entry.enclave = enclave;
    entry.value = hash;
    task.file.consensus_leader = task.file.append(entry);
    task.file.status = TaskStatus::kCompleted;
    task.file.reveal_counter = 1;
    task.file.winner_counter = 1;
    task.file.result_digest = digest;
}

Outcome<void> contribute_and_finalize(Context& context, Bytes32 task_hash, Bytes32 digest, Bytes results,
                                      Bytes results_callback, Address enclave, Bytes enclave_sign,
                                      Bytes authorization_sign) {
    const poco::TaskId id(task_hash);
    BOURSE_TRY(auto task, open_task(context, id));
    auto& file = task.file;
    BOURSE_CHECK(require(file.status == TaskStatus::kActive));
    BOURSE_CHECK(require(context.now() < task.contribution_deadline()));
    BOURSE_CHECK(require(file.contributor_count() == 0));
    BOURSE_CHECK(require(task.deal.trust == 1));
    BOURSE_CHECK(require(is_callback_payload_right(task.deal, results_callback, digest)));
    const Hash hash = poco::result_hash(id, digest);
    const Hash seal = poco::result_seal(context.sender(), id, digest);
    const Proofs proofs{enclave, std::move(enclave_sign), std::move(authorization_sign)};
    BOURSE_CHECK(check_authorization(context, task, hash, seal, proofs));

    complete_at_once(context, task, digest, hash, seal, enclave);
    BOURSE_TRY(file.reveal_deadline,
               or_overflow(poco::deadline(context.now(), task.time_ref, poco::kRevealDeadlineRatio)));
    file.results = results;
    file.results_callback = results_callback;
    file.store(context.state());
    BOURSE_CHECK(settle_success(context, task));
    BOURSE_CHECK(fast_rewards(context, task));
    context.emit(events::TaskContribute{id, context.sender(), hash});
    context.emit(events::TaskConsensus{id, hash});
    context.emit(events::TaskReveal{id, context.sender(), digest});
    context.emit(events::TaskFinalize{id, std::move(results)});
    call_back(context, task.deal.callback, id, results_callback);
    return {};
}

// Claim.

Outcome<void> claim_task(Context& context, const poco::TaskId& id) {
    BOURSE_TRY(auto task, open_task(context, id));
    BOURSE_CHECK(require(task.file.status == TaskStatus::kActive || task.file.status == TaskStatus::kRevealing));
    BOURSE_CHECK(require(context.now() >= task.final_deadline()));
    task.file.status = TaskStatus::kFailed;
    task.file.store(context.state());
    BOURSE_CHECK(settle_failure(context, task));
    ledger::release(context, task.deal.worker_stake * task.file.contributor_count());
    for (std::uint64_t place = 0; place < task.file.contributor_count(); ++place)
        BOURSE_CHECK(ledger::unlock(context, task.file.contributor(place).worker, task.deal.worker_stake));
    context.emit(events::TaskClaimed{id});
    return {};
}

Outcome<void> claim(Context& context, Bytes32 task_hash) { return claim_task(context, poco::TaskId(task_hash)); }

Outcome<bool> initialize_array(Context& context, std::vector<Bytes32> deals, std::vector<Uint256> indexes) {
    BOURSE_CHECK(require(deals.size() == indexes.size()));
    for (std::size_t i = 0; i < deals.size(); ++i) BOURSE_CHECK(initialize(context, deals[i], indexes[i]));
    return true;
}

Outcome<bool> claim_array(Context& context, std::vector<Bytes32> tasks) {
    for (const auto& task : tasks) BOURSE_CHECK(claim_task(context, poco::TaskId(task)));
    return true;
}

Outcome<bool> initialize_and_claim_array(Context& context, std::vector<Bytes32> deals, std::vector<Uint256> indexes) {
    BOURSE_CHECK(require(deals.size() == indexes.size()));
    for (std::size_t i = 0; i < deals.size(); ++i) {
        BOURSE_TRY(const poco::TaskId id, initialize(context, deals[i], indexes[i]));
        BOURSE_CHECK(claim_task(context, id));
    }
    return true;
}

template <std::uint64_t... Words>
std::uint64_t results_and_callback(const state::State& state, ByteView args) {
    return gas::texts<Words...>(state, args) + callback_gas_rule(state, args);
}

constexpr auto kTaskTable = make_table(std::to_array<Entry>(
    {write<&initialize>(hub_sel::kInitialize, gas::kInitialize),
     write<&contribute>(hub_sel::kContribute, gas::kContribute), write<&reveal>(hub_sel::kReveal, gas::kReveal),
     write<&reopen>(hub_sel::kReopen, gas::kReopen),
     write<&finalize>(hub_sel::kFinalize, gas::kFinalize, &results_and_callback<1, 2>),
     write<&contribute_and_finalize>(hub_sel::kContributeAndFinalize, gas::kContributeAndFinalize,
                                     &results_and_callback<2, 3>),
     write<&claim>(hub_sel::kClaim),
     write<&initialize_array>(hub_sel::kInitializeArray, gas::kArrayBase, &gas::elements<gas::kInitialize>),
     write<&claim_array>(hub_sel::kClaimArray, gas::kArrayBase, &gas::elements<gas::kClaim>),
     write<&initialize_and_claim_array>(hub_sel::kInitializeAndClaimArray, gas::kArrayBase,
                                        &gas::elements<gas::kInitializeAndClaim>)}));

}  // namespace

std::span<const Entry> hub_task_entries() noexcept { return kTaskTable; }

}  // namespace bourse::native
