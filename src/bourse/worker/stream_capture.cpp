#include <bourse/worker/stream_capture.hpp>

#include <fmt/core.h>

namespace bourse::worker {

void StreamCapture::add(std::string_view chunk) {
    total_ += chunk.size();
    const std::size_t to_head = std::min(head_bytes_ - head_.size(), chunk.size());
    head_.append(chunk.substr(0, to_head));
    chunk.remove_prefix(to_head);
    if (chunk.size() > tail_bytes_) chunk.remove_prefix(chunk.size() - tail_bytes_);
    while (!chunk.empty()) {
        if (ring_.size() < tail_bytes_) {
            const std::size_t n = std::min(tail_bytes_ - ring_.size(), chunk.size());
            ring_.append(chunk.substr(0, n));
            chunk.remove_prefix(n);
            ring_next_ = ring_.size() % tail_bytes_;
            continue;
        }
        const std::size_t n = std::min(tail_bytes_ - ring_next_, chunk.size());
        ring_.replace(ring_next_, n, chunk.substr(0, n));
        chunk.remove_prefix(n);
        ring_next_ = (ring_next_ + n) % tail_bytes_;
    }
}

std::string StreamCapture::text() const {
    const bool wrapped = ring_.size() == tail_bytes_;
    const std::string tail = wrapped ? ring_.substr(ring_next_) + ring_.substr(0, ring_next_) : ring_;
    const std::uint64_t missing = total_ - head_.size() - tail.size();
    if (missing == 0) return head_ + tail;
    const std::string mark = fmt::format("\n[... {} bytes left out ...]\n", missing);
    // The mark takes the place of some bytes, so that the whole stays within head + tail.
    return head_ + mark + tail.substr(std::min(mark.size(), tail.size()));
}

}  // namespace bourse::worker
