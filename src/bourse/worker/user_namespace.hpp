// Namespaces without root, for the development fallback of a worker that runs as an ordinary user.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bourse::worker {

/// Prepared before fork, so that the child only makes system calls.
struct UserNamespacePlan {
    std::string uid_map, gid_map;  ///< the user is mapped to itself
    std::string root;
    std::vector<std::pair<std::string, std::string>> binds;  ///< source → place, in order
};
/// `root`: the folder that will become the app's root.
UserNamespacePlan plan_user_namespace(std::string_view root);

/// In the child after fork: new user, process, network, mount, IPC and host name namespaces, and in them a process that
/// returns true, as number 1; everything in them ends with it. The process that called waits for it in between, hands
/// on its exit code and never returns. False where the machine allows no such namespaces. Async-signal-safe.
bool enter_user_namespace(const UserNamespacePlan& plan) noexcept;

}  // namespace bourse::worker
