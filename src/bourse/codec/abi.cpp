#include <bourse/codec/abi.hpp>

#include <bourse/crypto/hash.hpp>

namespace bourse::abi {
namespace detail {

void append_word(Bytes& out, const Uint256& value) { append(out, to_be32(value)); }

void append_word(Bytes& out, std::uint64_t value) {
    out.resize(out.size() + kWord);
    set_word(out, out.size() - kWord, value);
}

void set_word(Bytes& out, std::size_t position, std::uint64_t value) noexcept {
    for (std::size_t i = 0; i < 8; ++i) out[position + 31 - i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void append_padded(Bytes& out, ByteView data) {
    append(out, data);
    out.resize(out.size() + (kWord - data.size() % kWord) % kWord);
}

bool read_word(ByteView data, std::size_t position, Bytes32& out) noexcept {
    if (position > data.size() || data.size() - position < kWord) return false;
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(position), kWord, out.begin());
    return true;
}

bool read_u64(ByteView data, std::size_t position, std::uint64_t& out) noexcept {
    if (position > data.size() || data.size() - position < kWord) return false;
    const ByteView word = data.subspan(position, kWord);
    for (std::size_t i = 0; i < 24; ++i)
        if (word[i] != 0) return false;
    out = 0;
    for (std::size_t i = 24; i < kWord; ++i) out = (out << 8) | word[i];
    return true;
}

bool read_bytes(ByteView data, std::size_t position, ByteView& out) noexcept {
    std::uint64_t length = 0;
    if (!read_u64(data, position, length)) return false;
    const std::size_t start = position + kWord;
    if (length > data.size() - start) return false;
    out = data.subspan(start, static_cast<std::size_t>(length));
    return true;
}

}  // namespace detail

namespace {

constexpr Bytes4 kErrorSelector{{0x08, 0xc3, 0x79, 0xa0}};
constexpr Bytes4 kPanicSelector{{0x4e, 0x48, 0x7b, 0x71}};

}  // namespace

Bytes4 selector(std::string_view signature) noexcept {
    const Hash hash = crypto::keccak256(signature);
    Bytes4 out;
    std::copy_n(hash.begin(), 4, out.begin());
    return out;
}

Hash event_topic(std::string_view signature) noexcept { return crypto::keccak256(signature); }

Bytes encode_error(std::string_view text) { return encode_call(kErrorSelector, text); }

Bytes encode_panic(std::uint64_t code) { return encode_call(kPanicSelector, code); }

std::optional<std::string> decode_error(ByteView data) {
    if (data.size() < 4) return std::nullopt;
    const ByteView arguments = data.subspan(4);
    if (equal(data.first(4), kErrorSelector)) {
        const auto text = decode<std::string>(arguments);
        if (!text) return std::nullopt;
        return std::get<0>(*text);
    }
    if (equal(data.first(4), kPanicSelector)) {
        const auto code = decode<Uint256>(arguments);
        if (!code) return std::nullopt;
        std::string hex = to_hex_plain(to_be_trimmed(std::get<0>(*code)));
        if (hex.empty()) hex = "00";
        return "Panic(0x" + hex + ")";
    }
    return std::nullopt;
}

}  // namespace bourse::abi
