// One call of a native function: its context, its outcome, and how a function of typed arguments becomes an entry of a
// dispatch table.
#pragma once

#include <bourse/base/result.hpp>
#include <bourse/codec/abi.hpp>
#include <bourse/poco/events.hpp>
#include <bourse/poco/selectors.hpp>
#include <bourse/state/host.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace bourse::native {

/// Why a call aborts: its return data (empty, Error(string), Panic or a custom error).
struct Revert {
    Bytes data;

    bool operator==(const Revert&) const = default;
};
template <class T>
using Outcome = Result<T, Revert>;

inline tl::unexpected<Revert> revert_empty() { return tl::unexpected<Revert>(Revert{}); }
inline tl::unexpected<Revert> revert_text(std::string_view text) {
    return tl::unexpected<Revert>(Revert{abi::encode_error(text)});
}
inline tl::unexpected<Revert> revert_data(Bytes data) { return tl::unexpected<Revert>(Revert{std::move(data)}); }
/// Arithmetic overflow or underflow: Panic(0x11).
inline tl::unexpected<Revert> revert_overflow() { return tl::unexpected<Revert>(Revert{abi::encode_panic(0x11)}); }

/// The value, or Panic(0x11) where checked arithmetic gave none.
template <class T>
Outcome<T> or_overflow(std::optional<T> value) {
    if (!value) return revert_overflow();
    return *std::move(value);
}

/// A call in progress. Short-lived; refers to the host and the message.
class Context {
public:
    /// `gas_left`: of the message's gas, after this call's constant.
    Context(state::Host& host, const state::Message& message, std::uint64_t gas_left)
        : host_(host), message_(message), gas_left_(gas_left) {}

    state::State& state() noexcept { return host_.state(); }
    const state::State& state() const noexcept { return host_.state(); }
    const state::BlockContext& block() const noexcept { return host_.block(); }
    Uint256 now() const noexcept { return host_.block().time_s; }
    /// The address that was called; events and storage are its own.
    const Address& self() const noexcept { return message_.to; }
    const Address& sender() const noexcept { return message_.sender; }
    const state::Message& message() const noexcept { return message_; }

    template <class Event>
    void emit(const Event& event) {
        auto encoded = poco::encode_event(event);
        state().add_log({self(), std::move(encoded.topics), std::move(encoded.data)});
    }
    /// A call from this contract. Native callees are prepaid by this call's constant; others get 63/64 of the gas that
    /// is left, and what they use is charged.
    state::CallResult call(const Address& to, Bytes input, bool is_static = false);
    /// With exactly this much gas, which this call's constant has paid for.
    state::CallResult call_prepaid(const Address& to, Bytes input, std::uint64_t gas);
    std::uint64_t gas_left() const noexcept { return gas_left_; }

private:
    state::CallResult forward(const Address& to, Bytes input, std::uint64_t gas, bool is_static);

    state::Host& host_;
    const state::Message& message_;
    std::uint64_t gas_left_;
};

enum class Access : std::uint8_t { kView, kWrite };

/// Gas beyond the constant: array elements, stored text, callbacks. Looks at the arguments without decoding them;
/// malformed ones cost nothing more, because the call then aborts.
using GasRule = std::uint64_t (*)(const state::State&, ByteView args);

struct Entry {
    std::uint32_t selector = 0;
    Outcome<Bytes> (*run)(Context&, ByteView args) = nullptr;
    Access access = Access::kView;
    std::uint32_t gas = 0;
    GasRule rule = nullptr;
};

namespace detail {

template <class T>
Bytes encode_return(const T& value) {
    return abi::encode(value);
}
template <class... Ts>
Bytes encode_return(const std::tuple<Ts...>& values) {
    return std::apply([](const auto&... v) { return abi::encode(v...); }, values);
}

/// Decodes the arguments strictly (else an empty revert), calls, encodes the result.
template <auto Function>
struct Bind;
template <class R, class... Args, Outcome<R> (*Function)(Context&, Args...)>
struct Bind<Function> {
    static Outcome<Bytes> run(Context& context, ByteView args) {
        auto decoded = abi::decode<std::remove_cvref_t<Args>...>(args);
        if (!decoded) return revert_empty();
        auto result = std::apply([&](auto&... a) { return Function(context, a...); }, *decoded);
        if (!result) return fail(std::move(result).error());
        if constexpr (std::is_void_v<R>)
            return Bytes{};
        else
            return encode_return(*result);
    }
};

}  // namespace detail

inline constexpr std::uint32_t kGasView = 5'000;
inline constexpr std::uint32_t kGasWrite = 30'000;

template <auto Function>
constexpr Entry view(const Bytes4& selector) {
    return {poco::selectors::number(selector), &detail::Bind<Function>::run, Access::kView, kGasView, nullptr};
}
template <auto Function>
constexpr Entry write(const Bytes4& selector, std::uint32_t gas = kGasWrite, GasRule rule = nullptr) {
    return {poco::selectors::number(selector), &detail::Bind<Function>::run, Access::kWrite, gas, rule};
}

/// Sorted at compile time; two entries of one selector do not compile.
template <std::size_t N>
consteval std::array<Entry, N> make_table(std::array<Entry, N> entries) {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.selector < b.selector; });
    for (std::size_t i = 1; i < N; ++i)
        if (entries[i - 1].selector == entries[i].selector) throw "a selector stands twice";
    return entries;
}
const Entry* find_entry(std::span<const Entry> table, std::uint32_t selector) noexcept;

/// The selector of calldata: the first four bytes, zero-padded on the right.
std::uint32_t selector_of(ByteView input) noexcept;

}  // namespace bourse::native
