// Byte strings, fixed-size values, hex.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bourse {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, without copying. The text must outlive the view.
inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// The same bytes as text (no check of the encoding). The bytes must outlive the view.
inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline void append(Bytes& to, ByteView what) { to.insert(to.end(), what.begin(), what.end()); }

inline bool equal(ByteView a, ByteView b) noexcept { return std::ranges::equal(a, b); }

/// N bytes with value semantics. Tag makes different uses different types. A range, so it converts to ByteView.
template <std::size_t N, class Tag>
struct FixedBytes {
    std::array<std::uint8_t, N> data{};

    static constexpr std::size_t kSize = N;

    constexpr FixedBytes() = default;
    constexpr explicit FixedBytes(const std::array<std::uint8_t, N>& bytes) : data(bytes) {}

    /// The view must have exactly N bytes; nullopt otherwise.
    static std::optional<FixedBytes> from(ByteView bytes) noexcept {
        if (bytes.size() != N) return std::nullopt;
        FixedBytes out;
        std::copy(bytes.begin(), bytes.end(), out.data.begin());
        return out;
    }

    constexpr auto operator<=>(const FixedBytes&) const = default;
    constexpr bool operator==(const FixedBytes&) const = default;
    constexpr bool is_zero() const noexcept {
        for (auto byte : data)
            if (byte != 0) return false;
        return true;
    }
    constexpr std::uint8_t* begin() noexcept { return data.data(); }
    constexpr std::uint8_t* end() noexcept { return data.data() + N; }
    constexpr const std::uint8_t* begin() const noexcept { return data.data(); }
    constexpr const std::uint8_t* end() const noexcept { return data.data() + N; }
};

/// 32 bytes: hashes, storage keys and values, tags, salts.
using Bytes32 = FixedBytes<32, struct Bytes32Tag>;
/// A Keccak-256 or SHA-256 digest. The same type as Bytes32 because protocol fields hold either.
using Hash = Bytes32;
/// A 20-byte account address.
using Address = FixedBytes<20, struct AddressTag>;

/// Distinct ids over 32 bytes: `using TaskId = Id<struct TaskTag>`.
template <class Tag>
struct Id {
    Hash hash;

    constexpr Id() = default;
    constexpr explicit Id(const Hash& value) : hash(value) {}
    constexpr operator ByteView() const noexcept { return hash; }
    constexpr auto operator<=>(const Id&) const = default;
    constexpr bool operator==(const Id&) const = default;
};

/// Lower-case hex with 0x.
std::string to_hex(ByteView bytes);
/// Lower-case hex without 0x.
std::string to_hex_plain(ByteView bytes);
/// Hex with or without 0x, either case, an even number of digits; nullopt otherwise.
std::optional<Bytes> from_hex(std::string_view text);
/// Exactly N bytes of hex with or without 0x.
template <class Fixed>
std::optional<Fixed> fixed_from_hex(std::string_view text) {
    auto bytes = from_hex(text);
    if (!bytes) return std::nullopt;
    return Fixed::from(*bytes);
}
inline std::optional<Address> address_from_hex(std::string_view text) { return fixed_from_hex<Address>(text); }
inline std::optional<Hash> hash_from_hex(std::string_view text) { return fixed_from_hex<Hash>(text); }

}  // namespace bourse

// Only for containers whose iteration order reaches no state, log or event.
template <std::size_t N, class Tag>
struct std::hash<bourse::FixedBytes<N, Tag>> {
    std::size_t operator()(const bourse::FixedBytes<N, Tag>& value) const noexcept {
        // Keys are hashes or addresses in the main; two words from both ends spread well.
        std::uint64_t a, b;
        std::memcpy(&a, value.data.data(), 8);
        std::memcpy(&b, value.data.data() + N - 8, 8);
        return static_cast<std::size_t>((a ^ (b * 0x9E3779B97F4A7C15ULL)) * 0xD6E8FEB86659FD93ULL);
    }
};
template <class Tag>
struct std::hash<bourse::Id<Tag>> {
    std::size_t operator()(const bourse::Id<Tag>& id) const noexcept { return std::hash<bourse::Hash>{}(id.hash); }
};
