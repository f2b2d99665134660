#include <bourse/cli/watch.hpp>

#include <bourse/cli/claims.hpp>
#include <bourse/cli/task_stages.hpp>
#include <bourse/client/archive.hpp>
#include <bourse/client/result_digest.hpp>
#include <bourse/codec/text.hpp>
#include <bourse/sys/clock.hpp>

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <thread>

namespace bourse::cli {

namespace {

/// How long an absent node or store is waited for, and how long a scheduler may take to claim a task that is too late.
constexpr std::uint64_t kOutageMs = 60'000;
constexpr std::uint64_t kClaimGraceMs = 15'000;
constexpr std::size_t kOutputHeadBytes = 2'000;

bool is_outage(const Error& error) {
    return error.code == "NODE_UNREACHABLE" || error.code == "NODE_TIMEOUT" || error.code == "NODE_BAD_ANSWER" ||
           error.code == "STORE_UNREACHABLE" || error.code == "RESULT_NOT_FOUND";
}

/// Calls f again while it fails by an outage of less than a minute.
template <class F>
auto through_outage(const F& f) -> decltype(f()) {
    const std::uint64_t start = sys::steady_ms();
    for (;;) {
        auto result = f();
        if (result || !is_outage(result.error()) || sys::steady_ms() - start > kOutageMs) return result;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

/// Short waits at first: a small task is paid within half a second.
std::chrono::milliseconds pause_after(std::uint64_t waited_ms) {
    if (waited_ms < 3'000) return std::chrono::milliseconds(20);
    return std::chrono::milliseconds(waited_ms < 30'000 ? 100 : 500);
}

std::string read_stdout_head(const std::filesystem::path& zip) {
    std::string head;
    const auto visited =
        client::visit_zip(zip, [&](const client::ZipEntry& entry, const client::ZipReader& read) -> Status<> {
            if (entry.path != "stdout.txt") return {};
            head.resize(kOutputHeadBytes);
            BOURSE_TRY(const auto size, read(head.data(), head.size()));
            head.resize(size);
            return {};
        });
    return visited ? head : std::string();
}

std::string verdict_text(const std::optional<std::string>& cause) {
    return cause ? fmt::format("ERROR({})", *cause) : "OK";
}

/// A task with a callback and no place to download from: its content went to the callback.
TaskOutcome callback_outcome(TaskOutcome outcome, const poco::Task& task) {
    const std::string text(as_text(task.results_callback));
    const bool is_cause = client::is_error_cause(text);
    outcome.verdict = verdict_text(is_cause ? std::optional(text) : std::nullopt);
    outcome.reason = "The result was delivered to the callback; there is nothing to download.";
    return outcome;
}

struct Watcher {
    Context& context;
    client::Hub& hub;
    const poco::Deal& deal;
    const WatchOptions& options;
    std::uint64_t deadline_s;
    std::vector<TaskOutcome> outcomes;
    std::vector<std::uint64_t> late_since;
    StageReporter stages;

    std::filesystem::path file_of(const TaskOutcome& outcome) const {
        return options.file.empty() ? options.folder / (to_hex(outcome.id) + ".zip") : options.file;
    }

    Status<> end_task(std::size_t i, const poco::Task& task, const std::string& status) {
        TaskOutcome& outcome = outcomes[i];
        outcome.status = status;
        if (task.status == poco::TaskStatus::kCompleted) {
            stages.downloading(i);
            auto fetched = through_outage(
                [&] { return fetch_result(context, outcome.id, task, !deal.callback.is_zero(), file_of(outcome)); });
            if (!fetched) return fail(std::move(fetched).error());
            outcome = std::move(*fetched);
        } else {
            outcome.verdict = "FAILED";
            outcome.reason =
                status == "TIMEOUT"
                    ? "The final deadline has passed without a result. `bourse deal claim` gets the money back."
                    : "The task failed and its price went back to the requester.";
        }
        stages.ended(i, outcome.verdict);
        return {};
    }

    /// Looks at the chain once; true when every task has ended.
    Result<bool> look(const std::vector<poco::TaskId>& ids, std::uint64_t now_s) {
        BOURSE_TRY(const auto tasks, through_outage([&] { return hub.tasks(ids); }));
        bool all_over = true;
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            if (!outcomes[i].verdict.empty()) continue;
            std::string status = client::task_status_name(tasks[i], now_s);
            // A task that nobody ever initialised has no deadline of its own, but its deal has.
            if (tasks[i].status == poco::TaskStatus::kUnset && now_s >= deadline_s) status = "TIMEOUT";
            outcomes[i].status = status;
            stages.update(i, tasks[i]);
            bool is_over = status == "COMPLETED" || status == "FAILED";
            if (status == "TIMEOUT") {
                if (late_since[i] == 0) late_since[i] = sys::steady_ms();
                is_over = sys::steady_ms() - late_since[i] > kClaimGraceMs;
            }
            if (is_over)
                BOURSE_CHECK(end_task(i, tasks[i], status));
            else
                all_over = false;
        }
        return all_over;
    }
};

}  // namespace

Result<TaskOutcome> fetch_result(Context& context, const poco::TaskId& id, const poco::Task& task, bool has_callback,
                                 const std::filesystem::path& to) {
    TaskOutcome outcome;
    outcome.id = id;
    outcome.index = task.idx;
    outcome.status = std::string(poco::to_text(task.status));
    outcome.digest = task.result_digest;
    const auto link = client::parse_result_link(task.results);
    if (link.location.empty() && has_callback) return callback_outcome(std::move(outcome), task);
    if (link.storage != "ipfs")
        return fail("RESULT_LINK_INVALID",
                    fmt::format("The result of task {} lies in storage '{}', which this program cannot read.",
                                to_hex(id), link.storage));
    outcome.location = link.location;
    BOURSE_TRY(const auto store, context.store());
    std::error_code error;
    if (to.has_parent_path()) std::filesystem::create_directories(to.parent_path(), error);
    if (error)
        return fail("FILE_UNWRITABLE",
                    fmt::format("The folder {} cannot be made: {}.", to.parent_path().string(), error.message()));
    BOURSE_TRY(const auto facts, store.download_result(link.location, task.result_digest, has_callback, to));
    outcome.result_file = to;
    outcome.verdict = verdict_text(facts.error_cause);
    outcome.first_output = read_stdout_head(to);
    return outcome;
}

Result<std::vector<TaskOutcome>> watch_tasks(Context& context, const poco::Deal& deal,
                                             const std::vector<poco::TaskId>& tasks, const WatchOptions& options) {
    BOURSE_TRY(auto* const hub, context.hub());
    const auto scheduler = context.scheduler_url();
    BOURSE_TRY(const auto deadline_s, final_deadline_s(*hub, deal));
    Watcher watcher{
        context,    *hub, deal, options,
        deadline_s, {},   {},   StageReporter(context.progress(), tasks, options.is_quiet, scheduler.value_or(""))};
    watcher.outcomes.resize(tasks.size());
    watcher.late_since.resize(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        watcher.outcomes[i].id = tasks[i];
        watcher.outcomes[i].index = deal.bot_first + Uint256(i);
    }
    const std::uint64_t start = sys::steady_ms();
    std::uint64_t now_s = 0, asked_ms = 0;
    for (;;) {
        // The deadline moves in seconds: the chain's clock need not be asked at every look.
        if (asked_ms == 0 || sys::steady_ms() - asked_ms > 1'000) {
            BOURSE_TRY(now_s, through_outage([&] { return hub->rpc().pending_time_s(); }));
            asked_ms = sys::steady_ms();
        }
        BOURSE_TRY(const bool is_over, watcher.look(tasks, now_s));
        if (is_over) break;
        watcher.stages.show();
        std::this_thread::sleep_for(pause_after(sys::steady_ms() - start));
    }
    context.progress().stage("");
    return std::move(watcher.outcomes);
}

nlohmann::json outcome_json(const TaskOutcome& outcome) {
    nlohmann::json out{{"task", to_hex(outcome.id)}, {"index", to_decimal(outcome.index)}, {"status", outcome.status}};
    out["verdict"] = outcome.verdict.empty() ? nlohmann::json(nullptr) : nlohmann::json(outcome.verdict);
    out["result_file"] = outcome.result_file.empty()
                             ? nlohmann::json(nullptr)
                             : nlohmann::json(std::filesystem::absolute(outcome.result_file).string());
    out["location"] = outcome.location.empty() ? nlohmann::json(nullptr) : nlohmann::json(outcome.location);
    if (!outcome.digest.is_zero()) out["digest"] = to_hex(outcome.digest);
    if (!outcome.reason.empty()) out["reason"] = outcome.reason;
    return out;
}

std::string outcome_text(const TaskOutcome& outcome) {
    std::vector<std::pair<std::string, std::string>> rows{{"task", to_hex(outcome.id)}, {"status", outcome.status}};
    if (!outcome.verdict.empty()) rows.push_back({"verdict", outcome.verdict});
    if (!outcome.result_file.empty())
        rows.push_back({"result", outcome.result_file.string() + " (verified against the chain)"});
    if (!outcome.reason.empty()) rows.push_back({"note", outcome.reason});
    return fields(rows);
}

std::string outcomes_text(const std::vector<TaskOutcome>& outcomes) {
    if (outcomes.size() == 1) return outcome_text(outcomes[0]);
    std::vector<std::vector<std::string>> rows{{"index", "status", "verdict", "result (verified against the chain)"}};
    for (const auto& outcome : outcomes)
        rows.push_back({to_decimal(outcome.index), outcome.status, outcome.verdict,
                        outcome.result_file.empty() ? outcome.reason : outcome.result_file.string()});
    return table(rows);
}

std::optional<Error> outcome_error(const std::vector<TaskOutcome>& outcomes) {
    const auto bad = std::ranges::find_if(outcomes, [](const TaskOutcome& outcome) { return !outcome.is_ok(); });
    if (bad == outcomes.end()) return std::nullopt;
    const auto count = std::ranges::count_if(outcomes, [](const TaskOutcome& outcome) { return !outcome.is_ok(); });
    const bool failed =
        std::ranges::any_of(outcomes, [](const TaskOutcome& outcome) { return outcome.verdict == "FAILED"; });
    return Error{failed ? "TASK_FAILED" : "TASK_ERROR",
                 fmt::format("{} of {} task(s) ended without a good result; the first is {}: {}.{}", count,
                             outcomes.size(), to_hex(bad->id), bad->verdict.empty() ? bad->status : bad->verdict,
                             failed ? "" : " `bourse task logs` shows what the application said.")};
}

}  // namespace bourse::cli
