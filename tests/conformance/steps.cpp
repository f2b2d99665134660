#include "steps.hpp"

#include <bourse/native/modules.hpp>
#include <bourse/poco/addresses.hpp>

#include <algorithm>

namespace bourse::conformance {
namespace {

namespace hub = poco::selectors::hub;

template <class T, class... Args>
T view_hub(const World& world, const Bytes4& selector, const Args&... args) {
    const auto outcome = world.call({}, poco::kHub, abi::encode_call(selector, args...));
    const auto decoded = outcome.success ? abi::decode<T>(outcome.output) : std::nullopt;
    return decoded ? std::get<0>(*decoded) : T{};
}

json account_value(const World& world, const Address& account) {
    const auto value = world.call({}, poco::kHub, abi::encode_call(hub::kViewAccount, account));
    const auto decoded = abi::decode<Uint256, Uint256>(value.output);
    if (!decoded) return "view failed";
    return json::array({to_decimal(std::get<0>(*decoded)), to_decimal(std::get<1>(*decoded))});
}

json task_value(const World& world, const poco::TaskId& id) {
    const auto task = view_hub<poco::Task>(world, hub::kViewTask, id);
    return {{"status", static_cast<int>(task.status)},
            {"revealCounter", to_decimal(task.reveal_counter)},
            {"winnerCounter", to_decimal(task.winner_counter)},
            {"contributors", task.contributors.size()},
            {"consensusValue", to_hex(task.consensus_value)},
            {"contributionDeadline", to_decimal(task.contribution_deadline)},
            {"revealDeadline", to_decimal(task.reveal_deadline)},
            {"finalDeadline", to_decimal(task.final_deadline)}};
}

/// "task:2" → "2"
std::string number_of(const std::string& key) { return key.substr(key.find(':') + 1); }

std::string compare_logs(const std::vector<state::Log>& logs, const json& expected, const Vectors& vectors,
                         const StepOptions& options) {
    std::vector<json> wanted;
    for (const auto& log : expected)
        if (!options.without_logs_of.contains(log.at("c").get<std::string>())) wanted.push_back(log);
    if (wanted.size() != logs.size())
        return std::to_string(logs.size()) + " logs instead of " + std::to_string(wanted.size());
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const std::string where = "log " + std::to_string(i) + " (" + wanted[i].value("e", "") + "): ";
        if (logs[i].address != vectors.address(wanted[i].at("c").get<std::string>())) return where + "other address";
        json topics = json::array();
        for (const auto& topic : logs[i].topics) topics.push_back(to_hex(topic));
        if (topics != wanted[i].at("topics")) return where + "topics " + topics.dump();
        if (to_hex(logs[i].data) != wanted[i].at("data")) return where + "data " + to_hex(logs[i].data);
    }
    return {};
}

}  // namespace

json tracked_value(const World& world, const Vectors& vectors, const TaskNumbers& tasks, const std::string& key) {
    if (key == "totalSupply") return to_decimal(view_hub<Uint256>(world, hub::kTotalSupply));
    if (key.starts_with("score:"))
        return to_decimal(view_hub<Uint256>(world, hub::kViewScore, vectors.address(key.substr(6))));
    if (key.starts_with("task:")) {
        const auto task = tasks.find(number_of(key));
        return task_value(world, task == tasks.end() ? poco::TaskId{} : task->second);  // not initialised yet: all zero
    }
    if (key.starts_with("consensusTotal:")) {
        const auto task = tasks.find(number_of(key));
        if (task == tasks.end()) return "0";
        const state::State state(world.state());
        return to_decimal(native::task_consensus(state, task->second).total);
    }
    return account_value(world, vectors.address(key));
}

std::string compare_step(const Outcome& outcome, const json& step, const Vectors& vectors, const StepOptions& options) {
    const bool expected = step.at("status").get<int>() == 1;
    if (outcome.success != expected)
        return std::string(outcome.success ? "succeeded" : "failed") + " with " + to_hex(outcome.output);
    if (!expected) {
        if (to_hex(outcome.output) != step.at("revertData")) return "revert data " + to_hex(outcome.output);
        return outcome.logs.empty() ? std::string() : "logs of a failed call";
    }
    if (step.contains("ret") && to_hex(outcome.output) != step.at("ret")) return "returned " + to_hex(outcome.output);
    return compare_logs(outcome.logs, step.value("logs", json::array()), vectors, options);
}

Outcome run_step(World& world, const json& step, const Vectors& vectors) {
    const std::uint64_t time = step.contains("t") ? step.at("t").get<std::uint64_t>() : world.time_s() + 10;
    const Uint256 value = step.contains("value") ? integer_of(step.at("value")) : Uint256(0);
    const auto key = vectors.key(step.at("from").get<std::string>());
    const Address to = vectors.address(step.at("to").get<std::string>());
    return world.transact(key, to, bytes_of(step.at("calldata")), value, time);
}

std::vector<poco::TaskId> initialized_tasks(const std::vector<state::Log>& logs) {
    std::vector<poco::TaskId> out;
    for (const auto& log : logs)
        if (const auto event = poco::decode_event<poco::events::TaskInitialize>(log.topics, log.data))
            out.push_back(event->taskid);
    return out;
}

Scenario::Scenario(const json& scenario, const Vectors& vectors, World world, Report& report, StepOptions options)
    : scenario_(scenario), vectors_(vectors), world_(std::move(world)), report_(report), options_(std::move(options)) {
    collect_keys();
}

std::string Scenario::name(const std::string& what) const {
    return scenario_.at("name").get<std::string>() + ": " + what;
}

void Scenario::collect_keys() {
    for (const auto& [key, value] : scenario_.at("initial").items()) expected_[key] = value;
    std::set<std::string> numbers;
    const auto note = [&](const json& values) {
        for (const auto& [key, value] : values.items())
            if (key.starts_with("task:")) numbers.insert(number_of(key));
    };
    for (const auto& step : scenario_.at("steps")) note(step.at("after"));
    note(scenario_.at("final"));
    task_numbers_.assign(numbers.begin(), numbers.end());
}

void Scenario::note_tasks(const Outcome& outcome) {
    for (const auto& id : initialized_tasks(outcome.logs))
        if (tasks_.size() < task_numbers_.size()) tasks_.emplace(task_numbers_[tasks_.size()], id);
}

std::string Scenario::compare_state(const json& changes) {
    for (const auto& [key, value] : changes.items()) expected_[key] = value;
    for (const auto& [key, value] : expected_) {
        const json actual = tracked_value(world_, vectors_, tasks_, key);
        if (actual != value) return "state of " + key + " is " + actual.dump() + " instead of " + value.dump();
    }
    return {};
}

void Scenario::run(const Filter& leave_out_step, const Filter& leave_out_view) {
    report_.check(name("initial state"), compare_state(json::object()));
    history_.push_back(world_);
    for (const auto& step : scenario_.at("steps")) {
        if (leave_out_step && leave_out_step(step)) {
            history_.push_back(world_);
            continue;
        }
        const auto outcome = run_step(world_, step, vectors_);
        note_tasks(outcome);
        std::string problem = compare_step(outcome, step, vectors_, options_);
        if (problem.empty()) problem = compare_state(step.at("after"));
        report_.check(name(step.at("label").get<std::string>()), problem);
        history_.push_back(world_);
    }
    report_.check(name("final state"), compare_state(scenario_.at("final")));
    check_views(leave_out_view);
}

void Scenario::check_views(const Filter& leave_out) {
    // The files do not say between which steps a view was read, only their order: each must hold at the place of the
    // one before it or later.
    if (!scenario_.contains("views")) return;
    std::size_t place = 0;
    for (const auto& view : scenario_.at("views")) {
        if (leave_out && leave_out(view)) continue;
        const auto label = "view " + view.at("label").get<std::string>();
        const auto data = bytes_of(view.at("calldata"));
        std::size_t at = place;
        while (at < history_.size() && to_hex(history_[at].call({}, poco::kHub, data).output) != view.at("ret")) ++at;
        const bool found = at < history_.size();
        report_.check(name(label), found ? "" : "returned " + to_hex(world_.call({}, poco::kHub, data).output));
        if (found) place = at;
    }
}

}  // namespace bourse::conformance
