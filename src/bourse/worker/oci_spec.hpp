// The OCI runtime configuration of one run: everything the app must not do is said here.
#pragma once

#include <bourse/worker/sandbox.hpp>

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace bourse::worker {

/// `volume`: folder with out, tmp, var_tmp, run (volume.hpp). `cgroup`: path below each controller's root.
nlohmann::json oci_spec(const SandboxRequest& request, const std::filesystem::path& volume, const std::string& cgroup);

}  // namespace bourse::worker
