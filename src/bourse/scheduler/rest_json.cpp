#include <bourse/scheduler/rest_json.hpp>

#include <bourse/codec/text.hpp>
#include <bourse/scheduler/reconcile.hpp>
#include <bourse/scheduler/rest.hpp>
#include <bourse/sys/clock.hpp>

#include <algorithm>

namespace bourse::scheduler {
namespace {

using Json = nlohmann::json;
using poco::TaskStatus;

const char* upload_name(Replicate::Upload upload) {
    switch (upload) {
        case Replicate::Upload::kNone:
            return "none";
        case Replicate::Upload::kRequested:
            return "requested";
        case Replicate::Upload::kReported:
            return "reported";
        case Replicate::Upload::kFailed:
            return "failed";
    }
    return "";
}

Json replicate_to_json(const Replicate& replicate, const State& state) {
    const auto* worker = state.worker(replicate.worker);
    Json out{{"worker", to_checksum(replicate.worker)},
             {"name", worker == nullptr ? "" : worker->name},
             {"round", replicate.round},
             {"status", replicate.status},
             {"chain", poco::to_text(replicate.chain)},
             {"weight", to_decimal(replicate.weight)},
             {"fast", replicate.fast},
             {"lost", replicate.silent_ms != 0},
             {"dropped", replicate.dropped},
             {"upload", upload_name(replicate.upload)},
             {"assigned_ms", replicate.assigned_ms}};
    out["cause"] = replicate.cause.empty() ? Json(nullptr) : Json(replicate.cause);
    out["message"] = replicate.message.empty() ? Json(nullptr) : Json(replicate.message);
    out["exit_code"] = replicate.exit_code ? Json(*replicate.exit_code) : Json(nullptr);
    out["result_hash"] = replicate.hash.is_zero() ? Json(nullptr) : Json(to_hex(replicate.hash));
    auto history = Json::array();
    for (const auto& [status, ms] : replicate.history) history.push_back({{"status", status}, {"ms", ms}});
    out["history"] = std::move(history);
    return out;
}

std::string status_name(const Task& task, const Deal& deal, std::uint64_t chain_now_s) {
    const bool open = task.status == TaskStatus::kActive || task.status == TaskStatus::kRevealing;
    if (open && chain_now_s >= deal.final_deadline_s()) return "TIMEOUT";
    return std::string(poco::to_text(task.status));
}

std::string date_of(std::uint64_t ms) { return sys::iso8601_ms(ms); }

}  // namespace

std::string dump_json(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json task_to_json(const Task& task, const Deal& deal, const State& state, std::uint64_t chain_now_s) {
    Json out{{"ok", true},
             {"task", to_hex(task.id)},
             {"deal", to_hex(task.deal)},
             {"index", task.index},
             {"status", status_name(task, deal, chain_now_s)},
             {"phase", sdk_task_status(task)},
             {"round", task.round},
             {"trust", to_decimal(deal.facts.trust)},
             {"requester", to_checksum(deal.facts.requester)},
             {"app", to_checksum(deal.facts.app)},
             {"contribution_deadline_s", deal.contribution_deadline_s()},
             {"final_deadline_s", deal.final_deadline_s()}};
    const auto verdict = verdict_of(task, deal);
    out["verdict"] = verdict.empty() ? Json(nullptr) : Json(verdict);
    out["reveal_deadline_s"] = task.reveal_deadline_s == 0 ? Json(nullptr) : Json(task.reveal_deadline_s);
    out["consensus"] = task.consensus.is_zero() ? Json(nullptr) : Json(to_hex(task.consensus));
    out["digest"] = task.digest.is_zero() ? Json(nullptr) : Json(to_hex(task.digest));
    out["uploader"] = task.uploader.is_zero() ? Json(nullptr) : Json(to_checksum(task.uploader));
    out["results"] = task.results.empty() ? Json(nullptr) : Json(std::string(as_text(task.results)));
    auto replicates = Json::array();
    for (const auto& replicate : task.replicates) replicates.push_back(replicate_to_json(replicate, state));
    out["replicates"] = std::move(replicates);
    auto history = Json::array();
    for (const auto& [status, block] : task.history) history.push_back({{"status", status}, {"block", block}});
    out["history"] = std::move(history);
    return out;
}

std::string sdk_task_status(const Task& task) {
    const auto has = [&](auto&& test) { return std::ranges::any_of(task.replicates, test); };
    switch (task.status) {
        case TaskStatus::kUnset:
            return task.initialize.key.empty() ? "RECEIVED" : "INITIALIZING";
        case TaskStatus::kActive:
            return has([](const Replicate& r) { return r.status != "ASSIGNED"; }) ? "RUNNING" : "INITIALIZED";
        case TaskStatus::kRevealing:
            if (!task.finalize.key.empty()) return "FINALIZING";
            if (!task.verified_cid.empty()) return "RESULT_UPLOADED";
            if (has([](const Replicate& r) { return r.upload == Replicate::Upload::kRequested; }))
                return "RESULT_UPLOADING";
            return task.revealed() > 0 ? "AT_LEAST_ONE_REVEALED" : "CONSENSUS_REACHED";
        case TaskStatus::kCompleted:
            return "COMPLETED";
        case TaskStatus::kFailed:
            return "FAILED";
    }
    return {};
}

std::string sdk_replicate_status(const Replicate& replicate, const Task& task) {
    if (replicate.dropped) return "ABORTED";
    if (replicate.ended) return task.status == TaskStatus::kCompleted ? "COMPLETED" : "ABORTED";
    if (replicate.silent_ms != 0) return "WORKER_LOST";
    return replicate.status == "ASSIGNED" ? "CREATED" : replicate.status;
}

Json replicate_to_sdk_json(const Task& task, const Replicate& replicate) {
    auto updates = Json::array();
    for (const auto& [status, ms] : replicate.history) {
        const bool created = status == "ASSIGNED";
        updates.push_back({{"status", created ? "CREATED" : status},
                           {"modifier", created ? "POOL_MANAGER" : "WORKER"},
                           {"date", date_of(ms)}});
    }
    Json out{{"self", "/tasks/" + to_hex(task.id) + "/replicates/" + to_checksum(replicate.worker)},
             {"chainTaskId", to_hex(task.id)},
             {"walletAddress", to_checksum(replicate.worker)},
             {"currentStatus", sdk_replicate_status(replicate, task)},
             {"statusUpdateList", std::move(updates)},
             {"resultLink", replicate.link},
             {"chainCallbackData", to_hex(replicate.callback_data)},
             {"contributionHash", replicate.hash.is_zero() ? "" : to_hex(replicate.hash)},
             {"teeSessionGenerationError", nullptr}};
    out["appExitCode"] = replicate.exit_code ? Json(*replicate.exit_code) : Json(nullptr);
    return out;
}

Json task_to_sdk_json(const Task& task) {
    auto dates = Json::array();
    for (const auto& [status, block] : task.history) dates.push_back({{"status", status}, {"block", block}});
    auto replicates = Json::array();
    for (const auto& replicate : task.replicates) replicates.push_back(replicate_to_sdk_json(task, replicate));
    return {{"chainTaskId", to_hex(task.id)},
            {"chainDealId", to_hex(task.deal)},
            {"taskIndex", task.index},
            {"currentStatus", sdk_task_status(task)},
            {"dateStatusList", std::move(dates)},
            {"resultLink", std::string(as_text(task.results))},
            {"replicates", std::move(replicates)}};
}

}  // namespace bourse::scheduler
