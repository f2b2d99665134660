// From an assignment to a digest: image, inputs, run, archive. Everything here can be done again after a crash.
#pragma once

#include <bourse/client/scheduler_stream.hpp>
#include <bourse/worker/config.hpp>
#include <bourse/worker/image_cache.hpp>
#include <bourse/worker/journal.hpp>
#include <bourse/worker/sandbox.hpp>
#include <bourse/worker/task_facts.hpp>

#include <atomic>
#include <filesystem>
#include <functional>

namespace bourse::worker {

/// Files of one task below the data folder.
struct TaskFolder {
    std::filesystem::path dir;
    std::filesystem::path inputs() const { return dir / "in"; }
    std::filesystem::path zip() const { return dir / "result.zip"; }
    std::filesystem::path out_log() const { return dir / "stdout.txt"; }
    std::filesystem::path err_log() const { return dir / "stderr.txt"; }
};
TaskFolder task_folder(const WorkerConfig& config, const poco::TaskId& task);

struct ComputeTools {
    const WorkerConfig* config = nullptr;
    ImageCache* images = nullptr;
    Sandbox* sandbox = nullptr;
};

struct ComputeHooks {
    std::function<void(client::stream::StatusReport)> report;
    /// Has another worker of the task fetched the bytes of this key?
    std::function<bool(const std::string& key)> fetched_elsewhere;
    const std::atomic<bool>* cancelled = nullptr;
    /// As SandboxRequest::stand_still; also asked before there is an app to run.
    std::function<bool(std::uint64_t ran_ms)> stand_still;
    /// The app's output while it comes, as SandboxRequest::on_output.
    std::function<void(bool error, std::string_view chunk)> output;
};

struct Computed {
    Hash digest;
    Bytes callback_data;
    std::string cause, message;             ///< of an error result; empty for OK
    std::optional<std::int64_t> exit_code;  ///< when the app ran
    std::vector<std::string> fetched;
    std::uint64_t paused_ms = 0;  ///< of the app's run
};

/// Leaves zip, stdout.txt and stderr.txt in the task's folder. An error is the worker's own affair, its code the cause
/// to drop the task with; ABORTED when it was cancelled.
Result<Computed> compute_task(const ComputeTools& tools, const client::stream::Command& assignment,
                              const DealFacts& facts, const ComputeHooks& hooks);

}  // namespace bourse::worker
