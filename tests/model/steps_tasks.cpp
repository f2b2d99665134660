// Steps of tasks: initialize to claim.
#include "market.hpp"

#include <bourse/poco/selectors.hpp>

namespace bourse::model {
namespace {

namespace hub = poco::selectors::hub;
using poco::ContributionStatus;
using poco::kHub;
using poco::TaskStatus;

constexpr std::size_t kWindow = 10;  ///< newest deals and tasks that steps look at
constexpr std::size_t kManyWorkers = 20;

const poco::Deal& deal_of(Market& m, const Hash& task) {
    return m.model.deals.at(m.model.tasks.at(task).shown.dealid.hash);
}
/// One of the newest tasks that satisfies the condition, or any; a made-up one where there is none.
template <class Condition>
Hash find_task(Market& m, const Condition& condition, std::size_t window = 4 * kWindow) {
    if (m.tasks.empty() || m.random.chance(2)) return Hash(m.fresh_salt());
    std::vector<Hash> found;
    const std::size_t first = m.tasks.size() < window ? 0 : m.tasks.size() - window;
    for (std::size_t i = first; i < m.tasks.size(); ++i)
        if (condition(m.model.tasks.at(m.tasks[i]))) found.push_back(m.tasks[i]);
    if (found.empty() || m.random.chance(6)) return m.random.recent(m.tasks, kWindow);
    return m.random.pick(found);
}
bool is_known(Market& m, const Hash& task) {
    const auto found = m.model.tasks.find(task);
    return found != m.model.tasks.end() && found->second.shown.status != TaskStatus::kUnset;
}

/// Payloads, of which the digest is the hash, so that callbacks can be served.
Bytes payload(std::uint64_t number) { return to_bytes("result " + std::to_string(number)); }
Bytes32 some_digest(Market& m) {
    const Bytes text = payload(m.random.chance(85) ? 0 : m.random.below(4));
    const Hash digest = keccak({text});
    m.payload_of[digest] = text;
    return digest;
}
Bytes32 value_of(Market& m, const Hash& task, const Bytes32& digest) {
    const Hash value = keccak({task, digest});
    m.digest_of[value] = digest;
    return value;
}

/// Index within the deal's range that has no task yet, mostly.
Uint256 some_index(Market& m, const Hash& deal_id) {
    const auto& deal = m.model.deals.at(deal_id);
    for (std::uint64_t i = 0; i < 6; ++i) {
        const Uint256 index = deal.bot_first + Uint256(i);
        if (index - deal.bot_first < deal.bot_size && !is_known(m, keccak({deal_id, to_be32(index)})) &&
            m.random.chance(85))
            return index;
    }
    const std::vector<Uint256> edges{deal.bot_first, deal.bot_first - 1, deal.bot_first + deal.bot_size,
                                     deal.bot_first + deal.bot_size - 1, Uint256::max()};
    return m.random.pick(edges);
}
bool has_free_index(Market& m, const Hash& deal_id) {
    const auto& deal = m.model.deals.at(deal_id);
    if (deal.category == m.endless_category && m.random.chance(90)) return false;
    for (std::uint64_t i = 0; i < 6 && Uint256(i) < deal.bot_size; ++i)
        if (!is_known(m, keccak({deal_id, to_be32(deal.bot_first + Uint256(i))}))) return true;
    return false;
}
Hash some_deal(Market& m) {
    if (m.deals.empty() || m.random.chance(3)) return Hash(m.fresh_salt());
    for (int i = 0; i < 6; ++i)
        if (const Hash& deal = m.random.recent(m.deals, 3 * kWindow); has_free_index(m, deal)) return deal;
    return m.random.recent(m.deals, kWindow);
}
Uint256 index_in(Market& m, const Hash& deal) { return m.model.deals.contains(deal) ? some_index(m, deal) : Uint256(); }

Step initialize(Market& m) {
    const Hash deal = some_deal(m);
    const Uint256 index = index_in(m, deal);
    auto step = make_step(m, m.somebody(), kHub, hub::kInitialize, &Model::initialize, deal, index);
    step.tasks.push_back(keccak({deal, to_be32(index)}));
    return step;
}

// Contributions.

Proofs some_proofs(Market& m, const Hash& task, const Address& worker, const Bytes32& value, const Bytes32& seal) {
    Proofs proofs;
    const bool known = is_known(m, task);
    const bool needs_enclave = known && (deal_of(m, task).tag.data[31] & 1) != 0;
    if (m.random.chance(needs_enclave ? 93 : 8)) proofs.enclave = m.somebody();
    const bool by_broker = !proofs.enclave.is_zero() && !m.model.tee_broker.is_zero();
    const Address signer = by_broker ? m.model.tee_broker : known ? deal_of(m, task).workerpool.owner : m.actors[1];
    proofs.authorization = m.sign(signer, eth_signed(keccak({worker, task, proofs.enclave})), 96);
    if (!proofs.enclave.is_zero() && m.random.chance(95))
        proofs.enclave_sign = m.sign(proofs.enclave, eth_signed(keccak({value, seal})), 95);
    return proofs;
}
/// Somebody who has not contributed yet, mostly.
Address some_worker(Market& m, const Hash& task) {
    for (int i = 0; i < 6; ++i) {
        const Address worker = m.somebody();
        if (!is_known(m, task)) return worker;
        const auto& contributions = m.model.tasks.at(task).contributions;
        const auto found = contributions.find(worker);
        if (found == contributions.end() || found->second.status == ContributionStatus::kUnset) return worker;
    }
    return m.somebody();
}

Step contribute(Market& m) {
    const Hash task = find_task(m, [&](const Task& t) {
        return t.shown.status == TaskStatus::kActive && Uint256(m.now()) < t.shown.contribution_deadline &&
               t.shown.contributors.size() < kManyWorkers;
    });
    const Address worker = some_worker(m, task);
    const Bytes32 digest = some_digest(m);
    const Bytes32 value = value_of(m, task, digest);
    const Bytes32 seal = m.random.chance(94) ? keccak({worker, task, digest}) : Hash(m.fresh_salt());
    const Proofs proofs = some_proofs(m, task, worker, value, seal);
    Step step;
    step.from = worker;
    step.to = kHub;
    step.input = abi::encode_call(hub::kContribute, task, value, seal, proofs.enclave, proofs.enclave_sign,
                                  proofs.authorization);
    step.time_s = m.random.chance(8) && is_known(m, task)
                      ? m.time_near(m.model.tasks.at(task).shown.contribution_deadline, 70)
                      : m.next_time();
    step.expect = [=](Model& model) { return encoded(model.contribute(task, value, seal, proofs)); };
    step.tasks.push_back(task);
    return step;
}

Step reveal(Market& m) {
    const Hash task = find_task(m, [&](const Task& t) {
        return t.shown.status == TaskStatus::kRevealing && Uint256(m.now()) < t.shown.reveal_deadline &&
               t.shown.reveal_counter < t.shown.winner_counter;
    });
    Address worker = m.somebody();
    Bytes32 digest = some_digest(m);
    if (is_known(m, task)) {
        const auto& entry = m.model.tasks.at(task);
        std::vector<Address> hidden;
        for (const auto& [who, contribution] : entry.contributions)
            if (contribution.status == ContributionStatus::kContributed &&
                (contribution.result_hash == entry.shown.consensus_value || m.random.chance(5)))
                hidden.push_back(who);
        if (!hidden.empty() && m.random.chance(93)) worker = m.random.pick(hidden);
        const auto known = m.digest_of.find(entry.shown.consensus_value);
        if (known != m.digest_of.end() && m.random.chance(95)) digest = known->second;
    }
    auto step = make_step(m, worker, kHub, hub::kReveal, &Model::reveal, task, digest);
    if (is_known(m, task) && m.random.chance(10))
        step.time_s = m.time_near(m.model.tasks.at(task).shown.reveal_deadline, 60);
    step.tasks.push_back(task);
    return step;
}

Address scheduler(Market& m, const Hash& task) {
    return is_known(m, task) && m.random.chance(94) ? deal_of(m, task).workerpool.owner : m.somebody();
}

Step reopen(Market& m) {
    const auto open = [](const Task& t) {
        return t.shown.status == TaskStatus::kRevealing && t.shown.reveal_counter.is_zero();
    };
    const Hash task = find_task(m, [&](const Task& t) {
        return open(t) && Uint256(m.now()) < t.shown.final_deadline && Uint256(m.now() + 40) >= t.shown.reveal_deadline;
    });
    auto step = make_step(m, scheduler(m, task), kHub, hub::kReopen, &Model::reopen, task);
    if (is_known(m, task) && m.random.chance(75)) {
        const auto& shown = m.model.tasks.at(task).shown;
        step.time_s = m.time_near(m.random.chance(90) ? shown.reveal_deadline : shown.final_deadline, 20);
    }
    step.tasks.push_back(task);
    return step;
}

std::string callback_shape(Market& m, const Hash& task) {
    if (!is_known(m, task) || deal_of(m, task).callback.is_zero()) return {};
    return " callback " + to_decimal(m.model.callback_gas);
}
/// What fits the deal's callback, mostly.
Bytes callback_payload(Market& m, const Hash& task, const Bytes32& digest) {
    const bool has_callback = is_known(m, task) && !deal_of(m, task).callback.is_zero();
    const auto found = m.payload_of.find(digest);
    if (found != m.payload_of.end() && m.random.chance(has_callback ? 93 : 8)) return found->second;
    return m.random.chance(90) ? Bytes{} : Bytes{9};
}
Bytes some_results(Market& m) {
    const std::vector<std::size_t> lengths{0, 20, 32, 33, 100, 300};
    return Bytes(m.random.pick(lengths), 'r');
}
std::string text_shape(const Bytes& a, const Bytes& b) {
    return " " + std::to_string((a.size() + 31) / 32 + (b.size() + 31) / 32);
}

Step finalize(Market& m) {
    const Hash task = find_task(m, [&](const Task& t) {
        return t.shown.status == TaskStatus::kRevealing && Uint256(m.now()) < t.shown.final_deadline &&
               (t.shown.reveal_counter == t.shown.winner_counter ||
                (!t.shown.reveal_counter.is_zero() && Uint256(m.now() + 30) >= t.shown.reveal_deadline));
    });
    const Bytes32 digest = is_known(m, task) ? m.model.tasks.at(task).shown.result_digest : Bytes32{};
    const Bytes results = some_results(m);
    const Bytes back = callback_payload(m, task, digest);
    auto step = make_step(m, scheduler(m, task), kHub, hub::kFinalize, &Model::finalize, task, results, back);
    if (is_known(m, task) && m.random.chance(30)) {
        const auto& shown = m.model.tasks.at(task).shown;
        step.time_s = m.time_near(m.random.chance(70) ? shown.reveal_deadline : shown.final_deadline, 40);
    }
    step.tasks.push_back(task);
    step.shape = text_shape(results, back) + callback_shape(m, task);
    return step;
}

Step contribute_and_finalize(Market& m) {
    const Hash task = find_task(m, [&](const Task& t) {
        return t.shown.status == TaskStatus::kActive && Uint256(m.now()) < t.shown.contribution_deadline &&
               t.shown.contributors.empty() && m.model.deals.at(t.shown.dealid.hash).trust == 1;
    });
    const Address worker = m.somebody();
    const Bytes32 digest = some_digest(m);
    const Bytes32 value = value_of(m, task, digest);
    const Proofs proofs = some_proofs(m, task, worker, value, keccak({worker, task, digest}));
    const Bytes results = some_results(m);
    const Bytes back = callback_payload(m, task, digest);
    Step step;
    step.from = worker;
    step.to = kHub;
    step.input = abi::encode_call(hub::kContributeAndFinalize, task, digest, results, back, proofs.enclave,
                                  proofs.enclave_sign, proofs.authorization);
    step.time_s = m.random.chance(8) && is_known(m, task)
                      ? m.time_near(m.model.tasks.at(task).shown.contribution_deadline, 70)
                      : m.next_time();
    step.expect = [=](Model& model) {
        return encoded(model.contribute_and_finalize(task, digest, results, back, proofs));
    };
    step.tasks.push_back(task);
    step.shape = text_shape(results, back) + callback_shape(m, task);
    return step;
}

// Claims.

bool is_open(const Task& t) {
    return t.shown.status == TaskStatus::kActive || t.shown.status == TaskStatus::kRevealing;
}
Hash overdue_task(Market& m) {
    return find_task(
        m, [&](const Task& t) { return is_open(t) && Uint256(m.now()) >= t.shown.final_deadline; }, 150);
}
Step claim(Market& m) {
    const bool waits = m.random.chance(6);
    const Hash task = waits ? find_task(m, &is_open) : overdue_task(m);
    auto step = make_step(m, m.somebody(), kHub, hub::kClaim, &Model::claim, task);
    if (waits && is_known(m, task)) step.time_s = m.time_near(m.model.tasks.at(task).shown.final_deadline, 40);
    step.tasks.push_back(task);
    return step;
}

Step initialize_array(Market& m) {
    std::vector<Bytes32> of;
    std::vector<Uint256> indexes;
    const auto count = m.random.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        of.push_back(some_deal(m));
        indexes.push_back(index_in(m, of.back()));
    }
    if (m.random.chance(4)) indexes.push_back(1);
    auto step = make_step(m, m.somebody(), kHub, hub::kInitializeArray, &Model::initialize_array, of, indexes);
    for (std::size_t i = 0; i < of.size(); ++i) step.tasks.push_back(keccak({of[i], to_be32(indexes[i])}));
    step.shape = " " + std::to_string(count);
    return step;
}
Step claim_array(Market& m) {
    std::vector<Bytes32> ids;
    const auto count = m.random.below(3);
    for (std::uint64_t i = 0; i < count; ++i) ids.push_back(overdue_task(m));
    auto step = make_step(m, m.somebody(), kHub, hub::kClaimArray, &Model::claim_array, ids);
    step.tasks = ids;
    step.shape = " " + std::to_string(count);
    return step;
}
/// A deal whose tasks are overdue and not all initialised.
Hash overdue_deal(Market& m) {
    for (int i = 0; i < 12 && !m.deals.empty(); ++i) {
        const Hash& id = m.random.recent(m.deals, 60);
        const auto& deal = m.model.deals.at(id);
        const Uint256 seconds = m.model.categories.at(static_cast<std::size_t>(deal.category.low_u64()));
        if (seconds < 1'000'000 && Uint256(m.now()) >= deal.start_time + seconds * 10 && has_free_index(m, id))
            return id;
    }
    return some_deal(m);
}
Step initialize_and_claim_array(Market& m) {
    std::vector<Bytes32> of;
    std::vector<Uint256> indexes;
    const auto count = m.random.chance(80) ? m.random.below(2) : m.random.below(4);
    for (std::uint64_t i = 0; i < count; ++i) {
        of.push_back(overdue_deal(m));
        indexes.push_back(index_in(m, of.back()));
    }
    auto step = make_step(m, m.somebody(), kHub, hub::kInitializeAndClaimArray, &Model::initialize_and_claim_array, of,
                          indexes);
    for (std::size_t i = 0; i < of.size(); ++i) step.tasks.push_back(keccak({of[i], to_be32(indexes[i])}));
    step.shape = " " + std::to_string(count);
    return step;
}
Step result_for(Market& m) {
    const Hash task = find_task(m, [](const Task& t) { return t.shown.status == TaskStatus::kCompleted; });
    return make_step(m, m.somebody(), kHub, hub::kResultFor, &Model::read_result, task);
}

}  // namespace

const std::vector<StepKind>& task_steps() {
    static const std::vector<StepKind> kinds{
        {"initialize", 12, &initialize},
        {"contribute", 28, &contribute},
        {"reveal", 16, &reveal},
        {"reopen", 4, &reopen},
        {"finalize", 10, &finalize},
        {"contributeAndFinalize", 4, &contribute_and_finalize},
        {"claim", 5, &claim},
        {"initializeArray", 3, &initialize_array},
        {"claimArray", 3, &claim_array},
        {"initializeAndClaimArray", 3, &initialize_and_claim_array},
        {"resultFor", 1, &result_for},
    };
    return kinds;
}

}  // namespace bourse::model
