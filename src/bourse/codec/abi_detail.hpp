// How abi.hpp encodes and decodes each type. Offsets, lengths and dirty bits are checked as solc's ABI coder v2 does.
#pragma once

#include <bourse/base/bytes.hpp>
#include <bourse/base/uint256.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace bourse {
using Bytes4 = FixedBytes<4, struct Bytes4Tag>;
}  // namespace bourse

namespace bourse::abi {

/// Number of enumerators of E (0, 1, … count - 1); specialise it to use an enum in the ABI.
template <class E>
inline constexpr std::uint64_t enum_count = 0;

namespace detail {

inline constexpr std::size_t kWord = 32;

void append_word(Bytes& out, const Uint256& value);
void append_word(Bytes& out, std::uint64_t value);
/// Overwrites the word at `position`.
void set_word(Bytes& out, std::size_t position, std::uint64_t value) noexcept;
/// data ‖ zeros up to a multiple of 32.
void append_padded(Bytes& out, ByteView data);
/// The word at `position`; false when the data end before.
bool read_word(ByteView data, std::size_t position, Bytes32& out) noexcept;
/// A word that must fit in 64 bits.
bool read_u64(ByteView data, std::size_t position, std::uint64_t& out) noexcept;
/// bytes or string at `position`: length, then as many bytes.
bool read_bytes(ByteView data, std::size_t position, ByteView& out) noexcept;

/// Codec<T>: kDynamic, kHead (bytes in the head when static), encode (appends the whole encoding without the offset),
/// decode (from data[position…]; for dynamic types the position is already where the offset points).
template <class T>
struct Codec;

template <class T>
concept AbiStruct = requires(T& value) {
    abi_fields(value);
};
template <class T>
concept AbiEnum = std::is_enum_v<T>;

template <class T>
using CodecOf = Codec<std::remove_cvref_t<T>>;

/// Bytes that T takes in the head of the sequence that holds it.
template <class T>
inline constexpr std::size_t kSlot = CodecOf<T>::kDynamic ? kWord : CodecOf<T>::kHead;

template <class Tuple>
struct Sequence;
template <class... Ts>
struct Sequence<std::tuple<Ts...>> {
    static constexpr bool kDynamic = (CodecOf<Ts>::kDynamic || ...);
    static constexpr std::size_t kHead = (kSlot<Ts> + ... + 0);

    template <class Tuple>
    static void encode(Bytes& out, const Tuple& values) {
        const std::size_t base = out.size();
        std::size_t position = base;
        std::apply([&](const auto&... v) { (put_head(out, v), ...); }, values);
        std::apply([&](const auto&... v) { (put_tail(out, base, position, v), ...); }, values);
    }
    template <class Tuple>
    static bool decode(ByteView data, std::size_t base, Tuple& values) {
        if (base > data.size() || data.size() - base < kHead) return false;
        std::size_t position = base;
        return std::apply([&](auto&... v) { return (get(data, base, position, v) && ...); }, values);
    }

private:
    template <class T>
    static void put_head(Bytes& out, const T& value) {
        if constexpr (CodecOf<T>::kDynamic)
            out.resize(out.size() + kWord);
        else
            CodecOf<T>::encode(out, value);
    }
    template <class T>
    static void put_tail(Bytes& out, std::size_t base, std::size_t& position, const T& value) {
        if constexpr (CodecOf<T>::kDynamic) {
            set_word(out, position, out.size() - base);
            CodecOf<T>::encode(out, value);
        }
        position += kSlot<T>;
    }
    template <class T>
    static bool get(ByteView data, std::size_t base, std::size_t& position, T& value) {
        const std::size_t at = position;
        position += kSlot<T>;
        if constexpr (CodecOf<T>::kDynamic) {
            std::uint64_t offset = 0;
            if (!read_u64(data, at, offset) || offset > data.size() - base) return false;
            return CodecOf<T>::decode(data, base + static_cast<std::size_t>(offset), value);
        } else {
            return CodecOf<T>::decode(data, at, value);
        }
    }
};

/// Types of one word.
struct WordCodec {
    static constexpr bool kDynamic = false;
    static constexpr std::size_t kHead = kWord;
};

template <>
struct Codec<Uint256> : WordCodec {
    static void encode(Bytes& out, const Uint256& value) { append_word(out, value); }
    static bool decode(ByteView data, std::size_t at, Uint256& out) noexcept {
        Bytes32 word;
        if (!read_word(data, at, word)) return false;
        out = uint256_from_be(word);
        return true;
    }
};

template <class T>
requires(std::unsigned_integral<T> && !std::same_as<T, bool>) struct Codec<T> : WordCodec {
    static void encode(Bytes& out, T value) { append_word(out, std::uint64_t{value}); }
    static bool decode(ByteView data, std::size_t at, T& out) noexcept {
        std::uint64_t value = 0;
        if (!read_u64(data, at, value) || value > static_cast<T>(~T{0})) return false;
        out = static_cast<T>(value);
        return true;
    }
};

template <>
struct Codec<bool> : WordCodec {
    static void encode(Bytes& out, bool value) { append_word(out, std::uint64_t{value}); }
    static bool decode(ByteView data, std::size_t at, bool& out) noexcept {
        std::uint64_t value = 0;
        if (!read_u64(data, at, value) || value > 1) return false;
        out = value == 1;
        return true;
    }
};

template <AbiEnum E>
struct Codec<E> : WordCodec {
    static_assert(enum_count<E> > 0, "specialise abi::enum_count for this enum");
    static void encode(Bytes& out, E value) { append_word(out, static_cast<std::uint64_t>(value)); }
    static bool decode(ByteView data, std::size_t at, E& out) noexcept {
        std::uint64_t value = 0;
        if (!read_u64(data, at, value) || value >= enum_count<E>) return false;
        out = static_cast<E>(value);
        return true;
    }
};

/// bytesN: left-aligned.
template <std::size_t N, class Tag>
requires(N <= 32 && N != 20) struct Codec<FixedBytes<N, Tag>> : WordCodec {
    static void encode(Bytes& out, const FixedBytes<N, Tag>& value) { append_padded(out, value); }
    static bool decode(ByteView data, std::size_t at, FixedBytes<N, Tag>& out) noexcept {
        Bytes32 word;
        if (!read_word(data, at, word)) return false;
        std::copy(word.begin(), word.begin() + N, out.begin());
        return std::all_of(word.begin() + N, word.end(), [](std::uint8_t b) { return b == 0; });
    }
};

template <>
struct Codec<Address> : WordCodec {
    static void encode(Bytes& out, const Address& value) {
        out.resize(out.size() + 12);
        append(out, value);
    }
    static bool decode(ByteView data, std::size_t at, Address& out) noexcept {
        Bytes32 word;
        if (!read_word(data, at, word)) return false;
        std::copy(word.begin() + 12, word.end(), out.begin());
        return std::all_of(word.begin(), word.begin() + 12, [](std::uint8_t b) { return b == 0; });
    }
};

template <class Tag>
struct Codec<Id<Tag>> : WordCodec {
    static void encode(Bytes& out, const Id<Tag>& value) { append(out, value.hash); }
    static bool decode(ByteView data, std::size_t at, Id<Tag>& out) noexcept { return read_word(data, at, out.hash); }
};

/// bytes and string; views are for encoding only.
struct TextCodec {
    static constexpr bool kDynamic = true;
    static constexpr std::size_t kHead = kWord;

    static void encode_view(Bytes& out, ByteView value) {
        append_word(out, std::uint64_t{value.size()});
        append_padded(out, value);
    }
};
template <>
struct Codec<Bytes> : TextCodec {
    static void encode(Bytes& out, const Bytes& value) { encode_view(out, value); }
    static bool decode(ByteView data, std::size_t at, Bytes& out) {
        ByteView view;
        if (!read_bytes(data, at, view)) return false;
        out.assign(view.begin(), view.end());
        return true;
    }
};
template <>
struct Codec<std::string> : TextCodec {
    static void encode(Bytes& out, const std::string& value) { encode_view(out, as_bytes(value)); }
    static bool decode(ByteView data, std::size_t at, std::string& out) {
        ByteView view;
        if (!read_bytes(data, at, view)) return false;
        out.assign(as_text(view));
        return true;
    }
};
template <>
struct Codec<ByteView> : TextCodec {
    static void encode(Bytes& out, ByteView value) { encode_view(out, value); }
};
template <>
struct Codec<std::string_view> : TextCodec {
    static void encode(Bytes& out, std::string_view value) { encode_view(out, as_bytes(value)); }
};

/// T[]
template <class T>
struct Codec<std::vector<T>> {
    static constexpr bool kDynamic = true;
    static constexpr std::size_t kHead = kWord;

    static void encode(Bytes& out, const std::vector<T>& values) {
        append_word(out, std::uint64_t{values.size()});
        const std::size_t base = out.size();
        if constexpr (CodecOf<T>::kDynamic) {
            out.resize(base + values.size() * kWord);
            for (std::size_t i = 0; i < values.size(); ++i) {
                set_word(out, base + i * kWord, out.size() - base);
                CodecOf<T>::encode(out, values[i]);
            }
        } else {
            for (const auto& value : values) CodecOf<T>::encode(out, value);
        }
    }
    static bool decode(ByteView data, std::size_t at, std::vector<T>& out) {
        std::uint64_t count = 0;
        if (!read_u64(data, at, count)) return false;
        const std::size_t base = at + kWord;
        if (count > (data.size() - base) / kSlot<T>) return false;
        out.clear();
        out.reserve(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < count; ++i) {
            std::size_t position = base + i * kSlot<T>;
            if constexpr (CodecOf<T>::kDynamic) {
                std::uint64_t offset = 0;
                if (!read_u64(data, position, offset) || offset > data.size() - base) return false;
                position = base + static_cast<std::size_t>(offset);
            }
            T value{};
            if (!CodecOf<T>::decode(data, position, value)) return false;
            out.push_back(std::move(value));
        }
        return true;
    }
};

/// Tuples, and structs with abi_fields.
template <class... Ts>
struct Codec<std::tuple<Ts...>> : Sequence<std::tuple<Ts...>> {};

template <AbiStruct S>
struct Codec<S> {
    using Fields = Sequence<decltype(abi_fields(std::declval<S&>()))>;
    static constexpr bool kDynamic = Fields::kDynamic;
    static constexpr std::size_t kHead = Fields::kHead;

    static void encode(Bytes& out, const S& value) { Fields::encode(out, abi_fields(value)); }
    static bool decode(ByteView data, std::size_t at, S& out) {
        auto fields = abi_fields(out);
        return Fields::decode(data, at, fields);
    }
};

template <class... Args>
void encode_sequence(Bytes& out, const Args&... args) {
    Sequence<std::tuple<Args...>>::encode(out, std::tie(args...));
}
template <class... Args>
bool decode_sequence(ByteView data, std::tuple<Args...>& out) {
    return Sequence<std::tuple<Args...>>::decode(data, 0, out);
}

}  // namespace detail
}  // namespace bourse::abi
