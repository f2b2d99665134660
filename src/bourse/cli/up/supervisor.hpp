// Starts the roles of a market as child processes, waits until they answer, restarts those that die.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/sys/process.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bourse::cli {

struct RoleSpec {
    std::string name;  ///< "node", "worker1", …
    std::vector<std::string> argv;
    std::string url;  ///< http://127.0.0.1:port
    std::string ready_path = "/version";
    std::string metrics_path = "/metrics";
    std::filesystem::path log;  ///< stdout and stderr, appended
};

/// Children die with this process, also by kill -9. Use from one thread: the one that lives longest, because the kernel
/// ties the children's lives to the thread that started them.
class Supervisor {
public:
    explicit Supervisor(bool restart_dead) : restart_dead_(restart_dead) {}

    /// Starts a role and waits until it answers. Errors: ROLE_FAILED with the end of its log, ROLE_TIMEOUT.
    Status<> start(RoleSpec spec, std::uint64_t timeout_ms = 60'000);
    /// Looks for dead roles and restarts them after a pause that grows from 0.2 to 5 s while a role keeps dying. True
    /// when a process id has changed. Errors: ROLE_FAILED when a role died and restarts are off.
    Result<bool> tick();
    /// SIGTERM in reverse order of start, SIGKILL after 10 s.
    void stop_all();

    struct Role {
        RoleSpec spec;
        std::optional<sys::Child> child;
        std::uint64_t started_ms = 0;
        std::uint64_t restart_at_ms = 0;
        std::uint64_t pause_ms = 0;
    };
    const std::vector<Role>& roles() const noexcept { return roles_; }

private:
    Status<> launch(Role& role);
    Status<> wait_ready(Role& role, std::uint64_t timeout_ms);
    Result<bool> tick(Role& role);

    bool restart_dead_;
    std::vector<Role> roles_;
};

/// The last lines of a file, for messages; empty if it cannot be read.
std::string tail_of(const std::filesystem::path& file, std::size_t lines = 8);

}  // namespace bourse::cli
