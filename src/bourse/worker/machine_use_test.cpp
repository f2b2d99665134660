// A machine made of files.
#include <bourse/sys/file.hpp>
#include <bourse/worker/machine_use.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <array>
#include <fstream>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

class MachineUseTest : public ::testing::Test {
protected:
    void write(const std::string& file, const std::string& text) {
        const auto path = folder_.path() / file;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text << "\n";
    }
    void cpu(std::uint64_t user, std::uint64_t idle, std::uint64_t waiting = 0) {
        write("proc/stat", "cpu  " + std::to_string(user) + " 0 0 " + std::to_string(idle) + " " +
                               std::to_string(waiting) + " 0 0 0 0 0");
    }
    void process(std::uint64_t id, std::uint64_t parent, std::uint64_t ticks, const std::string& name = "app") {
        write("proc/" + std::to_string(id) + "/stat", std::to_string(id) + " (" + name + ") S " +
                                                          std::to_string(parent) + " 0 0 0 0 0 0 0 0 0 " +
                                                          std::to_string(ticks) + " 0 0 0 20 0 1");
    }
    void typed(const std::string& terminal, std::uint64_t unix_s) {
        write("dev/" + terminal, "");
        const std::array<timeval, 2> times{{{static_cast<time_t>(unix_s), 0}, {static_cast<time_t>(unix_s), 0}}};
        ASSERT_EQ(::utimes((folder_.path() / "dev" / terminal).c_str(), times.data()), 0);
    }
    MachineUse use() const { return MachineUse(folder_.path() / "proc", folder_.path() / "dev", 10); }

    sys::TempDir folder_{"machine_use"};
};

TEST_F(MachineUseTest, OnlyTheTreeBelowUsIsOurs) {
    cpu(1'000, 5'000, 300);
    process(1, 0, 400);
    process(10, 1, 20);
    process(11, 10, 30);
    process(12, 11, 50, "evil) S 10 0 (app");
    process(13, 1, 60);
    const auto ticks = use().ticks();
    ASSERT_TRUE(ticks);
    EXPECT_EQ(*ticks, (CpuTicks{6'300, 1'000, 100}));
}

TEST_F(MachineUseTest, OurOwnWorkIsNoUseByOthers) {
    cpu(0, 0);
    process(10, 1, 0);
    auto watch = use();
    EXPECT_FALSE(watch.by_others(0, 1'000));
    cpu(95, 5);
    process(10, 1, 90);
    EXPECT_FALSE(watch.by_others(1'000, 1'001));
    // Another program takes a third of the machine: used, until it has been quiet for a minute.
    cpu(95 + 35, 5 + 65);
    EXPECT_TRUE(watch.by_others(2'000, 1'002));
    cpu(95 + 36, 5 + 164);
    EXPECT_TRUE(watch.by_others(61'999, 1'061));
    cpu(95 + 36, 5 + 264);
    EXPECT_FALSE(watch.by_others(62'000, 1'062));
}

TEST_F(MachineUseTest, HandsAtAKeyboardAreSeen) {
    cpu(0, 100);
    typed("tty", 5'000);  // whoever asks, not a terminal of its own
    typed("pts/ptmx", 5'000);
    typed("pts/0", 900);
    typed("tty2", 1'000);
    auto watch = use();
    EXPECT_EQ(watch.last_input_s(), 1'000U);
    EXPECT_TRUE(watch.by_others(0, 1'059));
    EXPECT_FALSE(watch.by_others(1'000, 1'060));
}

TEST_F(MachineUseTest, WhatCannotBeReadIsNoSign) {
    auto watch = use();
    EXPECT_FALSE(watch.ticks());
    EXPECT_FALSE(watch.last_input_s());
    EXPECT_FALSE(watch.by_others(0, 0));
    EXPECT_FALSE(watch.by_others(1'000, 1));
}

TEST(MachineUse, ReadsThisMachine) {
    const auto ticks = MachineUse().ticks();
    ASSERT_TRUE(ticks);
    EXPECT_GT(ticks->busy, 0U);
    EXPECT_GE(ticks->all, ticks->busy);
}

}  // namespace
}  // namespace bourse::worker
