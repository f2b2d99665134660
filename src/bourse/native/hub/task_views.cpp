// Views of tasks and contributions (poco.md §13), the legacy forms included. Unknown ids give zero structs.
#include <bourse/native/hub/hub.hpp>
#include <bourse/native/hub/tasks.hpp>
#include <bourse/native/modules.hpp>
#include <bourse/poco/addresses.hpp>

namespace bourse::native {
namespace {

namespace hub_sel = poco::selectors::hub;

poco::Task task_at(Context& context, const Bytes32& id) {
    poco::Task out;
    const auto opened = open_task(context, poco::TaskId(id));
    if (!opened) return out;
    TaskFile file = opened->file;
    out.status = file.status;
    out.dealid = file.deal;
    out.idx = file.index;
    out.timeref = opened->time_ref;
    out.contribution_deadline = opened->contribution_deadline();
    out.reveal_deadline = file.reveal_deadline;
    out.final_deadline = opened->final_deadline();
    if (file.consensus_leader != TaskFile::kNone) out.consensus_value = file.value_of(file.consensus_leader);
    out.reveal_counter = file.reveal_counter;
    out.winner_counter = file.winner_counter;
    for (std::uint64_t place = 0; place < file.contributor_count(); ++place)
        out.contributors.push_back(file.contributor(place).worker);
    out.result_digest = file.result_digest;
    out.results = file.results;
    out.results_callback = file.results_callback;
    return out;
}

poco::Contribution contribution_at(Context& context, const Bytes32& task, const Address& worker) {
    TaskFile file(context.state(), context.self(), poco::TaskId(task));
    const auto place = file.find_worker(worker);
    if (!place) return {};
    const Contributor entry = file.contributor(*place);
    return {entry.status, file.value_of(*place), entry.seal, entry.enclave, entry.log_weight};
}

Outcome<poco::Task> view_task(Context& context, Bytes32 id) { return task_at(context, id); }
Outcome<poco::Contribution> view_contribution(Context& context, Bytes32 task, Address worker) {
    return contribution_at(context, task, worker);
}

Outcome<Bytes> result_for(Context& context, Bytes32 id) {
    const TaskFile file(context.state(), context.self(), poco::TaskId(id));
    if (file.status != poco::TaskStatus::kCompleted) return revert_text("task-pending");
    return file.results_callback;
}

using TaskTuple = std::tuple<poco::TaskStatus, poco::DealId, Uint256, Uint256, Uint256, Uint256, Uint256, Bytes32,
                             Uint256, Uint256, std::vector<Address>, Bytes>;
Outcome<TaskTuple> view_task_legacy(Context& context, Bytes32 id) {
    const auto t = task_at(context, id);
    return TaskTuple{t.status,
                     t.dealid,
                     t.idx,
                     t.timeref,
                     t.contribution_deadline,
                     t.reveal_deadline,
                     t.final_deadline,
                     t.consensus_value,
                     t.reveal_counter,
                     t.winner_counter,
                     t.contributors,
                     t.results};
}
using ContributionTuple = std::tuple<poco::ContributionStatus, Bytes32, Bytes32, Address>;
Outcome<ContributionTuple> view_contribution_legacy(Context& context, Bytes32 task, Address worker) {
    const auto c = contribution_at(context, task, worker);
    return ContributionTuple{c.status, c.result_hash, c.result_seal, c.enclave_challenge};
}
constexpr auto kTaskViewTable = make_table(
    std::to_array<Entry>({view<&view_task>(hub_sel::kViewTask), view<&view_contribution>(hub_sel::kViewContribution),
                          view<&result_for>(hub_sel::kResultFor), view<&view_task_legacy>(hub_sel::kViewTaskABILegacy),
                          view<&view_contribution_legacy>(hub_sel::kViewContributionABILegacy)}));

}  // namespace

std::span<const Entry> hub_task_view_entries() noexcept { return kTaskViewTable; }

TaskConsensusView task_consensus(const state::State& state, const poco::TaskId& task) {
    TaskFile file(state, poco::kHub, task);
    TaskConsensusView out;
    out.total = file.total;
    for (std::uint64_t place = 0; place < file.contributor_count(); ++place) {
        const auto& entry = file.contributor(place);
        if (entry.leader == place) out.groups.push_back({entry.value, entry.group_weight});
    }
    return out;
}

}  // namespace bourse::native
