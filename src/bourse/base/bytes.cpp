#include <bourse/base/bytes.hpp>

namespace bourse {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

constexpr auto kHexValues = [] {
    std::array<std::int8_t, 256> out{};
    out.fill(-1);
    for (std::size_t i = 0; i < 16; ++i) out[static_cast<std::uint8_t>(kHexDigits[i])] = static_cast<std::int8_t>(i);
    for (std::size_t i = 10; i < 16; ++i) out['A' + i - 10] = static_cast<std::int8_t>(i);
    return out;
}();

int hex_digit_value(char c) noexcept { return kHexValues[static_cast<std::uint8_t>(c)]; }

void append_hex(std::string& out, ByteView bytes) {
    for (auto byte : bytes) {
        out.push_back(kHexDigits[byte >> 4]);
        out.push_back(kHexDigits[byte & 0x0f]);
    }
}

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string out;
    out.reserve(2 + bytes.size() * 2);
    out = "0x";
    append_hex(out, bytes);
    return out;
}

std::string to_hex_plain(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    append_hex(out, bytes);
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes out(text.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = hex_digit_value(text[2 * i]);
        const int low = hex_digit_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return out;
}

}  // namespace bourse
