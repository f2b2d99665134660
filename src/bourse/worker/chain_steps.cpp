#include <bourse/worker/chain_steps.hpp>

#include <bourse/codec/abi.hpp>
#include <bourse/poco/messages.hpp>
#include <bourse/poco/selectors.hpp>

#include <array>

namespace bourse::worker {
namespace {

constexpr std::array<std::string_view, 3> kStepNames = {"contribute", "reveal", "contributeAndFinalize"};

bool is_needed(ChainStep step, const poco::Task& task, const poco::Contribution& own, const Uint256& now_s) {
    switch (step) {
        case ChainStep::kContribute:
            return task.status == poco::TaskStatus::kActive && now_s < task.contribution_deadline &&
                   own.status == poco::ContributionStatus::kUnset;
        case ChainStep::kReveal:
            return task.status == poco::TaskStatus::kRevealing && now_s < task.reveal_deadline &&
                   own.status == poco::ContributionStatus::kContributed && own.result_hash == task.consensus_value;
        case ChainStep::kContributeAndFinalize:
            return task.status == poco::TaskStatus::kActive && now_s < task.contribution_deadline &&
                   task.contributors.empty();
    }
    return false;
}

}  // namespace

std::string intent_key(ChainStep step, const poco::TaskId& task) {
    return std::string(kStepNames[static_cast<std::size_t>(step)]) + ":" + to_hex(task);
}

std::optional<ParsedKey> parse_intent_key(std::string_view key) {
    const auto colon = key.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto hash = hash_from_hex(key.substr(colon + 1));
    for (std::size_t i = 0; i < kStepNames.size(); ++i)
        if (hash && key.substr(0, colon) == kStepNames[i])
            return ParsedKey{static_cast<ChainStep>(i), poco::TaskId(*hash)};
    return std::nullopt;
}

client::Intent make_intent(ChainStep step, const TaskRecord& record, const Address& hub, const Address& worker) {
    namespace selectors = poco::selectors::hub;
    const auto& task = record.task();
    const Bytes no_enclave(32, 0);  // ignored for the zero challenge
    client::Intent intent;
    intent.key = intent_key(step, task);
    intent.to = hub;
    switch (step) {
        case ChainStep::kContribute:
            intent.data = abi::encode_call(selectors::kContribute, task, poco::result_hash(task, record.digest),
                                           poco::result_seal(worker, task, record.digest), Address{}, no_enclave,
                                           record.assignment.authorization);
            intent.deadline_s = record.assignment.contribution_deadline_s;
            break;
        case ChainStep::kReveal:
            intent.data = abi::encode_call(selectors::kReveal, task, record.digest);
            intent.deadline_s = record.assignment.final_deadline_s;
            intent.priority = 10;
            break;
        case ChainStep::kContributeAndFinalize:
            intent.data = abi::encode_call(selectors::kContributeAndFinalize, task, record.digest,
                                           to_bytes(record.link), record.has_callback ? record.callback_data : Bytes{},
                                           Address{}, no_enclave, record.assignment.authorization);
            intent.deadline_s = record.assignment.contribution_deadline_s;
            break;
    }
    return intent;
}

Result<std::vector<bool>> still_needed(std::span<const client::Intent> intents, client::Hub& hub,
                                       const Address& worker) {
    std::vector<poco::TaskId> ids;
    std::vector<ChainStep> steps;
    for (const auto& intent : intents) {
        const auto parsed = parse_intent_key(intent.key);
        if (!parsed) return fail("OUTBOX_KEY", "An intent has the unknown key " + intent.key + ".");
        ids.push_back(parsed->task);
        steps.push_back(parsed->step);
    }
    BOURSE_TRY(const auto tasks, hub.tasks(ids));
    BOURSE_TRY(const std::uint64_t now_s, hub.rpc().pending_time_s());
    std::vector<bool> needed;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        BOURSE_TRY(const auto own, hub.contribution(ids[i], worker));
        needed.push_back(is_needed(steps[i], tasks[i], own, Uint256{now_s}));
    }
    return needed;
}

}  // namespace bourse::worker
