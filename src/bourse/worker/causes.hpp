// One event, one cause (middleware §9.7): workers that saw the same must name the same, else their votes split.
#pragma once

#include <bourse/client/result_digest.hpp>
#include <bourse/worker/sandbox.hpp>

#include <string>

namespace bourse::worker {

struct RunVerdict {
    std::string cause;          ///< empty: the app did its part
    std::string message;        ///< for people
    client::ResultFacts facts;  ///< with an empty cause
};

/// Time limit, then the kernel's out-of-memory mark, then (exit code ≠ 0) processes, disk, the code itself; with exit
/// code 0 the output: forbidden content, then computed.json. Not for cancelled runs. `max_bytes`: of the output.
RunVerdict judge_run(const SandboxRun& run, bool has_callback, std::uint64_t max_bytes);

/// Failures that are the worker's own: it drops the task instead of contributing them.
bool is_own_fault(std::string_view cause) noexcept;

}  // namespace bourse::worker
