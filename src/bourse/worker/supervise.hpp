// A child process with captured output, watched against a clock: the common part of both sandboxes.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/worker/stream_capture.hpp>

#include <sys/types.h>
#include <functional>
#include <string>
#include <vector>

namespace bourse::worker {

struct ChildSpec {
    std::vector<std::string> argv;  ///< argv[0] absolute, or found in PATH unless `setup` is given
    std::vector<std::string> env;
    /// Runs in the child between fork and exec: async-signal-safe calls only. False: the child ends with 125.
    std::function<bool()> setup;
};

struct SuperviseOptions {
    std::uint64_t time_limit_ms = 0;
    std::size_t head_bytes = 512 * 1024;
    std::size_t tail_bytes = 512 * 1024;
    std::function<void()> kill;         ///< ends the app and everything it started
    std::function<bool()> should_stop;  ///< asked every 50 ms: true kills
    /// Asked every 50 ms with how long the app has run so far: true lets it stand still until it is false again.
    std::function<bool(std::uint64_t ran_ms)> stand_still;
    /// Freezes the child and everything it started, or thaws them; false: not done, to be tried again.
    std::function<bool(pid_t child, bool frozen)> freeze;
    std::function<void()> on_second;  ///< not while it stands still
    /// What was just read of stdout or (error) stderr; empty, at least every 50 ms: time passes.
    std::function<void(bool error, std::string_view chunk)> on_output;
};

struct Supervised {
    int exit_code = 0;
    bool timed_out = false;
    bool stopped = false;
    std::string out, err;
    std::uint64_t wall_ms = 0;    ///< from begin to end
    std::uint64_t paused_ms = 0;  ///< of it: stood still
};

/// Starts the child with pipes for stdout and stderr and an empty stdin, and waits for its end. The time limit is by a
/// steady clock and counts the time that the app runs, not that in which it stands still. Errors: PROCESS_START_FAILED.
Result<Supervised> supervise(const ChildSpec& spec, const SuperviseOptions& options);

}  // namespace bourse::worker
