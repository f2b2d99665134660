#include <bourse/worker/supervise.hpp>

#include <bourse/sys/clock.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

namespace bourse::worker {
namespace {

constexpr int kStepMs = 50;
/// How long a grandchild may keep a pipe open after the child's end.
constexpr std::uint64_t kDrainMs = 500;

class OwnedFd {
public:
    explicit OwnedFd(int fd = -1) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~OwnedFd() { close(); }
    int get() const noexcept { return fd_; }
    void close() noexcept {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }

private:
    int fd_;
};

struct ReadingEnd {
    OwnedFd fd;
    StreamCapture* capture;
    std::function<void(std::string_view)> watch;

    /// False when the stream has ended.
    void read_available() {
        std::array<char, 64 * 1024> buffer{};
        while (true) {
            const auto n = ::read(fd.get(), buffer.data(), buffer.size());
            if (n > 0) {
                const std::string_view chunk(buffer.data(), static_cast<std::size_t>(n));
                capture->add(chunk);
                if (watch) watch(chunk);
                return;  // a flood must not keep the loop from its clock
            }
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN) return;
            fd.close();
            return;
        }
    }
};

std::vector<char*> c_strings(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

/// Only async-signal-safe calls between fork and exec.
[[noreturn]] void run_child(const ChildSpec& spec, char* const* argv, char* const* envp, int null_fd, int out_fd,
                            int err_fd) {
    ::setsid();
    ::dup2(null_fd, 0);
    ::dup2(out_fd, 1);
    ::dup2(err_fd, 2);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    if (spec.setup) {
        if (!spec.setup()) ::_exit(125);
        ::execve(argv[0], argv, envp);
    } else {
        ::execvpe(argv[0], argv, envp);
    }
    const int why = errno;
    ::_exit(why == ENOENT ? 127 : 126);
}

int exit_code_of(int status) noexcept { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

class Watch {
public:
    Watch(pid_t pid, const SuperviseOptions& options, ReadingEnd out, ReadingEnd err)
        : pid_(pid),
          pid_fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))),
          options_(options),
          out_(std::move(out)),
          err_(std::move(err)) {}

    Supervised run() {
        const auto start_ms = sys::steady_ms();
        std::uint64_t next_second_ms = start_ms + 1000;
        while (!reap()) {
            wait_for_events();
            if (options_.on_output) options_.on_output(false, {});
            follow_pause(start_ms);
            const auto now = sys::steady_ms();
            if (!killed_ && options_.time_limit_ms > 0 && ran_ms(start_ms, now) >= options_.time_limit_ms) {
                result_.timed_out = true;
                kill();
            }
            if (!killed_ && options_.should_stop && options_.should_stop()) {
                result_.stopped = true;
                kill();
            }
            if (now >= next_second_ms) {
                next_second_ms += 1000;
                if (options_.on_second && !frozen_since_ms_) options_.on_second();
            }
        }
        const auto end_ms = sys::steady_ms();
        result_.wall_ms = end_ms - start_ms;
        result_.paused_ms = result_.wall_ms - ran_ms(start_ms, end_ms);
        drain();
        return std::move(result_);
    }

private:
    bool reap() {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
        result_.exit_code = exit_code_of(status);
        return true;
    }
    /// Without the time in which it stood still.
    std::uint64_t ran_ms(std::uint64_t start_ms, std::uint64_t now_ms) const {
        return (frozen_since_ms_ ? *frozen_since_ms_ : now_ms) - start_ms - paused_ms_;
    }
    void follow_pause(std::uint64_t start_ms) {
        if (killed_ || !options_.stand_still || !options_.freeze) return;
        const auto now = sys::steady_ms();
        const bool wanted = options_.stand_still(ran_ms(start_ms, now));
        if (wanted == frozen_since_ms_.has_value() || !options_.freeze(pid_, wanted)) return;
        if (wanted) {
            frozen_since_ms_ = now;
            return;
        }
        paused_ms_ += sys::steady_ms() - *frozen_since_ms_;
        frozen_since_ms_.reset();
    }
    void kill() {
        killed_ = true;
        // What is frozen may take no signal.
        if (frozen_since_ms_) options_.freeze(pid_, false);
        if (options_.kill) options_.kill();
        ::kill(pid_, SIGKILL);
    }
    void wait_for_events() {
        std::array<pollfd, 3> fds{{{out_.fd.get(), POLLIN, 0}, {err_.fd.get(), POLLIN, 0}, {pid_fd_.get(), POLLIN, 0}}};
        if (::poll(fds.data(), fds.size(), kStepMs) <= 0) return;
        if (fds[0].revents != 0) out_.read_available();
        if (fds[1].revents != 0) err_.read_available();
    }
    void drain() {
        const auto until = sys::steady_ms() + kDrainMs;
        while ((out_.fd.get() >= 0 || err_.fd.get() >= 0) && sys::steady_ms() < until) {
            std::array<pollfd, 2> fds{{{out_.fd.get(), POLLIN, 0}, {err_.fd.get(), POLLIN, 0}}};
            if (::poll(fds.data(), fds.size(), kStepMs) < 0 && errno != EINTR) return;
            if (fds[0].revents != 0) out_.read_available();
            if (fds[1].revents != 0) err_.read_available();
        }
    }

    pid_t pid_;
    OwnedFd pid_fd_;
    const SuperviseOptions& options_;
    ReadingEnd out_, err_;
    Supervised result_;
    bool killed_ = false;
    std::uint64_t paused_ms_ = 0;  ///< of pauses that are over
    std::optional<std::uint64_t> frozen_since_ms_;
};

}  // namespace

Result<Supervised> supervise(const ChildSpec& spec, const SuperviseOptions& options) {
    std::array<int, 2> out_pipe{}, err_pipe{};
    if (::pipe2(out_pipe.data(), O_CLOEXEC) != 0) return fail("PROCESS_START_FAILED", std::strerror(errno));
    OwnedFd out_read(out_pipe[0]), out_write(out_pipe[1]);
    if (::pipe2(err_pipe.data(), O_CLOEXEC) != 0) return fail("PROCESS_START_FAILED", std::strerror(errno));
    OwnedFd err_read(err_pipe[0]), err_write(err_pipe[1]);
    OwnedFd null_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ::fcntl(out_read.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(err_read.get(), F_SETFL, O_NONBLOCK);
    const auto argv = c_strings(spec.argv), envp = c_strings(spec.env);
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail("PROCESS_START_FAILED",
                    fmt::format("Cannot start {}: {}.", spec.argv.front(), std::strerror(errno)));
    if (pid == 0) run_child(spec, argv.data(), envp.data(), null_fd.get(), out_write.get(), err_write.get());
    out_write.close();
    err_write.close();
    StreamCapture out(options.head_bytes, options.tail_bytes), err(options.head_bytes, options.tail_bytes);
    const auto watcher = [&](bool error) -> std::function<void(std::string_view)> {
        if (!options.on_output) return {};
        return [&options, error](std::string_view chunk) { options.on_output(error, chunk); };
    };
    Watch watch(pid, options, {std::move(out_read), &out, watcher(false)}, {std::move(err_read), &err, watcher(true)});
    auto result = watch.run();
    result.out = out.text();
    result.err = err.text();
    return result;
}

}  // namespace bourse::worker
