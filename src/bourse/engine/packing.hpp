// Small helpers for the values of the data folder: big-endian numbers, variable-length numbers, a bounds-checked
// reader.
#pragma once

#include <bourse/base/bytes.hpp>

#include <cstdint>
#include <type_traits>

namespace bourse::engine {

inline void append_u32(Bytes& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}
inline void append_u64(Bytes& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}
/// Seven bits a byte, low ones first, the top bit set in all but the last byte.
inline void append_varint(Bytes& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
    out.push_back(static_cast<std::uint8_t>(value));
}
inline void append_sized(Bytes& out, ByteView bytes) {
    append_varint(out, bytes.size());
    append(out, bytes);
}

/// A key: one letter for the kind, then the parts.
template <class... Parts>
Bytes make_key(char kind, const Parts&... parts) {
    Bytes out;
    out.reserve(80);
    out.push_back(static_cast<std::uint8_t>(kind));
    [[maybe_unused]] const auto add = [&out](const auto& part) {
        if constexpr (std::is_same_v<std::decay_t<decltype(part)>, std::uint64_t>)
            append_u64(out, part);
        else if constexpr (std::is_same_v<std::decay_t<decltype(part)>, std::uint8_t>)
            out.push_back(part);
        else
            append(out, part);
    };
    (add(parts), ...);
    return out;
}

/// Reads one thing after another; after a failure everything is zero or empty and ok() is false.
class Unpacker {
public:
    explicit Unpacker(ByteView data) : rest_(data) {}

    bool ok() const noexcept { return ok_; }
    bool empty() const noexcept { return rest_.empty(); }
    ByteView rest() const noexcept { return rest_; }

    ByteView bytes(std::uint64_t size) {
        if (size > rest_.size()) return failed();
        const ByteView out = rest_.first(static_cast<std::size_t>(size));
        rest_ = rest_.subspan(out.size());
        return out;
    }
    ByteView sized() { return bytes(varint()); }
    std::uint8_t u8() {
        const ByteView one = bytes(1);
        return one.empty() ? std::uint8_t{0} : one[0];
    }
    std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
    std::uint64_t u64() { return big_endian(8); }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t byte = u8();
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        failed();
        return 0;
    }
    template <class Fixed>
    Fixed fixed() {
        return Fixed::from(bytes(Fixed::kSize)).value_or(Fixed());
    }

private:
    ByteView failed() {
        ok_ = false;
        rest_ = {};
        return {};
    }
    std::uint64_t big_endian(std::size_t size) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : bytes(size)) value = (value << 8) | byte;
        return value;
    }

    ByteView rest_;
    bool ok_ = true;
};

}  // namespace bourse::engine
