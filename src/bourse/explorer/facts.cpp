#include <bourse/explorer/facts.hpp>

#include <bourse/poco/events.hpp>

#include <set>

namespace bourse::explorer {

namespace {

namespace events = poco::events;

/// Ids that the logs of a batch speak of.
struct Wanted {
    std::set<poco::DealId> deals;
    std::set<poco::TaskId> tasks;
    std::set<std::pair<poco::TaskId, Address>> contributions;
    std::set<Address> apps, datasets, pools;
    std::set<std::uint64_t> blocks;
};

void want_of_hub(const client::LogEntry& log, Wanted& wanted) {
    if (const auto match = poco::decode_event<events::OrdersMatched>(log.topics, log.data))
        wanted.deals.insert(match->dealid);
    else if (const auto begun = poco::decode_event<events::TaskInitialize>(log.topics, log.data))
        wanted.tasks.insert(begun->taskid);
    else if (const auto given = poco::decode_event<events::TaskContribute>(log.topics, log.data))
        wanted.contributions.emplace(given->taskid, given->worker);
    else if (const auto ended = poco::decode_event<events::TaskFinalize>(log.topics, log.data))
        wanted.tasks.insert(ended->taskid);
}

Wanted wanted_of(const client::BlockBatch& batch, const client::HubFacts& facts, const Address& hub) {
    Wanted wanted;
    for (const auto& log : batch.logs) {
        wanted.blocks.insert(log.block_number);
        if (log.address == hub) {
            want_of_hub(log, wanted);
            continue;
        }
        const auto moved = poco::decode_event<events::Erc721Transfer>(log.topics, log.data);
        if (!moved || !moved->from.is_zero()) continue;
        const auto resource = address_of_token(moved->token_id);
        if (log.address == facts.app_registry) wanted.apps.insert(resource);
        if (log.address == facts.dataset_registry) wanted.datasets.insert(resource);
        if (log.address == facts.workerpool_registry) wanted.pools.insert(resource);
    }
    return wanted;
}

template <class Key, class Value>
Status<> fill(std::map<Hash, Value>& into, const std::set<Key>& ids, Result<std::vector<Value>> answers) {
    if (!answers) return fail(std::move(answers).error());
    std::size_t i = 0;
    for (const auto& id : ids) into.emplace(id.hash, std::move(answers->at(i++)));
    return {};
}

}  // namespace

Address address_of_token(const Uint256& token_id) {
    const auto bytes = to_be32(token_id);
    return *Address::from(ByteView(bytes).subspan(12));
}

std::vector<Bytes32> index_topics() {
    return {events::OrdersMatched::kTopic,
            events::TaskInitialize::kTopic,
            events::TaskContribute::kTopic,
            events::TaskConsensus::kTopic,
            events::TaskReveal::kTopic,
            events::TaskReopen::kTopic,
            events::TaskFinalize::kTopic,
            events::TaskClaimed::kTopic,
            events::AccurateContribution::kTopic,
            events::FaultyContribution::kTopic,
            events::Transfer::kTopic,
            events::Lock::kTopic,
            events::Unlock::kTopic,
            events::Reward::kTopic,
            events::Seize::kTopic,
            events::CreateCategory::kTopic,
            events::PolicyUpdate::kTopic,
            events::ClosedAppOrder::kTopic,
            events::ClosedDatasetOrder::kTopic,
            events::ClosedWorkerpoolOrder::kTopic,
            events::ClosedRequestOrder::kTopic};
}

Result<BatchFacts> read_facts(ExplorerChain& chain, const client::BlockBatch& batch) {
    BatchFacts out;
    BOURSE_TRY(out.hub, chain.facts());
    const auto wanted = wanted_of(batch, out.hub, chain.hub());
    const std::vector<poco::DealId> deals(wanted.deals.begin(), wanted.deals.end());
    BOURSE_CHECK(fill(out.deals, wanted.deals, chain.deals(deals)));
    const std::vector<poco::TaskId> tasks(wanted.tasks.begin(), wanted.tasks.end());
    BOURSE_CHECK(fill(out.tasks, wanted.tasks, chain.tasks(tasks)));
    const std::vector<std::pair<poco::TaskId, Address>> given(wanted.contributions.begin(), wanted.contributions.end());
    BOURSE_TRY(auto contributions, chain.contributions(given));
    for (std::size_t i = 0; i < given.size(); ++i)
        out.contributions.emplace(std::pair(given[i].first.hash, given[i].second), contributions.at(i));
    for (const auto& address : wanted.apps) {
        BOURSE_TRY(out.apps[address], chain.app(address));
    }
    for (const auto& address : wanted.datasets) {
        BOURSE_TRY(out.datasets[address], chain.dataset(address));
    }
    for (const auto& address : wanted.pools) {
        BOURSE_TRY(out.pools[address], chain.workerpool(address));
    }
    const std::vector<std::uint64_t> blocks(wanted.blocks.begin(), wanted.blocks.end());
    BOURSE_TRY(const auto times, chain.block_times(blocks));
    for (std::size_t i = 0; i < blocks.size(); ++i) out.times[blocks[i]] = times.at(i);
    BOURSE_TRY(out.transactions, chain.transaction_counts(batch.first, batch.last.number));
    return out;
}

}  // namespace bourse::explorer
