#include <bourse/worker/seccomp.hpp>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace bourse::worker {
namespace {

// Namespace flags of clone(2): CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
constexpr std::uint64_t kNamespaceFlags = 0x7E020000;

// clang-format off
constexpr const char* kAllowed[] = {
    "accept", "accept4", "access", "alarm", "arch_prctl", "bind", "brk", "capget", "capset", "chdir", "chmod",
    "chown", "clock_getres", "clock_gettime", "clock_nanosleep", "close", "close_range", "connect",
    "copy_file_range", "creat", "dup", "dup2", "dup3", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait",
    "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "execve", "execveat", "exit", "exit_group", "faccessat",
    "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchown", "fchownat", "fcntl",
    "fdatasync", "fgetxattr", "flistxattr", "flock", "fork", "fremovexattr", "fsetxattr", "fstat", "fstatfs",
    "fsync", "ftruncate", "futex", "futex_waitv", "futimesat", "get_robust_list", "get_thread_area", "getcpu",
    "getcwd", "getdents", "getdents64", "getegid", "geteuid", "getgid", "getgroups", "getitimer", "getpeername",
    "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit",
    "getrusage", "getsid", "getsockname", "getsockopt", "gettid", "gettimeofday", "getuid", "getxattr",
    "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy",
    "io_getevents", "io_pgetevents", "io_setup", "io_submit", "ioctl", "ioprio_get", "ioprio_set", "kill", "lchown",
    "lgetxattr", "link", "linkat", "listen", "listxattr", "llistxattr", "lremovexattr", "lseek", "lsetxattr",
    "lstat", "madvise", "membarrier", "memfd_create", "mincore", "mkdir", "mkdirat", "mknod", "mknodat", "mlock",
    "mlock2", "mlockall", "mmap", "mprotect", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive",
    "mq_timedsend", "mq_unlink", "mremap", "msgctl", "msgget", "msgrcv", "msgsnd", "msync", "munlock", "munlockall",
    "munmap", "nanosleep", "newfstatat", "open", "openat", "openat2", "pause", "pidfd_open", "pidfd_send_signal",
    "pipe", "pipe2", "pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll", "prctl", "pread64", "preadv",
    "preadv2", "prlimit64", "pselect6", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink",
    "readlinkat", "readv", "recvfrom", "recvmmsg", "recvmsg", "remap_file_pages", "removexattr", "rename",
    "renameat", "renameat2", "restart_syscall", "rmdir", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
    "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam",
    "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr", "sched_setparam",
    "sched_setscheduler", "sched_yield", "select", "semctl", "semget", "semop", "semtimedop", "sendfile",
    "sendmmsg", "sendmsg", "sendto", "set_robust_list", "set_thread_area", "set_tid_address", "setgid", "setgroups",
    "setitimer", "setpgid", "setpriority", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setsid",
    "setsockopt", "setuid", "setxattr", "shmat", "shmctl", "shmdt", "shmget", "shutdown", "sigaltstack", "signalfd",
    "signalfd4", "socketpair", "splice", "stat", "statfs", "statx", "symlink", "symlinkat", "sync",
    "sync_file_range", "syncfs", "sysinfo", "tee", "tgkill", "time", "timer_create", "timer_delete",
    "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime", "timerfd_settime",
    "times", "tkill", "truncate", "umask", "uname", "unlink", "unlinkat", "utime", "utimensat", "utimes", "vfork",
    "vmsplice", "wait4", "waitid", "write", "writev"};
// clang-format on

constexpr sock_filter statement(std::uint16_t code, std::uint32_t k) noexcept { return {code, 0, 0, k}; }
constexpr sock_filter jump(std::uint16_t code, std::uint32_t k, std::uint8_t yes, std::uint8_t no) noexcept {
    return {code, yes, no, k};
}

// clang-format off
constexpr std::uint32_t kDenied[] = {
    SYS_socket, SYS_ptrace, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_unshare, SYS_setns, SYS_mount,
    SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_bpf, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_perf_event_open,
    SYS_userfaultfd, SYS_io_uring_setup, SYS_kexec_load, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_open_by_handle_at, SYS_name_to_handle_at, SYS_move_mount,
    SYS_open_tree, SYS_fsopen, SYS_mknod, SYS_mknodat};
// clang-format on
constexpr std::size_t kDeniedCount = sizeof(kDenied) / sizeof(kDenied[0]);

/// Load arch, load number, then one comparison for each denied call; see seccomp(2).
constexpr auto make_filter() noexcept {
    std::array<sock_filter, kDeniedCount + 10> filter{};
    std::size_t n = 0;
    filter[n++] = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    filter[n++] = jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    filter[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[n++] = statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    filter[n++] = jump(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);  // the x32 numbers would go round the list
    filter[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[n++] = jump(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
    filter[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    for (std::size_t i = 0; i < kDeniedCount; ++i)
        filter[n++] = jump(BPF_JMP | BPF_JEQ | BPF_K, kDenied[i], static_cast<std::uint8_t>(kDeniedCount - i), 0);
    filter[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[n++] = statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    return filter;
}

constexpr auto kFallbackFilter = make_filter();

}  // namespace

nlohmann::json oci_seccomp() {
    using nlohmann::json;
    json rules = json::array();
    rules.push_back({{"names", kAllowed}, {"action", "SCMP_ACT_ALLOW"}});
    for (const unsigned domain : {1U, 2U, 10U})  // AF_UNIX, AF_INET, AF_INET6
        rules.push_back({{"names", {"socket"}},
                         {"action", "SCMP_ACT_ALLOW"},
                         {"args", {{{"index", 0}, {"value", domain}, {"op", "SCMP_CMP_EQ"}}}}});
    rules.push_back(
        {{"names", {"clone"}},
         {"action", "SCMP_ACT_ALLOW"},
         {"args", {{{"index", 0}, {"value", kNamespaceFlags}, {"valueTwo", 0}, {"op", "SCMP_CMP_MASKED_EQ"}}}}});
    rules.push_back({{"names", {"personality"}},
                     {"action", "SCMP_ACT_ALLOW"},
                     {"args", {{{"index", 0}, {"value", 0}, {"op", "SCMP_CMP_EQ"}}}}});
    rules.push_back({{"names", {"clone3"}}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", ENOSYS}});
    return {{"defaultAction", "SCMP_ACT_ERRNO"},
            {"defaultErrnoRet", EPERM},
            {"architectures", {"SCMP_ARCH_X86_64"}},
            {"syscalls", std::move(rules)}};
}

std::span<const sock_filter> fallback_filter() noexcept { return kFallbackFilter; }

}  // namespace bourse::worker
