// First and last bytes of a stream of any length, in bounded memory (middleware §9.8).
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstdint>
#include <string>

namespace bourse::worker {

class StreamCapture {
public:
    StreamCapture(std::size_t head_bytes, std::size_t tail_bytes) : head_bytes_(head_bytes), tail_bytes_(tail_bytes) {}
    void add(std::string_view chunk);
    /// Everything seen, or head, a line that says how much is missing, and tail.
    std::string text() const;
    std::uint64_t total_bytes() const noexcept { return total_; }

private:
    std::size_t head_bytes_, tail_bytes_;
    std::string head_;
    std::string ring_;  ///< up to tail_bytes_, then overwritten from ring_next_
    std::size_t ring_next_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace bourse::worker
