#include <bourse/sys/process.hpp>

#include <atomic>
#include <csignal>
#include <ctime>

namespace bourse::sys {

namespace {

std::atomic<bool> stop_flag{false};

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

}  // namespace

void signals_init() {
    const auto set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

void wait_for_stop() {
    const auto set = stop_signals();
    while (!stop_flag.load()) {
        const timespec slice{0, 100'000'000};  // request_stop() has no signal of its own
        if (sigtimedwait(&set, nullptr, &slice) > 0) stop_flag.store(true);
    }
}

bool stop_requested() noexcept {
    if (stop_flag.load()) return true;
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

void request_stop() { stop_flag.store(true); }

}  // namespace bourse::sys
