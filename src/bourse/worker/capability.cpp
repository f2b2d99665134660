#include <bourse/worker/capability.hpp>

#include <fmt/core.h>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>
#include <fstream>
#include <thread>

namespace bourse::worker {
namespace {

constexpr std::uint64_t kInMemoryVolumeBytes = 256ULL << 20;

tl::unexpected<Error> too_low(std::string_view what, std::uint64_t needed, std::uint64_t has) {
    return fail("WORKER_LIMITS_TOO_LOW",
                fmt::format("The task's category promises {} {}; this machine has {}.", needed, what, has));
}

}  // namespace

MachineCapability measure_machine(const std::filesystem::path& data_dir) {
    MachineCapability machine;
    machine.cpus = std::max(1U, std::thread::hardware_concurrency());
    const auto pages = ::sysconf(_SC_PHYS_PAGES), page_size = ::sysconf(_SC_PAGE_SIZE);
    if (pages > 0 && page_size > 0)
        machine.memory_bytes = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) machine.open_files = files.rlim_max;
    std::error_code ec;
    if (const auto space = std::filesystem::space(data_dir, ec); !ec) machine.free_disk_bytes = space.available;
    return machine;
}

MachineDescription describe_machine() {
    MachineDescription machine;
    const auto value_of = [](const char* path, std::string_view name) -> std::string {
        std::ifstream file(path);
        for (std::string line; std::getline(file, line);) {
            if (!line.starts_with(name)) continue;
            auto value = line.substr(line.find_first_of("=:") + 1);
            std::erase(value, '"');
            value.erase(0, value.find_first_not_of(" \t"));
            return value.substr(0, 128);
        }
        return {};
    };
    machine.os = value_of("/etc/os-release", "PRETTY_NAME");
    machine.cpu = value_of("/proc/cpuinfo", "model name");
    if (utsname name{}; ::uname(&name) == 0) {
        machine.platform = name.machine;
        if (machine.os.empty()) machine.os = name.sysname;
    }
    return machine;
}

Status<> can_give(const MachineCapability& machine, const poco::TaskLimits& limits) {
    if (machine.cpus < limits.cpus) return too_low("cores", limits.cpus, machine.cpus);
    if (machine.memory_bytes < limits.memory_bytes)
        return too_low("bytes of memory", limits.memory_bytes, machine.memory_bytes);
    if (machine.open_files < limits.open_files) return too_low("open files", limits.open_files, machine.open_files);
    if (limits.disk_bytes > kInMemoryVolumeBytes && machine.free_disk_bytes < limits.disk_bytes)
        return fail("WORKER_DISK_FULL", fmt::format("The task may write {} bytes; {} are free on the worker's disk.",
                                                    limits.disk_bytes, machine.free_disk_bytes));
    return {};
}

}  // namespace bourse::worker
