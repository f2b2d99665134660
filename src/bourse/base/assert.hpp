// Assertions for broken rules of our own code. Never use them on input from outside.
#pragma once

namespace bourse {

/// Prints expression, place and a backtrace to stderr, then aborts.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace bourse

/// Always on, in release builds too: a halted node is better than a forked one.
#define BOURSE_ASSERT(cond) \
    (static_cast<bool>(cond) ? static_cast<void>(0) : ::bourse::assertion_failed(#cond, __FILE__, __LINE__))

/// For switch arms and branches that cannot be reached.
#define BOURSE_UNREACHABLE() ::bourse::assertion_failed("unreachable", __FILE__, __LINE__)

#ifdef NDEBUG
#define BOURSE_DEBUG_ASSERT(cond) static_cast<void>(0)
#else
#define BOURSE_DEBUG_ASSERT(cond) BOURSE_ASSERT(cond)
#endif
