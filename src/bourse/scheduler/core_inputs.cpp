#include <bourse/scheduler/core.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/crypto/hash.hpp>
#include <bourse/scheduler/overload.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>

#include <algorithm>

namespace bourse::scheduler {

namespace stream = client::stream;

// ---- inputs
// ----------------------------------------------------------------------------------------------------------

void Core::take(GateInput& input, const Now& at, Effects& effects) {
    std::visit(Overload{
                   [&](LoginInput& i) { take(i, at, effects); },
                   [&](MessageInput& i) { take(i, at, effects); },
                   [&](ClosedInput& i) {
                       const auto link = links_.find(i.worker);
                       if (link == links_.end() || link->second.connection != i.connection) return;
                       links_.erase(link);
                       left_ms_[i.worker] = sys::steady_ms();
                   },
               },
               input);
}

void Core::take(LoginInput& input, const Now& at, Effects& effects) {
    const auto& login = input.login;
    if (const auto* known = state_.worker(login.worker); known != nullptr && known->banned) {
        effects.refusals.emplace_back(input.connection, banned_error());
        return;
    }
    WorkerJoined fact;
    fact.worker = login.worker;
    fact.owner = login.owner;
    fact.name = login.name;
    fact.software = login.software;
    fact.slots = std::min<std::uint64_t>(login.slots, 1'024);
    fact.tags = login.tags;
    fact.cores = login.cores;
    fact.memory_mib = login.memory_mib;
    fact.os = login.os;
    fact.platform = login.platform;
    fact.cpu = login.cpu;
    fact.prefix = address_prefix(input.remote_address);
    fact.score = input.score;
    fact.score_block = input.score_block;
    // What it has taken over of another log says nothing about ours.
    fact.last_seq = login.last_stream_id == ports_.store->stream_id() ? login.last_seq : 0;
    fact.ms = at.unix_ms;
    const auto last_seq = fact.last_seq;
    const Fact recorded = std::move(fact);
    record({&recorded, 1}, at);
    const auto old = links_.find(login.worker);
    if (old != links_.end()) {
        effects.refusals.emplace_back(
            old->second.connection, Error{"STREAM_SUPERSEDED", "The same wallet has logged in on another connection."});
    }
    links_[login.worker] = Link{input.connection, last_seq, std::nullopt, login.pauses, std::nullopt};
    deposits_[login.worker] = {input.account.stake, sys::steady_ms()};
    effects.welcomes.emplace_back(input.connection, login);
    decider_.touch_supply();
    sys::log_info("worker connected", {{"worker", to_checksum(login.worker)}, {"name", login.name}});
}

void Core::take(MessageInput& input, const Now& at, Effects& effects) {
    effects.taken.push_back(input.connection);
    const auto link = links_.find(input.worker);
    if (link == links_.end() || link->second.connection != input.connection) return;
    effects.acknowledge[input.connection] = input.number;
    std::visit(Overload{
                   [&](const stream::StatusReport&) { take_report(input, at); },
                   [&](const stream::FreeReport& report) {
                       link->second.reported_free = report.slots;
                       decider_.touch_supply();
                   },
                   [&](const stream::AckReport& report) {
                       const auto* worker = state_.worker(input.worker);
                       if (worker == nullptr || report.seq <= worker->acknowledged) return;
                       const Fact fact = CommandsAcknowledged{input.worker, report.seq};
                       record({&fact, 1}, at);
                   },
                   [&](const stream::LogReport& report) {
                       const auto* task = state_.task(report.task);
                       if (task == nullptr || task->replicate_of(input.worker) == nullptr) return;
                       ports_.store->put_log(report.task, {input.worker, report.out, report.err, report.exit_code},
                                             at.unix_ms);
                       auto& lines = ports_.store->lines();
                       if (lines.has_output(report.task, input.worker)) return;  // was seen as it came
                       lines.add_output(input.worker, {report.task, at.unix_ms, false, 0, at.unix_ms, report.out});
                       lines.add_output(input.worker, {report.task, at.unix_ms, true, 0, at.unix_ms, report.err});
                   },
                   [&](const stream::OutputReport& report) {
                       const auto* task = state_.task(report.task);
                       if (task == nullptr || task->replicate_of(input.worker) == nullptr) return;
                       ports_.store->lines().add_output(input.worker, report);
                   },
                   [&](const stream::FetchQuery& query) {
                       const auto* task = state_.task(query.task);
                       const bool elsewhere =
                           task != nullptr && std::ranges::any_of(task->replicates, [&](const Replicate& r) {
                               return r.worker != input.worker && r.fetched.contains(query.key);
                           });
                       effects.answers.push_back({query.task, query.key, elsewhere});
                       effects.answer_to.push_back(input.worker);
                   },
                   [](const stream::Ping&) {},
               },
               input.message);
}

Error Core::banned_error() {
    return {"WORKER_BANNED", "The pool's operator has banned this worker: ask the operator, or join another pool."};
}

void Core::take_report(const MessageInput& input, const Now& at) {
    const auto& report = std::get<stream::StatusReport>(input.message);
    const auto* task = state_.task(report.task);
    const auto* replicate = task == nullptr ? nullptr : task->replicate_of(input.worker);
    if (replicate == nullptr) return;
    // A worker that repeats its state after a reconnect adds nothing to the log.
    const bool same = replicate->status == report.status && report.status != "RESULT_UPLOADED" &&
                      report.status != "ABORTED" && report.status != "RESULT_UPLOAD_FAILED";
    if (same && (report.cause.empty() || report.cause == replicate->cause)) return;
    WorkerReported fact{input.worker,         report.task,      report.status, report.cause,
                        report.message,       report.exit_code, report.cid,    report.link,
                        report.callback_data, report.fetched,   at.unix_ms,    report.paused_ms};
    if (!report.cause.empty()) {
        sys::log_info("replicate reports a cause", {{"task", to_hex(report.task)},
                                                    {"worker", to_checksum(input.worker)},
                                                    {"status", report.status},
                                                    {"cause", report.cause}});
        sys::Metrics::global().count("bourse_scheduler_replicate_causes_total", "Causes reported by workers", 1,
                                     {{"status", report.status}, {"cause", report.cause}});
    }
    const Fact recorded = std::move(fact);
    record({&recorded, 1}, at);
    decider_.touch_supply();  // a computing slot may be free again
}

void Core::take(const client::Outcome& outcome, const Now& at) {
    if (!state_.intents().contains(outcome.key)) return;
    const bool done = outcome.state == client::IntentState::kDone;
    if (!done) {
        sys::log_warn(
            "intent not carried out",
            {{"key", outcome.key}, {"state", std::string(to_text(outcome.state))}, {"reason", outcome.reason}});
    }
    const Fact fact = IntentEnded{outcome.key, done, outcome.reason, at.unix_ms};
    record({&fact, 1}, at);
}

void Core::take(const VerifyResult& result, const Now& at) {
    verifying_.erase(result.task);
    const auto* task = state_.task(result.task);
    if (task == nullptr || !task->verified_cid.empty()) return;
    const auto* replicate = task->replicate_of(result.worker);
    if (replicate == nullptr || replicate->upload != Replicate::Upload::kReported) return;
    const auto& deal = *state_.deal(task->deal);
    std::optional<Fact> fact;
    if (result.answer == VerifyResult::Answer::kVerified) {
        const bool callback_fits =
            deal.facts.callback.is_zero() || crypto::keccak256(replicate->callback_data) == task->digest;
        if (callback_fits) {
            fact = UploadVerified{result.task, result.worker, result.cid};
        } else {
            fact =
                UploadRefused{result.task, result.worker, "The callback data are not what was agreed on.", at.unix_ms};
        }
    } else if (result.answer == VerifyResult::Answer::kRefused) {
        fact = UploadRefused{result.task, result.worker, result.reason, at.unix_ms};
    } else {
        decider_.touch({result.task});  // asked again
    }
    if (fact) record({&*fact, 1}, at);
}

}  // namespace bourse::scheduler
