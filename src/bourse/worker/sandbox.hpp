// Runs one app apart from the machine. Two implementations: runc without a daemon, and a development fallback for
// machines that give neither namespaces nor cgroups.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/poco/categories.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bourse::worker {

struct SandboxRequest {
    std::string id;                 ///< unique on the machine, [a-z0-9-]
    std::filesystem::path rootfs;   ///< unpacked image; never written to
    std::vector<std::string> argv;  ///< argv[0] is found (by find_program)
    std::vector<std::string> env;   ///< NAME=value
    std::string cwd = "/";
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    std::filesystem::path work_dir;   ///< of the task: the sandbox keeps its files in it
    std::filesystem::path input_dir;  ///< read-only at /iexec_in
    poco::TaskLimits limits;
    const std::atomic<bool>* cancelled = nullptr;  ///< set: the run is killed and ends as `cancelled`
    /// As of SuperviseOptions: true lets the app stand still, without CPU, until it is false again.
    std::function<bool(std::uint64_t ran_ms)> stand_still;
    std::function<void()> on_started;  ///< the app's program runs now
    std::function<void()> on_second;   ///< once a second while it runs
    /// As of SuperviseOptions: the output while it comes. Not called any more once run() has returned.
    std::function<void(bool error, std::string_view chunk)> on_output;
};

/// What happened; the facts in order of precedence (middleware §9.7 "one event, one cause") are judged by causes.hpp.
struct SandboxRun {
    int exit_code = 0;  ///< 128 + signal when killed by one
    bool cancelled = false;
    bool timed_out = false;
    bool out_of_memory = false;  ///< the kernel's mark
    bool fork_refused = false;   ///< by the limit on processes
    bool disk_full = false;      ///< no space or no inode left at exit
    std::string out, err;        ///< first and last 512 KiB of each
    std::uint64_t wall_ms = 0;
    std::uint64_t paused_ms = 0;       ///< of it: stood still
    std::filesystem::path output_dir;  ///< what the app left in /iexec_out; valid until release()
};

class Sandbox {
public:
    virtual ~Sandbox() = default;
    virtual std::string name() const = 0;
    /// What this implementation does not hold of the contract, one sentence each; empty for runc.
    virtual std::vector<std::string> not_held() const = 0;
    /// Ends and removes what killed workers of this data folder left behind. Call before the first run.
    virtual void clear_leftovers() = 0;
    /// Blocks until the app has ended. Safe from several threads with different ids.
    /// Errors are the worker's own fault: SANDBOX_FAILED (with the reason), SANDBOX_DISK_FULL.
    virtual Result<SandboxRun> run(const SandboxRequest& request) = 0;
    /// Drops the output of a run.
    virtual void release(const SandboxRequest& request) = 0;
};

struct SandboxConfig {
    std::filesystem::path data_dir;  ///< of this worker; containers and mounts below it are its own
    std::string owner_id;            ///< distinguishes the workers of a machine, e.g. first digits of the wallet
    bool development = false;        ///< the chain is a development chain: the fallback is allowed
    std::string kind = "auto";       ///< "auto", "runc", "chroot"
};

/// Tries runc with a real container and all limits, then the fallback where it is allowed.
/// Errors: SANDBOX_UNAVAILABLE, with what is missing and what the operator can do.
Result<std::unique_ptr<Sandbox>> choose_sandbox(const SandboxConfig& config);

/// Each for itself, for tests. The error is the reason why it does not work here.
Result<std::unique_ptr<Sandbox>> make_runc_sandbox(const SandboxConfig& config);
Result<std::unique_ptr<Sandbox>> make_chroot_sandbox(const SandboxConfig& config);

/// Path of a program within an image as execvp would find it there: absolute, or by the PATH of `env`. Links are
/// followed inside the image only. Errors: APP_PROGRAM_MISSING, APP_PROGRAM_NOT_EXECUTABLE.
Result<std::string> find_program(const std::filesystem::path& rootfs, const std::string& program,
                                 const std::vector<std::string>& env, const std::string& cwd);

}  // namespace bourse::worker
