// Expected failure as a value. One alias, so that the implementation can be replaced by std::expected.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace bourse {

/// What a service reports when it refuses something: a stable code (UPPER_SNAKE) for programs and a sentence for
/// people that says what to do next.
struct Error {
    std::string code;
    std::string message;

    bool operator==(const Error&) const = default;
};

/// Value or failure. The deterministic zone uses an enum per module for E, everything else `Error`.
template <class T, class E = Error>
using Result = tl::expected<T, E>;

/// Success without a value.
template <class E = Error>
using Status = tl::expected<void, E>;

/// `return fail("CODE", "Sentence.")` in a function that returns Result<T>.
inline tl::unexpected<Error> fail(std::string code, std::string message) {
    return tl::unexpected<Error>(Error{std::move(code), std::move(message)});
}
/// `return fail(Enum::kValue)` for module enums, and to hand on an error of the same type.
template <class E>
tl::unexpected<std::decay_t<E>> fail(E&& error) {
    return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace bourse

#define BOURSE_CONCAT_IMPL(a, b) a##b
#define BOURSE_CONCAT(a, b) BOURSE_CONCAT_IMPL(a, b)

/// BOURSE_TRY(auto x, f()): declares x from the value of f(), or returns its error.
#define BOURSE_TRY(decl, expr) BOURSE_TRY_IMPL(BOURSE_CONCAT(try_result_, __COUNTER__), decl, expr)
#define BOURSE_TRY_IMPL(tmp, decl, expr)                     \
    auto tmp = (expr);                                       \
    if (!tmp) return ::bourse::fail(std::move(tmp).error()); \
    decl = *std::move(tmp)

/// BOURSE_CHECK(f()): returns the error of a Status, or goes on.
#define BOURSE_CHECK(expr)                                                           \
    do {                                                                             \
        auto check_status_ = (expr);                                                 \
        if (!check_status_) return ::bourse::fail(std::move(check_status_).error()); \
    } while (false)
