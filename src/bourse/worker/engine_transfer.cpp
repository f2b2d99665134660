// The part of the engine that hands results to the store.
#include <bourse/client/store_client.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/metrics.hpp>
#include <bourse/worker/engine.hpp>
#include <bourse/worker/upload.hpp>

#include <limits>

namespace bourse::worker {
namespace {

constexpr std::uint64_t kBeingDone = std::numeric_limits<std::uint64_t>::max();

/// What finalize writes on chain: with a callback its bytes are the result (middleware §7.4).
std::string link_of(const TaskRecord& record, const std::string& cid) {
    if (record.has_callback) return R"({"storage":"ethereum","location":")" + to_hex(record.callback_data) + "\"}";
    return std::string(as_text(client::make_result_link(cid)));
}

}  // namespace

void Engine::transfer_loop() {
    while (true) {
        poco::TaskId task;
        {
            std::unique_lock lock(mutex_);
            auto due = transfers_.end();
            while (!stopping_) {
                const auto now = sys::steady_ms();
                std::uint64_t next = now + 1'000;
                for (due = transfers_.begin(); due != transfers_.end() && due->second > now; ++due)
                    if (due->second != kBeingDone) next = std::min(next, due->second);
                if (due != transfers_.end()) break;
                changed_.wait_for(lock, std::chrono::milliseconds(next - now));
            }
            if (stopping_) return;
            task = due->first;
            due->second = kBeingDone;
        }
        transfer(task);
    }
}

void Engine::transfer(const poco::TaskId& task) {
    const auto finished = [&](std::uint64_t again_at_ms) {
        const std::lock_guard lock(mutex_);
        if (again_at_ms == 0) {
            transfers_.erase(task);
        } else if (const auto it = transfers_.find(task); it != transfers_.end()) {
            it->second = again_at_ms;
        }
    };
    const auto record = parts_.journal->find(task);
    if (!record) return finished(0);
    const bool fast = record->step == TaskStep::kComputed;
    if (!fast) report_status(*record, "RESULT_UPLOADING");
    const UploadRequest request{parts_.config->store_url, task, record->digest, record->assignment.authorization,
                                task_folder(*parts_.config, task).zip()};
    std::uint64_t retry_after_s = 1;
    const auto cid = upload_result(request, *parts_.wallet, retry_after_s);
    // "Later" keeps the result, unless the fast way can be left for the ordinary one.
    if (!cid && cid.error().code == "STORE_LATER" && !fast) {
        sys::log_warn("store asks to come again", {{"task", to_hex(task)}, {"reason", cid.error().message}});
        const auto now_s = parts_.hub->rpc().pending_time_s();
        if (!now_s || *now_s < record->assignment.final_deadline_s)
            return finished(sys::steady_ms() + retry_after_s * 1000);
    }
    finished(0);
    if (!cid) return upload_failed(*record, cid.error());
    const auto updated = parts_.journal->update(task, [&](TaskRecord& r) {
        r.cid = *cid;
        r.link = link_of(r, *cid);
        if (fast) {
            r.fast_path = true;
        } else {
            r.step = TaskStep::kFinished;
        }
    });
    if (!updated) return;
    sys::log_info("result uploaded", {{"task", to_hex(task)}, {"cid", *cid}});
    if (fast) return advance(task);
    report_status(*updated, "RESULT_UPLOADED");
}

void Engine::upload_failed(const TaskRecord& record, const Error& error) {
    sys::log_warn("result not uploaded",
                  {{"task", to_hex(record.task())}, {"code", error.code}, {"reason", error.message}});
    if (record.step == TaskStep::kComputed) {
        parts_.journal->update(record.task(), [](TaskRecord& r) { r.assignment.fast = false; });
        return advance(record.task());
    }
    // The scheduler may order it again, from this worker or another one.
    const auto updated = parts_.journal->update(record.task(), [](TaskRecord& r) { r.upload_ordered = false; });
    if (updated) report_status(*updated, "RESULT_UPLOAD_FAILED", "RESULT_LINK_MISSING", error.message);
}

}  // namespace bourse::worker
