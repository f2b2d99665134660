#include <bourse/cli/up/supervisor.hpp>
#include <bourse/net/http_client.hpp>
#include <bourse/sys/clock.hpp>
#include <bourse/sys/log.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

namespace bourse::cli {
namespace {

constexpr std::uint64_t kFirstPauseMs = 200;
constexpr std::uint64_t kLongestPauseMs = 5'000;
constexpr std::uint64_t kHealthyMs = 30'000;  ///< a role that lived this long starts again without a pause
constexpr std::uint64_t kStopMs = 10'000;

bool role_answers(const RoleSpec& spec) {
    net::ClientRequest request;
    request.url = spec.url + spec.ready_path;
    request.timeout_ms = 2'000;
    request.connect_timeout_ms = 500;
    const auto answer = net::http_request(request);
    return answer && answer->status < 500;
}

void short_pause() { std::this_thread::sleep_for(std::chrono::milliseconds(15)); }

}  // namespace

std::string tail_of(const std::filesystem::path& file, std::size_t lines) {
    std::ifstream in(file);
    std::vector<std::string> last;
    for (std::string line; std::getline(in, line);) {
        last.push_back(line);
        if (last.size() > lines) last.erase(last.begin());
    }
    std::string out;
    for (const auto& line : last) out += "\n  " + line;
    return out;
}

Status<> Supervisor::launch(Role& role) {
    sys::ProcessSpec process;
    process.argv = role.spec.argv;
    process.stdout_file = role.spec.log;
    process.stderr_file = role.spec.log;
    process.die_with_parent = true;
    BOURSE_TRY(auto child, sys::Child::start(process));
    role.child.emplace(std::move(child));
    role.started_ms = sys::steady_ms();
    return {};
}

Status<> Supervisor::wait_ready(Role& role, std::uint64_t timeout_ms) {
    const auto deadline = sys::steady_ms() + timeout_ms;
    while (!role_answers(role.spec)) {
        if (const auto code = role.child->poll())
            return fail("ROLE_FAILED", role.spec.name + " ended with exit code " + std::to_string(*code) +
                                           " before it answered. The end of " + role.spec.log.string() + ":" +
                                           tail_of(role.spec.log));
        if (sys::stop_requested()) return fail("STOPPED", "Stopped while " + role.spec.name + " was starting.");
        if (sys::steady_ms() > deadline)
            return fail("ROLE_TIMEOUT", role.spec.name + " does not answer at " + role.spec.url + ". The end of " +
                                            role.spec.log.string() + ":" + tail_of(role.spec.log));
        short_pause();
    }
    return {};
}

Status<> Supervisor::start(RoleSpec spec, std::uint64_t timeout_ms) {
    roles_.push_back(Role{std::move(spec), std::nullopt, 0, 0, 0});
    Role& role = roles_.back();
    BOURSE_CHECK(launch(role));
    return wait_ready(role, timeout_ms);
}

Result<bool> Supervisor::tick(Role& role) {
    const auto now = sys::steady_ms();
    if (role.child) {
        const auto code = role.child->poll();
        if (!code) return false;
        if (!restart_dead_)
            return fail("ROLE_FAILED", role.spec.name + " ended with exit code " + std::to_string(*code) +
                                           ". The end of " + role.spec.log.string() + ":" + tail_of(role.spec.log));
        const bool healthy = now - role.started_ms > kHealthyMs;
        role.pause_ms = healthy || role.pause_ms == 0 ? kFirstPauseMs : std::min(role.pause_ms * 2, kLongestPauseMs);
        role.restart_at_ms = now + role.pause_ms;
        role.child.reset();
        sys::log_warn("role ended", {{"name", role.spec.name},
                                     {"exit_code", std::to_string(*code)},
                                     {"restart_in_ms", std::to_string(role.pause_ms)}});
        return true;
    }
    if (now < role.restart_at_ms) return false;
    BOURSE_CHECK(launch(role));
    sys::log_info("role restarted", {{"name", role.spec.name}, {"pid", std::to_string(role.child->pid())}});
    return true;
}

Result<bool> Supervisor::tick() {
    bool changed = false;
    for (auto& role : roles_) {
        BOURSE_TRY(const bool one, tick(role));
        changed = changed || one;
    }
    return changed;
}

void Supervisor::stop_all() {
    for (auto role = roles_.rbegin(); role != roles_.rend(); ++role) {
        if (!role->child) continue;
        role->child->signal(SIGTERM);
        const auto deadline = sys::steady_ms() + kStopMs;
        while (!role->child->poll() && sys::steady_ms() < deadline) short_pause();
        if (!role->child->poll()) role->child->signal(SIGKILL);
        role->child->wait();
        role->child.reset();
    }
}

}  // namespace bourse::cli
