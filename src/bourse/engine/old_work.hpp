// How much one call may read to answer for a state behind the head. An old value costs one reverse diff for each later
// write of its key, and an old proof the leaves of the subtrees that changed since: without a bound one call could keep
// a core and hundreds of megabytes busy for minutes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bourse::engine {

/// Thrown through a call that has read more than it may; nothing it did outlives it.
struct OldStateTooFar {};

/// The bound of the calling thread, until it goes out of scope; the innermost one counts. Without any there is none.
class OldWork {
public:
    /// In units of about a microsecond, so that a busy machine changes nothing.
    explicit OldWork(std::uint64_t units) noexcept : left_(units), outer_(current_) { current_ = this; }
    ~OldWork() { current_ = outer_; }
    OldWork(const OldWork&) = delete;
    OldWork& operator=(const OldWork&) = delete;

    /// Before the work is done. Throws OldStateTooFar once nothing is left.
    static void spend(std::uint64_t units);

private:
    std::uint64_t left_;
    OldWork* outer_;
    static thread_local OldWork* current_;
};

/// Units of one value out of a reverse diff of that size, of a whole diff with all its keys hashed, of one leaf.
constexpr std::uint64_t work_of_value(std::size_t diff_bytes) { return 16 + diff_bytes / 2048; }
constexpr std::uint64_t work_of_diff(std::size_t diff_bytes) { return 16 + diff_bytes / 64; }
inline constexpr std::uint64_t kWorkOfLeaf = 4;

}  // namespace bourse::engine
