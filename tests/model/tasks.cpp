// poco.md §8–§11: task life cycle, consensus, money, reputation.
#include "model.hpp"

namespace bourse::model {

namespace events = poco::events;
using poco::ContributionStatus;
using poco::TaskStatus;

namespace {

Hash task_id(const Hash& deal, const Uint256& index) { return keccak({deal, to_be32(index)}); }
Uint256 log2_floor(Uint256 value) {
    Uint256 log = 0;
    while (value > 1) {
        value = value / 2;
        log += 1;
    }
    return log;
}
/// §8.5, §8.6: the callback payload.
bool is_payload_right(const poco::Deal& deal, const Bytes& payload, const Bytes32& digest) {
    if (deal.callback.is_zero() && payload.empty()) return true;
    return keccak({payload}) == digest;
}

}  // namespace

// §8.1

Answer<Hash> Model::initialize(const Hash& deal_id, const Uint256& index) {
    const auto found = deals.find(deal_id);
    if (found == deals.end()) return refuse();
    const poco::Deal& deal = found->second;
    if (index < deal.bot_first) return refuse();
    BOURSE_TRY(const Uint256 end, add(deal.bot_first, deal.bot_size));
    if (index >= end) return refuse();
    const Hash id = task_id(deal_id, index);
    if (tasks[id].shown.status != TaskStatus::kUnset) return refuse();

    Task task;
    task.shown.status = TaskStatus::kActive;
    task.shown.dealid = poco::DealId(deal_id);
    task.shown.idx = index;
    task.shown.timeref = categories.at(static_cast<std::size_t>(deal.category.low_u64()));
    BOURSE_TRY(const Uint256 seven, mul(task.shown.timeref, 7));
    BOURSE_TRY(task.shown.contribution_deadline, add(deal.start_time, seven));
    BOURSE_TRY(const Uint256 ten, mul(task.shown.timeref, 10));
    BOURSE_TRY(task.shown.final_deadline, add(deal.start_time, ten));
    task.total = 1;
    put(tasks[id], task);
    emit(events::TaskInitialize{poco::TaskId(id), deal.workerpool.pointer});
    return id;
}

// §8.2

Answer<void> Model::check_proofs(const poco::Deal& deal, const Hash& task, const Bytes32& value, const Bytes32& seal,
                                 const Proofs& proofs) const {
    const bool has_enclave = !proofs.enclave.is_zero();
    const bool needs_enclave = (deal.tag.data[31] & 1) != 0;
    if (needs_enclave && !has_enclave) return refuse();
    const Address signer = has_enclave && !tee_broker.is_zero() ? tee_broker : deal.workerpool.owner;
    const Hash authorization = eth_signed(keccak({sender_, task, proofs.enclave}));
    BOURSE_TRY(const bool authorized, verify(signer, authorization, proofs.authorization));
    if (!authorized) return refuse();
    if (!has_enclave) return {};
    BOURSE_TRY(const bool proved, verify(proofs.enclave, eth_signed(keccak({value, seal})), proofs.enclave_sign));
    if (!proved) return refuse();
    return {};
}

Answer<void> Model::contribute(const Hash& id, const Bytes32& value, const Bytes32& seal, const Proofs& proofs) {
    Task task = tasks[id];
    if (task.shown.status != TaskStatus::kActive) return refuse();
    if (now_ >= task.shown.contribution_deadline) return refuse();
    if (task.contributions[sender_].status != ContributionStatus::kUnset) return refuse();
    const poco::Deal& deal = deals.at(task.shown.dealid.hash);
    BOURSE_CHECK(check_proofs(deal, id, value, seal, proofs));
    BOURSE_CHECK(lock(sender_, deal.worker_stake));

    task.contributions[sender_] = {ContributionStatus::kContributed, value, seal, proofs.enclave, 0};
    task.shown.contributors.push_back(sender_);
    emit(events::TaskContribute{poco::TaskId(id), sender_, value});
    BOURSE_CHECK(count_vote(task, id, deal, value));
    put(tasks[id], task);
    return {};
}

// §9

Answer<void> Model::count_vote(Task& task, const Hash& id, const poco::Deal& deal, const Bytes32& value) {
    const Uint256 weight = std::max(accounts[sender_].score / 3, Uint256(3)) - 1;
    Uint256& group = task.group[value];
    BOURSE_TRY(const Uint256 product, mul(std::max(group, Uint256(1)), weight));
    BOURSE_TRY(const Uint256 delta, sub(product, group));
    task.contributions[sender_].weight = log2_floor(weight);
    BOURSE_TRY(group, add(group, delta));
    BOURSE_TRY(task.total, add(task.total, delta));

    BOURSE_TRY(const Uint256 left, mul(group, deal.trust));
    BOURSE_TRY(const Uint256 right, mul(task.total, deal.trust - 1));
    if (left <= right) return {};
    task.shown.winner_counter = 0;
    for (const auto& [worker, contribution] : task.contributions)
        if (contribution.status == ContributionStatus::kContributed && contribution.result_hash == value)
            task.shown.winner_counter += 1;
    task.shown.status = TaskStatus::kRevealing;
    task.shown.consensus_value = value;
    BOURSE_TRY(const Uint256 window, mul(task.shown.timeref, 2));
    BOURSE_TRY(task.shown.reveal_deadline, add(now_, window));
    task.shown.reveal_counter = 0;
    emit(events::TaskConsensus{poco::TaskId(id), value});
    return {};
}

// §8.3

Answer<void> Model::reveal(const Hash& id, const Bytes32& digest) {
    Task task = tasks[id];
    if (task.shown.status != TaskStatus::kRevealing) return refuse();
    if (now_ >= task.shown.reveal_deadline) return refuse();
    poco::Contribution& mine = task.contributions[sender_];
    if (mine.status != ContributionStatus::kContributed) return refuse();
    if (mine.result_hash != task.shown.consensus_value) return refuse();
    if (mine.result_hash != keccak({id, digest})) return refuse();
    if (mine.result_seal != keccak({sender_, id, digest})) return refuse();
    mine.status = ContributionStatus::kProved;
    task.shown.reveal_counter += 1;
    task.shown.result_digest = digest;
    put(tasks[id], task);
    emit(events::TaskReveal{poco::TaskId(id), sender_, digest});
    return {};
}

// §8.4

Answer<void> Model::reopen(const Hash& id) {
    Task task = tasks[id];
    if (task.shown.status == TaskStatus::kUnset) return refuse();
    if (sender_ != deals.at(task.shown.dealid.hash).workerpool.owner) return refuse();
    if (task.shown.status != TaskStatus::kRevealing) return refuse();
    if (now_ >= task.shown.final_deadline) return refuse();
    if (now_ < task.shown.reveal_deadline || !task.shown.reveal_counter.is_zero()) return refuse();
    const Bytes32 value = task.shown.consensus_value;
    for (auto& [worker, contribution] : task.contributions)
        if (contribution.status != ContributionStatus::kUnset && contribution.result_hash == value)
            contribution.status = ContributionStatus::kRejected;
    BOURSE_TRY(task.total, sub(task.total, task.group[value]));
    task.group[value] = 0;
    task.shown.status = TaskStatus::kActive;
    task.shown.consensus_value = {};
    task.shown.reveal_deadline = 0;
    task.shown.winner_counter = 0;
    put(tasks[id], task);
    emit(events::TaskReopen{poco::TaskId(id)});
    return {};
}

// §8.5

Answer<void> Model::finalize(const Hash& id, const Bytes& results, const Bytes& callback_results) {
    Task task = tasks[id];
    if (task.shown.status == TaskStatus::kUnset) return refuse();
    const poco::Deal& deal = deals.at(task.shown.dealid.hash);
    if (sender_ != deal.workerpool.owner) return refuse();
    if (task.shown.status != TaskStatus::kRevealing) return refuse();
    if (now_ >= task.shown.final_deadline) return refuse();
    const bool all = task.shown.reveal_counter == task.shown.winner_counter;
    const bool late = !task.shown.reveal_counter.is_zero() && now_ >= task.shown.reveal_deadline;
    if (!all && !late) return refuse();
    if (!is_payload_right(deal, callback_results, task.shown.result_digest)) return refuse();
    task.shown.status = TaskStatus::kCompleted;
    task.shown.results = results;
    task.shown.results_callback = callback_results;
    put(tasks[id], task);
    BOURSE_CHECK(success_work(deal, id));
    BOURSE_CHECK(distribute(deal, task, id));
    emit(events::TaskFinalize{poco::TaskId(id), results});
    return {};  // §11: no account answers the callback here
}

// §8.6

Answer<void> Model::contribute_and_finalize(const Hash& id, const Bytes32& digest, const Bytes& results,
                                            const Bytes& callback_results, const Proofs& proofs) {
    Task task = tasks[id];
    if (task.shown.status != TaskStatus::kActive) return refuse();
    if (now_ >= task.shown.contribution_deadline) return refuse();
    if (!task.shown.contributors.empty()) return refuse();
    const poco::Deal& deal = deals.at(task.shown.dealid.hash);
    if (deal.trust != 1) return refuse();
    if (!is_payload_right(deal, callback_results, digest)) return refuse();
    const Hash value = keccak({id, digest});
    const Hash seal = keccak({sender_, id, digest});
    BOURSE_CHECK(check_proofs(deal, id, value, seal, proofs));

    task.contributions[sender_] = {ContributionStatus::kProved, value, seal, proofs.enclave, 0};
    task.shown.status = TaskStatus::kCompleted;
    task.shown.consensus_value = value;
    BOURSE_TRY(const Uint256 window, mul(task.shown.timeref, 2));
    BOURSE_TRY(task.shown.reveal_deadline, add(now_, window));
    task.shown.reveal_counter = 1;
    task.shown.winner_counter = 1;
    task.shown.result_digest = digest;
    task.shown.results = results;
    task.shown.results_callback = callback_results;
    task.shown.contributors.push_back(sender_);
    put(tasks[id], task);
    BOURSE_CHECK(success_work(deal, id));
    // §10.3
    BOURSE_TRY(const Uint256 share, mul(deal.workerpool.price, Uint256(100) - deal.scheduler_reward_ratio));
    BOURSE_CHECK(reward(sender_, share / 100, id));
    BOURSE_CHECK(reward(deal.workerpool.owner, deal.workerpool.price - share / 100, id));
    emit(events::TaskContribute{poco::TaskId(id), sender_, value});
    emit(events::TaskConsensus{poco::TaskId(id), value});
    emit(events::TaskReveal{poco::TaskId(id), sender_, digest});
    emit(events::TaskFinalize{poco::TaskId(id), results});
    return {};
}

// §8.7

Answer<void> Model::claim(const Hash& id) {
    Task task = tasks[id];
    if (task.shown.status != TaskStatus::kActive && task.shown.status != TaskStatus::kRevealing) return refuse();
    if (now_ < task.shown.final_deadline) return refuse();
    const poco::Deal& deal = deals.at(task.shown.dealid.hash);
    task.shown.status = TaskStatus::kFailed;
    put(tasks[id], task);
    // §10.4
    const Uint256 stake = deal.workerpool.price * 30 / 100;
    BOURSE_CHECK(unlock(deal.sponsor, deal.app.price + deal.dataset.price + deal.workerpool.price));
    BOURSE_CHECK(seize(deal.workerpool.owner, stake, id));
    put(accounts[poco::kKitty].locked, accounts[poco::kKitty].locked + stake);
    emit(events::Reward{poco::kKitty, stake, poco::TaskId(id)});
    emit(events::Lock{poco::kKitty, stake});
    for (const auto& worker : task.shown.contributors) BOURSE_CHECK(unlock(worker, deal.worker_stake));
    emit(events::TaskClaimed{poco::TaskId(id)});
    return {};
}

// §8.8, §8.9

Answer<bool> Model::initialize_array(const std::vector<Bytes32>& deals_of, const std::vector<Uint256>& indexes) {
    if (deals_of.size() != indexes.size()) return refuse();
    for (std::size_t i = 0; i < deals_of.size(); ++i) BOURSE_CHECK(initialize(deals_of[i], indexes[i]));
    return true;
}
Answer<bool> Model::claim_array(const std::vector<Bytes32>& ids) {
    for (const auto& id : ids) BOURSE_CHECK(claim(id));
    return true;
}
Answer<bool> Model::initialize_and_claim_array(const std::vector<Bytes32>& deals_of,
                                               const std::vector<Uint256>& indexes) {
    if (deals_of.size() != indexes.size()) return refuse();
    for (std::size_t i = 0; i < deals_of.size(); ++i) {
        BOURSE_TRY(const Hash id, initialize(deals_of[i], indexes[i]));
        BOURSE_CHECK(claim(id));
    }
    return true;
}
Answer<Bytes> Model::read_result(const Hash& id) {
    const auto found = tasks.find(id);
    if (found == tasks.end() || found->second.shown.status != TaskStatus::kCompleted) return refuse("task-pending");
    return found->second.shown.results_callback;
}

// §10.1

Answer<void> Model::success_work(const poco::Deal& deal, const Hash& id) {
    BOURSE_CHECK(seize(deal.sponsor, deal.app.price + deal.dataset.price + deal.workerpool.price, id));
    if (!deal.app.price.is_zero()) BOURSE_CHECK(reward(deal.app.owner, deal.app.price, id));
    if (!deal.dataset.price.is_zero() && !deal.dataset.pointer.is_zero())
        BOURSE_CHECK(reward(deal.dataset.owner, deal.dataset.price, id));
    BOURSE_CHECK(unlock(deal.workerpool.owner, deal.workerpool.price * 30 / 100));
    const Uint256 kitty = accounts[poco::kKitty].locked;
    if (kitty.is_zero()) return {};
    BOURSE_TRY(const Uint256 ten, mul(kitty, 10));
    const Uint256 share = std::min(std::max(ten / 100, Uint256(1'000'000'000)), kitty);
    BOURSE_CHECK(seize(poco::kKitty, share, id));
    return reward(deal.workerpool.owner, share, id);
}

// §10.2

Answer<void> Model::distribute(const poco::Deal& deal, const Task& task, const Hash& id) {
    Uint256 losers;
    Uint256 weights;
    for (const auto& worker : task.shown.contributors) {
        const auto& contribution = task.contributions.at(worker);
        if (contribution.status == ContributionStatus::kProved)
            weights += contribution.weight;
        else
            losers += 1;
    }
    BOURSE_TRY(const Uint256 stakes, mul(deal.worker_stake, losers));
    BOURSE_TRY(Uint256 rest, add(deal.workerpool.price, stakes));
    BOURSE_TRY(const Uint256 share, mul(rest, Uint256(100) - deal.scheduler_reward_ratio));
    const Uint256 for_workers = share / 100;
    for (const auto& worker : task.shown.contributors) {
        const auto& contribution = task.contributions.at(worker);
        if (contribution.status == ContributionStatus::kProved) {
            const Uint256 part = mul_div(for_workers, contribution.weight, weights).value();
            rest -= part;
            BOURSE_CHECK(unlock(worker, deal.worker_stake));
            BOURSE_CHECK(reward(worker, part, id));
            if (task.shown.contributors.size() > 1) {
                BOURSE_TRY(const Uint256 score, add(accounts[worker].score, 1));
                put(accounts[worker].score, score);
                emit(events::AccurateContribution{worker, poco::TaskId(id)});
            }
        } else {
            BOURSE_CHECK(seize(worker, deal.worker_stake, id));
            BOURSE_TRY(const Uint256 twice, mul(accounts[worker].score, 2));
            put(accounts[worker].score, twice / 3);
            emit(events::FaultyContribution{worker, poco::TaskId(id)});
        }
    }
    return reward(deal.workerpool.owner, rest, id);
}

}  // namespace bourse::model
