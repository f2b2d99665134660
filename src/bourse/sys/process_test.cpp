#include <bourse/sys/process.hpp>

#include <bourse/sys/clock.hpp>
#include <bourse/sys/file.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace bourse::sys {
namespace {

ProcessSpec shell(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"sh", "-c", script};
    return spec;
}

bool eventually(const std::function<bool()>& condition) {
    for (const auto end = steady_ms() + 60'000; steady_ms() < end;
         std::this_thread::sleep_for(std::chrono::milliseconds(5)))
        if (condition()) return true;
    return condition();
}

TEST(Process, output_exit_code_and_input_are_passed) {
    auto spec = shell("cat; echo err >&2; exit 7");
    spec.stdin_text = std::string(300'000, 'x');
    spec.max_output_bytes = 1000;
    const auto result = run_process(spec);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 7);
    EXPECT_EQ(result->out, std::string(1000, 'x'));
    EXPECT_EQ(result->err, "err\n");
    EXPECT_FALSE(result->ok());
}

TEST(Process, environment_and_folder_are_set) {
    const TempDir dir;
    auto spec = shell("echo $A$HOME; pwd");
    spec.env = std::map<std::string, std::string>{{"A", "1"}, {"HOME", "x"}};
    spec.cwd = dir.path();
    EXPECT_EQ(run_process(spec)->out, "1x\n" + dir.path().string() + "\n");
}

TEST(Process, time_limit_kills_the_whole_group) {
    const TempDir dir;
    auto spec = shell("sleep 1000 & echo $! > " + (dir.path() / "pid").string() + "; wait");
    spec.timeout_ms = 2'000;  // enough to write the file
    const auto begin = steady_ms();
    const auto result = run_process(spec);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->timed_out);
    EXPECT_EQ(result->exit_code, 128 + SIGKILL);
    EXPECT_LT(steady_ms() - begin, 500'000U);  // and not the child's end
    const int grandchild = std::stoi(*read_file(dir.path() / "pid"));
    // An orphan may stay a zombie where nobody reaps; it must not run.
    EXPECT_TRUE(eventually([&] {
        const auto stat = read_file("/proc/" + std::to_string(grandchild) + "/stat");
        return !stat || stat->find(") Z") != std::string::npos;
    }));
}

TEST(Process, background_writer_does_not_hold_up_the_end) {
    const auto begin = steady_ms();
    const auto result = run_process(shell("sleep 30 & echo done"));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->out, "done\n");
    EXPECT_LT(steady_ms() - begin, 28'000U);
}

TEST(Process, missing_program_is_an_error_value) {
    ProcessSpec spec;
    spec.argv = {"bourse-no-such-program"};
    const auto result = run_process(spec);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "PROCESS_START_FAILED");
    EXPECT_NE(result.error().message.find("bourse-no-such-program"), std::string::npos);
}

TEST(Process, child_is_stopped_when_destroyed) {
    int pid = 0;
    {
        auto child = Child::start(shell("exec sleep 1000"));
        ASSERT_TRUE(child);
        pid = child->pid();
        EXPECT_FALSE(child->poll());
    }
    EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Process, child_output_goes_to_a_file) {
    const TempDir dir;
    auto spec = shell("echo one; echo two >&2; exit 3");
    spec.stdout_file = dir.path() / "out";
    spec.stderr_file = dir.path() / "err";
    auto child = Child::start(spec);
    ASSERT_TRUE(child);
    EXPECT_EQ(child->wait(), 3);
    EXPECT_EQ(*read_file(spec.stdout_file), "one\n");
    EXPECT_EQ(*read_file(spec.stderr_file), "two\n");
}

TEST(Process, die_with_parent_follows_the_process_and_not_the_thread) {
    std::optional<Child> child;
    std::thread([&] {
        auto spec = shell("exec sleep 1000");
        spec.die_with_parent = true;
        child = std::move(*Child::start(spec));
    }).join();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // long enough for a signal that must not come
    EXPECT_FALSE(child->poll());
}

TEST(Process, die_with_parent_ends_the_child_of_a_killed_process) {
    const TempDir dir;
    const auto pid_file = dir.path() / "pid";
    const pid_t middle = ::fork();
    if (middle == 0) {
        auto spec = shell("exec sleep 1000");
        spec.die_with_parent = true;
        auto child = Child::start(spec);
        static_cast<void>(write_file_atomic(pid_file, std::to_string(child->pid())));
        for (;;) ::pause();
    }
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(pid_file); }));
    const int grandchild = std::stoi(*read_file(pid_file));
    ::kill(middle, SIGKILL);
    ::waitpid(middle, nullptr, 0);
    EXPECT_TRUE(eventually([&] {
        const auto stat = read_file("/proc/" + std::to_string(grandchild) + "/stat");
        return !stat || stat->find(") Z") != std::string::npos;
    }));
}

}  // namespace
}  // namespace bourse::sys
