// Child processes: run to the end with captured output and a time limit, or start and supervise.
#pragma once

#include <bourse/base/result.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bourse::sys {

struct ProcessSpec {
    std::vector<std::string> argv;                          ///< argv[0] is looked up in PATH
    std::optional<std::map<std::string, std::string>> env;  ///< whole environment; absent: inherited
    std::filesystem::path cwd;
    std::string stdin_text;
    std::filesystem::path stdout_file;  ///< when set, stdout goes there instead of being captured (append)
    std::filesystem::path stderr_file;
    std::uint64_t timeout_ms = 0;            ///< 0: none
    std::size_t max_output_bytes = 1 << 20;  ///< of each captured stream; more is dropped
    bool die_with_parent = false;            ///< SIGKILL when the starter ends, also by kill -9
};

struct ProcessResult {
    int exit_code = 0;  ///< 128 + signal when killed by one
    bool timed_out = false;
    std::string out;
    std::string err;
    bool ok() const noexcept { return exit_code == 0 && !timed_out; }
};

/// Errors: PROCESS_START_FAILED (program not found and the like).
Result<ProcessResult> run_process(const ProcessSpec& spec);

/// A running child. Destroying it kills it (SIGTERM, after 5 s SIGKILL) and waits.
class Child {
public:
    static Result<Child> start(const ProcessSpec& spec);
    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;
    ~Child();
    int pid() const noexcept;
    /// Exit code if it has ended.
    std::optional<int> poll();
    int wait();
    void signal(int number);

private:
    explicit Child(int pid) : pid_(pid) {}
    int pid_ = -1;
    std::optional<int> exit_code_;
};

/// Blocks SIGINT and SIGTERM in all threads started later and returns when one of them comes. Call signals_init() first
/// thing in main, wait_for_stop() in the main thread. stop_requested() for polling loops; request_stop() from code.
void signals_init();
void wait_for_stop();
bool stop_requested() noexcept;
void request_stop();

/// Lets this process have so many open files, as far as the system's hard limit allows.
void raise_file_limit(std::uint64_t files);

}  // namespace bourse::sys
