#include <bourse/worker/user_namespace.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace bourse::worker {
namespace {

bool write_small(const char* file, std::string_view text) noexcept {
    const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool done = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return done;
}

[[noreturn]] void wait_and_hand_on(pid_t child) noexcept {
    // The streams belong to the app: their end must be seen when it ends.
    for (int fd = 0; fd <= 2; ++fd) ::close(fd);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

}  // namespace

UserNamespacePlan plan_user_namespace(std::string_view root) {
    UserNamespacePlan plan;
    plan.uid_map = fmt::format("{} {} 1", ::geteuid(), ::geteuid());
    plan.gid_map = fmt::format("{} {} 1", ::getegid(), ::getegid());
    plan.root = root;
    // Mounts of their own stay writable when the root around them is made read-only.
    plan.binds.emplace_back(root, root);
    for (const char* name : {"/iexec_out", "/tmp", "/run"}) plan.binds.emplace_back(plan.root + name, plan.root + name);
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})
        plan.binds.emplace_back(device, std::string(root) + device);
    return plan;
}

bool enter_user_namespace(const UserNamespacePlan& plan) noexcept {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
        return false;
    write_small("/proc/self/setgroups", "deny");
    if (!write_small("/proc/self/uid_map", plan.uid_map) || !write_small("/proc/self/gid_map", plan.gid_map))
        return false;
    const pid_t child = ::fork();
    if (child < 0) return false;
    if (child > 0) wait_and_hand_on(child);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    for (const auto& [source, place] : plan.binds) ::mount(source.c_str(), place.c_str(), nullptr, MS_BIND, nullptr);
    // Where the machine refuses this (locked mount flags), the root is still a private copy.
    ::mount(nullptr, plan.root.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr);
    return true;
}

}  // namespace bourse::worker
