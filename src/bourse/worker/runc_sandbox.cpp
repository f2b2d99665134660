#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/log.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/freeze.hpp>
#include <bourse/worker/oci_spec.hpp>
#include <bourse/worker/probe_program.hpp>
#include <bourse/worker/sandbox.hpp>
#include <bourse/worker/supervise.hpp>
#include <bourse/worker/volume.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <fstream>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRuncTimeoutMs = 30'000;

/// The number after `key` in a cgroup file of "key value" lines.
std::uint64_t cgroup_count(const fs::path& file, std::string_view key) {
    std::ifstream in(file);
    std::string name;
    std::uint64_t value = 0;
    while (in >> name >> value)
        if (name == key) return value;
    return 0;
}

struct CgroupMarks {
    bool out_of_memory = false;
    bool fork_refused = false;
};

/// The container's cgroups are still there: it was run with --keep.
CgroupMarks read_marks(const fs::path& state_json) {
    CgroupMarks marks;
    const auto text = sys::read_file(state_json);
    if (!text) return marks;
    const auto state = nlohmann::json::parse(*text, nullptr, false);
    if (!state.is_object() || !state.contains("cgroup_paths") || !state["cgroup_paths"].is_object()) return marks;
    for (const auto& [controller, path] : state["cgroup_paths"].items()) {
        if (!path.is_string()) continue;
        const fs::path folder = path.get<std::string>();
        // v1 has one folder a controller, v2 a single one under the empty name.
        if (controller == "memory") marks.out_of_memory |= cgroup_count(folder / "memory.oom_control", "oom_kill") > 0;
        if (controller.empty()) marks.out_of_memory |= cgroup_count(folder / "memory.events", "oom_kill") > 0;
        if (controller == "pids" || controller.empty())
            marks.fork_refused |= cgroup_count(folder / "pids.events", "max") > 0;
    }
    return marks;
}

/// runc prints this when the program itself cannot be executed: the image's fault, not the machine's.
bool blames_the_program(const std::string& text) {
    return text.find("exec: ") != std::string::npos || text.find("exec format error") != std::string::npos ||
           text.find("exec /") != std::string::npos || text.find("chdir to cwd") != std::string::npos;
}

class RuncSandbox final : public Sandbox {
public:
    explicit RuncSandbox(SandboxConfig config) : config_(std::move(config)), state_dir_(config_.data_dir / "runc") {}

    std::string name() const override { return "runc"; }
    std::vector<std::string> not_held() const override { return {}; }

    void clear_leftovers() override {
        std::error_code ec;
        for (fs::directory_iterator it(state_dir_, ec), end; !ec && it != end; it.increment(ec)) {
            const auto id = it->path().filename().string();
            sys::log_warn("sandbox of a killed run removed", {{"sandbox", id}});
            remove_container(id);
        }
        unmount_below(fs::absolute(config_.data_dir));
    }

    Result<SandboxRun> run(const SandboxRequest& request) override {
        BOURSE_TRY(const fs::path volume, mount_volume(volume_spec(request)));
        auto run = run_in(request, volume);
        if (!run) remove_volume(request.work_dir);
        return run;
    }

    void release(const SandboxRequest& request) override { remove_volume(request.work_dir); }

private:
    static VolumeSpec volume_spec(const SandboxRequest& request) {
        return {fs::absolute(request.work_dir), request.limits.disk_bytes, request.limits.inodes, request.uid,
                request.gid};
    }

    std::string container_id(const SandboxRequest& request) const { return config_.owner_id + "-" + request.id; }

    sys::ProcessSpec runc_command(std::vector<std::string> args) const {
        sys::ProcessSpec spec;
        spec.argv = {"runc", "--root", state_dir_.string()};
        spec.argv.insert(spec.argv.end(), args.begin(), args.end());
        spec.timeout_ms = kRuncTimeoutMs;
        return spec;
    }

    fs::path state_file(const std::string& id) const { return state_dir_ / id / "state.json"; }

    void remove_container(const std::string& id) const {
        freeze_cgroup(state_file(id), false);  // left by a worker that was killed in a pause: it would take no signal
        const auto done = sys::run_process(runc_command({"delete", "--force", id}));
        if (done && done->ok()) return;
        // A state that runc cannot read any more (killed while it was written) would stay for ever.
        std::error_code ignored;
        fs::remove_all(state_dir_ / id, ignored);
    }

    Status<> write_bundle(const SandboxRequest& request, const fs::path& volume, const fs::path& bundle) const {
        std::error_code ec;
        fs::create_directories(bundle, ec);
        SandboxRequest absolute = request;
        absolute.rootfs = fs::absolute(request.rootfs);
        absolute.input_dir = fs::absolute(request.input_dir);
        const auto spec = oci_spec(absolute, volume, "/bourse/" + container_id(request));
        auto written = sys::write_file_atomic(bundle / "config.json", spec.dump(), 0600);
        if (!written) return fail("SANDBOX_DISK_FULL", written.error().message);
        return {};
    }

    Result<SandboxRun> run_in(const SandboxRequest& request, const fs::path& volume) {
        const auto bundle = fs::absolute(request.work_dir) / "bundle";
        BOURSE_CHECK(write_bundle(request, volume, bundle));
        const auto id = container_id(request);
        const auto log = bundle / "runc.log", pid_file = bundle / "pid";
        std::error_code ignored;
        fs::remove(log, ignored);
        fs::remove(pid_file, ignored);
        if (fs::exists(state_dir_ / id, ignored)) remove_container(id);

        ChildSpec child;
        child.argv = {"runc",   "--root",     state_dir_.string(), "--log",    log.string(),    "run",
                      "--keep", "--pid-file", pid_file.string(),   "--bundle", bundle.string(), id};
        child.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
        SuperviseOptions options;
        options.time_limit_ms = request.limits.seconds * 1000;
        options.kill = [&] { kill_container(id); };
        bool told = false;
        const auto tell_started = [&] {
            if (told || !fs::exists(pid_file, ignored)) return;
            told = true;
            if (request.on_started) request.on_started();
        };
        options.should_stop = [&] {
            tell_started();
            return request.cancelled != nullptr && request.cancelled->load();
        };
        options.stand_still = request.stand_still;
        options.freeze = [&, state = state_file(id)](pid_t, bool frozen) {
            // Before the app runs there is nothing to freeze; runc itself must not stand still.
            return told && freeze_cgroup(state, frozen);
        };
        options.on_second = request.on_second;
        options.on_output = request.on_output;
        auto watched = supervise(child, options);
        tell_started();
        if (!watched) {
            remove_container(id);
            return fail("SANDBOX_FAILED", watched.error().message);
        }
        const bool started = fs::exists(pid_file, ignored);
        const auto marks = read_marks(state_file(id));
        remove_container(id);
        return judge(std::move(*watched), started, marks, log, volume);
    }

    Result<SandboxRun> judge(Supervised watched, bool started, const CgroupMarks& marks, const fs::path& log,
                             const fs::path& volume) const {
        const auto problem = sys::read_file(log).value_or("");
        if (!started && !watched.timed_out && !watched.stopped) {
            if (!blames_the_program(problem))
                return fail("SANDBOX_FAILED", fmt::format("runc could not start the app: {}", problem));
            watched.exit_code = problem.find("permission denied") != std::string::npos ? 126 : 127;
        }
        SandboxRun run;
        run.exit_code = watched.exit_code;
        run.cancelled = watched.stopped;
        run.timed_out = watched.timed_out;
        run.out_of_memory = marks.out_of_memory;
        run.fork_refused = marks.fork_refused;
        run.disk_full = volume_is_full(volume);
        run.out = std::move(watched.out);
        run.err = std::move(watched.err);
        run.wall_ms = watched.wall_ms;
        run.paused_ms = watched.paused_ms;
        run.output_dir = volume / "out";
        return run;
    }

    void kill_container(const std::string& id) const {
        const auto done = sys::run_process(runc_command({"kill", "--all", id, "KILL"}));
        if (!done || !done->ok()) remove_container(id);
    }

    SandboxConfig config_;
    fs::path state_dir_;
};

}  // namespace

Result<std::unique_ptr<Sandbox>> make_runc_sandbox(const SandboxConfig& config) {
    if (::geteuid() != 0) return fail("SANDBOX_UNAVAILABLE", "runc with limits needs root on this machine.");
    std::error_code ec;
    fs::create_directories(config.data_dir / "runc", ec);
    ::chmod((config.data_dir / "runc").c_str(), 0700);
    auto sandbox = std::make_unique<RuncSandbox>(config);
    sandbox->clear_leftovers();
    BOURSE_CHECK(try_out_sandbox(*sandbox, config.data_dir));
    return sandbox;
}

}  // namespace bourse::worker
