#include <bourse/worker/capability.hpp>

#include <gtest/gtest.h>

namespace bourse::worker {
namespace {

constexpr MachineCapability kMachine{
    .cpus = 2, .memory_bytes = 4ULL << 30, .open_files = 4096, .free_disk_bytes = 2ULL << 30};

std::string code_for(const poco::TaskLimits& limits) {
    const auto answer = can_give(kMachine, limits);
    return answer ? "" : answer.error().code;
}

TEST(CapabilityTest, small_categories_fit_and_large_ones_do_not) {
    EXPECT_EQ(code_for(poco::limits_for(Uint256{300})), "");
    EXPECT_EQ(code_for(poco::limits_for(Uint256{1'200})), "");
    EXPECT_EQ(code_for(poco::limits_for(Uint256{3'600})), "WORKER_DISK_FULL");
    EXPECT_EQ(code_for(poco::limits_for(Uint256{36'000})), "WORKER_LIMITS_TOO_LOW");
}
TEST(CapabilityTest, each_resource_counts) {
    const auto xs = poco::limits_for(Uint256{300});
    auto limits = xs;
    limits.cpus = 3;
    EXPECT_EQ(code_for(limits), "WORKER_LIMITS_TOO_LOW");
    limits = xs;
    limits.open_files = 5000;
    EXPECT_EQ(code_for(limits), "WORKER_LIMITS_TOO_LOW");
    limits = xs;
    limits.memory_bytes = 5ULL << 30;
    EXPECT_EQ(code_for(limits), "WORKER_LIMITS_TOO_LOW");
}
TEST(CapabilityTest, this_machine_can_be_measured) {
    const auto machine = measure_machine("/tmp");
    EXPECT_GT(machine.cpus, 0U);
    EXPECT_GT(machine.memory_bytes, 1ULL << 20);
    EXPECT_GT(machine.open_files, 0U);
    EXPECT_GT(machine.free_disk_bytes, 0U);
}

}  // namespace
}  // namespace bourse::worker
