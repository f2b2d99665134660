#include <bourse/scheduler/chain_reader.hpp>

#include <bourse/poco/events.hpp>
#include <bourse/sys/log.hpp>

#include <set>

namespace bourse::scheduler {
namespace {

namespace events = poco::events;

/// Categories may have any time; beyond this (30,000 years) deadlines would overflow, and nobody waits for them.
constexpr std::uint64_t kMaxTimeRefS = 1'000'000'000'000;

class HubViews final : public ChainViews {
public:
    explicit HubViews(const client::Hub& hub) : hub_(&hub) {}

    Result<poco::Deal> deal(const DealId& id) override { return hub_->deal(id); }
    Result<std::uint64_t> category_time_s(const Uint256& category) override {
        BOURSE_TRY(const auto found, hub_->category(category.saturated_u64()));
        return std::min(found.work_clock_time_ref.saturated_u64(), kMaxTimeRefS);
    }
    Result<std::vector<poco::Task>> tasks(const std::vector<TaskId>& ids) override { return hub_->tasks(ids); }
    Result<std::uint64_t> block_time_s(std::uint64_t number) override {
        BOURSE_TRY(const auto block, hub_->rpc().block(number));
        return block.time_s;
    }

private:
    const client::Hub* hub_;
};

template <class Event>
std::optional<Event> event_in(const client::LogEntry& log) {
    return poco::decode_event<Event>(log.topics, log.data);
}

}  // namespace

std::unique_ptr<ChainViews> make_chain_views(const client::Hub& hub) { return std::make_unique<HubViews>(hub); }

struct ChainReader::Reading {
    const client::BlockBatch& batch;
    const Lookup& known;
    std::uint64_t now_ms;
    std::vector<Fact> facts;
    std::set<TaskId> new_tasks;  ///< initialised within this batch

    bool is_ours(const TaskId& task) const { return new_tasks.contains(task) || known(task).has_value(); }
};

std::vector<Bytes32> ChainReader::topics() {
    return {events::SchedulerNotice::kTopic,   events::TaskInitialize::kTopic, events::TaskContribute::kTopic,
            events::TaskConsensus::kTopic,     events::TaskReveal::kTopic,     events::TaskReopen::kTopic,
            events::TaskFinalize::kTopic,      events::TaskClaimed::kTopic,    events::AccurateContribution::kTopic,
            events::FaultyContribution::kTopic};
}

Result<std::vector<Fact>> ChainReader::facts_of(const client::BlockBatch& batch, const Lookup& known,
                                                std::uint64_t now_ms) {
    Reading reading{batch, known, now_ms, {}, {}};
    for (const auto& log : batch.logs) BOURSE_CHECK(read_log(log, reading));
    return std::move(reading.facts);
}

Result<std::optional<DealSeen>> ChainReader::read_deal(const DealId& id, std::uint64_t block) {
    BOURSE_TRY(const auto deal, views_->deal(id));
    BOURSE_TRY(const auto time_ref, views_->category_time_s(deal.category));
    if (!deal.bot_first.fits_u64() || !deal.bot_size.fits_u64() || !deal.start_time.fits_u64()) {
        sys::log_warn("deal out of range", {{"deal", to_hex(id)}});
        return std::optional<DealSeen>{};
    }
    DealSeen fact;
    fact.deal = id;
    fact.trust = deal.trust;
    fact.category = deal.category;
    fact.time_ref_s = time_ref;
    fact.start_s = deal.start_time.low_u64();
    fact.first = deal.bot_first.low_u64();
    fact.count = deal.bot_size.low_u64();
    fact.tag = deal.tag;
    fact.requester = deal.requester;
    fact.callback = deal.callback;
    fact.app = deal.app.pointer;
    fact.dataset = deal.dataset.pointer;
    fact.pool_price = deal.workerpool.price;
    fact.worker_stake = deal.worker_stake;
    fact.block = block;
    return std::optional<DealSeen>(fact);
}

Status<> ChainReader::read_initialize(const client::LogEntry& log, Reading& reading) {
    const auto event = event_in<events::TaskInitialize>(log);
    if (!event || event->workerpool != pool_) return {};
    if (const auto place = reading.known(event->taskid)) {
        reading.facts.emplace_back(TaskInitialized{event->taskid, place->first, place->second, log.block_number});
        return {};
    }
    BOURSE_TRY(const auto tasks, views_->tasks({event->taskid}));
    if (tasks.empty() || !tasks[0].idx.fits_u64()) return {};
    reading.new_tasks.insert(event->taskid);
    reading.facts.emplace_back(
        TaskInitialized{event->taskid, tasks[0].dealid, tasks[0].idx.low_u64(), log.block_number});
    return {};
}

Status<> ChainReader::read_log(const client::LogEntry& log, Reading& reading) {
    if (log.topics.empty()) return {};
    auto& facts = reading.facts;
    const auto block = log.block_number;
    if (const auto notice = event_in<events::SchedulerNotice>(log)) {
        if (notice->workerpool != pool_) return {};
        BOURSE_TRY(auto deal, read_deal(notice->dealid, block));
        if (deal) {
            deal->ms = reading.now_ms;
            facts.emplace_back(*std::move(deal));
        }
    } else if (log.topics[0] == events::TaskInitialize::kTopic) {
        return read_initialize(log, reading);
    } else if (const auto contribute = event_in<events::TaskContribute>(log)) {
        if (!reading.is_ours(contribute->taskid)) return {};
        facts.emplace_back(
            TaskContributed{contribute->taskid, contribute->worker, contribute->hash, block, reading.now_ms});
    } else if (const auto consensus = event_in<events::TaskConsensus>(log)) {
        if (!reading.is_ours(consensus->taskid)) return {};
        auto time = reading.batch.last.time_s;
        if (block != reading.batch.last.number) {
            BOURSE_TRY(time, views_->block_time_s(block));
        }
        facts.emplace_back(ConsensusReached{consensus->taskid, consensus->consensus, block, time});
    } else if (const auto reveal = event_in<events::TaskReveal>(log)) {
        if (reading.is_ours(reveal->taskid))
            facts.emplace_back(TaskRevealed{reveal->taskid, reveal->worker, reveal->digest, block});
    } else if (const auto reopen = event_in<events::TaskReopen>(log)) {
        if (reading.is_ours(reopen->taskid)) facts.emplace_back(TaskReopened{reopen->taskid, block});
    } else if (const auto finalize = event_in<events::TaskFinalize>(log)) {
        if (!reading.is_ours(finalize->taskid)) return {};
        facts.emplace_back(TaskFinalized{finalize->taskid, finalize->results, block, reading.now_ms});
    } else if (const auto claimed = event_in<events::TaskClaimed>(log)) {
        if (reading.is_ours(claimed->taskid)) facts.emplace_back(TaskClaimed{claimed->taskid, block, reading.now_ms});
    } else if (const auto accurate = event_in<events::AccurateContribution>(log)) {
        facts.emplace_back(ScoreMoved{accurate->worker, true, block});
    } else if (const auto faulty = event_in<events::FaultyContribution>(log)) {
        facts.emplace_back(ScoreMoved{faulty->worker, false, block});
    }
    return {};
}

}  // namespace bourse::scheduler
