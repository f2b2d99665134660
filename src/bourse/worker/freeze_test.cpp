#include <bourse/worker/freeze.hpp>

#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <fstream>

namespace bourse::worker {
namespace {

/// The letter after the name in /proc/PID/stat; T: stopped.
char state_of(pid_t pid) {
    const auto stat = sys::read_file("/proc/" + std::to_string(pid) + "/stat").value_or("");
    const auto name_end = stat.rfind(')');
    return name_end == std::string::npos ? '?' : stat[name_end + 2];
}

bool all_are(const std::vector<pid_t>& tree, bool stopped) {
    return std::ranges::all_of(tree, [&](pid_t pid) { return (state_of(pid) == 'T') == stopped; });
}

TEST(Freeze, ATreeOfProcessesStopsAndGoesOn) {
    const pid_t root = ::fork();
    if (root == 0) {
        if (::fork() == 0 && ::fork() == 0) ::fork();
        for (;;) ::usleep(1'000);
    }
    const auto within = [&](const auto& condition) {
        for (const auto end = sys::steady_ms() + 60'000; sys::steady_ms() < end; ::usleep(5'000))
            if (condition()) return true;
        return condition();
    };
    ASSERT_TRUE(within([&] { return process_tree(root).size() == 4; }));
    const auto tree = process_tree(root);
    EXPECT_EQ(tree.front(), root);
    EXPECT_TRUE(freeze_tree(root, true));
    EXPECT_TRUE(within([&] { return all_are(tree, true); }));
    EXPECT_TRUE(freeze_tree(root, false));
    EXPECT_TRUE(within([&] { return all_are(tree, false); }));
    for (const auto pid : tree) ::kill(pid, SIGKILL);
    ::waitpid(root, nullptr, 0);
    EXPECT_FALSE(freeze_tree(root, true));
}

TEST(Freeze, WithoutAFreezerNothingIsFrozen) {
    const sys::TempDir dir;
    EXPECT_FALSE(freeze_cgroup(dir.path() / "state.json", true));
    std::ofstream(dir.path() / "state.json") << R"({"cgroup_paths":{"memory":"/nowhere"}})";
    EXPECT_FALSE(freeze_cgroup(dir.path() / "state.json", true));
    std::ofstream(dir.path() / "state.json") << R"({"cgroup_paths":{"freezer":"/nowhere"}})";
    EXPECT_FALSE(freeze_cgroup(dir.path() / "state.json", true));
}

}  // namespace
}  // namespace bourse::worker
