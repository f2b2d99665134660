// Runs real programs (busybox) in the real sandboxes of this machine. Where a sandbox does not work, its tests are
// skipped with the reason.
#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>
#include <bourse/sys/process.hpp>
#include <bourse/worker/causes.hpp>
#include <bourse/worker/sandbox.hpp>
#include <bourse/worker/volume.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kComputed = R"(printf '{"deterministic-output-path":"/iexec_out/r"}' >/iexec_out/computed.json)";

/// A listener of the test on loopback: the control that shows that the network would be open outside.
class Listener {
public:
    Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&address), size);
        ::listen(fd_, 8);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { ::close(fd_); }
    std::string port() const { return std::to_string(port_); }

private:
    int fd_;
    std::uint16_t port_ = 0;
};

bool soon(const std::function<bool()>& condition) {
    for (const auto end = sys::steady_ms() + 60'000; sys::steady_ms() < end; ::usleep(10'000))
        if (condition()) return true;
    return condition();
}

/// Where the kernel tells whether the only container of a runc folder is frozen.
fs::path freezer_file(const fs::path& runc_dir) {
    for (const auto& entry : fs::directory_iterator(runc_dir)) {
        const auto state =
            nlohmann::json::parse(sys::read_file(entry.path() / "state.json").value_or(""), nullptr, false);
        if (!state.is_object()) continue;
        const auto& paths = state["cgroup_paths"];
        if (paths.contains("freezer")) return fs::path(paths["freezer"].get<std::string>()) / "freezer.state";
        if (paths.contains("")) return fs::path(paths[""].get<std::string>()) / "cgroup.freeze";
    }
    return {};
}

class SandboxTest : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        old_umask_ = ::umask(077);  // as the role sets it
        SandboxConfig config;
        config.data_dir = dir_.path() / "data";
        config.owner_id = "test" + std::to_string(::getpid());
        config.development = true;
        auto made = GetParam() == "runc" ? make_runc_sandbox(config) : make_chroot_sandbox(config);
        if (!made)
            GTEST_SKIP() << "SKIPPED: " << GetParam() << " does not work on this machine: " << made.error().message;
        sandbox_ = std::move(*made);
        make_rootfs();
        fs::create_directories(dir_.path() / "in");
        std::ofstream(dir_.path() / "in/input") << "given";
        fs::permissions(dir_.path() / "in", fs::perms(0755));
        fs::permissions(dir_.path() / "in/input", fs::perms(0644));
        limits_ = {.seconds = 30,
                   .cpus = 1,
                   .memory_bytes = 256 << 20,
                   .processes = 32,
                   .open_files = 256,
                   .disk_bytes = 8 << 20,
                   .inodes = 256,
                   .download_bytes = 0,
                   .image_bytes = 0};
    }
    void TearDown() override {
        if (sandbox_) sandbox_->clear_leftovers();
        unmount_below(dir_.path());  // outputs that a test did not release
        ::umask(old_umask_);
    }
    bool is_runc() const { return GetParam() == "runc"; }

    void make_rootfs() {
        ::umask(022);
        const auto bin = rootfs() / "bin";
        fs::create_directories(bin);
        fs::create_directories(rootfs() / "var/tmp");  // the image cache makes it in every image
        for (const char* place : {"/bin/busybox", "/usr/bin/busybox"})
            if (fs::exists(place)) fs::copy_file(place, bin / "busybox", fs::copy_options::overwrite_existing);
        ASSERT_TRUE(fs::exists(bin / "busybox")) << "busybox-static is needed (scripts/setup.sh)";
        for (const char* applet : {"sh", "nc", "id", "cat", "dd", "sleep", "touch", "ln", "tr", "ls", "printf", "env",
                                   "mkfifo", "true", "wc", "mount", "unshare"})
            fs::create_symlink("busybox", bin / applet);
        std::ofstream(bin / "nonsense") << "not a program";
        fs::permissions(bin / "nonsense", fs::perms::all);
        ::umask(077);
    }
    fs::path rootfs() const { return dir_.path() / "rootfs"; }

    SandboxRequest request(const std::string& script) {
        SandboxRequest r;
        r.id = "t" + std::to_string(++count_);
        r.rootfs = rootfs();
        r.argv = {"/bin/sh", "-c", script};
        r.env = {"PATH=/bin", "GREETING=hello"};
        r.work_dir = dir_.path() / r.id;
        r.input_dir = dir_.path() / "in";
        r.limits = limits_;
        fs::create_directories(r.work_dir);
        return r;
    }
    SandboxRun run(const std::string& script) {
        last_ = request(script);
        auto result = sandbox_->run(last_);
        EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().code + ": " + result.error().message);
        return result ? *std::move(result) : SandboxRun{};
    }
    std::string cause(const SandboxRun& r) const { return judge_run(r, false, limits_.disk_bytes).cause; }

    sys::TempDir dir_;
    std::unique_ptr<Sandbox> sandbox_;
    poco::TaskLimits limits_;
    SandboxRequest last_;
    mode_t old_umask_ = 022;
    int count_ = 0;
};

TEST_P(SandboxTest, output_exit_code_and_streams_come_back) {
    const auto r =
        run(std::string("echo out $GREETING; echo err >&2; cat /iexec_in/input >/iexec_out/r; ") + kComputed);
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.out, "out hello\n");
    EXPECT_EQ(r.err, "err\n");
    EXPECT_EQ(*sys::read_file(r.output_dir / "r"), "given");
    EXPECT_EQ(cause(r), "");
    sandbox_->release(last_);
    EXPECT_FALSE(fs::exists(r.output_dir));
    EXPECT_EQ(run("exit 42").exit_code, 42);
    EXPECT_EQ(cause(run("exit 42")), "APP_COMPUTE_FAILED");
    EXPECT_EQ(cause(run("true")), "DETERMINISM_HASH_NOT_FOUND");
}
TEST_P(SandboxTest, the_network_is_closed) {
    const Listener listener;
    sys::ProcessSpec control;
    control.argv = {
        (rootfs() / "bin/busybox").string(), "nc", "-w", "2", "127.0.0.1", listener.port(), "-e", "/bin/true"};
    control.timeout_ms = 5'000;
    const auto outside = sys::run_process(control);
    ASSERT_TRUE(outside && outside->ok()) << "the control shows that it is open outside";
    EXPECT_NE(run("nc -w 2 127.0.0.1 " + listener.port() + " -e /bin/true").exit_code, 0);
}
TEST_P(SandboxTest, the_image_and_the_inputs_cannot_be_changed) {
    const auto r =
        run("for f in /bin/new /bin/busybox /iexec_in/new /iexec_in/input /new; do (echo x >$f) 2>/dev/null && echo "
            "\"wrote $f\"; done; true");
    EXPECT_EQ(r.out, "");
    EXPECT_FALSE(fs::exists(rootfs() / "new"));
    EXPECT_EQ(*sys::read_file(dir_.path() / "in/input"), "given");
}
TEST_P(SandboxTest, scratch_is_writable) {
    EXPECT_EQ(run("echo 1 >/tmp/a && echo 2 >/run/b && echo 3 >/iexec_out/c").exit_code, 0);
    if (is_runc()) {
        EXPECT_EQ(run("echo 1 >/var/tmp/a").exit_code, 0);
    }
}
TEST_P(SandboxTest, the_time_limit_ends_everything) {
    limits_.seconds = 1;
    const auto r = run("sleep 1000 & while :; do :; done");
    EXPECT_TRUE(r.timed_out);
    EXPECT_GE(r.wall_ms, 1'000U);
    EXPECT_LT(r.wall_ms, 500'000U);
    EXPECT_EQ(cause(r), "APP_COMPUTE_TIMEOUT");
}
TEST_P(SandboxTest, a_run_can_be_cancelled) {
    std::atomic<bool> cancelled{false};
    auto r = request("sleep 1000");
    r.cancelled = &cancelled;
    std::thread later([&] {
        ::usleep(300'000);
        cancelled = true;
    });
    const auto result = sandbox_->run(r);
    later.join();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->cancelled);
    EXPECT_LT(result->wall_ms, 500'000U);
}
/// A loop that counts in /iexec_out/n, so that the outside sees whether it runs.
constexpr const char* kCounting = "i=0; while [ ! -e /tmp/end ]; do i=$((i+1)); echo $i >/iexec_out/n; done; echo $i";

TEST_P(SandboxTest, an_app_stands_still_and_goes_on) {
    limits_.seconds = 300;
    std::atomic<bool> paused{false};
    std::atomic<std::uint64_t> seconds_told{0};
    auto r = request("(while :; do :; done) & " + std::string(kCounting) + "; kill $!");
    r.stand_still = [&](std::uint64_t) { return paused.load(); };
    r.on_second = [&] { ++seconds_told; };
    Result<SandboxRun> result = fail("", "");
    std::thread running([&] { result = sandbox_->run(r); });
    const auto output = (is_runc() ? r.work_dir / "volume/out" : r.work_dir / "root/iexec_out");
    const auto counted = [&] { return std::atoll(sys::read_file(output / "n").value_or("0").c_str()); };
    EXPECT_TRUE(soon([&] { return counted() > 0; }));
    paused = true;
    // Still: the same count for half a second, with a busy process of it beside.
    const bool still = soon([&] {
        const auto before = counted();
        ::usleep(500'000);
        return before == counted();
    });
    EXPECT_TRUE(still);
    const auto at_pause = counted();
    const auto told = seconds_told.load();
    ::usleep(1'200'000);
    EXPECT_EQ(counted(), at_pause);
    EXPECT_EQ(seconds_told, told);
    paused = false;
    EXPECT_TRUE(soon([&] { return counted() > at_pause; }));
    std::ofstream(is_runc() ? r.work_dir / "volume/tmp/end" : r.work_dir / "root/tmp/end") << "";
    running.join();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_GE(std::atoll(result->out.c_str()), at_pause);
    EXPECT_GE(result->paused_ms, 1'500U);
    EXPECT_GT(result->wall_ms, result->paused_ms);
}
TEST_P(SandboxTest, a_pause_does_not_count_against_the_time_limit) {
    limits_.seconds = 1;
    auto r = request("while :; do :; done");
    const auto begin = sys::steady_ms();
    std::optional<std::uint64_t> paused_at_ms;
    std::uint64_t ran = 0, passed = 0;  // ms, when it was asked last
    r.stand_still = [&](std::uint64_t ran_ms) {
        ran = ran_ms;
        passed = sys::steady_ms() - begin;
        if (ran_ms > 0 && !paused_at_ms) paused_at_ms = passed;
        return paused_at_ms && passed < *paused_at_ms + 3'000;
    };
    const auto result = sandbox_->run(r);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->timed_out);
    EXPECT_GE(result->wall_ms - result->paused_ms, 1'000U);
    EXPECT_GT(result->paused_ms, 1'000U);
    EXPECT_LE(ran + 1'000, passed) << "the time of the pause counts as time that it ran";
}
TEST_P(SandboxTest, what_stands_still_can_be_cancelled) {
    std::atomic<bool> cancelled{false};
    auto r = request("sleep 1000 & while :; do :; done");
    r.cancelled = &cancelled;
    const auto begin = sys::steady_ms();
    r.stand_still = [&](std::uint64_t) {
        cancelled = sys::steady_ms() - begin > 1'000;
        return true;
    };
    const auto result = sandbox_->run(r);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->cancelled);
}
TEST_P(SandboxTest, ten_megabytes_of_output_are_bounded) {
    const auto r = run("dd if=/dev/zero bs=1M count=10 2>/dev/null | tr '\\0' x; echo; echo END");
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_LE(r.out.size(), 1024U * 1024U);
    EXPECT_GT(r.out.size(), 1000U * 1024U);
    EXPECT_TRUE(r.out.starts_with("xxxx"));
    EXPECT_TRUE(r.out.ends_with("\nEND\n"));
}
TEST_P(SandboxTest, links_in_the_output_are_found) {
    EXPECT_EQ(cause(run(std::string("ln -s /etc/passwd /iexec_out/r; ") + kComputed)), "APP_OUTPUT_INVALID");
    EXPECT_EQ(cause(run(std::string("mkfifo /iexec_out/r; ") + kComputed)), "APP_OUTPUT_INVALID");
    EXPECT_EQ(cause(run("printf '{\"deterministic-output-path\":\"/tmp\"}' >/iexec_out/computed.json")),
              "APP_OUTPUT_INVALID");
}
TEST_P(SandboxTest, sparse_files_beyond_the_limit_are_refused) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback's file size limit stops this earlier";
    EXPECT_EQ(cause(run(std::string("dd if=/dev/zero of=/iexec_out/r bs=1 count=1 seek=1000000000000 2>/dev/null; ") +
                        kComputed)),
              "APP_OUTPUT_INVALID");
}
TEST_P(SandboxTest, a_full_disk_is_named) {
    EXPECT_EQ(cause(run("dd if=/dev/zero of=/iexec_out/big bs=64k count=1000 2>/dev/null || exit 1")),
              "APP_DISK_LIMIT");
    if (is_runc()) {
        EXPECT_EQ(cause(run("i=0; while : >/tmp/$i; do i=$((i+1)); done 2>/dev/null; exit 1")), "APP_DISK_LIMIT");
    }
}
TEST_P(SandboxTest, the_memory_limit_is_named) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback has no out-of-memory mark";
    limits_.memory_bytes = 32 << 20;
    const auto r = run("x=0123456789abcdef; while :; do x=$x$x; done");
    EXPECT_TRUE(r.out_of_memory);
    EXPECT_EQ(cause(r), "APP_MEMORY_LIMIT");
}
TEST_P(SandboxTest, the_limit_on_processes_is_named) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback does not know who was refused";
    const auto r = run("i=0; while [ $i -lt 100 ]; do sleep 100 & i=$((i+1)); done 2>/dev/null; exit 1");
    EXPECT_TRUE(r.fork_refused);
    EXPECT_EQ(cause(r), "APP_PIDS_LIMIT");
}
TEST_P(SandboxTest, a_program_that_cannot_run_is_the_apps_fault) {
    auto r = request("");
    r.argv = {"/bin/nonsense"};
    const auto result = sandbox_->run(r);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_NE(result->exit_code, 0);
    EXPECT_EQ(cause(*result), "APP_COMPUTE_FAILED");
}
TEST_P(SandboxTest, the_app_has_no_privileges) {
    const auto r =
        run("mount -t tmpfs x /tmp 2>/dev/null && echo mounted; unshare -r true 2>/dev/null && echo unshared; cat "
            "/proc/self/status 2>/dev/null");
    EXPECT_EQ(r.out.find("mounted"), std::string::npos);
    EXPECT_EQ(r.out.find("unshared"), std::string::npos);
    if (!is_runc()) return;  // no /proc there
    EXPECT_NE(r.out.find("CapEff:\t0000000000000000"), std::string::npos);
    EXPECT_NE(r.out.find("CapBnd:\t0000000000000000"), std::string::npos);
    EXPECT_NE(r.out.find("NoNewPrivs:\t1"), std::string::npos);
    EXPECT_NE(r.out.find("Seccomp:\t2"), std::string::npos);
}
TEST_P(SandboxTest, it_runs_as_the_images_user) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback uses ids of its own";
    auto r = request(
        "id -u; id -g; cat /iexec_in/input >/iexec_out/mine && echo 1 >/tmp/t && echo 2 >/var/tmp/t && echo 3 "
        ">/dev/null && echo ok");
    r.uid = 1234;
    r.gid = 4321;
    const auto result = sandbox_->run(r);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->out, "1234\n4321\nok\n") << result->err;
}
TEST_P(SandboxTest, larger_volumes_hold_bytes_and_inodes) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback mounts nothing";
    limits_.disk_bytes = 300 << 20;
    limits_.inodes = 64;
    const auto r = run("i=0; while : >/tmp/$i; do i=$((i+1)); done 2>/dev/null; [ $i -lt 64 ] && exit 1");
    EXPECT_EQ(cause(r), "APP_DISK_LIMIT");
}
TEST_P(SandboxTest, leftovers_of_a_worker_killed_in_a_pause_are_cleared) {
    if (!is_runc()) GTEST_SKIP() << "SKIPPED: the fallback keeps no state beyond its processes";
    auto r = request("sleep 1000");
    r.stand_still = [](std::uint64_t) { return true; };
    const pid_t child = ::fork();
    if (child == 0) {
        const auto ignored = sandbox_->run(r);
        ::_exit(0);
    }
    const auto state = dir_.path() / "data/runc";
    ASSERT_TRUE(soon([&] { return !fs::is_empty(state) && fs::exists(r.work_dir / "bundle/pid"); }));
    const int app = std::atoi(sys::read_file(r.work_dir / "bundle/pid").value_or("0").c_str());
    ASSERT_GT(app, 0);
    // Frozen: a signal alone does not end it.
    ASSERT_TRUE(soon([&] {
        const auto freezer = sys::read_file(freezer_file(state)).value_or("");
        return freezer.starts_with("FROZEN") || freezer.starts_with("1");
    }));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    sandbox_->clear_leftovers();
    EXPECT_TRUE(fs::is_empty(state));
    EXPECT_TRUE(soon([&] { return ::kill(app, 0) != 0; }));
}
TEST_P(SandboxTest, start_to_end_is_quick) {
    std::vector<std::uint64_t> times;
    for (int i = 0; i < 5; ++i) {
        times.push_back(run("true").wall_ms);
        sandbox_->release(last_);
    }
    std::ranges::sort(times);
    RecordProperty("median_ms", static_cast<int>(times[2]));
    std::cout << GetParam() << ": median of 5 runs " << times[2] << " ms\n";
}

INSTANTIATE_TEST_SUITE_P(All, SandboxTest, testing::Values("runc", "chroot"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace bourse::worker
