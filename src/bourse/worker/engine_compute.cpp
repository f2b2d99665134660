// The part of the engine that turns assignments into digests, in as many threads as the worker has slots.
#include <bourse/crypto/hash.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/worker/capability.hpp>
#include <bourse/worker/engine.hpp>
#include <bourse/worker/volume.hpp>

namespace bourse::worker {

namespace stream = client::stream;

namespace {

constexpr std::uint64_t kFetchAnswerMs = 5'000;
constexpr std::uint64_t kChainRetryMs = 250;
/// A node that is behind shows a fresh deal a few blocks late; an unreachable one may take long.
constexpr std::uint64_t kNotFoundPatienceMs = 5'000;
constexpr std::uint64_t kUnreachablePatienceMs = 600'000;

bool may_be_late(const Error& error) { return error.code.ends_with("_NOT_FOUND"); }

Hash cheating_digest(const Address& worker, const poco::TaskId& task) {
    return crypto::keccak256({as_bytes("cheat"), worker, task});
}

}  // namespace

void Engine::compute_loop() {
    while (true) {
        poco::TaskId task;
        std::shared_ptr<Run> run;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !compute_queue_.empty(); });
            if (stopping_) return;
            task = compute_queue_.front();
            compute_queue_.pop_front();
            run = runs_.at(task);
        }
        if (!run->cancelled) compute(task, run);
        bool again = false;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) return;
            runs_.erase(task);
            again = run->cancelled;
        }
        // Dropped while it was computed: only now nothing uses its folder any more.
        const auto left = parts_.journal->find(task);
        if (!left) {
            std::error_code ignored;
            remove_volume(task_folder(*parts_.config, task).dir);
            std::filesystem::remove_all(task_folder(*parts_.config, task).dir, ignored);
        } else if (again) {
            advance(task);
        }
        send_free();
    }
}

Result<std::shared_ptr<const DealFacts>> Engine::facts_with_retry(const stream::Command& assignment, const Run& run) {
    const auto start = sys::steady_ms();
    while (true) {
        auto facts = facts_.deal(assignment.deal);
        const auto waited = sys::steady_ms() - start;
        if (facts || waited > (may_be_late(facts.error()) ? kNotFoundPatienceMs : kUnreachablePatienceMs)) return facts;
        if (run.cancelled || !pause(kChainRetryMs)) return fail("ABORTED", "The task was dropped.");
    }
}

/// The stake of every task that is taken counts until its contribution has locked it.
Status<> Engine::check_and_reserve(const stream::Command& assignment, const DealFacts& facts) {
    const std::lock_guard lock(check_mutex_);
    BOURSE_CHECK(can_give(measure_machine(parts_.config->data_dir), assignment.limits));
    Uint256 reserved;
    for (const auto& other : parts_.journal->all())
        if (other.task() != assignment.task && other.step < TaskStep::kContributed) reserved += other.stake_nrlc;
    BOURSE_CHECK(facts_.check(assignment, facts, reserved));
    parts_.journal->update(assignment.task, [&](TaskRecord& r) {
        r.stake_nrlc = facts.deal.worker_stake;
        r.has_callback = facts.has_callback();
    });
    return {};
}

void Engine::compute(const poco::TaskId& task, const std::shared_ptr<Run>& run) {
    const auto record = parts_.journal->find(task);
    if (!record || record->step != TaskStep::kAssigned) return;
    const auto& assignment = record->assignment;
    const auto start = sys::steady_ms();
    stream::StatusReport started;
    started.task = task;
    started.status = "STARTED";
    report(task, started);
    const auto give_up = [&](const Error& error) {
        if (run->cancelled) return;  // dropped or stopping: somebody else has said so
        sys::Metrics::global().count("bourse_worker_declined_total",
                                     "Tasks that were dropped for a reason of the worker's own.", 1,
                                     {{"cause", error.code}});
        drop(task, "ABORTED", error.code, error.message);
    };
    const auto facts = facts_with_retry(assignment, *run);
    if (!facts)
        return give_up(may_be_late(facts.error()) ? Error{"TASK_DESCRIPTION_NOT_FOUND", facts.error().message}
                                                  : Error{"CHAIN_UNREACHABLE", facts.error().message});
    while (true) {
        auto checked = check_and_reserve(assignment, **facts);
        if (checked) break;
        if (checked.error().code != "CHAIN_UNREACHABLE" || sys::steady_ms() - start > kUnreachablePatienceMs)
            return give_up(checked.error());
        if (run->cancelled || !pause(kChainRetryMs)) return;
    }
    const auto result = work(assignment, **facts, *run);
    if (!result) return give_up(result.error());
    if (run->cancelled) return;
    computed(*record, **facts, *result);
    sys::Metrics::global().observe("bourse_worker_assign_to_digest_seconds", "From the assignment to the digest.",
                                   static_cast<double>(sys::steady_ms() - start) / 1000,
                                   {0.05, 0.1, 0.15, 0.3, 1, 3, 10, 30, 100, 300, 1000});
}

Result<Computed> Engine::work(const stream::Command& assignment, const DealFacts& facts, const Run& run) {
    if (parts_.config->dev_cheat) {
        Computed cheat;
        cheat.digest = cheating_digest(worker_, assignment.task);
        return cheat;
    }
    const ComputeTools tools{parts_.config, parts_.images, parts_.sandbox};
    ComputeHooks hooks;
    hooks.report = [&](stream::StatusReport status) { report(assignment.task, std::move(status)); };
    hooks.fetched_elsewhere = [&](const std::string& key) { return fetched_elsewhere(assignment.task, key, run); };
    hooks.cancelled = &run.cancelled;
    hooks.stand_still = [&](std::uint64_t ran_ms) {
        return !run.cancelled && stands_still(assignment, ran_ms);  // what is dropped is dropped once
    };
    const auto tail = std::make_shared<OutputTail>(assignment.task, sys::unix_time_ms(), parts_.send);
    {
        const std::lock_guard lock(mutex_);
        tails_[assignment.task] = tail;
    }
    hooks.output = [tail](bool error, std::string_view chunk) {
        tail->add(error, chunk, sys::steady_ms(), sys::unix_time_ms());
    };
    auto result = compute_task(tools, assignment, facts, hooks);
    tail->finish(sys::unix_time_ms());
    return result;
}

void Engine::computed(const TaskRecord& before, const DealFacts& facts, const Computed& result) {
    const auto task = before.task();
    // Digest, archive and intent become durable in one step before anything is said on chain.
    const auto record = parts_.journal->update(task, [&](TaskRecord& r) {
        r.step = TaskStep::kComputed;
        r.digest = result.digest;
        r.callback_data = result.callback_data;
        r.has_callback = facts.has_callback();
        r.cheating = parts_.config->dev_cheat;
        r.cause = result.cause;
        r.message = result.message;
        r.exit_code = result.exit_code;
        r.fetched = result.fetched;
        r.log_pending = !r.cheating;
    });
    if (!record) return;
    sys::log_info("computed", {{"task", to_hex(task)}, {"digest", to_hex(result.digest)}, {"cause", result.cause}});
    advance(task);
    stream::StatusReport status;
    status.task = task;
    status.status = "COMPUTED";
    status.cause = result.cause;
    status.message = result.message;
    status.exit_code = result.exit_code;
    status.fetched = result.fetched;
    status.paused_ms = result.paused_ms;
    report(task, std::move(status));
    if (record->log_pending) send_log(*record);
}

bool Engine::fetched_elsewhere(const poco::TaskId& task, const std::string& key, const Run& run) {
    const auto id = std::pair(task, key);
    {
        const std::lock_guard lock(mutex_);
        fetch_answers_[id] = std::nullopt;
    }
    parts_.send(stream::FetchQuery{task, key});
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(kFetchAnswerMs),
                      [&] { return stopping_ || run.cancelled || fetch_answers_[id].has_value(); });
    const bool elsewhere = fetch_answers_[id].value_or(false);
    fetch_answers_.erase(id);
    return elsewhere;
}

}  // namespace bourse::worker
