// Whether this machine can give a task what its category promises: limits near which an app lives split the vote, so a
// worker that cannot give them does not take the task (middleware §9.7).
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/poco/categories.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace bourse::worker {

struct MachineCapability {
    std::uint64_t cpus = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t open_files = 0;       ///< hard limit of this process
    std::uint64_t free_disk_bytes = 0;  ///< where volumes above 256 MiB lie
};
MachineCapability measure_machine(const std::filesystem::path& data_dir);

/// What operators see of a machine; empty where the system does not say.
struct MachineDescription {
    std::string os;        ///< "Debian GNU/Linux 12 (bookworm)"
    std::string platform;  ///< "x86_64"
    std::string cpu;       ///< model of the first processor
};
MachineDescription describe_machine();

/// Errors: WORKER_LIMITS_TOO_LOW, WORKER_DISK_FULL, with what is missing.
Status<> can_give(const MachineCapability& machine, const poco::TaskLimits& limits);

}  // namespace bourse::worker
