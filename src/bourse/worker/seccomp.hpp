// System calls an app may make: the list for runc, and a small filter for the development fallback.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

struct sock_filter;

namespace bourse::worker {

/// The `linux.seccomp` object: an allow-list for x86_64 only. No new namespaces, no mounts, no ptrace, keyctl, bpf,
/// io_uring; sockets of the domains unix, inet and inet6 alone (a network namespace does not cut vsock off);
/// clone3 answers ENOSYS so that C libraries fall back to clone, whose flags can be checked.
nlohmann::json oci_seccomp();

/// A filter program for prctl(PR_SET_SECCOMP): denies sockets of every kind but unix pairs, and what an ordinary user
/// must not do. For the fallback, whose network may be that of the machine.
std::span<const sock_filter> fallback_filter() noexcept;

}  // namespace bourse::worker
