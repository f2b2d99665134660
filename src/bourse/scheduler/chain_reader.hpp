// From the hub's logs to facts: decodes events, and reads what an event does not say (the deal, the index of a task
// that somebody else initialised, the time of a consensus).
#pragma once

#include <bourse/client/hub.hpp>
#include <bourse/client/log_follower.hpp>
#include <bourse/scheduler/facts.hpp>

#include <functional>
#include <map>
#include <vector>

namespace bourse::scheduler {

/// What the reader asks the chain; client::Hub in the role, a fake in tests. Errors: those of client::Hub.
class ChainViews {
public:
    virtual ~ChainViews() = default;
    virtual Result<poco::Deal> deal(const DealId& id) = 0;
    virtual Result<std::uint64_t> category_time_s(const Uint256& category) = 0;
    virtual Result<std::vector<poco::Task>> tasks(const std::vector<TaskId>& ids) = 0;
    virtual Result<std::uint64_t> block_time_s(std::uint64_t number) = 0;
};
std::unique_ptr<ChainViews> make_chain_views(const client::Hub& hub);

class ChainReader {
public:
    ChainReader(ChainViews& views, const Address& pool) : views_(&views), pool_(pool) {}

    /// Topics of the follower's filter.
    static std::vector<Bytes32> topics();
    /// Deal and index of a task that is in the state already.
    using Lookup = std::function<std::optional<std::pair<DealId, std::uint64_t>>(const TaskId&)>;
    /// Facts about our pool's deals and tasks, in order. `now_ms`: Unix. Errors: those of ChainViews; the batch must
    /// then be read again.
    Result<std::vector<Fact>> facts_of(const client::BlockBatch& batch, const Lookup& known, std::uint64_t now_ms);

private:
    struct Reading;
    Result<std::optional<DealSeen>> read_deal(const DealId& id, std::uint64_t block);
    Status<> read_log(const client::LogEntry& log, Reading& reading);
    Status<> read_initialize(const client::LogEntry& log, Reading& reading);

    ChainViews* views_;
    Address pool_;
};

}  // namespace bourse::scheduler
