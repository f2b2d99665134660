#include <bourse/sys/process.hpp>

#include <bourse/sys/clock.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

extern char** environ;

namespace bourse::sys {

namespace {

/// An owned descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() { reset(); }
    int get() const noexcept { return fd_; }
    bool open() const noexcept { return fd_ >= 0; }
    void reset() noexcept {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_ = -1;
};

struct Pipe {
    Fd read, write;
};

std::optional<Pipe> make_pipe() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{Fd(fds[0]), Fd(fds[1])};
}

/// What the child needs, prepared before fork: it may only make system calls afterwards.
struct Launch {
    std::vector<char*> argv;
    std::vector<std::string> env_texts;
    std::vector<char*> envp;
    const char* cwd = nullptr;
    int in = -1, out = -1, err = -1;  ///< -1: inherited
    int report = -1;                  ///< errno of a failed exec goes here
    bool die_with_parent = false;
};

/// PR_SET_PDEATHSIG fires when the *thread* that forked ends. This one lives as long as the process, so that
/// die_with_parent means the process.
class Spawner {
public:
    static Spawner& instance() {
        static std::mutex mutex;
        static Spawner* spawner = nullptr;  // never destroyed: see above
        const std::lock_guard lock(mutex);
        if (spawner == nullptr || spawner->pid_ != ::getpid()) spawner = new Spawner;  // threads do not survive a fork
        return *spawner;
    }
    void run(const std::function<void()>& job) {
        const std::lock_guard one_at_a_time(callers_);
        std::unique_lock lock(mutex_);
        job_ = &job;
        changed_.notify_all();
        changed_.wait(lock, [&] { return job_ == nullptr; });
    }

private:
    Spawner() {
        std::thread([this] {
            std::unique_lock lock(mutex_);
            for (;;) {
                changed_.wait(lock, [&] { return job_ != nullptr; });
                (*job_)();
                job_ = nullptr;
                changed_.notify_all();
            }
        }).detach();
    }
    pid_t pid_ = ::getpid();
    std::mutex callers_, mutex_;
    std::condition_variable changed_;
    const std::function<void()>* job_ = nullptr;
};

void close_others_on_exec() {
#ifdef SYS_close_range
    if (::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) == 0) return;
#endif
    for (int fd = 3; fd < 1024; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void child_main(const Launch& launch, pid_t parent) {
    const auto give_up = [&] {
        const int number = errno;
        [[maybe_unused]] const auto n = ::write(launch.report, &number, sizeof number);
        ::_exit(127);
    };
    ::setpgid(0, 0);
    if (launch.die_with_parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    if (launch.in >= 0 && ::dup2(launch.in, 0) < 0) give_up();
    if (launch.out >= 0 && ::dup2(launch.out, 1) < 0) give_up();
    if (launch.err >= 0 && ::dup2(launch.err, 2) < 0) give_up();
    close_others_on_exec();
    if (launch.cwd != nullptr && ::chdir(launch.cwd) != 0) give_up();
    ::execvpe(launch.argv[0], launch.argv.data(), launch.envp.empty() ? environ : launch.envp.data());
    give_up();
    ::_exit(127);
}

Launch prepare(const ProcessSpec& spec) {
    Launch launch;
    for (const auto& arg : spec.argv) launch.argv.push_back(const_cast<char*>(arg.c_str()));
    launch.argv.push_back(nullptr);
    if (spec.env) {
        for (const auto& [key, value] : *spec.env) launch.env_texts.push_back(key + "=" + value);
        for (auto& text : launch.env_texts) launch.envp.push_back(text.data());
        launch.envp.push_back(nullptr);
    }
    if (!spec.cwd.empty()) launch.cwd = spec.cwd.c_str();
    launch.die_with_parent = spec.die_with_parent;
    return launch;
}

Error start_error(const ProcessSpec& spec, const std::string& what, int number) {
    return {"PROCESS_START_FAILED", "Cannot start " + (spec.argv.empty() ? std::string("(nothing)") : spec.argv[0]) +
                                        ": " + what + ": " + std::strerror(number) + "."};
}

/// Forks and waits until exec has succeeded or failed.
Result<pid_t> launch_process(const ProcessSpec& spec, Launch& launch) {
    auto report = make_pipe();
    if (!report) return fail(start_error(spec, "pipe", errno));
    launch.report = report->write.get();
    const pid_t self = ::getpid();
    pid_t pid = -1;
    int fork_errno = 0;
    const auto spawn = [&] {
        pid = ::fork();
        if (pid == 0) child_main(launch, self);
        fork_errno = errno;
    };
    if (launch.die_with_parent)
        Spawner::instance().run(spawn);
    else
        spawn();
    if (pid < 0) return fail(start_error(spec, "fork", fork_errno));
    ::setpgid(pid, pid);
    report->write.reset();
    int number = 0;
    ssize_t n = 0;
    do n = ::read(report->read.get(), &number, sizeof number);
    while (n < 0 && errno == EINTR);
    if (n == 0) return pid;
    ::waitpid(pid, nullptr, 0);
    return fail(start_error(spec, "exec", number));
}

Result<Fd> open_input(const ProcessSpec& spec) {
    if (spec.stdin_text.empty()) {
        Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (!null.open()) return fail(start_error(spec, "/dev/null", errno));
        return null;
    }
    Fd memory(::memfd_create("stdin", MFD_CLOEXEC));
    if (!memory.open()) return fail(start_error(spec, "memfd", errno));
    std::string_view rest = spec.stdin_text;
    while (!rest.empty()) {
        const auto n = ::write(memory.get(), rest.data(), rest.size());
        if (n < 0) return fail(start_error(spec, "memfd", errno));
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ::lseek(memory.get(), 0, SEEK_SET);
    return memory;
}

Result<Fd> open_output_file(const ProcessSpec& spec, const std::filesystem::path& path) {
    if (path.empty()) return Fd();
    Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file.open()) return fail(start_error(spec, path.string(), errno));
    return file;
}

int exit_code_of(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    return 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/// A stream captured through a pipe.
struct Capture {
    Fd fd;
    std::string* text;
    std::size_t limit;

    void read_some() {
        std::array<char, 65536> buffer{};
        const auto n = ::read(fd.get(), buffer.data(), buffer.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (n <= 0) return fd.reset();
        const auto room = limit - std::min(limit, text->size());
        text->append(buffer.data(), std::min(room, static_cast<std::size_t>(n)));
    }
    /// What is in the pipe now, without waiting for writers that outlive the child.
    void drain() {
        while (fd.open()) {
            pollfd item{fd.get(), POLLIN, 0};
            if (::poll(&item, 1, 0) <= 0) return;
            read_some();
        }
    }
};

Fd open_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
    return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
#else
    static_cast<void>(pid);
    return Fd();
#endif
}

/// Waits for the end or the deadline (0: none) while the pipes are emptied. Returns the wait status, nullopt at the
/// deadline.
std::optional<int> wait_with_capture(pid_t pid, std::vector<Capture>& captures, std::uint64_t deadline_ms) {
    const Fd pidfd = open_pidfd(pid);
    for (;;) {
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) == pid) {
            for (auto& capture : captures) capture.drain();
            return status;
        }
        const auto now = steady_ms();
        if (deadline_ms != 0 && now >= deadline_ms) return std::nullopt;
        std::vector<pollfd> items;
        for (const auto& capture : captures)
            if (capture.fd.open()) items.push_back({capture.fd.get(), POLLIN, 0});
        if (pidfd.open()) items.push_back({pidfd.get(), POLLIN, 0});
        std::uint64_t wait_ms = pidfd.open() ? 60'000 : 10;  // without a pidfd the end shows only by asking
        if (deadline_ms != 0) wait_ms = std::min(wait_ms, deadline_ms - now);
        ::poll(items.data(), items.size(), static_cast<int>(wait_ms));
        for (auto& capture : captures) {
            const auto item = std::ranges::find(items, capture.fd.get(), &pollfd::fd);
            if (capture.fd.open() && item != items.end() && item->revents != 0) capture.read_some();
        }
    }
}

}  // namespace

Result<ProcessResult> run_process(const ProcessSpec& spec) {
    if (spec.argv.empty()) return fail(start_error(spec, "no program", EINVAL));
    auto launch = prepare(spec);
    BOURSE_TRY(Fd in, open_input(spec));
    BOURSE_TRY(Fd out, open_output_file(spec, spec.stdout_file));
    BOURSE_TRY(Fd err, open_output_file(spec, spec.stderr_file));
    ProcessResult result;
    std::vector<Capture> captures;
    for (auto [fd, text] : {std::pair{&out, &result.out}, std::pair{&err, &result.err}}) {
        if (fd->open()) continue;
        auto pipe = make_pipe();
        if (!pipe) return fail(start_error(spec, "pipe", errno));
        *fd = std::move(pipe->write);
        captures.push_back({std::move(pipe->read), text, spec.max_output_bytes});
    }
    launch.in = in.get();
    launch.out = out.get();
    launch.err = err.get();
    BOURSE_TRY(const pid_t pid, launch_process(spec, launch));
    out.reset();
    err.reset();
    auto status = wait_with_capture(pid, captures, spec.timeout_ms == 0 ? 0 : steady_ms() + spec.timeout_ms);
    if (!status) {
        result.timed_out = true;
        ::kill(-pid, SIGKILL);
        status = wait_with_capture(pid, captures, 0);
    }
    result.exit_code = exit_code_of(*status);
    return result;
}

Result<Child> Child::start(const ProcessSpec& spec) {
    if (spec.argv.empty()) return fail(start_error(spec, "no program", EINVAL));
    auto launch = prepare(spec);
    BOURSE_TRY(const Fd in, open_input(spec));
    BOURSE_TRY(const Fd out, open_output_file(spec, spec.stdout_file));
    BOURSE_TRY(const Fd err, open_output_file(spec, spec.stderr_file));
    launch.in = in.get();
    launch.out = out.get();
    launch.err = err.get();
    BOURSE_TRY(const pid_t pid, launch_process(spec, launch));
    return Child(pid);
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(exit_code_, other.exit_code_);
    return *this;
}

Child::~Child() {
    if (pid_ < 0 || poll()) return;
    signal(SIGTERM);
    std::vector<Capture> none;
    const auto status = wait_with_capture(pid_, none, steady_ms() + 5000);
    if (status) return;
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

int Child::pid() const noexcept { return pid_; }

std::optional<int> Child::poll() {
    if (exit_code_ || pid_ < 0) return exit_code_;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) exit_code_ = exit_code_of(status);
    return exit_code_;
}

int Child::wait() {
    if (exit_code_) return *exit_code_;
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    exit_code_ = exit_code_of(status);
    return *exit_code_;
}

void Child::signal(int number) {
    if (pid_ > 0 && !poll()) ::kill(pid_, number);
}

void raise_file_limit(std::uint64_t files) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
    limit.rlim_cur = std::min<rlim_t>(files, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace bourse::sys
