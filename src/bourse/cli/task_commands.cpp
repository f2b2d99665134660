// bourse task show|claim|logs|download
#include <bourse/cli/command.hpp>
#include <bourse/cli/scheduler_view.hpp>
#include <bourse/cli/watch.hpp>
#include <bourse/client/store_client.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/poco/selectors.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

namespace bourse::cli {

namespace {

using nlohmann::json;

struct TaskCommandArgs {
    std::string id;
    bool watch = false;
    std::string output;
    std::string worker;
};

Result<poco::TaskId> parse_task_id(const std::string& text) {
    const auto hash = hash_from_hex(text);
    if (!hash)
        return fail("TASK_ID_INVALID", fmt::format("'{}' is no task id: 0x and 64 hex digits are expected.", text));
    return poco::TaskId(*hash);
}

json task_json(const poco::TaskId& id, const poco::Task& task, const std::string& status) {
    const auto link = client::parse_result_link(task.results);
    json out{{"task", to_hex(id)},
             {"deal", to_hex(task.dealid)},
             {"index", to_decimal(task.idx)},
             {"status", status},
             {"contribution_deadline", to_decimal(task.contribution_deadline)},
             {"reveal_deadline", to_decimal(task.reveal_deadline)},
             {"final_deadline", to_decimal(task.final_deadline)},
             {"contributors", json::array()},
             {"revealed", to_decimal(task.reveal_counter)},
             {"winners", to_decimal(task.winner_counter)}};
    for (const auto& worker : task.contributors) out["contributors"].push_back(to_checksum(worker));
    if (!task.result_digest.is_zero()) out["digest"] = to_hex(task.result_digest);
    if (!task.results.empty()) out["results"] = {{"storage", link.storage}, {"location", link.location}};
    return out;
}

std::string task_text(const poco::TaskId& id, const poco::Task& task, const std::string& status) {
    std::vector<std::pair<std::string, std::string>> rows{
        {"task", to_hex(id)},
        {"deal", to_hex(task.dealid)},
        {"index", to_decimal(task.idx)},
        {"status", status},
        {"contributions", std::to_string(task.contributors.size())},
        {"contribution until", time_text(task.contribution_deadline.saturated_u64())},
        {"final deadline", time_text(task.final_deadline.saturated_u64())}};
    if (!task.result_digest.is_zero()) rows.push_back({"result digest", to_hex(task.result_digest)});
    if (!task.results.empty()) rows.push_back({"result", std::string(as_text(task.results))});
    if (status == "TIMEOUT")
        rows.push_back({"note", "past its final deadline: `bourse task claim` gets the money back"});
    return fields(rows);
}

Status<> add_contributions(client::Hub& hub, const poco::TaskId& id, const poco::Task& task, Answer& answer) {
    BOURSE_TRY(const auto contributions, hub.contributions(id, task.contributors));
    json list = json::array();
    std::vector<std::vector<std::string>> rows{{"worker", "contribution", "result hash"}};
    for (std::size_t i = 0; i < contributions.size(); ++i) {
        const std::string worker = to_checksum(task.contributors[i]), status(poco::to_text(contributions[i].status));
        list.push_back({{"worker", worker}, {"status", status}, {"result_hash", to_hex(contributions[i].result_hash)}});
        rows.push_back({worker, status, to_hex(contributions[i].result_hash)});
    }
    answer.data["contributions"] = std::move(list);
    if (rows.size() > 1) answer.text += table(rows);
    return {};
}

Result<Answer> watch_one(Context& context, client::Hub& hub, const poco::TaskId& id, const poco::Task& task,
                         const TaskCommandArgs& args) {
    BOURSE_TRY(auto deal, hub.deal(task.dealid));
    deal.bot_first = task.idx;
    WatchOptions options;
    options.folder = args.output.empty() ? "results" : args.output;
    options.is_quiet = context.options().json;
    BOURSE_TRY(const auto outcomes, watch_tasks(context, deal, {id}, options));
    Answer answer;
    answer.data = outcome_json(outcomes[0]);
    answer.text = outcome_text(outcomes[0]);
    answer.error = outcome_error(outcomes);
    return answer;
}

Result<Answer> show_task(Context& context, const TaskCommandArgs& args) {
    BOURSE_TRY(const auto id, parse_task_id(args.id));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto task, hub->task(id));
    if (args.watch) return watch_one(context, *hub, id, task, args);
    BOURSE_TRY(const auto now, hub->rpc().pending_time_s());
    const auto status = client::task_status_name(task, now);
    Answer answer;
    answer.data = task_json(id, task, status);
    answer.text = task_text(id, task, status);
    BOURSE_CHECK(add_contributions(*hub, id, task, answer));
    // The scheduler only adds what the chain cannot know; its absence is no failure.
    if (const auto url = context.scheduler_url()) {
        if (const auto view = scheduler_task(*url, id)) {
            answer.data["scheduler"] = view->data;
            answer.text += view->text;
        }
    }
    return answer;
}

Result<Answer> claim_task(Context& context, const TaskCommandArgs& args) {
    BOURSE_TRY(const auto id, parse_task_id(args.id));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto task, hub->task(id));
    BOURSE_TRY(const auto now, hub->rpc().pending_time_s());
    const auto status = client::task_status_name(task, now);
    if (status == "COMPLETED" || status == "FAILED")
        return fail("NOTHING_TO_CLAIM", fmt::format("The task is {}: nothing to claim.", status));
    if (status != "TIMEOUT")
        return fail("DEADLINE_NOT_REACHED",
                    fmt::format("The task is {} and can be claimed only from {} on (in {} s by the chain's clock).",
                                status, time_text(task.final_deadline.saturated_u64()),
                                to_decimal(task.final_deadline - Uint256(now))));
    BOURSE_TRY(auto* const sender, context.sender());
    BOURSE_TRY(const auto receipt, sender->send(hub->address(), abi::encode_call(poco::selectors::hub::kClaim, id)));
    Answer answer;
    answer.data = {{"task", to_hex(id)}, {"status", "FAILED"}, {"transaction", to_hex(receipt.tx_hash)}};
    answer.text = fmt::format("Claimed: the task's price went back to whoever paid the deal.\ntransaction: {}",
                              to_hex(receipt.tx_hash));
    return answer;
}

Result<Answer> task_logs(Context& context, const TaskCommandArgs& args) {
    BOURSE_TRY(const auto id, parse_task_id(args.id));
    BOURSE_TRY(const auto url, context.scheduler_url());
    BOURSE_TRY(const auto key, context.key());
    context.progress().stage("Asking the scheduler for the logs");
    BOURSE_TRY(const auto view, scheduler_logs(url, id, key, args.worker));
    return Answer{view.data, view.text, std::nullopt};
}

Result<Answer> download_task(Context& context, const TaskCommandArgs& args) {
    BOURSE_TRY(const auto id, parse_task_id(args.id));
    BOURSE_TRY(auto* const hub, context.hub());
    BOURSE_TRY(const auto task, hub->task(id));
    if (task.status != poco::TaskStatus::kCompleted)
        return fail("NO_RESULT",
                    fmt::format("The task is {}: there is no result. `bourse task show {} --watch` waits for it.",
                                poco::to_text(task.status), to_hex(id)));
    BOURSE_TRY(const auto deal, hub->deal(task.dealid));
    context.progress().stage("Downloading");
    const std::filesystem::path to =
        args.output.empty() ? std::filesystem::path(to_hex(id) + ".zip") : std::filesystem::path(args.output);
    BOURSE_TRY(const auto outcome, fetch_result(context, id, task, !deal.callback.is_zero(), to));
    context.progress().stage("");
    Answer answer;
    answer.data = outcome_json(outcome);
    answer.text = outcome_text(outcome);
    return answer;
}

}  // namespace

void add_task_command(CLI::App& root, int& exit_code) {
    auto* group = root.add_subcommand("task", "Tasks: show, claim, logs, download");
    group->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, const char* examples, bool with_wallet,
                         Result<Answer> (*verb)(Context&, const TaskCommandArgs&)) {
        auto options = std::make_shared<CommonOptions>();
        auto args = std::make_shared<TaskCommandArgs>();
        auto* sub = group->add_subcommand(name, help);
        add_network_options(*sub, *options);
        if (with_wallet) add_wallet_options(*sub, *options);
        sub->add_option("task", args->id, "Task id")->required();
        const std::string verb_name = name;
        if (verb_name == "show") {
            sub->add_flag("--watch", args->watch, "Wait for the end, download and verify the result");
            sub->add_option("--output", args->output, "Folder for the result with --watch (default ./results)");
        }
        if (verb_name == "download") sub->add_option("--output", args->output, "File to write (default ./<task>.zip)");
        if (verb_name == "logs") sub->add_option("--worker", args->worker, "Only of this worker");
        set_examples(*sub, examples);
        set_verb(*sub, options, exit_code, [args, verb](Context& context) { return verb(context, *args); });
    };
    add("show", "Show a task: chain, contributions, and what its workers do",
        "  bourse task show 0x…\n  bourse task show 0x… --watch", false, show_task);
    add("claim", "Get the money back for a task past its final deadline", "  bourse task claim 0x… --wallet requester",
        true, claim_task);
    add("logs", "What the application wrote (requester only)", "  bourse task logs 0x… --wallet requester", true,
        task_logs);
    add("download", "Download a result and verify it against the chain",
        "  bourse task download 0x… --output result.zip", false, download_task);
}

}  // namespace bourse::cli
