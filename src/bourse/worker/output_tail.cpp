#include <bourse/worker/output_tail.hpp>

#include <algorithm>
#include <utility>

namespace bourse::worker {

namespace stream = client::stream;

namespace {

/// A line longer than this does not wait for its end.
constexpr std::size_t kLongLine = 64 << 10;

}  // namespace

OutputTail::OutputTail(poco::TaskId task, std::uint64_t run_ms,
                       std::function<std::uint64_t(const stream::WorkerMessage&)> send)
    : task_(task), run_ms_(run_ms), send_(std::move(send)) {}

void OutputTail::add(bool error, std::string_view chunk, std::uint64_t now_ms, std::uint64_t unix_ms) {
    const std::lock_guard lock(mutex_);
    auto& waiting = streams_[error ? 1 : 0];
    waiting.waiting += chunk;
    if (waiting.waiting.size() > kMostABeat) {  // a flood: the newest is kept
        const auto much = waiting.waiting.size() - kMostABeat;
        waiting.waiting.erase(0, much);
        waiting.offset += much;
    }
    if (now_ms < next_beat_ms_) return;
    next_beat_ms_ = now_ms + kBeatMs;
    for (const bool which : {false, true}) flush(which, unix_ms, false);
}

void OutputTail::finish(std::uint64_t unix_ms) {
    const std::lock_guard lock(mutex_);
    for (const bool which : {false, true}) flush(which, unix_ms, true);
}

void OutputTail::flush(bool error, std::uint64_t unix_ms, bool all) {
    auto& waiting = streams_[error ? 1 : 0].waiting;
    auto end = waiting.size();
    if (!all && end < kLongLine) end = waiting.rfind('\n') + 1;  // npos + 1 is 0: no whole line yet
    while (end > 0) {
        const auto size = std::min(end, stream::kMaxOutputBytes);
        put(error, waiting.substr(0, size), unix_ms);
        waiting.erase(0, size);
        end -= size;
    }
}

void OutputTail::put(bool error, std::string bytes, std::uint64_t unix_ms) {
    auto& offset = streams_[error ? 1 : 0].offset;
    Sent sent;
    sent.report = {task_, run_ms_, error, offset, unix_ms, to_bytes(bytes)};
    offset += bytes.size();
    unconfirmed_bytes_ += bytes.size();
    sent.number = send_(sent.report);
    unconfirmed_.push_back(std::move(sent));
    while (unconfirmed_bytes_ > kMostUnconfirmed) {
        unconfirmed_bytes_ -= unconfirmed_.front().report.bytes.size();
        unconfirmed_.pop_front();
    }
}

void OutputTail::acknowledge(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    while (!unconfirmed_.empty() && unconfirmed_.front().number != 0 && unconfirmed_.front().number <= number) {
        unconfirmed_bytes_ -= unconfirmed_.front().report.bytes.size();
        unconfirmed_.pop_front();
    }
}

void OutputTail::send_again() {
    const std::lock_guard lock(mutex_);
    for (auto& sent : unconfirmed_) sent.number = send_(sent.report);
}

}  // namespace bourse::worker
