#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/freeze.hpp>
#include <bourse/worker/probe_program.hpp>
#include <bourse/worker/sandbox.hpp>
#include <bourse/worker/seccomp.hpp>
#include <bourse/worker/supervise.hpp>
#include <bourse/worker/user_namespace.hpp>
#include <bourse/worker/volume.hpp>

#include <fmt/core.h>

#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <set>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

/// User ids that no distribution hands out; a worker takes a range of its own by its wallet.
constexpr std::uint32_t kFirstUid = 2'000'000;
constexpr std::uint32_t kUidsPerWorker = 64;
constexpr std::uint64_t kFolderCheckMs = 200;

std::uint32_t uid_range_of(const std::string& owner_id) {
    std::uint32_t sum = 2166136261U;  // FNV-1a
    for (const char c : owner_id) sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619U;
    return kFirstUid + (sum % 4096) * kUidsPerWorker;
}

void kill_all_of(std::uint32_t uid) { signal_all_of(uid, SIGKILL); }

/// Bytes and entries below a folder, as far as they can be read while the app writes.
struct FolderSize {
    std::uint64_t bytes = 0, entries = 0;
};
FolderSize folder_size(const fs::path& folder) {
    FolderSize size;
    std::error_code ec;
    for (fs::recursive_directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        ++size.entries;
        struct stat facts {};
        if (::lstat(it->path().c_str(), &facts) == 0) size.bytes += static_cast<std::uint64_t>(facts.st_blocks) * 512;
    }
    return size;
}

void set_limit(__rlimit_resource what, std::uint64_t value) noexcept {
    rlimit limit{};
    ::getrlimit(what, &limit);
    if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max) value = limit.rlim_max;
    limit.rlim_cur = limit.rlim_max = value;
    ::setrlimit(what, &limit);
}

/// What the child does before exec. Everything is prepared; only system calls remain.
struct ChrootPlan {
    std::string root;
    std::string cwd;
    std::uint32_t uid = 0;
    bool as_root = true;  ///< else by a user namespace
    UserNamespacePlan namespaces;
    std::uint64_t memory_bytes = 0, processes = 0, open_files = 0, disk_bytes = 0;

    bool enter() const noexcept {
        // The network goes where the kernel allows a new namespace; the filter closes it in any case.
        if (as_root) ::unshare(CLONE_NEWNET | CLONE_NEWIPC);
        if (!as_root && !enter_user_namespace(namespaces)) return false;
        ::umask(022);
        if (::chroot(root.c_str()) != 0 || ::chdir("/") != 0) return false;
        if (::chdir(cwd.c_str()) != 0 && ::chdir("/") != 0) return false;
        set_limit(RLIMIT_AS, memory_bytes);
        set_limit(RLIMIT_NPROC, processes);
        set_limit(RLIMIT_NOFILE, open_files);
        set_limit(RLIMIT_FSIZE, disk_bytes);
        set_limit(RLIMIT_CORE, 0);
        set_limit(RLIMIT_MEMLOCK, 0);
        const gid_t group = uid;
        if (as_root &&
            (::setgroups(0, nullptr) != 0 || ::setresgid(group, group, group) != 0 || ::setresuid(uid, uid, uid) != 0))
            return false;
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
        const auto filter = fallback_filter();
        sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
        return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
    }
};

class ChrootSandbox final : public Sandbox {
public:
    explicit ChrootSandbox(SandboxConfig config)
        : config_(std::move(config)), first_uid_(uid_range_of(config_.owner_id)) {}

    std::string name() const override { return as_root_ ? "chroot (development)" : "user namespace (development)"; }
    std::vector<std::string> not_held() const override {
        return {
            as_root_ ? "The app sees the machine's host name and shares its process numbers: there are no namespaces "
                       "of its own."
                     : "The app runs as the worker's own user, in namespaces of its own.",
            "Memory is limited for each process, not for the app as a whole, and no out-of-memory mark exists.",
            "CPU time is not shared out; only the wall time is limited.",
            "Disk and inodes are checked every 200 ms instead of being bounded.",
            "The app's user is not the one that its image names; its root is a private copy, not a read-only mount."};
    }

    void clear_leftovers() override {
        // In a user namespace everything ends with the process that the dead worker had started.
        for (std::uint32_t i = 0; as_root_ && i < kUidsPerWorker; ++i) kill_all_of(first_uid_ + i);
    }

    Result<SandboxRun> run(const SandboxRequest& request) override {
        const std::uint32_t uid = take_uid();
        if (uid == 0) return fail("SANDBOX_FAILED", "More than 64 apps at the same time.");
        auto run = run_as(request, uid);
        if (as_root_) kill_all_of(uid);
        give_back_uid(uid);
        if (!run) release(request);
        return run;
    }

    void release(const SandboxRequest& request) override {
        std::error_code ignored;
        fs::remove_all(request.work_dir / "root", ignored);
    }

private:
    std::uint32_t take_uid() {
        const std::lock_guard lock(mutex_);
        for (std::uint32_t i = 0; i < kUidsPerWorker; ++i)
            if (used_.insert(first_uid_ + i).second) return first_uid_ + i;
        return 0;
    }
    void give_back_uid(std::uint32_t uid) {
        const std::lock_guard lock(mutex_);
        used_.erase(uid);
    }

    /// A private copy of the image with the folders of the contract in it.
    Result<fs::path> make_root(const SandboxRequest& request, std::uint32_t uid) const {
        const auto root = fs::absolute(request.work_dir) / "root";
        std::error_code ec;
        fs::remove_all(root, ec);
        sys::ProcessSpec copy;
        copy.argv = {"cp", "-a", "--reflink=auto", fs::absolute(request.rootfs).string(), root.string()};
        const auto copied = sys::run_process(copy);
        if (!copied || !copied->ok())
            return fail("SANDBOX_FAILED",
                        fmt::format("Cannot copy the image: {}", copied ? copied->err : copied.error().message));
        for (const char* name : {"iexec_in", "iexec_out", "tmp", "run"}) {
            // A link of the image must not lead out of the copy.
            if (fs::is_symlink(fs::symlink_status(root / name, ec))) fs::remove(root / name, ec);
            fs::create_directory(root / name, ec);
            ::chmod((root / name).c_str(), 0755);
        }
        ::chmod(root.c_str(), 0755);
        for (fs::directory_iterator it(request.input_dir, ec), end; !ec && it != end; it.increment(ec)) {
            const auto copied_input = root / "iexec_in" / it->path().filename();
            fs::copy_file(it->path(), copied_input, ec);
            ::chmod(copied_input.c_str(), 0644);
        }
        if (ec) return fail("SANDBOX_FAILED", fmt::format("Cannot copy the input files: {}.", ec.message()));
        make_devices(root / "dev");
        ::chmod((root / "tmp").c_str(), 01777);
        ::chmod((root / "run").c_str(), 01777);
        if (as_root_ && ::chown((root / "iexec_out").c_str(), uid, uid) != 0)
            return fail("SANDBOX_FAILED", fmt::format("Cannot hand over /iexec_out: {}.", std::strerror(errno)));
        return root;
    }

    /// The devices that every program may expect. Where none can be made (no CAP_MKNOD) the app does without.
    static void make_devices(const fs::path& dev) {
        struct Device {
            const char* name;
            unsigned minor;
        };
        std::error_code ec;
        fs::remove_all(dev, ec);
        fs::create_directory(dev, ec);
        ::chmod(dev.c_str(), 0755);
        for (const auto& [name, minor] :
             {Device{"null", 3}, Device{"zero", 5}, Device{"full", 7}, Device{"random", 8}, Device{"urandom", 9}}) {
            const auto path = dev / name;
            // A user namespace binds the machine's devices over ordinary files.
            if (::mknod(path.c_str(), S_IFCHR | 0666, makedev(1, minor)) != 0) ::mknod(path.c_str(), S_IFREG | 0666, 0);
            ::chmod(path.c_str(), 0666);
        }
    }

    Result<SandboxRun> run_as(const SandboxRequest& request, std::uint32_t uid) {
        BOURSE_TRY(const fs::path root, make_root(request, uid));
        const auto& limits = request.limits;
        const ChrootPlan plan{root.string(),
                              request.cwd,
                              uid,
                              as_root_,
                              plan_user_namespace(root.native()),
                              limits.memory_bytes,
                              limits.processes,
                              limits.open_files,
                              limits.disk_bytes};
        ChildSpec child{request.argv, request.env, [&plan] { return plan.enter(); }};
        bool over_disk = false;
        std::uint64_t next_check_ms = 0;
        SuperviseOptions options;
        options.time_limit_ms = limits.seconds * 1000;
        options.kill = [this, uid] {
            if (as_root_) kill_all_of(uid);
        };
        options.should_stop = [&] {
            if (request.cancelled != nullptr && request.cancelled->load()) return true;
            if (sys::steady_ms() < next_check_ms) return false;
            next_check_ms = sys::steady_ms() + kFolderCheckMs;
            over_disk = exceeds(root, limits);
            return over_disk;
        };
        options.stand_still = request.stand_still;
        options.freeze = [this, uid](pid_t pid, bool frozen) {
            // The tree holds a child that has not taken its user id yet, the user those that left their parents.
            const bool done = freeze_tree(pid, frozen);
            if (as_root_) signal_all_of(uid, frozen ? SIGSTOP : SIGCONT);
            return done;
        };
        options.on_second = request.on_second;
        options.on_output = request.on_output;
        if (request.on_started) request.on_started();
        BOURSE_TRY(auto watched, supervise(child, options));
        if (watched.exit_code == 125 && watched.err.empty() && watched.wall_ms < 1000)
            return fail("SANDBOX_FAILED",
                        "The development sandbox could not be entered (chroot, user id or filter refused).");
        SandboxRun run;
        run.exit_code = watched.exit_code;
        run.cancelled = watched.stopped && !over_disk;
        run.timed_out = watched.timed_out;
        run.disk_full = over_disk || exceeds(root, limits);
        run.out = std::move(watched.out);
        run.err = std::move(watched.err);
        run.wall_ms = watched.wall_ms;
        run.paused_ms = watched.paused_ms;
        run.output_dir = root / "iexec_out";
        return run;
    }

    static bool exceeds(const fs::path& root, const poco::TaskLimits& limits) {
        FolderSize all;
        for (const char* name : {"iexec_out", "tmp", "run"}) {
            const auto one = folder_size(root / name);
            all.bytes += one.bytes;
            all.entries += one.entries;
        }
        return all.bytes >= limits.disk_bytes || all.entries >= limits.inodes;
    }

    SandboxConfig config_;
    std::uint32_t first_uid_;
    bool as_root_ = ::geteuid() == 0;
    std::mutex mutex_;
    std::set<std::uint32_t> used_;
};

}  // namespace

Result<std::unique_ptr<Sandbox>> make_chroot_sandbox(const SandboxConfig& config) {
    auto sandbox = std::make_unique<ChrootSandbox>(config);
    sandbox->clear_leftovers();
    BOURSE_CHECK(try_out_sandbox(*sandbox, config.data_dir));
    return sandbox;
}

Result<std::unique_ptr<Sandbox>> choose_sandbox(const SandboxConfig& config) {
    Error runc_reason{"", "not tried"};
    // A second try: a busy machine must not end in the weaker sandbox.
    for (int attempt = 0; attempt < 2 && config.kind != "chroot"; ++attempt) {
        auto runc = make_runc_sandbox(config);
        if (runc) return runc;
        runc_reason = runc.error();
    }
    if (config.kind != "runc" && config.development) {
        auto fallback = make_chroot_sandbox(config);
        if (fallback) return fallback;
        return fail("SANDBOX_UNAVAILABLE", fmt::format("No sandbox works here. runc: {} Development fallback: {}",
                                                       runc_reason.message, fallback.error().message));
    }
    return fail(
        "SANDBOX_UNAVAILABLE",
        fmt::format("runc does not work on this machine: {} Run the worker as root on a machine (or in a privileged "
                    "container) with namespaces and cgroups; the weaker fallback is for development chains only.",
                    runc_reason.message));
}

}  // namespace bourse::worker
