#include <bourse/worker/freeze.hpp>

#include <bourse/sys/file.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

constexpr int kMostPasses = 20;  ///< a stopped parent starts nothing: passes end soon

/// Never makes the file: where the kernel has none, there is no freezer.
bool write_word(const fs::path& file, const char* word) {
    std::ofstream out(file, std::ios::in | std::ios::out);
    out << word << std::flush;
    return out.good();
}

/// The parent of a process, by its stat file: "pid (name, with any characters) state ppid …".
pid_t parent_of(pid_t pid) {
    const auto stat = sys::read_file(fs::path("/proc") / std::to_string(pid) / "stat");
    if (!stat) return 0;
    const auto name_end = stat->rfind(')');
    if (name_end == std::string::npos || name_end + 4 > stat->size()) return 0;
    pid_t parent = 0;
    std::from_chars(stat->data() + name_end + 4, stat->data() + stat->size(), parent);
    return parent;
}

std::multimap<pid_t, pid_t> children_by_parent() {
    std::multimap<pid_t, pid_t> out;
    std::error_code ec;
    for (fs::directory_iterator it("/proc", ec), end; !ec && it != end; it.increment(ec)) {
        const auto name = it->path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
        if (const auto parent = parent_of(pid); parent > 0) out.emplace(parent, pid);
    }
    return out;
}

}  // namespace

bool freeze_cgroup(const fs::path& state_json, bool frozen) {
    const auto text = sys::read_file(state_json);
    if (!text) return false;
    const auto state = nlohmann::json::parse(*text, nullptr, false);
    if (!state.is_object() || !state.contains("cgroup_paths") || !state["cgroup_paths"].is_object()) return false;
    const auto folder_of = [&](const char* controller) {
        const auto found = state["cgroup_paths"].find(controller);
        return found != state["cgroup_paths"].end() && found->is_string() ? fs::path(found->get<std::string>())
                                                                          : fs::path();
    };
    // Version 1 first, as runc does where a machine has both.
    if (const auto folder = folder_of("freezer"); !folder.empty())
        return write_word(folder / "freezer.state", frozen ? "FROZEN" : "THAWED");
    const auto folder = folder_of("");
    return !folder.empty() && write_word(folder / "cgroup.freeze", frozen ? "1" : "0");
}

void signal_all_of(std::uint32_t uid, int signal) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0) ::_exit(1);
        ::kill(-1, signal);
        ::_exit(0);
    }
    if (pid > 0) ::waitpid(pid, nullptr, 0);
}

std::vector<pid_t> process_tree(pid_t root) {
    if (::kill(root, 0) != 0) return {};
    const auto children = children_by_parent();
    std::vector<pid_t> out{root};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto [from, to] = children.equal_range(out[i]);
        for (auto child = from; child != to; ++child) out.push_back(child->second);
    }
    return out;
}

bool freeze_tree(pid_t root, bool frozen) {
    std::set<pid_t> done;
    for (int pass = 0; pass < kMostPasses; ++pass) {
        const auto tree = process_tree(root);
        if (tree.empty()) return false;
        bool fresh = false;
        for (const auto pid : tree)
            if (done.insert(pid).second) fresh |= ::kill(pid, frozen ? SIGSTOP : SIGCONT) == 0;
        if (!fresh || !frozen) return true;
    }
    return true;
}

}  // namespace bourse::worker
