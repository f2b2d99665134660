// What an app writes while it runs, on its way to the scheduler: whole lines a few times a second, repeated after a
// reconnect until they are confirmed (client/scheduler_stream.hpp, OutputReport).
#pragma once

#include <bourse/client/scheduler_stream.hpp>

#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace bourse::worker {

/// Bounded: of an app that writes faster than kMostABeat a beat, or longer than the scheduler is away, something is
/// left out; offsets tell the scheduler how much. Safe from any thread.
class OutputTail {
public:
    static constexpr std::uint64_t kBeatMs = 200;
    static constexpr std::size_t kMostABeat = 512 << 10;      ///< bytes of a stream
    static constexpr std::size_t kMostUnconfirmed = 4 << 20;  ///< bytes, both streams

    /// `send`: as EngineParts::send.
    OutputTail(poco::TaskId task, std::uint64_t run_ms,
               std::function<std::uint64_t(const client::stream::WorkerMessage&)> send);
    /// Called often, with nothing too: sends when a beat has passed. `now_ms` monotonic, `unix_ms` for the lines.
    void add(bool error, std::string_view chunk, std::uint64_t now_ms, std::uint64_t unix_ms);
    /// The app has ended: sends what is left, lines or not.
    void finish(std::uint64_t unix_ms);
    void acknowledge(std::uint64_t number);
    /// On a new connection: everything not confirmed.
    void send_again();

private:
    struct Stream {
        std::string waiting;
        std::uint64_t offset = 0;  ///< of the first waiting byte
    };
    struct Sent {
        std::uint64_t number = 0;  ///< 0: there was no connection
        client::stream::OutputReport report;
    };
    void flush(bool error, std::uint64_t unix_ms, bool all);
    void put(bool error, std::string bytes, std::uint64_t unix_ms);

    const poco::TaskId task_;
    const std::uint64_t run_ms_;
    const std::function<std::uint64_t(const client::stream::WorkerMessage&)> send_;
    std::mutex mutex_;
    std::array<Stream, 2> streams_;  ///< stdout, stderr
    std::deque<Sent> unconfirmed_;
    std::size_t unconfirmed_bytes_ = 0;
    std::uint64_t next_beat_ms_ = 0;
};

}  // namespace bourse::worker
