// Lets the processes of an app stand still, and go on.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace bourse::worker {

/// By the freezer of the container's cgroup (either version), as runc's state file names it: the app notices nothing.
/// False where there is none.
bool freeze_cgroup(const std::filesystem::path& state_json, bool frozen);

/// Signals every process of a user: a child that takes the id signals all it may, that is, its like.
void signal_all_of(std::uint32_t uid, int signal);

/// A process and all below it, parents first. None where it is gone.
std::vector<pid_t> process_tree(pid_t root);

/// SIGSTOP or SIGCONT for a process and all below it; also for what they start meanwhile. False when it is gone.
bool freeze_tree(pid_t root, bool frozen);

}  // namespace bourse::worker
