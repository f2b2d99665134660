#include <bourse/worker/engine.hpp>

#include <bourse/crypto/hash.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/worker/guarded.hpp>
#include <bourse/worker/machine_use.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace bourse::worker {

namespace stream = client::stream;

namespace {

constexpr std::size_t kMaxMessageBytes = 2048;
constexpr int kOwnContributionTries = 240;
/// Between two looks at who else uses the machine.
constexpr auto kWatchPeriod = std::chrono::seconds(1);
constexpr std::uint64_t kOwnContributionPauseMs = 250;

void count_task(std::string_view what, const std::string& cause = {}) {
    sys::Metrics::global().count("bourse_worker_tasks_total", "Tasks by what became of them.", 1,
                                 {{"event", std::string(what)}, {"cause", cause}});
}

}  // namespace

Engine::Engine(EngineParts parts)
    : parts_(std::move(parts)), worker_(parts_.wallet->address()), facts_(*parts_.hub, worker_, *parts_.config) {}
Engine::~Engine() { stop(); }

void Engine::start(client::Outbox& outbox) {
    outbox_ = &outbox;
    wish_ = parts_.journal->wish();
    in_use_ = wish_.only_idle;  // until the first look says otherwise
    for (std::uint64_t i = 0; i < parts_.slots; ++i)
        threads_.emplace_back([this] { run_guarded("compute", [this] { compute_loop(); }); });
    for (int i = 0; i < 2; ++i) threads_.emplace_back([this] { run_guarded("transfer", [this] { transfer_loop(); }); });
    threads_.emplace_back([this] { run_guarded("watch", [this] { watch_loop(); }); });
    for (const auto& record : parts_.journal->all()) {
        sys::log_info("task taken up again",
                      {{"task", to_hex(record.task())}, {"step", std::to_string(static_cast<unsigned>(record.step))}});
        advance(record.task());
    }
}

void Engine::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (auto& [task, run] : runs_) run->cancelled = true;
        changed_.notify_all();
    }
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    threads_.clear();
}

void Engine::on_connected() {
    for (const auto& record : parts_.journal->all()) {
        std::string payload = record.report;
        {
            const std::lock_guard lock(mutex_);
            if (const auto it = last_reports_.find(record.task()); it != last_reports_.end()) payload = it->second;
        }
        if (const auto message = stream::worker_message_from(payload); message) parts_.send(*message);
        if (record.log_pending) send_log(record);
    }
    if (const auto seq = parts_.journal->position().seq; seq > 0) parts_.send(stream::AckReport{seq});
    for (const auto& tail : tails()) tail->send_again();
    send_free();
}

std::vector<std::shared_ptr<OutputTail>> Engine::tails() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<OutputTail>> out;
    for (const auto& [task, tail] : tails_) out.push_back(tail);
    return out;
}

void Engine::on_command(const stream::Command& command) {
    if (!parts_.journal->take(command)) {
        parts_.send(stream::AckReport{parts_.journal->position().seq});
        return;
    }
    parts_.send(stream::AckReport{command.seq});
    sys::log_info("command", {{"task", to_hex(command.task)},
                              {"command", std::string(stream::to_text(command.kind))},
                              {"cause", command.cause}});
    const bool known = parts_.journal->find(command.task).has_value();
    switch (command.kind) {
        case stream::CommandKind::kAssign:
            count_task("assigned");
            advance(command.task);
            send_free();
            return;
        case stream::CommandKind::kReveal:
        case stream::CommandKind::kUpload:
            if (known) {
                advance(command.task);
            } else {
                drop(command.task, "ABORTED", "TASK_DESCRIPTION_NOT_FOUND",
                     "This worker does not hold the task any more.");
            }
            return;
        case stream::CommandKind::kComplete:
            count_task("completed");
            drop(command.task, "COMPLETED", "", "");
            return;
        case stream::CommandKind::kAbort:
            count_task("aborted", command.cause);
            drop(command.task, "ABORTED", command.cause, "Ordered by the scheduler.");
            return;
    }
}

void Engine::on_report_ack(std::uint64_t number) {
    std::vector<poco::TaskId> confirmed;
    {
        const std::lock_guard lock(mutex_);
        while (!logs_in_flight_.empty() && logs_in_flight_.begin()->first <= number) {
            confirmed.push_back(logs_in_flight_.begin()->second);
            logs_in_flight_.erase(logs_in_flight_.begin());
        }
    }
    for (const auto& tail : tails()) tail->acknowledge(number);
    for (const auto& task : confirmed)
        parts_.journal->update(task, [](TaskRecord& record) { record.log_pending = false; });
}

void Engine::on_fetch_answer(const stream::FetchAnswer& answer) {
    const std::lock_guard lock(mutex_);
    if (const auto it = fetch_answers_.find({answer.task, answer.key}); it != fetch_answers_.end())
        it->second = answer.fetched_elsewhere;
    changed_.notify_all();
}

void Engine::on_pause(const stream::Pause& pause) {
    const OwnersWish wish{pause.paused, pause.only_idle};
    bool changed = false, has_room = false;
    {
        const std::lock_guard lock(mutex_);
        changed = std::exchange(wish_, wish).paused != wish.paused;
        if (!wish.only_idle) has_room = std::exchange(in_use_, false);
        chain_s_ = pause.chain_s;
        chain_read_ms_ = sys::steady_ms();
    }
    // The apps stand still first; what outlives this process comes after.
    parts_.journal->set_wish(wish);
    sys::Metrics::global().gauge("bourse_worker_paused", "1 while its owner has paused the worker.", pause.paused);
    if (changed) sys::log_info(pause.paused ? "paused by the owner" : "pause over");
    if (has_room) send_free();
}

void Engine::watch_loop() {
    MachineUse use;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_for(lock, kWatchPeriod, [this] { return stopping_; })) return;
            if (!wish_.only_idle) continue;
        }
        note_use(use.by_others(sys::steady_ms(), sys::unix_time_s()));
    }
}

void Engine::note_use(bool in_use) {
    {
        const std::lock_guard lock(mutex_);
        if (in_use_ == in_use || !wish_.only_idle) return;
        in_use_ = in_use;
    }
    sys::log_info(in_use ? "somebody else uses the machine" : "the machine is idle");
    send_free();
}

bool Engine::stands_still(const stream::Command& assignment, std::uint64_t ran_ms) {
    std::uint64_t now_s = 0;
    {
        const std::lock_guard lock(mutex_);
        if (!wish_.paused && !in_use_) return false;
        if (chain_s_ == 0) return true;
        now_s = chain_s_ + (sys::steady_ms() - chain_read_ms_) / 1'000;
    }
    const auto ran_s = std::min(ran_ms / 1'000, assignment.limits.seconds);
    if (now_s + assignment.limits.seconds - ran_s > assignment.contribution_deadline_s)
        drop(assignment.task, "ABORTED", "WORKER_PAUSED",
             "The worker's owner does not give the machine now, and the task cannot be done in time any more.");
    return true;
}

std::uint64_t Engine::busy() const {
    const std::lock_guard lock(mutex_);
    return runs_.size();
}

// ---- what comes next -----------------------------------------------------------------------------------------------

void Engine::advance(const poco::TaskId& task) {
    const auto record = parts_.journal->find(task);
    if (!record) return;
    const auto queue_transfer = [&] {
        const std::lock_guard lock(mutex_);
        transfers_.try_emplace(task, 0);
        changed_.notify_all();
    };
    switch (record->step) {
        case TaskStep::kAssigned: {
            const std::lock_guard lock(mutex_);
            if (!runs_.try_emplace(task, std::make_shared<Run>()).second) return;
            compute_queue_.push_back(task);
            changed_.notify_all();
            return;
        }
        case TaskStep::kComputed:
            if (record->assignment.fast && !record->cheating && !record->fast_path) return queue_transfer();
            return submit(record->fast_path ? ChainStep::kContributeAndFinalize : ChainStep::kContribute, *record);
        case TaskStep::kContributed:
            if (record->reveal_ordered) submit(ChainStep::kReveal, *record);
            return;
        case TaskStep::kRevealed:
            if (record->upload_ordered) queue_transfer();
            return;
        case TaskStep::kFinished:
            return;
    }
}

void Engine::submit(ChainStep step, const TaskRecord& record) {
    const auto intent = make_intent(step, record, parts_.hub->address(), worker_);
    // After a restart the outcome may have been stored before the record was.
    if (const auto known = outbox_->outcome(intent.key); known && client::is_final(known->state)) {
        on_outcome(*known);
        return;
    }
    outbox_->submit(intent);
}

void Engine::on_outcome(const client::Outcome& outcome) {
    const auto parsed = parse_intent_key(outcome.key);
    if (!parsed || !client::is_final(outcome.state)) return;
    const bool done = outcome.state == client::IntentState::kDone;
    switch (parsed->step) {
        case ChainStep::kContribute:
            return done ? contributed(parsed->task) : contribution_failed(parsed->task, outcome, parsed->step);
        case ChainStep::kContributeAndFinalize: {
            if (!done) return contribution_failed(parsed->task, outcome, parsed->step);
            const auto record =
                parts_.journal->update(parsed->task, [](TaskRecord& r) { r.step = TaskStep::kFinished; });
            if (record) report_status(*record, "CONTRIBUTE_AND_FINALIZE_DONE");
            return;
        }
        case ChainStep::kReveal: {
            if (!done) return reveal_failed(parsed->task, outcome);
            const auto record =
                parts_.journal->update(parsed->task, [](TaskRecord& r) { r.step = TaskStep::kRevealed; });
            if (record) report_status(*record, "REVEALED");
            return advance(parsed->task);
        }
    }
}

void Engine::contributed(const poco::TaskId& task) {
    const auto record = parts_.journal->update(task, [](TaskRecord& r) {
        if (r.step < TaskStep::kContributed) r.step = TaskStep::kContributed;
    });
    if (!record) return;
    count_task("contributed", record->cause);
    report_status(*record, "CONTRIBUTED", record->cause, record->message);
    advance(task);
}

/// A stake hangs on the answer: a node that is away for a moment must not decide it.
Result<poco::Contribution> Engine::own_contribution(const poco::TaskId& task) {
    for (int attempt = 1;; ++attempt) {
        auto own = parts_.hub->contribution(task, worker_);
        if (own || attempt == kOwnContributionTries || !pause(kOwnContributionPauseMs)) return own;
    }
}

void Engine::contribution_failed(const poco::TaskId& task, const client::Outcome& outcome, ChainStep step) {
    const auto record = parts_.journal->find(task);
    if (!record) return;
    const auto own = own_contribution(task);
    if (own && own->status == poco::ContributionStatus::kContributed) return contributed(task);
    if (step == ChainStep::kContributeAndFinalize) {
        if (own && own->status == poco::ContributionStatus::kProved) {
            const auto finished = parts_.journal->update(task, [](TaskRecord& r) { r.step = TaskStep::kFinished; });
            if (finished) report_status(*finished, "CONTRIBUTE_AND_FINALIZE_DONE");
            return;
        }
        // Somebody contributed first: the ordinary way is still open.
        parts_.journal->update(task, [](TaskRecord& r) { r.fast_path = r.assignment.fast = false; });
        return advance(task);
    }
    std::string cause = "CHAIN_RECEIPT_NOT_VALID";
    if (outcome.state == client::IntentState::kObsolete) cause = "TASK_NOT_ACTIVE";
    if (outcome.state == client::IntentState::kExpired) cause = "CONTRIBUTION_TIMEOUT";
    if (outcome.reason.find("exceeds balance") != std::string::npos) cause = "STAKE_TOO_LOW";
    drop(task, "ABORTED", cause, "The contribution was not accepted: " + outcome.reason);
}

void Engine::reveal_failed(const poco::TaskId& task, const client::Outcome& outcome) {
    const auto own = own_contribution(task);
    if (own && own->status == poco::ContributionStatus::kProved) {
        const auto record = parts_.journal->update(task, [](TaskRecord& r) { r.step = TaskStep::kRevealed; });
        if (record) report_status(*record, "REVEALED");
        return advance(task);
    }
    drop(task, "ABORTED", "CANNOT_REVEAL", "The reveal was not accepted: " + outcome.reason);
}

// ---- reports -------------------------------------------------------------------------------------------------------

void Engine::report(const poco::TaskId& task, stream::StatusReport status) {
    if (status.message.size() > kMaxMessageBytes) status.message.resize(kMaxMessageBytes);
    const stream::WorkerMessage message(std::move(status));
    {
        const std::lock_guard lock(mutex_);
        last_reports_[task] = stream::to_text(message);
    }
    parts_.send(message);
}

void Engine::report_status(const TaskRecord& record, std::string status, std::string cause, std::string message) {
    stream::StatusReport out;
    out.task = record.task();
    out.status = std::move(status);
    out.cause = std::move(cause);
    out.message = std::move(message);
    out.exit_code = record.exit_code;
    out.cid = record.cid;
    out.link = record.link;
    if (record.has_callback) out.callback_data = record.callback_data;
    out.fetched = record.fetched;
    const auto payload = stream::to_text(stream::WorkerMessage(out));
    parts_.journal->update(record.task(), [&](TaskRecord& r) { r.report = payload; });
    report(record.task(), std::move(out));
}

void Engine::send_log(const TaskRecord& record) {
    const auto folder = task_folder(*parts_.config, record.task());
    const auto out = sys::read_file(folder.out_log(), 2 * stream::kMaxLogBytes).value_or("");
    const auto err = sys::read_file(folder.err_log(), 2 * stream::kMaxLogBytes).value_or("");
    stream::LogReport log;
    log.task = record.task();
    log.out = to_bytes(out);
    log.err = to_bytes(err);
    log.exit_code = record.exit_code.value_or(0);
    const auto number = parts_.send(log);
    if (number == 0) return;
    const std::lock_guard lock(mutex_);
    logs_in_flight_[number] = record.task();
}

bool Engine::stands_aside() const {
    const std::lock_guard lock(mutex_);
    return in_use_;
}

void Engine::send_free() {
    const auto taken = busy();
    const auto free = parts_.slots > taken && !stands_aside() ? parts_.slots - taken : 0;
    sys::Metrics::global().gauge("bourse_worker_slots_free", "Tasks that could be taken now.",
                                 static_cast<double>(free));
    parts_.send(stream::FreeReport{free});
}

void Engine::drop(const poco::TaskId& task, const std::string& status, const std::string& cause,
                  const std::string& message) {
    parts_.journal->remove(task);
    bool running = false;
    {
        const std::lock_guard lock(mutex_);
        if (const auto it = runs_.find(task); it != runs_.end()) {
            it->second->cancelled = true;
            running = true;
        }
        transfers_.erase(task);
        last_reports_.erase(task);
        tails_.erase(task);
        changed_.notify_all();
    }
    for (const auto step : {ChainStep::kContribute, ChainStep::kReveal, ChainStep::kContributeAndFinalize})
        outbox_->forget(intent_key(step, task));
    std::error_code ignored;
    // The thread that computes it removes the folder when it has let go of it.
    if (!running) std::filesystem::remove_all(task_folder(*parts_.config, task).dir, ignored);
    stream::StatusReport out;
    out.task = task;
    out.status = status;
    out.cause = cause;
    out.message = message.substr(0, kMaxMessageBytes);
    parts_.send(out);
    if (status == "ABORTED")
        sys::log_warn("task dropped", {{"task", to_hex(task)}, {"cause", cause}, {"reason", message}});
}

bool Engine::pause(std::uint64_t ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
    return !stopping_;
}

}  // namespace bourse::worker
