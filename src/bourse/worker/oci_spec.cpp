#include <bourse/worker/oci_spec.hpp>

#include <bourse/worker/seccomp.hpp>

#include <sys/resource.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace bourse::worker {
namespace {

using nlohmann::json;

json bind_mount(const std::string& at, const std::filesystem::path& from, bool read_only) {
    return {{"destination", at},
            {"type", "bind"},
            {"source", from.string()},
            {"options", {"bind", read_only ? "ro" : "rw", "nosuid", "nodev"}}};
}

json oci_mounts(const SandboxRequest& request, const std::filesystem::path& volume) {
    return json::array({
        {{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}, {"options", {"nosuid", "noexec", "nodev"}}},
        {{"destination", "/dev"},
         {"type", "tmpfs"},
         {"source", "tmpfs"},
         {"options", {"nosuid", "noexec", "strictatime", "mode=755", "size=64k", "nr_inodes=128"}}},
        {{"destination", "/dev/shm"},
         {"type", "tmpfs"},
         {"source", "shm"},
         {"options", {"nosuid", "noexec", "nodev", "mode=1777", "size=67108864", "nr_inodes=4096"}}},
        {{"destination", "/sys"},
         {"type", "sysfs"},
         {"source", "sysfs"},
         {"options", {"nosuid", "noexec", "nodev", "ro"}}},
        bind_mount("/iexec_in", request.input_dir, true),
        bind_mount("/iexec_out", volume / "out", false),
        bind_mount("/tmp", volume / "tmp", false),
        bind_mount("/var/tmp", volume / "var_tmp", false),
        bind_mount("/run", volume / "run", false),
    });
}

/// Without CAP_SYS_RESOURCE limits can only be lowered: the hard limit of the machine is the most there is.
std::uint64_t open_files_limit(std::uint64_t wanted) {
    rlimit now{};
    if (::getrlimit(RLIMIT_NOFILE, &now) != 0) return wanted;
    return std::min<std::uint64_t>(wanted, now.rlim_max);
}

json oci_process(const SandboxRequest& request) {
    const json none = json::array();
    const auto files = open_files_limit(request.limits.open_files);
    return {{"terminal", false},
            {"user", {{"uid", request.uid}, {"gid", request.gid}, {"additionalGids", request.groups}, {"umask", 022}}},
            {"args", request.argv},
            {"env", request.env},
            {"cwd", request.cwd},
            {"capabilities",
             {{"bounding", none}, {"effective", none}, {"permitted", none}, {"inheritable", none}, {"ambient", none}}},
            {"rlimits",
             {{{"type", "RLIMIT_NOFILE"}, {"hard", files}, {"soft", files}},
              {{"type", "RLIMIT_CORE"}, {"hard", 0}, {"soft", 0}}}},
            {"noNewPrivileges", true}};
}

json oci_resources(const poco::TaskLimits& limits) {
    constexpr std::uint64_t kPeriodUs = 100'000;
    return {{"devices", {{{"allow", false}, {"access", "rwm"}}}},
            {"memory", {{"limit", limits.memory_bytes}, {"swap", limits.memory_bytes}}},
            {"pids", {{"limit", limits.processes}}},
            {"cpu", {{"quota", limits.cpus * kPeriodUs}, {"period", kPeriodUs}}}};
}

}  // namespace

json oci_spec(const SandboxRequest& request, const std::filesystem::path& volume, const std::string& cgroup) {
    json namespaces = json::array();
    for (const char* type : {"pid", "network", "ipc", "uts", "mount", "cgroup"}) namespaces.push_back({{"type", type}});
    return {{"ociVersion", "1.0.2"},
            {"process", oci_process(request)},
            {"root", {{"path", request.rootfs.string()}, {"readonly", true}}},
            {"hostname", "bourse"},
            {"mounts", oci_mounts(request, volume)},
            {"linux",
             {{"cgroupsPath", cgroup},
              {"resources", oci_resources(request.limits)},
              {"namespaces", std::move(namespaces)},
              {"seccomp", oci_seccomp()},
              {"maskedPaths",
               {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
                "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/fs/cgroup"}},
              {"readonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}}}};
}

}  // namespace bourse::worker
