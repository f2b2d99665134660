#include <bourse/worker/causes.hpp>

#include <fmt/core.h>

namespace bourse::worker {
namespace {

namespace fs = std::filesystem;

/// Sparse files cost the app nothing and everybody else their full length.
bool output_exceeds(const fs::path& folder, std::uint64_t max_bytes) {
    std::uint64_t total = 0;
    std::error_code ec;
    for (fs::recursive_directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
        if (it->symlink_status(ec).type() != fs::file_type::regular) continue;
        const auto size = it->file_size(ec);
        if (ec || size > max_bytes) return true;
        total += size;
        if (total > max_bytes) return true;
    }
    return false;
}

RunVerdict failed(std::string cause, std::string message) { return {std::move(cause), std::move(message), {}}; }

}  // namespace

RunVerdict judge_run(const SandboxRun& run, bool has_callback, std::uint64_t max_bytes) {
    if (run.timed_out) return failed("APP_COMPUTE_TIMEOUT", "The app was stopped at the category's time limit.");
    if (run.out_of_memory)
        return failed("APP_MEMORY_LIMIT", "The kernel ended a process of the app at the category's memory limit.");
    if (run.exit_code != 0 && run.fork_refused)
        return failed("APP_PIDS_LIMIT",
                      fmt::format("The app ended with {} after it had reached the limit on processes.", run.exit_code));
    if (run.exit_code != 0 && run.disk_full)
        return failed("APP_DISK_LIMIT",
                      fmt::format("The app ended with {} and its disk space or inodes are used up.", run.exit_code));
    if (run.exit_code != 0)
        return failed("APP_COMPUTE_FAILED", fmt::format("The app ended with exit code {}.", run.exit_code));
    if (output_exceeds(run.output_dir, max_bytes))
        return failed("APP_OUTPUT_INVALID",
                      fmt::format("The files in /iexec_out are longer than {} bytes together.", max_bytes));
    auto facts = client::result_of_folder(run.output_dir, has_callback);
    if (!facts) return failed(facts.error().code, facts.error().message);
    return {"", "", *std::move(facts)};
}

bool is_own_fault(std::string_view cause) noexcept { return !client::is_error_cause(cause); }

}  // namespace bourse::worker
